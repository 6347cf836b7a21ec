from xml.etree import ElementTree

import pytest

from exercises import publishing
from exercises.models import Exercise, Publication


@pytest.mark.django_db
def test_robots_are_kept_from_the_admin_and_shown_the_sitemap(client):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in text
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text


def test_the_sitemap_has_a_page_once_however_often_it_was_published(client, starter_content):
    exercise = Exercise.objects.get(slug="leg-press")
    publishing.publish([exercise], "Again.")
    assert client.get("/sitemap-exercises.xml").content.count(b"/exercises/leg-press/<") == 1


def listed(client, address, what):
    """What the map names, with its dates."""
    xml = ElementTree.fromstring(client.get(address).content)
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    return {
        entry.find("s:loc", names).text: entry.find("s:lastmod", names).text
        for entry in xml.findall(f"s:{what}", names)
    }


def test_the_sitemap_has_every_live_page_with_the_date_of_its_publication(client, starter_content):
    parts = listed(client, "/sitemap.xml", "sitemap")
    assert [part.removeprefix("http://testserver") for part in parts] == [
        "/sitemap-exercises.xml",
        "/sitemap-muscles.xml",
        "/sitemap-studies.xml",
        "/sitemap-terms.xml",
    ]
    pages = {}
    for part in parts:
        pages |= listed(client, part.removeprefix("http://testserver"), "url")
    assert len(pages) == 81
    live = Publication.objects.live("exercise").get(slug="leg-press")
    assert pages["http://testserver/exercises/leg-press/"] == live.live_from.date().isoformat()
