"""Backups and what comes back from them, on whole installations."""

import hashlib
import io
import json
import re
import sqlite3
import subprocess
import sys
import tarfile

import pytest

from exercises.backups import BackupError, read
from tests.sites import Site, copied

WRITE = """
from django.contrib.auth.models import User
user = User.objects.create_superuser("editor", "editor@example.org", "password")
exercise = Exercise.objects.get(slug="leg-press")
exercise.answer = "What staff wrote — “for the record”."
exercise.save()
from exercises import publishing
publishing.publish([exercise], "Said better.", user)
client = Client()
client.force_login(user)
print(client.cookies["sessionid"].value)
"""

PAGES = """
press = "/exercises/leg-press/"
for address in (press + "?height=high", press + "v/1/", "/muscles/soleus/", "/evidence/"):
    response = Client().get(address)
    print(response.status_code, response.content.decode().replace("\\n", " "))
"""

SIGNED_IN = """
client = Client()
client.cookies["sessionid"] = {cookie!r}
print(client.get("/admin/").status_code)
"""


@pytest.fixture
def backups(tmp_path):
    return tmp_path / "backups"


def back_up(site, backups, *options):
    site.does("backup", backups, *options)
    return max(backups.glob("legwork-*.tar.gz"))


def rewrite(archive, change):
    """The backup again, as `change` leaves its entries: a dictionary of names and bytes."""
    with tarfile.open(archive) as tar:
        entries = {entry.name: tar.extractfile(entry).read() for entry in tar}
    change(entries)
    with tarfile.open(archive, "w:gz") as tar:
        for name, data in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def change_manifest(entries, **fields):
    """The manifest with these fields, and true about the other entries."""
    manifest = json.loads(entries["manifest.json"])
    others = {name: data for name, data in entries.items() if name != "manifest.json"}
    manifest["files"] = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in others.items()
    }
    entries["manifest.json"] = json.dumps({**manifest, **fields}).encode()


def in_folder(site):
    """The names and bytes of all that the installation keeps."""
    return {path: path.read_bytes() for path in sorted(site.folder.rglob("*")) if path.is_file()}


def test_with_database_media_and_key_gone_all_comes_back(site, backups):
    cookie = site.python(WRITE)
    pages = site.python(PAGES)
    assert "What staff wrote — “for the record”." in pages
    (site.folder / "media" / "photos").mkdir(parents=True)
    (site.folder / "media" / "photos" / "a b.jpg").write_bytes(b"\xff\xd8 a picture")
    archive = back_up(site, backups)
    site.lose_everything()

    said = site.does("restore", archive)

    assert "everybody has to sign in again" not in said
    assert site.python(PAGES) == pages
    assert site.python(SIGNED_IN.format(cookie=cookie)) == "200"
    assert (site.folder / "media" / "photos" / "a b.jpg").read_bytes() == b"\xff\xd8 a picture"
    assert (site.folder / "secret_key").stat().st_mode & 0o077 == 0
    site.does("migrate", "--check")
    site.does("load_content")


def test_what_was_there_before_is_kept_and_can_be_brought_back_too(site, backups):
    (site.folder / "media").mkdir()
    (site.folder / "media" / "new.jpg").write_bytes(b"new")
    archive = back_up(site, backups)
    (site.folder / "media" / "new.jpg").write_bytes(b"newer")
    site.python('Exercise.objects.filter(slug="leg-press").update(name="written since")')
    key = (site.folder / "secret_key").read_bytes()

    site.does("restore", archive)

    assert site.python('print(Exercise.objects.get(slug="leg-press").name)') == "leg press"
    assert (site.folder / "media" / "new.jpg").read_bytes() == b"new"
    [aside] = site.folder.glob("before-restore-*")
    assert aside.stat().st_mode & 0o077 == 0
    assert (aside / "media" / "new.jpg").read_bytes() == b"newer"
    assert (aside / "secret_key").read_bytes() == key
    if site.database.exists():
        with sqlite3.connect(aside / "legwork.sqlite3") as database:
            assert database.execute(
                "SELECT count(*) FROM exercises_exercise WHERE name = 'written since'"
            ).fetchone() == (1,)
    else:
        assert "written since" in (aside / "database.sql").read_text()


def test_only_the_owner_may_read_a_backup(sqlite_site, backups):
    assert back_up(sqlite_site, backups).stat().st_mode & 0o077 == 0
    assert [path.name for path in backups.iterdir()] == [back_up_name(backups)]


def back_up_name(backups):
    [path] = backups.iterdir()
    assert re.fullmatch(r"legwork-\d{8}-\d{6}\.tar\.gz", path.name)
    return path.name


def test_the_oldest_backups_go_and_nothing_else_does(sqlite_site, backups):
    backups.mkdir()
    others = [
        "legwork-20200101-000000.tar.gz.old",
        "legwork-notes.txt",
        "other-20200101-000000.tar.gz",
        "legwork-part-x",
    ]
    olds = [f"legwork-2020010{day}-000000.tar.gz" for day in range(1, 5)]
    for name in [*others, *olds]:
        (backups / name).touch()
    new = back_up(sqlite_site, backups, "--keep", "3")
    assert {path.name for path in backups.iterdir()} == {*others, *olds[-2:], new.name}


