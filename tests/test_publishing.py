import signal
import sqlite3
from datetime import timedelta

import msgspec
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from exercises import certainty, checks, contexts, drafts, emphasis, publishing
from exercises import document as documents
from exercises.models import (
    BestStance,
    EvidenceUse,
    Exercise,
    JointAction,
    Muscle,
    MuscleGroup,
    Publication,
    Study,
    StudyEntry,
)
from tests.make import (
    make_editor,
    make_effect,
    make_exercise,
    make_exercise_value,
    make_finding,
    make_muscle,
    make_muscle_value,
    make_option,
    make_study,
    make_study_value,
    make_surroundings,
)


def problems_of(around=None, **fields):
    return checks.check_exercise(make_exercise_value(**fields), around or make_surroundings())


def the_axis(*options):
    return (documents.StanceAxis(slug="height", name="Height", options=options),)


NEUTRAL = make_option("middle", is_neutral=True)
FRONT = documents.Involvement(muscle="front", role="target", baseline=8)


# What is refused


def test_nothing_stands_against_a_complete_exercise():
    assert problems_of() == []


@pytest.mark.parametrize(
    ("fields", "where", "what"),
    [
        ({"answer": ""}, "Answer", "Write the paragraph"),
        ({"sections": ()}, "Sections", "at least one"),
        ({"sections": (documents.Section(heading="Why", body=""),)}, "Section “Why”", "no text"),
        (
            {"sections": (documents.Section(heading="Why", body="[[muscle:wing]]"),)},
            "Section “Why”",
            "[[muscle:wing]] links to a muscle that does not exist or is not published",
        ),
        (
            {"sections": (documents.Section(heading="Why", body="[[planet:mars]]"),)},
            "Section “Why”",
            "there is no “planet”",
        ),
        ({"involvements": ()}, "Muscles", "No muscle is involved"),
        (
            {"involvements": (FRONT, documents.Involvement(muscle="wing", role="helper", baseline=2))},
            "Muscles",
            "“wing” is not published",
        ),
        ({"axes": ()}, "Stance axes", "Nothing can be chosen"),
        ({"axes": the_axis(NEUTRAL)}, "Axis “Height”", "at least two options"),
        (
            {"axes": the_axis(make_option("low"), make_option("high"))},
            "Axis “Height”",
            "No option is neutral",
        ),
        (
            {"axes": the_axis(NEUTRAL, make_option("high", make_effect("front", 1, reason="")))},
            "option “high”",
            "no reason",
        ),
        (
            {"axes": the_axis(NEUTRAL, make_option("high", make_effect("wing", 1)))},
            "option “high”",
            "no baseline",
        ),
        (
            {
                "axes": the_axis(
                    make_option("middle", make_effect("front", 1), is_neutral=True), make_option("high")
                )
            },
            "option “middle”",
            "cannot have effects",
        ),
        (
            {
                "axes": the_axis(
                    NEUTRAL,
                    make_option("high", make_effect("front", 1, with_axis="width", with_option="wide")),
                )
            },
            "option “high”",
            "no other axis has",
        ),
        (
            {"axes": (documents.StanceAxis(slug="lens", name="Lens", options=(NEUTRAL, make_option("a"))),)},
            "Axis “Lens”",
            "taken by the site",
        ),
    ],
)
def test_what_is_incomplete_or_contradicts_itself_is_an_error(fields, where, what):
    found = [problem for problem in problems_of(**fields) if problem.is_error]
    assert any(where in problem.where and what in problem.what for problem in found), found


def test_a_whole_muscle_and_its_head_cannot_both_be_involved():
    around = make_surroundings(make_muscle_value("front"), make_muscle_value("back", head_of="front"))
    assert any("the whole or its heads" in problem.what for problem in problems_of(around))


def test_two_options_that_push_a_muscle_the_same_way_are_a_warning():
    axes = the_axis(
        NEUTRAL, make_option("low", make_effect("front", 1)), make_option("high", make_effect("front", 2))
    )
    (problem,) = problems_of(axes=axes)
    assert not problem.is_error
    assert "2 of its options move “front” up" in problem.what


