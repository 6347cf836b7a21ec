"""Searching, as a reader does it: by keyboard, on a small phone, without scripts."""

import re

from playwright.sync_api import expect


def field(page):
    return page.get_by_role("searchbox")


def test_from_any_page_by_keyboard_to_a_result(page):
    page.goto("/about/")
    page.get_by_role("banner").get_by_role("link", name="Search").focus()
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    page.keyboard.type("glutes")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=glutes$"))
    expect(page).to_have_title(re.compile("results for “glutes”"))
    expect(page.get_by_role("heading", name=re.compile("results for “glutes”"))).to_be_visible()
    expect(field(page)).to_have_value("glutes")
    first = page.get_by_role("link", name="Gluteus maximus")
    field(page).focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Search")).to_be_focused()
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Gluteus maximus"))


def test_without_scripts_it_works_by_its_button(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/search/")
    field(page).fill("soleus")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("mark").first).to_have_text(re.compile("soleus", re.IGNORECASE))
    expect(page.get_by_role("main").get_by_role("listitem").get_by_role("link").first).to_have_text("Soleus")


def test_the_page_for_what_is_not_there_looks_for_it(page):
    page.goto("/exercises/leg-pres/")
    expect(field(page)).to_have_value("leg pres")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Leg press", exact=True)).to_be_visible()


def test_nothing_is_wider_than_the_narrowest_phone_and_the_header_stays_in_one_line(new_context):
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    for path in ("/search/", "/search/?q=quadriceps", f"/search/?q={'w' * 99}", f"/{'w' * 99}/"):
        page.goto(path)
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), path
    for width in (320, 360, 390, 417, 480, 545, 641, 768, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        assert page.get_by_role("banner").bounding_box()["height"] < 55, width
