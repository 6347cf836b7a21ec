"""What is done before the site is served."""

import os

import pytest

from exercises.management.commands.prepare import is_stale


@pytest.fixture
def manifest(settings, tmp_path):
    """A manifest of static files that were collected after their sources were written."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "static" / "css").mkdir(parents=True)
    (tmp_path / "static" / "css" / "site.css").write_text("")
    (tmp_path / "requirements.txt").write_text("")
    for path in (tmp_path, *tmp_path.rglob("*")):
        os.utime(path, (1000, 1000))
    manifest = tmp_path / "staticfiles.json"
    manifest.write_text("{}")
    os.utime(manifest, (2000, 2000))
    return manifest


def test_static_files_that_were_collected_stay(manifest):
    assert not is_stale(manifest)


@pytest.mark.parametrize("newer", ["static/css/site.css", "static/css", "requirements.txt"])
def test_static_files_are_collected_anew_when_one_or_a_library_is_newer(manifest, newer):
    os.utime(manifest.parent / newer, (3000, 3000))
    assert is_stale(manifest)


def test_static_files_are_collected_on_the_first_run(manifest):
    manifest.unlink()
    assert is_stale(manifest)


def test_a_second_time_nothing_is_left_to_do(sqlite_site):
    sqlite_site.does("prepare")
    said = sqlite_site.does("prepare")
    assert "Migrations applied" not in said
    assert "Starter content: 0 new, 0 updated" in said
    assert (sqlite_site.folder / "static" / "staticfiles.json").exists()
