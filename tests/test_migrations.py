"""Documents of older schemas, as migrations make them over."""

import importlib
import json

import pytest

from exercises import contexts, emphasis
from exercises import document as documents
from exercises.models import Publication
from tests.make import make_document, make_exercise, make_option

upgrade_documents = importlib.import_module("exercises.migrations.0003_upgrade_documents")


def first_schema(document=None) -> str:
    """The JSON of a document as the first schema had it: nothing of evidence in it."""
    value = json.loads(documents.to_json(document or make_document(cues=CUES, axes=AXES)))
    value["schema"] = 1
    for name in ("claims", "studies", "caution", "caution_source", "caution_source_html"):
        value.pop(name, None)
    for cue in value.get("cues", []):
        cue.pop("how_sure_html", None)
    for axis in value["axes"]:
        for option in axis["options"]:
            option.pop("caution_source_html", None)
            for effect in option.get("effects", []):
                effect.pop("certainty", None)
    return json.dumps(value)


CUES = (
    documents.FormCue(phase="Always", do="Push.", how_sure="Busier at <80% & less> than “that”."),
    documents.FormCue(phase="Always", do="Breathe."),
)
AXES = (
    documents.StanceAxis(
        slug="height",
        name="Height",
        options=(
            make_option("middle", is_neutral=True),
            make_option(
                "high",
                documents.StanceEffect(muscle="back", step=1, reason="It is stretched."),
                caution="Mind.",
                caution_source='A study of "squats" <2>.',
            ),
        ),
    ),
)


def upgraded():
    return documents.from_json(upgrade_documents.upgraded(first_schema()), documents.ExerciseDocument)


def test_a_document_of_the_first_schema_can_be_read_and_says_that_it_has_no_grades():
    document = upgraded()
    assert document.schema == 2
    assert not document.is_graded
    assert document.studies == document.claims == ()


def test_its_two_texts_that_have_become_markdown_keep_their_words():
    document = upgraded()
    assert document.cues[0].how_sure_html == "Busier at &lt;80% &amp; less&gt; than “that”."
    assert document.cues[1].how_sure_html == ""
    assert document.axes[0].options[1].caution_source_html == 'A study of "squats" &lt;2&gt;.'
    assert document.cues[0].how_sure == CUES[0].how_sure


def test_nothing_else_of_it_changes():
    before, after = json.loads(first_schema()), json.loads(upgrade_documents.upgraded(first_schema()))
    after["cues"][0].pop("how_sure_html")
    after["axes"][0]["options"][1].pop("caution_source_html")
    assert {**after, "schema": 1} == before


def test_it_is_shown_without_a_lens_and_without_grades():
    document = upgraded()
    context = contexts.article_context(document, emphasis.stance_from(document, {"height": "high"}))
    assert list(context["lenses"]) == []
    assert all(step.evidence is None for _, steps in context["ranked"] for step in steps)
    assert {m.certainty for m, _ in context["ranked"]} == {""}


@pytest.mark.parametrize(
    "text", ['{"slug":"soleus","name":"soleus","group":"calves","schema":1}'], ids=["muscle"]
)
def test_a_muscles_document_can_be_read_too(text):
    document = documents.from_json(upgrade_documents.upgraded(text), documents.MuscleDocument)
    assert (document.schema, document.slug) == (2, "soleus")


@pytest.mark.usefixtures("empty_site")
def test_the_migration_makes_over_what_is_of_the_first_schema_and_leaves_the_rest():
    from django.apps import apps

    exercise = make_exercise()
    make_exercise("other")
    live = exercise.publications.get()
    Publication.objects.filter(pk=live.pk).update(document=first_schema())
    others = dict(Publication.objects.exclude(pk=live.pk).values_list("pk", "document"))
    upgrade_documents.upgrade(apps, None)
    assert not Publication.objects.get(pk=live.pk).content.is_graded
    assert dict(Publication.objects.exclude(pk=live.pk).values_list("pk", "document")) == others


@pytest.mark.usefixtures("empty_site")
def test_readers_see_a_document_of_the_first_schema_as_it_was(client):
    exercise = make_exercise()
    exercise.publications.update(document=upgrade_documents.upgraded(first_schema()))
    for address in ("/exercises/press/?height=high", "/exercises/press/panel/?height=high", "/?height=high"):
        html = client.get(address).content.decode()
        assert 'name="lens"' not in html
        assert "certainty" not in html.partition("<main")[2]
        assert "untested" not in html.lower()
    refused = client.get("/exercises/press/?lens=studies")
    assert refused.status_code == 404
    assert "The lens can only be taught." in refused.content.decode()