def test_more_stances_than_can_be_listed_are_refused():
    axes = tuple(
        documents.StanceAxis(
            slug=f"axis-{n}", name=f"Axis {n}", options=(NEUTRAL, make_option("a"), make_option("b"))
        )
        for n in range(7)
    )
    assert any("2187 stances" in problem.what for problem in problems_of(axes=axes))


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"location": ""}, "where it lies"),
        ({"function": ""}, "what it does"),
        ({"actions": ()}, "no joint action"),
        ({"head_of": "wing"}, "“wing”, which is not published"),
        ({"function": "[[muscle:wing]]"}, "[[muscle:wing]]"),
    ],
)
def test_an_incomplete_muscle_is_an_error(fields, what):
    found = checks.check_muscle(make_muscle_value("front", **fields), make_surroundings())
    assert any(what in problem.what and problem.is_error for problem in found)


# Publishing


@pytest.mark.usefixtures("empty_site")
def test_saving_changes_nothing_that_readers_see():
    exercise = make_exercise()
    exercise.answer = "Something else."
    exercise.save()
    assert publishing.live_publication(exercise).content.answer == "It works the thigh."
    assert publishing.has_unpublished_changes(exercise)


@pytest.mark.usefixtures("empty_site")
def test_publishing_makes_the_next_version_live_and_keeps_the_last():
    exercise, editor = make_exercise(), make_editor()
    exercise.answer = "Something else."
    exercise.save()
    publishing.publish([exercise], "Reworded.", editor)
    live = publishing.live_publication(exercise)
    assert (live.number, live.note, live.published_by) == (2, "Reworded.", editor)
    assert live.content.answer == "Something else."
    assert exercise.publications.get(number=1).content.answer == "It works the thigh."
    assert not publishing.has_unpublished_changes(exercise)


@pytest.mark.usefixtures("empty_site")
def test_what_is_refused_writes_nothing_and_lists_why():
    exercise = make_exercise()
    exercise.sections.update(body="")
    with pytest.raises(publishing.Refused, match="It has no text") as refused:
        publishing.publish([exercise], "Oops.")
    assert exercise.publications.count() == 1
    assert [problem.where for problem in refused.value.problems] == ["Section “What it is”"]


@pytest.mark.usefixtures("empty_site")
def test_all_or_nothing_when_several_are_published_together():
    muscle = make_muscle("front", is_published=False)
    make_muscle("back")
    exercise = make_exercise(is_published=False)
    exercise.sections.update(body="")
    with pytest.raises(publishing.Refused):
        publishing.publish([muscle, exercise], "Both.")
    assert not muscle.publications.exists()


@pytest.mark.usefixtures("empty_site")
def test_an_exercise_takes_unpublished_muscles_along():
    make_muscle("front", is_published=False)
    exercise = make_exercise(is_published=False)
    with pytest.raises(publishing.Refused, match="“front” is not published"):
        publishing.publish([exercise], "Alone.")
    publishing.publish([*publishing.needed(exercise), exercise], "Together.")
    assert publishing.live_publication(exercise).content.muscle("front").name == "front"


@pytest.mark.usefixtures("empty_site")
def test_a_muscles_draft_does_not_leak_into_an_exercise():
    exercise = make_exercise()
    Muscle.objects.filter(slug="front").update(name="secret")
    publishing.publish([exercise], "Again.")
    assert "secret" not in publishing.live_publication(exercise).document


@pytest.mark.usefixtures("empty_site")
def test_copies_fall_behind_and_are_brought_up_to_date_without_the_draft():
    exercise = make_exercise()
    exercise.answer = "Half-written"
    exercise.save()
    muscle = exercise.involvements.get(muscle__slug="front").muscle
    muscle.name = "front of thigh"
    muscle.save()
    publishing.publish([muscle], "Renamed.")
    (behind,) = publishing.behind()
    assert behind.exercise == exercise
    fresh = publishing.refresh(behind, "Names.")
    assert fresh.content.muscle("front").name == "front of thigh"
    assert fresh.content.answer == "It works the thigh."
    assert publishing.behind() == []


