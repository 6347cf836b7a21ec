"""What the doctor finds and mends. Each test breaks one thing of a sound site."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from exercises import doctor, drafts, editing, publishing
from exercises import document as documents
from exercises.models import (
    BestStance,
    EvidenceUse,
    Exercise,
    Muscle,
    PreviewLink,
    Publication,
    Revision,
    SearchEntry,
    Study,
    StudyEntry,
)
from exercises.models.publication import digest_of
from tests.images import make_picture
from tests.make import make_exercise, make_finding, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _collected(settings, tmp_path):
    """Static files as they are once collected."""
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "site.123.css").touch()
    (tmp_path / "staticfiles.json").write_text(json.dumps({"paths": {"site.css": "site.123.css"}}))


def diagnose(*options) -> str:
    """What is said of a site with problems."""
    out = StringIO()
    with pytest.raises(CommandError, match=r"Problems: \d"):
        call_command("doctor", *options, stdout=out)
    return out.getvalue()


def pronounce_healthy(*options) -> str:
    out = StringIO()
    call_command("doctor", *options, stdout=out)
    assert "problem" not in out.getvalue()
    return out.getvalue()


def mend_what_was_found() -> None:
    assert "mended" in pronounce_healthy("--mend")
    assert "mended" not in pronounce_healthy()


@pytest.fixture
def press(empty_site):
    """The small exercise and a study of it, published."""
    exercise = make_exercise(is_published=False)
    make_study("smith-2020", make_finding())
    publishing.publish([exercise], "First.")
    return Exercise.objects.get(pk=exercise.pk)


def test_the_starter_content_is_healthy_and_each_check_has_a_line(starter_content):
    lines = pronounce_healthy().splitlines()
    assert lines == [f"ok       {title}" for title in doctor.CHECKS]


def test_a_site_without_content_is_healthy(empty_site):
    pronounce_healthy()


def test_html_of_an_older_release_is_made_anew(press):
    publication = publishing.live_publication(press)
    text = publication.document.replace('"renderer":"1"', '"renderer":"0"')
    Publication.objects.filter(pk=publication.pk).update(document=text, digest=digest_of(text))
    assert "exercise “press”, version 1 has HTML of an older release." in diagnose()
    mend_what_was_found()


def test_a_document_that_cannot_be_read_is_named_and_what_needs_documents_waits(press):
    Publication.objects.filter(exercise=press).update(document='{"slug":"press"')
    said = diagnose("--mend")
    assert "problem  Documents\n         exercise “press”, version 1 cannot be read: " in said
    assert "Restore a backup" in said
    assert "Index" not in said
    assert "The rest could not be looked at" in said


def test_a_document_with_a_field_that_nobody_knows_is_named(press):
    publication = press.publications.get()
    text = publication.document.replace('"slug"', '"snail":1,"slug"', 1)
    Publication.objects.filter(pk=publication.pk).update(document=text)
    assert "unknown field `snail`" in diagnose()


def test_a_document_of_another_schema_is_named(press):
    publication = press.publications.get()
    text = publication.document.replace('"schema":2', '"schema":3')
    Publication.objects.filter(pk=publication.pk).update(document=text)
    assert "exercise “press”, version 1 is of schema 3, not 2." in diagnose()


def test_a_document_that_was_changed_past_the_site_is_named(press):
    publication = press.publications.get()
    text = publication.document.replace("It works the thigh.", "It works the calf.")
    Publication.objects.filter(pk=publication.pk).update(document=text)
    said = diagnose("--mend")
    assert (
        "exercise “press”, version 1 is not as it was published: somebody changed it past the site." in said
    )
    assert "Restore a backup" in said


def test_what_lists_have_copied_of_a_document_is_put_right(press):
    Publication.objects.filter(exercise=press).update(slug="pull", order=9)
    assert "exercise “pull”, version 1 is listed with another slug and order than it has." in diagnose()
    mend_what_was_found()
    assert Publication.objects.get(exercise=press).slug == "press"


def test_two_live_things_at_one_address_are_named(press):
    for muscle in ("front", "back"):
        publication = Publication.objects.get(muscle__slug=muscle)
        text = publication.document.replace('"slug":"back"', '"slug":"front"', 1)
        values = {"document": text, "digest": digest_of(text), "slug": "front", "name": "front"}
        Publication.objects.filter(pk=publication.pk).update(**values)
    assert "2 live things have the address of the muscle “front”" in diagnose("--mend")


def lose_a_stance():
    BestStance.objects.first().delete()


def change_a_stance():
    BestStance.objects.update(emphasis=1)


def lose_the_uses():
    EvidenceUse.objects.all().delete()


def change_the_uses():
    EvidenceUse.objects.update(words="Something else.")


def change_an_entry():
    StudyEntry.objects.update(year=1999)


def lose_the_entrys_muscles():
    StudyEntry.objects.get().muscles.clear()


def lose_what_is_searched():
    SearchEntry.objects.all().delete()


def change_what_is_searched():
    SearchEntry.objects.update(words=" zebra")


def double_a_use():
    use = EvidenceUse.objects.first()
    use.pk = None
    use.save()


@pytest.mark.parametrize(
    "harm",
    [
        lose_a_stance,
        change_a_stance,
        lose_the_uses,
        change_the_uses,
        double_a_use,
        change_an_entry,
        lose_the_entrys_muscles,
        lose_what_is_searched,
        change_what_is_searched,
    ],
)
def test_an_index_that_differs_from_the_documents_is_found_and_written_anew(press, harm):
    def rows():
        return [doctor._index_rows(publication) for publication in Publication.objects.order_by("pk")]

    sound = rows()
    harm()
    harmed = rows()
    assert harmed != sound
    assert "is indexed otherwise than its document says. manage.py doctor --mend mends this." in diagnose()
    assert rows() == harmed
    mend_what_was_found()
    assert rows() == sound


def test_a_draft_with_another_address_is_no_problem(press):
    """What is published still has the old one."""
    for thing in (press, Muscle.objects.get(slug="front"), Study.objects.get()):
        thing.slug = f"{thing.slug}-2"
        thing.save()
        publishing.note_changes([thing])
    pronounce_healthy()


def test_a_mark_of_unpublished_changes_that_is_not_so_is_taken_away(press):
    Exercise.objects.update(has_changes=True)
    assert "press is listed with unpublished changes; it has none." in diagnose()
    mend_what_was_found()
    assert not Exercise.objects.get().has_changes


def test_unpublished_changes_without_their_mark_get_it(press):
    Exercise.objects.update(answer="Changed behind the site's back.")
    assert "press is listed without unpublished changes; it has some." in diagnose()
    mend_what_was_found()
    assert Exercise.objects.get().has_changes
    assert Publication.objects.get(exercise=press).content.answer == "It works the thigh."


def test_a_kept_draft_that_cannot_be_read_is_named(press):
    revision = editing.keep(press, "Saved.")
    Revision.objects.update(draft="{}")
    said = diagnose("--mend")
    assert f"(revision {revision.pk}) cannot be read" in said
    assert "It can no longer be brought back" in said


def test_a_kept_draft_of_today_is_healthy(press):
    drafts.save_exercise(drafts.exercise_draft(press), press)
    editing.keep(press, "Saved.")
    pronounce_healthy()


def test_what_has_expired_harms_nobody_and_can_be_cleared(press):
    now = timezone.now()
    for key, days in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(days=days))
        PreviewLink.objects.create(
            kind="exercise", thing_pk=press.pk, token=key, expires_at=now + timedelta(days=days)
        )
    said = pronounce_healthy()
    assert "Expired sessions: 1." in said
    assert "Expired links to drafts: 1." in said
    mend_what_was_found()
    assert [session.pk for session in Session.objects.all()] == ["new"]
    assert [link.token for link in PreviewLink.objects.all()] == ["new"]


@pytest.mark.parametrize(
    ("name", "words"), [("staticfiles.json", "have not been collected"), ("site.123.css", "site.123.css")]
)
def test_static_files_that_are_missing_are_found_and_collected(press, settings, monkeypatch, name, words):
    (settings.STATIC_ROOT / name).unlink()
    assert words in diagnose()
    collected = []
    monkeypatch.setattr(doctor, "call_command", lambda name, **options: collected.append(name))
    pronounce_healthy("--mend")
    assert collected == ["collectstatic"]


def test_a_disk_that_is_nearly_full_is_told_of(press, monkeypatch):
    monkeypatch.setattr(doctor, "ROOM", 10**18)
    assert "MB left. Make room" in diagnose("--mend")


def test_a_migration_of_a_newer_release_is_told_of(press):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('exercises', '9999_new', %s)",
            [timezone.now()],
        )
    said = diagnose("--mend")
    assert "exercises.9999_new is of a newer release." in said
    assert "Documents" not in said


def test_a_row_that_names_a_row_which_is_not_there_is_found(press):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL does not let it come to this.")
    use = EvidenceUse.objects.first()
    study = use.study_id
    EvidenceUse.objects.filter(pk=use.pk).update(study_id=999)
    assert "of exercises_evidenceuse names a row of exercises_study that is not there" in diagnose("--mend")
    EvidenceUse.objects.filter(pk=use.pk).update(study_id=study)


def test_a_damaged_database_is_told_of_and_nothing_else_is_tried(sqlite_site):
    sqlite_site.database.write_bytes(b"nonsense" * 1000)
    said = sqlite_site.manage("doctor", "--mend")
    assert said.returncode == 1
    assert "problem  Database\n         It cannot be read: file is not a database. Restore" in said.stdout
    assert "Traceback" not in said.stderr


def test_a_database_that_needs_migrating_is_told_of_first(sqlite_site):
    sqlite_site.lose_everything()
    said = sqlite_site.manage("doctor")
    assert "Not applied yet: contenttypes.0001_initial" in said.stdout
    assert "Make a backup, then manage.py migrate." in said.stdout
    assert "Traceback" not in said.stderr


def test_keys_that_would_be_given_twice_are_found_and_go_on_after_the_highest(press):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite gives no key twice.")
    Study.objects.create(pk=10_000, short_name="Copied", slug="copied", title="A", year=2000)
    assert "exercises_study would give a key a second time." in diagnose()
    mend_what_was_found()
    assert Study.objects.create(short_name="B", slug="b", title="B", year=2000).pk == 10_001


def test_a_file_of_a_picture_that_is_missing_is_named(empty_site, media):
    picture = make_picture()
    exercise = make_exercise(
        sections=(documents.Section(heading="What it is", body="A press.", picture=picture.slug),)
    )
    pronounce_healthy()
    shown = exercise.publications.get().content.sections[0].picture_copy.largest.name
    (media / shown).unlink()
    assert f"The file {shown} of" in diagnose()
    (media / picture.master).unlink()
    assert f"The file {picture.master} of picture “Start” is missing." in diagnose("--mend")
