"""What costs something is bounded, in number and in size."""

import pytest
from django.test import Client

from exercises import guarding, limits
from exercises.models import Exercise, PreviewLink, Spending
from tests.admin_forms import form_of, url
from tests.make import make_exercise, make_staff


@pytest.fixture
def limit(settings, monkeypatch):
    """Three of each in a minute that does not end by itself."""
    settings.LIMITS = dict.fromkeys(("sign-in", "search", "preview", "report"), (3, 60))
    clock = {"now": 1_800_000_000.0}
    monkeypatch.setattr(limits.time, "time", lambda: clock["now"])
    return clock


def statuses(do, times=4):
    return [do().status_code for _ in range(times)]


def test_signing_in_is_limited_whatever_the_name_and_the_wait_is_told(client, db, limit):
    names = iter("abcdefgh")
    answers = [client.post("/admin/login/", {"username": next(names), "password": "x"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3]["Retry-After"] == "60"
    assert "no-store" in answers[3]["Cache-Control"]
    assert "That was a lot in a short time" in answers[3].content.decode()
    assert client.get("/admin/login/").status_code == 200
    limit["now"] += 60
    assert client.post("/admin/login/", {"username": "a", "password": "x"}).status_code == 200


@pytest.mark.parametrize("address", ["/admin/code/", "/admin/confirm/", "/admin/second-factor/"])
def test_so_are_codes_and_the_password_once_more(client, db, limit, address):
    client.force_login(make_staff("author"))
    assert 429 not in statuses(lambda: client.post(address, {"code": "1"}), 3)
    assert client.post(address, {"code": "1"}).status_code == 429


def test_a_limit_is_for_an_address_and_for_an_account(db, limit):
    sign_in = {"username": "a", "password": "x"}
    here, there = Client(REMOTE_ADDR="203.0.113.7"), Client(REMOTE_ADDR="203.0.113.8")
    assert statuses(lambda: here.post("/admin/login/", sign_in))[3] == 429
    assert there.post("/admin/login/", sign_in).status_code == 200
    ana, ben = Client(), Client()
    ana.force_login(make_staff("author"))
    ben.force_login(make_staff("editor"))
    assert statuses(lambda: ana.get("/admin/search/?q=a"))[3] == 429
    assert ben.get("/admin/search/?q=a").status_code == 200


def test_searching_and_previewing_are_limited_each_by_itself(client, empty_site, limit):
    client.force_login(make_staff("author"))
    exercise = make_exercise()
    assert statuses(lambda: client.get(url("preview", exercise))) == [200, 200, 200, 429]
    assert client.post(url("change", exercise), {"_preview": "1"}).status_code == 429
    assert client.post("/admin/markdown/", {"text": "x"}).status_code == 429
    assert statuses(lambda: client.get("/admin/search/?q=a")) == [200, 200, 200, 429]
    assert client.get(url("change", exercise)).status_code == 200


def test_a_link_to_a_draft_is_limited_for_who_has_no_account(client, empty_site, limit):
    exercise = make_exercise()
    link = PreviewLink.objects.create(kind="exercise", thing_pk=exercise.pk)
    assert statuses(lambda: client.get(f"/preview/{link.token}/")) == [200, 200, 200, 429]


def test_readers_are_never_refused_a_page(client, starter_content, limit):
    assert statuses(lambda: client.get("/exercises/leg-press/?height=high"), 8) == [200] * 8


def test_what_is_counted_is_kept_for_one_window_and_names_nobody(rf, db, limit):
    for number in range(20):
        limits.wait_for(rf.get("/", REMOTE_ADDR=f"203.0.113.{number}"), "search")
    assert Spending.objects.count() == 20
    assert "203.0.113" not in str(list(Spending.objects.values()))
    limit["now"] += 61
    limits.wait_for(rf.get("/", REMOTE_ADDR="203.0.113.7"), "search")
    assert Spending.objects.count() == 1


def test_counting_takes_few_queries(rf, db, limit, django_assert_num_queries):
    request = rf.get("/", REMOTE_ADDR="203.0.113.7")
    limits.wait_for(request, "search")
    with django_assert_num_queries(2):
        limits.wait_for(request, "search")


def test_the_site_has_limits_that_work_does_not_reach():
    from site_config.settings import LIMITS

    assert set(LIMITS) == {"sign-in", "search", "reader search", "preview", "report"}
    most, seconds = LIMITS["preview"]
    assert most / seconds >= 2
    assert LIMITS["sign-in"][1] >= guarding.HALF_SECONDS


# Sizes


def test_the_largest_form_there_is_saves(client, starter_content, editor):
    """It has more fields than Django takes by itself."""
    press = Exercise.objects.get(slug="leg-press")
    typed = form_of(client, press)
    assert len(typed) > 300
    more = {f"another-{number}": "x" for number in range(2_000)}
    answered = client.post(url("change", press), {**typed, **more, "answer": "Saved all the same."})
    assert answered.status_code == 302
    press.refresh_from_db()
    assert press.answer == "Saved all the same."


@pytest.mark.parametrize("body", ["&".join(f"a{n}=1" for n in range(6_000)), "a=" + "x" * 5_000_000])
def test_more_is_refused_before_it_is_read(client, db, body):
    answer = client.post("/admin/login/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
