"""The notes beside the sections of an article: the studies that they cite, the words that they explain."""

import pytest

from exercises import document as documents
from exercises import emphasis, freezing, markdown
from exercises.contexts import article_context
from tests.make import make_exercise, make_exercise_value, make_study, make_study_value, make_surroundings

SMITH = make_study_value("smith-2020", participants="12 women")
JONES = make_study_value("jones-2021", participants="")
TERMS = [
    documents.TermDocument(slug=slug, name=slug, definition=f"What {slug} means.")
    for slug in ("concentric", "eccentric")
]


def notes_of(*bodies: str) -> list[list[str]]:
    """For each section with one of these texts, its notes: numbers and names."""
    sections = tuple(documents.Section(heading="How", body=body) for body in bodies)
    around = make_surroundings(studies=[SMITH, JONES], terms=TERMS)
    document = freezing.freeze_exercise(make_exercise_value(sections=sections), around)
    context = article_context(document, emphasis.stance_from(document, {}))
    return [
        [f"[{note.number}] {note.study.short_name}" if note.study else note.term.name for note in notes]
        for _, notes in context["sections"]
    ]


def test_what_a_section_cites_and_explains_stands_beside_it_once_in_the_order_of_its_text():
    body = "[[term:eccentric]][[study:jones-2021]], [[study:smith-2020|Smith]]"
    assert notes_of(f"{body}. {body}") == [["eccentric", "[1] Jones 2021", "[2] Smith 2020"]]


def test_a_study_is_noted_in_each_section_and_a_term_where_it_comes_first():
    first = "[[term:concentric]][[study:smith-2020]]"
    second = "[[term:concentric]][[term:eccentric]][[study:smith-2020]]"
    assert notes_of(first, second) == [
        ["concentric", "[1] Smith 2020"],
        ["eccentric", "[1] Smith 2020"],
    ]


@pytest.mark.parametrize(
    "body",
    ["Plain.", "[[muscle:front]]", "[[term:nothing]]", "[glossary](/glossary/)", "`[[study:smith-2020]]`"],
)
def test_a_section_without_studies_and_terms_has_no_notes(body):
    assert notes_of(body) == [[]]


def test_links_that_staff_write_by_themselves_are_no_notes_of_what_the_page_has_no_copy_of():
    assert markdown.noted('<a href="/glossary/eccentric/">it</a>') == [("term", "eccentric")]
    assert notes_of("[it](/glossary/unheard-of/) and [that](#reference-nobody)") == [[]]


def test_the_page_has_the_notes_with_who_took_part_and_what_words_mean(client, starter_content):
    html = client.get("/exercises/leg-press/").content.decode()
    beside = html.split('id="the-muscles-that-do-most-of-the-work"')[1].split("</section>")[0]
    assert 'role="note"' in beside
    assert '<a href="#reference-ema-2016">[3] Ema 2016</a>. Three experiments, with 11 adults' in beside
    assert "Eccentric</a></b> Working while getting longer, as a brake." in beside
    calm = client.get("/exercises/standing-calf-raise/").content.decode()
    assert calm.count('role="note"') == calm.count('class="has-notes"') == 5


def test_a_retracted_study_is_struck_through_in_the_notes(client, empty_site):
    make_exercise(is_published=False)
    make_study("smith-2020", is_retracted=True)
    section = documents.Section(heading="How", body="So it is[[study:smith-2020]].")
    make_exercise("squat", sections=(section,))
    html = client.get("/exercises/squat/").content.decode()
    assert "[1] <s>Smith 2020</s></a>, retracted. 12 women." in html


def test_a_word_that_no_section_uses_is_explained_at_the_end(client, starter_content):
    html = client.get("/exercises/leg-press/").content.decode()
    at_the_end = html.split('<section id="terms">')[1].split("</section>")[0]
    assert '<li id="term-knee-valgus">' in at_the_end
    assert "Eccentric" not in at_the_end
    assert html.count('id="term-eccentric"') == html.count('id="term-knee-valgus"') == 1
    assert 'href="#terms"' not in client.get("/exercises/standing-calf-raise/").content.decode()
