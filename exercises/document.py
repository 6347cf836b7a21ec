"""What is published, as immutable values, and their JSON.

A tree of these values is first of all what staff wrote: content files are read into it, and the
rows of the database are gathered into it. `publishing.freeze` then fills the fields marked
*frozen* (rendered HTML, copies of what belongs to other things); the result is a document, and a
document needs nothing else to be shown. Nothing here knows of Django.

Names of muscles, groups and actions are written in lower case, as inside a sentence.
"""

import hashlib
from threading import Lock
from typing import Annotated, Literal, TypeVar

import msgspec

SCHEMA = 2

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, msgspec.Meta(pattern=SLUG, max_length=64)]
Emphasis = Annotated[int, msgspec.Meta(ge=1, le=10)]
Step = Annotated[int, msgspec.Meta(ge=-3, le=3)]
Year = Annotated[int, msgspec.Meta(ge=1800, le=2200)]
DOI = r"^10\.\d{4,9}/\S+$"
Doi = Annotated[str, msgspec.Meta(pattern=rf"^$|{DOI}", max_length=200)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
WEB_ADDRESS = r"^$|^https?://\S+$"
WebAddress = Annotated[str, msgspec.Meta(pattern=WEB_ADDRESS, max_length=500)]
MEDIA_NAME = r"[0-9a-f]{32}(?:-[0-9]{1,4})?\.(?:avif|webp|jpg|png)"
MediaName = Annotated[str, msgspec.Meta(pattern=rf"^{MEDIA_NAME}\Z")]
Licence = Literal["", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "public-domain", "own", "permission"]
MOST_PARTS = 150  # sections, muscles, claims of an exercise, or findings of a study, that one form can show
Grade = Literal["supported", "partly supported", "contested", "not supported", "untested"]


class Value(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An immutable value. Fields that hold their default are left out of its JSON.

    (`kw_only` is said again in each class, since msgspec applies it to a class's own fields only.)
    """


# The glossary


class TermCopy(Value, kw_only=True):
    """A term as another thing's document has it: to explain it where it stands."""

    slug: Slug
    name: str
    definition: str  # plain text


class TermDocument(TermCopy, kw_only=True):
    aliases: tuple[str, ...] = ()

    # frozen
    schema: int = 0

    @property
    def as_copy(self) -> TermCopy:
        """The part that other documents copy."""
        return TermCopy(slug=self.slug, name=self.name, definition=self.definition)


# Anatomy


class MuscleGroup(Value, kw_only=True):
    slug: Slug
    name: str
    everyday_name: str = ""
    summary: str = ""
    order: int = 0


class JointAction(Value, kw_only=True):
    """A movement that muscles make at a joint, such as knee extension."""

    slug: Slug
    name: str
    summary: str = ""


class MuscleName(Value, kw_only=True):
    """What another thing's document copies of a muscle: enough to name, place and link it."""

    slug: Slug
    name: str
    everyday_name: str = ""
    group: MuscleGroup
    region: str = ""
    is_deep: bool = False
    head_of: str = ""
    whole_name: str = ""  # of the muscle that it is a head of


class MuscleDocument(Value, kw_only=True):
    slug: Slug
    name: str
    everyday_name: str = ""
    aliases: tuple[str, ...] = ()
    order: int = 0
    group: Slug
    head_of: str = ""  # slug of the muscle that this is a head of
    actions: tuple[Slug, ...] = ()
    location: str = ""  # Markdown: where it lies
    function: str = ""  # Markdown: what it does
    region: str = ""  # its region on the muscle map
    is_deep: bool = False

    # frozen
    schema: int = 0
    renderer: str = ""
    location_html: str = ""
    function_html: str = ""
    group_copy: MuscleGroup | None = None
    whole_name: str = ""
    action_copies: tuple[JointAction, ...] = ()
    terms: tuple[TermCopy, ...] = ()  # that its texts link, by name

    @property
    def as_name(self) -> MuscleName:
        """The part that an exercise's document copies. Needs a frozen document."""
        return MuscleName(
            slug=self.slug,
            name=self.name,
            everyday_name=self.everyday_name,
            group=self.group_copy,
            region=self.region,
            is_deep=self.is_deep,
            head_of=self.head_of,
            whole_name=self.whole_name,
        )


# Evidence


class Finding(Value, kw_only=True):
    """What a study found about muscles of one exercise of this site.

    A *comparison* set one option of an axis against another: `direction` is that of the muscles'
    reading at `option`, seen from `against`. `with_axis` and `with_option` name an option of another
    axis that both conditions had. An *involvement* says what the exercise asks of muscles, whatever the
    stance. An *indirect* finding comes from another exercise or condition, `elsewhere`, and stands
    beside the effect of `option`, or, without an option, beside what is said of the muscles.
    """

    kind: Literal["comparison", "involvement", "indirect"]
    exercise: Slug
    muscles: tuple[Slug, ...] = ()
    group: str = ""  # slug of a muscle group, where the paper names no single muscle
    axis: str = ""
    option: str = ""
    against: str = ""
    with_axis: str = ""
    with_option: str = ""
    direction: Literal["", "more", "less", "no difference", "none reported"] = ""
    elsewhere: str = ""
    load: str = ""
    words: str  # what was found, in a sentence
    known_through: str = ""  # where this is read, if not in the study itself


class StudyCopy(Value, kw_only=True):
    """A study as an exercise's document has it: to name it, cite it, and count its findings."""

    slug: Slug
    short_name: str  # how texts call it: "Da Silva 2008"
    authors: str = ""  # "Surname AB, Surname CD and others"; empty where they are not known
    year: Year
    title: str
    journal: str = ""
    volume: str = ""  # with the issue: "22(4)"
    pages: str = ""
    doi: Doi = ""
    pmid: str = ""
    kind: Literal["activity", "growth", "use", "forces", "review"]
    participants: str = ""
    is_retracted: bool = False
    findings: tuple[Finding, ...] = ()

    # frozen, in an exercise's document: how many places of its text cite the study
    places: int = 0

    @property
    def place_numbers(self) -> range:
        """The numbers of the places in the text that cite it, from 1."""
        return range(1, self.places + 1)

    @property
    def citation(self) -> str:
        """The reference in one line, but for title and DOI: "Da Silva EM and others (2008)"."""
        return f"{self.authors} ({self.year})" if self.authors else f"({self.year})"

    @property
    def source(self) -> str:
        """Where it was printed: "Journal of Strength and Conditioning Research 22(4):1059-1065"."""
        volume = f"{self.volume}:{self.pages}" if self.volume and self.pages else self.volume or self.pages
        return f"{self.journal} {volume}".strip()


class StudyDocument(StudyCopy, kw_only=True):
    sample_size: int | None = None
    machine: str = ""
    load: str = ""
    measured: str = ""
    conditions: str = ""  # what was compared, and which of it counts as which option of this site
    summary: str = ""  # what it found, in a sentence or two
    limits: str = ""
    basis: str = ""  # what of it was read for this site

    # frozen
    schema: int = 0
    muscle_copies: tuple[MuscleName, ...] = ()  # all that its findings read

    def as_copy(self, exercise: str) -> StudyCopy:
        """The part that the exercise's document copies, with the findings about that exercise."""
        fields = {name: getattr(self, name) for name in StudyCopy.__struct_fields__}
        findings = tuple(finding for finding in self.findings if finding.exercise == exercise)
        return StudyCopy(**{**fields, "findings": findings})


# Pictures

# What readers are told of a licence, and where it can be read.
LICENCES: dict[str, tuple[str, str]] = {
    "": ("", ""),
    "cc0-1.0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "cc-by-4.0": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "cc-by-sa-4.0": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "public-domain": ("public domain", ""),
    "own": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "permission": ("shown by permission, all rights reserved", ""),
}
MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}


class Rendition(Value, kw_only=True):
    """One file of a picture, in the folder of media. It never changes."""

    name: MediaName
    format: Literal["avif", "webp", "jpg", "png"]
    width: int
    height: int

    @property
    def path(self) -> str:
        return f"/media/{self.name}"


class About(Value, kw_only=True):
    """What is said of a picture, wherever it is shown."""

    slug: Slug
    alt: str = ""
    is_decorative: bool = False
    author: str = ""
    licence: Licence = ""
    source: WebAddress = ""
    focal_x: Percent = 50  # what stays in view where the picture is cropped, from the left
    focal_y: Percent = 50  # and from the top


class PictureCopy(About, kw_only=True):
    """A picture as an exercise's document has it, with its files."""

    renditions: tuple[Rendition, ...] = ()

    @property
    def largest(self) -> Rendition:
        """The largest in the format that every browser shows."""
        return self.renditions[-1]

    @property
    def sources(self) -> list[tuple[str, str]]:
        """Type and srcset of each format, the best first."""
        sources: dict[str, list[str]] = {}
        for rendition in self.renditions:
            files = sources.setdefault(MEDIA_TYPES[rendition.format], [])
            files.append(f"{rendition.path} {rendition.width}w")
        return [(kind, ", ".join(files)) for kind, files in sources.items()]

    @property
    def shown_alt(self) -> str:
        """Empty for a decorative picture: those who hear the page hear nothing of it."""
        return "" if self.is_decorative else self.alt

    @property
    def focal_tenths(self) -> tuple[int, int]:
        """The focal point as the stylesheet knows it, which has a rule for every tenth."""
        return round(self.focal_x, -1), round(self.focal_y, -1)

    @property
    def licence_name(self) -> str:
        return LICENCES[self.licence][0]

    @property
    def licence_url(self) -> str:
        return LICENCES[self.licence][1]


class Picture(About, kw_only=True):
    """A picture as staff have it. In a folder of content its image is a file beside the text."""

    title: str  # for staff

    # never in a content file's text
    image: bytes = b""


# An exercise


class Section(Value, kw_only=True):
    heading: str
    body: str  # Markdown
    picture: str = ""  # slug
    caption: str = ""  # of the picture, here; plain text

    # frozen
    anchor: str = ""
    body_html: str = ""
    picture_copy: PictureCopy | None = None


class FormCue(Value, kw_only=True):
    phase: str
    do: str
    avoid: str = ""
    why: str = ""
    goes_wrong: str = ""  # what happens otherwise
    how_sure: str = ""  # Markdown: what was measured, and what was not

    # frozen
    how_sure_html: str = ""


class Involvement(Value, kw_only=True):
    """What an exercise asks of one muscle at the neutral stance."""

    muscle: Slug
    role: Literal["target", "helper", "stabiliser"]
    baseline: Emphasis
    floor: Emphasis = 1
    summary: str = ""


class StanceEffect(Value, kw_only=True):
    """One option's step on one muscle, at times only together with an option of another axis."""

    muscle: Slug
    step: Step
    reason: str = ""
    with_axis: str = ""
    with_option: str = ""

    # frozen; empty in documents of schema 1, which graded nothing
    certainty: Grade | Literal[""] = ""


class StanceOption(Value, kw_only=True):
    slug: Slug
    name: str
    phrase: str = ""  # the option inside a sentence: "your feet high", "a wide stance"
    is_neutral: bool = False
    explanation: str = ""  # what it changes in the body
    caution: str = ""
    caution_source: str = ""  # Markdown: where it comes from, and how sure one can be
    # What the option adds to the place of the right foot in the picture, in its units (the plate
    # is 524 wide and 396 high, y grows downwards), and to its angle, in degrees, toes outwards.
    # The left foot is its mirror image.
    foot_x: int = 0
    foot_y: int = 0
    foot_angle: int = 0
    effects: tuple[StanceEffect, ...] = ()

    # frozen
    caution_source_html: str = ""


class StanceAxis(Value, kw_only=True):
    slug: Slug
    name: str
    explanation: str = ""
    options: tuple[StanceOption, ...] = ()

    @property
    def neutral(self) -> StanceOption:
        """The option to start from: the first, in the preview of a draft that has not marked one."""
        return next((option for option in self.options if option.is_neutral), self.options[0])


class EffectName(Value, kw_only=True):
    """Names one effect of an exercise."""

    axis: str
    option: str
    muscle: str
    with_axis: str = ""
    with_option: str = ""


class Claim(Value, kw_only=True):
    """What is commonly said of the exercise, and what the studies make of it.

    It rests on stance effects, whose grades stand beside it, or is about the involvement of muscles,
    for which it lists what was measured.
    """

    statement: str
    verdict: str = ""  # Markdown, two sentences
    effects: tuple[EffectName, ...] = ()
    muscles: tuple[Slug, ...] = ()

    # frozen
    verdict_html: str = ""


class ExerciseDocument(Value, kw_only=True):
    slug: Slug
    name: str
    aliases: tuple[str, ...] = ()
    order: int = 0
    answer: str = ""  # the one-paragraph answer, plain text
    equipment: str = ""
    kind: Literal["compound", "isolation"] = "compound"
    surface: Literal["plate", "floor"] = "plate"  # what is drawn under the feet
    reviewed_by: str = ""
    reviewed_on: str = ""  # ISO date
    review_due: str = ""  # ISO date
    caution: str = ""  # for every stance
    caution_source: str = ""  # Markdown: where it comes from, and how sure one can be
    sections: tuple[Section, ...] = ()
    cues: tuple[FormCue, ...] = ()
    involvements: tuple[Involvement, ...] = ()
    axes: tuple[StanceAxis, ...] = ()
    claims: tuple[Claim, ...] = ()

    # frozen
    schema: int = 0
    renderer: str = ""
    caution_source_html: str = ""
    muscles: tuple[MuscleName, ...] = ()
    studies: tuple[StudyCopy, ...] = ()  # in the order of the list of references
    terms: tuple[TermCopy, ...] = ()  # that its texts link, by name

    @property
    def is_graded(self) -> bool:
        """Whether its effects carry grades. Documents of the first schema had none."""
        return self.schema >= 2 and all(
            effect.certainty for axis in self.axes for option in axis.options for effect in option.effects
        )

    def muscle(self, slug: str) -> MuscleName:
        """The copy of a muscle that this exercise involves; KeyError if there is none."""
        for muscle in self.muscles:
            if muscle.slug == slug:
                return muscle
        raise KeyError(slug)


# What freezing fills, by the kind of value: the fields that stand under "frozen" above. A draft and a
# content file have none of them.
FROZEN: dict[type[Value], tuple[str, ...]] = {
    MuscleDocument: (
        "schema",
        "renderer",
        "location_html",
        "function_html",
        "group_copy",
        "whole_name",
        "action_copies",
        "terms",
    ),
    StudyDocument: ("schema", "places", "muscle_copies"),
    TermDocument: ("schema",),
    Section: ("anchor", "body_html", "picture_copy"),
    FormCue: ("how_sure_html",),
    StanceEffect: ("certainty",),
    StanceOption: ("caution_source_html",),
    Claim: ("verdict_html",),
    ExerciseDocument: ("schema", "renderer", "caution_source_html", "muscles", "studies", "terms"),
}


AnyDocument = ExerciseDocument | MuscleDocument | StudyDocument | TermDocument
Document = TypeVar("Document", MuscleDocument, StudyDocument, TermDocument, ExerciseDocument)


_worked_out: set = set()
_working_out = Lock()


def worked_out(kind):
    """The kind of value, once msgspec knows how one is read. Whoever lets it read a kind, says this first.

    It works that out when it first reads one, and two threads that do so at once crash the process.
    """
    if kind not in _worked_out:
        with _working_out:
            msgspec.json.Decoder(kind)
            _worked_out.add(kind)
    return kind


def to_json(document: Value) -> str:
    """The document's one JSON text: the same values always give the same text.

    Reading it once makes it so: a default that has come from a row is then left out like any other.
    """
    return msgspec.json.encode(as_read(document)).decode()


def as_read(value: Value) -> Value:
    """The value as it comes back from its JSON."""
    return msgspec.json.decode(msgspec.json.encode(value), type=worked_out(type(value)))


def from_json(text: str, kind: type[Document]) -> Document:
    """Read a document; msgspec.ValidationError names the field that does not fit."""
    return msgspec.json.decode(text, type=worked_out(kind))


def from_toml(text: str, kind: type[Document]) -> Document:
    """Read a content file; msgspec.ValidationError or DecodeError says what does not fit."""
    return msgspec.toml.decode(text, type=worked_out(kind))


def digest(value: Value) -> str:
    """A fingerprint of the value. A field that is added later does not change it while empty.

    Equal values from different places (rows, JSON) share it only after `as_read`.
    """
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()
