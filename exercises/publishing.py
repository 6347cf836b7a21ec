"""From drafts to what readers see: check, freeze, publish.

Every change that a reader can notice comes through `publish`, as a new row of Publication.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import prod

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from . import document as documents
from . import drafts, emphasis, markdown
from .models import BestStance, Exercise, JointAction, Muscle, MuscleGroup, Publication
from .models.stance import RESERVED_AXIS_SLUGS

Thing = Exercise | Muscle


class Problem(msgspec.Struct, frozen=True):
    """Something that stands against publishing (an error) or that staff should know (a warning)."""

    where: str
    what: str
    is_error: bool = True


class Refused(Exception):
    """Publishing was refused; `problems` has every error, and the warnings beside them."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__("\n".join(f"{p.where}: {p.what}" for p in problems if p.is_error))
        self.problems = tuple(problems)


class Surroundings(msgspec.Struct, frozen=True):
    """What a document may copy of other things: muscles that are published, groups, joint actions."""

    muscles: Mapping[str, documents.MuscleName]
    groups: Mapping[str, documents.MuscleGroup]
    actions: Mapping[str, documents.JointAction]


def surroundings(along: Iterable[Muscle] = ()) -> Surroundings:
    """The published muscles, `along` among them as their drafts have them. Three queries, and those
    of a draft for each of `along`."""
    groups = {group.slug: drafts.group_value(group) for group in MuscleGroup.objects.all()}
    actions = {action.slug: drafts.action_value(action) for action in JointAction.objects.all()}
    muscles = {
        publication.slug: publication.content.as_name for publication in Publication.objects.muscles().live()
    }
    along_drafts = [drafts.muscle_draft(muscle) for muscle in along]
    names = {slug: muscle.name for slug, muscle in muscles.items()}
    names |= {draft.slug: draft.name for draft in along_drafts}
    muscles |= {draft.slug: _freeze_place(draft, groups, names).as_name for draft in along_drafts}
    return Surroundings(muscles=muscles, groups=groups, actions=actions)


def check_muscle(draft: documents.MuscleDocument, around: Surroundings) -> list[Problem]:
    problems = []
    where = f"Muscle “{draft.name}”"
    if not draft.location:
        problems.append(Problem(where, "Say where it lies: this text is empty."))
    if not draft.function:
        problems.append(Problem(where, "Say what it does: this text is empty."))
    if not draft.actions:
        problems.append(Problem(where, "Choose what it does at which joint: no joint action is chosen."))
    if not draft.region:
        problems.append(Problem(where, "No region of the map shows it.", is_error=False))
    if draft.head_of and draft.head_of not in around.muscles:
        problems.append(Problem(where, f"It is a head of “{draft.head_of}”, which is not published."))
    problems += _check_links(where, draft.location, around) + _check_links(where, draft.function, around)
    return problems


def check_exercise(draft: documents.ExerciseDocument, around: Surroundings) -> list[Problem]:
    """Everything that rows cannot refuse by themselves, since it spans them."""
    problems = []

    def error(where, what):
        problems.append(Problem(where, what))

    def warning(where, what):
        problems.append(Problem(where, what, is_error=False))

    if not draft.answer:
        error("Answer", "Write the paragraph that stands at the top of the page.")
    if not draft.sections:
        error("Sections", "An article needs at least one section.")
    for section in draft.sections:
        if not section.body:
            error(f"Section “{section.heading}”", "It has no text. Write some, or delete the section.")
        problems += _check_links(f"Section “{section.heading}”", section.body, around)
    for cue in draft.cues:
        if not cue.why:
            warning(f"Form cue “{cue.do}”", "It does not say why.")

    involved = [involvement.muscle for involvement in draft.involvements]
    if not involved:
        error("Muscles", "No muscle is involved. Add at least one.")
    for slug in involved:
        if slug not in around.muscles:
            error("Muscles", f"“{slug}” is not published. Publish it first, or along with this.")
        elif (whole := around.muscles[slug].head_of) in involved:
            error("Muscles", f"“{slug}” is a head of “{whole}”. Involve the whole or its heads, not both.")

    if not draft.axes:
        error("Stance axes", "Nothing can be chosen. Add an axis with at least two options.")
    for axis in draft.axes:
        problems += _check_axis(axis, draft, set(involved))
    stances = prod(len(axis.options) for axis in draft.axes)
    if stances > emphasis.MOST_STANCES:
        error("Stance axes", f"They make {stances} stances. The most is {emphasis.MOST_STANCES}: use fewer.")
    return problems


