import pytest

from exercises import document as documents
from exercises import emphasis
from tests.make import (
    make_document,
    make_effect,
    make_exercise_value,
    make_finding,
    make_option,
    make_starter_document,
    make_study_value,
)

# The leg press as taught: every muscle in each of its nine stances, height then width.
MUSCLES = (
    "vastus-lateralis", "vastus-medialis", "vastus-intermedius", "rectus-femoris", "gluteus-maximus",
    "adductor-magnus", "adductors", "biceps-femoris", "semitendinosus", "semimembranosus",
    "gastrocnemius", "soleus", "gluteus-medius", "tibialis-anterior",
)  # fmt: skip
NINE_STANCES = {
    #                      VL  VM  VI  RF  GM  AM  Ad  BF  ST  SM  Ga  So  Gm  TA
    ("high", "narrow"):    (7,  5,  6,  4,  9,  6,  2,  4,  4,  4,  2,  3,  2,  1),
    ("high", "shoulder"):  (6,  6,  6,  4,  9,  6,  3,  4,  4,  4,  2,  3,  2,  1),
    ("high", "wide"):      (5,  7,  6,  4,  9,  7,  5,  5,  5,  5,  2,  3,  2,  1),
    ("middle", "narrow"):  (9,  7,  8,  6,  7,  5,  2,  3,  3,  3,  3,  3,  2,  1),
    ("middle", "shoulder"): (8, 8,  8,  6,  7,  5,  3,  3,  3,  3,  3,  3,  2,  1),
    ("middle", "wide"):    (7,  9,  8,  6,  7,  6,  5,  3,  3,  3,  3,  3,  2,  1),
    ("low", "narrow"):     (10, 8,  9,  8,  5,  4,  2,  2,  2,  2,  4,  3,  2,  1),
    ("low", "shoulder"):   (9,  9,  9,  8,  5,  4,  3,  2,  2,  2,  4,  3,  2,  1),
    ("low", "wide"):       (8, 10,  9,  8,  5,  5,  5,  2,  2,  2,  4,  3,  2,  1),
}  # fmt: skip
QUADRICEPS = ("vastus-lateralis", "vastus-medialis", "vastus-intermedius", "rectus-femoris")
HAMSTRINGS = ("biceps-femoris", "semitendinosus", "semimembranosus")

LEG_PRESS = make_starter_document("leg-press")
CALF_RAISE = make_starter_document("standing-calf-raise")


def in_stance(document, **chosen):
    ranked = emphasis.emphasise(document, emphasis.stance_from(document, chosen))
    return {m.muscle.slug: m for m in ranked}


@pytest.mark.parametrize(("height", "width"), NINE_STANCES)
def test_leg_press_is_as_taught_in_every_stance(height, width):
    muscles = in_stance(LEG_PRESS, height=height, width=width)
    expected = dict(zip(MUSCLES, NINE_STANCES[height, width], strict=True))
    assert {slug: m.emphasis for slug, m in muscles.items()} == expected


def test_the_table_has_every_stance_of_the_leg_press():
    assert {stance.key for stance in emphasis.all_stances(LEG_PRESS)} == set(NINE_STANCES)


def test_high_feet_raise_glutes_and_hamstrings_and_lower_the_quadriceps():
    muscles = in_stance(LEG_PRESS, height="high")
    assert all(muscles[slug].change > 0 for slug in ("gluteus-maximus", *HAMSTRINGS))
    assert all(muscles[slug].change < 0 for slug in QUADRICEPS)


def test_low_feet_do_the_reverse_and_raise_rectus_femoris_most():
    muscles = in_stance(LEG_PRESS, height="low")
    assert all(muscles[slug].change < 0 for slug in ("gluteus-maximus", *HAMSTRINGS))
    gains = {slug: muscles[slug].change for slug in QUADRICEPS}
    assert all(gain > 0 for gain in gains.values())
    assert [slug for slug in gains if gains[slug] == max(gains.values())] == ["rectus-femoris"]


def test_width_moves_adductors_and_the_two_outer_heads():
    wide, narrow = in_stance(LEG_PRESS, width="wide"), in_stance(LEG_PRESS, width="narrow")
    assert wide["adductors"].change > 0
    assert wide["vastus-medialis"].change > 0
    assert narrow["vastus-lateralis"].change > 0


def test_no_stance_takes_a_head_of_the_quadriceps_below_moderate():
    for stance in emphasis.all_stances(LEG_PRESS):
        for m in emphasis.emphasise(LEG_PRESS, stance):
            if m.muscle.slug in QUADRICEPS:
                assert m.word in ("moderate", "strong", "main driver"), (stance.key, m.muscle.slug)


