"""The lens, the grades and the studies behind them, as readers come upon them."""

import re

from playwright.sync_api import expect

from .test_picker import ARTICLE, radio, row, shown, summary, wait_for

LENS = "Emphasis"


def watch_requests(page):
    """Grows by the address of whatever the page asks for from now on."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def open_row(page, muscle):
    row(page, muscle).locator("summary").click()
    expect(page.locator(f"#emphasis-{muscle}")).to_be_visible()


# The lens


def test_a_click_on_the_lens_changes_what_counts_in_place_and_the_address(page):
    page.goto(f"{ARTICLE}?height=high")
    steps = page.evaluate("history.length")
    live_region = summary(page).element_handle()
    expect(row(page, "rectus-femoris")).to_contain_text("down 2")

    radio(page, LENS, "backed by studies").click()
    wait_for(page, "as far as studies back it")
    expect(row(page, "rectus-femoris").locator(".change")).to_have_text("set aside")
    expect(row(page, "gluteus-maximus").locator(".change")).to_contain_text("up 2")
    expect(page.get_by_role("heading", name="Taught, but set aside here")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?height=high&width=shoulder&lens=studies$"))
    assert live_region.evaluate("node => node.isConnected")
    assert page.evaluate("history.length") == steps

    radio(page, LENS, "as taught").click()
    expect(summary(page)).not_to_contain_text("as far as studies back it")
    expect(row(page, "rectus-femoris")).to_contain_text("down 2")
    expect(page.get_by_text("Taught, but set aside here")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?height=high&width=shoulder$"))


def test_the_map_follows_the_lens(page):
    page.goto(f"{ARTICLE}?height=low")
    thigh = page.locator("#front-rectus-femoris")
    expect(thigh).to_have_attribute("data-level", "4")
    radio(page, LENS, "backed by studies").click()
    wait_for(page, "as far as studies back it")
    expect(thigh).to_have_attribute("data-level", "3")


def test_by_keyboard_the_lens_is_reached_after_the_axes_and_keeps_the_focus(page):
    page.goto(f"{ARTICLE}?height=high")
    radio(page, "Stance width", "shoulder-width").focus()
    page.keyboard.press("Tab")
    expect(radio(page, LENS, "as taught")).to_be_focused()
    page.keyboard.press("ArrowRight")
    wait_for(page, "as far as studies back it")
    expect(radio(page, LENS, "backed by studies")).to_be_focused()
    expect(page).to_have_url(re.compile(r"&lens=studies$"))


def test_the_lens_stays_while_the_feet_move(page):
    page.goto(ARTICLE)
    radio(page, LENS, "backed by studies").click()
    expect(page).to_have_url(re.compile(r"\?lens=studies$"))
    radio(page, "Foot height", "high").click()
    wait_for(page, "feet high, as far as studies back it")
    expect(page).to_have_url(re.compile(r"\?height=high&width=shoulder&lens=studies$"))
    before = shown(page)
    page.reload()
    assert shown(page) == before


def test_the_lens_works_on_the_home_page(page):
    page.goto("/?height=high")
    radio(page, LENS, "backed by studies").click()
    wait_for(page, "as far as studies back it")
    expect(page).to_have_url(re.compile(r"^[^/]+//[^/]+/\?height=high&width=shoulder&lens=studies$"))


def test_without_scripts_the_button_of_the_form_brings_the_lens(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(ARTICLE)
    radio(page, "Foot height", "high").click()
    radio(page, LENS, "backed by studies").click()
    page.get_by_role("button", name="Show this stance").click()
    expect(page).to_have_url(re.compile(r"\?height=high&width=shoulder&lens=studies$"))
    expect(radio(page, LENS, "backed by studies")).to_be_checked()
    expect(summary(page)).to_contain_text("as far as studies back it")


# The grades


def test_every_row_that_moved_has_its_grade_in_a_word_and_a_mark(page):
    page.goto(f"{ARTICLE}?height=high&width=wide")
    for muscle, grade in {
        "gluteus-maximus": "partly supported",
        "gastrocnemius": "supported",
        "rectus-femoris": "contested",
        "vastus-intermedius": "untested",
        "biceps-femoris": "mixed",
    }.items():
        seen = row(page, muscle).locator("summary .certainty")
        expect(seen).to_have_text(grade)
        expect(seen).to_be_visible()
        expect(seen.locator("svg")).to_be_visible()
    expect(row(page, "soleus").locator("summary .certainty")).to_have_count(0)


def test_the_marks_differ_in_shape_and_not_in_colour(page):
    page.goto("/about/")
    marks = page.locator("table .certainty-mark")
    expect(marks).to_have_count(5)
    colours = marks.evaluate_all("all => all.map(mark => getComputedStyle(mark).color)")
    assert len(set(colours)) == 1
    shapes = set()
    for mark in marks.all():  # each in the same place, so that nothing but its shape can differ
        mark.evaluate(
            "m => Object.assign(m.style, {position: 'fixed', top: 0, left: 0, background: 'white'})"
        )
        shapes.add(page.screenshot(clip={"x": 0, "y": 0, "width": 12, "height": 12}))
        mark.evaluate("m => { m.style.display = 'none' }")
    assert len(shapes) == 5


def test_the_mark_of_a_row_is_big_enough_to_tell(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{ARTICLE}?height=high")
    for mark in page.locator(".rank summary .certainty-mark").all():
        box = mark.bounding_box()
        assert min(box["width"], box["height"]) >= 9


# The studies behind a grade


def test_opening_a_row_shows_who_found_it_and_who_did_not_and_asks_for_nothing(page):
    page.goto(f"{ARTICLE}?height=low", wait_until="networkidle")
    asked = watch_requests(page)
    open_row(page, "rectus-femoris")
    story = page.locator("#emphasis-rectus-femoris")
    votes = story.locator(".votes")
    expect(votes.filter(has=page.get_by_text("For", exact=True))).to_contain_text("Da Silva 2008")
    expect(votes.filter(has=page.get_by_text("Against", exact=True))).to_contain_text("Escamilla 2001")
    expect(story).to_contain_text("Contested.")
    page.wait_for_load_state("networkidle")
    assert asked == []


def test_without_scripts_a_row_opens_to_its_studies_too(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{ARTICLE}?height=high")
    open_row(page, "gluteus-maximus")
    expect(page.locator("#emphasis-gluteus-maximus")).to_contain_text("Da Silva 2008")


def test_a_row_stays_open_when_the_lens_changes(page):
    page.goto(f"{ARTICLE}?height=high")
    open_row(page, "rectus-femoris")
    radio(page, LENS, "backed by studies").click()
    wait_for(page, "as far as studies back it")
    expect(page.locator("#emphasis-rectus-femoris")).to_be_visible()
    expect(page.locator("#emphasis-rectus-femoris")).to_contain_text("Set aside:")
    expect(page.locator(".rank details[open]")).to_have_count(1)


def test_the_name_of_a_study_leads_to_its_page_and_that_back_to_the_stance(page):
    page.goto(f"{ARTICLE}?height=high&width=wide")
    open_row(page, "gluteus-maximus")
    page.locator("#emphasis-gluteus-maximus").get_by_role("link", name="Da Silva 2008").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Da Silva 2008")
    page.get_by_role("link", name="With your feet low: gastrocnemius up 1").click()
    expect(radio(page, "Foot height", "low")).to_be_checked()
    # A link from elsewhere opens the row that it leads to.
    expect(page.locator("#emphasis-gastrocnemius")).to_be_in_viewport()


# References


def test_a_number_leads_down_to_its_reference_and_the_arrow_back(page):
    page.goto(ARTICLE)
    cited = page.locator("#cited-da-silva-2008-2")
    number = cited.inner_text().strip("[]")
    cited.scroll_into_view_if_needed()
    cited.click()
    entry = page.locator("#reference-da-silva-2008")
    expect(entry).to_be_in_viewport()
    expect(entry).to_contain_text("22(4):1059-1065")
    place = entry.evaluate("entry => [...entry.parentElement.children].indexOf(entry) + 1")
    assert str(place) == number
    entry.get_by_role("link", name="Back to where Da Silva 2008 is cited, 2").click()
    expect(cited).to_be_in_viewport()


def test_a_number_is_big_enough_to_tap(new_context):
    page = new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}).new_page()
    page.goto(ARTICLE)
    page.locator("#cited-wilk-1996-1").tap()
    expect(page.locator("#reference-wilk-1996")).to_be_in_viewport()


def test_a_claim_leads_to_the_stance_that_shows_it(page):
    page.goto(ARTICLE)
    claims = page.locator("#evidence")
    claims.get_by_role("link", name="With your feet high: gluteus maximus up 2").click()
    expect(radio(page, "Foot height", "high")).to_be_checked()
    expect(row(page, "gluteus-maximus")).to_contain_text("partly supported")


# The list of studies


def test_the_studies_can_be_narrowed_down(page):
    page.goto("/evidence/")
    everything = page.locator(".studies > li").count()
    page.get_by_label("Exercise", exact=True).select_option("standing calf raise")
    page.get_by_label("What was measured").select_option("growth over weeks of training")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"exercise=standing-calf-raise&.*kind=growth"))
    expect(page.get_by_label("Exercise", exact=True)).to_have_value("standing-calf-raise")
    assert 0 < page.locator(".studies > li").count() < everything
    expect(page.get_by_role("link", name="Nunes 2020")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(page.locator(".studies > li")).to_have_count(everything)


def test_the_data_for_machines_is_read_by_nobody_else(page):
    """It breaks no policy (new_context watches) and is not on the page."""
    for path in (ARTICLE, "/evidence/da-silva-2008/", "/muscles/gluteus-maximus/"):
        page.goto(path)
        expect(page.locator("script[type='application/ld+json']")).to_have_count(1)
        assert "schema.org" not in page.locator("body").inner_text()
