"""The headers of every response, scored as Mozilla's Observatory does."""

import json
import re
import subprocess
import sys

import pytest

PAGES = ["/", "/exercises/leg-press/", "/exercises/leg-press/panel/?height=low", "/feed.xml", "/robots.txt"]
PAGES += ["/search/?q=press"]
OTHERS = ["/healthz", "/nowhere/", "/exercises/leg-press/?height=odd", "/admin/", "/admin/login/"]
FILES = ["/static/css/site.css", "/static/img/favicon.svg", "/static/nothing.css"]


def policy_of(response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts if name}


@pytest.fixture
def files(settings, tmp_path):
    """Static files that whitenoise finds where they were written."""
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.mark.parametrize("address", [*PAGES, *OTHERS, *FILES])
def test_every_response_has_every_header(client, starter_content, files, address):
    response = client.get(address)
    policy = policy_of(response)
    assert policy["default-src"] == "'none'"
    for kind in ("script-src", "style-src", "img-src", "connect-src", "form-action"):
        assert policy[kind] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["report-uri"] == "/csp-report"
    assert policy["report-to"] == "policy"
    assert not re.search(r"unsafe|data:|https?:|\*", response["Content-Security-Policy"])
    assert response["Reporting-Endpoints"] == 'policy="/csp-report"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.parametrize(
    "address", ["/static/img/share.png", "/static/img/share.0123abcd.png", "/media/x.avif"]
)
def test_pictures_that_other_sites_show_may_be_shown_there(client, db, files, address):
    assert client.get(address)["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_page_that_broke_has_them_too(client, db, monkeypatch):
    def breaks(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("exercises.views.machines.views.index", breaks)
    client.raise_request_exception = False
    response = client.get("/sitemap.xml")
    assert response.status_code == 500
    assert policy_of(response)["default-src"] == "'none'"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def score(headers: dict[str, str], cookies: list[str]) -> int:
    """The Observatory's, for a site on TLS without scripts from elsewhere, which would cost 5 to 50. It
    starts at 100, and A+ is 100 or more. What is more than needed gives points if 90 are reached without."""
    policy = headers.get("Content-Security-Policy", "")
    is_safe = policy and not re.search(r"unsafe|data:|\*|http:", policy)
    seconds = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    lost = 0 if is_safe else -25
    lost += 0 if seconds and int(seconds[1]) >= 15_768_000 else -20
    lost += 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5
    lost += 0 if "frame-ancestors" in policy or "X-Frame-Options" in headers else -20
    lost += 0 if all("Secure" in cookie and "HttpOnly" in cookie for cookie in cookies) else -30
    lost += -50 if "Access-Control-Allow-Origin" in headers else 0
    if lost < -10:
        return 100 + lost
    gained = 10 if is_safe and "default-src 'none'" in policy and "form-action 'self'" in policy else 0
    gained += 5 if "frame-ancestors 'none'" in policy else 0
    gained += 5 if headers.get("Referrer-Policy") == "strict-origin-when-cross-origin" else 0
    gained += 10 if headers.get("Cross-Origin-Resource-Policy") == "same-origin" else 0
    gained += 5 if "preload" in headers.get("Strict-Transport-Security", "") else 0
    return 100 + lost + gained


SCAN = """
import json, django; django.setup()
from django.conf import settings
from django.test import Client, override_settings
plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
seen = {"names": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME], "pages": []}
with override_settings(STORAGES={**settings.STORAGES, **plain}):
    for address in ("/healthz", "/admin/login/"):
        page = Client().get(address, secure=True, headers={"host": "legwork.example"})
        seen["pages"].append([dict(page.items()), [cookie.output() for cookie in page.cookies.values()]])
    seen["plain"] = dict(Client().get("/admin/login/", headers={"host": "legwork.example"}).items())
print(json.dumps(seen))
"""


@pytest.mark.parametrize(("preload", "expected"), [("0", 130), ("1", 135)])
def test_a_public_site_scores_a_plus(tmp_path, preload, expected):
    environment = {"DATA_DIR": str(tmp_path), "SITE_URL": "https://legwork.example"}
    environment |= {"DJANGO_SETTINGS_MODULE": "site_config.settings", "HSTS_PRELOAD": preload}
    scan = subprocess.run([sys.executable, "-c", SCAN], env=environment, capture_output=True, text=True)
    assert scan.returncode == 0, scan.stderr
    seen = json.loads(scan.stdout)
    assert [score(headers, cookies) for headers, cookies in seen["pages"]] == [expected, expected]
    more = "; includeSubDomains; preload" if preload == "1" else ""
    for headers, _ in seen["pages"]:
        assert headers["Strict-Transport-Security"] == f"max-age=31536000{more}"
        assert "upgrade-insecure-requests" in headers["Content-Security-Policy"]
    assert seen["names"] == ["__Host-sessionid", "__Host-csrftoken"]
    (cookie,) = seen["pages"][1][1]
    assert all(part in cookie for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
    assert "Domain" not in cookie
    assert seen["plain"]["Location"] == "https://legwork.example/admin/login/"
    assert "Content-Security-Policy" in seen["plain"]


def test_the_policy_is_one_for_readers_and_for_staff(client, starter_content, editor):
    assert policy_of(client.get("/")) == policy_of(client.get("/admin/"))
