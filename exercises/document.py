"""What is published, as immutable values, and their JSON.

A tree of these values is first of all what staff wrote: content files are read into it, and the
rows of the database are gathered into it. `publishing.freeze` then fills the fields marked
*frozen* (rendered HTML, copies of what belongs to other things); the result is a document, and a
document needs nothing else to be shown. Nothing here knows of Django.

Names of muscles, groups and actions are written in lower case, as inside a sentence.
"""

import hashlib
from typing import Annotated, Literal, TypeVar

import msgspec

SCHEMA = 1

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, msgspec.Meta(pattern=SLUG, max_length=64)]
Emphasis = Annotated[int, msgspec.Meta(ge=1, le=10)]
Step = Annotated[int, msgspec.Meta(ge=-3, le=3)]


class Value(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An immutable value. Fields that hold their default are left out of its JSON.

    (`kw_only` is said again in each class, since msgspec applies it to a class's own fields only.)
    """


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


# An exercise


class Section(Value, kw_only=True):
    heading: str
    body: str  # Markdown

    # frozen
    anchor: str = ""
    body_html: str = ""


class FormCue(Value, kw_only=True):
    phase: str
    do: str
    avoid: str = ""
    why: str = ""
    goes_wrong: str = ""  # what happens otherwise
    how_sure: str = ""  # in words: what was measured, and what was not


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


class StanceOption(Value, kw_only=True):
    slug: Slug
    name: str
    phrase: str = ""  # the option inside a sentence: "your feet high", "a wide stance"
    is_neutral: bool = False
    explanation: str = ""  # what it changes in the body
    caution: str = ""
    caution_source: str = ""
    # What the option adds to the place of the right foot in the picture, in its units (the plate
    # is 524 wide and 396 high, y grows downwards), and to its angle, in degrees, toes outwards.
    # The left foot is its mirror image.
    foot_x: int = 0
    foot_y: int = 0
    foot_angle: int = 0
    effects: tuple[StanceEffect, ...] = ()


class StanceAxis(Value, kw_only=True):
    slug: Slug
    name: str
    explanation: str = ""
    options: tuple[StanceOption, ...] = ()

    @property
    def neutral(self) -> StanceOption:
        """The option to start from: the first, in the preview of a draft that has not marked one."""
        return next((option for option in self.options if option.is_neutral), self.options[0])


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
    sections: tuple[Section, ...] = ()
    cues: tuple[FormCue, ...] = ()
    involvements: tuple[Involvement, ...] = ()
    axes: tuple[StanceAxis, ...] = ()

    # frozen
    schema: int = 0
    renderer: str = ""
    muscles: tuple[MuscleName, ...] = ()

    def muscle(self, slug: str) -> MuscleName:
        """The copy of a muscle that this exercise involves; KeyError if there is none."""
        for muscle in self.muscles:
            if muscle.slug == slug:
                return muscle
        raise KeyError(slug)


Document = TypeVar("Document", MuscleDocument, ExerciseDocument)


def to_json(document: Value) -> str:
    """The document's one JSON text: the same values always give the same text."""
    return msgspec.json.encode(document).decode()


def from_json(text: str, kind: type[Document]) -> Document:
    """Read a document; msgspec.ValidationError names the field that does not fit."""
    return msgspec.json.decode(text, type=kind)


def from_toml(text: str, kind: type[Document]) -> Document:
    """Read a content file; msgspec.ValidationError or DecodeError says what does not fit."""
    return msgspec.toml.decode(text, type=kind)


def digest(value: Value) -> str:
    """A fingerprint of the value. A field that is added later does not change it while empty."""
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()
