"""What the desk does around a form: saves that are kept, second editors, previews, links, schedules."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exercises import editing, publishing
from exercises.admin.previews import DRAFTS
from exercises.document import Involvement
from exercises.document import StanceAxis as StanceAxisValue
from exercises.models import (
    Exercise,
    Muscle,
    PreviewLink,
    Publication,
    Revision,
    Section,
    StanceAxis,
    StanceOption,
    Study,
)
from tests.admin_forms import form_of, said, save, url
from tests.make import (
    make_editor,
    make_effect,
    make_exercise,
    make_finding,
    make_muscle,
    make_option,
    make_study,
)

pytestmark = pytest.mark.usefixtures("empty_site")


@pytest.fixture
def exercise():
    return make_exercise()


def opened(client, thing):
    """The form as somebody opened it, with its fingerprint."""
    data = form_of(client, thing)
    data["_seen"] = client.get(url("change", thing)).context["seen"]
    return data


# Every save is kept


def test_a_save_is_kept_with_what_was_there_before(client, editor, exercise):
    save(client, exercise, answer="Rewritten.")
    now, before = editing.revisions_of(exercise)
    assert (now.content.answer, now.saved_by) == ("Rewritten.", editor)
    assert "Answer" in now.what
    assert before.content.answer == "It works the thigh."


def test_a_save_that_changes_nothing_is_not_kept(client, editor, exercise):
    save(client, exercise)
    assert editing.revisions_of(exercise).count() == 1


def test_a_save_of_an_option_keeps_the_whole_exercise(client, editor, exercise):
    save(client, StanceOption.objects.get(slug="high"), explanation="Higher up.")
    assert editing.revisions_of(exercise).first().content.axes[0].options[2].explanation == "Higher up."


def test_a_draft_is_put_back_to_how_it_was_and_findings_and_readers_do_not_notice(editor, exercise):
    editing.keep_first(exercise)
    exercise.sections.all().delete()
    first = editing.revisions_of(exercise).last()
    editing.restore(exercise, first.content, "Restored.", editor)
    assert exercise.sections.get().body == "A press."
    assert publishing.live_publication(exercise).number == 1


def test_a_deleted_thing_is_recovered_from_its_last_save(editor):
    exercise = make_exercise("lost", is_published=False)
    editing.keep(exercise, "Made.", editor)
    exercise.delete()
    (revision,) = editing.deleted("exercise")
    assert editing.recover(revision, editor).sections.get().body == "A press."
    assert not editing.deleted("exercise")


# The second editor


def test_the_second_to_save_is_told_who_saved_what_and_loses_nothing(client, editor, exercise):
    mine = opened(client, exercise)
    save(client, exercise, answer="Theirs.")
    response = client.post(url("change", exercise), {**mine, "equipment": "mine"})
    html = response.content.decode()
    assert "Somebody else has saved this while you had it open" in html
    assert "editor, " in html
    assert 'value="mine"' in html
    assert "<ins>Theirs." in html
    exercise.refresh_from_db()
    assert (exercise.answer, exercise.equipment) == ("Theirs.", "")


def test_saving_again_goes_through_and_theirs_stays_in_the_history(client, editor, exercise):
    mine = opened(client, exercise)
    save(client, exercise, answer="Theirs.")
    again = client.post(url("change", exercise), {**mine, "answer": "Mine."}).context["seen"]
    assert (
        client.post(url("change", exercise), {**mine, "answer": "Mine.", "_seen": again}).status_code == 302
    )
    exercise.refresh_from_db()
    assert exercise.answer == "Mine."
    assert [revision.content.answer for revision in editing.revisions_of(exercise)][:2] == [
        "Mine.",
        "Theirs.",
    ]


@pytest.mark.parametrize("model", [StanceAxis, StanceOption])
def test_parts_are_guarded_as_well(client, editor, exercise, model):
    part = model.objects.first()
    mine = opened(client, part)
    save(client, part, explanation="Theirs.")
    assert "Somebody else" in client.post(url("change", part), mine).content.decode()
    # A part has no preview, so what is sent as for one would be saved.
    sent = client.post(url("change", part), {**mine, "_preview": "page"})
    assert "Somebody else" in sent.content.decode()


def test_two_who_edit_different_options_do_not_get_in_each_others_way(client, editor, exercise):
    low = StanceOption.objects.get(slug="low")
    mine = opened(client, low)
    save(client, StanceOption.objects.get(slug="high"), explanation="Theirs.")
    assert client.post(url("change", low), {**mine, "explanation": "Mine."}).status_code == 302


# Previews of what is in the form


def test_what_is_in_the_form_is_previewed_and_nothing_is_written(client, editor, exercise):
    html = save(client, exercise, answer="Only tried.", _preview="1").content.decode()
    assert "Only tried." in html
    assert "it is not saved" in html
    exercise.refresh_from_db()
    assert exercise.answer == "It works the thigh."
    assert not Revision.objects.exists()


def test_neither_trying_nor_mistakes_write_anything(client, editor, exercise):
    study = make_study("smith-2020", make_finding())
    save(client, study, _try="1")
    save(client, exercise, name="")
    save(client, StanceOption.objects.get(slug="high"), name="")
    assert not Revision.objects.exists()


def test_in_place_of_a_preview_of_mistakes_stands_what_is_to_be_mended(client, editor, exercise):
    response = save(client, exercise, **{"name": "", "involvements-0-baseline": "99", "_preview": "beside"})
    html = response.content.decode()
    assert "The form has to be mended first" in html
    assert "Name: This field is required." in html
    assert "muscle involved 1, Baseline:" in html
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_preview_says_what_the_checks_find_in_what_is_in_the_form(client, editor, exercise):
    broken = {"sections-0-body": "See [[muscle:nobody]].", "_preview": "beside"}
    html = save(client, exercise, **broken).content.decode()
    assert "Stands against publishing." in html
    assert "nobody" in html
    assert "The checks found" not in html


def test_a_preview_is_shown_whatever_somebody_else_has_saved(client, editor, exercise):
    mine = opened(client, exercise)
    save(client, exercise, answer="Theirs.")
    html = client.post(url("change", exercise), {**mine, "answer": "Mine.", "_preview": "beside"})
    assert "Mine." in html.content.decode()
    assert "Preview of what is in the form" in html.content.decode()


def test_the_form_asks_for_what_the_checks_say_of_the_saved_draft(client, editor, exercise):
    assert url("checks", exercise) in client.get(url("change", exercise)).content.decode()
    assert "Stands against" not in client.get(url("checks", exercise)).content.decode()
    Section.objects.update(body="See [[muscle:nobody]].")
    assert "Stands against publishing." in client.get(url("checks", exercise)).content.decode()


def test_the_form_of_a_large_exercise_takes_few_queries(client, editor, django_assert_max_num_queries):
    muscles = [f"muscle-{number}" for number in range(15)]
    for muscle in muscles:
        make_muscle(muscle, is_published=False)
    steps = [make_effect(muscle, 1) for muscle in muscles]
    exercise = make_exercise(
        is_published=False,
        involvements=tuple(Involvement(muscle=slug, role="target", baseline=5) for slug in muscles),
        axes=tuple(
            StanceAxisValue(
                slug=axis,
                name=axis,
                options=(
                    make_option("low", *steps),
                    make_option("middle", is_neutral=True),
                    make_option("high", *steps),
                ),
            )
            for axis in ("height", "width", "angle")
        ),
    )
    client.get("/admin/")
    with django_assert_max_num_queries(30):
        assert client.get(url("change", exercise)).status_code == 200


def test_a_preview_can_be_seen_in_any_stance_and_may_stand_beside_the_form(client, editor, exercise):
    first = save(client, exercise, answer="Only tried.", _preview="1")
    draft = first.context["draft"]
    address = "/admin/exercises/exercise/preview/"
    second = client.post(address, {"draft": draft, "height": "high"})
    assert "Only tried." in second.content.decode()
    assert 'value="high" checked' in second.content.decode()
    assert second["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in second["Content-Security-Policy"]
    panel = client.post(address, {"draft": draft, "height": "high"}, headers={"hx-request": "true"})
    assert "<html" not in panel.content.decode()


@pytest.mark.parametrize("draft", ["", "{", '{"slug": "x"}', "<script>", DRAFTS.sign('{"slug": "x"}')])
def test_what_no_preview_has_sent_is_refused(client, editor, exercise, draft):
    response = client.post("/admin/exercises/exercise/preview/", {"draft": draft})
    assert response.status_code == 400
    assert "preview it again" in response.content.decode()


def test_a_draft_that_was_changed_on_the_way_is_refused(client, editor, exercise):
    draft = save(client, exercise, answer="Only tried.", _preview="1").context["draft"]
    changed = draft.replace("Only tried.", "<script>alert(1)</script>")
    for headers in ({}, {"hx-request": "true"}):
        response = client.post("/admin/exercises/exercise/preview/", {"draft": changed}, headers=headers)
        assert response.status_code == 400
        assert "alert(1)" not in response.content.decode()


# Links to a draft


def test_a_link_shows_the_saved_draft_to_anybody_until_it_is_revoked(client, editor, exercise):
    Exercise.objects.update(answer="Not out yet.")
    client.post(url("link", exercise))
    token = PreviewLink.objects.get().token
    client.logout()
    assert "Not out yet." in client.get(f"/preview/{token}/?height=high").content.decode()
    assert client.get(f"/preview/{token}/panel/?height=high").status_code == 200
    client.force_login(editor)
    client.post(url("link", exercise), {"revoke": token})
    client.logout()
    response = client.get(f"/preview/{token}/")
    assert response.status_code == 404
    assert "shows nothing any more" in response.content.decode()


@pytest.mark.parametrize("change", ["expired", "tampered", "of something deleted"])
def test_a_link_that_does_not_lead_anywhere_shows_nothing_of_the_draft(client, editor, change):
    exercise = make_exercise("draft", is_published=False)
    client.post(url("link", exercise))
    link = PreviewLink.objects.get()
    token = link.token
    if change == "expired":
        PreviewLink.objects.update(expires_at=timezone.now())
    elif change == "tampered":
        token = token[:-1] + ("a" if token[-1] != "a" else "b")
    else:
        exercise.delete()
    for address in (f"/preview/{token}/", f"/preview/{token}/panel/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "It works the thigh" not in response.content.decode()


def test_a_link_lasts_seven_days(client, editor, exercise):
    client.post(url("link", exercise))
    lasts = PreviewLink.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < lasts <= timedelta(days=7)


# Schedules and withdrawals


def in_an_hour():
    when = timezone.localtime() + timedelta(hours=1)
    return {"live_from_0": when.strftime("%Y-%m-%d"), "live_from_1": when.strftime("%H:%M:%S")}


def test_publishing_at_a_time_waits_until_then(client, editor, exercise):
    Exercise.objects.update(answer="Later.")
    response = client.post(url("publish", exercise), {"note": "Later.", **in_an_hour()})
    assert "is scheduled for" in said(response)
    assert "Later." not in client.get("/exercises/press/").content.decode()
    Publication.objects.filter(number=2, kind="exercise").update(live_from=timezone.now())
    assert "Later." in client.get("/exercises/press/").content.decode()


def test_a_time_that_has_passed_is_refused_and_the_note_is_kept(client, editor, exercise):
    past = {"live_from_0": "2001-01-01", "live_from_1": "10:00"}
    html = client.post(url("publish", exercise), {"note": "Too late.", **past}).content.decode()
    assert "This time has passed." in html
    assert "Too late." in html


def test_what_is_scheduled_is_shown_and_can_be_cancelled(client, editor, exercise):
    client.post(url("publish", exercise), {"note": "Later.", **in_an_hour()})
    assert "Version 2 is scheduled for" in client.get(url("change", exercise)).content.decode()
    address = f"/admin/exercises/exercise/{exercise.pk}/cancel/2/"
    assert client.get(address).status_code == 405
    client.post(address)
    assert not Publication.objects.scheduled().exists()
    assert "is not scheduled" in said(client.post(address))


@pytest.mark.parametrize(
    ("choice", "scheduled"), [("keep", ["Planned."]), ("cancel", []), ("renew", ["Now."])]
)
def test_publishing_asks_what_becomes_of_what_is_scheduled(client, editor, exercise, choice, scheduled):
    Exercise.objects.update(answer="Planned.")
    client.post(url("publish", exercise), {"note": "Planned.", **in_an_hour()})
    Exercise.objects.update(answer="Now.")
    assert "What was scheduled before" in client.get(url("publish", exercise)).content.decode()
    client.post(url("publish", exercise), {"note": "Now.", "scheduled": choice})
    assert publishing.live_publication(exercise).content.answer == "Now."
    assert [p.content.answer for p in exercise.publications.scheduled()] == scheduled


def test_withdrawing_needs_a_reason_which_readers_then_see(client, editor, exercise):
    assert client.post(url("withdraw", exercise), {"reason": ""}).status_code == 200
    assert client.get("/exercises/press/").status_code == 200
    client.post(url("withdraw", exercise), {"reason": "The numbers were wrong."})
    response = client.get("/exercises/press/")
    assert response.status_code == 410
    assert "The numbers were wrong." in response.content.decode()
    assert "press" not in client.get("/exercises/").content.decode()
    assert "/exercises/press/" not in client.get("/sitemap.xml").content.decode()
    assert "withdrawn since: The numbers were wrong." in client.get("/exercises/press/v/1/").content.decode()
    assert "withdrawn" in client.get("/admin/exercises/exercise/").content.decode()


def test_publishing_brings_a_withdrawn_page_back(client, editor, exercise):
    publishing.withdraw(exercise, "Wrong.")
    client.post(url("publish", exercise), {"note": "Mended."})
    html = client.get("/exercises/press/").content.decode()
    assert "Mended." in html
    assert "withdrawn for a time" in html


def test_a_muscle_that_a_live_exercise_involves_is_not_withdrawn(client, editor, exercise):
    muscle = exercise.involvements.first().muscle
    html = client.post(url("withdraw", muscle), {"reason": "Wrong."}).content.decode()
    assert "Live exercises involve it: press." in html
    assert client.get(f"/muscles/{muscle.slug}/").status_code == 200


def test_the_list_says_what_is_live_changed_scheduled_and_overdue(client, editor, exercise):
    def status():
        return client.get("/admin/exercises/exercise/").content.decode()

    assert "live, version 1<" in status()
    save(client, exercise, answer="Changed.", review_due="2001-01-01")
    client.post(url("publish", exercise), {"note": "Later.", **in_an_hour()})
    assert "live, version 1; unpublished changes; scheduled for" in status()
    assert "review overdue" in status()
    make_exercise("new", is_published=False)
    assert ">draft<" in status()


def test_a_page_has_unpublished_changes_when_what_it_copies_is_published_anew(client, editor, exercise):
    muscle = exercise.involvements.first().muscle
    save(client, muscle, name="renamed")
    client.post(url("publish", muscle), {"note": "Renamed."})
    exercise.refresh_from_db()
    assert exercise.has_changes


def test_the_feed_tells_what_changed(client, editor, exercise):
    client.post(url("publish", exercise), {"note": "Numbers corrected."})
    text = client.get("/feed.xml").content.decode()
    assert "Press, version 2" in text
    assert "Numbers corrected." in text


# A session that has ended


def test_a_session_that_has_ended_gives_the_text_back_after_signing_in(client, editor, exercise):
    mine = form_of(client, exercise) | {"answer": "Written with care."}
    client.logout()
    asked = client.post(url("change", exercise), mine)
    assert "Your session had ended" in asked.content.decode()
    lost, where = asked.context["lost"], asked.context["next"]
    wrong = client.post(
        "/admin/login/", {"username": "editor", "password": "no", "next": where, "_lost": lost}
    )
    assert "Your session had ended" in wrong.content.decode()
    back = client.post(
        "/admin/login/", {"username": "editor", "password": "password", "next": where, "_lost": lost}
    )
    assert "Written with care." in back.content.decode()
    assert back.context["path"] == url("change", exercise)
    sent = {}
    for name, value in back.context["fields"]:
        sent.setdefault(name, []).append(value)
    assert client.post(back.context["path"], sent).status_code == 302
    exercise.refresh_from_db()
    assert exercise.answer == "Written with care."


def test_a_password_that_was_sent_is_not_carried_along(client, db):
    asked = client.post("/admin/password_change/", {"old_password": "secret", "new_password1": "secret2"})
    assert "secret" not in asked.content.decode()


@pytest.mark.parametrize("lost", ["{", "[]", '"x"', '{"a": 1}', '{"a": {"b": 2}}'])
@pytest.mark.parametrize("where", ["https://example.org/", "//example.org/admin/", "/elsewhere/"])
def test_what_was_tampered_with_leads_nowhere_else(client, db, lost, where):
    make_editor()
    response = client.post(
        "/admin/login/", {"username": "editor", "password": "password", "next": where, "_lost": lost}
    )
    assert response.status_code == 200
    assert response.context["path"] == "/admin/"


def test_signing_in_without_anything_lost_goes_where_one_wanted(client, db):
    make_editor()
    response = client.post(
        "/admin/login/", {"username": "editor", "password": "password", "next": "/admin/exercises/"}
    )
    assert response["Location"] == "/admin/exercises/"


# The front page, copies, many at once


def test_the_front_page_shows_what_is_to_be_done(client, editor, exercise):
    save(client, exercise, answer="Changed.", review_due="2001-01-01")
    client.post(url("publish", exercise), {"note": "Planned note.", **in_an_hour()})
    make_exercise("never-out", is_published=False)
    html = client.get("/admin/").content.decode()
    assert "1 exercises, 2 muscles, 0 studies" in html
    for words in (
        "due 1 January 2001",
        "never out",
        "Planned note.",
        "Unpublished changes",
        "Answer: text changed",
    ):
        assert words in html, words


def test_the_front_page_takes_the_same_queries_however_much_there_is(
    client, editor, exercise, django_assert_max_num_queries
):
    for number in range(20):
        make_exercise(f"draft-{number}", is_published=False)
    with django_assert_max_num_queries(20):
        client.get("/admin/")


def test_a_copy_is_a_draft_of_its_own(client, editor, exercise):
    response = client.post(f"/admin/exercises/exercise/{exercise.pk}/copy/")
    copy = Exercise.objects.get(slug="press-2")
    assert response["Location"] == url("change", copy)
    assert copy.name == "press (copy)"
    assert copy.sections.get().body == "A press."
    assert not copy.publications.exists()
    assert client.get(f"/admin/exercises/exercise/{exercise.pk}/copy/").status_code == 405


def test_a_study_is_copied_without_its_doi(client, editor, exercise):
    study = make_study("smith-2020", make_finding(), doi="10.1000/1")
    client.post(f"/admin/exercises/study/{study.pk}/copy/")
    copy = Study.objects.get(slug="smith-2020-2")
    assert copy.doi == ""
    assert copy.findings.count() == 1


def test_the_form_says_where_a_thing_is_used_and_leads_there(client, editor, exercise):
    make_study("smith-2020", make_finding())
    html = client.get(url("change", Muscle.objects.get(slug="front"))).content.decode()
    study = Study.objects.get()
    assert f'<a href="{url("change", exercise)}">press</a>' in html
    assert f'<a href="{url("change", study)}">Smith 2020</a>.' in html
    html = client.get(url("change", exercise)).content.decode()
    assert f'<a href="{url("change", study)}">Smith 2020</a>.' in html


def act(client, action, *things, **data):
    address = f"/admin/exercises/{things[0]._meta.model_name}/"
    return client.post(address, {"action": action, "_selected_action": [t.pk for t in things], **data})


def test_many_are_published_with_one_note_and_the_refused_are_named(client, editor, exercise):
    Exercise.objects.update(answer="Changed.")
    broken = make_exercise("broken", is_published=False, sections=())
    asked = act(client, "publish_selected", exercise, broken)
    assert "Readers see this." in asked.content.decode()
    assert publishing.live_publication(exercise).number == 1
    response = act(client, "publish_selected", exercise, broken, note="All at once.")
    assert "Published: press." in said(response)
    assert "broken was not published. Sections: An article needs at least one section." in said(response)
    assert publishing.live_publication(exercise).note == "All at once."


def test_many_are_withdrawn_and_marked_as_reviewed(client, editor, exercise):
    act(client, "mark_reviewed", exercise)
    exercise.refresh_from_db()
    assert exercise.reviewed_on == timezone.localdate()
    assert exercise.review_due > timezone.localdate() + timedelta(days=360)
    act(client, "withdraw_selected", exercise, note="Closed for repair.")
    assert client.get("/exercises/press/").status_code == 410


def test_a_list_is_filtered_by_state(client, editor, exercise):
    changed, withdrawn, overdue = (make_exercise(name) for name in ("changed", "withdrawn", "overdue"))
    make_exercise("draft", is_published=False)
    planned = make_exercise("planned", is_published=False)
    publishing.publish([planned], "Soon.", live_from=timezone.now() + timedelta(hours=1))
    save(client, changed, answer="Another.")
    publishing.withdraw(withdrawn, "Wrong.")
    Exercise.objects.filter(pk=overdue.pk).update(review_due="2001-01-01")
    Exercise.objects.filter(pk=planned.pk).update(review_asked_at=timezone.now())
    expected = {
        "draft": {"draft", "planned"},
        "live": {"press", "changed", "overdue"},
        "changed": {"changed"},
        "scheduled": {"planned"},
        "withdrawn": {"withdrawn"},
        "asked": {"planned"},
        "overdue": {"overdue"},
        "nonsense": {"press", "changed", "withdrawn", "overdue", "draft", "planned"},
    }
    for state, names in expected.items():
        listed = client.get("/admin/exercises/exercise/", {"state": state}).context["cl"].result_list
        assert {thing.slug for thing in listed} == names, state


def test_many_cannot_be_deleted_at_once(client, editor, exercise):
    act(client, "delete_selected", exercise, post="yes")
    assert Exercise.objects.filter(pk=exercise.pk).exists()


def test_a_draft_that_is_deleted_can_be_recovered(client, editor, exercise):
    draft = make_exercise("lost", is_published=False)
    client.post(url("delete", draft), {"post": "yes"})
    address = "/admin/exercises/exercise/deleted/"
    assert address in client.get("/admin/exercises/exercise/").content.decode()
    page = client.get(address).content.decode()
    assert "lost, last saved on" in page
    client.post(address, {"revision": Revision.objects.get(name="lost").pk})
    assert Exercise.objects.get(slug="lost").sections.get().body == "A press."


# The history


def test_the_history_has_every_save_and_every_publication(client, editor, exercise):
    save(client, exercise, answer="Rewritten.")
    client.post(url("publish", exercise), {"note": "Better answer."})
    html = client.get(url("history", exercise)).content.decode()
    for words in ("Answer: text changed", "As it was before.", "Version 2 published.", "Better answer."):
        assert words in html, words


def test_any_two_lines_of_the_history_are_compared_in_words(client, editor, exercise):
    save(client, exercise, answer="It works the whole thigh.")
    after, before = editing.revisions_of(exercise)
    address = url("history", exercise)
    html = client.get(f"{address}?before=r{before.pk}&after=r{after.pk}").content.decode()
    assert "<ins>whole" in html
    published = exercise.publications.get()
    html = client.get(f"{address}?before=p{published.pk}&after=r{after.pk}").content.decode()
    assert "<ins>whole" in html


@pytest.mark.parametrize("ref", ["r0", "p999999", "x1", "r", "r-1", "r99999999999999999999", "1"])
def test_a_line_that_is_not_in_the_history_is_a_404(client, editor, exercise, ref):
    assert client.get(f"{url('history', exercise)}?before={ref}&after={ref}").status_code == 404
    assert client.post(url("restore", exercise), {"ref": ref}).status_code == 404


def test_a_line_of_the_history_is_brought_back_into_the_draft(client, editor, exercise):
    save(client, exercise, answer="Rewritten.")
    published = exercise.publications.get()
    assert client.get(url("restore", exercise)).status_code == 405
    client.post(url("restore", exercise), {"ref": f"p{published.pk}"})
    exercise.refresh_from_db()
    assert exercise.answer == "It works the thigh."
    assert not exercise.has_changes
    assert editing.revisions_of(exercise).first().what.startswith("Restored: version 1 published")


def test_what_cannot_be_brought_back_changes_nothing(client, editor, exercise):
    save(client, exercise, answer="Rewritten.")
    published = exercise.publications.get()
    muscle = make_muscle("ear", is_published=False)
    exercise.involvements.create(muscle=muscle, baseline=5)
    revision = editing.keep(exercise, "With an ear.")
    exercise.involvements.filter(muscle=muscle).delete()
    muscle.delete()
    response = client.post(url("restore", exercise), {"ref": f"r{revision.pk}"})
    assert "It was not restored, and nothing has changed" in said(response)
    assert exercise.involvements.count() == 2
    assert published == exercise.publications.get()


# Markdown


def test_a_text_is_previewed_by_the_real_renderer_with_what_is_wrong_by_line(client, editor, exercise):
    text = "A [[muscle:front]].\n\nA [[muscle:ear]] and [[planet:mars]]."
    answer = client.post("/admin/markdown/", {"text": text, "kind": "block"}).json()
    assert '<a href="/muscles/front/">front</a>' in answer["html"]
    assert [problem[:7] for problem in answer["problems"]] == ["Line 3:", "Line 3:"]
    assert "<script" not in client.post("/admin/markdown/", {"text": "<script>1</script>"}).json()["html"]
    assert (
        "over 100000 characters" in client.post("/admin/markdown/", {"text": "x" * 100_001}).content.decode()
    )
    assert client.get("/admin/markdown/").status_code == 405


def test_links_are_offered_for_everything_that_can_be_linked(client, editor, exercise):
    make_study("smith-2020", make_finding())
    links = client.get("/admin/markdown/links/").json()["links"]
    assert {"link": "[[muscle:front]]", "name": "front"} in links
    assert {"link": "[[study:smith-2020]]", "name": "Smith 2020"} in links


@pytest.mark.parametrize("address", ["/admin/markdown/", "/admin/markdown/links/"])
def test_the_helpers_of_the_form_are_for_staff(client, db, address):
    assert client.get(address).status_code == 302
