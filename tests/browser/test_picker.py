import re

import pytest
from playwright.sync_api import expect

ARTICLE = "/exercises/leg-press/"
HIGH_AND_WIDE = "/exercises/leg-press/?height=high&width=wide"


def radio(page, axis, option):
    return page.get_by_role("group", name=axis).get_by_role("radio", name=option)


def summary(page):
    return page.get_by_role("status")


def row(page, muscle):
    return page.locator(".rank").filter(has=page.locator(f"#emphasis-{muscle}"))


def wait_for(page, words):
    """Until the panel tells of the stance and everything in it has come to rest."""
    expect(summary(page)).to_contain_text(words)
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    page.evaluate("Promise.allSettled(document.getAnimations().map(a => a.finished)).then(() => 0)")


def feet(page):
    """Where each foot stands in the picture, and its turn."""
    picture = page.locator("#stance-picture svg").bounding_box()
    boxes = [page.locator(f"#foot-{side}").bounding_box() for side in ("left", "right")]
    return [
        (round(box["x"] - picture["x"]), round(box["y"] - picture["y"]), round(box["width"])) for box in boxes
    ]


def tints(page):
    """Level and colour of every muscle on the map."""
    return page.locator("#muscle-map a[data-level]").evaluate_all(
        "all => Object.fromEntries(all.map(a => [a.id, [a.dataset.level, getComputedStyle(a).fill]]))"
    )


def shown(page):
    """All that a reader sees of a stance."""
    return {
        "chosen": page.locator("input:checked").evaluate_all("all => all.map(radio => radio.value)"),
        "summary": summary(page).inner_text(),
        "list": page.locator(".rank").all_inner_texts(),
        "bars": page.locator(".bar .fill").evaluate_all("all => all.map(bar => getComputedStyle(bar).width)"),
        "feet": feet(page),
        "map": tints(page),
    }


def test_a_click_moves_everything_that_tells_of_the_stance(page):
    page.goto(ARTICLE)
    steps = page.evaluate("history.length")
    live_region = summary(page).element_handle()
    (left_before, right_before), tints_before = feet(page), tints(page)

    radio(page, "Foot height", "high").click()
    wait_for(page, "feet high")
    radio(page, "Stance width", "wide").click()
    wait_for(page, "feet high and a wide stance")

    left, right = feet(page)
    assert left[0] < left_before[0]
    assert left[1] < left_before[1]
    assert right[0] > right_before[0]
    assert right[1] < right_before[1]
    assert live_region.evaluate("node => node.isConnected")
    assert "feet high and a wide stance" in live_region.inner_text()
    first = page.locator(".rank").first
    expect(first).to_contain_text("Gluteus maximus")
    expect(first).to_contain_text("up 2")
    glutes = "back-gluteus-maximus"
    assert (tints_before[glutes][0], tints(page)[glutes][0]) == ("3", "4")
    assert tints_before[glutes][1] != tints(page)[glutes][1]
    expect(page).to_have_url(re.compile(re.escape(HIGH_AND_WIDE) + "$"))
    assert page.evaluate("history.length") == steps


@pytest.mark.parametrize("is_other", [False, True], ids=["the same muscles", "other muscles"])
def test_the_map_stays_and_takes_over_what_has_changed_or_is_drawn_anew_for_other_muscles(page, is_other):
    page.goto(ARTICLE)
    drawing = page.locator("#muscle-map svg").element_handle()
    if is_other:  # as if another exercise had been published at the address meanwhile
        page.evaluate("document.getElementById('back-gluteus-maximus').remove()")
    radio(page, "Foot height", "high").click()
    wait_for(page, "feet high")
    assert drawing.evaluate("node => node.isConnected") != is_other
    assert page.locator("#back-gluteus-maximus").get_attribute("aria-label") == "gluteus maximus: main driver"
    assert page.locator("#muscle-map svg").get_attribute("aria-label").endswith("your feet high")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_chosen_stance_opened_afresh_shows_the_same(page, new_context, scripts):
    page.goto(ARTICLE)
    radio(page, "Foot height", "high").click()
    radio(page, "Stance width", "wide").click()
    wait_for(page, "feet high and a wide stance")
    expect(page).to_have_url(re.compile(re.escape(HIGH_AND_WIDE) + "$"))

    afresh = new_context(java_script_enabled=scripts).new_page()
    afresh.goto(page.url)
    assert shown(afresh) == shown(page)


def test_by_keyboard_the_focus_stays_on_the_chosen_radio(page):
    page.goto(ARTICLE)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.picker input')"):
            break
    expect(radio(page, "Foot height", "middle")).to_be_focused()

    page.keyboard.press("ArrowLeft")
    wait_for(page, "feet high")
    expect(radio(page, "Foot height", "high")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    wait_for(page, "feet high and a wide stance")
    expect(radio(page, "Stance width", "wide")).to_be_focused()
    expect(page).to_have_url(re.compile(re.escape(HIGH_AND_WIDE) + "$"))


def test_by_touch_a_tap_chooses(new_context):
    page = new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}).new_page()
    page.goto(ARTICLE)
    radio(page, "Foot height", "low").tap()
    wait_for(page, "feet low")
    radio(page, "Stance width", "narrow").tap()
    wait_for(page, "feet low and a narrow stance")
    expect(radio(page, "Foot height", "low")).to_be_checked()
    expect(radio(page, "Stance width", "narrow")).to_be_checked()
    expect(page.locator(".rank").first).to_contain_text("Vastus lateralis")


