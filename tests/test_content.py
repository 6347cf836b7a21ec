"""What the starter content promises. Its emphasis, stance by stance, is in test_emphasis.py, and its grades
are in test_certainty.py."""

import re
from collections import Counter

import pytest

from exercises import certainty, checks, markdown, publishing, starter
from exercises import document as documents
from exercises.models import MapRegion
from tests.make import (
    make_starter_document,
    make_surroundings,
    starter_muscles,
    starter_studies,
    starter_terms,
)

LEG_PRESS = make_starter_document("leg-press")
CALF_RAISE = make_starter_document("standing-calf-raise")
MUSCLES = {muscle.slug: muscle for muscle in starter_muscles()}
STUDIES = {study.slug: study for study in starter_studies()}
EXERCISES = {exercise.slug: exercise for exercise in (LEG_PRESS, CALF_RAISE)}
TERMS = {term.slug: term for term in starter_terms()}
AROUND = make_surroundings(*MUSCLES.values(), studies=STUDIES.values(), terms=TERMS.values())


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


def texts_of(exercise):
    """Every text of an exercise that is Markdown."""
    yield from (section.body for section in exercise.sections)
    yield from (cue.how_sure for cue in exercise.cues)
    yield from (claim.verdict for claim in exercise.claims)
    yield exercise.caution_source
    yield from (option.caution_source for axis in exercise.axes for option in axis.options)


def test_links_lead_to_muscles_studies_and_terms():
    texts = [text for exercise in EXERCISES.values() for text in texts_of(exercise)]
    texts += [text for muscle in MUSCLES.values() for text in (muscle.location, muscle.function)]
    for text in texts:
        known = {"muscle": MUSCLES, "study": STUDIES, "term": TERMS}
        assert all(slug in known[kind] for kind, slug in markdown.links(text))
        assert not markdown.has_broken_link(text)


def test_a_frozen_article_has_its_html_and_names_what_made_it():
    assert all(section.body_html for section in LEG_PRESS.sections)
    assert LEG_PRESS.renderer == markdown.VERSION
    assert LEG_PRESS.schema == documents.SCHEMA


# The studies


@pytest.mark.parametrize("slug", STUDIES)
def test_every_study_says_who_was_measured_what_was_found_and_what_of_it_was_read(slug):
    study = STUDIES[slug]
    assert study.participants
    for words in (study.title, study.summary, study.basis):
        assert len(words) > 10, words
    assert 1950 < study.year <= 2026
    assert study.summary.endswith(".")
    assert study.doi == "" or re.fullmatch(documents.DOI, study.doi)
    assert study.schema == 0, "a file has nothing of what freezing adds"


@pytest.mark.parametrize("slug", STUDIES)
def test_nothing_stands_against_publishing_a_study_and_its_findings(slug):
    involved = {exercise: {i.muscle for i in EXERCISES[exercise].involvements} for exercise in EXERCISES}
    assert [p for p in checks.check_study(STUDIES[slug], AROUND, involved) if p.is_error] == []


@pytest.mark.parametrize("slug", STUDIES)
def test_every_finding_speaks_of_options_that_its_exercise_has(slug):
    for finding in STUDIES[slug].findings:
        axes = {
            axis.slug: [option.slug for option in axis.options] for axis in EXERCISES[finding.exercise].axes
        }
        for axis, option in publishing.options_of(finding):
            assert option in axes[axis], finding.words
        assert finding.words.endswith(".")
        if finding.kind == "comparison":
            assert finding.option
            assert finding.against
            assert finding.option != finding.against
            assert finding.direction
        elif finding.kind == "indirect":
            assert finding.elsewhere
        else:
            assert not publishing.options_of(finding)


def test_every_group_of_a_finding_has_muscles():
    groups = {muscle.group for muscle in MUSCLES.values()}
    named = {finding.group for study in STUDIES.values() for finding in study.findings}
    assert named - {""} <= groups


def test_a_study_that_compares_says_what_counts_as_which_option():
    for study in STUDIES.values():
        if any(finding.kind == "comparison" for finding in study.findings):
            assert len(study.conditions) > 80, study.slug


@pytest.mark.parametrize("field", ["slug", "short_name", "doi", "pmid", "title"])
def test_no_study_is_there_twice(field):
    values = Counter(getattr(study, field).lower() for study in STUDIES.values())
    values.pop("", None)
    assert [value for value, count in values.items() if count > 1] == []


# The claims


EACH = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


@EACH
def test_every_claim_has_a_verdict_in_two_sentences_that_names_its_studies(exercise):
    assert exercise.claims
    for claim in exercise.claims:
        words = markdown.LINK.sub(lambda link: link[3] or "", claim.verdict)
        assert len(re.findall(r"[.!?](?=\s|$)", words)) == 2, words
        assert claim.statement.endswith(".")
        assert any(kind == "study" for kind, _ in markdown.links(claim.verdict))


@EACH
def test_every_claim_rests_on_effects_or_muscles_that_are_there(exercise):
    effects = certainty.named_effects(exercise)
    involved = {involvement.muscle for involvement in exercise.involvements}
    for claim in exercise.claims:
        assert claim.effects or claim.muscles
        assert set(claim.effects) <= set(effects)
        assert set(claim.muscles) <= involved


@EACH
def test_a_claim_about_muscles_lists_what_was_measured(exercise):
    for claim in exercise.claims:
        if claim.muscles:
            assert certainty.involvement_in(exercise, claim.muscles), claim.statement


@EACH
def test_every_caution_says_where_it_comes_from(exercise):
    for thing in (exercise, *(option for axis in exercise.axes for option in axis.options)):
        assert bool(thing.caution) == bool(thing.caution_source)
        assert bool(thing.caution) == bool(thing.caution_source_html)


def test_the_leg_press_says_what_holds_in_every_stance():
    assert "breathing" in LEG_PRESS.caution


@EACH
def test_no_error_and_no_warning_stands_against_an_article(exercise):
    draft = documents.from_toml(
        (starter.FOLDER / "exercises" / f"{exercise.slug}.toml").read_text(), documents.ExerciseDocument
    )
    assert checks.check_exercise(draft, AROUND) == []
