"""Addresses that nobody would write by hand. None of them may break a page."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exercises import publishing
from tests.make import make_exercise, make_finding, make_study

text = st.text(max_size=80)
addresses = st.sampled_from(
    [
        "/",
        "/exercises/press/",
        "/exercises/press/panel/",
        "/exercises/press/v/1/",
        "/about/",
        "/evidence/",
        "/evidence/smith-2020/",
    ]
)
axes = st.sampled_from(["height", "at", "lens", "q", "", "exercise", "muscle", "kind", "order", "page"])


@pytest.fixture
def press(empty_site):
    exercise = make_exercise(is_published=False)
    make_study("smith-2020", make_finding())
    publishing.publish([exercise], "First.")
    return exercise


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=addresses, query=st.lists(st.tuples(axes | text, text), max_size=5))
def test_no_query_breaks_a_page(client, press, address, query):
    response = client.get(f"{address}?{urlencode(query, errors='surrogatepass')}")
    has_nul = any("\0" in part for pair in query for part in pair)
    assert response.status_code in ((400,) if has_nul else (200, 404))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    address=st.sampled_from(
        ["/exercises/{}/", "/exercises/press/v/{}/", "/muscles/{}/", "/evidence/{}/", "/{}"]
    ),
    part=text,
)
def test_no_path_breaks_a_page(client, press, address, part):
    response = client.get(address.format(quote(part, safe="", errors="surrogatepass")))
    assert response.status_code in ((400,) if "\0" in part else (200, 301, 404))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60))
def test_no_bytes_break_a_page(client, press, raw):
    response = client.get("/exercises/press/", QUERY_STRING=raw.decode("latin-1"))
    assert response.status_code in (200, 400, 404)


@pytest.mark.parametrize(
    "address",
    [
        "/preview/%00/",
        "/muscles/%00/",
        "/media/%00",
        "/nowhere/%00",
        "/?height=%00",
        "/exercises/press/panel/?lens=%00",
        "/evidence/?muscle=a%00b",
        "/evidence/?page=%00",
        "/evidence/?a=b&%00=c",
        "/admin/exercises/exercise/?q=%00",
        "/admin/exercises/exercise/?state=%00",
        "/admin/exercises/exercise/?kind__exact=%00",
        "/admin/exercises/exercise/%00/change/",
        "/admin/search/?q=glute%00",
        "/admin/autocomplete/?term=%00&app_label=exercises&model_name=finding&field_name=exercise",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_nul_which_postgresql_takes_nowhere_is_refused_with_words(client, db, editor, address, method):
    response = getattr(client, method)(address)
    assert response.status_code == 400
    assert "stands for nothing (NUL)" in response.content.decode()
    assert "default-src" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_a_nul_in_a_cookie_is_refused_too(client, press):
    client.cookies.load({"sessionid": "\0" * 32})  # sent as the escape that parsing takes back
    response = client.get("/admin/")
    assert response.status_code == 400
    assert "in a cookie that stands for nothing" in response.content.decode()


def test_a_link_that_is_revoked_by_a_nul_stays(client, press, editor):
    response = client.post(f"/admin/exercises/exercise/{press.pk}/link/", {"revoke": "\0"})
    assert response.status_code == 302


def test_what_is_refused_without_words_of_ours_says_nothing_of_why(client, db):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "Something in the request" in response.content.decode()
    assert "evil" not in response.content.decode()
