"""Terms: the glossary's pages, links to terms in texts, and what editors do with them."""

import json
import re

import pytest
from django.db.models import ProtectedError

from exercises import checks, editing, exchange, files, freezing, merging, publishing
from exercises import document as documents
from exercises.models import Exercise, Term, TermUse
from tests.admin_forms import url
from tests.make import make_exercise, make_muscle, make_staff, make_surroundings, make_term

LINKING = (documents.Section(heading="What it is", body="The [[term:concentric|way up]] is the push."),)


def text_of(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


# What readers see


def test_the_glossary_has_every_live_term_by_name(client, starter_content):
    html = text_of(client, "/glossary/")
    names = re.findall(r'<dt><a href="/glossary/[^/]+/">(.*?)</a></dt>', html)
    assert len(names) == Term.objects.count() > 15
    assert names == sorted(names, key=str.casefold)
    assert "/glossary/" in text_of(client, "/")


def test_a_term_says_what_it_means_and_which_pages_use_it(client, starter_content):
    html = text_of(client, "/glossary/mri/")
    assert "Magnetic resonance imaging: pictures of the inside of the body" in html
    assert '<a href="/exercises/leg-press/">Leg press</a>' in html
    assert '<a href="/muscles/rectus-femoris/">Rectus femoris</a>' in html
    assert "/muscles/soleus/" not in html
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])
    assert data["mainEntity"]["@type"] == "DefinedTerm"


def test_a_page_explains_the_terms_that_its_texts_link(client, starter_content):
    article, muscle = text_of(client, "/exercises/leg-press/"), text_of(client, "/muscles/rectus-femoris/")
    for html in (article, muscle):
        explained = set(re.findall(r'id="term-([^"]+)"', html))
        assert explained == set(re.findall(r'<a href="/glossary/([^/]+)/"', html)) != set()
    assert "term-note" not in text_of(client, "/muscles/soleus/")


def test_an_address_without_a_term_is_a_404_and_a_withdrawn_one_says_why(client, empty_site):
    term = make_term()
    text_of(client, "/glossary/eccentric/", 404)
    publishing.withdraw(term, "It is told elsewhere.")
    assert "It is told elsewhere." in text_of(client, "/glossary/concentric/", 410)
    assert "Nothing is explained here yet." in text_of(client, "/glossary/")


@pytest.mark.parametrize("address", ["/glossary/", "/glossary/concentric/"])
def test_the_glossary_is_only_read(client, empty_site, address):
    make_term()
    assert client.post(address).status_code == 405


def test_a_term_takes_two_queries_however_many_pages_use_it(client, empty_site, django_assert_num_queries):
    make_term()
    for name in ("one", "two", "three"):
        make_exercise(name, sections=LINKING)
    with django_assert_num_queries(2):
        text_of(client, "/glossary/concentric/")


def test_terms_stand_in_the_map_for_search_engines_and_in_the_feed(client, empty_site):
    make_term()
    assert "/glossary/concentric/" in text_of(client, "/sitemap-terms.xml")
    assert "/glossary/concentric/" in text_of(client, "/feed.xml")


# Publishing


def test_a_document_keeps_its_copy_until_it_is_published_anew(client, empty_site):
    term = make_term()
    exercise = make_exercise(sections=LINKING)
    Term.objects.update(definition="Said anew.")
    publishing.publish([term], "Clearer.")
    assert "Said anew." in text_of(client, "/glossary/concentric/")
    assert "Said anew." not in text_of(client, "/exercises/press/")
    exercise.refresh_from_db()
    assert exercise.has_changes
    [behind] = publishing.behind_on(term)
    publishing.refresh(behind, "Brought up to date.")
    assert "Said anew." in text_of(client, "/exercises/press/")


def test_a_change_that_no_copy_shows_leaves_others_as_they_are(empty_site):
    term = make_term()
    exercise = make_exercise(sections=LINKING)
    Term.objects.update(aliases="lifting phase")
    publishing.publish([term], "Another word.")
    exercise.refresh_from_db()
    assert not exercise.has_changes


def test_what_links_a_term_is_published_together_with_it(empty_site):
    make_term(is_published=False)
    exercise = make_exercise(is_published=False, sections=LINKING)
    with pytest.raises(publishing.Refused, match="links to a term that does not exist or is not published"):
        publishing.publish([exercise], "First.")
    needed = publishing.needed(exercise)
    assert [str(thing) for thing in needed] == ["concentric"]
    publishing.publish([*needed, exercise], "First.")
    assert [use.term.slug for use in TermUse.objects.all()] == ["concentric"]


def test_a_muscle_that_an_exercise_needs_brings_its_terms(empty_site):
    make_term(is_published=False)
    make_muscle("front", is_published=False, function="[[term:concentric]] work.")
    exercise = make_exercise(is_published=False)
    assert [str(thing) for thing in publishing.needed(exercise)] == ["concentric", "front"]


