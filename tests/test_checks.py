"""What is checked of studies, claims and citations. The rest of an exercise is in test_publishing.py."""

import pytest

from exercises import checks, freezing
from exercises import document as documents
from tests.make import (
    make_effect,
    make_exercise_value,
    make_finding,
    make_muscle_value,
    make_option,
    make_study_value,
    make_surroundings,
)

STUDY = make_study_value("smith-2020", make_finding())
AROUND = make_surroundings(studies=[STUDY])
INVOLVED = {"press": {"front", "back"}}


def problems_of(**fields):
    return checks.check_exercise(make_exercise_value(**fields), AROUND)


def section(body):
    return {"sections": (documents.Section(heading="Why", body=body),)}


def option(**fields):
    options = (make_option("middle", is_neutral=True), make_option("high", **fields))
    return {"axes": (documents.StanceAxis(slug="height", name="Height", options=options),)}


# Studies


def test_nothing_stands_against_a_complete_study():
    assert checks.check_study(STUDY, AROUND, INVOLVED) == []


@pytest.mark.parametrize(
    ("fields", "what", "is_error"),
    [
        ({"summary": ""}, "Say what it found", True),
        ({"participants": ""}, "Say who was measured", True),
        ({"authors": ""}, "None is named", False),
        ({"basis": ""}, "Say what of it was read", False),
    ],
)
def test_an_incomplete_study_is_told_of(fields, what, is_error):
    (problem,) = checks.check_study(make_study_value("smith-2020", **fields), AROUND, INVOLVED)
    assert what in problem.what
    assert problem.is_error == is_error


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"muscles": ()}, "It names no muscle and no group"),
        ({"group": "thigh"}, "It names muscles and a group"),
        ({"muscles": ("wing",)}, "“wing” is not published. Publish it first."),
        ({"muscles": ("other",)}, "The press does not involve “other”. It involves: back and front."),
        ({"exercise": "squat"}, "The squat does not involve “front”. It involves: none yet."),
    ],
)
def test_a_finding_that_counts_for_nothing_is_an_error(fields, what):
    around = make_surroundings(*map(make_muscle_value, ("front", "back", "other")))
    study = make_study_value("smith-2020", make_finding(**fields))
    (problem,) = checks.check_study(study, around, INVOLVED)
    assert problem.where == "Finding “It was busier with the feet high.”"
    assert problem.is_error
    assert what in problem.what


@pytest.mark.parametrize(
    ("slug", "involved", "expected"),
    [
        ("whole", {"whole"}, True),
        ("whole", {"inner"}, True),
        ("inner", {"whole"}, True),
        ("inner", {"inner"}, True),
        ("inner", {"outer"}, False),
        ("whole", {"other"}, False),
        ("other", set(), False),
    ],
)
def test_an_exercise_involves_a_muscle_by_itself_its_whole_or_its_heads(slug, involved, expected):
    around = make_surroundings(
        make_muscle_value("whole"),
        make_muscle_value("inner", head_of="whole"),
        make_muscle_value("outer", head_of="whole"),
        make_muscle_value("other"),
    )
    assert checks.is_involved(slug, involved, around) == expected


# Links to studies


@pytest.mark.parametrize(
    "fields",
    [
        section("[[study:nope]]"),
        {"cues": (documents.FormCue(phase="Always", do="Push.", why="So.", how_sure="[[study:nope]]"),)},
        {"caution": "Breathe.", "caution_source": "[[study:nope]]"},
        option(caution="Mind.", caution_source="[[study:nope]]"),
        {"claims": (documents.Claim(statement="So.", verdict="[[study:nope]]", muscles=("front",)),)},
    ],
    ids=["section", "form cue", "the exercise's caution", "an option's caution", "claim"],
)
def test_a_study_that_does_not_exist_is_refused_wherever_it_is_cited(fields):
    found = [problem.what for problem in problems_of(**fields) if problem.is_error]
    assert found == ["[[study:nope]] links to a study that does not exist or is not published."]


def test_a_study_that_exists_can_be_cited():
    assert problems_of(**section("Busier in a study[[study:smith-2020]].")) == []


