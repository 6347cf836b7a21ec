from playwright.sync_api import expect

ARTICLE = "/exercises/leg-press/"


def test_the_switch_turns_the_page_dark_and_a_reload_keeps_it_so(new_context):
    page = new_context(color_scheme="light").new_page()
    page.goto(ARTICLE)
    light = colours(page)
    page.get_by_role("button", name="Dark colours").click()
    dark = colours(page)
    assert all(before != after for before, after in zip(light, dark, strict=True))
    page.reload()
    assert colours(page) == dark
    expect(page.get_by_role("button", name="Dark colours")).to_have_attribute("aria-pressed", "true")
    page.goto("/about/")
    assert colours(page) == dark[:2]
    assert page.context.cookies() == []


def test_choosing_what_the_system_has_follows_the_system_again(new_context):
    page = new_context(color_scheme="light").new_page()
    page.goto(ARTICLE)
    light = colours(page)
    switch = page.get_by_role("button", name="Dark colours")
    switch.click()
    switch.click()
    assert colours(page) == light
    page.emulate_media(color_scheme="dark")
    assert colours(page) != light
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("localStorage.length") == 0


def colours(page):
    """Of the paper, the ink and, where there is a map, the strongest muscle."""
    page.evaluate("Promise.allSettled(document.getAnimations().map(a => a.finished)).then(() => 0)")
    return page.evaluate(
        """() => {
            const root = getComputedStyle(document.documentElement);
            const muscle = document.querySelector(".muscle-map [data-level='4']");
            return [root.backgroundColor, root.color, ...(muscle ? [getComputedStyle(muscle).fill] : [])];
        }"""
    )
