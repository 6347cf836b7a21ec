"""A production server and a real Chromium for the tests of this folder. Each worker has its own."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.find_chromium import find_chromium
from tests.sites import ROOT, copied, served

PASSWORD = "correct horse battery staple"

# Features of Chromium that are switched off. The first two are pages that the address bar loads for
# itself, which takes longer than many of the tests; the others, which Playwright switches off as well
# (the flag replaces its own), ask servers of Google.
UNUSED = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PreconnectToSearch",
]


@pytest.fixture(scope="session")
def serve(started):
    """Starts the site with the starter content on an empty data folder and gives its address. It runs until
    the session ends."""
    with ExitStack() as servers:
        yield lambda data_dir: servers.enter_context(served(copied(started, data_dir)))


@pytest.fixture(scope="session")
def site(serve, tmp_path_factory):
    """The address of a site with the starter content. Tests only read it."""
    return serve(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def base_url(site):
    """Makes `page.goto("/about/")` go to the site."""
    return site


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    # Playwright's event loop stays in this thread until the session ends, and while it is there
    # Django refuses the database to tests that come later (as with --failed-first).
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    args = ["--disable-background-networking", f"--disable-features={','.join(UNUSED)}"]
    if os.geteuid() == 0:
        args.append("--no-sandbox")
    chromium = os.environ.get("CHROMIUM") or find_chromium()
    return {**browser_type_launch_args, "executable_path": chromium, "args": args}


@pytest.fixture
def new_context(new_context):
    """Every page is watched: an error in its console fails the test, and so do a script that throws
    and a breach of the security policy."""
    contexts, errors, visited = [], [], set()

    def note(message):
        # htmx logs these two when a newer choice takes the place of one that is under way.
        if message.type == "error" and not message.text.startswith(("htmx:afterRequest", "htmx:sendAbort")):
            errors.append((message.location["url"], message.text))

    def watched(**options):
        context = new_context(**options)
        context.set_default_timeout(10_000)
        context.on("console", note)
        context.on("weberror", lambda thrown: errors.append((thrown.page.url, str(thrown.error))))
        context.on("request", lambda request: request.is_navigation_request() and visited.add(request.url))
        contexts.append(context)
        return context

    yield watched
    for page in (page for context in contexts for page in context.pages):
        page.evaluate("0")  # what its console said before has arrived once this has come back
    # The browser also reports a page that is meant to be a 404.
    assert [(url, text) for url, text in errors if not (url in visited and "404" in text)] == []


@pytest.fixture(scope="module")
def edited_site(serve, tmp_path_factory):
    """The address of a site of its own, which a module's tests may change, with an account for the editor."""
    data_dir = tmp_path_factory.mktemp("edited")
    url = serve(data_dir)
    add_editor(data_dir)
    return url


@pytest.fixture(scope="module")
def cookies(browser, edited_site):
    """What makes a new context one of the editor, as its `storage_state`. One signing in for all tests of a
    module, since checking a password takes half a second."""
    with browser.new_context() as context:
        page = sign_in(context.new_page(), f"{edited_site}/admin/")
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
        return context.storage_state()


def add_editor(data_dir: Path) -> None:
    """Give the site an account that may do everything: see `sign_in`."""
    account = {"USERNAME": "editor", "EMAIL": "editor@legwork.example", "PASSWORD": PASSWORD}
    subprocess.run(
        [sys.executable, "manage.py", "createsuperuser", "--no-input"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir)}
        | {f"DJANGO_SUPERUSER_{name}": value for name, value in account.items()},
        check=True,
        capture_output=True,
    )


def sign_in(page, address: str):
    """Go to a page of the admin as the editor, who has to sign in first. Returns the page."""
    page.goto(address)
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return page
