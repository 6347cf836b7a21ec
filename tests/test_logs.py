"""What the log says and what it never does, and how what broke is found in it."""

import json
import logging
import subprocess
import sys

import pytest

from exercises import request_ids
from exercises.logs import JsonLines, NameRequest, PlainLines
from exercises.request_ids import HEADER

REPORT = {
    "csp-report": {
        "document-uri": "https://legwork.example/exercises/leg-press/?height=high#x",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://name:word@evil.example/x.js?session=secret",
        "source-file": "https://legwork.example/static/js/a.js?v=1",
        "line-number": 7,
        "script-sample": "alert('Ana')",
    }
}


@pytest.fixture
def lines():
    """What is logged during the test, a dictionary for each line, as a public site writes it."""
    written = []

    class Kept(logging.Handler):
        def emit(self, record):
            written.append(json.loads(self.format(record)))

    handler = Kept()
    handler.setFormatter(JsonLines())
    handler.addFilter(NameRequest())
    loggers = [logging.getLogger(), logging.getLogger("django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield written
    for logger in loggers:
        logger.removeHandler(handler)


def report(client, body, content_type="application/csp-report", **headers):
    body = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post("/csp-report", body, content_type=content_type, **headers)


# The name of a request


def test_every_response_has_a_name_and_no_two_the_same(client, starter_content):
    first, second = client.get("/"), client.get("/")
    assert len(first[HEADER]) == 32
    assert first[HEADER] != second[HEADER]


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("0af7651916cd43dd", True),
        ("short", False),
        ("x" * 65, False),
        ("a b c d e f g", False),
        ("äöü" * 4, False),
    ],
)
def test_a_name_that_a_proxy_gives_is_taken_if_it_looks_like_one(client, db, given, is_taken):
    assert (client.get("/healthz", headers={HEADER: given})[HEADER] == given) == is_taken


def test_a_page_that_is_kept_has_no_name_of_another_request(client, starter_content, settings):
    settings.KEPT_PAGES_MB = 1
    made, kept = (
        client.get("/about/", headers={HEADER: name}) for name in ("first-request", "second-request")
    )
    assert made[HEADER] == "first-request"
    assert kept[HEADER] == "second-request"
    assert made.content == kept.content
    assert b"first-request" not in kept.content


@pytest.fixture
def broken(client, db, monkeypatch):
    def breaks(*_, **__):
        raise ZeroDivisionError("Ana divided")

    monkeypatch.setattr("exercises.views.machines.views.index", breaks)
    client.raise_request_exception = False
    return client


def test_the_page_that_says_something_broke_shows_the_name_that_the_log_has(broken, lines):
    response = broken.get("/sitemap.xml?who=ana", headers={"Cookie": "sessionid=secret"})
    assert response.status_code == 500
    assert f"<code>{response[HEADER]}</code>" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    (line,) = [line for line in lines if line["level"] == "ERROR"]
    assert line["request_id"] == response[HEADER]
    assert line["message"] == "Internal Server Error: /sitemap.xml"
    assert "ZeroDivisionError" in line["exc_info"]
    assert "who=ana" not in str(line)
    assert "secret" not in str(line)


def test_the_page_still_comes_when_everything_is_broken(broken, monkeypatch):
    def breaks(*_, **__):
        raise OSError

    monkeypatch.setattr("exercises.views.machines.render_to_string", breaks)
    response = broken.get("/sitemap.xml")
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()
    assert response[HEADER]


# Lines


def test_a_line_says_when_where_and_what(lines):
    request_ids.current.set("a-request-of-mine")
    logging.getLogger("exercises.test").warning("Something of %s.", "note", extra={"number": 3})
    (line,) = lines
    assert line.pop("at").startswith("20")
    assert line == {
        "level": "WARNING",
        "logger": "exercises.test",
        "request_id": "a-request-of-mine",
        "message": "Something of note.",
        "number": 3,
    }


@pytest.mark.parametrize("formatter", [JsonLines(), PlainLines()])
def test_no_line_has_the_token_of_a_link_or_an_address(formatter):
    words = "Not Found: /preview/Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6/panel/ from ip=203.0.113.7: x"
    record = logging.makeLogRecord({"msg": words, "levelname": "WARNING", "request_id": "-"})
    line = formatter.format(record)
    assert "Not Found: /preview/-/panel/ from ip=- x" in line


@pytest.mark.parametrize(
    ("environment", "starts"),
    [
        ({}, "WARNING x [-] Hello"),
        ({"LOG_FORMAT": "json"}, '{"at": "20'),
        ({"SITE_URL": "https://legwork.example"}, '{"at": "20'),
        ({"SITE_URL": "https://legwork.example", "LOG_FORMAT": "plain"}, "WARNING x [-] Hello"),
    ],
)
def test_a_laptop_has_plain_lines_and_a_public_site_json(tmp_path, environment, starts):
    code = "import django, logging; django.setup(); logging.getLogger('x').warning('Hello')"
    base = {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "site_config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=base | environment, capture_output=True, text=True
    )
    assert done.stderr.startswith(starts)


# Reports of the policy


def test_a_report_is_logged_without_what_tells_who_read_what(client, db, lines):
    assert report(client, REPORT).status_code == 204
    (line,) = [line for line in lines if line["logger"] == "exercises.policy"]
    assert {name: line[name] for name in ("directive", "page", "refused", "source", "line")} == {
        "directive": "script-src-elem",
        "page": "/exercises/leg-press/",
        "refused": "https://evil.example/x.js",
        "source": "https://legwork.example/static/js/a.js",
        "line": "7",
    }
    for secret in ("secret", "height", "name:word", "Ana", "alert"):
        assert secret not in str(line)


def test_reports_of_the_newer_kind_come_several_at_once(client, db, lines):
    body = {"documentURL": "https://x/a/", "blockedURL": "inline", "effectiveDirective": "style-src-attr"}
    sent = [{"type": "csp-violation", "body": body}] * 30
    assert report(client, sent, "application/reports+json").status_code == 204
    found = [line for line in lines if line["logger"] == "exercises.policy"]
    assert len(found) == 10
    assert found[0]["refused"] == "inline"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        '{"csp-report": 7}',
        '[{"body": null}, 3, "x"]',
        b"\xff\xfe",
        "[" * 10_000,
        '{"csp-report": {"document-uri": "http://[", "blocked-uri": ["x"], "line-number": {"a": 1}}}',
        '{"csp-report": {"blocked-uri": "http://[::1", "document-uri": "\\u0000\\nGET"}}',
        '{"csp-report": {"blocked-uri": "data:text/html,secret"}}',
    ],
)
def test_nothing_that_is_sent_there_is_an_error(client, db, lines, body):
    assert report(client, body).status_code == 204
    assert "secret" not in str(lines)
    assert "\\n" not in str([line.get("page") for line in lines])


def test_a_large_report_is_refused_and_so_are_many(client, db, settings, lines):
    assert report(client, "x" * 20_000).status_code == 413
    settings.LIMITS = {"report": (2, 3600)}
    answers = [report(client, REPORT) for _ in range(4)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert int(answers[-1]["Retry-After"]) > 0
    assert len([line for line in lines if line["logger"] == "exercises.policy"]) == 2


def test_reporting_is_by_post_and_sets_no_cookie(client, db):
    assert client.get("/csp-report").status_code == 405
    assert not report(client, REPORT).cookies
