import random
import time
from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exercises import comparing
from exercises import document as documents
from exercises.comparing import Change, compare
from tests.make import (
    make_document,
    make_effect,
    make_exercise_value,
    make_finding,
    make_muscle_value,
    make_option,
    make_study_value,
)

PRESS = make_exercise_value()
SECTIONS = tuple(
    documents.Section(heading=heading, body=f"All about it: {heading}.")
    for heading in ("One", "Two", "Three")
)


def told(before, after):
    """The changes, a line each, as a command would print them."""
    return [str(change) for change in compare(before, after)]


def with_effects(*effects, **fields):
    """The small exercise, with these effects of its high option."""
    *others, _ = PRESS.axes[0].options
    axis = replace(PRESS.axes[0], options=(*others, make_option("high", *effects, **fields)))
    return replace(PRESS, axes=(axis,))


def test_the_same_values_have_no_changes():
    assert compare(PRESS, make_exercise_value()) == ()


def test_values_of_two_kinds_are_not_compared():
    with pytest.raises(TypeError, match="ExerciseDocument cannot be compared with a MuscleDocument"):
        compare(PRESS, make_muscle_value("front"))


# Every field counts, and what freezing fills does not


@pytest.mark.parametrize("kind", comparing.FIELDS, ids=lambda kind: kind.__name__)
def test_every_field_that_staff_write_is_compared(kind):
    compared = {*comparing.FIELDS[kind], *comparing.PARTS.get(kind, ())}
    frozen = set(documents.FROZEN.get(kind, ())) - {"certainty"}
    assert compared | frozen == set(kind.__struct_fields__)
    assert not compared & frozen


def test_what_freezing_fills_is_no_change():
    assert compare(PRESS, make_document()) == ()
    assert compare(make_document(), PRESS) == ()


def test_a_grade_counts_between_documents():
    before = make_document()
    after = make_document(studies=[make_study_value("smith-2020", make_finding(muscles=("back",)))])
    assert told(before, after) == ["Height, high: back: untested → partly supported"]
    assert compare(before, after)[0].what == "certainty"


# Numbers and short words


def test_a_step_reads_as_before_and_after():
    before = with_effects(make_effect("front", -2), make_effect("back", 1))
    after = with_effects(make_effect("front", -2), make_effect("back", 2))
    assert compare(before, after) == (Change("Height, high: back", "step", 1, 2),)
    assert told(before, after) == ["Height, high: back: +1 → +2"]


def test_a_joint_effect_is_named_with_its_condition():
    width = documents.StanceAxis(
        slug="width", name="Stance width", options=(make_option("wide"), make_option("narrow"))
    )

    def exercise(step):
        value = with_effects(make_effect("back", step, with_axis="width", with_option="wide"))
        return replace(value, axes=(*value.axes, width))

    assert told(exercise(1), exercise(3)) == ["Height, high: back with Stance width, wide: +1 → +3"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"baseline": 5}, "Muscles involved: front, baseline: 8 → 5"),
        ({"floor": 3}, "Muscles involved: front, floor: 4 → 3"),
        ({"role": "helper"}, "Muscles involved: front, role: target → helper"),
    ],
)
def test_an_involvement_is_told_by_its_muscle(changes, words):
    first, second = PRESS.involvements
    assert told(PRESS, replace(PRESS, involvements=(replace(first, **changes), second))) == [words]


def test_what_was_empty_is_told_as_none():
    study = make_study_value(sample_size=None)
    assert told(study, replace(study, sample_size=14)) == ["How many: none → 14"]
    muscle = make_muscle_value("front", region="soleus")
    assert told(muscle, replace(muscle, region="", is_deep=True)) == [
        "Region of the map: soleus → none",
        "Deep: no → yes",
    ]


def test_muscles_are_called_by_name_where_a_document_has_it():
    assert told(make_document(), replace(make_document(), involvements=PRESS.involvements[:1])) == [
        "Muscles involved: back: removed"
    ]
    muscle = make_muscle_value("front", head_of="gluteus-maximus")
    assert told(muscle, replace(muscle, head_of="")) == ["Head of: gluteus maximus → none"]


# Lists


def test_a_reordered_list_is_moved_and_nothing_else():
    before = replace(PRESS, sections=SECTIONS)
    after = replace(PRESS, sections=(SECTIONS[2], *SECTIONS[:2]))
    assert compare(before, after) == (Change("Section “Three”", "moved", 3, 1),)
    assert told(before, after) == ["Section “Three”: moved from place 3 to 1"]


