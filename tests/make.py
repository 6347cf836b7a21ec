"""Makers of what tests need. Those that take rows write to the database; the rest are values."""

from collections.abc import Iterable

from django.contrib.auth.models import Group, User

from exercises import document as documents
from exercises import drafts, freezing, publishing, starter
from exercises.models import Exercise, JointAction, Muscle, MuscleGroup, Study, Term

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


def make_finding(**fields) -> documents.Finding:
    """A comparison: high feet gave more activity of the front muscle than low feet."""
    given = {
        "kind": "comparison",
        "exercise": "press",
        "muscles": ("front",),
        "axis": "height",
        "option": "high",
        "against": "low",
        "direction": "more",
        "words": "It was busier with the feet high.",
    }
    return documents.Finding(**{**given, **fields})


def make_study_value(
    slug: str = "smith-2020", *findings: documents.Finding, **fields
) -> documents.StudyDocument:
    given = {
        "short_name": slug.replace("-", " ").capitalize(),
        "authors": "Smith AB",
        "year": 2020,
        "title": "Feet and muscles",
        "kind": "activity",
        "participants": "12 women",
        "sample_size": 12,
        "summary": "Feet made a difference.",
        "basis": "The whole paper.",
    }
    return documents.StudyDocument(slug=slug, findings=findings, **{**given, **fields})


def make_surroundings(
    *muscles: documents.MuscleDocument,
    studies: Iterable[documents.StudyDocument] = (),
    terms: Iterable[documents.TermDocument] = (),
) -> freezing.Surroundings:
    muscles = muscles or (make_muscle_value("front"), make_muscle_value("back"))
    return freezing.Surroundings(
        muscles={
            muscle.slug: documents.MuscleName(
                slug=muscle.slug,
                name=muscle.name,
                group=documents.MuscleGroup(slug=muscle.group, name=muscle.group),
                region=muscle.region,
                is_deep=muscle.is_deep,
                head_of=muscle.head_of,
                whole_name=muscle.head_of.replace("-", " "),
            )
            for muscle in muscles
        },
        groups={GROUP.slug: GROUP},
        actions={ACTION.slug: ACTION},
        studies={study.slug: study for study in studies},
        terms={term.slug: term.as_copy for term in terms},
    )


def make_document(studies: Iterable[documents.StudyDocument] = (), **fields) -> documents.ExerciseDocument:
    """The frozen document of the small exercise, without a database."""
    return freezing.freeze_exercise(make_exercise_value(**fields), make_surroundings(studies=studies))


def make_starter_document(slug: str) -> documents.ExerciseDocument:
    """An exercise of the starter content, frozen without a database."""
    exercise = documents.from_toml(
        (starter.FOLDER / "exercises" / f"{slug}.toml").read_text(), documents.ExerciseDocument
    )
    return freezing.freeze_exercise(
        exercise,
        make_surroundings(*starter_muscles(), studies=starter_studies(), terms=starter_terms()),
    )


def starter_muscles() -> list[documents.MuscleDocument]:
    files = sorted((starter.FOLDER / "muscles").glob("*.toml"))
    return [documents.from_toml(file.read_text(), documents.MuscleDocument) for file in files]


def starter_studies() -> list[documents.StudyDocument]:
    files = sorted((starter.FOLDER / "studies").glob("*.toml"))
    return [documents.from_toml(file.read_text(), documents.StudyDocument) for file in files]


def starter_terms() -> list[documents.TermDocument]:
    files = sorted((starter.FOLDER / "terms").glob("*.toml"))
    return [documents.from_toml(file.read_text(), documents.TermDocument) for file in files]


def make_muscle(slug: str, is_published: bool = True, **fields) -> Muscle:
    """A muscle in rows, with its group and what it does."""
    MuscleGroup.objects.get_or_create(slug=GROUP.slug, defaults={"name": GROUP.name})
    JointAction.objects.get_or_create(slug=ACTION.slug, defaults={"name": ACTION.name})
    muscle = drafts.save_muscle(make_muscle_value(slug, **fields))
    if is_published:
        publishing.publish([muscle], "First.")
    return muscle


def make_exercise(slug: str = "press", is_published: bool = True, **fields) -> Exercise:
    """The small exercise in rows, with its two muscles, which are published in any case. All of it is
    published at once, since each publication reads the whole site."""
    missing = {"front", "back"} - set(Muscle.objects.values_list("slug", flat=True))
    things = [make_muscle(muscle, is_published=False) for muscle in sorted(missing, reverse=True)]
    exercise = drafts.save_exercise(make_exercise_value(slug, **fields))
    if is_published:
        things.append(exercise)
    if things:
        publishing.publish(things, "First.")
    return exercise


def make_study(
    slug: str = "smith-2020", *findings: documents.Finding, is_published: bool = True, **fields
) -> Study:
    """A study in rows. The exercise that its findings speak about has to be there."""
    study = drafts.save_study(make_study_value(slug, *findings, **fields))
    if is_published:
        publishing.publish([study], "First.")
    return study


def make_term(slug: str = "concentric", is_published: bool = True, **fields) -> Term:
    given = {"name": slug, "definition": f"What {slug} means.", **fields}
    term = drafts.save_term(documents.TermDocument(slug=slug, **given))
    if is_published:
        publishing.publish([term], "First.")
    return term


def make_editor() -> User:
    return User.objects.create_superuser("editor", "editor@example.org", "password")


def make_staff(role: str, **fields) -> User:
    """Somebody with that role and nothing else; "" for staff without a role."""
    user = User.objects.create_user(role or "nobody", password="password", is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name=role))
    return user
