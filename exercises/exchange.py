"""Drafts out to content files and in again, so that exercises can go from one site to another.

What goes in changes drafts and nothing that readers see. The folder has the layout of files.py.
"""

import hashlib
import io
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import Q

from . import comparing, drafts, editing, freezing, markdown, pictures, publishing, renaming
from . import document as documents
from .files import FOLDERS, Content, ContentError
from .models import Exercise, Finding, JointAction, Muscle, MuscleGroup, Picture, StanceOption, Study, Term

IMPORTED = "Imported from files."


class Part(msgspec.Struct, frozen=True):
    """How one part of the content goes between values and rows."""

    model: Any
    to_value: Any
    save: Any


# In the order in which they are saved: each needs those before it.
PARTS = {
    "groups": Part(MuscleGroup, drafts.group_value, drafts.save_group),
    "actions": Part(JointAction, drafts.action_value, drafts.save_action),
    "pictures": Part(Picture, drafts.picture_value, drafts.save_picture),
    "terms": Part(Term, drafts.term_draft, drafts.save_term),
    "muscles": Part(Muscle, drafts.muscle_draft, drafts.save_muscle),
    "exercises": Part(Exercise, drafts.exercise_draft, drafts.save_exercise),
    "studies": Part(Study, drafts.study_draft, drafts.save_study),
}


KEPT = {"terms", "muscles", "exercises", "studies"}  # whose drafts have a history


class Entry(msgspec.Struct, frozen=True):
    """One thing that an import changes: its row, and what is different in it, if it was here before."""

    part: str
    thing: Any
    before: documents.Value | None
    after: documents.Value

    @property
    def kind(self) -> str:
        return self.thing._meta.verbose_name

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def changes(self) -> tuple[comparing.Change, ...]:
        return () if self.before is None else comparing.compare(self.before, self.after)


class Report(msgspec.Struct, frozen=True):
    """What an import changes, how many things it leaves as they are, and what it leaves out, in sentences."""

    entries: tuple[Entry, ...]
    unchanged: int
    left_out: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """A fingerprint of all that it changes, from what to what."""
        whole = [[(entry.part, entry.before, entry.after) for entry in self.entries], self.left_out]
        return hashlib.sha256(msgspec.json.encode(whole)).hexdigest()


# Out


def gather(exercises: Collection[str] | None = None) -> Content:
    """The drafts of the site, or only these exercises, by slug, and what they need. What is merged into
    something else is left out."""
    muscles = Muscle.objects.filter(merged_into=None)
    rows = {picture.slug: picture for picture in Picture.objects.order_by("slug")}
    content = Content(
        # Without their images, which only those that travel need.
        pictures=tuple(drafts.picture_value(picture, with_image=False) for picture in rows.values()),
        groups=_values("groups", MuscleGroup.objects.order_by("order", "slug")),
        actions=_values("actions", JointAction.objects.order_by("slug")),
        terms=_values("terms", Term.objects.filter(merged_into=None).order_by("slug")),
        muscles=_values("muscles", muscles.select_related("group", "head_of").order_by("slug")),
        exercises=_values("exercises", Exercise.objects.order_by("slug")),
        studies=_values("studies", Study.objects.filter(merged_into=None).order_by("slug")),
    )
    content = content if exercises is None else needed_by(set(exercises), content)
    shown = tuple(drafts.picture_value(rows[picture.slug]) for picture in content.pictures)
    return msgspec.structs.replace(content, pictures=shown)


def _values(part: str, rows) -> tuple:
    return tuple(PARTS[part].to_value(row) for row in rows)


