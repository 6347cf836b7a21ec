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
    assert response.status_code in (200, 404)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    address=st.sampled_from(
        ["/exercises/{}/", "/exercises/press/v/{}/", "/muscles/{}/", "/evidence/{}/", "/{}"]
    ),
    part=text,
)
def test_no_path_breaks_a_page(client, press, address, part):
    response = client.get(address.format(quote(part, safe="", errors="surrogatepass")))
    assert response.status_code in (200, 301, 404)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60))
def test_no_bytes_break_a_page(client, press, raw):
    response = client.get("/exercises/press/", QUERY_STRING=raw.decode("latin-1"))
    assert response.status_code in (200, 404)


@pytest.mark.parametrize(
    "address", ["/preview/%00/", "/preview/%00/panel/", "/evidence/?muscle=%00", "/?height=%00"]
)
def test_a_nul_which_postgresql_takes_nowhere_breaks_no_page(client, press, address):
    assert client.get(address).status_code == 404