def test_a_backup_is_consistent_while_somebody_writes(sqlite_site, backups):
    """Two rows are always written together; a backup never has one of them."""
    with sqlite3.connect(sqlite_site.database) as database:
        database.execute("CREATE TABLE pair (number INTEGER, side TEXT)")
    writer = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sqlite3, itertools\n"
            f"database = sqlite3.connect({str(sqlite_site.database)!r}, timeout=20)\n"
            f"for n in itertools.count():\n"
            f"    with database:\n"
            f"        for side in 'ab':\n"
            f"            database.executemany('INSERT INTO pair VALUES (?, ?)', [(n, side)] * 50)\n",
        ]
    )
    try:
        archive = back_up(sqlite_site, backups)
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
    with tarfile.open(archive) as tar:
        (backups / "copy").write_bytes(tar.extractfile("database.sqlite3").read())
    with sqlite3.connect(backups / "copy") as database:
        sides = dict(database.execute("SELECT side, count(*) FROM pair GROUP BY side"))
    assert sides["a"] == sides["b"] > 0


def test_a_database_without_anything_is_not_backed_up(sqlite_site, backups):
    sqlite_site.lose_everything()
    assert "The database is empty" in sqlite_site.refuses("backup", backups)
    assert not backups.exists()


def test_at_least_one_backup_is_kept(sqlite_site, backups):
    assert "Keep at least one" in sqlite_site.refuses("backup", backups, "--keep", "0")


def test_a_damaged_database_is_not_backed_up_over_good_backups(sqlite_site, backups):
    good = back_up(sqlite_site, backups)
    sqlite_site.python(
        "from django.db import connection; connection.cursor().execute('PRAGMA journal_mode=DELETE')"
    )
    data = bytearray(sqlite_site.database.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 8192] = b"\xee" * 8192
    sqlite_site.database.write_bytes(data)
    assert "damaged" in sqlite_site.refuses("backup", backups, "--keep", "1")
    assert list(backups.iterdir()) == [good]


def test_a_damaged_database_can_be_replaced(sqlite_site, backups):
    archive = back_up(sqlite_site, backups)
    sqlite_site.database.write_bytes(b"nonsense" * 1000)
    sqlite_site.folder.joinpath("legwork.sqlite3-wal").write_bytes(b"more of it")
    sqlite_site.does("restore", archive)
    assert list(sqlite_site.folder.glob("legwork.sqlite3-*")) == []
    assert sqlite_site.python("print(Exercise.objects.count())") == "2"
    [aside] = sqlite_site.folder.glob("before-restore-*")
    assert (aside / "legwork.sqlite3").read_bytes().startswith(b"nonsense")


def test_a_site_that_is_being_served_is_not_restored(site, backups):
    archive = back_up(site, backups)
    serving = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import django, sys; django.setup()\n"
            "from exercises.models import Exercise\n"
            "print(Exercise.objects.count(), flush=True); sys.stdin.read()",
        ],
        env=site.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert serving.stdout.readline() == b"2\n"
        assert re.search("Stop (that|the site) first", site.refuses("restore", archive))
    finally:
        serving.communicate()
    assert list(site.folder.glob("before-restore-*")) == []
    site.does("restore", archive)


def cut(archive):
    archive.write_bytes(archive.read_bytes()[:-2000])


def flip(archive):
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)


def no_tar(archive):
    archive.write_bytes(b"not a backup")


def changed(change):
    return lambda archive: rewrite(archive, change)


def with_entry(name):
    def change(entries):
        entries[name] = b"x"
        change_manifest(entries)

    return changed(change)


