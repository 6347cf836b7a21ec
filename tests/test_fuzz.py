"""What nobody would send by hand: no answer is a 500, none repeats it as markup, none takes a second.

A short run is among the tests; FUZZ=long is a long one, for make soak.
"""

import gc
import os
import re
import time
from contextlib import contextmanager, suppress
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exercises import document as documents
from exercises import files, markdown
from exercises.models import Exercise, Muscle, StanceAxis, StanceOption, Study
from tests.admin_forms import fields_of, url
from tests.make import make_editor, make_exercise, make_finding, make_study

IS_LONG = os.environ.get("FUZZ") == "long"
MARKER = "<x-marker onload=1>"
MOST_SECONDS = 1.0  # of the processor


def fuzzed(examples: int):
    return settings(
        max_examples=examples * 50 if IS_LONG else examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


NASTY = [
    MARKER,
    f'"{MARKER}',
    f"'{MARKER}",
    f"</script>{MARKER}",
    f"[{MARKER}](javascript:alert(1))",
    "\0",
    "\ud800",
    "\u202e\u2066right to left",
    "\r\nSet-Cookie: x=1",
    "../../../../etc/passwd",
    "%00%2e%2e%2f",
    "9" * 400,
    "-1",
    "1e999",
    "NaN",
    "{{ 7|add:7 }}{% debug %}",
    "' OR 1=1 --",
]
text = st.one_of(st.sampled_from(NASTY), st.text(max_size=60), st.text(max_size=10).map(lambda t: t + MARKER))
BOMBS = [
    "[" * 5_000,
    "![" * 5_000,
    "*" * 5_000,
    "*a " * 3_000,
    "> " * 3_000 + "a",
    "- " * 2_000 + "a",
    "`" * 5_000,
    "<" * 5_000,
    "[a](" * 2_000,
    "&" * 5_000,
    "[[" * 3_000,
    "[[muscle:" * 1_000,
    "|a" * 2_000 + "\n" + "|-" * 2_000,
    "\\" * 5_000,
    "_" * 5_000 + "a",
    "a\n" * 5_000,
]
PARAMETERS = [
    "height",
    "width",
    "lens",
    "at",
    "order",
    "exercise",
    "muscle",
    "kind",
    "page",
    "p",
    "q",
    "next",
]
ADDRESSES = [
    "/",
    "/about/",
    "/exercises/",
    "/exercises/press/",
    "/exercises/press/panel/",
    "/exercises/press/v/1/",
    "/exercises/press/v/1/panel/",
    "/muscles/",
    "/muscles/front/",
    "/evidence/",
    "/glossary/",
    "/search/",
    "/evidence/smith-2020/",
    "/preview/x/",
    "/preview/x/panel/",
    "/healthz",
    "/readyz",
    "/robots.txt",
    "/feed.xml",
    "/sitemap.xml",
    "/sitemap-exercises.xml",
    "/admin/login/",
    "/static/css/site.css",
]
PATTERNS = [
    "/{}",
    "/exercises/{}/",
    "/exercises/press/v/{}/",
    "/muscles/{}/",
    "/evidence/{}/",
    "/glossary/{}/",
    "/preview/{}/",
]
PATTERNS += ["/sitemap-{}.xml", "/static/{}", "/admin/{}", "/exercises/press/{}"]
HEADERS = ["Host", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Cookie", "Range", "Referer"]
HEADERS += ["HX-Request", "HX-Target", "HX-Current-URL", "X-Forwarded-Proto", "X-Forwarded-Host", "Accept"]
HEADERS += ["X-Forwarded-For", "X-HTTP-Method-Override", "Content-Type", "Accept-Language", "Origin"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]


@pytest.fixture
def press(empty_site):
    exercise = make_exercise()
    make_study("smith-2020", make_finding())
    return exercise


@contextmanager
def in_time():
    """Without the collector, whose pauses grow with all that the tests have made."""
    gc.disable()
    started = time.process_time()
    try:
        yield
        took = time.process_time() - started
    finally:
        gc.enable()
    assert took < MOST_SECONDS, f"{took:.2f} s"


def ask(call):
    """The answer, which came in time, is no 500 and repeats no markup."""
    with in_time():
        response = call()
    assert response.status_code < 500 or response.status_code == 503, response.status_code
    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert b"<x-marker" not in body.lower()
    assert "<x-marker" not in str(response.headers)
    return response


def header_text(value: str) -> str:
    """As a server hands a header on: in latin-1, on one line."""
    return re.sub(r"[\r\n\0]", "", value).encode("utf-8", "surrogatepass").decode("latin-1")


# Public pages


@fuzzed(60)
@given(
    address=st.sampled_from(ADDRESSES),
    query=st.lists(st.tuples(st.sampled_from(PARAMETERS) | text, text), max_size=5),
)
def test_no_parameter_breaks_a_public_page(client, press, address, query):
    ask(lambda: client.get(f"{address}?{urlencode(query, errors='surrogatepass')}"))


@fuzzed(60)
@given(q=text)
def test_nothing_looked_for_breaks_the_search(client, press, q):
    ask(lambda: client.get(f"/search/?{urlencode({'q': q}, errors='surrogatepass')}"))


@fuzzed(40)
@given(pattern=st.sampled_from(PATTERNS), part=text)
def test_no_path_breaks_the_site(client, press, pattern, part):
    ask(lambda: client.get(pattern.format(quote(part, safe="/", errors="surrogatepass"))))


@fuzzed(60)
@given(
    address=st.sampled_from(ADDRESSES),
    method=st.sampled_from(METHODS),
    headers=st.dictionaries(st.sampled_from(HEADERS), text.map(header_text), max_size=4),
    body=st.binary(max_size=200),
)
def test_no_header_and_no_method_breaks_the_site(press, address, method, headers, body):
    kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")
    ask(lambda: Client().generic(method, address, body, content_type=kind, headers=headers))


# The admin's forms


FORMS = {
    "exercise": Exercise,
    "muscle": Muscle,
    "study": Study,
    "stanceaxis": StanceAxis,
    "stanceoption": StanceOption,
}


@pytest.fixture
def pages(press, client):
    """The address of each form, and its fields as they are."""
    client.force_login(make_editor())
    forms = {}
    for name, model in FORMS.items():
        address = url("change", model.objects.first())
        forms[name] = address, fields_of(client.get(address))
    return forms


@fuzzed(15)
@given(data=st.data(), form=st.sampled_from(list(FORMS)))
def test_nothing_typed_into_a_form_breaks_it_or_its_preview(client, pages, data, form):
    address, fields = pages[form]
    names = data.draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=3))
    typed = st.one_of(text, st.sampled_from(BOMBS)).map(
        # A browser sends UTF-8, which has no lone surrogates.
        lambda value: value.encode("utf-8", "replace").decode()
    )
    changed = {**fields, **{name: data.draw(typed) for name in names}}
    with transaction.atomic():
        response = ask(lambda: client.post(address, changed))
        if response.status_code == 302 and form in ("exercise", "muscle", "study"):
            thing = FORMS[form].objects.first()
            ask(lambda: client.get(url("preview", thing)))
            ask(lambda: client.get(url("publish", thing)))
        transaction.set_rollback(True)


