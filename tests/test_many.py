"""With thousands of exercises nothing becomes long, and what is asked for most costs no more."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exercises import publishing
from exercises.models import Exercise, Muscle, Publication
from exercises.views import evidence, exercises, machines, muscles
from tests.bench import many
from tests.make import make_muscle

COUNT = 260


@pytest.fixture
def many_exercises(starter_content):
    many.fill(COUNT)


def text_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


# Lists


def test_the_exercises_are_spread_over_pages_each_on_one(client, many_exercises):
    pages = [text_of(client, f"/exercises/?page={number}") for number in range(1, 7)]
    names = [re.findall(r'<h2><a href="/exercises/([^/"]+)/', page) for page in pages]
    assert [len(each) for each in names] == [exercises.EXERCISES_TO_A_PAGE] * 5 + [12]
    assert len({name for each in names for name in each}) == COUNT + 2


def test_a_page_of_a_list_has_a_title_a_canonical_address_and_plain_links_of_its_own(client, many_exercises):
    first, second, last = (text_of(client, f"/exercises/{query}") for query in ("", "?page=2", "?page=6"))
    assert "<title>Exercises \u2013 Legwork</title>" in first
    assert "<title>Exercises, page 2 \u2013 Legwork</title>" in second
    assert '<link rel="canonical" href="http://127.0.0.1:8000/exercises/">' in first
    assert '<link rel="canonical" href="http://127.0.0.1:8000/exercises/?page=2">' in second
    assert '<nav class="pages" aria-label="Pages of this list">' in second
    assert '<a href="?page=1" rel="prev">' in second
    assert '<span aria-current="page">Page 2 of 6</span>' in second
    assert '<a href="?page=3" rel="next">' in second
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last


@pytest.mark.parametrize("address", ["/exercises/", "/muscles/soleus/", "/evidence/"])
@pytest.mark.parametrize("page", ["0", "7", "two", "02", "1e0", "%3Cscript%3E"])
def test_a_page_that_is_not_there_is_a_404_in_words(client, many_exercises, address, page):
    response = client.get(f"{address}?page={page}")
    assert response.status_code == 404
    assert re.search(r"The page can be from 1 to \d\.|This list has one page\.", response.content.decode())


def test_a_muscle_tells_of_its_exercises_page_by_page(client, many_exercises):
    first, second = (text_of(client, f"/muscles/soleus/{query}") for query in ("", "?page=2"))
    names = [re.findall(r'<h3><a href="/exercises/([^/"]+)/', page) for page in (first, second)]
    assert len(names[0]) == muscles.EXERCISES_TO_A_PAGE
    assert not set(names[0]) & set(names[1])
    assert ", page 2 \u2013 Legwork</title>" in second
    assert '/muscles/soleus/?page=2">' in second


@pytest.mark.parametrize("address", ["/", "/nothing/"])
def test_home_and_the_404_page_show_the_first_and_lead_to_all(client, many_exercises, address):
    html = client.get(address).content.decode()
    assert html.count('<h3><a href="/exercises/') == 20
    assert '<a href="/exercises/">All exercises</a>' in html


def test_few_exercises_need_no_link_to_all(client, starter_content):
    assert "All exercises" not in text_of(client, "/")


def test_the_studies_filter_offers_the_first_exercises_and_takes_any(client, many_exercises):
    html = text_of(client, "/evidence/")
    assert html.count('<option value="many-') + 2 == evidence.EXERCISES_TO_CHOOSE
    assert '<option value="many-00259"' not in html
    chosen = text_of(client, "/evidence/?exercise=many-00259")
    assert '<option value="many-00259" selected>' in chosen
    assert client.get("/evidence/?exercise=many-99999").status_code == 404


def test_the_sitemap_is_split_and_its_parts_are_named(client, many_exercises, monkeypatch):
    monkeypatch.setattr(machines.PublishedSitemap, "limit", 100)
    parts = re.findall(r"<loc>([^<]+)</loc>", text_of(client, "/sitemap.xml"))
    assert [part.rpartition("/")[2] for part in parts if "exercises" in part] == [
        "sitemap-exercises.xml",
        "sitemap-exercises.xml?p=2",
        "sitemap-exercises.xml?p=3",
    ]
    pages = [page for part in parts for page in re.findall(r"<loc>([^<]+)</loc>", text_of(client, part))]
    assert len(pages) == len(set(pages)) == Publication.objects.live().count() > COUNT


@pytest.mark.parametrize(
    "address", ["/sitemap-nothing.xml", "/sitemap-studies.xml?p=9", "/sitemap-studies.xml?p=x"]
)
def test_a_part_of_the_map_that_is_not_there_is_a_404(client, many_exercises, address):
    assert client.get(address).status_code == 404


# Costs


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans of SQLite")
@pytest.mark.parametrize("address", ["/exercises/leg-press/panel/?height=high", "/exercises/leg-press/"])
def test_a_page_is_found_by_its_address_and_not_by_looking_through_all(client, starter_content, address):
    find = queries(client, address)[0]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {find}")
        first = cursor.fetchall()[0][3]
    assert "(kind=? AND slug=? AND cancelled_at=? AND live_from<?)" in first


def freezes(monkeypatch):
    """Counts the documents that are made anew."""
    made = []
    for kind, freeze in publishing.FREEZE.items():

        def counted(draft, around, freeze=freeze):
            made.append(draft.slug)
            return freeze(draft, around)

        monkeypatch.setitem(publishing.FREEZE, kind, counted)
    return made


def test_publishing_an_exercise_looks_at_no_other(many_exercises, monkeypatch):
    made = freezes(monkeypatch)
    publishing.publish([Exercise.objects.get(slug="many-00001")], "Again.")
    assert set(made) == {"many-00001"}


def test_publishing_a_muscle_under_the_same_names_looks_at_no_other(many_exercises, monkeypatch):
    made = freezes(monkeypatch)
    Muscle.objects.filter(slug="soleus").update(function="It points the foot.")
    publishing.publish([Muscle.objects.get(slug="soleus")], "Said better.")
    assert set(made) == {"soleus"}


def test_publishing_a_muscle_under_another_name_marks_those_that_show_it(many_exercises):
    Muscle.objects.filter(slug="soleus").update(name="soleus muscle")
    publishing.publish([Muscle.objects.get(slug="soleus")], "Its full name.")
    changed = set(Exercise.objects.filter(has_changes=True).values_list("slug", flat=True))
    showing = Exercise.objects.filter(involvements__muscle__slug="soleus")
    assert changed == set(showing.values_list("slug", flat=True))
    assert len(changed) > 10


def test_an_exercise_is_marked_when_a_muscle_that_it_left_out_is_published(starter_content):
    muscle = make_muscle("popliteus", is_published=False)
    exercise = Exercise.objects.get(slug="leg-press")
    exercise.involvements.create(muscle=muscle, baseline=2)
    publishing.publish([muscle], "New.")
    assert Exercise.objects.get(slug="leg-press").has_changes
