"""A word of the glossary is explained where it stands."""

import re

import pytest
from playwright.sync_api import expect

from .test_picker import ARTICLE


def word(page, words="eccentric phase"):
    return page.get_by_role("link", name=words, exact=True)


def note(page):
    return page.get_by_role("dialog", name="Eccentric")


def test_choosing_a_word_shows_beside_it_what_it_means(page):
    page.goto(ARTICLE)
    word(page).click()
    expect(note(page)).to_contain_text("Working while getting longer, as a brake.")
    at, beside = word(page).bounding_box(), note(page).bounding_box()
    assert abs(beside["y"] - (at["y"] + at["height"])) < 20
    expect(page).to_have_url(re.compile("/exercises/leg-press/$"))
    page.mouse.click(5, 300)
    expect(note(page)).to_be_hidden()


def test_the_keyboard_opens_the_note_goes_on_from_it_and_comes_back(page):
    page.goto(ARTICLE)
    word(page).focus()
    page.keyboard.press("Enter")
    expect(note(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(note(page).get_by_role("link", name="Eccentric")).to_be_focused()
    page.keyboard.press("Escape")
    expect(note(page)).to_be_hidden()
    expect(word(page)).to_be_focused()


def test_another_word_takes_its_place(page):
    page.goto(ARTICLE)
    word(page).click()
    word(page, "concentric phase").click()
    expect(page.get_by_role("dialog", name="Concentric")).to_contain_text("Working while getting shorter.")
    expect(page.get_by_role("dialog")).to_have_count(1)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_note_stays_within_the_page(page, width):
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(ARTICLE)
    for link in page.locator(".prose a[href^='/glossary/']:not(.term-note a)").all():
        link.click()
        box = page.get_by_role("dialog").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.keyboard.press("Escape")


def test_without_scripts_the_word_leads_to_its_own_page(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(ARTICLE)
    word(page).click()
    expect(page).to_have_url(re.compile("/glossary/eccentric/$"))
    expect(page.get_by_role("heading", name="Eccentric")).to_be_visible()
