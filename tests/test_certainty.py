"""The rule, case by case; then the grades of the starter content, in full."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercises import certainty, contexts, emphasis
from exercises import document as documents
from tests.make import (
    make_document,
    make_effect,
    make_exercise_value,
    make_finding,
    make_muscle_value,
    make_option,
    make_starter_document,
    make_study_value,
    make_surroundings,
    starter_muscles,
    starter_studies,
)

HIGH_RAISES = documents.EffectName(axis="height", option="high", muscle="front")
LOW_RAISES = documents.EffectName(axis="height", option="low", muscle="front")
HIGH_AND_WIDE = documents.EffectName(
    axis="height", option="high", muscle="front", with_axis="width", with_option="wide"
)
WIDE_AND_HIGH = documents.EffectName(
    axis="width", option="wide", muscle="front", with_axis="height", with_option="high"
)
FRONT = make_surroundings().muscles["front"]


def study(number, *findings, **fields):
    return make_study_value(f"smith-{number}", *findings, **fields).as_copy("press")


def evidence(*studies, name=HIGH_RAISES, step=1, muscle=FRONT):
    return certainty.evidence_on(name, step, muscle, studies)


def grade(*studies, **about):
    return evidence(*studies, **about).grade


AGREES = make_finding()
SAYS = {direction: make_finding(direction=direction) for direction in ("no difference", "none reported")}
SAYS["opposite"] = make_finding(direction="less")
DISAGREES = pytest.mark.parametrize("disagrees", SAYS.values(), ids=SAYS)


# The rule


def test_what_no_study_speaks_about_is_untested():
    assert grade() == "untested"


def test_what_one_study_found_is_partly_supported():
    assert grade(study(1, AGREES)) == "partly supported"


@pytest.mark.parametrize("count", [2, 3, 10])
def test_what_two_or_more_found_is_supported(count):
    assert grade(*(study(number, AGREES) for number in range(count))) == "supported"


@DISAGREES
def test_what_one_found_and_another_did_not_is_contested(disagrees):
    assert grade(study(1, AGREES), study(2, disagrees)) == "contested"


@DISAGREES
def test_one_that_disagrees_makes_contested_however_many_agree(disagrees):
    agreeing = [study(number, AGREES) for number in range(9)]
    assert grade(*agreeing, study(9, disagrees)) == "contested"


@DISAGREES
@pytest.mark.parametrize("count", [1, 2, 5])
def test_what_was_looked_for_and_never_found_is_not_supported(disagrees, count):
    assert grade(*(study(number, disagrees) for number in range(count))) == "not supported"


# One study, one vote


def test_a_study_with_many_findings_has_one_vote():
    found = [make_finding(load=f"{load} per cent") for load in (40, 60, 80)]
    seen = evidence(study(1, *found))
    assert seen.grade == "partly supported"
    assert [(vote.side, len(vote.lines)) for vote in seen.votes] == [("for", 3)]


@DISAGREES
@pytest.mark.parametrize("order", [1, -1], ids=["found first", "found last"])
def test_a_study_agrees_if_it_found_the_effect_at_any_load(disagrees, order):
    findings = [make_finding(load="heavy"), disagrees, disagrees][::order]
    seen = evidence(study(1, *findings))
    assert seen.grade == "partly supported"
    (vote,) = seen.votes
    assert vote.side == "for"
    assert sorted(line.side for line in vote.lines) == ["against", "against", "for"]


def test_a_finding_at_another_load_counts_as_much():
    light, heavy = study(1, make_finding(load="light")), study(2, make_finding(load="heavy"))
    assert grade(light, heavy) == "supported"


# Both options of a comparison


@pytest.mark.parametrize(
    ("name", "step", "expected"),
    [
        (HIGH_RAISES, 1, "partly supported"),
        (HIGH_RAISES, 3, "partly supported"),
        (HIGH_RAISES, -1, "not supported"),
        (LOW_RAISES, -1, "partly supported"),
        (LOW_RAISES, -3, "partly supported"),
        (LOW_RAISES, 1, "not supported"),
    ],
)
def test_more_with_high_feet_speaks_for_high_up_and_for_low_down(name, step, expected):
    assert grade(study(1, make_finding(direction="more")), name=name, step=step) == expected


@pytest.mark.parametrize(
    ("name", "step", "expected"),
    [
        (HIGH_RAISES, -2, "partly supported"),
        (HIGH_RAISES, 2, "not supported"),
        (LOW_RAISES, 2, "partly supported"),
        (LOW_RAISES, -2, "not supported"),
    ],
)
def test_less_with_high_feet_speaks_for_high_down_and_for_low_up(name, step, expected):
    assert grade(study(1, make_finding(direction="less")), name=name, step=step) == expected


@pytest.mark.parametrize("name", [HIGH_RAISES, LOW_RAISES], ids=["high", "low"])
@pytest.mark.parametrize("step", [1, -1])
def test_no_difference_speaks_against_either_option_either_way(name, step):
    found = study(1, make_finding(direction="no difference"))
    assert grade(found, name=name, step=step) == "not supported"


def test_the_mirrored_comparison_says_the_same():
    mirrored = make_finding(option="low", against="high", direction="less")
    for name, step in ((HIGH_RAISES, 1), (HIGH_RAISES, -1), (LOW_RAISES, 1), (LOW_RAISES, -1)):
        assert grade(study(1, AGREES), name=name, step=step) == grade(
            study(1, mirrored), name=name, step=step
        )


# What is about something else


@pytest.mark.parametrize(
    "finding",
    [
        make_finding(muscles=("back",)),
        make_finding(muscles=(), group="shin"),
        make_finding(option="middle"),
        make_finding(axis="width", option="wide", against="narrow"),
        make_finding(axis="width"),
        make_finding(kind="involvement", axis="", option="", against="", direction=""),
    ],
    ids=[
        "another muscle",
        "another group",
        "two other options",
        "another axis",
        "an option of the same slug on another axis",
        "the muscle's part, whatever the stance",
    ],
)
def test_a_finding_about_something_else_is_silent(finding):
    seen = evidence(study(1, finding))
    assert (seen.grade, seen.votes) == ("untested", ())


def test_a_comparison_with_a_third_option_counts_like_any():
    assert grade(study(1, make_finding(against="middle")), study(2, AGREES)) == "supported"


def test_a_finding_about_another_exercise_is_no_part_of_the_copy():
    other = make_finding(exercise="squat")
    assert study(1, other, AGREES).findings == (AGREES,)
    document = make_document(studies=[make_study_value("smith-2020", other)])
    assert document.studies == ()


# Two options together


@pytest.fixture
def on_the_pair():
    return make_finding(axis="width", option="wide", against="narrow", with_axis="height", with_option="high")


@pytest.mark.parametrize("name", [HIGH_AND_WIDE, WIDE_AND_HIGH], ids=["high carries it", "wide carries it"])
def test_a_finding_under_a_condition_counts_for_the_pair_whichever_carries_the_effect(name, on_the_pair):
    assert grade(study(1, on_the_pair), name=name) == "partly supported"
    assert grade(study(1, on_the_pair), name=name, step=-1) == "not supported"


@pytest.mark.parametrize(
    "name",
    [HIGH_RAISES, documents.EffectName(axis="width", option="wide", muscle="front")],
    ids=["high alone", "wide alone"],
)
def test_a_finding_under_a_condition_says_nothing_of_either_option_alone(name, on_the_pair):
    assert evidence(study(1, on_the_pair), name=name).votes == ()


@pytest.mark.parametrize(
    "finding",
    [make_finding(), make_finding(axis="width", option="wide", against="narrow")],
    ids=["high against low", "wide against narrow"],
)
@pytest.mark.parametrize("name", [HIGH_AND_WIDE, WIDE_AND_HIGH], ids=["high carries it", "wide carries it"])
def test_a_finding_without_the_condition_says_nothing_of_the_pair(name, finding):
    assert evidence(study(1, finding), name=name).votes == ()


def test_a_finding_under_another_condition_says_nothing_of_the_pair(on_the_pair):
    elsewhere = make_finding(
        axis="width", option="wide", against="narrow", with_axis="height", with_option="low"
    )
    assert evidence(study(1, elsewhere), name=HIGH_AND_WIDE).votes == ()


def test_the_other_half_of_a_comparison_speaks_of_its_own_pair(on_the_pair):
    high_and_narrow = documents.EffectName(
        axis="height", option="high", muscle="front", with_axis="width", with_option="narrow"
    )
    assert grade(study(1, on_the_pair), name=high_and_narrow, step=-1) == "partly supported"


# What never votes


INDIRECT = make_finding(kind="indirect", elsewhere="squats")


@pytest.mark.parametrize("direction", ["more", "less", "no difference", "none reported"])
def test_a_finding_from_elsewhere_is_listed_and_never_votes(direction):
    found = study(1, make_finding(kind="indirect", elsewhere="squats", direction=direction))
    seen = evidence(found)
    assert seen.grade == "untested"
    assert [(vote.side, vote.counts) for vote in seen.votes] == [("indirect", False)]
    assert grade(found, study(2, AGREES)) == "partly supported"


def test_a_finding_from_elsewhere_stands_beside_its_option_alone():
    alone = make_finding(kind="indirect", elsewhere="squats", against="")
    assert [vote.side for vote in evidence(study(1, alone)).votes] == ["indirect"]
    assert evidence(study(1, alone), name=LOW_RAISES).votes == ()


def test_a_study_with_findings_from_here_and_elsewhere_votes_once_and_is_listed_twice():
    seen = evidence(study(1, AGREES, INDIRECT))
    assert seen.grade == "partly supported"
    assert [vote.side for vote in seen.votes] == ["for", "indirect"]
    assert [len(vote.lines) for vote in seen.votes] == [1, 1]


@pytest.mark.parametrize("finding", [AGREES, *SAYS.values()], ids=["agrees", *SAYS])
def test_a_retracted_study_is_listed_and_never_votes(finding):
    seen = evidence(study(1, finding, is_retracted=True))
    assert seen.grade == "untested"
    assert len(seen.votes) == 1
    assert grade(study(1, finding, is_retracted=True), study(2, AGREES)) == "partly supported"


def test_the_studies_stand_under_for_against_and_elsewhere_in_that_order():
    seen = evidence(study(1, INDIRECT), study(2, make_finding(direction="less")), study(3, AGREES))
    assert [(heading, [vote.study.slug for vote in votes]) for heading, votes in seen.sides] == [
        ("For", ["smith-3"]),
        ("Against", ["smith-2"]),
        ("From elsewhere, not counted", ["smith-1"]),
    ]


def test_a_heading_without_studies_is_left_out():
    assert [heading for heading, _ in evidence(study(1, AGREES)).sides] == ["For"]


# What was read


AROUND = make_surroundings(
    make_muscle_value("shallow"),
    make_muscle_value("deep", is_deep=True),
    make_muscle_value("whole", group="calf"),
    make_muscle_value("inner", group="calf", head_of="whole"),
    make_muscle_value("outer", group="calf", head_of="whole"),
)


def reads(muscle, **fields):
    """How a finding on these muscles or this group counts for the muscle."""
    name = documents.EffectName(axis="height", option="high", muscle=muscle)
    seen = evidence(study(1, make_finding(**fields)), name=name, muscle=AROUND.muscles[muscle])
    return "no" if not seen.votes else "broadly" if seen.votes[0].lines[0].is_broad else "by name"


@pytest.mark.parametrize(
    ("muscle", "fields", "expected"),
    [
        ("shallow", {"muscles": ("shallow",)}, "by name"),
        ("shallow", {"muscles": ("deep", "shallow")}, "by name"),
        ("deep", {"muscles": ("deep",)}, "by name"),
        ("shallow", {"muscles": (), "group": "thigh"}, "broadly"),
        ("deep", {"muscles": (), "group": "thigh"}, "no"),
        ("inner", {"muscles": (), "group": "thigh"}, "no"),
        ("inner", {"muscles": ("whole",)}, "broadly"),
        ("outer", {"muscles": ("whole",)}, "broadly"),
        ("inner", {"muscles": ("inner",)}, "by name"),
        ("inner", {"muscles": ("inner", "whole")}, "by name"),
        ("whole", {"muscles": ("inner",)}, "no"),
        ("whole", {"muscles": ("inner", "outer")}, "no"),
        ("outer", {"muscles": ("inner",)}, "no"),
        ("inner", {"muscles": (), "group": "calf"}, "broadly"),
        ("whole", {"muscles": (), "group": "calf"}, "broadly"),
    ],
)
def test_a_group_counts_for_what_sensors_reach_and_a_whole_muscle_for_its_heads(muscle, fields, expected):
    assert reads(muscle, **fields) == expected


# A muscle's part in the exercise, which has no grade


def test_what_was_measured_of_a_muscle_is_listed_by_study_whatever_the_stance():
    part = make_finding(kind="involvement", axis="", option="", against="", direction="")
    elsewhere = make_finding(kind="indirect", axis="", option="", against="", elsewhere="squats")
    other = make_finding(kind="involvement", muscles=("back",), axis="", option="", against="", direction="")
    studies = [
        make_study_value("a", part, AGREES),
        make_study_value("b", elsewhere, other),
        make_study_value("c", other),
        make_study_value("d", AGREES),
    ]
    document = make_document(studies=studies)
    listed = [(s.slug, findings) for s, findings in certainty.involvement_in(document, ["front"])]
    assert listed == [("a", (part,)), ("b", (elsewhere,))]
    assert len(certainty.involvement_in(document, ["front", "back"])) == 3
    assert certainty.involvement_in(document, []) == []
    assert certainty.involvement_in(document, ["wing"]) == []


def test_a_retracted_study_stays_in_the_list_of_what_was_measured():
    part = make_finding(kind="involvement", axis="", option="", against="", direction="")
    document = make_document(studies=[make_study_value("a", part, is_retracted=True)])
    assert len(certainty.involvement_in(document, ["front"])) == 1


# Grades in a document


def test_freezing_writes_each_effects_grade():
    studies = [make_study_value("a", make_finding()), make_study_value("b", make_finding(direction="less"))]
    document = make_document(studies=studies)
    assert {(n.option, n.muscle): e.certainty for n, e in certainty.named_effects(document).items()} == {
        ("low", "front"): "contested",
        ("high", "front"): "contested",
        ("high", "back"): "untested",
    }
    assert document.is_graded


def test_an_older_document_without_grades_says_so():
    assert not make_exercise_value().is_graded


def test_each_effect_of_two_together_has_a_name_of_its_own():
    options = (
        make_option("middle", is_neutral=True),
        make_option(
            "high",
            make_effect("front", 1),
            make_effect("front", 1, with_axis="width", with_option="wide"),
        ),
    )
    width = documents.StanceAxis(
        slug="width",
        name="Width",
        options=(make_option("narrow", is_neutral=True), make_option("wide")),
    )
    height = documents.StanceAxis(slug="height", name="Height", options=options)
    found = make_finding(
        axis="width", option="wide", against="narrow", with_axis="height", with_option="high"
    )
    document = make_document(studies=[make_study_value("a", found)], axes=(height, width))
    grades = {name: effect.certainty for name, effect in certainty.named_effects(document).items()}
    assert grades == {HIGH_RAISES: "untested", HIGH_AND_WIDE: "partly supported"}


# The rule, whatever the votes


sides = st.sampled_from(["for", "against", "indirect"])
votes = st.lists(
    st.builds(
        lambda side, is_retracted: certainty.Vote(
            study=study(1, is_retracted=is_retracted), side=side, lines=()
        ),
        side=sides,
        is_retracted=st.booleans(),
    ),
    max_size=8,
)
FOR = certainty.Vote(study=study(1), side="for", lines=())
AGAINST = certainty.Vote(study=study(1), side="against", lines=())


@given(votes=votes, data=st.data())
def test_the_order_of_the_votes_never_matters(votes, data):
    shuffled = data.draw(st.permutations(votes))
    assert certainty.grade_of(shuffled) == certainty.grade_of(votes)


@given(votes=votes, side=sides, is_retracted=st.booleans())
def test_a_vote_that_does_not_count_never_changes_the_grade(votes, side, is_retracted):
    vote = certainty.Vote(
        study=study(1, is_retracted=is_retracted), side=side if is_retracted else "indirect", lines=()
    )
    assert certainty.grade_of([*votes, vote]) == certainty.grade_of(votes)


@given(votes=votes)
def test_one_more_that_agrees_never_leaves_it_untested_or_not_supported(votes):
    before, after = certainty.grade_of(votes), certainty.grade_of([*votes, FOR])
    assert (before, after) in {
        ("untested", "partly supported"),
        ("partly supported", "supported"),
        ("supported", "supported"),
        ("contested", "contested"),
        ("not supported", "contested"),
    }


@given(votes=votes)
def test_one_more_that_disagrees_never_leaves_it_counting(votes):
    after = certainty.grade_of([*votes, AGAINST])
    assert after == ("contested" if any(v.side == "for" and v.counts for v in votes) else "not supported")
    assert after not in certainty.COUNTS


@given(votes=votes)
def test_it_counts_under_the_lens_only_if_somebody_found_it_and_nobody_missed_it(votes):
    counted = {vote.side for vote in votes if vote.counts}
    assert (certainty.grade_of(votes) in certainty.COUNTS) == (counted == {"for"})


# The starter content: every effect of both exercises, and no other

SUPPORTED, PARTLY, CONTESTED = "supported", "partly supported", "contested"
NOT, UNTESTED = "not supported", "untested"

LEG_PRESS_GRADES = {
    # option, muscle: low or narrow is the mirror image of high or wide wherever both have the effect
    ("high", "vastus-lateralis"): CONTESTED,
    ("high", "vastus-medialis"): NOT,
    ("high", "vastus-intermedius"): UNTESTED,
    ("high", "rectus-femoris"): CONTESTED,
    ("high", "gluteus-maximus"): PARTLY,
    ("high", "adductor-magnus"): UNTESTED,
    ("high", "biceps-femoris"): NOT,
    ("high", "semitendinosus"): NOT,
    ("high", "semimembranosus"): NOT,
    ("high", "gastrocnemius"): SUPPORTED,
    ("high", "biceps-femoris", "wide"): PARTLY,
    ("high", "semitendinosus", "wide"): PARTLY,
    ("high", "semimembranosus", "wide"): PARTLY,
    ("low", "vastus-lateralis"): CONTESTED,
    ("low", "vastus-medialis"): NOT,
    ("low", "vastus-intermedius"): UNTESTED,
    ("low", "rectus-femoris"): CONTESTED,
    ("low", "gluteus-maximus"): PARTLY,
    ("low", "adductor-magnus"): UNTESTED,
    ("low", "biceps-femoris"): NOT,
    ("low", "semitendinosus"): NOT,
    ("low", "semimembranosus"): NOT,
    ("low", "gastrocnemius"): SUPPORTED,
    ("narrow", "vastus-lateralis"): NOT,
    ("narrow", "vastus-medialis"): NOT,
    ("narrow", "adductors"): UNTESTED,
    ("wide", "vastus-lateralis"): NOT,
    ("wide", "vastus-medialis"): NOT,
    ("wide", "adductor-magnus"): UNTESTED,
    ("wide", "adductors"): UNTESTED,
}
CALF_RAISE_GRADES = {
    ("in", "gastrocnemius-lateral"): CONTESTED,
    ("in", "gastrocnemius-medial"): CONTESTED,
    ("out", "gastrocnemius-medial"): CONTESTED,
    ("out", "gastrocnemius-lateral"): CONTESTED,
    ("bent", "gastrocnemius-medial"): SUPPORTED,
    ("bent", "gastrocnemius-lateral"): CONTESTED,
    ("bent", "soleus"): CONTESTED,
}
STARTER_GRADES = {"leg-press": LEG_PRESS_GRADES, "standing-calf-raise": CALF_RAISE_GRADES}
STARTER = {slug: make_starter_document(slug) for slug in STARTER_GRADES}
WHICH = pytest.mark.parametrize("slug", STARTER_GRADES)


@WHICH
def test_every_effect_of_the_starter_content_has_the_grade_that_was_worked_out_by_hand(slug):
    effects = certainty.named_effects(STARTER[slug])
    assert {
        (name.option, name.muscle, *filter(None, [name.with_option])): effect.certainty
        for name, effect in effects.items()
    } == STARTER_GRADES[slug]


@pytest.mark.parametrize(
    ("name", "step", "agree", "disagree"),
    [
        (("height", "high", "gluteus-maximus"), 2, ["da-silva-2008"], []),
        (("height", "low", "rectus-femoris"), 2, ["da-silva-2008"], ["escamilla-2001"]),
        (("height", "low", "gastrocnemius"), 1, ["da-silva-2008", "escamilla-2001"], []),
        (("height", "high", "biceps-femoris", "width", "wide"), 1, ["escamilla-2001"], []),
        (("height", "high", "vastus-intermedius"), -2, [], []),
    ],
)
def test_the_votes_behind_a_grade_are_those_of_the_studies_that_were_read(name, step, agree, disagree):
    fields = dict(zip(("axis", "option", "muscle", "with_axis", "with_option"), name, strict=False))
    seen = certainty.evidence_in(STARTER["leg-press"], documents.EffectName(**fields), step)
    assert sorted(v.study.slug for v in seen.votes if v.side == "for") == agree
    assert sorted(v.study.slug for v in seen.votes if v.side == "against") == disagree


def grade_by_hand(exercise, name, step):
    """The rule once more, from the files and in other words than the code's."""
    muscles = {muscle.slug: muscle for muscle in starter_muscles()}
    muscle = muscles[name.muscle]
    here = {(name.axis, name.option), (name.with_axis, name.with_option)}
    agree = disagree = 0
    for file in starter_studies():
        said = set()
        for f in file.findings:
            is_read = (
                name.muscle in f.muscles
                or (muscle.head_of in f.muscles)
                or (f.group == muscle.group and not muscle.is_deep)
            )
            if file.is_retracted or f.kind != "comparison" or f.exercise != exercise or not is_read:
                continue
            condition = (f.with_axis, f.with_option)
            sign = {"more": 1, "less": -1}.get(f.direction, 0)
            if here == {(f.axis, f.option), condition}:
                said.add(sign * step > 0)
            elif here == {(f.axis, f.against), condition}:
                said.add(-sign * step > 0)
        agree += True in said
        disagree += said == {False}
    if not agree:
        return NOT if disagree else UNTESTED
    return CONTESTED if disagree else SUPPORTED if agree >= 2 else PARTLY


