from itertools import product

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
