"""Between rows and values. Exercises there and back are in test_publishing.py and test_starter.py too."""

import pytest
from django.core.exceptions import ValidationError

from exercises import document as documents
from exercises import drafts
from exercises.models import Exercise, Finding, Muscle, MuscleGroup, StanceAxis, StanceOption, Study
from tests.make import (
    make_effect,
    make_exercise,
    make_exercise_value,
    make_finding,
    make_option,
    make_study,
    make_study_value,
)

pytestmark = pytest.mark.usefixtures("empty_site")

FULL = {
    "journal": "Journal of Feet",
    "volume": "22(4)",
    "pages": "1-9",
    "doi": "10.1519/JSC.1",
    "pmid": "123",
    "machine": "A leg press.",
    "load": "Heavy",
    "measured": "Activity.",
    "conditions": "High counts as high.",
    "limits": "Few people.",
    "is_retracted": True,
}


def height(*options):
    return (documents.StanceAxis(slug="height", name="Height", options=options),)


def test_a_study_comes_back_from_its_rows_as_it_was():
    make_exercise()
    value = make_study_value(
        "smith-2020",
        make_finding(muscles=("back", "front"), load="Heavy", known_through="a review"),
        make_finding(muscles=(), group="thigh"),
        make_finding(kind="involvement", axis="", option="", against="", direction=""),
        make_finding(kind="indirect", elsewhere="squats", against=""),
        make_finding(kind="indirect", elsewhere="squats", axis="", option="", against="", direction=""),
        **FULL,
    )
    drafts.save_study(value)
    assert drafts.study_draft(Study.objects.get()) == value


def test_a_finding_under_a_condition_comes_back_as_it_was():
    width = documents.StanceAxis(
        slug="width", name="Width", options=(make_option("narrow", is_neutral=True), make_option("wide"))
    )
    make_exercise(axes=(*make_exercise_value().axes, width))
    found = make_finding(
        axis="width", option="wide", against="narrow", with_axis="height", with_option="high"
    )
    make_study("smith-2020", found)
    assert drafts.study_draft(Study.objects.get()).findings == (found,)


def test_saving_a_study_again_replaces_its_findings_and_nothing_else():
    make_exercise()
    study = make_study("smith-2020", make_finding(), make_finding(direction="less"))
    drafts.save_study(make_study_value("smith-2020", make_finding(words="Anew."), title="Anew"), study)
    assert Study.objects.count() == 1
    assert [finding.words for finding in Finding.objects.all()] == ["Anew."]
    assert Study.objects.get().publications.count() == 1


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"exercise": "squat"}, Exercise.DoesNotExist),
        ({"muscles": ("wing",)}, Muscle.DoesNotExist),
        ({"muscles": (), "group": "wings"}, MuscleGroup.DoesNotExist),
        ({"option": "top"}, StanceOption.DoesNotExist),
        ({"axis": "width"}, StanceOption.DoesNotExist),
    ],
)
def test_a_finding_about_something_that_is_not_there_is_refused(fields, missing):
    make_exercise()
    with pytest.raises(missing):
        make_study("smith-2020", make_finding(**fields))


def test_a_study_is_read_in_few_queries(django_assert_max_num_queries):
    make_exercise()
    study = make_study("smith-2020", *(make_finding(load=str(number)) for number in range(20)))
    with django_assert_max_num_queries(2):
        drafts.study_draft(study)


# Axes and options keep their rows


def test_saving_an_exercise_again_keeps_the_rows_of_axes_and_options_and_so_the_findings():
    exercise = make_exercise()
    make_study("smith-2020", make_finding())
    before = [set(model.objects.values_list("pk", "slug")) for model in (StanceAxis, StanceOption)]
    drafts.save_exercise(make_exercise_value(answer="Anew."), exercise)
    assert [set(model.objects.values_list("pk", "slug")) for model in (StanceAxis, StanceOption)] == before
    assert drafts.study_draft(Study.objects.get()).findings == (make_finding(),)
    assert drafts.exercise_draft(Exercise.objects.get()) == make_exercise_value(answer="Anew.")


