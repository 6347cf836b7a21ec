import io
import zipfile

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from msgspec.structs import replace

from exercises import exchange, files, zips
from exercises.models import Exercise, Muscle, MuscleGroup, Publication, Revision
from tests.admin_forms import asks_to_sign_in, said
from tests.make import make_exercise, make_finding, make_muscle, make_muscle_value, make_study

pytestmark = pytest.mark.usefixtures("empty_site")

LIST = "/admin/exercises/exercise/"
IMPORT = "/admin/exercises/exercise/import/"
CONFIRM = "/admin/exercises/exercise/import/confirm/"
NEEDED = [f"{verb}_{kind}" for kind in ("exercise", "muscle", "study", "term") for verb in ("add", "change")]


@pytest.fixture
def exercise():
    exercise = make_exercise()
    make_study("smith-2020", make_finding())
    return exercise


def make_staff(client, *permissions):
    user = User.objects.create_user("guest", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return user


def changed(**fields):
    """A zip of the site as it is, but with these fields of the exercise changed."""
    content = exchange.gather()
    (press,) = content.exercises
    return packed(replace(content, exercises=(replace(press, **fields),)))


def packed(content):
    return zips.to_zip(files.write(content))


def upload(client, data):
    return client.post(IMPORT, {"archive": SimpleUploadedFile("x.zip", data, "application/zip")})


def confirm(client, response, **headers):
    return client.post(CONFIRM, {"digest": response.context["report"].digest}, **headers)


def export(client, *exercises):
    data = {"action": "export_files", "_selected_action": [exercise.pk for exercise in exercises]}
    return client.post(LIST, data)


# Export


def test_the_selected_exercises_come_as_a_zip_with_what_they_need(client, editor, exercise):
    make_exercise("squat")
    make_muscle("side")
    response = export(client, exercise)
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="press.zip"'
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.namelist() == [
            "actions.toml",
            "exercises/press.toml",
            "groups.toml",
            "muscles/back.toml",
            "muscles/front.toml",
            "studies/smith-2020.toml",
        ]
    assert 'filename="exercises.zip"' in export(client, *Exercise.objects.all())["Content-Disposition"]


def test_who_may_only_look_is_not_offered_the_export(client, exercise):
    make_staff(client, "view_exercise")
    assert "Export as files" not in client.get(LIST).content.decode()
    assert "application/zip" not in export(client, exercise)["Content-Type"]


# Who may import


@pytest.mark.parametrize("missing", NEEDED)
def test_an_import_needs_every_permission(client, exercise, missing):
    make_staff(client, *set(NEEDED) - {missing}, "view_exercise")
    data = changed(answer="New.")
    assert client.get(IMPORT).status_code == 403
    assert upload(client, data).status_code == 403
    assert client.post(CONFIRM, {"digest": "x"}).status_code == 403
    assert "Import from files" not in client.get(LIST).content.decode()
    assert Exercise.objects.get().answer == "It works the thigh."


def test_an_import_is_for_staff(client, exercise):
    for url in (IMPORT, CONFIRM):
        assert asks_to_sign_in(client.post(url))


def test_muscle_groups_need_their_own_permission_if_they_change(client, exercise):
    make_staff(client, *NEEDED)
    content = exchange.gather()
    response = upload(client, packed(replace(content, groups=(replace(content.groups[0], name="leg"),))))
    assert (
        "It would change the muscle group “leg”, for which you have no permission"
        in response.content.decode()
    )
    assert "report" in response.context
    assert response.context["report"] is None
    assert client.post(CONFIRM).status_code == 302
    assert MuscleGroup.objects.get().name == "thigh muscles"
    assert confirm(client, upload(client, changed(answer="New."))).status_code == 302
    assert Exercise.objects.get().answer == "New."


# Import


def test_the_list_leads_to_the_import(client, editor, exercise):
    assert f'href="{IMPORT}"' in client.get(LIST).content.decode()
    assert reverse("admin:exercises_exercise_import") == IMPORT
    assert 'enctype="multipart/form-data"' in client.get(IMPORT).content.decode()


def test_an_upload_shows_what_would_change_and_writes_nothing(client, editor, exercise):
    content = exchange.gather()
    (press,) = content.exercises
    response = upload(
        client,
        packed(
            replace(
                content,
                exercises=(replace(press, answer="It works the whole thigh.", order=7),),
                muscles=(*content.muscles, make_muscle_value("side")),
            )
        ),
    )
    html = response.content.decode()
    assert "What would change: 1 new, 1 changed, 5 as they were" in html
    assert "New muscle: side" in html
    assert "Exercise: press" in html
    assert "It works the <ins>whole </ins>thigh." in html
    assert "0 → 7" in html
    assert "<script>" not in html
    assert " style=" not in html
    assert not Muscle.objects.filter(slug="side").exists()
    assert Exercise.objects.get().answer == "It works the thigh."
    assert not Revision.objects.exists()


def test_the_second_step_does_it_for_drafts_and_keeps_what_was(client, editor, exercise):
    response = confirm(client, upload(client, changed(answer="New.")))
    assert response["Location"] == LIST
    assert said(response) == (
        "Imported into the drafts: 0 new, 1 changed, 5 as they were. Readers see it once it is published."
    )
    assert Exercise.objects.get().answer == "New."
    assert Publication.objects.filter(kind="exercise").count() == 1
    assert [revision.saved_by for revision in Revision.objects.all()] == [editor, None]
    assert LogEntry.objects.get().object_repr == "press"
    again = client.post(CONFIRM, {"digest": "x"})
    assert "The file is no longer here" in said(again)


def test_what_is_on_the_site_already_needs_no_second_step(client, editor, exercise):
    html = upload(client, changed()).content.decode()
    assert "The drafts here say all of it already." in html
    assert CONFIRM not in html


def test_the_second_step_is_not_taken_by_a_link(client, editor, exercise):
    upload(client, changed(answer="New."))
    assert client.get(CONFIRM).status_code == 405
    assert Exercise.objects.get().answer == "It works the thigh."


def test_what_somebody_saves_meanwhile_is_shown_first(client, editor, exercise):
    shown = upload(client, changed(answer="New."))
    Exercise.objects.update(answer="Somebody else's words.")
    response = confirm(client, shown)
    assert "it would no longer change what you were shown" in said(response)
    assert "Somebody else" in response.content.decode()
    assert Exercise.objects.get().answer == "Somebody else's words."
    assert not Revision.objects.exists()
    assert confirm(client, response).status_code == 302
    assert Exercise.objects.get().answer == "New."


def test_leaving_and_coming_back_forgets_the_file(client, editor, exercise):
    shown = upload(client, changed(answer="New."))
    client.get(IMPORT)
    assert "The file is no longer here" in said(confirm(client, shown))
    assert Exercise.objects.get().answer == "It works the thigh."


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"not a zip", "The archive cannot be read"),
        (b"", "This file is empty."),
        (zips.to_zip({}), "There is nothing in it to import."),
        (zips.to_zip({"notes.md": b""}), "notes.md: this does not belong here"),
        (zips.to_zip({"../x.toml": b""}), "leads out of the folder"),
        (zips.to_zip({"muscles/x.toml": b'nome = "<b>"'}), "unknown field `nome` (line 1)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "zip",
)
def test_a_refused_upload_says_why_and_asks_again(client, editor, exercise, data, complaint):
    response = upload(client, data)
    html = response.content.decode()
    assert response.status_code == 200
    assert complaint in html
    assert "Show what would change" in html
    assert "The file is no longer here" in said(client.post(CONFIRM))


def test_an_upload_without_a_file_asks_for_one(client, editor):
    assert "Choose a file." in client.post(IMPORT).content.decode()


def test_what_cannot_be_taken_in_any_more_is_said_at_the_second_step(client, editor, exercise):
    content = exchange.gather()
    side = make_muscle_value("side", group="arm")
    MuscleGroup.objects.create(slug="arm", name="arm")
    shown = upload(client, packed(replace(content, muscles=(*content.muscles, side))))
    MuscleGroup.objects.get(slug="arm").delete()
    html = confirm(client, shown).content.decode()
    assert (
        "muscles/side.toml: it names the muscle group “arm”, which is neither in the files nor here." in html
    )
    assert not Muscle.objects.filter(slug="side").exists()
