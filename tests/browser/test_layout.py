from itertools import product

import pytest

STANCES = [
    f"/exercises/leg-press/?height={height}&width={width}"
    for height, width in product(("high", "middle", "low"), ("narrow", "shoulder", "wide"))
]

# What has to be in view, and of how many parts at least it consists.
FIRST_SCREEN = {
    "h1": 1,
    ".picker label": 6,
    "#stance-picture svg": 1,
    "[role=status]": 1,
    ".rank:nth-child(-n+3) > details > summary": 3,
}
WHOLE_PANEL = {
    ".picker label": 6,
    "#stance-picture svg": 1,
    "[role=status]": 1,
    ".stance .map": 1,
    ".rank > details > summary": 10,
}


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((390, 844), FIRST_SCREEN), ((1024, 768), WHOLE_PANEL), ((1280, 768), WHOLE_PANEL)],
    ids=["on a phone", "on a small laptop", "on a laptop"],
)
def test_what_a_choice_does_is_seen_without_scrolling(new_context, size, wanted):
    page = new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce").new_page()
    unseen = []
    for path in STANCES:
        page.goto(path)
        for selector, number in wanted.items():
            parts = page.locator(selector)
            assert parts.count() >= number, selector
            unseen += [(path, selector, box) for box in parts.evaluate_all(BEYOND_THE_SCREEN)]
    assert unseen == []


BEYOND_THE_SCREEN = """parts => parts.map(part => part.getBoundingClientRect())
    .filter(box => !(box.width && box.top >= 0 && box.left >= 0
        && box.bottom <= innerHeight && box.right <= innerWidth))
    .map(box => `${box.left} to ${box.right}, ${box.top} to ${box.bottom}`)"""