@pytest.mark.usefixtures("empty_site")
def test_what_was_saved_meanwhile_is_published_not_what_the_caller_holds():
    exercise = make_exercise()
    Exercise.objects.filter(pk=exercise.pk).update(answer="Saved by somebody else.")
    publishing.publish([exercise], "Again.")
    assert publishing.live_publication(exercise).content.answer == "Saved by somebody else."


@pytest.mark.usefixtures("empty_site")
def test_what_could_not_be_read_back_is_not_written():
    exercise = make_exercise()
    exercise.axes.update(slug="Toe_Angle")  # past the form's check
    with pytest.raises(msgspec.ValidationError):
        publishing.publish([exercise], "Oops.")
    assert exercise.publications.count() == 1


@pytest.mark.usefixtures("empty_site")
def test_a_group_or_an_action_that_was_renamed_or_deleted_breaks_no_document():
    make_exercise()
    MuscleGroup.objects.update(slug="renamed")
    JointAction.objects.all().delete()
    live = Publication.objects.live("muscle").get(slug="front")
    assert live not in publishing.behind()
    assert publishing.refresh(live, "Again.").content == live.content


@pytest.mark.usefixtures("empty_site")
def test_of_two_publications_the_latest_that_is_out_is_live():
    exercise = make_exercise()
    publishing.publish([exercise], "Second.")
    first, second = exercise.publications.order_by("number")
    Publication.objects.filter(pk=second.pk).update(live_from=timezone.now() + timedelta(hours=1))
    assert publishing.live_publication(exercise) == first
    Publication.objects.filter(pk=second.pk).update(live_from=first.live_from)
    assert publishing.live_publication(exercise) == second


@pytest.mark.usefixtures("empty_site")
def test_an_address_that_readers_still_use_is_not_taken_over():
    first = make_exercise("press")
    first.slug = "sled"
    first.save()
    second = make_exercise("press", is_published=False)
    with pytest.raises(publishing.Refused, match="Choose another slug"):
        publishing.publish([second], "Mine.")


@pytest.mark.usefixtures("empty_site")
def test_an_option_that_links_lead_to_is_warned_about_when_it_goes():
    exercise = make_exercise()
    exercise.axes.get().options.filter(slug="high").update(slug="top")
    (problem,) = publishing.check([exercise])
    assert not problem.is_error
    assert "?height=high will stop working" in problem.what


@pytest.mark.usefixtures("empty_site")
def test_the_index_has_the_best_stances_of_every_muscle():
    exercise = make_exercise()
    rows = BestStance.objects.filter(publication=publishing.live_publication(exercise))
    assert {(row.muscle.slug, row.query, row.emphasis) for row in rows} == {
        ("front", "?height=low", 9),
        ("back", "?height=high", 4),
    }


@pytest.mark.usefixtures("empty_site")
def test_a_draft_comes_back_from_its_rows_as_it_was():
    make_exercise()
    assert drafts.exercise_draft(Exercise.objects.get()) == make_exercise_value()


@pytest.mark.usefixtures("empty_site")
def test_a_preview_of_an_unfinished_draft_leaves_out_what_cannot_be_shown():
    exercise = make_exercise(is_published=False)
    exercise.axes.get().options.update(is_neutral=False)
    exercise.axes.create(name="Width", slug="width")
    document = publishing.preview(exercise)
    assert [axis.slug for axis in document.axes] == ["height"]
    assert not Publication.objects.filter(kind="exercise").exists()


