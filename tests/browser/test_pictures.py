import os
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.images import make_image, packed
from tests.sites import ROOT

PASSWORD = "correct horse battery staple"
STRIP = {"name": "sled.jpg", "mimeType": "image/jpeg", "buffer": packed(make_image(1600, 500))}


@pytest.fixture
def desk(new_context, serve, tmp_path):
    """An editor's page, signed in, on a site of its own."""
    url = serve(tmp_path)
    account = {"USERNAME": "editor", "EMAIL": "editor@legwork.example", "PASSWORD": PASSWORD}
    subprocess.run(
        [sys.executable, "manage.py", "createsuperuser", "--no-input"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(tmp_path),
            **{f"DJANGO_SUPERUSER_{name}": value for name, value in account.items()},
        },
        check=True,
        capture_output=True,
    )
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{url}/admin/login/?next=/admin/exercises/picture/add/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return page


def test_a_picture_goes_from_the_editors_disk_to_a_readers_telephone(desk, new_context):
    # The title is forgotten at first: what was typed and the file are still there afterwards.
    desk.get_by_label("Picture:").set_input_files([STRIP])
    desk.get_by_label("Alternative text").fill("The sled from the side.")
    desk.get_by_label("Licence").select_option("own")
    desk.locator("#id_slug").fill("sled")
    desk.get_by_role("button", name="Save and continue editing").click()
    expect(desk.get_by_text("Give it a title")).to_be_visible()
    expect(desk.get_by_label("Alternative text")).to_have_value("The sled from the side.")
    desk.get_by_label("Title").fill("Sled")
    desk.get_by_role("button", name="Save and continue editing").click()

    # A click on the picture sets the numbers, and a typed number moves the ring.
    shown = desk.locator("focal-point img")
    size = shown.bounding_box()
    shown.click(position={"x": size["width"] * 0.9, "y": size["height"] * 0.5})
    expect(desk.get_by_label("From the left")).to_have_value("90")
    expect(desk.get_by_label("From the top")).to_have_value("50")
    desk.get_by_label("From the left").fill("100")
    ring = desk.locator("focal-point span").bounding_box()
    assert ring["x"] + ring["width"] / 2 == pytest.approx(size["x"] + size["width"], abs=2)
    desk.get_by_role("button", name="Save", exact=True).click()

    site = desk.evaluate("location.origin")
    desk.goto(f"{site}/admin/exercises/exercise/")
    desk.get_by_role("link", name="leg press").click()
    desk.locator("#id_sections-0-picture").select_option(label="Sled")
    desk.locator("#id_sections-0-caption").fill("Mind the rails.")
    desk.get_by_role("button", name="Save and continue editing").last.click()
    desk.get_by_role("link", name="Check and publish").click()
    desk.get_by_label("What changed").fill("A picture.")
    desk.get_by_role("button", name="Publish").click()

    phone = new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce").new_page()
    phone.goto(f"{site}/exercises/leg-press/")
    picture = phone.get_by_role("img", name="The sled from the side.")
    picture.scroll_into_view_if_needed()
    phone.wait_for_function("picture => picture.complete", arg=picture.element_handle())
    assert picture.evaluate("picture => picture.currentSrc").endswith("-480.avif")
    assert picture.evaluate("picture => getComputedStyle(picture).objectPosition") == "100% 50%"
    box = picture.bounding_box()
    assert box["width"] / box["height"] < 2  # it is cropped, or one would see little of it
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    expect(phone.get_by_text("Mind the rails.")).to_be_visible()
    found = Axe().run(phone, context="figure.figure")
    assert found.violations_count == 0, found.generate_report()
