"""Takes the pictures of the editors' guide from the real thing: make guide-pictures.

It serves a site of its own with the starter content, works in it as an editor would, and writes
static/img/guide/.
"""

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.find_chromium import find_chromium
from tests.sites import ROOT, served

FOLDER = ROOT / "static" / "img" / "guide"
SIZE = {"width": 1200, "height": 760}

PEOPLE = """
from django.contrib.auth.models import User
from tests.make import make_staff
User.objects.create_superuser("mina", password="password", first_name="Mina", last_name="Rao")
make_staff("author", first_name="Tom", last_name="Ekberg")
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as site, sync_playwright() as driver:
        env = {**os.environ, "DATA_DIR": folder}
        subprocess.run([sys.executable, "manage.py", "shell", "-c", PEOPLE], cwd=ROOT, env=env, check=True)
        browser = driver.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        author = signed_in(browser, site, "author")
        page = signed_in(browser, site, "mina")
        write(author)
        take(page, "/admin/", "desk")
        take(page, "/admin/exercises/exercise/1/change/", "form")
        take(page, "/admin/exercises/exercise/1/emphasis/?height=high", "matrix")
        take(page, "/admin/exercises/exercise/1/publish/", "publish")
        page.goto("/admin/exercises/exercise/1/history/")
        page.get_by_role("button", name="Compare the two").click()
        shoot(page, "history")
        page.goto("/admin/exercises/study/")
        page.get_by_role("link", name="Da Silva 2008").click()
        shoot(page, "study")
        browser.close()


def signed_in(browser, site: str, name: str) -> Page:
    page = browser.new_context(base_url=site, viewport=SIZE, reduced_motion="reduce").new_page()
    page.goto("/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    return page


def write(author: Page) -> None:
    """What the pictures show: two saves by an author, who then asks for a review."""
    author.goto("/admin/exercises/exercise/1/change/")
    answer = author.get_by_label("Answer")
    first = answer.input_value()
    answer.fill(first.replace("The evidence is mixed.", "Studies back some of this."))
    author.get_by_role("button", name="Save and continue editing").click()
    answer.fill(first.replace("The evidence is mixed.", "Studies back some of this, and not the rest."))
    author.get_by_role("button", name="Save and continue editing").click()
    author.get_by_role("link", name="Check, ask for review").click()
    author.get_by_label("What the editor should look at").fill("Is the new last sentence of the answer fair?")
    author.get_by_role("button", name="Ask for review").click()


def take(page: Page, address: str, name: str) -> None:
    page.goto(address)
    shoot(page, name)


def shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(page.screenshot())) as image:
        image.convert("RGB").save(FOLDER / f"{name}.webp", quality=80, method=6)


if __name__ == "__main__":
    main()
