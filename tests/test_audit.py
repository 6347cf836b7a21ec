"""The audit log: what gets into it, who may read it, and that nobody can change it."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from exercises import editing, publishing
from exercises.models import AuditEntry, Exercise, Muscle, Revision
from tests.admin_forms import url
from tests.make import make_exercise, make_muscle, make_staff
from tests.test_roles import account, save_account

pytestmark = pytest.mark.usefixtures("empty_site")

What = AuditEntry.What
LOG = "/admin/exercises/auditentry/"
EXPORT = "/admin/exercises/auditentry/export/"
TOMORROW = {"live_from_0": (timezone.localdate() + timedelta(days=1)).isoformat(), "live_from_1": "12:00"}


@pytest.fixture
def exercise():
    return make_exercise()


def entries():
    """What was noted, but for sign-ins, the oldest first."""
    noted = AuditEntry.objects.exclude(what__in=[What.SIGN_IN, What.FAILED_SIGN_IN]).order_by("pk")
    return [(entry.what, entry.kind, entry.name, entry.note, entry.by_name) for entry in noted]


def rows(response):
    return list(csv.reader(io.StringIO(response.getvalue().decode())))


# What is noted


def test_publishing_is_noted_with_what_was_taken_along(client, editor):
    make_muscle("front", is_published=False)
    exercise = make_exercise(is_published=False)
    client.post(url("publish", exercise), {"note": "New.", "along": "on"})
    assert entries() == [
        ("published", "muscle", "front", "New.", "editor"),
        ("published", "exercise", "press", "New.", "editor"),
    ]
    entry = AuditEntry.objects.get(kind="exercise")
    assert (entry.thing_pk, entry.by) == (exercise.pk, editor)


def test_a_refused_publication_is_not_noted(client, editor, exercise):
    exercise.sections.all().delete()
    client.post(url("publish", exercise), {"note": "New."})
    client.post(url("publish", exercise), {"note": ""})
    assert entries() == []


def test_scheduling_and_cancelling_are_noted(client, editor, exercise):
    client.post(url("publish", exercise), {"note": "Later.", **TOMORROW})
    address = reverse("admin:exercises_exercise_cancel", args=[exercise.pk, 2])
    client.post(address)
    client.post(address)  # it is cancelled already
    assert entries() == [
        ("scheduled", "exercise", "press", "Later.", "editor"),
        ("cancelled", "exercise", "press", "Version 2.", "editor"),
    ]


@pytest.mark.parametrize(
    ("choice", "cancelled"),
    [
        ("keep", []),
        ("cancel", ["Version 2."]),
        ("renew", ["Version 2. It was made anew from the draft."]),
    ],
)
def test_what_publishing_cancels_is_noted(client, editor, exercise, choice, cancelled):
    publishing.publish([exercise], "Later.", live_from=timezone.now() + timedelta(days=1))
    client.post(url("publish", exercise), {"note": "Now.", "scheduled": choice})
    assert [(what, note) for what, _, _, note, _ in entries()] == [
        ("published", "Now."),
        *(("cancelled", words) for words in cancelled),
    ]


def test_withdrawing_is_noted_with_what_it_cancels(client, editor, exercise):
    publishing.publish([exercise], "Later.", live_from=timezone.now() + timedelta(days=1))
    client.post(url("withdraw", exercise), {"reason": "Wrong."})
    client.post(url("withdraw", exercise), {"reason": "Once more."})  # it is withdrawn already
    assert entries() == [
        ("withdrawn", "exercise", "press", "Wrong.", "editor"),
        ("cancelled", "exercise", "press", "Version 2.", "editor"),
    ]


def test_bringing_up_to_date_is_noted(client, editor, exercise):
    Muscle.objects.filter(slug="front").update(name="front of thigh")
    publishing.publish([Muscle.objects.get(slug="front")], "Renamed.")
    action = {"action": "refresh_copies", "_selected_action": [exercise.pk]}
    client.post(reverse("admin:exercises_exercise_changelist"), action)
    note = "Muscles, studies and terms brought up to date."
    assert entries() == [("published", "exercise", "press", note, "editor")]


def test_asking_for_a_review_is_noted(client, exercise):
    client.force_login(make_staff("author"))
    client.post(url("review", exercise), {"words": "The answer?"})
    assert entries() == [("review", "exercise", "press", "The answer?", "author")]


def test_putting_back_and_recovering_are_noted(editor, exercise):
    editing.keep(exercise, "First.", editor)
    draft = Revision.objects.get().content
    editing.restore(exercise, draft, "Back to the first.", editor)
    exercise.delete()
    assert AuditEntry.objects.filter(kind="exercise").exists()
    recovered = editing.recover(Revision.objects.first(), editor)
    assert entries() == [
        ("restored", "exercise", "press", "Back to the first.", "editor"),
        ("recovered", "exercise", "press", "", "editor"),
    ]
    assert AuditEntry.objects.first().thing_pk == recovered.pk == Exercise.objects.get().pk


def test_deleting_a_draft_and_sharing_it_are_noted(client, editor):
    exercise = make_exercise(is_published=False)
    client.post(url("link", exercise))
    client.post(url("delete", exercise), {"post": "yes"})
    assert [entry[0] for entry in entries()] == ["shared", "deleted"]
    assert entries()[1] == ("deleted", "exercise", "press", "", "editor")


def test_what_becomes_of_accounts_is_noted(client):
    client.force_login(make_staff("administrator"))
    password = "a-long-passphrase-7"
    passwords = {"usable_password": "true", "password1": password, "password2": password}
    client.post(reverse("admin:auth_user_add"), {"username": "ana", "role": "author", **passwords})
    ana = User.objects.get(username="ana")
    save_account(client, ana, role="editor")
    save_account(client, ana, first_name="Ana")
    save_account(client, ana, is_active="")
    client.post(account("password_change", ana), {**passwords, "set-password": "1"})
    client.post(account("delete", ana), {"post": "yes"})
    ben = User.objects.create_user("ben")
    selected = {"action": "delete_selected", "_selected_action": [ben.pk], "post": "yes"}
    client.post(reverse("admin:auth_user_changelist"), selected)
    assert entries() == [
        ("account", "account", name, note, "administrator")
        for name, note in [
            ("ana", "Account made. Role: none, now author."),
            ("ana", "Role: author, now editor."),
            ("ana", "Made inactive."),
            ("ana", "Password set."),
            ("ana", "Deleted."),
            ("ben", "Deleted."),
        ]
    ]
    assert password not in str(list(AuditEntry.objects.values()))


def test_making_a_superuser_is_noted(client, editor):
    ana = make_staff("author")
    save_account(client, ana, is_superuser="on")
    save_account(client, ana, is_superuser="")
    assert [note for _, _, _, note, _ in entries()] == ["Made a superuser.", "No longer a superuser."]


def sign_in(client, username, password):
    return client.post("/admin/login/", {"username": username, "password": password})


def test_signing_in_is_noted(client):
    ana = make_staff("author")
    assert sign_in(client, "author", "password").status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.what, entry.by, entry.by_name, entry.name, entry.note) == (
        "sign-in", ana, "author", "", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "noted"),
    [("author", "author"), ("nobody-of-ours", "nobody-of-ours"), ("=cmd", "=cmd"), ("Ä" * 200, "Ä" * 150)],
)
def test_a_failed_sign_in_is_noted_with_the_name_as_typed_and_no_password(client, typed, noted):
    make_staff("author")
    response = client.post(
        "/admin/login/", {"username": typed, "password": "secret-guess"}, REMOTE_ADDR="203.0.113.7"
    )
    assert response.status_code == 200
    entry = AuditEntry.objects.get()
    assert (entry.what, entry.by, entry.by_name) == ("failed-sign-in", None, noted)
    row = str(AuditEntry.objects.values())
    assert "secret-guess" not in row
    assert "203.0.113.7" not in row


@pytest.mark.parametrize("name", ["a\0b", None, 7, ["list"]])
def test_a_strange_name_is_no_error(name):
    editing.note_failed_sign_in(None, {"username": name})
    assert "\0" not in AuditEntry.objects.get().by_name


def test_an_entry_outlives_the_account_and_the_thing(client, exercise):
    author = make_staff("author")
    editing.ask_for_review(exercise, "Look.", author)
    author.delete()
    exercise.delete()
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.by_name, entry.name) == (None, "author", "press")


# Who may read it


@pytest.mark.parametrize("address", [LOG, EXPORT])
@pytest.mark.parametrize(
    ("role", "status"), [("", 403), ("author", 403), ("editor", 200), ("administrator", 200)]
)
def test_editors_and_administrators_read_it(client, role, status, address):
    client.force_login(make_staff(role))
    assert client.get(address).status_code == status
    assert ("Audit log" in client.get("/admin/").content.decode()) == (status == 200)


@pytest.mark.parametrize("address", [LOG, EXPORT])
def test_it_is_closed_to_who_is_not_signed_in(client, address):
    assert client.get(address)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("page", ["add/", "{pk}/change/", "{pk}/delete/"])
def test_nobody_changes_it_superusers_neither(client, editor, page):
    entry = editing.note(What.WITHDRAWN, editor, words="As it was.")
    before = AuditEntry.objects.count()
    assert (
        client.post(f"{LOG}{page.format(pk=entry.pk)}", {"note": "Mine.", "post": "yes"}).status_code == 403
    )
    client.post(LOG, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    entry.refresh_from_db()
    assert entry.note == "As it was."
    assert AuditEntry.objects.count() == before
    assert "delete_selected" not in client.get(LOG).content.decode()


def test_the_export_is_only_to_be_read(client, editor):
    assert client.post(EXPORT).status_code == 405


# Reading it


@pytest.fixture
def log(client, exercise):
    """A small log, and an editor who reads it."""
    ana = User.objects.create_user("ana")
    reader = make_staff("editor")
    client.force_login(reader)
    AuditEntry.objects.all().delete()
    old = editing.note(What.PUBLISHED, ana, exercise, "Long ago.")
    AuditEntry.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=400))
    editing.note(What.WITHDRAWN, reader, Muscle.objects.get(slug="front"), "A slip.")
    editing.note(What.FAILED_SIGN_IN, by_name="mallory")
    return {"ana": ana, "reader": reader}


ALL = ["mallory", "A slip.", "Long ago."]


def found(html):
    return [words for words in ALL if words in html]


def test_the_newest_stands_first(client, log):
    html = client.get(LOG).content.decode()
    assert html.index("mallory") < html.index("A slip.") < html.index("Long ago.")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ALL),
        ({"what__exact": "withdrawn"}, ["A slip."]),
        ({"kind__exact": "exercise"}, ["Long ago."]),
        ({"by__id__exact": "ana"}, ["Long ago."]),
        ({"at__year": str((timezone.now() - timedelta(days=400)).year)}, ["Long ago."]),
        ({"q": "mallory"}, ["mallory"]),
        ({"q": "press"}, ["Long ago."]),
        ({"q": "slip", "kind__exact": "muscle"}, ["A slip."]),
        ({"q": "nothing of the kind"}, []),
    ],
)
def test_the_list_and_its_export_are_filtered_and_searched_alike(client, log, query, expected):
    if "by__id__exact" in query:
        query = {"by__id__exact": log[query["by__id__exact"]].pk}
    listed = client.get(LOG, query)
    table = "".join(str(cell) for row in listed.context["results"] for cell in row) if expected else ""
    assert found(table) == expected
    exported = client.get(EXPORT, query)
    assert [next(words for words in ALL if words in row) for row in rows(exported)[1:]] == expected
    assert f'href="{EXPORT}' in listed.content.decode()


def test_the_list_leads_to_its_export_with_the_same_filter(client, log):
    html = client.get(LOG, {"what__exact": "withdrawn", "q": "a b"}).content.decode()
    assert f'href="{EXPORT}?what__exact=withdrawn&amp;q=a+b"' in html


@pytest.mark.parametrize("address", [LOG, EXPORT])
@pytest.mark.parametrize("query", [{"at__gte": "never"}, {"nothing": "1"}, {"by__password__startswith": "p"}])
def test_a_filter_that_does_not_exist_gives_no_error_and_no_secret(client, log, address, query):
    assert client.get(address, query).status_code in (302, 400)


def test_the_export_is_a_csv_file_that_streams(client, log):
    response = client.get(EXPORT)
    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="audit-log-')
    head, *lines = rows(response)
    assert head == ["When", "Who", "What", "Kind", "Thing", "Note"]
    assert lines[0][1:] == ["mallory", "failed to sign in", "", "", ""]
    assert lines[1][1:] == ["editor", "withdrew", "muscle", "front", "A slip."]


@pytest.mark.parametrize(
    "cell",
    ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\nx", "\N{NO-BREAK SPACE}=1"],
)
def test_no_cell_of_the_export_is_a_formula(client, editor, cell):
    AuditEntry.objects.all().delete()
    editing.note(What.FAILED_SIGN_IN, by_name=cell, words=cell)
    line = rows(client.get(EXPORT))[1]
    assert line[1] == f"'{cell}"
    assert line[5] == f"'{cell}"


def test_other_cells_are_left_as_they_are(client, editor, exercise):
    AuditEntry.objects.all().delete()
    words = 'Said "no", a-b = c;\nand more'
    editing.note(What.REVIEW, editor, exercise, words)
    assert rows(client.get(EXPORT))[1][1:] == ["editor", "asked for review", "exercise", "press", words]


def test_markup_in_an_entry_is_text(client, editor):
    editing.note(What.FAILED_SIGN_IN, by_name="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(LOG).content.decode()


def test_ten_thousand_entries_take_as_many_queries_as_ten(client, log, django_assert_max_num_queries):
    def count(address, limit):
        with django_assert_max_num_queries(limit) as queries:
            response = client.get(address, {"q": ""})
            size = len(rows(response)) if response.streaming else len(response.context["results"])
        return len(queries), size

    before = count(LOG, 12), count(EXPORT, 12)
    kept = [
        AuditEntry(
            what=What.PUBLISHED, kind="exercise", thing_pk=n, name=f"press {n}", by=log["ana"], by_name="ana"
        )
        for n in range(10_000)
    ]
    AuditEntry.objects.bulk_create(kept)
    after = count(LOG, 12), count(EXPORT, 12)
    assert [queries for queries, _ in after] == [queries for queries, _ in before]
    assert [size for _, size in after] == [100, 10_004]