def _check_axis(
    axis: documents.StanceAxis, draft: documents.ExerciseDocument, involved: set[str]
) -> list[Problem]:
    problems = []
    where = f"Axis “{axis.name}”"
    if axis.slug in RESERVED_AXIS_SLUGS:
        problems.append(Problem(where, f"Its slug “{axis.slug}” is taken by the site itself."))
    if len(axis.options) < 2:
        problems.append(Problem(where, "It needs at least two options, or there is nothing to choose."))
    if not any(option.is_neutral for option in axis.options):
        problems.append(Problem(where, "No option is neutral. Mark the one that readers start from."))
    options = {(other.slug, option.slug) for other in draft.axes for option in other.options}
    pushes = Counter()
    for option in axis.options:
        where = f"Axis “{axis.name}”, option “{option.name}”"
        if option.is_neutral and option.effects:
            problems.append(Problem(where, "It is neutral, so it cannot have effects. Delete them."))
        for effect in option.effects:
            what = f"Its effect on “{effect.muscle}”"
            if not effect.reason:
                problems.append(Problem(where, f"{what} has no reason. Say why it happens."))
            if effect.muscle not in involved:
                problems.append(
                    Problem(where, f"{what} has no baseline to start from. Involve the muscle first.")
                )
            if effect.with_axis and (
                effect.with_axis == axis.slug or (effect.with_axis, effect.with_option) not in options
            ):
                problems.append(Problem(where, f"{what} counts only with an option that no other axis has."))
            if not effect.with_axis:
                pushes[effect.muscle, effect.step > 0] += 1
    for (muscle, is_up), count in pushes.items():
        if count > 1:
            way = "up" if is_up else "down"
            problems.append(
                Problem(
                    f"Axis “{axis.name}”",
                    f"{count} of its options move “{muscle}” {way}. Is one of them the wrong way round?",
                    is_error=False,
                )
            )
    return problems


def _check_old_links(draft: documents.ExerciseDocument, live: Publication | None) -> list[Problem]:
    """Warn of stances that readers have links to and that the draft no longer has."""
    kept = {(axis.slug, option.slug) for axis in draft.axes for option in axis.options}
    return [
        Problem(
            f"Axis “{axis.name}”",
            f"Option “{option.name}” is gone or has another slug. Links to "
            f"?{axis.slug}={option.slug} will stop working.",
            is_error=False,
        )
        for axis in (live.content.axes if live else ())
        for option in axis.options
        if (axis.slug, option.slug) not in kept
    ]


def _check_links(where: str, text: str, around: Surroundings) -> list[Problem]:
    problems = []
    for kind, slug in markdown.links(text):
        if kind not in markdown.LINK_KINDS:
            known = ", ".join(markdown.LINK_KINDS)
            problems.append(Problem(where, f"[[{kind}:{slug}]]: there is no “{kind}” to link. Use: {known}."))
        elif slug not in around.muscles:
            problems.append(
                Problem(
                    where, f"[[{kind}:{slug}]] links to a muscle that does not exist or is not published."
                )
            )
    if markdown.has_broken_link(text):
        what = "Some [[...]] is not written as a link, and readers see its brackets. Write [[muscle:soleus]]."
        problems.append(Problem(where, what, is_error=False))
    return problems


