import base64

import pytest
from django_otp.oath import totp
from playwright.sync_api import expect

from .conftest import PASSWORD, add_editor, sign_in


@pytest.fixture
def staffed_site(serve, tmp_path_factory):
    """The address of a site of its own, with an account."""
    data_dir = tmp_path_factory.mktemp("staffed")
    url = serve(data_dir)
    add_editor(data_dir)
    return url


def test_a_second_factor_is_set_up_on_a_phone_and_asked_for_from_then_on(new_context, staffed_site):
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(page, f"{staffed_site}/admin/")
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

    sign_in(page, f"{staffed_site}/admin/")
    expect(page.get_by_role("link", name="Guide")).to_have_count(0)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="The editors' desk")).to_be_visible()
