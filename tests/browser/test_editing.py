import re

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

ARTICLE = "/exercises/leg-press/"
NEW_ANSWER = "Mostly the front of the thighs and the buttocks."


@pytest.fixture
def desk(new_context, edited_site, cookies):
    """The editor's page, signed in, at the admin's front page."""
    page = new_context(storage_state=cookies).new_page()
    page.goto(f"{edited_site}/admin/")
    return page


def test_an_edit_is_seen_in_the_preview_and_by_readers_once_it_is_published(desk, new_context, edited_site):
    reader = new_context().new_page()
    reader.goto(edited_site + ARTICLE)
    old_answer = reader.locator(".answer").inner_text()

    open_exercise(desk, "leg press")
    desk.get_by_label("Answer").fill(NEW_ANSWER)
    desk.get_by_role("button", name="Save and continue editing").first.click()
    expect(desk.get_by_text("Publishing this draft would change it.")).to_be_visible()
    reader.reload()
    expect(reader.locator(".answer")).to_have_text(old_answer)

    desk.get_by_role("link", name="Preview").click()
    expect(desk.get_by_text("Readers see none of this.")).to_be_visible()
    expect(desk.locator(".answer")).to_have_text(NEW_ANSWER)
    desk.get_by_role("group", name="Foot height").get_by_role("radio", name="high").click()
    expect(desk.get_by_role("status")).to_contain_text("feet high")
    expect(desk.locator(".rank").first).to_contain_text("up 2")
    expect(desk).to_have_url(re.compile(r"/preview/\?height=high\b"))

    desk.get_by_role("link", name="Check and publish").click()
    desk.get_by_label("What changed").fill("The answer is shorter.")
    desk.get_by_role("button", name="Publish").click()
    expect(desk.get_by_text("Version 2 is live.")).to_be_visible()
    reader.reload()
    expect(reader.locator(".answer")).to_have_text(NEW_ANSWER)
    expect(reader.locator("#this-page")).to_contain_text("Version 2")
    expect(reader.locator("#this-page")).to_contain_text("The answer is shorter.")
    reader.goto(f"{edited_site}{ARTICLE}v/1/")
    expect(reader.locator(".answer")).to_have_text(old_answer)


def test_the_preview_beside_the_form_follows_what_is_typed(desk):
    open_exercise(desk, "standing calf raise")
    preview = desk.frame_locator("iframe[name=preview]")
    expect(preview.get_by_text("Preview of the saved draft.")).to_be_visible()
    desk.get_by_label("Answer").fill("Only typed so far.")
    expect(preview.get_by_text("what is in the form; it is not saved")).to_be_visible()
    expect(preview.locator(".answer")).to_have_text("Only typed so far.")
    preview.get_by_role("group", name="Toe angle").get_by_role("radio", name="toes out").click()
    expect(preview.get_by_role("status")).to_contain_text("your toes turned out")

    desk.locator("#id_name").fill("")
    expect(preview.get_by_text("Name: This field is required.")).to_be_visible()
    expect(desk.get_by_label("Answer")).to_have_value("Only typed so far.")

    # A phone beside the form is as wide as one; a desktop is made smaller to fit.
    assert preview.locator("body").evaluate("() => innerWidth") <= 400
    desk.get_by_role("radio", name="desktop").check()
    assert preview.locator("body").evaluate("() => innerWidth") == 1280

    leave = "() => !dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert desk.evaluate(leave), "Leaving asks first."


def test_the_preview_beside_the_form_keeps_the_stance_that_was_chosen_in_it(desk):
    open_exercise(desk, "leg press")
    preview = desk.frame_locator("iframe[name=preview]")
    preview.get_by_role("radio", name="high").click()
    expect(preview.get_by_role("status")).to_contain_text("feet high")
    desk.get_by_label("Answer").fill("Typed with the feet high.")
    expect(preview.locator(".answer")).to_have_text("Typed with the feet high.")
    expect(preview.get_by_role("status")).to_contain_text("feet high")


def test_the_admin_works_under_the_policy_of_the_site(desk):
    """That nothing is blocked is watched in all these tests: here each kind of page is opened and used."""
    open_exercise(desk, "standing calf raise")
    desk.get_by_text("Add another Form cue").click()
    expect(desk.get_by_role("heading", name="Form cue: #6")).to_be_visible()

    desk.get_by_role("link", name="Change", exact=True).first.click()
    expect(desk.get_by_label("Name").first).to_have_value("Toe angle")
    desk.get_by_role("link", name="Change", exact=True).first.click()
    expect(desk.get_by_label("Name").first).to_have_value("toes in")


# Of Django's own templates: a tooltip's icon, the heading of an empty column, a label that is a picture.
OF_DJANGO = ["aria-prohibited-attr", "empty-table-header", "label-title-only"]
AXE_OPTIONS = {
    "rules": {"target-size": {"enabled": True}, **{rule: {"enabled": False} for rule in OF_DJANGO}},
    "resultTypes": ["violations"],
    "iframes": False,
}


@pytest.mark.parametrize(
    "path",
    [
        "",
        "guide/",
        "search/?q=knee",
        "exercises/exercise/",
        "exercises/exercise/1/change/",
        "exercises/exercise/1/publish/",
        "exercises/exercise/1/history/",
        "exercises/exercise/import/",
        "exercises/stanceoption/1/change/",
        "exercises/muscle/1/change/",
        "exercises/muscle/1/merge/",
        "exercises/picture/add/",
        "exercises/auditentry/",
    ],
)
def test_axe_finds_nothing_in_the_admin_on_a_phone_and_a_desktop(new_context, edited_site, cookies, path):
    # To measure, axe writes styles into elements, which our policy forbids.
    desk = new_context(storage_state=cookies, reduced_motion="reduce", bypass_csp=True).new_page()
    desk.goto(f"{edited_site}/admin/{path}")
    desk.evaluate(Axe().axe_script)
    found = []
    for width, scheme in ((320, "light"), (1280, "dark")):
        desk.set_viewport_size({"width": width, "height": 800})
        desk.emulate_media(color_scheme=scheme)
        results = AxeResults(desk.evaluate("options => axe.run(options)", AXE_OPTIONS))
        if results.violations_count:
            found.append(f"{width} px, {scheme}: {results.generate_report()}")
        if desk.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            found.append(f"wider than {width} px")
    assert not found, "\n".join(found)


def open_exercise(desk, name):
    main = desk.get_by_role("main")
    main.get_by_role("link", name="Exercises", exact=True).last.click()
    main.get_by_role("link", name=name).click()
