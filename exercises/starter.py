"""Starter content: the files in exercises/content/, loaded into rows and published.

Loading again brings what is new or has changed in the files, and leaves alone what staff changed,
deleted or merged in the meantime. The ledger, LoadedContent, tells which is which.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from django.core.exceptions import ValidationError
from django.db import transaction

from . import document as documents
from . import drafts, files, freezing, publishing, renaming
from .checks import Problem
from .files import ContentError
from .models import (
    Exercise,
    JointAction,
    LoadedContent,
    Muscle,
    MuscleGroup,
    Picture,
    StanceOption,
    Study,
    Term,
)

FOLDER = Path(__file__).parent / "content"
NOTE = "As it comes with Legwork."


class Report(msgspec.Struct):
    """What a load did: names of things loaded, and a sentence for each that was skipped."""

    new: list[str] = []
    updated: list[str] = []
    unchanged: list[str] = []
    skipped: list[str] = []


class Kind(msgspec.Struct, frozen=True):
    """How one kind of content goes between files and rows."""

    name: str
    model: Any
    to_value: Callable
    save: Callable


def load(folder: Path = FOLDER) -> Report:
    """Load and publish what is new in the folder: all of it in one transaction, or nothing.

    Raises ContentError for a file that cannot be read.
    """
    content = files.read_folder(folder)
    report = Report()
    with transaction.atomic():
        for group in content.groups:
            _load(GROUP, group, report)
        for action in content.actions:
            _load(ACTION, action, report)
        for picture in content.pictures:
            _load(PICTURE, picture, report)
        terms = [row for value in content.terms if (row := _load(TERM, value, report))]
        # All rows first: muscles and exercises cite studies, whose findings speak of exercises.
        loaded_muscles = [row for value in content.wholes_first if (row := _load(MUSCLE, value, report))]
        loaded_exercises = [row for value in content.exercises if (row := _load(EXERCISE, value, report))]
        loaded_studies = [row for value in content.studies if (row := _load(STUDY, value, report))]
        _publish_together([*terms, *loaded_muscles, *loaded_studies], report)
        # A study that is new or says something else changes grades, in exercises that did not change.
        touched = Exercise.objects.filter(findings__study__in=loaded_studies).distinct()
        for exercise in touched.exclude(pk__in=[exercise.pk for exercise in loaded_exercises]):
            if live := publishing.live_publication(exercise):
                publishing.refresh(live, NOTE)
        for exercise in loaded_exercises:
            _publish(exercise, report)
        if report.new or report.updated:
            # Also after an upgrade: the flag may be newer than the things.
            publishing.note_changes(thing for model in publishing.KINDS for thing in model.objects.all())
    return report


def _load(kind: Kind, value, report: Report):
    """Bring one value into rows. Returns the row if it was written, else None."""
    name = f"{kind.name} {value.slug}"
    entry = LoadedContent.objects.filter(kind=kind.name, slug=value.slug).first()
    row = kind.model.objects.filter(slug=value.slug).first()
    if entry and not row:
        report.skipped.append(f"{name}: deleted or renamed here, so it stays away.")
        return None
    if entry and entry.file_digest == documents.digest(value):
        report.unchanged.append(name)
        return None
    if getattr(row, "merged_into", None):
        report.skipped.append(f"{name}: merged into “{row.merged_into.slug}” here, so it stays so.")
        return None
    if row and not entry:
        report.skipped.append(f"{name}: made here with the same address, so it stays as it is.")
        return None
    if entry and entry.digest != documents.digest(kind.to_value(row)):
        report.skipped.append(f"{name}: changed here, so it stays as it is.")
        return None
    try:
        with transaction.atomic():
            row = kind.save(renaming.follow(value, freezing.merged_names()), row)
    except MISSING:
        report.skipped.append(f"{name}: it needs something that was deleted or renamed here.")
        return None
    except ValidationError as error:
        raise ContentError(f"{name}: {'; '.join(error.messages)}") from error
    (report.updated if entry else report.new).append(name)
    LoadedContent.objects.update_or_create(
        kind=kind.name,
        slug=value.slug,
        defaults={
            "file_digest": documents.digest(value),
            # Read afresh: what a row has just been given can differ from what it gives back.
            "digest": documents.digest(kind.to_value(kind.model.objects.get(pk=row.pk))),
        },
    )
    return row


def _publish_together(things: list, report: Report) -> None:
    """Publish all that have no error. They cite one another, so one that has takes others along."""
    try:
        publishing.publish(things, NOTE)
    except publishing.Refused:
        refused = [(thing, problem) for thing, problem in publishing.check_each(things) if problem.is_error]
        report.skipped.extend(_unpublished(thing, problem) for thing, problem in refused)
        _publish_together([thing for thing in things if thing not in dict(refused)], report)


def _publish(exercise: Exercise, report: Report) -> None:
    try:
        publishing.publish([exercise], NOTE)
    except publishing.Refused as refused:
        report.skipped.extend(_unpublished(exercise, p) for p in refused.problems if p.is_error)


def _unpublished(thing, problem: Problem) -> str:
    return f"{thing}: loaded but not published. {problem.where}: {problem.what}"


def _save_study(value: documents.StudyDocument, row: Study | None) -> Study:
    """Without the findings about something that was deleted or renamed here."""
    muscles = set(Muscle.objects.values_list("slug", flat=True))
    exercises = set(Exercise.objects.values_list("slug", flat=True))
    options = set(StanceOption.objects.values_list("axis__exercise__slug", "axis__slug", "slug"))

    def is_here(finding):
        named = {(finding.exercise, *option) for option in publishing.options_of(finding)}
        return finding.exercise in exercises and named <= options and muscles.issuperset(finding.muscles)

    findings = tuple(finding for finding in value.findings if is_here(finding))
    return drafts.save_study(msgspec.structs.replace(value, findings=findings), row)


GROUP = Kind("group", MuscleGroup, drafts.group_value, drafts.save_group)
ACTION = Kind("action", JointAction, drafts.action_value, drafts.save_action)
PICTURE = Kind("picture", Picture, drafts.picture_value, drafts.save_picture)
MUSCLE = Kind("muscle", Muscle, drafts.muscle_draft, drafts.save_muscle)
EXERCISE = Kind("exercise", Exercise, drafts.exercise_draft, drafts.save_exercise)
STUDY = Kind("study", Study, drafts.study_draft, _save_study)
TERM = Kind("term", Term, drafts.term_draft, drafts.save_term)
MISSING = tuple(
    model.DoesNotExist for model in (Exercise, JointAction, Muscle, MuscleGroup, Picture, StanceOption)
)
