"""Databases that earlier releases made, with an edit by staff in each, brought up to now."""

import json
import lzma
from pathlib import Path

import pytest

from tests.sites import Site

FILES = sorted((Path(__file__).parent / "upgrades").glob("*.sqlite3.xz"))

READ = """
import json
responses = [Client().get(address) for address in ADDRESSES]
print(json.dumps([[response.status_code, response.content.decode()] for response in responses]))
"""

LIVE = """
import json
print(json.dumps([publication.get_absolute_url() for publication in Publication.objects.live()]))
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


def read(site, *addresses: str) -> list[str]:
    """The pages, none of which may fail. One process for all, since Django takes a second to start."""
    answers = json.loads(site.python(f"ADDRESSES = {addresses!r}" + READ))
    statuses = dict(zip(addresses, [status for status, _ in answers], strict=True))
    assert statuses == dict.fromkeys(addresses, 200)
    return [html for _, html in answers]


def test_every_live_page_can_be_read(upgraded):
    addresses = json.loads(upgraded.python(LIVE))
    assert len(addresses) > 15
    addresses += ["/", "/exercises/", "/muscles/", "/evidence/", "/about/", "/sitemap.xml", "/feed.xml"]
    addresses += ["/glossary/", "/exercises/leg-press/?height=high&width=wide"]
    addresses += ["/exercises/leg-press/panel/?height=high"]
    read(upgraded, *addresses)


def test_the_addresses_of_old_versions_still_show_what_was_published_then(upgraded):
    versions = [f"/exercises/leg-press/v/{number}/?height=high" for number in (1, 2)]
    first, second, *_ = read(upgraded, *versions, "/exercises/leg-press/v/1/panel/", "/muscles/soleus/")
    assert "What staff published." not in first
    assert "The leg press" in first
    assert "What staff published." in second


def test_what_staff_wrote_is_still_there_and_only_what_they_published_is_shown(upgraded):
    press, muscle = read(upgraded, "/exercises/leg-press/", "/muscles/soleus/")
    assert "What staff published." in press
    assert "What staff saved." not in muscle
    soleus = upgraded.python(
        'soleus = Muscle.objects.get(slug="soleus"); print(soleus.location, soleus.has_changes)'
    )
    assert soleus == "What staff saved. True"


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
    rows = "print(list(Publication.objects.values()), list(Muscle.objects.values()))"
    before = upgraded.python(rows)
    upgraded.does("migrate", "--check")
    assert ": 0 new, 0 updated," in upgraded.does("load_content")
    assert upgraded.python(rows) == before
