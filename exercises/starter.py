"""Starter content: the files in exercises/content/, loaded into rows and published.

Loading again brings what is new or has changed in the files, and leaves alone what staff changed
or deleted in the meantime. The ledger, LoadedContent, tells which is which.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from django.core.exceptions import ValidationError
from django.db import transaction

from . import document as documents
from . import drafts, publishing
from .models import Exercise, JointAction, LoadedContent, Muscle, MuscleGroup

FOLDER = Path(__file__).parent / "content"
NOTE = "As it comes with Legwork."


class ContentError(Exception):
    """A content file that cannot be read. The text names the file and what does not fit."""


class Groups(documents.Value, kw_only=True):
    """The file groups.toml."""

    groups: tuple[documents.MuscleGroup, ...] = ()


class Actions(documents.Value, kw_only=True):
    """The file actions.toml."""

    actions: tuple[documents.JointAction, ...] = ()


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
    groups = _read(folder / "groups.toml", Groups).groups
    actions = _read(folder / "actions.toml", Actions).actions
    muscles = [_read(path, documents.MuscleDocument) for path in sorted((folder / "muscles").glob("*.toml"))]
    muscles.sort(key=lambda muscle: (bool(muscle.head_of), muscle.order))  # wholes before heads
    exercises = [
        _read(path, documents.ExerciseDocument) for path in sorted((folder / "exercises").glob("*.toml"))
    ]
    report = Report()
    with transaction.atomic():
        for group in groups:
            _load(GROUP, group, report)
        for action in actions:
            _load(ACTION, action, report)
        loaded = [muscle for value in muscles if (muscle := _load(MUSCLE, value, report))]
        _publish_muscles(loaded, report)
        for value in exercises:
            if exercise := _load(EXERCISE, value, report):
                _publish(exercise, report)
    return report


def _read(path: Path, kind):
    try:
        return documents.from_toml(path.read_text(encoding="utf-8"), kind)
    except FileNotFoundError:
        return kind()
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{path.name}: {error}") from error


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
    if row and not entry:
        report.skipped.append(f"{name}: made here with the same address, so it stays as it is.")
        return None
    if entry and entry.digest != documents.digest(kind.to_value(row)):
        report.skipped.append(f"{name}: changed here, so it stays as it is.")
        return None
    try:
        with transaction.atomic():
            row = kind.save(value, row)
    except (Muscle.DoesNotExist, MuscleGroup.DoesNotExist, JointAction.DoesNotExist):
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


def _publish_muscles(muscles: list[Muscle], report: Report) -> None:
    """Publish all that have no error. They link one another, so one that has takes others along."""
    while muscles:
        around = publishing.surroundings(along=muscles)
        problems = {
            muscle: [
                problem
                for problem in publishing.check_muscle(drafts.muscle_draft(muscle), around)
                if problem.is_error
            ]
            for muscle in muscles
        }
        if not any(problems.values()):
            break
        for muscle in muscles:
            report.skipped.extend(_unpublished(muscle, problem) for problem in problems[muscle])
        muscles = [muscle for muscle in muscles if not problems[muscle]]
    publishing.publish(muscles, NOTE)


def _publish(exercise: Exercise, report: Report) -> None:
    try:
        publishing.publish([exercise], NOTE)
    except publishing.Refused as refused:
        report.skipped.extend(_unpublished(exercise, p) for p in refused.problems if p.is_error)


def _unpublished(thing, problem: publishing.Problem) -> str:
    return f"{thing.name}: loaded but not published. {problem.where}: {problem.what}"


GROUP = Kind("group", MuscleGroup, drafts.group_value, drafts.save_group)
ACTION = Kind("action", JointAction, drafts.action_value, drafts.save_action)
MUSCLE = Kind("muscle", Muscle, drafts.muscle_draft, drafts.save_muscle)
EXERCISE = Kind("exercise", Exercise, drafts.exercise_draft, drafts.save_exercise)