@pytest.mark.parametrize("text", ["[[study:nope]]", "[it](/evidence/nope/)"])
def test_a_muscles_text_is_checked_for_studies_as_well(text):
    found = checks.check_muscle(make_muscle_value("front", function=text), AROUND)
    assert any("links to a study that does not exist" in problem.what for problem in found)


def test_every_text_that_cites_tells_of_its_studies():
    draft = make_exercise_value(
        **section("[[study:a]] [[muscle:front]]"),
        cues=(documents.FormCue(phase="Always", do="Push.", how_sure="[[study:b]]"),),
        claims=(documents.Claim(statement="So.", verdict="[[study:c]]"),),
        caution="Breathe.",
        caution_source="[[study:d]]",
        **option(caution="Mind.", caution_source="[[study:e]]"),
    )
    assert freezing.linked(draft, "study") == set("abcde")


# Measurements without a reference


@pytest.mark.parametrize(
    "text",
    [
        "In one study it was busier.",
        "Studies show that it grows.",
        "It was measured at 80 kilograms.",
        "It was busier by 12 per cent.",
        "It was busier by 12%.",
        "A trial of 30 people found so.",
        "Fine[[study:smith-2020]].\n\nBut one study found more.",
        "- Fine.\n- Studies say more.",
    ],
)
def test_a_paragraph_that_speaks_of_a_measurement_without_a_reference_is_warned_about(text):
    (problem,) = problems_of(**section(text))
    assert not problem.is_error
    assert problem.where == "Section “Why”"
    assert "speaks of something measured and cites no study" in problem.what


@pytest.mark.parametrize(
    "text",
    [
        "It is busier.",
        "In one study it was busier[[study:smith-2020]].",
        "[[study:smith-2020|One study]] measured it.",
        "One study, [Smith](/evidence/smith-2020/), measured it.",
        "No study measured it.",
        "It was never measured.",
        "This is not a per cent of anything.",
        "Studying hard, steady as you go.",
    ],
)
def test_a_paragraph_with_a_reference_or_without_a_measurement_is_not(text):
    assert problems_of(**section(text)) == []


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"cues": (documents.FormCue(phase="A", do="Push.", why="So.", how_sure="A study."),)}, "Push."),
        ({"caution": "Breathe.", "caution_source": "A study."}, "Caution"),
        (option(caution="Mind.", caution_source="A study."), "Caution of “high”"),
        (
            {"claims": (documents.Claim(statement="So.", verdict="A study.", muscles=("front",)),)},
            "Claim “So.”",
        ),
    ],
)
def test_the_warning_says_where(fields, where):
    (problem,) = problems_of(**fields)
    assert where in problem.where
    assert "cites no study" in problem.what


# Claims and cautions


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"verdict": "", "muscles": ("front",)}, "It has no verdict"),
        ({"verdict": "So it is."}, "It rests on nothing"),
    ],
)
def test_a_claim_without_a_verdict_or_anything_to_rest_on_is_an_error(fields, what):
    (problem,) = problems_of(claims=(documents.Claim(statement="So.", **fields),))
    assert problem.is_error
    assert (problem.where, what in problem.what) == ("Claim “So.”", True)


@pytest.mark.parametrize("fields", [{"caution": "Breathe."}, option(caution="Mind.")])
def test_a_caution_without_a_source_is_a_warning(fields):
    (problem,) = problems_of(**fields)
    assert not problem.is_error
    assert "does not say where it comes from" in problem.what


def test_an_effect_on_a_pair_pushes_apart_from_the_others():
    """Two options that raise a muscle are told of; one that does so only with a third is not."""
    height = (
        make_option("middle", is_neutral=True),
        make_option(
            "high", make_effect("front", 1), make_effect("front", 1, with_axis="width", with_option="wide")
        ),
    )
    width = (make_option("narrow", is_neutral=True), make_option("wide"))
    axes = (
        documents.StanceAxis(slug="height", name="Height", options=height),
        documents.StanceAxis(slug="width", name="Width", options=width),
    )
    assert problems_of(axes=axes) == []