@WHICH
def test_every_grade_follows_from_the_study_files(slug):
    for name, effect in certainty.named_effects(STARTER[slug]).items():
        assert effect.certainty == grade_by_hand(slug, name, effect.step), name


@WHICH
def test_every_step_that_a_panel_shows_has_its_grade_and_its_votes(slug):
    document = STARTER[slug]
    for stance in emphasis.all_stances(document):
        for m, steps in contexts.panel_context(document, stance)["ranked"]:
            for step in steps:
                name = certainty.name_of(
                    step.applied.choice.axis.slug, step.applied.choice.option.slug, step.applied.effect
                )
                by_hand = grade_by_hand(slug, name, step.applied.effect.step)
                assert step.applied.effect.certainty == by_hand
                assert step.evidence.grade == by_hand
            grades = {step.applied.effect.certainty for step in steps}
            assert m.certainty == ("" if not grades else grades.pop() if len(grades) == 1 else "mixed")


@WHICH
@pytest.mark.django_db
@pytest.mark.usefixtures("starter_content")
def test_every_grade_on_a_page_is_that_of_the_rule(client, slug):
    """In the panel of every stance, as readers see it."""
    document = STARTER[slug]
    for stance in emphasis.all_stances(document):
        html = client.get(f"/exercises/{slug}/panel/{stance.query}").content.decode()
        shown = {}
        for story in html.split('<div class="story" id="emphasis-')[1:]:
            muscle = story.partition('"')[0]
            shown[muscle] = [
                words.lower() for words in re.findall(r'class="grade">.*?<b>([A-Za-z ]+)\.</b>', story, re.S)
            ]
        expected = {
            m.muscle.slug: [
                grade_by_hand(
                    slug,
                    certainty.name_of(a.choice.axis.slug, a.choice.option.slug, a.effect),
                    a.effect.step,
                )
                for a in m.applied
            ]
            for m in emphasis.emphasise(document, stance)
        }
        assert shown == expected, stance.key
