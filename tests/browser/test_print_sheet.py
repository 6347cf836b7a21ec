import io
import unicodedata

import pytest
from pypdf import PdfReader

STANCES = ["", "?height=high&width=wide", "?height=high&width=wide&lens=studies"]


@pytest.mark.parametrize("stance", STANCES, ids=["neutral", "high and wide", "backed by studies"])
def test_an_article_prints_on_two_pages_with_what_one_needs(page, site, stance):
    page.goto(f"/exercises/leg-press/{stance}")
    wanted = [
        page.locator(".answer").inner_text(),
        page.get_by_role("status").inner_text(),
        page.locator("#form-cues h3").first.inner_text(),
        page.locator("#form-cues h3").last.inner_text(),
        page.locator(".rank .name").last.evaluate("name => name.firstChild.textContent"),
        f"{site}/exercises/leg-press/v/1/",
    ]
    for paper in ("A4", "Letter"):
        sheet = PdfReader(io.BytesIO(page.pdf(format=paper)))
        text = plain("".join(leaf.extract_text() for leaf in sheet.pages))
        assert [sentence for sentence in wanted if plain(sentence) not in text] == []
        assert len(sheet.pages) <= 2


def plain(text):
    """Without ligatures and blanks, which a PDF has its own way with."""
    return "".join(unicodedata.normalize("NFKC", text).split())