def test_what_stands_behind_something_added_has_not_moved():
    before = replace(PRESS, sections=SECTIONS[1:])
    assert told(before, replace(PRESS, sections=SECTIONS)) == ["Section “One”: added"]
    assert told(replace(PRESS, sections=SECTIONS), before) == ["Section “One”: removed"]


def test_a_section_with_a_new_heading_keeps_its_text():
    renamed = replace(SECTIONS[0], heading="First")
    before, after = replace(PRESS, sections=SECTIONS), replace(PRESS, sections=(*SECTIONS[1:], renamed))
    assert told(before, after) == [
        "Section “First”: moved from place 1 to 3",
        "Section “First”: heading: text changed",
    ]


def test_a_section_with_a_new_heading_and_a_new_text_is_known_by_its_place():
    rewritten = documents.Section(heading="2", body="Quite another text.")
    after = replace(PRESS, sections=(SECTIONS[0], rewritten, SECTIONS[2]))
    assert told(replace(PRESS, sections=SECTIONS), after) == [
        "Section “2”: heading: text changed",
        "Section “2”: text changed",
    ]


def test_a_form_cue_is_known_by_what_to_do():
    cues = tuple(documents.FormCue(phase="Always", do=do, why=f"So {do}.") for do in ("breathe", "push"))
    before = replace(PRESS, cues=cues)
    after = replace(PRESS, cues=(cues[1], replace(cues[0], phase="At first")))
    assert told(before, after) == [
        "Form cue “push”: moved from place 2 to 1",
        "Form cue “breathe”: phase: text changed",
    ]
    reworded = replace(PRESS, cues=(replace(cues[0], do="breathe out"), cues[1]))
    assert told(before, reworded) == ["Form cue “breathe out”: text changed"]


def test_a_claim_is_known_by_its_statement_and_lists_what_it_rests_on():
    claim = documents.Claim(statement="High feet do it.", verdict="They do.", muscles=("front",))
    effects = (documents.EffectName(axis="height", option="high", muscle="back"),)
    change, other = compare(
        replace(PRESS, claims=(claim,)), replace(PRESS, claims=(replace(claim, effects=effects, muscles=()),))
    )
    assert change.where == "Claim “High feet do it.”: effects"
    assert change.diff == (("added", "Height, high: back"),)
    assert other.diff == (("removed", "front"),)


def test_two_claims_without_a_verdict_are_not_taken_for_one():
    before, after = (
        replace(PRESS, claims=(documents.Claim(statement=statement),)) for statement in ("Yes.", "No.")
    )
    assert told(before, after) == ["Claim “No.”: added", "Claim “Yes.”: removed"]


def test_an_option_that_is_added_comes_with_its_effects():
    option = make_option("top", make_effect("back", 3, reason="It is far."), explanation="Very high.")
    axis = replace(PRESS.axes[0], options=(*PRESS.axes[0].options, option))
    added, effect = compare(PRESS, replace(PRESS, axes=(axis,)))
    assert (added.where, added.what) == ("Height, top", "added")
    assert "explanation: Very high." in added.after
    assert (effect.where, effect.what, effect.after) == ("Height, top: back", "added", "+3\nIt is far.")


def test_an_axis_that_is_removed_takes_its_options_along():
    assert [str(change) for change in compare(PRESS, replace(PRESS, axes=()))] == [
        "Height: removed",
        "Height, low: removed",
        "Height, low: front: removed",
        "Height, middle: removed",
        "Height, high: removed",
        "Height, high: front: removed",
        "Height, high: back: removed",
    ]


def test_a_finding_is_known_by_its_words_then_by_the_rest_then_by_its_place():
    one, two = make_finding(words="One."), make_finding(words="Two.", option="low", against="high")
    study = make_study_value("smith-2020", one, two)
    assert told(study, replace(study, findings=(two, one))) == ["Finding “Two.”: moved from place 2 to 1"]
    assert told(study, replace(study, findings=(replace(two, words="2."), one))) == [
        "Finding “2.”: moved from place 2 to 1",
        "Finding “2.”: words: text changed",
    ]
    other = replace(two, words="Else.", direction="less")
    assert told(study, replace(study, findings=(one, other))) == [
        "Finding “Else.”: words: text changed",
        "Finding “Else.”: direction: more → less",
    ]


# Texts, word by word


