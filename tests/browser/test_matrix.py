import re

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .test_accessibility import AXE_OPTIONS

MATRIX = "/admin/exercises/exercise/1/emphasis/"


@pytest.fixture
def open_matrix(new_context, edited_site, cookies):
    """Opens the matrix of the leg press for a signed-in editor."""

    def opened(query="", **options):
        page = new_context(storage_state=cookies, **options).new_page()
        page.goto(f"{edited_site}{MATRIX}{query}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Emphasis matrix: leg press")
        return page

    return opened


def cell(page, name):
    return page.get_by_role("textbox", name=name, exact=True)


def rank(page, slug):
    return page.locator(".rank").filter(has=page.locator(f"#emphasis-{slug}"))


def details(page, name):
    return page.locator(".step-cell").filter(has=cell(page, name)).locator("details")


HIGH = "vastus lateralis, Foot height: high: step"
LOW = "vastus lateralis, Foot height: low: step"
BELOW = "vastus medialis, Foot height: high: step"


def test_arrow_keys_go_from_cell_to_cell_over_neutral_options_and_enter_goes_down(open_matrix):
    page = open_matrix()
    cell(page, "vastus lateralis: baseline").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(cell(page, HIGH)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, LOW)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(cell(page, BELOW)).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(cell(page, HIGH)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(cell(page, HIGH)).to_be_focused()
    expect(page).to_have_url(re.compile(f"{MATRIX}$"))


def test_what_is_typed_replaces_what_the_cell_held_and_tab_goes_on_to_the_reason(open_matrix):
    page = open_matrix()
    cell(page, LOW).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("-1")
    expect(cell(page, HIGH)).to_have_value("-1")
    page.keyboard.press("Tab")
    expect(details(page, HIGH).locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    reason = page.get_by_label("vastus lateralis, Foot height: high: reason", exact=True)
    expect(reason).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(reason).to_be_focused()


def test_the_panel_follows_what_is_typed_and_the_stance_that_is_chosen(open_matrix):
    page = open_matrix()
    page.get_by_role("group", name="Foot height").get_by_role("radio", name="high").check()
    expect(page.get_by_role("status")).to_contain_text("feet high")
    expect(rank(page, "vastus-lateralis")).to_contain_text("down 2")
    cell(page, HIGH).fill("+1")
    expect(rank(page, "vastus-lateralis")).to_contain_text("up 1")
    cell(page, "gluteus maximus: baseline").fill("2")
    expect(rank(page, "gluteus-maximus")).to_contain_text("moderate")
    expect(page.locator("#back-gluteus-maximus")).to_have_attribute("data-level", "2")
    expect(cell(page, "gluteus maximus: baseline")).to_be_focused()
    page.reload()
    expect(cell(page, HIGH)).to_have_value("-2")


def test_a_step_without_a_reason_is_marked_while_it_is_typed(open_matrix):
    page = open_matrix()
    name = "soleus, Foot height: high"
    summary = details(page, f"{name}: step").locator("summary")
    expect(summary).to_be_hidden()
    cell(page, f"{name}: step").fill("1")
    expect(summary).to_contain_text("no reason")
    expect(summary.get_by_text("no reason")).to_be_visible()
    summary.click()
    page.get_by_label(f"{name}: reason", exact=True).fill("It is stretched.")
    expect(summary.get_by_text("no reason")).to_be_hidden()


def test_without_scripts_a_stance_is_shown_what_is_wrong_is_said_and_all_is_saved(open_matrix):
    page = open_matrix(java_script_enabled=False)
    name = "tibialis anterior, Foot height: low: step"
    cell(page, name).fill("5")
    cell(page, "tibialis anterior: baseline").fill("2")
    page.get_by_role("radio", name="low").check()
    page.get_by_role("button", name="Show this stance").click()
    expect(page.get_by_text("What you typed is not saved yet.")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("feet low")
    expect(cell(page, name)).to_have_value("5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved")
    page.get_by_role("link", name="Tibialis anterior, Foot height: low").click()
    expect(cell(page, name)).to_be_in_viewport()
    expect(cell(page, name)).to_have_attribute("aria-invalid", "true")
    cell(page, name).fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: 2 changes.")).to_be_visible()
    expect(cell(page, name)).to_have_value("+3")
    expect(rank(page, "tibialis-anterior")).to_contain_text("up 3")


def test_leaving_with_something_typed_asks_first_and_saving_does_not(open_matrix):
    page = open_matrix()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    cell(page, "soleus: baseline").fill("4")
    page.get_by_role("link", name="Back to the exercise").click(no_wait_after=True)
    expect(cell(page, "soleus: baseline")).to_have_value("4")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: 1 change.")).to_be_visible()
    assert asked == ["beforeunload"]


def test_axe_finds_nothing_in_the_matrix(open_matrix):
    page = open_matrix(reduced_motion="reduce")
    cell(page, "vastus medialis: floor").fill("99")
    cell(page, HIGH).fill("abc")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator(".matrix details").evaluate_all("all => all.forEach(part => part.open = true)")
    page.evaluate(Axe().axe_script)
    found = []
    for width, scheme in ((390, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        results = AxeResults(page.evaluate("options => axe.run(options)", AXE_OPTIONS))
        if results.violations_count:
            found.append(f"{width} px, {scheme}: {results.generate_report()}")
    assert not found, "\n".join(found)


def test_on_a_phone_the_table_alone_scrolls_sideways_and_the_names_stay(open_matrix):
    page = open_matrix(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
    last = cell(page, "vastus medialis, Stance width: wide: step")
    last.tap()
    expect(last).to_be_focused()
    header = page.get_by_role("rowheader", name="Vastus medialis").first
    expect(header).to_be_in_viewport(ratio=1)
    names, field = header.bounding_box(), last.bounding_box()
    assert names["x"] + names["width"] <= field["x"]
    assert field["x"] + field["width"] <= 390
    details(page, "vastus medialis, Stance width: wide: step").locator("summary").tap()
    expect(page.get_by_label("vastus medialis, Stance width: wide: reason", exact=True)).to_be_visible()


def test_the_focus_is_seen_wherever_it_goes(open_matrix):
    page = open_matrix()
    cell(page, "vastus lateralis: baseline").focus()
    unmarked = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const stop = document.activeElement, style = getComputedStyle(stop);
                const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
                return marked ? "" : stop.outerHTML.slice(0, 120);
            }"""
        )
        if stop:
            unmarked.append(stop)
    assert unmarked == []
