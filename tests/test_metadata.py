"""What machines are told, and how people cite. Where it stands in the pages is in the tests of those."""

import json
import re
from datetime import UTC, datetime

import pytest

from exercises import metadata
from exercises.models import Publication
from exercises.templatetags.emphasis import json_ld
from tests.make import (
    make_document,
    make_finding,
    make_muscle_value,
    make_starter_document,
    make_study_value,
)

LEG_PRESS = make_starter_document("leg-press")
VERSION_URL = "http://127.0.0.1:8000/exercises/leg-press/v/3/"


def make_publication(kind="exercise", slug="leg-press"):
    return Publication(kind=kind, slug=slug, number=3, live_from=datetime(2026, 5, 7, 9, 30, tzinfo=UTC))


def test_an_article_is_a_medical_web_page_about_muscles_with_what_it_cites():
    data = metadata.exercise_data(LEG_PRESS, make_publication())
    assert data["@type"] == "MedicalWebPage"
    assert data["name"] == "Leg press"
    assert data["url"] == "http://127.0.0.1:8000/exercises/leg-press/"
    assert (data["dateModified"], data["version"]) == ("2026-05-07", "3")
    assert {item["@type"] for item in data["about"]} == {"Muscle"}
    assert len(data["about"]) == 14
    assert {item["@type"] for item in data["citation"]} == {"ScholarlyArticle"}
    assert [item["name"] for item in data["citation"]] == [study.title for study in LEG_PRESS.studies]
    assert "https://doi.org/10.1519/JSC.0b013e3181739445" in [item.get("sameAs") for item in data["citation"]]


def test_the_way_to_a_page_is_a_breadcrumb_list():
    trail = metadata.exercise_data(LEG_PRESS, make_publication())["breadcrumb"]
    assert trail["@type"] == "BreadcrumbList"
    assert [(step["position"], step["name"], step["item"]) for step in trail["itemListElement"]] == [
        (1, "Legwork", "http://127.0.0.1:8000/"),
        (2, "Exercises", "http://127.0.0.1:8000/exercises/"),
        (3, "Leg press", "http://127.0.0.1:8000/exercises/leg-press/"),
    ]


def test_a_page_that_nobody_has_reviewed_does_not_say_that_somebody_has():
    data = metadata.exercise_data(make_document(), make_publication())
    assert "lastReviewed" not in data
    assert "reviewedBy" not in data
    data = metadata.exercise_data(
        make_document(reviewed_on="2026-01-02", reviewed_by="Dr X"), make_publication()
    )
    assert data["lastReviewed"] == "2026-01-02"
    assert data["reviewedBy"] == {"@type": "Person", "name": "Dr X"}


def test_the_site_says_how_it_is_searched(client, starter_content):
    html = client.get("/").content.decode()
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])
    assert (data["@type"], data["name"], data["url"]) == ("WebSite", "Legwork", "http://127.0.0.1:8000/")
    assert data["potentialAction"]["target"] == "http://127.0.0.1:8000/search/?q={q}"


def test_a_muscles_page_is_about_the_muscle():
    data = metadata.muscle_data(
        make_muscle_value("soleus", aliases=("calf",)), make_publication("muscle", "soleus")
    )
    assert data["mainEntity"]["@type"] == "Muscle"
    assert data["mainEntity"]["alternateName"] == ["calf"]
    assert data["url"] == "http://127.0.0.1:8000/muscles/soleus/"


def test_a_study_is_a_scholarly_article():
    study = make_study_value(
        authors="Smith AB, Jones C and others",
        doi="10.1000/x",
        journal="Feet",
        pages="1-2",
        is_retracted=True,
    )
    item = metadata.study_data(study, make_publication("study", "smith-2020"))["mainEntity"]
    assert item == {
        "@type": "ScholarlyArticle",
        "name": "Feet and muscles",
        "author": [{"@type": "Person", "name": "Smith AB"}, {"@type": "Person", "name": "Jones C"}],
        "datePublished": "2020",
        "isPartOf": {"@type": "Periodical", "name": "Feet"},
        "pagination": "1-2",
        "sameAs": "https://doi.org/10.1000/x",
        "identifier": {"@type": "PropertyValue", "propertyID": "DOI", "value": "10.1000/x"},
        "creativeWorkStatus": "Retracted",
    }


def test_what_is_not_known_of_a_study_is_left_out():
    item = metadata.study_item(make_study_value(authors=""))
    assert set(item) == {"@type", "name", "datePublished"}


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<!--<script>", "a & b", "]]>", '"\\', "\u2028", "é“”"]
)
def test_no_text_ends_the_block_of_data(text):
    html = json_ld({"name": text})
    assert re.fullmatch(r'<script type="application/ld\+json">[^<>&]*</script>', html)
    assert json.loads(html.removeprefix('<script type="application/ld+json">').removesuffix("</script>")) == {
        "name": text
    }


# Citing a page


def test_a_page_is_cited_plainly_with_version_date_and_the_address_of_the_version():
    assert metadata.cite_plainly(LEG_PRESS, make_publication(), VERSION_URL) == (
        "Legwork (2026). Leg press: which muscles it works. Version 3, 7 May 2026. " + VERSION_URL
    )


def test_a_page_is_cited_in_bibtex():
    assert metadata.cite_in_bibtex(LEG_PRESS, make_publication(), VERSION_URL) == (
        "@misc{legwork-leg-press-3,\n"
        "  author = {{Legwork}},\n"
        "  title = {Leg press: which muscles it works},\n"
        "  year = {2026},\n"
        "  month = may,\n"
        "  note = {Version 3, 7 May 2026},\n"
        f"  url = {{{VERSION_URL}}}\n"
        "}"
    )


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("100% press", r"100\% press"),
        ("press & pull_over", r"Press \& pull\_over"),
        ("a {b} #1 $2", r"A \{b\} \#1 \$2"),
        ("a\\b", r"A\textbackslash{}b"),
    ],
)
def test_signs_that_mean_something_to_bibtex_are_escaped(name, title):
    bibtex = metadata.cite_in_bibtex(make_document(name=name), make_publication(), VERSION_URL)
    assert f"  title = {{{title}: which muscles it works}},\n" in bibtex


def test_a_study_that_only_counts_in_the_grades_is_cited_too():
    document = make_document(studies=[make_study_value("smith-2020", make_finding())])
    data = metadata.exercise_data(document, make_publication())
    assert [item["name"] for item in data["citation"]] == ["Feet and muscles"]
