"""Pictures as staff add, describe and choose them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exercises import drafts, pictures, publishing
from exercises.models import Exercise, Picture
from tests.admin_forms import complaints, said, save, url
from tests.images import make_image, make_picture, packed
from tests.make import make_exercise, make_exercise_value, make_staff
from tests.test_pictures import SVG, with_picture

ADD = "/admin/exercises/picture/add/"
LIST = "/admin/exercises/picture/"
TYPED = {
    "title": "Feet high",
    "slug": "feet-high",
    "alt": "Feet high on the plate.",
    "author": "Ana Lima",
    "licence": "cc-by-4.0",
    "source": "https://example.org/feet",
    "focal_x": "30",
    "focal_y": "60",
}

pytestmark = pytest.mark.usefixtures("empty_site", "media")


def upload(data: bytes | None = None, name: str = "feet.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, packed() if data is None else data)


def picture_form(client, picture) -> dict:
    form = client.get(url("change", picture)).context["adminform"].form
    return {field.html_name: field.value() or "" for field in form if field.name != "file"}


@pytest.fixture
def exercise():
    make_picture()
    return make_exercise(**with_picture())


def test_a_picture_is_added_with_all_that_is_said_of_it(client, editor, media):
    response = client.post(ADD, {**TYPED, "file": upload()})
    assert response.status_code == 302
    picture = Picture.objects.get()
    assert {name: str(getattr(picture, name)) for name in TYPED} == TYPED
    assert (picture.width, picture.height) == (500, 400)
    assert all((media / rendition["name"]).exists() for rendition in picture.renditions)


def test_a_picture_needs_a_file_and_a_title_and_says_so(client, editor):
    html = complaints(client.post(ADD, {**TYPED, "title": ""}))
    assert "Give it a title" in html
    assert "Choose the file of the picture." in html
    assert "https://example.org/feet" in html


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (SVG, "no picture that can be read"),
        (packed(make_image(mode="P"), "GIF"), "JPEG, PNG, WebP or AVIF"),
        (b"<script>alert(1)</script>", "no picture that can be read"),
        (packed(make_image(300, 300)), "300 pixels wide"),
        (bytes(pictures.MOST_BYTES + 1), "the most is 10 MB"),
        (b"", "empty"),
    ],
    ids=["svg", "gif", "html", "small", "large", "empty"],
)
def test_a_file_that_is_refused_says_why_and_keeps_what_was_typed(client, editor, media, data, complaint):
    html = complaints(client.post(ADD, {**TYPED, "file": upload(data)}))
    assert complaint in html
    for typed in ("Feet high on the plate.", "Ana Lima", "https://example.org/feet"):
        assert typed in html
    assert not Picture.objects.exists()
    assert not media.exists()


def test_when_another_field_is_refused_the_file_need_not_be_chosen_again(client, editor):
    response = client.post(ADD, {**TYPED, "source": "nowhere", "file": upload()})
    assert "Give a whole address" in complaints(response)
    assert "you need not choose it again" in response.content.decode()
    kept = response.context["adminform"].form["kept"].value()
    assert kept in response.content.decode()
    assert client.post(ADD, {**TYPED, "kept": kept}).status_code == 302
    assert Picture.objects.get().width == 500


def test_what_a_form_says_that_it_keeps_is_believed_only_if_the_site_has_signed_it(client, editor):
    response = client.post(ADD, {**TYPED, "kept": "eyJtYXN0ZXIiOiIuLi9zZWNyZXRfa2V5In0:1:x"})
    assert "Choose the picture again." in complaints(response)
    assert not Picture.objects.exists()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"is_decorative": "on"}, "A decorative picture has no alternative text"),
        ({"focal_x": "101"}, "less than or equal to 100"),
        ({"focal_y": "-1"}, "greater than or equal to 0"),
        ({"source": "javascript:alert(1)"}, "Give a whole address"),
        ({"slug": "feet--high"}, "single hyphens"),
    ],
)
def test_what_cannot_be_is_refused_in_words(client, editor, changes, complaint):
    assert complaint in complaints(client.post(ADD, {**TYPED, **changes, "file": upload()}))


def test_a_picture_can_be_saved_before_all_is_known_of_it_and_the_list_finds_it(client, editor):
    client.post(ADD, {**TYPED, "alt": "", "licence": "", "file": upload()})
    make_picture()
    html = client.get(LIST, {"missing": "yes"}).content.decode()
    assert "alternative text and licence" in html
    assert "Feet high" in html
    assert ">Start<" not in html


def test_what_is_said_of_a_picture_changes_without_a_new_file(client, editor):
    picture = make_picture()
    before = Picture.objects.get().renditions
    response = client.post(url("change", picture), {**picture_form(client, picture), "alt": "Knees."})
    assert response.status_code == 302
    picture.refresh_from_db()
    assert (picture.alt, picture.renditions) == ("Knees.", before)


def test_a_picture_is_replaced_and_its_old_files_stay(client, editor, media):
    picture = make_picture()
    old = {path.name for path in media.iterdir()}
    file = upload(packed(make_image(900, 600)))
    client.post(url("change", picture), {**picture_form(client, picture), "file": file})
    picture.refresh_from_db()
    assert picture.width == 900
    assert old < {path.name for path in media.iterdir()}


def test_the_slug_stays_as_published_pages_name_it(client, editor):
    picture = make_picture()
    client.post(url("change", picture), {**picture_form(client, picture), "slug": "other"})
    assert Picture.objects.get().slug == "start"


def test_an_exercise_shows_that_its_picture_has_changed(client, editor, exercise):
    picture = Picture.objects.get()
    client.post(url("change", picture), {**picture_form(client, picture), "alt": "Knees."})
    assert Exercise.objects.get().has_changes
    assert "unpublished changes" in client.get("/admin/exercises/exercise/").content.decode()


def test_the_form_and_the_list_say_where_a_picture_is_shown(client, editor, exercise):
    html = client.get(url("change", Picture.objects.get())).content.decode()
    assert "the draft of press" in html
    assert "published versions of press" in html
    assert ">press</td>" in client.get(LIST).content.decode()


def test_the_list_takes_the_same_queries_for_one_and_for_many(client, editor, django_assert_num_queries):
    def show(count):
        make_exercise(f"press-{count}", is_published=False, **with_picture(make_picture(f"p{count}").slug))
        with django_assert_num_queries(8):
            client.get(LIST)

    show(1)
    show(2)


def test_a_picture_that_is_shown_is_not_deleted_and_the_refusal_says_where(client, editor, exercise):
    picture = Picture.objects.get()
    response = client.post(reverse("admin:exercises_picture_delete", args=[picture.pk]), {"post": "yes"})
    assert "“Start” stays: it is used in the draft of press and published versions of press" in said(response)
    exercise.sections.update(picture=None)
    response = client.post(reverse("admin:exercises_picture_delete", args=[picture.pk]), {"post": "yes"})
    assert "published versions of press" in said(response)
    assert Picture.objects.exists()


def test_an_unused_picture_is_deleted_and_its_files_stay(client, editor, media):
    picture = make_picture()
    client.post(reverse("admin:exercises_picture_delete", args=[picture.pk]), {"post": "yes"})
    assert not Picture.objects.exists()
    assert (media / picture.master).exists()


def test_pictures_cannot_be_deleted_from_the_list(client, editor):
    make_picture()
    assert "delete_selected" not in client.get(LIST).content.decode()


# In the form of an exercise


def test_a_section_gets_a_picture_and_a_caption(client, editor):
    exercise = make_exercise()
    picture = make_picture()
    changes = {"sections-0-picture": picture.pk, "sections-0-caption": "Mind the knees."}
    assert save(client, exercise, **changes).status_code == 302
    section = drafts.exercise_draft(exercise).sections[0]
    assert (section.picture, section.caption) == ("start", "Mind the knees.")
    assert Exercise.objects.get().has_changes
    assert not publishing.live_publication(exercise).content.sections[0].picture


def test_the_choice_of_pictures_is_read_once_for_all_sections(client, editor):
    def queries(count):
        sections = make_exercise_value(**with_picture()).sections * count
        exercise = make_exercise(f"press-{count}", is_published=False, sections=sections)
        with CaptureQueriesContext(connection) as asked:
            client.get(url("change", exercise))
        return len(asked)

    make_picture()
    queries(1)
    assert queries(2) == queries(4)


def test_the_checks_of_an_exercise_speak_of_its_picture(client, editor, exercise):
    Picture.objects.update(licence="")
    html = client.get(url("publish", exercise)).content.decode()
    assert "picture “start”" in html
    assert "It has no licence." in html


# Who may


@pytest.mark.parametrize("role", ["author", "editor", "administrator"])
def test_every_role_adds_and_changes_pictures(client, role):
    client.force_login(make_staff(role))
    assert client.post(ADD, {**TYPED, "file": upload()}).status_code == 302
    picture = Picture.objects.get()
    client.post(url("change", picture), {**picture_form(client, picture), "alt": "Knees."})
    assert Picture.objects.get().alt == "Knees."


@pytest.mark.parametrize(("role", "status"), [("author", 403), ("editor", 302), ("administrator", 302)])
def test_only_editors_delete_pictures(client, role, status):
    picture = make_picture()
    client.force_login(make_staff(role))
    address = reverse("admin:exercises_picture_delete", args=[picture.pk])
    assert client.post(address, {"post": "yes"}).status_code == status
    assert Picture.objects.exists() == (status == 403)


def test_without_a_role_no_file_is_even_looked_at(client, media):
    client.force_login(make_staff(""))
    assert client.post(ADD, {**TYPED, "file": upload()}).status_code == 403
    assert not media.exists()