def needed_by(slugs: Collection[str], content: Content) -> Content:
    """Of the content these exercises, and what they name: pictures, muscles, their wholes, groups and
    actions, the studies that speak about them or that the texts cite, and the terms that these link.

    A study comes with its findings about these exercises only, since the others need other exercises.
    """
    exercises = tuple(exercise for exercise in content.exercises if exercise.slug in slugs)
    studies = {study.slug: _with_findings_about(study, slugs) for study in content.studies}
    things = {("study", slug): study for slug, study in studies.items()}
    things |= {("muscle", muscle.slug): muscle for muscle in content.muscles}
    things |= {("term", term.slug): term for term in content.terms}
    waiting = [name for exercise in exercises for name in _named_by(exercise)]
    waiting += [("study", study.slug) for study in studies.values() if study.findings]
    taken = set()
    while waiting:
        name = waiting.pop()
        if name in things and name not in taken:
            taken.add(name)
            waiting += _named_by(things[name])
    shown = {section.picture for exercise in exercises for section in exercise.sections}
    muscles = tuple(muscle for muscle in content.muscles if ("muscle", muscle.slug) in taken)
    cited = tuple(study for study in studies.values() if ("study", study.slug) in taken)
    groups = {muscle.group for muscle in muscles}
    groups |= {finding.group for study in cited for finding in study.findings}
    actions = {action for muscle in muscles for action in muscle.actions}
    return Content(
        groups=tuple(group for group in content.groups if group.slug in groups),
        actions=tuple(action for action in content.actions if action.slug in actions),
        pictures=tuple(picture for picture in content.pictures if picture.slug in shown),
        terms=tuple(term for term in content.terms if ("term", term.slug) in taken),
        muscles=muscles,
        exercises=exercises,
        studies=cited,
    )


def _with_findings_about(study: documents.StudyDocument, slugs: Collection[str]) -> documents.StudyDocument:
    findings = tuple(finding for finding in study.findings if finding.exercise in slugs)
    return msgspec.structs.replace(study, findings=findings)


def _named_by(value: documents.Value) -> Iterator[tuple[str, str]]:
    """Kind and slug of every muscle, study and term that the value or a text in it names."""
    if isinstance(value, documents.MuscleDocument) and value.head_of:
        yield "muscle", value.head_of
    for field in value.__struct_fields__:
        content = getattr(value, field)
        for item in content if isinstance(content, tuple) else (content,):
            if isinstance(item, documents.Value):
                yield from _named_by(item)
            elif isinstance(item, str) and field in ("muscle", "muscles"):
                yield "muscle", item
            elif isinstance(item, str):
                yield from ((found[1], found[2]) for found in markdown.LINK.finditer(item))


# In


def take_in(content: Content, by=None, is_trial: bool = False) -> Report:
    """Write the content over the drafts that are here and beside them: all of it, or nothing.

    What is not in the content stays, and so do a study's findings about exercises that neither the content
    has nor the study's file speaks about. What is merged into something else here is left out, and where it
    is named, that is meant. A trial does the same and takes it back, but for the files of pictures, which
    nothing names then. Raises ContentError.
    """
    content, left_out = _without_merged(content)
    if problems := [*_crowds(content), *_strangers(content), *_make_pictures(content)]:
        raise ContentError(*problems)
    return _take_in(content, left_out, by, is_trial)


def _crowds(content: Content) -> Iterator[str]:
    """Say what has more parts than its form in the admin could show."""
    for name in FOLDERS:
        for value in getattr(content, name):
            for kind, count in _part_counts(value):
                if count > documents.MOST_PARTS:
                    most = documents.MOST_PARTS
                    yield f"{_path(name, value)}: it has {count} {kind}. At most {most} can be edited."


def _part_counts(value: documents.Value) -> Iterator[tuple[str, int]]:
    """How many parts of each kind the value has, and each part of it."""
    for field in value.__struct_fields__:
        content = getattr(value, field)
        if isinstance(content, tuple) and content and isinstance(content[0], documents.Value):
            yield field, len(content)
            for item in content:
                yield from _part_counts(item)


def _make_pictures(content: Content) -> Iterator[str]:
    """Write the files of every picture, which takes seconds, before anybody is kept from writing rows. Says
    of each image that is refused why."""
    for picture in content.pictures:
        try:
            pictures.make(io.BytesIO(picture.image))
        except pictures.Refused as refused:
            yield f"{_path('pictures', picture)}: {refused}"


