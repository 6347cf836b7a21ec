from itertools import product

import pytest
from playwright.sync_api import expect

STANCES = [
    f"/exercises/leg-press/?height={height}&width={width}"
    for height, width in product(("high", "middle", "low"), ("narrow", "shoulder", "wide"))
]
STANCES += [f"{STANCES[0]}&lens=studies", f"{STANCES[8]}&lens=studies", "/exercises/leg-press/?lens=studies"]

# What has to be in view, and of how many parts at least it consists.
FIRST_SCREEN = {
    "h1": 1,
    ".axes label": 6,
    ".lens label": 2,
    "#stance-picture svg": 1,
    "[role=status] p": 1,
    ".rank:nth-child(-n+3) > details > summary": 3,
}
WHOLE_PANEL = {
    ".axes label": 6,
    ".lens label": 2,
    "#stance-picture svg": 1,
    "[role=status] p": 1,
    ".stance .map > *": 2,
    ".rank > details > summary": 10,
}


SCREENS = [((390, 844), FIRST_SCREEN), ((1024, 768), WHOLE_PANEL), ((1280, 768), WHOLE_PANEL)]

BEYOND_THE_SCREEN = """parts => parts.map(part => part.getBoundingClientRect())
    .filter(box => !(box.width && box.top >= 0 && box.left >= 0
        && box.bottom <= innerHeight && box.right <= innerWidth))
    .map(box => `${box.left} to ${box.right}, ${box.top} to ${box.bottom}`)"""


def test_what_a_choice_does_is_seen_without_scrolling(page):
    unseen = []
    for path in STANCES:
        page.goto(path)
        for (width, height), wanted in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            for selector, number in wanted.items():
                parts = page.locator(selector)
                assert parts.count() >= number, selector
                boxes = parts.evaluate_all(BEYOND_THE_SCREEN)
                unseen += [f"{path} at {width} x {height}: {selector}, {box}" for box in boxes]
    assert unseen == []


@pytest.mark.parametrize("width", [1280, 1600, 2560])
def test_notes_stand_beside_their_section_and_within_the_page(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/exercises/leg-press/")
    for section in page.locator(".has-notes").all():
        text, notes = (section.locator(part).bounding_box() for part in (".prose", ".notes ul"))
        assert text["x"] + text["width"] < notes["x"]
        assert notes["x"] + notes["width"] < width
        assert notes["width"] > 200
        assert notes["height"] < section.bounding_box()["height"]


def test_a_note_stays_in_view_with_its_section(page):
    page.set_viewport_size({"width": 1600, "height": 900})
    page.goto("/exercises/leg-press/#how-foot-height-changes-the-work")
    notes = page.locator("#how-foot-height-changes-the-work .notes ul")
    page.mouse.wheel(0, 200)
    expect(notes).to_be_in_viewport(ratio=1)


def test_where_there_is_no_room_for_notes_there_are_none(page):
    page.set_viewport_size({"width": 1200, "height": 900})
    page.goto("/exercises/leg-press/")
    expect(page.locator(".notes").first).to_be_hidden()


@pytest.mark.parametrize(("anchor", "marked"), [("the-helpers", 1), ("form-cues", 1), ("main", 0)])
def test_the_heading_that_an_address_names_is_marked_and_no_other(page, anchor, marked):
    page.goto(f"/exercises/leg-press/#{anchor}")
    lines = page.locator(".heading-link").evaluate_all(
        "links => links.map(link => getComputedStyle(link).textDecorationLine)"
    )
    assert lines.count("underline") == marked