def with_link(archive):
    with tarfile.open(archive) as tar:
        entries = [(entry, tar.extractfile(entry).read()) for entry in tar]
    with tarfile.open(archive, "w:gz") as tar:
        for entry, data in entries:
            tar.addfile(entry, io.BytesIO(data))
        link = tarfile.TarInfo("media/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        tar.addfile(link)


def without(name):
    return changed(lambda entries: entries.pop(name))


def other_key(entries):
    entries["secret_key"] = b"x" * len(entries["secret_key"])


def of_the_future(entries):
    manifest = json.loads(entries["manifest.json"])
    change_manifest(entries, migrations=[*manifest["migrations"], ["exercises", "9999_future"]])


def broken_database(entries):
    data = bytearray(entries["database.sqlite3"])
    middle = len(data) // 2
    data[middle : middle + 8192] = b"\xee" * 8192
    entries["database.sqlite3"] = bytes(data)
    change_manifest(entries)


def of_the_other_database(entries):
    entries["database.sql"] = b""
    change_manifest(entries, database="postgresql")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (cut, "cannot be read"),
        (flip, "cannot be read|not as it was written|no manifest"),
        (no_tar, "cannot be read"),
        (changed(other_key), "“secret_key” in it is not as it was written"),
        (without("manifest.json"), "no manifest"),
        (without("secret_key"), "names other files"),
        (with_entry("../climbs"), "nothing that a backup has"),
        (with_entry("media/../../climbs"), "nothing that a backup has"),
        (with_entry("/tmp/climbs"), "nothing that a backup has"),
        (with_entry("media//x"), "nothing that a backup has"),
        (with_entry("settings.py"), "nothing that a backup has"),
        (with_link, "nothing that a backup has"),
        (changed(lambda entries: change_manifest(entries, format=2)), "newer release"),
        (changed(lambda entries: entries.update({"manifest.json": b"{}"})), "cannot be read"),
    ],
)
def test_a_backup_that_is_not_whole_or_has_something_else_in_it_is_refused(
    tmp_path, made_backup, damage, reason
):
    archive = tmp_path / made_backup.name
    archive.write_bytes(made_backup.read_bytes())
    damage(archive)
    with pytest.raises(BackupError, match=reason):
        read(archive, tmp_path / "a" / "b")
    assert list(tmp_path.glob("**/*climbs*")) == []


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (with_entry("../climbs"), "nothing that a backup has"),
        (changed(of_the_future), "does not know exercises.9999_future"),
        (changed(broken_database), "The database is damaged"),
        (changed(of_the_other_database), "is of a site on postgresql, and this one is on sqlite"),
    ],
)
def test_a_backup_that_is_refused_changes_nothing(sqlite_site, backups, made_backup, damage, reason):
    backups.mkdir()
    archive = backups / made_backup.name
    archive.write_bytes(made_backup.read_bytes())
    damage(archive)
    before = in_folder(sqlite_site)
    assert re.search(reason, sqlite_site.refuses("restore", archive))
    assert in_folder(sqlite_site) == before


@pytest.fixture(scope="module")
def made_backup(started, tmp_path_factory):
    """A good backup of the starter content."""
    site = Site(copied(started, tmp_path_factory.mktemp("first")))
    return back_up(site, tmp_path_factory.mktemp("backups"))


def test_a_missing_backup_is_refused(sqlite_site):
    assert "cannot be read" in sqlite_site.refuses("restore", "/no/such/backup.tar.gz")


def test_a_backup_can_be_checked_without_restoring_it(sqlite_site, made_backup):
    before = in_folder(sqlite_site)
    assert "It is whole: 2 files" in sqlite_site.does("restore", "--check", made_backup)
    assert in_folder(sqlite_site) == before


def test_a_key_from_the_environment_is_kept_and_another_one_in_the_backup_is_told_of(sqlite_site, backups):
    ours = {"SECRET_KEY": "k" * 30 + "0123456789" * 3}
    archive = back_up(sqlite_site, backups)
    assert "everybody has to sign in again" in sqlite_site.does("restore", archive, **ours)
    sqlite_site.does("backup", backups / "with-ours", **ours)
    [archive] = (backups / "with-ours").iterdir()
    assert "everybody has to sign in again" not in sqlite_site.does("restore", archive, **ours)


@pytest.mark.parametrize("moment", ["database", "key"])
def test_a_restore_that_was_killed_leaves_a_whole_database_and_can_be_run_again(sqlite_site, backups, moment):
    archive = back_up(sqlite_site, backups)
    sqlite_site.python('Exercise.objects.filter(slug="leg-press").update(name="written since")')
    name = {"database": "legwork.sqlite3", "key": "secret_key"}[moment]
    killed = sqlite_site.run(
        "-c",
        "import django, os, pathlib; django.setup()\n"
        "from exercises import backups\n"
        "put = backups._put\n"
        f"backups._put = lambda new, path: os._exit(9) if path.name == {name!r} else put(new, path)\n"
        f"backups.restore(pathlib.Path({str(archive)!r}))",
    )
    assert killed.returncode == 9
    found = sqlite_site.python('print(Exercise.objects.get(slug="leg-press").name)')
    assert found == {"database": "written since", "key": "leg press"}[moment]
    [first] = sqlite_site.folder.glob("before-restore-*")
    with sqlite3.connect(first / "legwork.sqlite3") as database:
        assert database.execute(
            "SELECT count(*) FROM exercises_exercise WHERE name = 'written since'"
        ).fetchone() == (1,)
    first.rename(sqlite_site.folder / "before-restore-first")
    sqlite_site.does("restore", archive)
    assert sqlite_site.python('print(Exercise.objects.get(slug="leg-press").name)') == "leg press"


def test_on_postgresql_a_restore_that_fails_leaves_all_as_it_was(postgres_site, backups):
    archive = back_up(postgres_site, backups)

    def break_at_the_end(entries):
        entries["database.sql"] += b"\nSELECT no_such_function();\n"
        change_manifest(entries)

    rewrite(archive, break_at_the_end)
    postgres_site.python('Exercise.objects.filter(slug="leg-press").update(name="written since")')
    assert "no_such_function" in postgres_site.refuses("restore", archive)
    assert postgres_site.python('print(Exercise.objects.get(slug="leg-press").name)') == "written since"


def test_without_the_programs_of_postgresql_the_backup_says_what_to_install(postgres_site, backups):
    assert "Install postgresql-client" in postgres_site.refuses("backup", backups, PATH="/nowhere")
    assert list(backups.iterdir()) == []
