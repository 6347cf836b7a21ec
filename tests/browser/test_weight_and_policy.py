from urllib.parse import urlsplit

from playwright.sync_api import expect

ARTICLE = "/exercises/leg-press/"


def test_the_first_visit_to_an_article_is_light(page, site):
    asked, kinds, sizes = [], {}, {}
    wire = page.context.new_cdp_session(page)
    wire.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    wire.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    wire.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    wire.send("Network.enable")
    page.goto(ARTICLE, wait_until="networkidle")

    html = next(size for request, size in sizes.items() if kinds[request] == "Document")
    assert len(asked) == len(sizes) <= 8
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(site).netloc}
    assert 0 < html < 25_000
    assert sum(sizes.values()) < 100_000


def test_reading_sets_no_cookie(page):
    for path in ("/", "/muscles/", "/about/", ARTICLE):
        page.goto(path)
    page.get_by_role("radio", name="high").click()
    expect(page.get_by_role("status")).to_contain_text("feet high")
    assert page.context.cookies() == []


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(page):
    policy = page.goto(ARTICLE).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