def test_what_is_needed_brings_what_it_needs_in_turn(empty_site):
    make_muscle("whole", is_published=False, function="Works with [[muscle:other]].")
    make_muscle("other", is_published=False)
    make_muscle("front", is_published=False, head_of="whole")
    exercise = make_exercise(is_published=False)
    assert {str(thing) for thing in publishing.needed(exercise)} == {"front", "whole", "other"}
    publishing.publish(publishing.with_needed(exercise), "First.")


def test_a_term_without_a_definition_or_with_a_link_in_it_is_refused():
    around = make_surroundings()
    for definition in ("", "See [[muscle:front]]."):
        draft = documents.TermDocument(slug="set", name="set", definition=definition)
        assert any(problem.is_error for problem in checks.check_term(draft, around))


def test_a_word_that_is_explained_already_is_pointed_out():
    known = documents.TermDocument(slug="rep", name="repetition", definition="Once up and down.")
    draft = documents.TermDocument(
        slug="repeat", name="repeat", aliases=("Repetition",), definition="Once more."
    )
    [problem] = checks.check_term(draft, make_surroundings(terms=[known]))
    assert "explains “repetition” already" in problem.what
    assert not problem.is_error


# For editors


def test_links_to_terms_are_offered_and_broken_ones_pointed_out(client, empty_site, editor):
    make_term()
    links = client.get("/admin/markdown/links/").json()["links"]
    assert {"link": "[[term:concentric]]", "name": "concentric"} in links
    answer = client.post("/admin/markdown/", {"text": "[[term:concentric]]\n[[term:excentric]]"}).json()
    assert '<a href="/glossary/concentric/">concentric</a>' in answer["html"]
    assert answer["problems"] == [
        "Line 2: [[term:excentric]] links to a term that does not exist or is not published."
    ]


def test_the_form_says_where_a_term_is_used(client, empty_site, editor):
    term = make_term()
    make_exercise(sections=LINKING)
    make_muscle("fore", location="Seen in [[term:concentric]] work.")
    assert [str(thing) for thing in editing.where_used(term)] == ["press", "fore"]
    html = text_of(client, url("change", term))
    assert "press" in html
    assert "fore" in html


def test_a_term_that_a_publication_names_is_never_deleted(empty_site):
    term = make_term()
    make_exercise(sections=LINKING)
    term.publications.all().delete()
    with pytest.raises(ProtectedError):
        term.delete()


def test_merging_leads_links_and_readers_to_the_one_that_stays(client, empty_site):
    kept, gone = make_term(), make_term("lifting", aliases=("push",))
    exercise = make_exercise(
        sections=(documents.Section(heading="What it is", body="The [[term:lifting|way up]]."),)
    )
    merging.merge(gone, kept)
    kept.refresh_from_db()
    assert kept.aliases.splitlines() == ["lifting", "push"]
    assert exercise.sections.get().body == "The [[term:concentric|way up]]."
    assert client.get("/glossary/lifting/").headers["Location"] == "/glossary/concentric/"


def test_terms_go_out_and_come_in_with_the_exercise_that_links_them(empty_site):
    make_term()
    make_term("unlinked")
    make_exercise(sections=LINKING)
    content = exchange.gather(["press"])
    assert [term.slug for term in content.terms] == ["concentric"]
    Term.objects.filter(slug="concentric").update(definition="Changed here.")
    report = exchange.take_in(content)
    assert [(entry.part, entry.kind) for entry in report.entries] == [("terms", "term")]
    assert Term.objects.get(slug="concentric").definition == "What concentric means."


def test_a_definition_that_is_too_long_does_not_come_in(empty_site):
    term = documents.TermDocument(slug="set", name="set", definition="x" * 601)
    with pytest.raises(files.ContentError, match="at most 600 characters"):
        exchange.take_in(files.Content(terms=(term,)))
    assert not Term.objects.exists()


@pytest.mark.parametrize(("role", "may"), [("author", False), ("editor", True), ("administrator", True)])
def test_roles_do_with_terms_what_they_do_with_studies(client, empty_site, role, may):
    term = make_term(is_published=False)
    user = make_staff(role)
    assert user.has_perm("exercises.change_term")
    assert user.has_perm("exercises.publish_term") == user.has_perm("exercises.delete_term") == may
    client.force_login(user)
    assert client.get(url("change", term)).status_code == 200


def test_a_term_is_saved_previewed_and_published_in_the_admin(client, empty_site, editor):
    form = {"name": "set", "slug": "set", "definition": "Repetitions without a rest.", "aliases": ""}
    client.post("/admin/exercises/term/add/", form)
    term = Term.objects.get(slug="set")
    preview = client.post(url("change", term), {**form, "definition": "Said anew.", "_preview": "1"})
    assert b"Said anew." in preview.content
    client.post(url("publish", term), {"note": "First."})
    assert "Repetitions without a rest." in text_of(client, "/glossary/set/")


def test_every_term_of_the_starter_content_is_linked_or_a_word_of_the_site_itself(starter_content):
    draft = publishing.DRAFT[Exercise](Exercise.objects.get(slug="leg-press"))
    assert len(freezing.linked(draft, "term")) >= 14
    unlinked = set(Term.objects.filter(uses=None).values_list("slug", flat=True))
    assert unlinked <= {"neutral-stance"}