def test_high_and_wide_adds_the_steps_of_both_and_the_joint_one():
    muscles = in_stance(LEG_PRESS, height="high", width="wide")
    assert [a.effect.step for a in muscles["vastus-medialis"].applied] == [-2, 1]
    assert [a.effect.step for a in muscles["adductor-magnus"].applied] == [1, 1]
    # High and wide together moves the hamstrings one step more than high alone.
    assert [a.effect.step for a in muscles["biceps-femoris"].applied] == [1, 1]
    assert [a.effect.step for a in in_stance(LEG_PRESS, height="high")["biceps-femoris"].applied] == [1]


def test_floor_and_ceiling_hold_and_say_so():
    axes = (
        *make_document().axes,
        documents.StanceAxis(
            slug="width",
            name="Width",
            options=(
                make_option("neutral", is_neutral=True),
                make_option("narrow", make_effect("front", 3), make_effect("back", -3)),
                make_option("wide", make_effect("front", -3)),
            ),
        ),
    )
    document = make_document(axes=axes)
    low_narrow = in_stance(document, height="low", width="narrow")
    assert (low_narrow["front"].emphasis, low_narrow["front"].limit) == (10, "top")
    assert (low_narrow["back"].emphasis, low_narrow["back"].limit) == (1, "floor")
    high_wide = in_stance(document, height="high", width="wide")
    assert (high_wide["front"].emphasis, high_wide["front"].limit) == (4, "floor")
    assert high_wide["front"].change == -4
    assert in_stance(document, height="high")["front"].limit == ""


@pytest.mark.parametrize(
    ("number", "level", "word"),
    [
        (1, 0, "minimal"),
        (2, 1, "light"),
        (3, 1, "light"),
        (4, 2, "moderate"),
        (5, 2, "moderate"),
        (6, 3, "strong"),
        (7, 3, "strong"),
        (8, 4, "main driver"),
        (9, 4, "main driver"),
        (10, 4, "main driver"),
    ],
)
def test_every_emphasis_has_its_level_and_word(number, level, word):
    assert emphasis.level_of(number) == level
    assert emphasis.WORDS[level] == word


def test_missing_and_empty_axes_are_neutral_and_strangers_are_ignored():
    stance = emphasis.stance_from(LEG_PRESS, {"width": "", "utm_source": "mail"})
    assert stance.is_neutral
    assert stance.query == ""


def test_an_unknown_option_names_those_that_exist():
    with pytest.raises(emphasis.UnknownOption, match="Foot height can be high, middle or low"):
        emphasis.stance_from(LEG_PRESS, {"height": "sideways"})


def test_a_stance_has_one_query_with_every_axis():
    assert emphasis.stance_from(LEG_PRESS, {"height": "high"}).query == "?height=high&width=shoulder"


def test_the_strongest_come_first_and_equals_keep_the_order_of_their_baselines():
    stance = emphasis.stance_from(LEG_PRESS, {"height": "high"})
    ranked = [m.muscle.slug for m in emphasis.emphasise(LEG_PRESS, stance)]
    assert ranked[:5] == [
        "gluteus-maximus",
        "vastus-lateralis",
        "vastus-medialis",
        "vastus-intermedius",
        "adductor-magnus",
    ]


def test_of_equals_the_one_with_the_higher_baseline_comes_first():
    weak = documents.Involvement(muscle="back", role="helper", baseline=3)
    strong = documents.Involvement(muscle="front", role="target", baseline=4)
    axis = documents.StanceAxis(
        slug="height",
        name="Height",
        options=(make_option("middle", is_neutral=True), make_option("high", make_effect("back", 1))),
    )
    document = make_document(involvements=(weak, strong), axes=(axis,))
    assert list(in_stance(document, height="high")) == ["front", "back"]


def test_the_summary_names_groups_that_move_as_one():
    stance = emphasis.stance_from(LEG_PRESS, {"height": "high", "width": "wide"})
    said = emphasis.summarise(stance, emphasis.emphasise(LEG_PRESS, stance))
    assert said == (
        "With your feet high and a wide stance: more emphasis on the gluteus maximus, adductors and "
        "hamstrings; less on the quadriceps and gastrocnemius. "
        "Strongest now: the gluteus maximus (main driver)."
    )


def test_the_summary_of_the_neutral_stance_names_all_that_lead():
    stance = emphasis.stance_from(LEG_PRESS, {})
    assert emphasis.summarise(stance, emphasis.emphasise(LEG_PRESS, stance)) == (
        "The neutral stance: your feet mid-plate and a shoulder-width stance. Strongest here: the vastus "
        "lateralis, vastus medialis and vastus intermedius (main drivers)."
    )