@pytest.mark.usefixtures("empty_site")
@pytest.mark.parametrize(
    "change",
    [
        lambda exercise: exercise.involvements.create(muscle=exercise.involvements.first().muscle),
        lambda exercise: exercise.involvements.update(baseline=11),
        lambda exercise: exercise.involvements.update(floor=10),
        lambda exercise: exercise.axes.get().options.update(is_neutral=True),
        lambda exercise: exercise.axes.get().options.update(slug="same"),
        lambda exercise: exercise.axes.get().options.get(slug="low").effects.update(step=0),
        lambda exercise: exercise.axes.get().options.get(slug="low").effects.update(step=4),
        lambda exercise: (
            exercise.axes.get()
            .options.get(slug="high")
            .effects.update(muscle=exercise.involvements.first().muscle)
        ),
        lambda exercise: exercise.axes.create(name="Other", slug="height"),
    ],
    ids=[
        "a muscle involved twice",
        "a baseline of 11",
        "a floor above the baseline",
        "two neutral options",
        "an option's slug twice",
        "a step of 0",
        "a step of 4",
        "two effects of an option on a muscle",
        "an axis's slug twice",
    ],
)
def test_the_database_refuses_what_must_not_be(change):
    exercise = make_exercise()
    with pytest.raises(IntegrityError), transaction.atomic():
        change(exercise)


# Studies


def grades(exercise):
    """Of the live document: option, muscle, grade."""
    effects = certainty.named_effects(publishing.live_publication(exercise).content)
    return {(name.option, name.muscle): effect.certainty for name, effect in effects.items()}


UNGRADED = {("low", "front"): "untested", ("high", "front"): "untested", ("high", "back"): "untested"}
CITES_SMITH = {"sections": (documents.Section(heading="Why", body="So it is[[study:smith-2020]]."),)}


@pytest.mark.usefixtures("empty_site")
def test_a_study_counts_in_an_exercise_when_that_is_published_next():
    exercise = make_exercise()
    make_study("smith-2020", make_finding(direction="less"))
    assert grades(exercise) == UNGRADED
    assert [publication.exercise for publication in publishing.behind()] == [exercise]
    publishing.publish([exercise], "Graded.")
    assert grades(exercise) == {
        **UNGRADED,
        ("low", "front"): "partly supported",
        ("high", "front"): "partly supported",
    }
    assert publishing.behind() == []


@pytest.mark.usefixtures("empty_site")
def test_a_studys_draft_does_not_leak_into_an_exercise():
    exercise = make_exercise()
    study = make_study("smith-2020", make_finding(muscles=("back",)))
    drafts.save_study(
        make_study_value("smith-2020", make_finding(muscles=("back",), direction="less"), title="Secret"),
        study,
    )
    publishing.publish([exercise], "Again.")
    assert grades(exercise)["high", "back"] == "partly supported"
    assert "Secret" not in publishing.live_publication(exercise).document
    assert "Secret" not in publishing.live_publication(study).document


@pytest.mark.usefixtures("empty_site")
def test_a_study_that_is_not_published_counts_nowhere():
    exercise = make_exercise()
    make_study("smith-2020", make_finding(muscles=("back",)), is_published=False)
    assert publishing.refresh(publishing.live_publication(exercise), "Again.").content.studies == ()
    assert grades(exercise) == UNGRADED


@pytest.mark.usefixtures("empty_site")
def test_a_retracted_study_counts_until_the_exercise_is_published_again_and_then_no_more():
    exercise = make_exercise(is_published=False)
    study = make_study("smith-2020", make_finding(muscles=("back",)))
    publishing.publish([exercise], "First.")
    study.is_retracted = True
    study.save()
    publishing.publish([study], "Retracted.")
    assert grades(exercise)["high", "back"] == "partly supported"
    (behind,) = publishing.behind()
    publishing.refresh(behind, "Without it.")
    assert grades(exercise)["high", "back"] == "untested"
    (copy,) = publishing.live_publication(exercise).content.studies
    assert copy.is_retracted


@pytest.mark.usefixtures("empty_site")
def test_an_exercise_takes_along_the_studies_that_it_rests_on_or_cites_and_no_others():
    exercise = make_exercise(is_published=False, **CITES_SMITH)
    make_study("smith-2020", is_published=False)
    make_study("jones-2021", make_finding(), is_published=False)
    make_study("other-2022", is_published=False)
    make_study("known-2023", make_finding())
    assert sorted(map(str, publishing.needed(exercise))) == ["Jones 2021", "Smith 2020"]
    with pytest.raises(
        publishing.Refused, match=r"\[\[study:smith-2020\]\] links to a study that does not exist"
    ):
        publishing.publish([exercise], "Alone.")
    publishing.publish([exercise, *publishing.needed(exercise)], "Together.")
    live = publishing.live_publication(exercise).content
    assert [study.slug for study in live.studies] == ["smith-2020", "jones-2021", "known-2023"]
    assert grades(exercise)["high", "front"] == "not supported"


