"""What the starter content promises. Its emphasis, stance by stance, is in test_emphasis.py."""

import pytest

from exercises import document as documents
from exercises import markdown, starter
from exercises.models import MapRegion
from tests.make import make_starter_document, starter_muscles, starter_studies

LEG_PRESS = make_starter_document("leg-press")
CALF_RAISE = make_starter_document("standing-calf-raise")
MUSCLES = {muscle.slug: muscle for muscle in starter_muscles()}
STUDIES = {study.slug: study for study in starter_studies()}


@pytest.mark.parametrize("exercise", [LEG_PRESS, CALF_RAISE], ids=["leg press", "calf raise"])
def test_every_effect_and_every_cue_says_why(exercise):
    for axis in exercise.axes:
        assert axis.explanation
        for option in axis.options:
            assert option.explanation
            assert option.phrase
            assert all(len(effect.reason) > 20 for effect in option.effects)
    for cue in exercise.cues:
        assert cue.why
        assert cue.goes_wrong
        assert cue.how_sure
    assert all(involvement.summary for involvement in exercise.involvements)


@pytest.mark.parametrize("slug", MUSCLES)
def test_every_muscle_has_its_text_and_its_place(slug):
    muscle = MUSCLES[slug]
    assert len(muscle.location) > 150
    assert len(muscle.function) > 300
    assert muscle.actions
    assert muscle.everyday_name
    assert muscle.region in MapRegion.values


def test_the_map_has_every_region_that_can_be_chosen():
    drawing = (starter.FOLDER.parents[1] / "templates" / "drawings" / "_muscle_map.html").read_text()
    assert [region for region in MapRegion.values if f'"{region}"' not in drawing] == []


def test_every_muscle_of_the_map_is_on_the_site():
    assert set(MapRegion.values) == {muscle.region for muscle in MUSCLES.values()}


@pytest.mark.parametrize(
    "words",
    [
        "compound",
        "spine",
        "concentric",
        "vastus lateralis",
        "vastus medialis",
        "vastus intermedius",
        "rectus femoris",
        "gluteus maximus",
        "biceps femoris",
        "semitendinosus",
        "semimembranosus",
        "adductors",
        "gastrocnemius",
        "soleus",
    ],
)
def test_the_article_tells_of_everything_it_should(words):
    text = " ".join(section.body for section in LEG_PRESS.sections)
    assert words in text.replace("-", " ")


@pytest.mark.parametrize("word", ["back", "tuck", "toes", "straight", "plate", "breath"])
def test_the_form_cues_cover_what_goes_wrong(word):
    text = " ".join(f"{cue.do} {cue.avoid} {cue.why} {cue.goes_wrong}" for cue in LEG_PRESS.cues)
    assert word in text.lower()


def test_only_the_deep_muscle_is_said_to_be_deep():
    assert [slug for slug, muscle in MUSCLES.items() if muscle.is_deep] == ["vastus-intermedius"]


def test_the_calf_raise_is_the_same_kind_of_data_with_axes_of_its_own():
    assert [axis.slug for axis in CALF_RAISE.axes] == ["toes", "knee"]
    assert [option.slug for option in CALF_RAISE.axes[0].options] == ["in", "straight", "out"]
    assert CALF_RAISE.surface == "floor"


def test_links_lead_to_muscles_and_studies():
    texts = [section.body for exercise in (LEG_PRESS, CALF_RAISE) for section in exercise.sections]
    texts += [text for muscle in MUSCLES.values() for text in (muscle.location, muscle.function)]
    for text in texts:
        assert all(slug in {"muscle": MUSCLES, "study": STUDIES}[kind] for kind, slug in markdown.links(text))


def test_a_frozen_article_has_its_html_and_names_what_made_it():
    assert all(section.body_html for section in LEG_PRESS.sections)
    assert LEG_PRESS.renderer == markdown.VERSION
    assert LEG_PRESS.schema == documents.SCHEMA
