"""Readers' pages are kept as bytes, and never shown when something else would be made."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import brotli
import pytest
from django.test import Client
from django.utils import timezone
from django.utils.cache import get_max_age
from django.utils.http import http_date

from exercises import kept_pages, publishing, site_version
from exercises.kept_pages import Page, Pages
from exercises.models import Exercise, Publication
from tests.make import make_editor, make_exercise

pytestmark = pytest.mark.usefixtures("empty_site")

ARTICLE = "/exercises/press/"
PANEL = "/exercises/press/panel/"


@pytest.fixture(autouse=True)
def _pages_are_kept(settings, monkeypatch):
    settings.KEPT_PAGES_MB = 8
    monkeypatch.setattr(site_version, "MOST_AGE", 0)
    monkeypatch.setattr(site_version, "_known", None)


@pytest.fixture
def exercise():
    return make_exercise()


def publish(exercise, answer, **when):
    Exercise.objects.filter(pk=exercise.pk).update(answer=answer)
    return publishing.publish([exercise], "Changed.", **when)[-1]


def get(client, address=ARTICLE, **headers):
    # The name of the request is the one header that is never kept.
    return client.get(address, headers={"X-Request-ID": "the-same-name", **headers})


# Kept


@pytest.mark.parametrize("address", [ARTICLE, PANEL, f"{PANEL}?height=high", "/", "/muscles/", "/feed.xml"])
def test_a_page_is_made_once(client, exercise, address, django_assert_num_queries, monkeypatch):
    first = get(client, address)
    monkeypatch.setattr(site_version, "MOST_AGE", 60)
    site_version.now()
    with django_assert_num_queries(0):
        again = get(client, address)
    assert again.content == first.content
    assert {**again.headers} == {**first.headers}


def test_what_else_is_published_leaves_an_exercises_pages_as_they_are(
    client, exercise, django_assert_num_queries
):
    make_exercise("squat")
    addresses = [ARTICLE, PANEL, f"{ARTICLE}v/1/"]
    before = [get(client, address).content for address in addresses]
    publish(Exercise.objects.get(slug="squat"), "Anew.")
    with django_assert_num_queries(
        4 * len(addresses)
    ):  # three for the site's version, one for the exercise's
        assert [get(client, address).content for address in addresses] == before
    with django_assert_num_queries(3 * len(addresses)):
        assert [get(client, address).content for address in addresses] == before
    assert b"Anew." in get(client, "/exercises/").content


def test_what_is_mended_without_a_publication_makes_every_page_anew(client, exercise):
    before = get(client).content
    publication = exercise.publications.get()
    Publication.objects.update(document=publication.document.replace("It works the thigh.", "Mended."))
    assert get(client).content == before
    site_version.note_change()
    assert b"Mended." in get(client).content


def test_each_address_has_its_own(client, exercise):
    assert get(client, f"{PANEL}?height=high").content != get(client, PANEL).content
    assert get(client, f"{PANEL}?height=high").content != get(client, ARTICLE).content


def test_the_version_of_the_site_is_asked_for_twice_a_second_at_most(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(site_version, "MOST_AGE", 0.5)
    site_version.now()
    with django_assert_num_queries(0):
        site_version.now()
    clock = site_version.time.monotonic() + 0.6
    monkeypatch.setattr(site_version.time, "monotonic", lambda: clock)
    with django_assert_num_queries(3):
        site_version.now()


def test_what_is_published_is_seen_at_once(client, exercise):
    get(client)
    publish(exercise, "It works the whole thigh.")
    assert "It works the whole thigh." in get(client).content.decode()


def test_what_another_process_publishes_is_seen_once_the_version_is_asked_for(client, exercise, monkeypatch):
    monkeypatch.setattr(site_version, "MOST_AGE", 60)  # or a slow machine would ask before it is told to
    get(client)
    known = site_version._known
    publish(exercise, "From elsewhere.")
    site_version._known = known  # as in a process that did not write
    assert "From elsewhere." not in get(client).content.decode()
    clock = site_version.time.monotonic() + 61
    monkeypatch.setattr(site_version.time, "monotonic", lambda: clock)
    assert "From elsewhere." in get(client).content.decode()


def test_a_withdrawal_and_a_cancelled_plan_are_seen_at_once(client, exercise):
    planned = publish(exercise, "Later.", live_from=timezone.now() + timedelta(seconds=100))
    assert "stale-while-revalidate=600" not in get(client)["Cache-Control"]
    publishing.cancel(planned)
    assert "stale-while-revalidate=600" in get(client)["Cache-Control"]
    publishing.withdraw(exercise, "Wrong.")
    assert get(client).status_code == 410


def test_what_is_scheduled_is_seen_when_its_time_has_come(client, exercise, monkeypatch):
    planned = publish(exercise, "Later.", live_from=timezone.now() + timedelta(hours=1))
    assert "Later." not in get(client).content.decode()
    later = planned.live_from + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "Later." in get(client).content.decode()


def test_a_page_during_which_something_is_published_is_made_again(client, exercise, monkeypatch):
    """Or one part of it could be from before, and another from after."""
    from exercises.views import exercises as views

    made = []
    whole = views._changes

    def publish_meanwhile(publication):
        made.append(publication.number)
        if len(made) == 1:
            publish(exercise, "Published meanwhile.")
        return whole(publication)

    monkeypatch.setattr(views, "_changes", publish_meanwhile)
    html = get(client).content.decode()
    assert made == [1, 2]
    assert "Published meanwhile." in html
    assert get(client).content.decode() == html


# Not kept


def test_what_is_not_public_is_never_kept(client, exercise, django_assert_num_queries):
    client.force_login(make_editor())
    assert "Legwork" in get(client, "/admin/").content.decode()
    client.logout()
    assert get(client, "/admin/").status_code == 302


@pytest.mark.parametrize("address", ["/nowhere/", f"{PANEL}?height=nowhere", "/exercises/other/"])
def test_what_is_not_found_is_not_kept(client, exercise, address):
    assert get(client, address).status_code == 404
    assert all(address not in key for key in kept_keys(client))


@pytest.mark.parametrize("accepted", ["gzip, br", "identity"])
def test_what_is_not_found_is_compressed_for_whom_that_helps(client, exercise, accepted):
    response = get(client, "/nowhere/", **{"accept-encoding": accepted})
    assert response.get("Content-Encoding", "identity") in accepted
    body = gzip.decompress(response.content) if "gzip" in accepted else response.content
    assert b"</html>" in body


def test_another_method_is_refused_however_often_the_page_was_asked_for(client, exercise):
    get(client)
    assert client.post(ARTICLE).status_code == 405


def test_a_host_that_is_not_ours_is_refused(client, exercise):
    get(client)
    for _ in range(2):
        assert client.get(ARTICLE, headers={"host": "evil.example"}).status_code == 400


def test_a_head_request_has_the_headers_and_no_body(client, exercise):
    head = client.head(ARTICLE, headers={"X-Request-ID": "the-same-name"})
    page = get(client)
    assert head.content == b""
    assert {**head.headers} == {**page.headers}


def kept_keys(client):
    middleware = client.handler._middleware_chain
    while not isinstance(middleware, kept_pages.KeptPagesMiddleware):
        middleware = getattr(middleware, "__wrapped__", None) or middleware.get_response
    return [key[2:] for key in middleware.pages.pages]


# As it is sent


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.1", "br"),
        ("*", "br"),
        ("identity", ""),
        ("", ""),
        ("gzip;q=0", ""),
        ("xgzip, brotli", ""),
        ("gzip;q=many", ""),
        ("\x00,,;;q=", ""),
    ],
)
def test_a_page_is_sent_in_the_encoding_that_the_browser_takes(client, exercise, accepted, encoding):
    plain = get(client).content
    response = get(client, **{"accept-encoding": accepted})
    assert response.get("Content-Encoding", "") == encoding
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]
    assert decode(response.content) == plain
    assert int(response["Content-Length"]) == len(response.content)
    assert response["Vary"] == "Accept-Encoding"


def test_who_has_the_page_already_gets_no_body(client, exercise):
    first = get(client)
    etag = first["ETag"]
    for asked in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        response = get(client, **{"if-none-match": asked, "accept-encoding": "br"})
        assert (response.status_code, response.content) == (304, b"")
        assert response["ETag"] == etag
        assert response["Cache-Control"] == first["Cache-Control"]
        assert "Content-Type" not in response
    for asked in ('"other"', "W/", "\x00", '"'):
        assert get(client, **{"if-none-match": asked}).status_code == 200


def test_the_first_to_ask_gets_a_304_too(client, exercise):
    etag = get(client)["ETag"]
    response = Client().get(ARTICLE, headers={"if-none-match": etag})
    assert response.status_code == 304


def test_what_was_made_by_another_release_has_another_etag(client, exercise, settings):
    """The date of what is published is the same, so the date alone is never an answer."""
    first = get(client)
    assert first["Last-Modified"] == http_date(Publication.objects.get(kind="exercise").live_from.timestamp())
    response = get(client, **{"if-modified-since": http_date(timezone.now().timestamp() + 60)})
    assert response.status_code == 200
    settings.SITE_URL = "https://moved.example"
    assert Client().get(ARTICLE, headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("seconds", "fresh", "stale"), [(5, 4, 0), (100, 60, 39), (3600, 60, 600), (659.9, 60, 599)]
)
def test_no_cache_holds_a_page_beyond_the_next_publication(client, exercise, seconds, fresh, stale):
    publish(exercise, "Later.", live_from=timezone.now() + timedelta(seconds=seconds))
    control = dict(part.strip().partition("=")[::2] for part in get(client)["Cache-Control"].split(","))
    assert int(control["s-maxage"]) == fresh
    assert 0 <= stale - int(control["stale-while-revalidate"]) <= 1
    assert control["max-age"] == "0"


@pytest.mark.parametrize(("seconds", "least", "most"), [(5, 3, 5), (3600, 10, 10)])
def test_no_browser_holds_a_panel_beyond_the_next_publication(client, exercise, seconds, least, most):
    publish(exercise, "Later.", live_from=timezone.now() + timedelta(seconds=seconds))
    assert least <= get_max_age(get(client, PANEL)) <= most


# What is kept is bounded


def test_what_was_not_asked_for_the_longest_goes_first():
    pages = Pages(most_bytes=250)
    page = Page(None, None, None, {"gzip": b"x" * 100}, {}, "")
    for key in "ab":
        pages.keep((key,), page)
    pages.get(("a",))
    pages.keep(("c",), page)
    assert [key for (key,) in pages.pages] == ["a", "c"]
    assert pages.bytes == 200
    pages.keep(("c",), page)
    assert pages.bytes == 200
    pages.keep(("large",), Page(None, None, None, {"gzip": b"x" * 300}, {}, ""))
    assert (pages.bytes, len(pages.pages)) == (0, 0)


def test_many_threads_at_once_leave_it_whole():
    pages = Pages(most_bytes=1000)
    sizes = {(number,): number % 90 + 1 for number in range(500)}

    def work(start):
        for number in range(start, start + 2000):
            key = (number % 500,)
            if pages.get(key) is None:
                pages.keep(key, Page(None, None, None, {"": b"x" * sizes[key]}, {}, ""))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(0, 400, 50)))
    assert pages.bytes == sum(page.size for page in pages.pages.values()) <= 1000


def test_a_version_is_over_when_something_changed_or_when_the_next_one_has_come_out(exercise):
    version = site_version.read()
    assert site_version.is_still(version)
    assert not site_version.is_still(version._replace(next=timezone.now()))
    assert site_version.is_still(version._replace(next=timezone.now() + timedelta(hours=1)))
    site_version.note_change(is_everywhere=False)
    assert not site_version.is_still(version)
