"""Databases that earlier releases made, with an edit by staff in each, brought up to now."""

import json
import lzma
import sqlite3
from pathlib import Path

import pytest

from tests.sites import Site

FILES = sorted((Path(__file__).parent / "upgrades").glob("*.sqlite3.xz"))

VERSIONS = [f"/exercises/leg-press/v/{number}/?height=high" for number in (1, 2)]
ADDRESSES = [*VERSIONS, "/", "/exercises/", "/muscles/", "/evidence/", "/glossary/", "/about/", "/feed.xml"]
ADDRESSES += ["/exercises/leg-press/?height=high&width=wide", "/exercises/leg-press/panel/?height=high"]
ADDRESSES += ["/exercises/leg-press/v/1/panel/", "/sitemap.xml", "/search/?q=published"]

READ = """
import json
live = [publication.get_absolute_url() for publication in Publication.objects.live()]
answers = [(address, Client().get(address)) for address in [*live, *ADDRESSES]]
print(json.dumps([[address, answer.status_code, answer.content.decode()] for address, answer in answers]))
"""


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.name.partition(".")[0])
def upgraded(request, tmp_path_factory):
    """An installation of that release, as serve.sh brings it up to this one."""
    site = Site(tmp_path_factory.mktemp("upgraded"))
    site.database.write_bytes(lzma.decompress(request.param.read_bytes()))
    (site.folder / "static").mkdir()  # as if collected: they are the same in each
    (site.folder / "static" / "staticfiles.json").write_text('{"paths": {}}')
    site.does("prepare")
    return site


@pytest.fixture(scope="module")
def pages(upgraded):
    """The pages by address: every live one, those that span things, and old versions. One process for all,
    since Django takes a second to start."""
    answers = json.loads(upgraded.python(f"ADDRESSES = {ADDRESSES!r}" + READ))
    return {address: (status, html) for address, status, html in answers}


def test_every_live_page_can_be_read(pages):
    assert len(pages) - len(ADDRESSES) > 15
    assert {address: status for address, (status, _) in pages.items()} == dict.fromkeys(pages, 200)


def test_the_addresses_of_old_versions_still_show_what_was_published_then(pages):
    first, second = (pages[address][1] for address in VERSIONS)
    assert "What staff published." not in first
    assert "The leg press" in first
    assert "What staff published." in second


def test_what_staff_wrote_is_still_there_and_only_what_they_published_is_shown(upgraded, pages):
    assert "What staff published." in pages["/exercises/leg-press/"][1]
    assert "What staff saved." not in pages["/muscles/soleus/"][1]
    with sqlite3.connect(upgraded.database) as database:
        rows = database.execute("SELECT location, has_changes FROM exercises_muscle WHERE slug = 'soleus'")
        assert rows.fetchall() == [("What staff saved.", 1)]


def test_what_was_published_before_there_was_a_search_is_found(pages):
    assert '<h3><a href="/exercises/leg-press/">' in pages["/search/?q=published"][1]


def test_staff_can_sign_in_and_open_what_they_wrote(upgraded):
    statuses = upgraded.python(
        "client = Client()\n"
        'form = {"username": "editor", "password": "password"}\n'
        'print(client.post("/admin/login/", form).status_code)\n'
        'for thing in (Exercise.objects.get(slug="leg-press"), Muscle.objects.get(slug="soleus")):\n'
        '    print(client.get(f"/admin/exercises/{thing._meta.model_name}/{thing.pk}/change/").status_code)'
    )
    assert statuses.split() == ["302", "200", "200"]


def test_the_doctor_finds_nothing(upgraded):
    assert upgraded.does("doctor", "--verbosity", "0") == ""


def test_the_second_start_changes_nothing(upgraded):
    with sqlite3.connect(upgraded.database) as database:
        before = list(database.iterdump())
        said = upgraded.does("prepare")
        assert "Migrations" not in said
        assert ": 0 new, 0 updated," in said
        assert list(database.iterdump()) == before