def test_the_summary_names_the_whole_muscle_when_all_its_heads_move():
    stance = emphasis.stance_from(CALF_RAISE, {"knee": "bent"})
    said = emphasis.summarise(stance, emphasis.emphasise(CALF_RAISE, stance))
    assert "more emphasis on the soleus; less on the gastrocnemius." in said


def test_the_best_stances_leave_out_choices_that_add_nothing():
    best = {}
    for found in emphasis.best_stances(LEG_PRESS):
        best.setdefault(found.muscle, []).append((found.stance.key, found.emphasis))
    assert best["gluteus-maximus"] == [(("high", "shoulder"), 9)]
    assert best["vastus-lateralis"] == [
        (("low", "narrow"), 10),
        (("middle", "narrow"), 9),
        (("low", "shoulder"), 9),
    ]
    assert best["biceps-femoris"] == [(("high", "wide"), 5), (("high", "shoulder"), 4)]
    # Nothing moves the soleus: the neutral stance stands for all.
    assert best["soleus"] == [(("middle", "shoulder"), 3)]


def test_the_feet_stand_where_the_options_together_put_them():
    assert emphasis.stance_from(LEG_PRESS, {"height": "high", "width": "wide"}).foot == (178, -100, 25)
    assert emphasis.stance_from(CALF_RAISE, {"toes": "in"}).foot[2] < 0


# The lens


def make_graded(**front_and_back):
    """The small exercise with one study for each muscle's steps, or two, or none: {"front": 2} and so on."""
    studies = [
        make_study_value(f"{muscle}-{number}", make_finding(muscles=(muscle,), direction=direction))
        for muscle, (count, direction) in front_and_back.items()
        for number in range(count)
    ]
    return make_document(studies=studies)


@pytest.mark.parametrize(
    ("found", "grade", "counts"),
    [
        ((2, "more"), "supported", True),
        ((1, "more"), "partly supported", True),
        ((1, "less"), "not supported", False),
        ((1, "no difference"), "not supported", False),
        ((0, ""), "untested", False),
    ],
)
def test_backed_by_studies_counts_only_what_is_supported_or_partly(found, grade, counts):
    document = make_graded(back=found)
    taught = in_stance(document, height="high")["back"]
    backed = in_stance(document, height="high", lens="studies")["back"]
    assert (taught.emphasis, taught.change, taught.set_aside) == (4, 1, ())
    assert taught.certainty == backed.certainty == grade
    assert (backed.emphasis, backed.change) == ((4, 1) if counts else (3, 0))
    assert len(backed.applied) == counts
    assert [step.effect.step for step in backed.set_aside] == ([] if counts else [1])


def test_what_is_contested_is_set_aside():
    findings = [make_finding(muscles=("back",), direction=way) for way in ("more", "less")]
    document = make_document(
        studies=[make_study_value(f"s-{n}", finding) for n, finding in enumerate(findings)]
    )
    backed = in_stance(document, height="high", lens="studies")["back"]
    assert (backed.certainty, backed.change, len(backed.set_aside)) == ("contested", 0, 1)


def test_a_muscle_whose_steps_have_different_grades_is_mixed_under_either_lens():
    for lens in emphasis.LENSES:
        muscles = in_stance(LEG_PRESS, height="high", width="wide", lens=lens)
        assert muscles["biceps-femoris"].certainty == "mixed"
        assert muscles["gluteus-maximus"].certainty == "partly supported"
        assert muscles["soleus"].certainty == ""


def test_of_two_steps_one_can_count_and_the_other_be_set_aside():
    backed = in_stance(LEG_PRESS, height="high", width="wide", lens="studies")["biceps-femoris"]
    assert [step.effect.with_option for step in backed.applied] == ["wide"]
    assert [step.effect.with_option for step in backed.set_aside] == [""]
    assert (backed.emphasis, backed.change) == (4, 1)


def test_the_leg_press_backed_by_studies_moves_little():
    moved = {
        stance: {
            slug: m.change
            for slug, m in in_stance(
                LEG_PRESS, **dict(zip(("height", "width"), stance, strict=True)), lens="studies"
            ).items()
            if m.change
        }
        for stance in NINE_STANCES
    }
    high, low = {"gluteus-maximus": 2, "gastrocnemius": -1}, {"gluteus-maximus": -2, "gastrocnemius": 1}
    assert moved == {
        ("high", "narrow"): high,
        ("high", "shoulder"): high,
        ("high", "wide"): {**high, **dict.fromkeys(HAMSTRINGS, 1)},
        ("middle", "narrow"): {},
        ("middle", "shoulder"): {},
        ("middle", "wide"): {},
        ("low", "narrow"): low,
        ("low", "shoulder"): low,
        ("low", "wide"): low,
    }


