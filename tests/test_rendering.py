"""Documents whose HTML is made anew after the renderer has been mended. That it was is played by a document
with the mark and the HTML of a renderer that never was."""

from io import StringIO

import msgspec
import pytest
from django.core.management import call_command

from exercises import document as documents
from exercises import publishing, rendering
from exercises.models import Exercise, Muscle, Publication, SearchEntry
from exercises.models.publication import digest_of
from tests.make import make_exercise, make_muscle

pytestmark = pytest.mark.django_db
replace = msgspec.structs.replace

BODY = "The [[muscle:front]], [[muscle:front|this one]] and [[muscle:side]]. It is *not* a heading."


def rerender() -> str:
    out = StringIO()
    call_command("rerender", stdout=out, stderr=out)
    return out.getvalue()


def as_of_another_renderer(publication: Publication) -> Publication:
    """The publication as it would be stored if a renderer that writes <i> had made it."""
    document = replace(publication.content, renderer="0")
    text = documents.to_json(document).replace("<em>", "<i>").replace("</em>", "</i>")
    Publication.objects.filter(pk=publication.pk).update(document=text, digest=digest_of(text))
    return Publication.objects.get(pk=publication.pk)


@pytest.fixture
def exercise(empty_site):
    """An exercise whose text links muscles, one of which it does not involve."""
    make_muscle("side")
    section = documents.Section(heading="How", body=BODY)
    return make_exercise("squat", sections=(section,))


def test_documents_made_by_this_renderer_stay(exercise):
    before = list(Publication.objects.order_by("pk").values_list("document", flat=True))
    assert rerender() == ""
    assert list(Publication.objects.order_by("pk").values_list("document", flat=True)) == before


def test_all_that_is_published_renders_anew_to_what_it_is(starter_content):
    for publication in Publication.objects.all():
        assert rendering.anew(publication.content) == publication.content


def test_only_the_html_of_an_outdated_document_changes(client, exercise):
    live = publishing.live_publication(exercise)
    assert "<em>not</em>" in live.content.sections[0].body_html
    outdated = as_of_another_renderer(live)
    assert "<i>not</i>" in client.get("/exercises/squat/").text
    assert rerender() == "Documents rendered anew: 1.\n"
    anew = Publication.objects.get(pk=live.pk)
    assert outdated.document != anew.document == live.document
    assert anew.digest == live.digest
    assert "<em>not</em>" in client.get("/exercises/squat/").text


def test_links_keep_the_names_that_they_were_published_with(exercise):
    live = publishing.live_publication(exercise)
    as_of_another_renderer(live)
    Muscle.objects.update(name="renamed")
    publishing.publish(list(Muscle.objects.all()), "Renamed.")
    rerender()
    assert Publication.objects.get(pk=live.pk).document == live.document


def test_a_name_is_taken_from_the_link_without_words_of_its_own():
    muscle = documents.MuscleDocument(
        slug="wing", name="Wing", group="back", location="[[muscle:a|it]], [[muscle:a]] & [[muscle:b|B & C]]"
    )
    names = {"muscle": {"a": "Alpha <1>", "b": "B & C"}}
    made = rendering.muscle(muscle, names)
    assert ">it</a>, " in made.location_html
    assert rendering.anew(made) == made


def test_old_versions_are_rendered_anew_too(client, exercise):
    first = as_of_another_renderer(publishing.live_publication(exercise))
    Exercise.objects.update(answer="Another.")
    publishing.publish([exercise], "Again.")
    rerender()
    assert "<em>not</em>" in client.get("/exercises/squat/v/1/").text
    assert Publication.objects.get(pk=first.pk).content.answer != "Another."


def test_the_search_looks_through_what_was_rendered_anew(exercise):
    live = as_of_another_renderer(publishing.live_publication(exercise))
    SearchEntry.objects.filter(publication=live).update(text="old", words="old")
    rerender()
    assert "It is not a heading." in SearchEntry.objects.get(publication=live).text


def test_a_document_that_cannot_be_read_is_left_and_the_others_are_not(exercise):
    live = publishing.live_publication(exercise)
    as_of_another_renderer(live)
    muscle = as_of_another_renderer(Publication.objects.get(kind="muscle", slug="side"))
    broken = muscle.document.replace('"slug":"side"', '"slug":5')
    Publication.objects.filter(pk=muscle.pk).update(document=broken, digest=digest_of(broken))
    said = rerender()
    assert "is left: it cannot be read" in said
    assert "Documents rendered anew: 1." in said
    assert Publication.objects.get(pk=muscle.pk).document == broken


def test_each_start_does_it(exercise, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text("{}")  # newer than all that would be collected
    live = publishing.live_publication(exercise)
    as_of_another_renderer(live)
    out = StringIO()
    call_command("prepare", stdout=out, stderr=out)
    assert "Documents rendered anew: 1." in out.getvalue()
    assert Publication.objects.get(pk=live.pk).document == live.document


def test_told_to_be_silent_it_is(exercise):
    as_of_another_renderer(publishing.live_publication(exercise))
    out = StringIO()
    call_command("rerender", verbosity=0, stdout=out)
    assert out.getvalue() == ""


def test_a_document_that_was_changed_past_the_site_is_left(exercise):
    outdated = as_of_another_renderer(publishing.live_publication(exercise))
    Publication.objects.filter(pk=outdated.pk).update(digest=digest_of("another"))
    assert "is left: it is not as it was published" in rerender()
    assert Publication.objects.get(pk=outdated.pk).document == outdated.document