def test_without_scripts_the_form_has_a_button_that_loads_the_stance(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(ARTICLE)
    radio(page, "Foot height", "high").click()
    radio(page, "Stance width", "wide").click()
    page.get_by_role("button", name="Show this stance").click()
    expect(page).to_have_url(re.compile(re.escape(HIGH_AND_WIDE) + "&lens=taught$"))
    expect(radio(page, "Foot height", "high")).to_be_checked()
    expect(summary(page)).to_contain_text("feet high and a wide stance")
    expect(page.locator(".rank").first).to_contain_text("Gluteus maximus")


def test_with_scripts_the_button_is_not_there(page):
    page.goto(ARTICLE)
    expect(page.get_by_role("button", name="Show this stance")).to_be_hidden()


def test_back_leaves_in_one_step_and_forward_shows_the_whole_page_again(page):
    page.goto("/")
    page.get_by_role("link", name="Read the whole article").click()
    for height in ("high", "low", "high"):
        radio(page, "Foot height", height).click()
        wait_for(page, f"feet {height}")

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where do your feet go?")
    page.go_forward()
    expect(page.get_by_role("banner")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Leg press")
    expect(radio(page, "Foot height", "high")).to_be_checked()
    expect(summary(page)).to_contain_text("feet high")


def test_reloading_keeps_radios_and_panel_in_step(page):
    page.goto(ARTICLE)
    radio(page, "Foot height", "low").click()
    wait_for(page, "feet low")
    before = shown(page)
    page.reload()
    assert shown(page) == before


def test_the_picker_on_the_home_page_keeps_its_stance_in_the_address_of_the_home_page(page):
    page.goto("/")
    radio(page, "Foot height", "high").click()
    wait_for(page, "feet high")
    expect(page).to_have_url(re.compile(r"^[^/]+//[^/]+/\?height=high\b"))
    before = shown(page)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where do your feet go?")
    assert shown(page) == before


def test_of_quick_choices_the_last_one_stays_even_if_an_earlier_answer_comes_later(page):
    held = []
    page.route(re.compile(r"/panel/.*height=high"), lambda route: held.append(route))
    page.goto(ARTICLE)
    radio(page, "Foot height", "high").click()
    radio(page, "Foot height", "middle").click()
    radio(page, "Foot height", "low").click()
    wait_for(page, "feet low")
    for route in held:
        route.continue_()
    page.wait_for_load_state("networkidle")
    wait_for(page, "feet low")
    expect(radio(page, "Foot height", "low")).to_be_checked()
    expect(page).to_have_url(re.compile(r"\?height=low\b"))


SENT = """() => performance.getEntriesByType("resource").filter(e => e.name.includes("/panel/"))
    .map(e => [new URL(e.name).search, e.transferSize > 0])"""


@pytest.mark.parametrize("address", [ARTICLE, "/"])
@pytest.mark.parametrize("near", ["pointer", "keyboard"])
def test_the_panel_of_an_option_that_the_reader_comes_near_is_fetched_ahead(page, address, near):
    page.goto(address)
    high = radio(page, "Foot height", "high")
    with page.expect_response(re.compile(r"/panel/.*height=high")):
        if near == "pointer":
            high.locator("xpath=..").hover()
        else:
            high.focus()
    page.wait_for_load_state("networkidle")
    expect(summary(page)).to_contain_text("The neutral stance")
    high.click()
    wait_for(page, "feet high")
    asked = [sent for query, sent in page.evaluate(SENT) if "height=high" in query]
    assert asked == [True, False], "fetched once, and taken from what the browser holds"


def test_a_tap_on_a_muscle_of_the_map_opens_its_row_and_leaves_no_step_behind(new_context):
    page = new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}).new_page()
    page.goto(ARTICLE)
    radio(page, "Foot height", "high").tap()
    wait_for(page, "feet high")
    steps = page.evaluate("history.length")
    story = page.locator("#emphasis-gluteus-maximus")
    expect(story).to_be_hidden()
    page.locator("#back-gluteus-maximus .right").tap()
    expect(story).to_be_in_viewport()
    expect(page.locator("#emphasis-soleus")).to_be_hidden()
    assert page.evaluate("history.length") == steps
    expect(page).to_have_url(re.compile(r"\?height=high\b[^#]*$"))


def test_a_row_that_was_opened_stays_open_in_the_next_stance_and_the_others_closed(page):
    page.goto(ARTICLE)
    row(page, "gluteus-maximus").locator("summary").click()
    radio(page, "Foot height", "high").click()
    wait_for(page, "feet high")
    expect(page.locator("#emphasis-gluteus-maximus")).to_be_visible()
    expect(page.locator("#emphasis-gluteus-maximus")).to_contain_text("9 of 10")
    expect(page.locator(".rank details[open]")).to_have_count(1)


def test_without_scripts_a_muscle_of_the_map_leads_to_its_row(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(ARTICLE)
    page.locator("#back-gluteus-maximus .right").click()
    expect(page.locator("#emphasis-gluteus-maximus")).to_be_in_viewport()


def test_the_calf_raise_has_axes_of_its_own_and_tints_the_two_heads_apart(page):
    page.goto("/exercises/standing-calf-raise/")
    medial, lateral = "back-gastrocnemius-medial-right", "back-gastrocnemius-lateral-right"
    before, (_, right_before) = tints(page), feet(page)
    assert before[medial] == before[lateral]

    radio(page, "Toe angle", "toes out").click()
    wait_for(page, "toes turned out")
    out = tints(page)
    assert out[medial][0] > out[lateral][0]
    assert out[medial][1] != out[lateral][1]
    assert feet(page)[1] != right_before
    expect(row(page, "gastrocnemius-medial")).to_contain_text("up 1")

    radio(page, "Knee", "bent").click()
    wait_for(page, "toes turned out and slightly bent knees")
    expect(page.locator(".rank").first).to_contain_text("Soleus")
    expect(page).to_have_url(re.compile(r"\?toes=out&knee=bent$"))
    before = shown(page)
    page.reload()
    assert shown(page) == before