def freeze_muscle(draft: documents.MuscleDocument, around: Surroundings) -> documents.MuscleDocument:
    """The self-contained document of a draft, or of an older document, made anew."""
    names = _link_names(around)
    # An older document may name an action that staff have renamed or deleted since: it keeps its copy.
    actions = {action.slug: action for action in draft.action_copies} | dict(around.actions)
    return msgspec.structs.replace(
        _freeze_place(draft, around.groups, names["muscle"]),
        schema=documents.SCHEMA,
        renderer=markdown.VERSION,
        location_html=markdown.render(draft.location, names),
        function_html=markdown.render(draft.function, names),
        action_copies=tuple(actions[slug] for slug in draft.actions),
    )


def _freeze_place(
    draft: documents.MuscleDocument, groups: Mapping[str, documents.MuscleGroup], names: Mapping[str, str]
) -> documents.MuscleDocument:
    """The draft with the parts that MuscleDocument.as_name needs. As with actions, an older document
    whose group is no longer there keeps its copy."""
    return msgspec.structs.replace(
        draft,
        group_copy=groups.get(draft.group, draft.group_copy),
        whole_name=names.get(draft.head_of, ""),
    )


def _link_names(around: Surroundings) -> dict[str, dict[str, str]]:
    """The names that Markdown links show, by kind and slug."""
    return {"muscle": {slug: muscle.name for slug, muscle in around.muscles.items()}}


def freeze_exercise(draft: documents.ExerciseDocument, around: Surroundings) -> documents.ExerciseDocument:
    """The self-contained document of a draft, or of an older document, made anew.

    It also takes a draft that `check_exercise` refuses, for previews: what cannot be shown
    (an axis without options, a muscle that `around` does not have) is left out.
    """
    names = _link_names(around)
    anchors = Counter()
    sections = []
    for section in draft.sections:
        anchor = slugify(section.heading) or "section"
        anchors[anchor] += 1
        if anchors[anchor] > 1:
            anchor = f"{anchor}-{anchors[anchor]}"
        html = markdown.render(section.body, names)
        sections.append(msgspec.structs.replace(section, anchor=anchor, body_html=html))
    involvements = tuple(i for i in draft.involvements if i.muscle in around.muscles)
    return msgspec.structs.replace(
        draft,
        schema=documents.SCHEMA,
        renderer=markdown.VERSION,
        sections=tuple(sections),
        involvements=involvements,
        axes=tuple(axis for axis in draft.axes if axis.options),
        muscles=tuple(around.muscles[i.muscle] for i in involvements),
    )


def preview_exercise(exercise: Exercise) -> documents.ExerciseDocument:
    """The document that publishing now would make, muscles without a publication as their drafts
    have them. Writes nothing."""
    draft = drafts.exercise_draft(exercise)
    return freeze_exercise(draft, surroundings(along=unpublished_muscles(exercise)))


def preview_muscle(muscle: Muscle) -> documents.MuscleDocument:
    """The document that publishing now would make. Writes nothing."""
    return freeze_muscle(drafts.muscle_draft(muscle), surroundings(along=[muscle]))


def unpublished_muscles(exercise: Exercise) -> list[Muscle]:
    """The muscles that the exercise involves and that readers cannot see yet."""
    return list(
        Muscle.objects.filter(involvements__exercise=exercise)
        .exclude(pk__in=Publication.objects.muscles().live().values("muscle"))
        .select_related("group", "head_of")
        .distinct()
    )


def check(things: Sequence[Thing]) -> list[Problem]:
    """What stands against publishing these together, and what staff should know."""
    around = surroundings(along=[thing for thing in things if isinstance(thing, Muscle)])
    problems = []
    for thing in things:
        if isinstance(thing, Muscle):
            problems += check_muscle(drafts.muscle_draft(thing), around)
        else:
            draft = drafts.exercise_draft(thing)
            problems += check_exercise(draft, around)
            problems += _check_old_links(draft, live_publication(thing))
        if _other_live(thing).exists():
            problems.append(
                Problem("Slug", f"Readers see something else at “{thing.slug}” still. Choose another slug.")
            )
    return problems


