import gzip
from itertools import product
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
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
    css = sum(size for request, size in sizes.items() if kinds[request] == "Stylesheet")
    assert len(asked) == len(sizes) <= 8
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(site).netloc}
    assert 0 < html < 35_000
    assert html < html + css < 45_000
    assert sum(sizes.values()) < 100_000


STANCES = [
    f"height={h}&width={w}" for h, w in product(("high", "middle", "low"), ("narrow", "shoulder", "wide"))
]


@pytest.mark.parametrize("path", ["/exercises/leg-press/", "/exercises/leg-press/v/1/"])
def test_an_article_with_all_its_evidence_is_light_in_its_heaviest_stance(site, path):
    sizes = {}
    for stance, lens in product(STANCES, ("taught", "studies")):
        address = f"{path}?{stance}&lens={lens}"
        with urlopen(Request(site + address, headers={"Accept-Encoding": "gzip"})) as answer:
            body = answer.read()
        assert b"</html>" in gzip.decompress(body)
        sizes[address] = len(body)
    assert max(sizes.values()) < 35_000, max(sizes, key=sizes.get)


@pytest.mark.parametrize("path", ["/evidence/", "/evidence/escamilla-2001/"])
def test_the_pages_of_studies_are_light(site, path):
    with urlopen(Request(site + path, headers={"Accept-Encoding": "gzip"})) as answer:
        assert len(answer.read()) < 35_000


def test_reading_sets_no_cookie(page):
    for path in ("/", "/muscles/", "/evidence/", "/evidence/da-silva-2008/", "/about/", ARTICLE):
        page.goto(path)
    page.get_by_role("radio", name="high").click()
    expect(page.get_by_role("status")).to_contain_text("feet high")
    page.get_by_role("radio", name="backed by studies").click()
    expect(page.get_by_role("status")).to_contain_text("as far as studies back it")
    assert page.context.cookies() == []


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(page):
    policy = page.goto(ARTICLE).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
