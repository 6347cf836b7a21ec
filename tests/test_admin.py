import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from exercises import publishing
from exercises.models import Exercise, Muscle, Publication, StanceOption
from tests.admin_forms import complaints, form_of, said, save, url
from tests.make import make_exercise, make_muscle

pytestmark = pytest.mark.usefixtures("empty_site")


@pytest.fixture
def exercise():
    return make_exercise()


# Who may


@pytest.mark.parametrize("page", ["change", "preview", "publish", "preview_panel"])
def test_the_admin_is_for_staff(client, exercise, page):
    response = client.get(url(page, exercise))
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("page", ["preview", "publish"])
def test_staff_without_the_permission_are_refused(client, exercise, page):
    user = User.objects.create_user("guest", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_exercise"))
    client.force_login(user)
    response = client.get(url(page, exercise))
    assert response.status_code == 403
    assert "What readers see is decided by an editor." in response.content.decode()
    assert client.post(url(page, exercise), {"note": "Mine."}).status_code == 403
    assert exercise.publications.count() == 1


def test_publishing_something_that_does_not_exist_is_a_404(client, editor):
    assert client.get(reverse("admin:exercises_exercise_publish", args=[99])).status_code == 404


# Editing


def test_saving_changes_the_draft_and_nothing_that_readers_see(client, editor, exercise):
    assert save(client, exercise, answer="Better words.").status_code == 302
    exercise.refresh_from_db()
    assert exercise.answer == "Better words."
    assert "Better words." not in client.get("/exercises/press/").content.decode()
    assert "Publishing this draft would change it." in client.get(url("change", exercise)).content.decode()


def test_a_form_that_nobody_touched_saves_what_was_there(client, editor, exercise):
    before = publishing.preview(exercise)
    assert save(client, exercise).status_code == 302
    axis = exercise.axes.get()
    assert save(client, axis).status_code == 302
    for option in axis.options.all():
        assert save(client, option).status_code == 302
    assert publishing.preview(exercise) == before


def test_a_muscle_that_is_involved_twice_is_refused_kindly_and_nothing_is_lost(client, editor, exercise):
    data = form_of(client, exercise)
    data |= {
        "involvements-TOTAL_FORMS": 3,
        "involvements-2-muscle": data["involvements-0-muscle"],
        "involvements-2-role": "helper",
        "involvements-2-baseline": 4,
        "involvements-2-floor": 1,
        "involvements-2-order": 3,
        "involvements-2-summary": "Typed with care.",
    }
    html = complaints(client.post(url("change", exercise), data))
    assert "This muscle stands in another line already" in html
    assert "Typed with care." in html


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"involvements-0-baseline": 11}, "less than or equal to 10"),
        (
            {"involvements-0-baseline": 3, "involvements-0-floor": 4},
            "The floor has to be from 1 to the baseline",
        ),
        ({"axes-0-slug": "lens"}, "is taken by the site itself"),
        ({"slug": "two words"}, "valid “slug”"),
        ({"slug": "Leg_Press"}, "lower-case letters, digits and single hyphens"),
        ({"axes-0-slug": "toe_angle"}, "lower-case letters, digits and single hyphens"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_rows_refuse_is_said_on_the_form(client, editor, exercise, changes, complaint):
    assert complaint in complaints(save(client, exercise, **changes))


def test_another_option_can_become_the_neutral_one(client, editor, exercise):
    axis = exercise.axes.get()
    assert [option.slug for option in axis.options.all()] == ["low", "middle", "high"]
    data = form_of(client, axis)
    del data["options-1-is_neutral"]
    data["options-0-is_neutral"] = "on"
    assert client.post(url("change", axis), data).status_code == 302
    assert axis.options.get(is_neutral=True).slug == "low"


def test_two_neutral_options_are_refused(client, editor, exercise):
    axis = exercise.axes.get()
    html = complaints(save(client, axis, **{"options-0-is_neutral": "on"}))
    assert "Two options are marked neutral" in html
    assert axis.options.get(is_neutral=True).slug == "middle"


def test_an_effect_on_a_muscle_twice_is_refused(client, editor, exercise):
    option = StanceOption.objects.get(slug="high")
    data = form_of(client, option)
    data["effects-1-muscle"] = data["effects-0-muscle"]
    assert "stands in the list twice" in complaints(client.post(url("change", option), data))


def test_a_step_of_nothing_is_refused(client, editor, exercise):
    option = StanceOption.objects.get(slug="high")
    html = complaints(save(client, option, **{"effects-0-step": 0}))
    assert "not 0: without a step there is no effect" in html


def test_an_option_offers_the_muscles_of_its_exercise_and_leads_back_to_its_axis(client, editor, exercise):
    make_muscle("wing")
    option = StanceOption.objects.get(slug="high")
    html = client.get(url("change", option)).content.decode()
    assert ">front</option>" in html
    assert ">wing</option>" not in html
    assert save(client, option)["Location"] == url("change", option.axis)
    assert save(client, option.axis)["Location"] == url("change", exercise)


def test_a_published_muscle_keeps_its_address(client, editor):
    muscle = make_muscle("front")
    save(client, muscle, slug="other", name="front of thigh")
    muscle.refresh_from_db()
    assert (muscle.slug, muscle.name) == ("front", "front of thigh")


def test_what_was_published_is_not_deleted(client, editor, exercise):
    muscle = Muscle.objects.get(slug="front")
    for response in (client.get(url("delete", muscle)), client.post(url("delete", muscle), {"post": "yes"})):
        assert "has been published, so it stays: withdraw it instead" in said(response)
    assert Muscle.objects.filter(slug="front").exists()


def test_a_draft_in_use_is_not_deleted(client, editor):
    make_muscle("front")
    make_muscle("back", is_published=False)
    make_exercise(is_published=False)
    html = client.get(url("delete", Muscle.objects.get(slug="back"))).content.decode()
    assert "would require deleting the following protected related objects" in html


def test_a_new_exercise_is_made_from_nothing_to_published(client, editor):
    make_muscle("front")
    empty = {
        f"{part}-{count}_FORMS": 0
        for part in ("sections", "cues", "involvements", "axes", "claims")
        for count in ("TOTAL", "INITIAL")
    }
    data = {
        **empty,
        "name": "leg curl",
        "slug": "leg-curl",
        "answer": "It works the back of the thigh.",
        "kind": "isolation",
        "surface": "floor",
        "order": 3,
        "sections-TOTAL_FORMS": 1,
        "sections-0-heading": "What it is",
        "sections-0-body": "It bends the [[muscle:front|knee]].",
        "sections-0-order": 0,
        "involvements-TOTAL_FORMS": 1,
        "involvements-0-muscle": Muscle.objects.get().pk,
        "involvements-0-role": "target",
        "involvements-0-baseline": 8,
        "involvements-0-floor": 1,
        "involvements-0-order": 0,
        "axes-TOTAL_FORMS": 1,
        "axes-0-name": "Toes",
        "axes-0-slug": "toes",
        "axes-0-order": 0,
    }
    assert client.post(reverse("admin:exercises_exercise_add"), data).status_code == 302
    exercise = Exercise.objects.get(slug="leg-curl")
    axis = exercise.axes.get()
    options = {
        "options-TOTAL_FORMS": 2,
        "options-0-name": "straight",
        "options-0-slug": "straight",
        "options-0-is_neutral": "on",
        "options-0-order": 0,
        "options-1-name": "pulled up",
        "options-1-slug": "up",
        "options-1-phrase": "your toes pulled up",
        "options-1-order": 1,
    }
    assert save(client, axis, **options).status_code == 302
    option = axis.options.get(slug="up")
    effects = {
        "effects-TOTAL_FORMS": 1,
        "effects-0-muscle": Muscle.objects.get().pk,
        "effects-0-step": 1,
        "effects-0-reason": "The calf is stretched.",
    }
    assert save(client, option, **effects).status_code == 302
    assert client.get("/exercises/leg-curl/").status_code == 404
    client.post(url("publish", exercise), {"note": "New."})
    html = client.get("/exercises/leg-curl/?toes=up").content.decode()
    assert "With your toes pulled up: more emphasis on the front." in html
    assert '<a href="/muscles/front/">knee</a>' in html


# Preview


def test_a_preview_shows_the_saved_draft_as_the_page_would_be(client, editor, exercise):
    save(client, exercise, answer="Better words.")
    html = client.get(url("preview", exercise) + "?height=high").content.decode()
    assert "Better words." in html
    assert "Preview of the saved draft" in html
    assert "With height high" in html
    assert f'data-hx-get="{url("preview_panel", exercise)}"' in html
    panel = client.get(url("preview_panel", exercise) + "?height=low")
    assert panel["HX-Replace-Url"] == url("preview", exercise) + "?height=low"
    assert exercise.publications.count() == 1


def test_an_unfinished_draft_can_be_previewed(client, editor):
    bare = Exercise.objects.create(name="bare", slug="bare")
    assert client.get(url("preview", bare)).status_code == 200
    exercise = make_exercise(is_published=False)
    exercise.axes.get().options.update(is_neutral=False)
    assert client.get(url("preview", exercise)).status_code == 200


def test_a_muscle_is_previewed_with_its_draft(client, editor, exercise):
    muscle = Muscle.objects.get(slug="front")
    save(client, muscle, function="It pulls.")
    html = client.get(url("preview", muscle)).content.decode()
    assert "It pulls." in html
    assert "It pulls." not in client.get("/muscles/front/").content.decode()


# Publishing


def test_publishing_makes_the_draft_live_as_the_next_version(client, editor, exercise):
    save(client, exercise, answer="Better words.")
    response = client.post(url("publish", exercise), {"note": "Answer reworded."})
    assert response.status_code == 302
    assert "Version 2 is live" in said(response)
    live = publishing.live_publication(exercise)
    assert (live.number, live.note, live.published_by) == (2, "Answer reworded.", editor)
    assert "Better words." in client.get("/exercises/press/").content.decode()
    assert "Better words." not in client.get("/exercises/press/v/1/").content.decode()


def test_publishing_asks_for_a_note(client, editor, exercise):
    response = client.post(url("publish", exercise), {"note": "  "})
    assert "This field is required" in response.content.decode()
    assert exercise.publications.count() == 1


def test_a_refusal_lists_what_and_where_and_keeps_the_note(client, editor, exercise):
    exercise.sections.update(body="[[muscle:wing]]")
    exercise.axes.get().options.update(is_neutral=False)
    response = client.post(url("publish", exercise), {"note": "Typed with care."})
    html = response.content.decode()
    assert "Nothing was published" in said(response)
    assert "Section “What it is”" in html
    assert "[[muscle:wing]] links to a muscle that does not exist or is not published" in html
    assert "No option is neutral" in html
    assert "Typed with care." in html
    assert exercise.publications.count() == 1


def test_a_warning_does_not_stand_in_the_way(client, editor, exercise):
    exercise.cues.create(do="Push", phase="Up")
    assert "It does not say why" in client.get(url("publish", exercise)).content.decode()
    assert client.post(url("publish", exercise), {"note": "So be it."}).status_code == 302


@pytest.mark.parametrize(("along", "is_live"), [({"along": "on"}, True), ({}, False)])
def test_unpublished_muscles_can_be_published_along(client, editor, along, is_live):
    make_muscle("front", is_published=False)
    exercise = make_exercise(is_published=False)
    client.post(url("publish", exercise), {"note": "First.", **along})
    assert Publication.objects.filter(kind="exercise").exists() == is_live
    assert Publication.objects.filter(kind="muscle").filter(slug="front").exists() == is_live


def test_what_copies_a_muscle_is_named_when_it_changes_and_brought_up_to_date(client, editor, exercise):
    muscle = Muscle.objects.get(slug="front")
    save(client, muscle, name="front of thigh")
    response = client.post(url("publish", muscle), {"note": "Renamed."})
    assert "press (exercise)" in said(response)
    action = {"action": "refresh_copies", "_selected_action": [exercise.pk]}
    response = client.post(reverse("admin:exercises_exercise_changelist"), action)
    assert "Published anew: press." in said(response)
    assert "front of thigh" in client.get("/exercises/press/").content.decode().lower()


@pytest.mark.parametrize("model", ["exercise", "muscle", "study", "musclegroup", "jointaction"])
def test_lists_can_be_searched(client, editor, exercise, model):
    address = reverse(f"admin:exercises_{model}_changelist")
    assert client.get(address, {"q": "front"}).status_code == 200


def test_the_list_of_exercises_takes_the_same_queries_for_one_and_for_many(
    client, editor, exercise, django_assert_max_num_queries
):
    address = reverse("admin:exercises_exercise_changelist")
    for number in range(20):
        make_exercise(f"press-{number}", is_published=False)
    with django_assert_max_num_queries(8):
        assert "version 1" in client.get(address).content.decode()
