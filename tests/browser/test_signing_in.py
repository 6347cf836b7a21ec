import base64
import os
import subprocess
import sys

import pytest
from django_otp.oath import totp
from playwright.sync_api import expect

from tests.sites import ROOT

PASSWORD = "correct horse battery staple"


@pytest.fixture
def staffed_site(serve, tmp_path_factory):
    """The address of a site of its own, with an account."""
    data_dir = tmp_path_factory.mktemp("staffed")
    url = serve(data_dir)
    account = {"USERNAME": "root", "EMAIL": "root@legwork.example", "PASSWORD": PASSWORD}
    subprocess.run(
        [sys.executable, "manage.py", "createsuperuser", "--no-input"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir)}
        | {f"DJANGO_SUPERUSER_{name}": value for name, value in account.items()},
        check=True,
        capture_output=True,
    )
    return url


def sign_in(page, url):
    page.goto(f"{url}/admin/")
    page.get_by_label("Username").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_a_second_factor_is_set_up_on_a_phone_and_asked_for_from_then_on(new_context, staffed_site):
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(page, staffed_site)
    page.get_by_role("link", name="Second factor").click()
    picture = page.get_by_role("img", name="The secret, as a QR code")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    key = base64.b32decode(page.locator(".secret").inner_text().replace(" ", ""))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code").fill(f"{totp(key):06d}")
    page.get_by_role("button", name="Set it up").click()
    codes = page.locator(".codes code")
    expect(codes).to_have_count(10)
    code = codes.first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Log out").click()

    sign_in(page, staffed_site)
    expect(page.get_by_role("link", name="Guide")).to_have_count(0)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="The editors' desk")).to_be_visible()