@pytest.mark.parametrize("document", [LEG_PRESS, CALF_RAISE], ids=["leg press", "calf raise"])
def test_counted_and_set_aside_steps_are_together_those_that_are_taught(document):
    for stance in emphasis.all_stances(document):
        chosen = {choice.axis.slug: choice.option.slug for choice in stance.choices}
        taught, backed = in_stance(document, **chosen), in_stance(document, **chosen, lens="studies")
        for slug in taught:
            assert taught[slug].set_aside == ()
            steps = (*backed[slug].applied, *backed[slug].set_aside)
            assert sorted(map(repr, steps)) == sorted(map(repr, taught[slug].applied))
            assert {s.effect.certainty for s in backed[slug].applied} <= {"supported", "partly supported"}
            assert not {s.effect.certainty for s in backed[slug].set_aside} & {
                "supported",
                "partly supported",
            }


@pytest.mark.parametrize("document", [LEG_PRESS, CALF_RAISE], ids=["leg press", "calf raise"])
def test_the_levels_of_the_neutral_stance_are_taught_under_both(document):
    taught, backed = in_stance(document), in_stance(document, lens="studies")
    assert taught == backed
    assert {slug: m.emphasis for slug, m in backed.items()} == {
        involvement.muscle: involvement.baseline for involvement in document.involvements
    }


@pytest.mark.parametrize(
    ("chosen", "query"),
    [
        ({"lens": "studies"}, "?lens=studies"),
        ({"lens": "taught"}, ""),
        ({"lens": ""}, ""),
        ({"lens": "studies", "height": "high"}, "?height=high&width=shoulder&lens=studies"),
        ({"lens": "taught", "height": "high"}, "?height=high&width=shoulder"),
    ],
)
def test_the_address_has_the_lens_unless_it_is_the_one_that_is_taught(chosen, query):
    assert emphasis.stance_from(LEG_PRESS, chosen).query == query


def test_a_neutral_stance_is_neutral_under_either_lens():
    assert emphasis.stance_from(LEG_PRESS, {"lens": "studies"}).is_neutral


@pytest.mark.parametrize("lens", ["Studies", "x", " studies", "studies,taught", "both"])
def test_an_unknown_lens_names_both(lens):
    with pytest.raises(emphasis.UnknownOption, match=r"^The lens can be taught or studies\.$"):
        emphasis.stance_from(LEG_PRESS, {"lens": lens})


def test_a_document_without_grades_has_one_lens_only():
    document = make_exercise_value()
    assert emphasis.stance_from(document, {"lens": "taught"}).lens == "taught"
    with pytest.raises(emphasis.UnknownOption, match=r"^The lens can only be taught\.$"):
        emphasis.stance_from(document, {"lens": "studies"})


def test_the_summary_says_what_it_counts():
    stance = emphasis.stance_from(LEG_PRESS, {"height": "high", "lens": "studies"})
    assert emphasis.summarise(stance, emphasis.emphasise(LEG_PRESS, stance)) == (
        "With your feet high, as far as studies back it: more emphasis on the gluteus maximus; less on the "
        "gastrocnemius. Strongest now: the gluteus maximus (main driver)."
    )


def test_the_summary_says_so_if_nothing_is_left_to_count():
    stance = emphasis.stance_from(LEG_PRESS, {"width": "wide", "lens": "studies"})
    said = emphasis.summarise(stance, emphasis.emphasise(LEG_PRESS, stance))
    assert said.startswith(
        "With a wide stance, as far as studies back it: nothing moves away from the neutral stance."
    )


def test_the_best_stances_of_a_muscle_are_those_that_are_taught():
    assert all(best.stance.lens == "taught" for best in emphasis.best_stances(LEG_PRESS))


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"option": "high"}, "With your feet high: biceps femoris up 1"),
        ({"option": "low"}, "With your feet low: biceps femoris down 1"),
        (
            {"option": "high", "with_axis": "width", "with_option": "wide"},
            "With your feet high and a wide stance: biceps femoris up 1",
        ),
    ],
)
def test_an_effect_is_said_in_words(option, words):
    name = documents.EffectName(axis="height", muscle="biceps-femoris", **option)
    step = -1 if option["option"] == "low" else 1
    assert emphasis.effect_words(LEG_PRESS, name, step) == words