@fuzzed(8)
@given(data=st.data())
def test_nothing_typed_into_the_matrix_breaks_it(client, pages, press, data):
    address = f"/admin/exercises/exercise/{press.pk}/matrix/"
    names = re.findall(r'name="([^"]+)"', client.get(address).content.decode())
    changed = {name: data.draw(text).encode("utf-8", "replace").decode() for name in set(names)}
    with transaction.atomic():
        ask(lambda: client.post(address, changed))
        transaction.set_rollback(True)


# Markdown


class Seen(HTMLParser):
    """What markup there is."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes


def check_markdown(source: str) -> None:
    with in_time():
        html = markdown.render(source, {})
    seen = Seen(html)
    assert not seen.tags & {"script", "style", "iframe", "object", "embed", "form", "svg", "img", "x-marker"}
    for name, value in seen.attributes:
        assert not name.startswith("on"), name
        assert name != "style"
        if name in ("href", "src"):
            # A scheme that runs nothing, or an address without one.
            scheme = re.match(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):", value or "")
            assert scheme is None or scheme[1].lower() in ("http", "https", "mailto"), value


PIECES = [
    "[",
    "](",
    ")",
    "javascript:",
    "data:text/html,",
    "JaVaScRiPt&colon;",
    "<script>",
    "<img src=x ",
    "`",
]
PIECES += [
    "onerror=alert(1)>",
    "![x](",
    "http://x",
    "[[muscle:",
    "]]",
    "|",
    "\n",
    "> ",
    "- ",
    "# ",
    "\t",
    "*",
    "\0",
]
PIECES += ["&#x6A;avascript:", "<!--", "[x]: ", "//evil.example", "vbscript:", "<a href=", '"', "\u2028"]


@fuzzed(300)
@given(source=st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=300)))
def test_markdown_lets_nothing_run_and_fetches_nothing(source):
    check_markdown(source)


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_markdown_that_nests_or_repeats_is_done_in_time(bomb):
    check_markdown(bomb)


@pytest.mark.parametrize("piece", ["[", "![", "[[", "*", "> ", "<", "`a", "[a](", "a*b_"])
def test_a_hundred_thousand_signs_are_done_in_time(piece):
    check_markdown((piece * 100_000)[:100_000])


# Imports


@fuzzed(60)
@given(
    path=st.sampled_from(["exercises/press.toml", "muscles/front.toml", "groups.toml", "../x.toml"]) | text,
    content=st.one_of(
        st.binary(max_size=200),
        text.map(lambda t: f'name = "{t}"\nslug = "press"'.encode("utf-8", "replace")),
        st.sampled_from([b"a = " + b"[" * 5_000, b"a = " + b"9" * 5_000, b"[a" + b".a" * 5_000 + b"]"]),
    ),
)
def test_no_file_breaks_an_import(path, content):
    with in_time(), suppress(files.ContentError):
        files.read({path: content})


@fuzzed(40)
@given(source=st.text(max_size=200))
def test_no_toml_breaks_the_reader_of_documents(source):
    with pytest.raises(Exception) as refused:  # noqa: PT011
        documents.from_toml(source, documents.ExerciseDocument)
    assert isinstance(refused.value, ValueError), refused.value
