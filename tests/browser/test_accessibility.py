import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

ARTICLE = "/exercises/leg-press/"
PAGES = [
    "/",
    "/exercises/",
    "/exercises/leg-press/?height=high&width=wide",
    "/exercises/standing-calf-raise/",
    "/muscles/",
    "/muscles/gluteus-maximus/",
    "/evidence/",
    "/evidence/?exercise=leg-press&kind=growth&order=largest",
    "/evidence/escamilla-2001/",
    "/glossary/",
    "/glossary/mri/",
    "/search/",
    "/search/?q=quadriceps",
    "/search/?q=zebra",
    "/about/",
    "/no/such/page/",
]
# What is there besides on pages that are like one of those.
PARTS = {
    "/exercises/leg-press/?height=high&width=wide&lens=studies": ".stance",
    "/exercises/leg-press/v/1/": ".banner",
}
# All of axe's rules, good practice too, and the one of WCAG 2.2 that is off by default.
AXE_OPTIONS = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
# The dark theme has other colours and nothing else: there the rules of colours are asked again.
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}


def open_fully(page, path):
    """The page with all that it folds away unfolded."""
    page.goto(path)
    page.locator("details").evaluate_all("all => all.forEach(part => part.open = true)")


@pytest.mark.parametrize(("path", "part"), [*((path, "html") for path in PAGES), *PARTS.items()])
def test_axe_finds_nothing(new_context, path, part):
    page = new_context(reduced_motion="reduce").new_page()
    open_fully(page, path)
    page.evaluate(Axe().axe_script)
    found = []
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, options in (("light", AXE_OPTIONS), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            results = AxeResults(
                page.evaluate("([part, options]) => axe.run(part, options)", [part, options])
            )
            if results.violations_count:
                found.append(f"{width} px, {scheme}: {results.generate_report()}")
    assert not found, "\n".join(found)


def test_nothing_is_wider_than_the_narrowest_phone(new_context):
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    too_wide = []
    for path in (*PAGES, *PARTS):
        open_fully(page, path)
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            too_wide.append(path)
    assert too_wide == []


def test_the_first_tab_stop_skips_to_the_content(page):
    page.goto(ARTICLE)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_whatever_has_the_focus_shows_it(page):
    open_fully(page, ARTICLE)
    kinds, unmarked = set(), []
    for _ in range(500):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const stop = document.activeElement, style = getComputedStyle(stop);
                return {
                    kind: stop.localName,
                    html: stop.outerHTML.slice(0, 120),
                    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
                };
            }"""
        )
        if stop["kind"] == "body":
            break
        kinds.add(stop["kind"])
        if not stop["marked"]:
            unmarked.append(stop["html"])
    assert unmarked == []
    assert kinds == {"a", "button", "input", "pre", "summary"}


def test_without_scripts_the_focused_button_of_the_form_shows_it(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(ARTICLE)
    page.get_by_role("radio", name="as taught").focus()
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Show this stance")
    expect(button).to_be_focused()
    expect(button).not_to_have_css("outline-style", "none")


def test_with_reduced_motion_nothing_glides(page):
    page.goto(ARTICLE)
    parts = page.locator("#foot-left, #foot-right, #bar-gluteus-maximus, #back-gluteus-maximus")
    seconds = "parts => parts.map(part => parseFloat(getComputedStyle(part).transitionDuration))"
    assert all(0 < duration <= 0.2 for duration in parts.evaluate_all(seconds))
    page.emulate_media(reduced_motion="reduce")
    assert parts.evaluate_all(seconds) == [0, 0, 0, 0]


def test_in_forced_colours_the_chosen_option_is_told_apart(new_context):
    page = new_context(forced_colors="active").new_page()
    page.goto(ARTICLE)
    chosen = {ground(label) for label in page.locator(".options label:has(:checked)").all()}
    others = {ground(label) for label in page.locator(".options label:not(:has(:checked))").all()}
    assert len(chosen) == len(others) == 1
    assert chosen != others


def ground(label):
    """The colour above its words as it is painted: computed styles do not tell of forced colours."""
    return label.page.evaluate(
        """async png => {
            const image = await createImageBitmap(new Blob([new Uint8Array(png)]));
            const brush = new OffscreenCanvas(image.width, image.height).getContext("2d");
            brush.drawImage(image, 0, 0);
            return brush.getImageData(image.width / 2, 4, 1, 1).data.join();
        }""",
        list(label.screenshot()),
    )
