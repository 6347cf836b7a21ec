"""Moving a site to PostgreSQL. Most of it needs a real server: make test-postgres."""

import re
import sqlite3
from contextlib import closing

import pytest

from tests import sites

WRITE = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from exercises import editing, publishing
user = User.objects.create_superuser("editor", "editor@example.org", "password")
exercise = Exercise.objects.get(slug="leg-press")
exercise.answer = "Straße, “naïve”, 50 % — and \\U0001f9b5."
exercise.save()
editing.keep(exercise, "Saved.", user)
publishing.publish([exercise], "Said better.", user)
publishing.publish([exercise], "Later.", user, live_from=timezone.now() + timedelta(days=1))
publishing.withdraw(Exercise.objects.get(slug="standing-calf-raise"), "Being mended.", user)
LoadedContent.objects.update(loaded_at=timezone.now() - timedelta(days=99))
client = Client()
client.force_login(user)
print(client.cookies["sessionid"].value)
"""

PAGES = """
press = "/exercises/leg-press/"
addresses = "/", press + "?height=high&lens=studies", press + "v/1/", press + "v/2/", "/about/", "/feed.xml"
addresses += "/exercises/standing-calf-raise/", "/muscles/", "/muscles/soleus/", "/evidence/", "/sitemap.xml"
for address in addresses:
    response = Client().get(address)
    print(address, response.status_code, response.content.decode().replace("\\n", " "))
"""

SIGNED_IN = """
client = Client()
client.cookies["sessionid"] = {cookie!r}
print(client.get("/admin/").status_code)
"""

PUBLISH = """
from exercises import editing, publishing
exercise = Exercise.objects.get(slug="leg-press")
exercise.sections.create(heading="New", body="Text.")
editing.keep(exercise, "Saved again.")
publishing.publish([exercise], "On PostgreSQL.")
print(exercise.publications.count())
"""


def all_rows(path) -> dict:
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


@pytest.fixture
def moved(sqlite_site):
    """The address of the database to move to, and the site as it will be there."""
    url = sites.new_database()
    return url, sites.Site(sqlite_site.folder, url)


def is_empty(site) -> bool:
    return (
        site.python("from django.db import connection; print(connection.introspection.table_names())") == "[]"
    )


def test_a_moved_site_reads_the_same_keeps_everybody_signed_in_and_goes_on(sqlite_site, moved):
    url, there = moved
    cookie = sqlite_site.python(WRITE)
    pages, before = sqlite_site.python(PAGES), all_rows(sqlite_site.database)

    said = sqlite_site.does("move_database", url)

    assert "each of them there as it is here" in said
    assert all_rows(sqlite_site.database) == before
    assert there.python(PAGES) == pages
    assert there.python(SIGNED_IN.format(cookie=cookie)) == "200"
    assert "99 days" in there.python(
        "from django.utils import timezone; print(timezone.now() - LoadedContent.objects.first().loaded_at)"
    )
    there.does("migrate", "--check")
    assert "0 new, 0 updated" in there.does("load_content")
    problems = [line for line in there.manage("doctor").stdout.splitlines() if line.startswith("problem")]
    assert problems == ["problem  Static files"]  # which are not collected here
    assert there.python(PUBLISH) == "4"


def test_every_table_is_counted(sqlite_site, moved):
    said = sqlite_site.does("move_database", moved[0])
    counts = {line.split()[1]: int(line.split()[0]) for line in said.splitlines() if line[7].isdigit()}
    del counts["rows"]
    own = {"django_migrations", "sqlite_sequence"}
    assert counts == {
        name: len(rows) for name, rows in all_rows(sqlite_site.database).items() if name not in own
    }


def test_a_database_with_anything_in_it_is_refused_and_left_alone(sqlite_site, postgres_site):
    url = postgres_site.environment["DATABASE_URL"]
    postgres_site.python('Exercise.objects.filter(slug="leg-press").update(name="theirs")')
    assert "has tables already" in sqlite_site.refuses("move_database", url)
    assert postgres_site.python('print(Exercise.objects.get(slug="leg-press").name)') == "theirs"


@pytest.mark.parametrize("change", [{"note": "a\0b"}, {"name": "x" * 101}], ids=["NUL", "too long"])
def test_a_row_that_does_not_fit_is_named_and_nothing_is_left_there(sqlite_site, moved, change):
    url, there = moved
    key = sqlite_site.python(
        "row = Publication.objects.last()\n"
        f"Publication.objects.filter(pk=row.pk).update(**{change!r})\n"
        "print(row.pk)"
    )
    assert f"publication {key} does not fit into PostgreSQL" in sqlite_site.refuses("move_database", url)
    assert is_empty(there)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (
            "Study.objects.using('target').filter(pk=3).update(year=1999)",
            "study 3 is not there as it is here",
        ),
        ("EvidenceUse.objects.using('target').filter(pk=3).delete()", "evidence use 3 is not there"),
        ("AuditEntry.objects.using('target').create(what='published')", "more rows in exercises_auditentry"),
    ],
)
def test_a_copy_that_differs_is_found_and_nothing_is_left_there(sqlite_site, moved, harm, words):
    """By doing harm to the copy just before it is compared."""
    url, there = moved
    said = sqlite_site.python(
        "from exercises import doctor, moving\n"
        "reset = doctor.reset_keys\n"
        f"doctor.reset_keys = lambda using: (reset(using), {harm})\n"
        "try:\n"
        f"    moving.move({url!r})\n"
        "except moving.MoveError as error:\n"
        "    print(error)"
    )
    assert words in said
    assert is_empty(there)


def test_a_site_that_has_to_be_migrated_first_is_refused(sqlite_site, moved):
    url, there = moved
    with closing(sqlite3.connect(sqlite_site.database)) as database, database:
        last = "SELECT max(id) FROM django_migrations WHERE app = 'exercises'"
        database.execute(f"DELETE FROM django_migrations WHERE id = ({last})")
    assert "Not applied yet: exercises." in sqlite_site.refuses("move_database", url)
    assert is_empty(there)


def test_a_site_on_postgresql_is_not_moved(postgres_site):
    assert "Only a site on SQLite" in postgres_site.refuses("move_database", sites.postgres_url())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////tmp/other.sqlite3", "Only a site on SQLite can be moved, and to PostgreSQL"),
        ("nonsense", "Only a site on SQLite can be moved, and to PostgreSQL|no address of a database"),
        ("postgres://nobody@127.0.0.1:1/none", "The database says: .*refused"),
    ],
)
def test_what_cannot_be_moved_to_is_refused_in_words(sqlite_site, url, words):
    assert re.search(words, sqlite_site.refuses("move_database", url), re.DOTALL)
