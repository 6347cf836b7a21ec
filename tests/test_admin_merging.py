"""Merging in the admin: choose, look at what would change, do it, and take it apart again."""

import pytest

from exercises import publishing
from exercises.models import AuditEntry, Muscle, Study
from tests.admin_forms import asks_to_sign_in, form_of, said, url
from tests.make import make_exercise, make_finding, make_muscle, make_staff, make_study

pytestmark = pytest.mark.usefixtures("empty_site")


@pytest.fixture
def fore():
    return make_muscle("fore")


@pytest.fixture
def front():
    return make_muscle("front")


def shown(client, gone, kept):
    return client.get(url("merge", gone), {"into": kept.pk})


def do(client, gone, kept):
    """Merge as it was shown."""
    seen = shown(client, gone, kept).context["plan"].digest
    return client.post(url("merge", gone), {"into": kept.pk, "seen": seen})


def test_the_form_leads_to_the_page_where_one_chooses_the_other(client, editor, fore, front):
    assert url("merge", fore) in client.get(url("change", fore)).content.decode()
    html = client.get(url("merge", fore)).content.decode()
    assert f'<option value="{front.pk}">front</option>' in html
    assert f'value="{fore.pk}"' not in html
    assert 'method="post" action="/admin/exercises' not in html


def test_choosing_shows_in_words_what_would_change_and_writes_nothing(client, editor, fore, front):
    study = make_exercise() and make_study("smith-2020", make_finding())
    html = shown(client, front, fore).content.decode()
    assert "It will involve “fore” in the place of “front”: target, baseline 8, floor 4." in html
    assert "1 finding about “front” will be about “fore”." in html
    assert "It gets further names: front." in html
    assert "Merge front into fore" in html
    assert 'value="Merge the two"' in html
    assert f"{url('merge', fore)}?into={front.pk}" in html
    front.refresh_from_db()
    assert front.merged_into is None
    assert study.findings.get().muscles.get() == front


def test_what_stands_against_it_is_said_and_there_is_no_button(client, editor, front):
    head = make_muscle("long-head", head_of="front")
    html = shown(client, head, front).content.decode()
    assert "“long head” is a head of “front”" in html
    assert 'name="seen"' not in html
    client.post(url("merge", head), {"into": front.pk, "seen": ""})
    head.refresh_from_db()
    assert head.merged_into is None


def test_merging_leads_to_the_kept_one_and_says_what_to_publish(client, editor, fore, front):
    make_exercise()
    response = do(client, front, fore)
    assert response["Location"] == url("change", fore)
    assert "“front” is merged into “fore”" in said(response)
    assert "until they are published: fore, press. Start with “fore”." in said(response)
    front.refresh_from_db()
    assert front.merged_into == fore
    entry = AuditEntry.objects.get(what=AuditEntry.What.MERGED)
    assert (entry.by, entry.name) == (editor, "front")
    assert client.get("/muscles/front/")["Location"] == "/muscles/fore/"


def test_a_plan_that_has_changed_meanwhile_is_shown_again(client, editor, fore, front):
    seen = shown(client, fore, front).context["plan"].digest
    Muscle.objects.filter(pk=front.pk).update(everyday_name="quads")
    response = client.post(url("merge", fore), {"into": front.pk, "seen": seen})
    assert response.status_code == 200
    assert "it would no longer change what you were shown" in said(response)
    fore.refresh_from_db()
    assert fore.merged_into is None
    again = response.context["plan"].digest
    assert client.post(url("merge", fore), {"into": front.pk, "seen": again}).status_code == 302


def test_without_having_been_shown_a_plan_nothing_is_merged(client, editor, fore, front):
    response = client.post(url("merge", fore), {"into": front.pk})
    assert "Look at it again" in said(response)
    fore.refresh_from_db()
    assert fore.merged_into is None


@pytest.mark.parametrize("into", ["", "x", "0", "99999999999999999999", "-1"])
def test_what_is_not_there_cannot_be_chosen(client, editor, fore, into):
    for response in (
        client.get(url("merge", fore), {"into": into}),
        client.post(url("merge", fore), {"into": into, "seen": "x"}),
    ):
        assert response.status_code == 200
        assert response.context["plan"] is None


def test_neither_itself_nor_what_is_merged_can_be_chosen(client, editor, fore, front):
    third = make_muscle("third")
    do(client, fore, front)
    for gone, kept in ((third, fore), (third, third)):
        response = shown(client, gone, kept)
        assert "Choose another" in response.content.decode()