def test_options_take_over_order_words_and_neutrality():
    exercise = make_exercise()
    value = make_exercise_value(
        axes=height(
            make_option("high", is_neutral=True, phrase="up there"),
            make_option("new", make_effect("front", 1)),
            make_option("middle", make_effect("back", -1)),
            make_option("low"),
        )
    )
    drafts.save_exercise(value, exercise)
    assert drafts.exercise_draft(Exercise.objects.get()) == value


def test_options_and_axes_that_go_are_deleted():
    exercise = make_exercise()
    value = make_exercise_value(axes=height(make_option("middle", is_neutral=True), make_option("high")))
    drafts.save_exercise(value, exercise)
    assert sorted(StanceOption.objects.values_list("slug", flat=True)) == ["high", "middle"]
    other = documents.StanceAxis(
        slug="width", name="Width", options=(make_option("narrow", is_neutral=True), make_option("wide"))
    )
    drafts.save_exercise(make_exercise_value(axes=(other,)), exercise)
    assert [axis.slug for axis in StanceAxis.objects.all()] == ["width"]


@pytest.mark.parametrize(
    "axes",
    [
        height(make_option("low"), make_option("middle", is_neutral=True)),
        height(make_option("middle", is_neutral=True), make_option("high")),
        (documents.StanceAxis(slug="width", name="Width", options=make_exercise_value().axes[0].options),),
    ],
    ids=["its option", "what it was set against", "the axis"],
)
def test_what_a_finding_names_cannot_be_dropped(axes):
    exercise = make_exercise()
    make_study("smith-2020", make_finding())
    with pytest.raises(
        ValidationError, match=r"“Smith 2020” has a finding about it\. Change the finding first"
    ):
        drafts.save_exercise(make_exercise_value(axes=axes), exercise)


def test_what_both_conditions_of_a_finding_had_cannot_be_dropped():
    width = documents.StanceAxis(
        slug="width", name="Width", options=(make_option("narrow", is_neutral=True), make_option("wide"))
    )
    exercise = make_exercise(axes=(*make_exercise_value().axes, width))
    make_study("smith-2020", make_finding(with_axis="width", with_option="wide"))
    with pytest.raises(ValidationError, match="Change the finding first"):
        drafts.save_exercise(make_exercise_value(), exercise)


# Claims


CLAIM = documents.Claim(
    statement="High feet do it.",
    verdict="One study says so. It is small.",
    effects=(documents.EffectName(axis="height", option="high", muscle="back"),),
    muscles=("front",),
)


def test_claims_come_back_with_what_they_rest_on():
    make_exercise(claims=(CLAIM,))
    assert drafts.exercise_draft(Exercise.objects.get()).claims == (CLAIM,)


def test_claims_still_rest_on_their_effects_after_saving_again():
    exercise = make_exercise(claims=(CLAIM,))
    drafts.save_exercise(make_exercise_value(claims=(CLAIM,), answer="Anew."), exercise)
    assert drafts.exercise_draft(Exercise.objects.get()).claims == (CLAIM,)


def test_a_claim_on_an_effect_that_is_not_there_is_refused():
    stranger = documents.EffectName(axis="height", option="low", muscle="back")
    claim = documents.Claim(statement="Low feet do it.", effects=(stranger,))
    with pytest.raises(
        ValidationError, match=r"Claim “Low feet do it\.” rests on an effect that is not there"
    ):
        make_exercise(claims=(claim,))


def test_the_cautions_of_the_exercise_itself_come_back():
    make_exercise(caution="Breathe.", caution_source="Somebody said so.")
    draft = drafts.exercise_draft(Exercise.objects.get())
    assert (draft.caution, draft.caution_source) == ("Breathe.", "Somebody said so.")


def test_an_exercise_is_read_in_few_queries(django_assert_max_num_queries):
    exercise = make_exercise(claims=(CLAIM,) * 3)
    with django_assert_max_num_queries(14):
        drafts.exercise_draft(exercise)