@transaction.atomic
def _take_in(content: Content, left_out: tuple[str, ...], by, is_trial: bool) -> Report:
    here = {
        (name, row.slug): row
        for name, part in PARTS.items()
        for row in part.model.objects.select_for_update().filter(slug__in=_slugs(content, name))
    }
    before = {key: PARTS[key[0]].to_value(row) for key, row in here.items()}
    _free_options(content)
    entries = []
    for name, part in PARTS.items():
        for value in content.wholes_first if name == "muscles" else getattr(content, name):
            old = before.get((name, value.slug))
            if name == "studies" and old:
                value = _with_other_findings(value, old, content)
            savepoint = transaction.savepoint()
            thing = _write(name, value, here.get((name, value.slug)))
            after = part.to_value(thing)
            if old == after:
                transaction.savepoint_rollback(savepoint)
                continue
            transaction.savepoint_commit(savepoint)
            if name in KEPT:
                editing.keep(thing, IMPORTED, by)
            entries.append(Entry(name, thing, old, after))
    if is_trial:
        transaction.set_rollback(True)
    else:
        publishing.note_changes(_touched(entries))
    unchanged = sum(len(getattr(content, name)) for name in PARTS) - len(entries)
    return Report(tuple(entries), unchanged, left_out)


def _without_merged(content: Content) -> tuple[Content, tuple[str, ...]]:
    merged = freezing.merged_names()
    kept, left_out = {}, []
    for name, kind in (("terms", "term"), ("muscles", "muscle"), ("studies", "study")):
        kept[name] = tuple(value for value in getattr(content, name) if (kind, value.slug) not in merged)
        left_out += [
            f"{_path(name, value)}: here it is merged into “{merged[kind, value.slug]}”, so it is left out."
            for value in getattr(content, name)
            if (kind, value.slug) in merged
        ]
    return renaming.follow(msgspec.structs.replace(content, **kept), merged), tuple(left_out)


def _write(name: str, value, row):
    """Save one value to a new row or over the given one, and read it afresh."""
    path = _path(name, value)
    try:
        if row and name in KEPT:
            editing.keep_first(row)
        row = PARTS[name].save(value, row)
    except ValidationError as error:
        of = f"{error.__notes__[0]}: " if getattr(error, "__notes__", None) else ""
        raise ContentError(*(f"{path}: {of}{message}" for message in _messages(error))) from error
    except ObjectDoesNotExist as error:  # not reached as long as _strangers finds all of them
        raise ContentError(f"{path}: it names something that is neither in the files nor here.") from error
    return PARTS[name].model.objects.get(pk=row.pk)