@pytest.mark.usefixtures("empty_site")
def test_a_study_takes_its_unpublished_muscles_along():
    make_muscle("front", is_published=False)
    make_exercise(is_published=False)
    study = make_study("smith-2020", make_finding(), is_published=False)
    assert [thing.slug for thing in publishing.needed(study)] == ["front"]
    with pytest.raises(publishing.Refused, match="“front” is not published"):
        publishing.publish([study], "Alone.")
    publishing.publish([*publishing.needed(study), study], "Together.")
    assert [m.slug for m in publishing.live_publication(study).content.muscle_copies] == ["front"]


@pytest.mark.usefixtures("empty_site")
def test_an_exercise_takes_along_the_muscles_of_the_studies_that_it_takes_along():
    exercise = make_exercise(is_published=False)
    drafts.save_muscle(make_muscle_value("front-inner", head_of="front"))
    make_study("smith-2020", make_finding(muscles=("front-inner",)), is_published=False)
    publishing.publish([*publishing.needed(exercise), exercise], "Together.")
    assert publishing.live_publication(exercise)


@pytest.mark.usefixtures("empty_site")
def test_the_preview_of_an_exercise_shows_its_unpublished_studies_and_writes_nothing():
    exercise = make_exercise(is_published=False, **CITES_SMITH)
    make_study("smith-2020", make_finding(muscles=("back",)), is_published=False)
    document = publishing.preview(exercise)
    assert [study.slug for study in document.studies] == ["smith-2020"]
    assert "partly supported" in {e.certainty for e in certainty.named_effects(document).values()}
    assert not Publication.objects.exclude(kind="muscle").exists()


@pytest.mark.usefixtures("empty_site")
def test_what_is_published_together_sees_each_other_whatever_the_order():
    exercise = make_exercise(is_published=False)
    study = make_study("smith-2020", make_finding(muscles=("back",)), is_published=False)
    publications = publishing.publish([exercise, study], "Together.")
    assert [publication.kind for publication in publications] == ["study", "exercise"]
    assert grades(exercise)["high", "back"] == "partly supported"


@pytest.mark.usefixtures("empty_site")
def test_a_finding_about_a_muscle_that_the_exercise_does_not_involve_is_refused():
    make_exercise()
    make_muscle("wing")
    study = make_study("smith-2020", make_finding(muscles=("wing",)), is_published=False)
    with pytest.raises(publishing.Refused, match=r"The press does not involve “wing”"):
        publishing.publish([study], "Oops.")


# Options that get other names


@pytest.fixture
def renamed(empty_site):
    """An exercise whose option has another slug than a published study calls it, in its draft."""
    exercise = make_exercise(is_published=False)
    make_study("smith-2020", make_finding(muscles=("back",)))
    make_study("silent-2021")
    publishing.publish([exercise], "First.")
    exercise.axes.get().options.filter(slug="high").update(slug="top")
    return exercise


def test_an_exercise_with_renamed_options_is_refused_without_the_studies_that_speak_of_them(renamed):
    with pytest.raises(publishing.Refused, match="“Smith 2020” speaks of options by their old names"):
        publishing.publish([renamed], "Renamed.")
    assert [study.slug for study in publishing.needed(renamed)] == ["smith-2020"]
    publishing.publish([*publishing.needed(renamed), renamed], "Renamed.")
    assert grades(renamed)["top", "back"] == "partly supported"


