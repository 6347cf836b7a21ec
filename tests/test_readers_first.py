"""Readers go before staff."""

from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from exercises import readers_first
from exercises.readers_first import ReadersFirstMiddleware

pytestmark = pytest.mark.django_db

ask = RequestFactory()
LONG = 30  # seconds, which no test is to wait


@pytest.fixture
def desk():
    """The middleware before a site whose readers wait until they are let go, and whose admin has a query."""
    site = ReadersFirstMiddleware(None)
    site.is_answering, site.may_go = Event(), Event()

    def respond(request):
        if request.path.startswith("/admin/"):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        elif request.path == "/broken/":
            raise ValueError("broken")
        else:
            site.is_answering.set()
            assert site.may_go.wait(LONG)
        return HttpResponse()

    site.get_response = respond
    return site


@contextmanager
def answering(desk, request):
    reader = Thread(target=desk, args=[request])
    reader.start()
    assert desk.is_answering.wait(LONG)
    yield
    desk.may_go.set()
    reader.join()


def is_held_up(desk, monkeypatch) -> bool:
    """Whether a query of staff would wait now."""
    waits = []
    monkeypatch.setattr(desk.change, "wait_for", lambda is_free, most: waits.append(not is_free()))
    desk(ask.get("/admin/"))
    assert waits
    return any(waits)


@pytest.mark.parametrize("method", ["get", "head"])
def test_staff_wait_while_a_reader_is_answered(desk, monkeypatch, method):
    assert not is_held_up(desk, monkeypatch)
    with answering(desk, getattr(ask, method)("/muscles/")):
        assert is_held_up(desk, monkeypatch)
    assert not is_held_up(desk, monkeypatch)


def test_staff_go_on_when_the_reader_has_the_answer(desk, monkeypatch):
    monkeypatch.setattr(readers_first, "MOST_WAIT", LONG)
    with answering(desk, ask.get("/muscles/")):
        staff = Thread(target=desk._give_way, args=[lambda: None])
        staff.start()
        desk.may_go.set()
        staff.join(LONG / 2)
        assert not staff.is_alive()


def test_staff_wait_for_no_reader_for_long(desk):
    with answering(desk, ask.get("/muscles/")):
        assert desk(ask.get("/admin/")).status_code == 200


@pytest.mark.parametrize(
    "request_", [ask.get("/search/"), ask.get("/preview/x/"), ask.post("/csp-report")], ids=str
)
def test_nobody_waits_for_what_may_itself_wait_for_a_lock_or_for_the_line(desk, monkeypatch, request_):
    with answering(desk, request_):
        assert not is_held_up(desk, monkeypatch)


def test_a_page_that_fails_holds_up_nobody_afterwards(desk, monkeypatch):
    with pytest.raises(ValueError, match="broken"):
        desk(ask.get("/broken/"))
    assert not is_held_up(desk, monkeypatch)
