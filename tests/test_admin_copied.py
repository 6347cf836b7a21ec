"""What documents copy and what has no page of its own: groups, joint actions, pictures."""

import pytest
from django.urls import reverse

from exercises import doctor, editing, publishing
from exercises.models import JointAction, Muscle, MuscleGroup, Picture
from tests.admin_forms import form_of, said, save, url
from tests.images import make_picture
from tests.make import make_exercise, make_finding, make_muscle, make_study

pytestmark = pytest.mark.usefixtures("empty_site", "media")

# By model: a field that an editor changes, and what it is called.
FIELDS = {
    MuscleGroup: ("summary", "Summary"),
    JointAction: ("summary", "Summary"),
    Picture: ("author", "Author"),
}


@pytest.fixture(params=FIELDS, ids=lambda model: model._meta.model_name)
def part(request):
    if request.param is Picture:
        return make_picture()
    make_muscle("front")
    return request.param.objects.get()


def opened(client, part):
    """The form as somebody opened it, with its fingerprint."""
    data = {name: value for name, value in form_of(client, part).items() if name not in ("file", "kept")}
    return {**data, "_seen": client.get(url("change", part)).context["seen"]}


def test_the_second_to_save_is_told_what_is_saved_and_loses_nothing(client, editor, part):
    field, label = FIELDS[type(part)]
    mine = opened(client, part)
    client.post(url("change", part), {**opened(client, part), field: "Theirs."})
    refused = client.post(url("change", part), {**mine, field: "Mine."})
    html = refused.content.decode()
    assert "Somebody else has saved this while you had it open" in html
    assert "editor, " in html
    assert f"<b>{label}:</b> Theirs." in html
    assert "Mine." in html
    part.refresh_from_db()
    assert getattr(part, field) == "Theirs."

    again = {**mine, field: "Mine.", "_seen": refused.context["seen"]}
    assert client.post(url("change", part), again).status_code == 302
    part.refresh_from_db()
    assert getattr(part, field) == "Mine."


def test_a_number_a_mark_and_an_empty_field_are_told_as_the_form_shows_them(client, editor):
    picture = make_picture()
    mine = opened(client, picture)
    theirs = {**mine, "focal_x": "1", "focal_y": "0", "author": ""}
    client.post(url("change", picture), theirs)
    late = {**mine, "author": "Me", "focal_x": "9", "focal_y": "9", "is_decorative": "on", "alt": ""}
    html = client.post(url("change", picture), late).content.decode()
    assert "per cent:</b> 1<" in html
    assert "per cent:</b> 0<" in html
    assert "<b>Decorative:</b> no<" in html
    assert "<b>Author:</b> nothing<" in html


def test_who_saves_alone_is_not_held_up(client, editor, part):
    field, _ = FIELDS[type(part)]
    for words in ("One.", "Two."):
        assert client.post(url("change", part), {**opened(client, part), field: words}).status_code == 302


def test_a_form_with_mistakes_is_still_guarded(client, editor):
    make_muscle("front")
    group = MuscleGroup.objects.get()
    mine = opened(client, group)
    refused = client.post(url("change", group), {**mine, "name": ""})
    client.post(url("change", group), {**mine, "summary": "Theirs."})
    late = client.post(url("change", group), {**mine, "_seen": refused.context["seen"]})
    assert "Somebody else" in late.content.decode()


@pytest.mark.parametrize("model", [MuscleGroup, JointAction])
def test_muscles_that_copy_what_was_changed_are_marked_as_changed(client, editor, model):
    muscle = make_muscle("front")
    save(client, model.objects.get(), name="renamed")
    assert Muscle.objects.get().has_changes
    assert not list(doctor.check_flags())
    publishing.publish([muscle], "With the new name.")
    assert "renamed" in client.get("/muscles/front/").content.decode()


@pytest.mark.parametrize("model", [MuscleGroup, JointAction])
def test_what_a_muscle_names_is_not_deleted_and_the_refusal_says_where(client, editor, model):
    make_muscle("front")
    part = model.objects.get()
    html = client.get(url("change", part)).content.decode()
    assert "Used in the draft of front." in html
    assert url("delete", part) not in html
    response = client.post(url("delete", part), {"post": "yes"})
    assert said(response) == f"“{part}” stays: it is used in the draft of front."
    assert model.objects.exists()
    listed = client.get(reverse(f"admin:exercises_{model._meta.model_name}_changelist"))
    assert "delete_selected" not in listed.content.decode()


def test_a_group_that_a_finding_names_is_used_as_well(empty_site):
    make_exercise()
    make_study("smith-2020", make_finding(muscles=(), group="thigh"), is_published=False)
    assert editing.used_in(MuscleGroup.objects.get()) == "the drafts of back, front and Smith 2020"


@pytest.mark.parametrize("model", [MuscleGroup, JointAction])
def test_what_nothing_names_is_deleted(client, editor, model):
    part = model.objects.create(slug="new", name="new")
    client.post(url("delete", part), {"post": "yes"})
    assert not model.objects.exists()
