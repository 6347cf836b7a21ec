import pytest

from exercises import document as documents
from exercises import emphasis
from tests.make import make_document, make_effect, make_option, make_starter_document

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