def test_a_text_is_told_word_by_word():
    after = replace(PRESS, answer="It works the whole thigh.")
    assert compare(PRESS, after) == (
        Change(
            "Answer",
            "text",
            "It works the thigh.",
            "It works the whole thigh.",
            (("same", "It works the "), ("added", "whole "), ("same", "thigh.")),
        ),
    )


def test_a_reason_is_told_as_one():
    before = with_effects(make_effect("front", -2, reason="It is long."))
    after = with_effects(make_effect("front", -2, reason="It is short."))
    (change,) = compare(before, after)
    assert (change.where, change.what) == ("Height, high: front", "reason")
    assert change.diff == (("same", "It is "), ("removed", "long."), ("added", "short."))


def test_changes_with_only_a_blank_between_are_one():
    assert comparing.diff("The red big car goes.", "The blue small car goes.") == (
        ("same", "The "),
        ("removed", "red big"),
        ("added", "blue small"),
        ("same", " car goes."),
    )


def test_a_line_end_counts():
    assert comparing.diff("One.\nTwo.", "One.\n\nTwo.") == (
        ("same", "One.\n"),
        ("added", "\n"),
        ("same", "Two."),
    )


def test_a_long_stretch_that_stays_is_one_run():
    text = "Word after word. " * 500
    runs = comparing.diff(f"Old start. {text}", f"New start. {text}")
    assert [kind for kind, _ in runs] == ["removed", "added", "same"]
    assert len(runs[-1][1]) > len(text)


def test_what_is_long_and_unchanged_is_folded_but_for_the_words_beside_a_change():
    one, two, three = (f"{name} of many words. " * 40 for name in ("Start", "Middle", "End"))
    before = replace(PRESS, answer=f"{one}old{two}\nold{three}")
    (change,) = compare(before, replace(PRESS, answer=f"{one}new{two}\nnew{three}"))
    assert [kind for kind, _ in change.shown] == [
        *(
            "folded",
            "same",
            "removed",
            "added",
            "same",
            "folded",
            "same",
            "removed",
            "added",
            "same",
            "folded",
        )
    ]
    beside = [text for kind, text in change.shown if kind == "same"]
    assert all(80 < len(text) <= comparing.BESIDE for text in beside)
    assert beside[0].startswith(("Start ", "of ", "many ", "words. "))
    assert "".join(text for kind, text in change.shown if kind != "added") == before.answer


TEXTS = st.text(alphabet="ab c\n.\t", max_size=60) | st.text(max_size=60)


@given(TEXTS, TEXTS)
def test_the_runs_give_back_both_texts(before, after):
    runs = comparing.diff(before, after)
    assert "".join(text for kind, text in runs if kind != "added") == before
    assert "".join(text for kind, text in runs if kind != "removed") == after
    assert all(text for _, text in runs)
    assert all(kind != following for (kind, _), (following, _) in pairwise(runs))


def long_text(vocabulary, marks, seed):
    """About 100 KB of words, every so often one that stands nowhere else."""
    choose = random.Random(seed)
    words = [
        f"mark{i}" if marks and i % marks == 0 else f"w{choose.randrange(vocabulary)}" for i in range(33_000)
    ]
    return " ".join(words)


@pytest.mark.parametrize("marks", [0, 20, 100, 500])
@pytest.mark.parametrize("vocabulary", [2, 30, 1000, 10_000])
def test_two_very_long_texts_take_less_than_a_second(vocabulary, marks):
    before, after = long_text(vocabulary, marks, 1), long_text(vocabulary, marks, 2)
    start = time.process_time()
    comparing.diff(before, after)
    assert time.process_time() - start < 1


def test_the_work_on_a_text_without_a_mark_is_bounded():
    start = time.process_time()
    comparing.diff("a b " * 240, "a c b " * 160)
    assert time.process_time() - start < 0.5


# On the page


def test_the_page_shows_numbers_words_and_long_stretches():
    text = "Word after word. " * 50
    before = replace(PRESS, answer=f"Old {text}", order=5)
    after = replace(PRESS, answer=f"New {text}", order=6, equipment="<b>press</b>")
    html = render_to_string("admin/exercises/_changes.html", {"changes": compare(before, after)})
    assert "5 → 6" in html
    assert "<del>Old</del><ins>New</ins>" in html
    assert "<summary>unchanged</summary>" in html
    assert "<ins>&lt;b&gt;press&lt;/b&gt;</ins>" in html
    assert "style=" not in html
    assert "<script" not in html