def test_a_merged_one_says_so_in_its_form_and_in_the_list_and_is_offered_nowhere(client, editor, fore, front):
    exercise = make_exercise()
    do(client, fore, front)
    fore.refresh_from_db()
    html = client.get(url("change", fore)).content.decode()
    assert "Merged into <a" in html
    assert "Take apart again" in html
    assert url("merge", fore) not in html
    assert "merged into front" in client.get("/admin/exercises/muscle/").content.decode()
    assert "merged into front" not in client.get("/admin/exercises/muscle/?state=live").content.decode()
    assert f'<option value="{fore.pk}"' not in client.get(url("change", exercise)).content.decode()
    findings = client.get(url("change", make_study())).content.decode()
    assert f'value="{front.pk}"' in findings
    assert f'value="{fore.pk}"' not in findings
    found = client.get(
        "/admin/autocomplete/",
        {"app_label": "exercises", "model_name": "muscle", "field_name": "head_of", "term": "f"},
    ).json()
    assert [result["text"] for result in found["results"]] == ["front"]
    assert "[[muscle:fore]]" not in client.get("/admin/markdown/links/").content.decode()
    assert "fore" not in str(client.get("/admin/").context["desk"]["drafts"])


def test_a_form_that_names_a_merged_one_is_not_saved(client, editor, fore, front):
    head = make_muscle("long-head")
    data = form_of(client, head)
    do(client, fore, front)
    assert client.post(url("change", head), {**data, "head_of": fore.pk}).status_code == 200
    head.refresh_from_db()
    assert head.head_of is None


def test_taking_apart_gives_a_draft_that_can_be_published(client, editor, fore, front):
    do(client, fore, front)
    assert client.get(url("take_apart", fore)).status_code == 405
    response = client.post(url("take_apart", fore))
    assert "stands by itself again" in said(response)
    fore.refresh_from_db()
    assert fore.merged_into is None
    publishing.publish([fore], "Back.")
    assert client.get("/muscles/fore/").status_code == 200
    assert "not merged into anything" in said(client.post(url("take_apart", fore)))


def test_the_history_of_all_that_changed_tells_of_it(client, editor, fore, front):
    exercise = make_exercise()
    do(client, front, fore)
    assert "Merged into “fore”." in client.get(url("history", front)).content.decode()
    for thing in (fore, exercise):
        html = client.get(url("history", thing)).content.decode()
        assert "“front” merged into “fore”." in html
        assert "Put the draft back to this" in html


def test_studies_are_merged_in_the_same_way(client, editor):
    make_exercise()
    gone, kept = make_study("smyth-2020", make_finding()), make_study("smith-2020")
    html = shown(client, gone, kept).content.decode()
    assert "1 finding will be its own." in html
    assert do(client, gone, kept).status_code == 302
    assert Study.objects.get(pk=kept.pk).findings.count() == 1
    assert "merged into Smith 2020" in client.get("/admin/exercises/study/").content.decode()
    assert client.get(url("change", gone)).status_code == 200


# Who may


@pytest.mark.parametrize("role", ["", "author", "editor", "administrator"])
def test_editors_merge_and_nobody_else(client, role, fore, front):
    client.force_login(make_staff(role))
    may = role in ("editor", "administrator")
    assert client.get(url("merge", fore)).status_code == (200 if may else 403)
    response = client.post(url("merge", fore), {"into": front.pk, "seen": "x"})
    assert response.status_code == (200 if may else 403)
    response = client.post(url("take_apart", fore))
    assert response.status_code == (302 if may else 403)
    if role == "author":
        assert url("merge", fore) not in client.get(url("change", fore)).content.decode()


def test_one_who_may_not_change_exercises_may_not_merge(client, fore):
    user = make_staff("editor")
    user.groups.get().permissions.filter(codename="change_exercise").delete()
    client.force_login(user)
    assert client.get(url("merge", fore)).status_code == 403


def test_whoever_is_not_signed_in_is_asked_to(client, fore, front):
    assert asks_to_sign_in(client.get(url("merge", fore)))
    assert asks_to_sign_in(client.post(url("merge", fore), {"into": front.pk, "seen": "x"}))
    assert asks_to_sign_in(client.post(url("take_apart", fore)))


@pytest.mark.parametrize("page", ["merge", "take-apart"])
def test_what_is_not_there_is_not_found(client, editor, page):
    assert client.post(f"/admin/exercises/muscle/9999/{page}/").status_code == 404


def test_exercises_are_not_merged(client, editor):
    exercise = make_exercise()
    assert "merge/" not in client.get(url("change", exercise)).content.decode()