def _messages(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return error.messages
    return [
        message if field == "__all__" else f"{field.replace('_', ' ')}: {message}"
        for field, messages in error.message_dict.items()
        for message in messages
    ]


def _free_options(content: Content) -> None:
    """Take away the findings that would keep options from going, where the content has their study: its
    findings are all written anew."""
    for exercise in content.exercises:
        kept = {(axis.slug, option.slug) for axis in exercise.axes for option in axis.options}
        options = StanceOption.objects.filter(axis__exercise__slug=exercise.slug).select_related("axis")
        gone = [option for option in options if (option.axis.slug, option.slug) not in kept]
        about = Q(option__in=gone) | Q(against__in=gone) | Q(with_option__in=gone)
        findings = Finding.objects.filter(about, study__slug__in=_slugs(content, "studies"))
        for study in Study.objects.filter(findings__in=findings).distinct():
            editing.keep_first(study)
        findings.delete()


def _with_other_findings(
    value: documents.StudyDocument, old: documents.StudyDocument, content: Content
) -> documents.StudyDocument:
    """The study with the findings from here that the content says nothing about, in their places."""
    spoken_about = {finding.exercise for finding in value.findings} | set(_slugs(content, "exercises"))
    findings = list(value.findings)
    for place, finding in enumerate(old.findings):
        if finding.exercise not in spoken_about:
            findings.insert(place, finding)
    return msgspec.structs.replace(value, findings=tuple(findings))


def _touched(entries: Iterable[Entry]) -> list:
    """What the entries change, as far as it is published: muscles copy their groups and actions, and
    exercises their pictures."""
    entries = list(entries)
    touched = dict.fromkeys(entry.thing for entry in entries if entry.part in KEPT)
    shown = [entry.thing.pk for entry in entries if entry.part == "pictures"]
    touched |= dict.fromkeys(Exercise.objects.filter(sections__picture__in=shown).distinct())
    groups = [entry.thing.pk for entry in entries if entry.part == "groups"]
    actions = [entry.thing.pk for entry in entries if entry.part == "actions"]
    copying = Muscle.objects.filter(Q(group__in=groups) | Q(actions__in=actions)).distinct()
    return list(touched | dict.fromkeys(copying))


def _strangers(content: Content) -> Iterator[str]:
    """Say of each thing that is named whether it is neither in the content nor here. Eight queries."""
    known = {
        name: {*_slugs(content, name), *part.model.objects.values_list("slug", flat=True)}
        for name, part in PARTS.items()
    }
    effects = {exercise.slug: set(_effect_names(exercise)) for exercise in content.exercises}
    options = {
        (exercise, axis, option)
        for exercise, axis, option in StanceOption.objects.values_list(
            "axis__exercise__slug", "axis__slug", "slug"
        )
        if exercise not in effects
    }
    for exercise in content.exercises:
        options |= {
            (exercise.slug, axis.slug, option.slug) for axis in exercise.axes for option in axis.options
        }

    def check(path: str, name: str, slugs: Iterable[str]) -> Iterator[str]:
        kind = PARTS[name].model._meta.verbose_name
        for slug in sorted({slug for slug in slugs if slug} - known[name]):
            yield f"{path}: it names the {kind} “{slug}”, which is neither in the files nor here."

    def check_options(path: str, exercise: str, named: Iterable[tuple[str, str]]) -> Iterator[str]:
        for axis, option in sorted(set(named)):
            if (option or axis) and (exercise, axis, option) not in options:
                what = f"the option “{option}” of axis “{axis}”"
                yield f"{path}: it names {what}, which the exercise “{exercise}” does not have."

    heads = {muscle.slug for muscle in content.muscles if muscle.head_of}
    for muscle in content.muscles:
        path = _path("muscles", muscle)
        yield from check(path, "groups", [muscle.group])
        yield from check(path, "actions", muscle.actions)
        yield from check(path, "muscles", [muscle.head_of])
        if muscle.head_of in heads:
            yield f"{path}: “{muscle.head_of}” is a head itself. Name the whole muscle."
    for exercise in content.exercises:
        path = _path("exercises", exercise)
        muscles = {involvement.muscle for involvement in exercise.involvements}
        muscles |= {effect.muscle for effect in effects[exercise.slug]}
        muscles |= {muscle for claim in exercise.claims for muscle in claim.muscles}
        yield from check(path, "muscles", muscles)
        yield from check(path, "pictures", [section.picture for section in exercise.sections])
        others = [(effect.with_axis, effect.with_option) for effect in effects[exercise.slug]]
        yield from check_options(path, exercise.slug, others)
        for claim in exercise.claims:
            for effect in claim.effects:
                if effect not in effects[exercise.slug]:
                    what = f"“{effect.option}” of axis “{effect.axis}” on “{effect.muscle}”"
                    yield f"{path}: claim “{claim.statement}” rests on an effect that is not there: {what}."
    for study in content.studies:
        path = _path("studies", study)
        yield from check(path, "exercises", [finding.exercise for finding in study.findings])
        yield from check(path, "groups", [finding.group for finding in study.findings])
        yield from check(path, "muscles", [slug for finding in study.findings for slug in finding.muscles])
        for finding in study.findings:
            if finding.exercise in known["exercises"]:
                yield from check_options(path, finding.exercise, publishing.options_of(finding))


def _effect_names(exercise: documents.ExerciseDocument) -> Iterator[documents.EffectName]:
    for axis in exercise.axes:
        for option in axis.options:
            for effect in option.effects:
                yield documents.EffectName(
                    axis=axis.slug,
                    option=option.slug,
                    muscle=effect.muscle,
                    with_axis=effect.with_axis,
                    with_option=effect.with_option,
                )


def _slugs(content: Content, name: str) -> list[str]:
    return [value.slug for value in getattr(content, name)]


def _path(name: str, value) -> str:
    """The file that the value stands in, as an export would name it."""
    return f"{name}/{value.slug}.toml" if name in FOLDERS else f"{name}.toml, “{value.slug}”"