@transaction.atomic
def publish(things: Sequence[Thing], note: str, by=None) -> list[Publication]:
    """Make the drafts of these what readers see, from now on: all of them or none.

    `note` says to readers what changed; `by` is the user. Raises Refused, and writes nothing, if
    a check finds an error.
    """
    # Whoever publishes the same thing at the same time waits here, and then gets the next number.
    # The rows are read anew: what the caller holds may be older than what somebody has saved since.
    things = [type(thing).objects.select_for_update().get(pk=thing.pk) for thing in things]
    problems = check(things)
    if any(problem.is_error for problem in problems):
        raise Refused(problems)
    muscles = [thing for thing in things if isinstance(thing, Muscle)]
    around = surroundings(along=muscles)
    publications = [
        _write(muscle, freeze_muscle(drafts.muscle_draft(muscle), around), note, by) for muscle in muscles
    ]
    publications += [
        _write(exercise, freeze_exercise(drafts.exercise_draft(exercise), around), note, by)
        for exercise in things
        if isinstance(exercise, Exercise)
    ]
    return publications


@transaction.atomic
def refresh(publication: Publication, note: str, by=None) -> Publication:
    """Publish a live document anew with what it copies of others as that is published now.

    The thing's draft does not come along.
    """
    thing = publication.exercise or publication.muscle
    type(thing).objects.select_for_update().get(pk=thing.pk)
    return _write(thing, _made_anew(publication, surroundings()), note, by)


def behind() -> list[Publication]:
    """The live publications that copy something which has been published differently since.

    Makes every live document anew: for the admin, not for readers.
    """
    around = surroundings()
    live = Publication.objects.live().select_related("exercise", "muscle")
    return [publication for publication in live if _made_anew(publication, around) != publication.content]


def has_unpublished_changes(thing: Thing) -> bool:
    """Whether publishing now would change what readers see."""
    live = live_publication(thing)
    preview = preview_exercise(thing) if isinstance(thing, Exercise) else preview_muscle(thing)
    return live is None or live.content != preview


def live_publication(thing: Thing) -> Publication | None:
    return thing.publications.live().first()


def _made_anew(publication: Publication, around: Surroundings):
    is_exercise = publication.kind == Publication.Kind.EXERCISE
    return (freeze_exercise if is_exercise else freeze_muscle)(publication.content, around)


def _write(thing: Thing, document, note: str, by) -> Publication:
    is_exercise = isinstance(thing, Exercise)
    last = thing.publications.order_by("-number").first()
    now = timezone.now()
    text = documents.to_json(document)
    documents.from_json(text, type(document))  # what could not be read back must not be written
    publication = Publication.objects.create(
        kind=Publication.Kind.EXERCISE if is_exercise else Publication.Kind.MUSCLE,
        exercise=thing if is_exercise else None,
        muscle=None if is_exercise else thing,
        number=last.number + 1 if last else 1,
        document=text,
        note=note,
        published_by=by,
        published_at=now,
        live_from=now,
        slug=document.slug,
        name=document.name,
        summary=document.answer if is_exercise else document.everyday_name,
        order=document.order,
    )
    if is_exercise:
        _write_best_stances(publication, document)
    return publication


def _write_best_stances(publication: Publication, document: documents.ExerciseDocument) -> None:
    muscles = Muscle.objects.in_bulk([i.muscle for i in document.involvements], field_name="slug")
    baselines = {i.muscle: i.baseline for i in document.involvements}
    ranks = Counter()
    for best in emphasis.best_stances(document):
        ranks[best.muscle] += 1
        BestStance.objects.create(
            publication=publication,
            muscle=muscles[best.muscle],
            rank=ranks[best.muscle],
            query=best.stance.query,
            words=best.stance.words,
            baseline=baselines[best.muscle],
            emphasis=best.emphasis,
        )


def _other_live(thing: Thing):
    """Live publications of other things of its kind at the address that its draft wants."""
    if isinstance(thing, Exercise):
        return Publication.objects.exercises().live().filter(slug=thing.slug).exclude(exercise=thing)
    return Publication.objects.muscles().live().filter(slug=thing.slug).exclude(muscle=thing)
