"""Makers of what tests need. Those that take rows write to the database; the rest are values."""

from django.contrib.auth.models import User

from exercises import document as documents
from exercises import drafts, publishing, starter
from exercises.models import Exercise, JointAction, Muscle, MuscleGroup

GROUP = documents.MuscleGroup(slug="thigh", name="thigh muscles")
ACTION = documents.JointAction(slug="knee-extension", name="knee extension")


def make_muscle_value(slug: str, **fields) -> documents.MuscleDocument:
    given = {
        "name": slug.replace("-", " "),
        "group": GROUP.slug,
        "actions": (ACTION.slug,),
        "location": "At the front.",
        "function": "Straightens the knee.",
    }
    return documents.MuscleDocument(slug=slug, **{**given, **fields})


def make_option(slug: str, *effects: documents.StanceEffect, **fields) -> documents.StanceOption:
    return documents.StanceOption(slug=slug, name=slug, effects=effects, **fields)


def make_effect(muscle: str, step: int, **fields) -> documents.StanceEffect:
    return documents.StanceEffect(muscle=muscle, step=step, **{"reason": "It is stretched.", **fields})


def make_exercise_value(slug: str = "press", **fields) -> documents.ExerciseDocument:
    """A small exercise that nothing stands against: two muscles, one axis with three options."""
    given = {
        "name": slug.replace("-", " "),
        "answer": "It works the thigh.",
        "sections": (documents.Section(heading="What it is", body="A press."),),
        "involvements": (
            documents.Involvement(muscle="front", role="target", baseline=8, floor=4),
            documents.Involvement(muscle="back", role="helper", baseline=3),
        ),
        "axes": (
            documents.StanceAxis(
                slug="height",
                name="Height",
                options=(
                    make_option("low", make_effect("front", 1)),
                    make_option("middle", is_neutral=True),
                    make_option("high", make_effect("front", -2), make_effect("back", 1)),
                ),
            ),
        ),
    }
    return documents.ExerciseDocument(slug=slug, **{**given, **fields})


def make_surroundings(*muscles: documents.MuscleDocument) -> publishing.Surroundings:
    muscles = muscles or (make_muscle_value("front"), make_muscle_value("back"))
    return publishing.Surroundings(
        muscles={
            muscle.slug: documents.MuscleName(
                slug=muscle.slug,
                name=muscle.name,
                group=documents.MuscleGroup(slug=muscle.group, name=muscle.group),
                region=muscle.region,
                head_of=muscle.head_of,
                whole_name=muscle.head_of.replace("-", " "),
            )
            for muscle in muscles
        },
        groups={GROUP.slug: GROUP},
        actions={ACTION.slug: ACTION},
    )


def make_document(**fields) -> documents.ExerciseDocument:
    """The frozen document of the small exercise, without a database."""
    return publishing.freeze_exercise(make_exercise_value(**fields), make_surroundings())


def make_starter_document(slug: str) -> documents.ExerciseDocument:
    """An exercise of the starter content, frozen without a database."""
    exercise = documents.from_toml(
        (starter.FOLDER / "exercises" / f"{slug}.toml").read_text(), documents.ExerciseDocument
    )
    return publishing.freeze_exercise(exercise, make_surroundings(*starter_muscles()))


def starter_muscles() -> list[documents.MuscleDocument]:
    files = sorted((starter.FOLDER / "muscles").glob("*.toml"))
    return [documents.from_toml(file.read_text(), documents.MuscleDocument) for file in files]


def make_muscle(slug: str, is_published: bool = True, **fields) -> Muscle:
    MuscleGroup.objects.get_or_create(slug=GROUP.slug, defaults={"name": GROUP.name})
    JointAction.objects.get_or_create(slug=ACTION.slug, defaults={"name": ACTION.name})
    muscle = drafts.save_muscle(make_muscle_value(slug, **fields))
    if is_published:
        publishing.publish([muscle], "First.")
    return muscle


def make_exercise(slug: str = "press", is_published: bool = True, **fields) -> Exercise:
    """The small exercise in rows, with its two muscles."""
    for muscle in ("front", "back"):
        if not Muscle.objects.filter(slug=muscle).exists():
            make_muscle(muscle)
    exercise = drafts.save_exercise(make_exercise_value(slug, **fields))
    if is_published:
        publishing.publish([exercise], "First.")
    return exercise


def make_editor() -> User:
    return User.objects.create_superuser("editor", "editor@example.org", "password")