@pytest.mark.parametrize(
    "rename",
    [
        lambda exercise: exercise.axes.get().options.filter(slug="low").update(slug="bottom"),
        lambda exercise: exercise.axes.update(slug="level"),
        lambda exercise: Exercise.objects.filter(pk=exercise.pk).update(slug="sled"),
    ],
    ids=["what it was set against", "the axis", "the exercise"],
)
def test_the_same_holds_for_whatever_else_a_finding_names(renamed, rename):
    renamed.axes.get().options.filter(slug="top").update(slug="high")
    assert publishing.needed(renamed) == []
    rename(renamed)
    renamed.refresh_from_db()
    assert [study.slug for study in publishing.needed(renamed)] == ["smith-2020"]
    with pytest.raises(publishing.Refused, match="by their old names"):
        publishing.publish([renamed], "Renamed.")
    publishing.publish([*publishing.needed(renamed), renamed], "Renamed.")
    assert "partly supported" in grades(renamed).values()
    assert publishing.behind() == []


@pytest.mark.usefixtures("empty_site")
def test_the_same_holds_for_an_option_that_both_conditions_had():
    width = documents.StanceAxis(
        slug="width", name="Width", options=(make_option("narrow", is_neutral=True), make_option("wide"))
    )
    exercise = make_exercise(is_published=False, axes=(*make_exercise_value().axes, width))
    make_study("smith-2020", make_finding(with_axis="width", with_option="wide"))
    publishing.publish([exercise], "First.")
    exercise.axes.get(slug="width").options.filter(slug="wide").update(slug="broad")
    assert [study.slug for study in publishing.needed(exercise)] == ["smith-2020"]


def test_a_study_that_has_another_slug_too_can_still_come_along(renamed):
    Study.objects.filter(slug="smith-2020").update(slug="smith-2020a")
    assert [study.slug for study in publishing.needed(renamed)] == ["smith-2020a"]
    publishing.publish([*publishing.needed(renamed), renamed], "Renamed.")


# What a study would change


def changes_of(*findings, **fields):
    found = publishing.grade_changes(make_study_value("smith-2020", *findings, **fields))
    return {(change.exercise, change.effect, change.before, change.after) for change in found}


@pytest.mark.usefixtures("empty_site")
def test_a_new_study_tells_which_grades_it_would_change():
    make_exercise()
    assert changes_of(make_finding(muscles=("back",))) == {
        ("press", "With height high: back up 1", "untested", "partly supported")
    }
    assert changes_of(make_finding()) == {
        ("press", "With height high: front down 2", "untested", "not supported"),
        ("press", "With height low: front up 1", "untested", "not supported"),
    }
    assert changes_of() == set()
    assert not Publication.objects.filter(kind="study").exists()


@pytest.mark.usefixtures("empty_site")
def test_a_changed_study_tells_which_grades_it_would_change():
    exercise = make_exercise(is_published=False)
    found = make_finding(muscles=("back",))
    make_study("smith-2020", found)
    make_study("jones-2021", found)
    publishing.publish([exercise], "First.")
    high = ("press", "With height high: back up 1")
    assert changes_of(found, title="Anew") == set()
    assert changes_of(make_finding(muscles=("back",), direction="less")) == {
        (*high, "supported", "contested")
    }
    assert changes_of() == {(*high, "supported", "partly supported")}
    assert changes_of(found, is_retracted=True) == {(*high, "supported", "partly supported")}


@pytest.mark.usefixtures("empty_site")
def test_what_a_study_would_change_is_told_of_an_exercise_that_is_not_published_too():
    make_exercise(is_published=False)
    assert changes_of(make_finding(muscles=("back",))) == {
        ("press", "With height high: back up 1", "untested", "partly supported")
    }


@pytest.mark.usefixtures("empty_site")
def test_a_study_changes_nothing_in_a_draft_that_does_not_involve_the_muscle_yet():
    exercise = make_exercise(is_published=False)
    exercise.involvements.filter(muscle__slug="back").delete()
    assert not changes_of(make_finding(muscles=("back",)))


@pytest.mark.usefixtures("empty_site")
def test_the_preview_of_a_claim_on_an_effect_without_its_muscle_leaves_it_out():
    name = documents.EffectName(axis="height", option="high", muscle="back")
    exercise = make_exercise(is_published=False, claims=(documents.Claim(statement="So.", effects=(name,)),))
    exercise.involvements.filter(muscle__slug="back").delete()
    document = publishing.preview(exercise)
    assert contexts.article_context(document, emphasis.stance_from(document, {}))


