"""What each role may do and what it may not."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from exercises import editing, publishing, roles
from exercises.models import Exercise, JointAction, Muscle, Publication
from exercises.views.machines import permission_denied
from tests.admin_forms import asks_to_sign_in, complaints, said, save, url
from tests.make import make_editor, make_exercise, make_muscle, make_staff, make_study

pytestmark = pytest.mark.usefixtures("empty_site")

ROLES = ["", "author", "editor", "administrator"]
AUTHORS = {"author", "editor", "administrator"}
EDITORS = {"editor", "administrator"}


def sign_in(client, role, **fields):
    user = make_staff(role, **fields)
    client.force_login(user)
    return user


@pytest.fixture
def exercise():
    return make_exercise()


def schedule(thing):
    """A version of the thing that is to be live tomorrow."""
    return publishing.publish([thing], "Later.", live_from=timezone.now() + timedelta(days=1))[-1]


def list_of(model):
    return reverse(f"admin:exercises_{model}_changelist")


# Drafts

CHANGES = {
    "open": lambda client, thing: client.get(url("change", thing)),
    "save": lambda client, thing: client.post(url("change", thing), {}),
    "preview": lambda client, thing: client.get(url("preview", thing)),
    "check": lambda client, thing: client.get(url("publish", thing)),
    "ask": lambda client, thing: client.post(url("review", thing), {"words": "The answer."}),
}


@pytest.mark.parametrize("action", CHANGES)
@pytest.mark.parametrize("role", ROLES)
def test_whoever_has_a_role_works_on_drafts_and_nobody_else(client, role, action, exercise):
    sign_in(client, role)
    status = CHANGES[action](client, exercise).status_code
    assert status == (403 if role not in AUTHORS else 302 if action == "ask" else 200)


@pytest.mark.parametrize(
    "model", ["exercise", "muscle", "study", "musclegroup", "jointaction", "stanceaxis", "stanceoption"]
)
@pytest.mark.parametrize("role", ROLES)
def test_the_lists_of_drafts_are_open_to_every_role(client, role, model):
    sign_in(client, role)
    assert (client.get(list_of(model)).status_code == 200) == (role in AUTHORS)


@pytest.mark.parametrize("model", ["exercise", "muscle", "study", "musclegroup", "jointaction"])
def test_an_author_can_begin_something_new(client, model):
    sign_in(client, "author")
    assert client.get(reverse(f"admin:exercises_{model}_add")).status_code == 200


def test_an_author_changes_and_removes_the_parts_of_a_draft(client, exercise):
    sign_in(client, "author")
    assert save(client, exercise, **{"sections-0-DELETE": "on"}).status_code == 302
    assert not exercise.sections.exists()
    option = exercise.axes.get().options.get(slug="high")
    assert save(client, option, **{"effects-0-DELETE": "on"}).status_code == 302
    assert option.effects.count() == 1


# What readers see

DECISIONS = {
    "publish": lambda client, thing: client.post(
        url("publish", thing), {"note": "New.", "scheduled": "keep"}
    ),
    "open withdrawing": lambda client, thing: client.get(url("withdraw", thing)),
    "withdraw": lambda client, thing: client.post(url("withdraw", thing), {"reason": "Wrong."}),
    "cancel": lambda client, thing: client.post(
        reverse(f"admin:exercises_{thing._meta.model_name}_cancel", args=[thing.pk, 2])
    ),
}


@pytest.mark.parametrize("action", DECISIONS)
@pytest.mark.parametrize("role", ROLES)
def test_only_editors_decide_what_readers_see(client, role, action, exercise):
    schedule(exercise)
    before = list(Publication.objects.values())
    sign_in(client, role)
    status = DECISIONS[action](client, exercise).status_code
    assert status == (403 if role not in EDITORS else 200 if action == "open withdrawing" else 302)
    if role not in EDITORS:
        assert list(Publication.objects.values()) == before


@pytest.mark.parametrize("role", ["author", "editor"])
@pytest.mark.parametrize("make", [lambda: make_muscle("front"), make_study])
def test_muscles_and_studies_have_the_same_roles(client, make, role):
    thing = make()
    sign_in(client, role)
    assert client.get(url("preview", thing)).status_code == 200
    assert CHANGES["ask"](client, thing).status_code == 302
    assert DECISIONS["publish"](client, thing).status_code == (302 if role == "editor" else 403)
    assert DECISIONS["withdraw"](client, thing).status_code == (302 if role == "editor" else 403)


@pytest.mark.parametrize("action", DECISIONS)
def test_nobody_decides_who_is_not_signed_in(client, action, exercise):
    schedule(exercise)
    assert asks_to_sign_in(DECISIONS[action](client, exercise))
    assert Publication.objects.filter(kind="exercise").get(number=2).cancelled_at is None
    assert exercise.publications.count() == 2


@pytest.mark.parametrize("role", ROLES)
def test_only_editors_bring_copies_up_to_date(client, role, exercise):
    Muscle.objects.filter(slug="front").update(name="front of thigh")
    publishing.publish([Muscle.objects.get(slug="front")], "Renamed.")
    sign_in(client, role)
    client.post(list_of("exercise"), {"action": "refresh_copies", "_selected_action": [exercise.pk]})
    assert exercise.publications.count() == (2 if role in EDITORS else 1)


def test_what_is_taken_along_needs_the_permission_too(client):
    make_muscle("front", is_published=False)
    exercise = make_exercise(is_published=False)
    user = sign_in(client, "author")
    user.user_permissions.add(Permission.objects.get(codename="publish_exercise"))
    response = client.post(url("publish", exercise), {"note": "New.", "along": "on"})
    assert response.status_code == 403
    assert not Publication.objects.filter(kind="muscle").filter(slug="front").exists()


def test_an_author_is_offered_the_check_and_a_review_and_nothing_that_would_be_refused(client, exercise):
    schedule(exercise)
    exercise.sections.update(body="")
    sign_in(client, "author")
    form = client.get(url("change", exercise)).content.decode()
    assert "Check, ask for review" in form
    assert "Check and publish" not in form
    assert "Cancel it" not in form
    assert ">Withdraw<" not in form
    check = client.get(url("publish", exercise)).content.decode()
    assert "It has no text. Write some, or delete the section." in check
    assert 'value="Ask for review"' in check
    assert 'value="Publish"' not in check
    assert "Check, ask for review" in client.get(url("preview", exercise)).content.decode()
    actions = client.get(list_of("exercise")).content.decode()
    assert "Bring what they copy" not in actions


def test_an_editor_is_offered_all_of_it(client, exercise):
    schedule(exercise)
    sign_in(client, "editor")
    form = client.get(url("change", exercise)).content.decode()
    for offer in ("Check and publish", "Cancel it", ">Withdraw<"):
        assert offer in form
    check = client.get(url("publish", exercise)).content.decode()
    assert 'value="Publish"' in check
    assert 'value="Ask for review"' not in check
    assert "Check and publish" in client.get(url("preview", exercise)).content.decode()
    assert "Bring what they copy" in client.get(list_of("exercise")).content.decode()


# Deleting


@pytest.mark.parametrize("role", ROLES)
def test_only_editors_delete_drafts(client, role):
    exercise = make_exercise(is_published=False)
    sign_in(client, role)
    status = client.post(url("delete", exercise), {"post": "yes"}).status_code
    assert status == (302 if role in EDITORS else 403)
    assert Exercise.objects.exists() == (role not in EDITORS)


@pytest.mark.parametrize("role", ["author", "editor", "administrator"])
def test_what_was_published_is_deleted_by_no_role(client, role, exercise):
    publishing.withdraw(exercise, "Wrong.")
    sign_in(client, role)
    response = client.post(url("delete", exercise), {"post": "yes"}, follow=True)
    assert "has been published, so it stays: withdraw it instead" in response.content.decode()
    data = {"action": "delete_selected", "_selected_action": [exercise.pk], "post": "yes"}
    client.post(list_of("exercise"), data)
    assert Exercise.objects.get() == exercise


def test_an_editor_deletes_a_draft_with_its_axes(client):
    exercise = make_exercise(is_published=False)
    sign_in(client, "editor")
    assert client.post(url("delete", exercise), {"post": "yes"}).status_code == 302
    assert not Exercise.objects.exists()


@pytest.mark.parametrize("role", ROLES)
def test_only_editors_delete_what_muscles_share(client, role):
    action = JointAction.objects.create(slug="twist", name="twist")
    sign_in(client, role)
    client.post(url("delete", action), {"post": "yes"})
    assert JointAction.objects.exists() == (role not in EDITORS)


# Asking for a review


def test_a_review_that_is_asked_for_stands_in_the_list_and_on_the_form_until_it_is_published(
    client, exercise
):
    author = sign_in(client, "author", first_name="Ana", last_name="Lima")
    assert client.post(url("review", exercise), {"words": "Is the answer right?"}).status_code == 302
    exercise.refresh_from_db()
    assert exercise.review_asked_by == author
    sign_in(client, "editor")
    assert "live, version 1; review asked for" in client.get(list_of("exercise")).content.decode()
    assert ">press</a>" in client.get(list_of("exercise"), {"state": "asked"}).content.decode()
    for page in ("change", "publish"):
        html = client.get(url(page, exercise)).content.decode()
        assert "by Ana Lima" in html
        assert "Is the answer right?" in html
    client.post(url("publish", exercise), {"note": "New."})
    exercise.refresh_from_db()
    assert (exercise.review_asked_at, exercise.review_asked_by, exercise.review_note) == (None, None, "")
    assert "; review asked for" not in client.get(list_of("exercise")).content.decode()
    assert ">press</a>" not in client.get(list_of("exercise"), {"state": "asked"}).content.decode()


def test_saving_and_bringing_up_to_date_leave_the_review_asked_for(client, exercise):
    author = sign_in(client, "author")
    editing.ask_for_review(exercise, "Look.", author)
    save(client, exercise, answer="Better words.")
    publishing.refresh(publishing.live_publication(exercise), "Anew.")
    exercise.refresh_from_db()
    assert exercise.review_note == "Look."


def test_a_review_can_be_asked_for_without_a_word_and_though_there_is_something_to_mend(client, exercise):
    exercise.sections.all().delete()
    sign_in(client, "author")
    assert "A review is asked for" in said(client.post(url("review", exercise)))


def test_a_note_that_is_too_long_stays_in_the_form(client, exercise):
    sign_in(client, "author")
    response = client.post(url("review", exercise), {"words": "x" * 1001})
    assert response.status_code == 200
    assert "at most 1000 characters" in response.content.decode()
    assert "x" * 1001 in response.content.decode()
    exercise.refresh_from_db()
    assert exercise.review_asked_at is None


def test_asking_for_a_review_and_cancelling_are_no_links(client, editor, exercise):
    assert client.get(url("review", exercise)).status_code == 405
    address = reverse("admin:exercises_exercise_cancel", args=[exercise.pk, 1])
    assert client.get(address).status_code == 405


def test_a_review_that_is_asked_for_stands_on_the_front_page_of_the_desk(client, exercise):
    sign_in(client, "author")
    client.post(url("review", exercise), {"words": "Is the answer right?"})
    sign_in(client, "editor")
    page = client.get(reverse("admin:index")).content.decode()
    assert url("publish", exercise) in page
    assert "Is the answer right?" in page


def test_a_review_is_not_asked_for_by_somebody_who_is_not_signed_in(client, exercise):
    assert asks_to_sign_in(client.post(url("review", exercise), {"words": "Look."}))
    exercise.refresh_from_db()
    assert exercise.review_asked_at is None


# Accounts

USERS = "admin:auth_user_changelist"


def account(page, user):
    return reverse(f"admin:auth_user_{page}", args=[user.pk])


def save_account(client, user, **changes):
    data = form_of_account(client, user)
    return client.post(account("change", user), {**data, **changes})


def form_of_account(client, user):
    form = client.get(account("change", user)).context["adminform"].form
    data = {field.html_name: field.value() for field in form if field.name in form.fields}
    data = {key: value for key, value in data.items() if value not in (None, False)}
    data.pop("password", None)
    return data


ON_ACCOUNTS = {
    "list": lambda client, user: client.get(reverse(USERS)),
    "open": lambda client, user: client.get(account("change", user)),
    "add": lambda client, user: client.get(reverse("admin:auth_user_add")),
    "set a password": lambda client, user: client.get(account("password_change", user)),
    "delete": lambda client, user: client.get(account("delete", user)),
}


@pytest.mark.parametrize("action", ON_ACCOUNTS)
@pytest.mark.parametrize("role", ROLES)
def test_only_administrators_manage_accounts(client, role, action):
    other = User.objects.create_user("ana")
    sign_in(client, role)
    status = ON_ACCOUNTS[action](client, other).status_code
    assert status == (200 if role == "administrator" else 403)


@pytest.mark.parametrize("action", ON_ACCOUNTS)
def test_accounts_are_hidden_from_who_is_not_signed_in(client, action):
    response = ON_ACCOUNTS[action](client, User.objects.create_user("ana"))
    assert response["Location"].startswith("/admin/login/")


def test_an_administrator_makes_an_account_with_a_role(client):
    sign_in(client, "administrator")
    page = client.get(reverse("admin:auth_user_add")).content.decode()
    assert "Author: Writes drafts, previews them, and asks for a review." in page
    password = "a-long-passphrase-7"
    data = {
        "username": "ana",
        "usable_password": "true",
        "password1": password,
        "password2": password,
        "role": "author",
    }
    assert client.post(reverse("admin:auth_user_add"), data).status_code == 302
    ana = User.objects.get(username="ana")
    assert roles.role_of(ana) == "author"
    assert (ana.is_staff, ana.is_superuser) == (True, False)
    assert client.login(username="ana", password=password)
    assert client.get(list_of("exercise")).status_code == 200


@pytest.mark.parametrize("before", ROLES)
@pytest.mark.parametrize("after", ROLES)
def test_an_administrator_changes_a_role(client, before, after):
    user = make_staff(before)
    client.force_login(User.objects.create_superuser("root"))
    assert save_account(client, user, role=after).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert [group.name for group in user.groups.all()] == ([after] if after else [])
    if before != after:
        assert user.is_staff == bool(after)


def test_the_form_of_an_account_offers_roles_and_no_permissions(client):
    ana = make_staff("author")
    sign_in(client, "administrator")
    html = client.get(account("change", ana)).content.decode()
    assert "Editor: Does what an author does" in html
    for raw in ("user_permissions", 'name="groups"', "is_superuser", "exercises | exercise"):
        assert raw not in html
    assert reverse(USERS) + "groups" not in html
    client.force_login(make_editor())
    assert 'name="is_superuser"' in client.get(account("change", ana)).content.decode()


def test_what_an_account_was_given_besides_a_role_is_told_and_goes_with_another_role(client):
    ana = make_staff("author")
    ana.user_permissions.add(Permission.objects.get(codename="publish_study"))
    ana.groups.add(Group.objects.create(name="guests"))
    sign_in(client, "administrator")
    html = client.get(account("change", ana)).content.decode()
    assert "guests, Can publish studies and withdraw them. Choosing another role takes this away." in html
    save_account(client, ana, first_name="Ana")
    assert ana.groups.count() == 2
    assert ana.user_permissions.count() == 1
    save_account(client, ana, role="editor")
    assert [group.name for group in ana.groups.all()] == ["editor"]
    assert not ana.user_permissions.exists()


def test_an_administrator_cannot_make_superusers(client):
    ana = make_staff("author")
    me = sign_in(client, "administrator")
    for user in (ana, me):
        save_account(client, user, is_superuser="on", is_staff="on", user_permissions=["1"], groups=["1"])
        user.refresh_from_db()
        assert not user.is_superuser
        assert not user.user_permissions.exists()
    assert roles.role_of(ana) == "author"


def test_a_superuser_makes_a_superuser(client, editor):
    ana = make_staff("author")
    save_account(client, ana, is_superuser="on")
    ana.refresh_from_db()
    assert ana.is_superuser


@pytest.mark.parametrize("is_active", [True, False])
def test_an_administrator_cannot_change_or_delete_a_superuser_nor_set_the_password(client, is_active):
    root = User.objects.create_superuser("root", password="first", is_active=is_active)
    sign_in(client, "administrator")
    assert client.get(account("change", root)).status_code == 200
    assert client.post(account("change", root), {"username": "mine", "role": ""}).status_code == 403
    data = {"password1": "a-long-passphrase-7", "password2": "a-long-passphrase-7"}
    data |= {"usable_password": "true", "set-password": "1"}
    assert client.post(account("password_change", root), data).status_code == 403
    assert client.post(account("delete", root), {"post": "yes"}).status_code == 403
    client.post(reverse(USERS), {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"})
    root.refresh_from_db()
    assert root.username == "root"
    assert root.check_password("first")


@pytest.fixture
def registrar(client):
    """Somebody who manages accounts, and is an author, but no editor."""
    user = sign_in(client, "author")
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="auth", codename__endswith="_user")
    )
    return user


def test_nobody_gives_rights_that_they_lack(client, registrar):
    ana = make_staff("")
    assert "Editor: " not in client.get(account("change", ana)).content.decode()
    html = complaints(save_account(client, ana, role="editor"))
    assert "You can only give rights that you have yourself." in html
    assert not ana.groups.exists()
    assert save_account(client, ana, role="author").status_code == 302
    assert roles.role_of(User.objects.get(pk=ana.pk)) == "author"


@pytest.mark.parametrize("is_active", [True, False])
def test_nobody_changes_an_account_with_rights_that_they_lack(client, registrar, is_active):
    ana = make_staff("editor", is_active=is_active)
    assert client.post(account("change", ana), {"username": "mine"}).status_code == 403
    assert client.get(account("password_change", ana)).status_code == 403
    assert client.post(account("delete", ana), {"post": "yes"}).status_code == 403
    assert User.objects.get(pk=ana.pk).username == "editor"


def test_the_list_of_users_shows_and_filters_by_role_in_the_same_queries_for_one_and_for_many(
    client, django_assert_max_num_queries
):
    sign_in(client, "administrator")
    with django_assert_max_num_queries(9):
        client.get(reverse(USERS))
    for number in range(20):
        user = User.objects.create_user(f"user-{number}")
        user.groups.set(Group.objects.filter(name="author"))
    User.objects.create_superuser("root")
    with django_assert_max_num_queries(9):
        html = client.get(reverse(USERS)).content.decode()
    assert html.count('<td class="field-role">author</td>') == 20
    assert '<td class="field-role">superuser</td>' in html
    html = client.get(reverse(USERS), {"role": "administrator"}).content.decode()
    assert "1 user" in html


def test_groups_are_no_page_of_the_admin(client, editor):
    assert client.get("/admin/auth/group/").status_code == 404


# Refusals


def test_a_refusal_names_to_staff_those_who_can_do_it(client, exercise):
    make_staff("editor", first_name="Ana", last_name="Lima")
    make_staff("administrator", first_name="Ben", last_name="Mori")
    gone = User.objects.create_user("gone", is_staff=True, is_active=False)
    gone.groups.set(Group.objects.filter(name="editor"))
    sign_in(client, "author")
    response = client.get(url("withdraw", exercise))
    html = response.content.decode()
    assert "What readers see is decided by Ana Lima and Ben Mori." in html
    assert "Accounts and what they may do are in the hands of Ben Mori." in html
    assert "gone" not in html
    assert "no-store" in response["Cache-Control"]


def test_a_refusal_speaks_of_an_editor_if_there_is_none(client, exercise):
    sign_in(client, "author")
    html = client.get(url("withdraw", exercise)).content.decode()
    assert "decided by an editor." in html
    assert "in the hands of an administrator." in html


@pytest.mark.parametrize("fields", [None, {"is_staff": False}, {"is_staff": True, "is_active": False}])
def test_a_refusal_names_nobody_to_the_public(fields):
    make_staff("editor", first_name="Ana", last_name="Lima")
    request = RequestFactory().get("/")
    if fields is not None:
        request.user = User.objects.create_user("reader", **fields)
    html = permission_denied(request, PermissionDenied()).content.decode()
    assert "This is not open to you" in html
    assert "Ana" not in html


def test_a_refusal_names_a_bounded_number_of_people(client, exercise, django_assert_max_num_queries):
    for number in range(roles.MOST_PEOPLE + 5):
        user = User.objects.create_user(f"editor-{number:02}", is_staff=True)
        user.groups.set(Group.objects.filter(name="editor"))
    with django_assert_max_num_queries(2):
        assert len(roles.people()["editors"]) == roles.MOST_PEOPLE


# Setting the roles up

ROLES_NOW = """
import json
from django.contrib.auth.models import Group
print(json.dumps({g.name: sorted(p.codename for p in g.permissions.all()) for g in Group.objects.all()}))
"""


def manage(data, *arguments):
    """In a database of its own."""
    clean = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, env={**clean, "DATA_DIR": str(data)}, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("steps", [["exercises", "0004"], []], ids=["a database as it was", "a new one"])
def test_every_database_gets_the_roles(tmp_path, steps):
    if steps:
        manage(tmp_path, "migrate", *steps)
    manage(tmp_path, "migrate")
    groups = json.loads(manage(tmp_path, "shell", "-v", "0", "-c", ROLES_NOW))
    here = {
        group.name: sorted(permission.codename for permission in group.permissions.all())
        for group in Group.objects.all()
    }
    assert groups == here
    assert {"add_exercise", "change_stanceeffect", "delete_section"} <= set(groups["author"])
    assert not any(codename.startswith("publish_") for codename in groups["author"])
    assert {"publish_exercise", "publish_muscle", "publish_study"} <= set(groups["editor"])
    assert set(groups["administrator"]) - set(groups["editor"]) == {
        f"{do}_user" for do in ("add", "change", "delete", "view")
    }