@pytest.mark.usefixtures("empty_site")
def test_an_exercise_is_brought_up_to_date_though_a_muscle_has_another_slug_since():
    exercise = make_exercise()
    muscle = Muscle.objects.get(slug="back")
    muscle.slug = "rear"
    muscle.save()
    publishing.publish([muscle], "Renamed.")
    assert publishing.refresh(publishing.live_publication(exercise), "Again.")


# What pages over documents read


@pytest.mark.usefixtures("empty_site")
def test_the_index_has_what_rests_on_a_study_in_an_exercise():
    claim = documents.Claim(
        statement="High feet do it.",
        verdict="So it seems[[study:smith-2020]]. It is early.",
        effects=(documents.EffectName(axis="height", option="high", muscle="back"),),
    )
    exercise = make_exercise(is_published=False, claims=(claim,))
    smith = make_study("smith-2020", make_finding(muscles=("back",)))
    jones = make_study("jones-2021", make_finding(muscles=("back",), direction="less"))
    make_study("silent-2022")
    publishing.publish([exercise], "First.")

    def uses(study):
        return [
            (use.side, use.words, use.certainty, use.place) for use in EvidenceUse.objects.filter(study=study)
        ]

    effect = ("With height high: back up 1", "contested", "?height=high#emphasis-back")
    said = ("claim", "High feet do it.", "", "#claim-1")
    assert uses(smith) == [said, ("for", *effect), ("cited", "", "", "#cited-smith-2020-1")]
    assert uses(jones) == [said, ("against", *effect)]
    assert EvidenceUse.objects.count() == 5


@pytest.mark.usefixtures("empty_site")
def test_the_index_has_the_studies_that_a_muscles_text_cites_once_each():
    study = make_study("smith-2020")
    make_muscle("front", function="Busier[[study:smith-2020]][[study:smith-2020]].")
    (use,) = EvidenceUse.objects.filter(study=study)
    assert (use.side, use.publication.slug) == ("cited", "front")


@pytest.mark.usefixtures("empty_site")
def test_the_index_has_a_study_under_every_muscle_that_it_speaks_of():
    make_muscle("front")
    make_muscle("front-inner", head_of="front")
    make_muscle("back")
    make_muscle("hidden", is_deep=True)
    make_exercise(is_published=False)
    by_name = make_study("by-name", make_finding(muscles=("front-inner",)))
    by_group = make_study("by-group", make_finding(muscles=(), group="thigh"))

    def muscles(study):
        entry = StudyEntry.objects.get(publication__study=study)
        return sorted(muscle.slug for muscle in entry.muscles.all())

    assert muscles(by_name) == ["front", "front-inner"]
    assert muscles(by_group) == ["back", "front", "front-inner"]


@pytest.mark.usefixtures("empty_site")
def test_a_study_that_something_rests_on_is_kept_from_being_deleted():
    make_exercise(is_published=False, **CITES_SMITH)
    study = make_study("smith-2020")
    publishing.publish([Exercise.objects.get()], "First.")
    with pytest.raises(IntegrityError, match="protected"):
        study.delete()


KILLED_WHILE_PUBLISHING = """
import os, signal, django
django.setup()
from exercises import publishing
from exercises.models import Exercise
exercise = Exercise.objects.get(slug="leg-press")
exercise.answer = "Half-published."
exercise.save()
publishing.indexing.write = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
publishing.publish([exercise], "Never seen.")
"""


def test_a_server_killed_while_publishing_leaves_the_old_version_live_and_whole(sqlite_site):
    killed = sqlite_site.run("-c", KILLED_WHILE_PUBLISHING)
    assert killed.returncode == -signal.SIGKILL
    with sqlite3.connect(sqlite_site.database) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute(
            "SELECT max(number), count(*) FROM exercises_publication WHERE slug = 'leg-press'"
        ).fetchone() == (1, 1)
