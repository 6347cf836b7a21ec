import re
import time
from html import unescape

import pytest

from exercises import markdown

NAMES = {
    "muscle": {"soleus": "soleus"},
    "study": {"smith-2020": "Smith 2020", "jones-2021": "Jones 2021", "odd-2022": 'Odd & "Sons" <b>2022</b>'},
}


def test_a_muscle_is_linked_by_its_name_or_by_own_words():
    assert (
        markdown.render("The [[muscle:soleus]].", NAMES)
        == '<p>The <a href="/muscles/soleus/">soleus</a>.</p>'
    )
    assert '<a href="/muscles/soleus/">it</a>' in markdown.render("[[muscle:soleus|it]]", NAMES)


def test_a_link_to_nothing_is_left_as_its_words():
    assert markdown.render("[[muscle:wing|the wing]]", NAMES) == "<p>the wing</p>"


def test_links_are_found_in_order_with_those_that_lead_nowhere():
    text = "[[muscle:soleus]] and [[planet:mars|Mars]]"
    assert markdown.links(text) == [("muscle", "soleus"), ("planet", "mars")]


def test_a_plain_link_to_a_muscle_counts_as_well():
    assert markdown.links("[it](/muscles/wing/) and [us](/about/)") == [("muscle", "wing")]


@pytest.mark.parametrize("text", ["[[Muscle:soleus]]", "[[soleus]]", "see [[muscle:soleus"])
def test_brackets_that_are_no_link_are_noticed(text):
    assert markdown.has_broken_link(text)


def test_links_and_code_are_not_taken_for_broken_links():
    assert not markdown.has_broken_link("[[muscle:soleus]], [it](/about/), `[[soleus]]`")


def test_a_link_inside_code_is_no_link():
    assert markdown.links("`[[muscle:soleus]]`") == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "[[muscle:soleus|<b onclick=alert(1)>x</b>]]",
        "[x](data:text/html,<script>1</script>)",
        "[[study:smith-2020|<b onclick=alert(1)>x</b>]]",
        "[[study:smith-2020|<script>alert(1)</script>]]",
        "[[study:odd-2022]]",
        "[[study:<b>]]",
        '[[study:x" onclick="alert(1)|<img src=x onerror=alert(1)>]]',
        "[[study:smith-2020|[x](javascript:alert(1))]]",
        "[[study:smith-2020|![x](http://elsewhere/x.png)]]",
    ],
)
@pytest.mark.parametrize("render", [markdown.render, markdown.render_inline], ids=["blocks", "inline"])
@pytest.mark.parametrize("is_numbered", [True, False], ids=["numbered", "linked"])
def test_nothing_that_runs_gets_through(text, render, is_numbered):
    html = render(text, NAMES, markdown.References() if is_numbered else None)
    assert "<script" not in html
    assert "<img" not in html
    assert "<b" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    # Of what is markup (and not words), only the attributes that we write.
    found = {name for tag in re.findall(r"<[^>]*>", html) for name in re.findall(r'\s([\w-]+)="', tag)}
    assert found <= {"href", "id", "aria-label"}


def test_headings_stand_below_those_of_the_page():
    assert markdown.render("# Title\n\n##### Deep", NAMES) == "<h3>Title</h3>\n<h6>Deep</h6>"


# Studies


def test_where_there_is_no_list_of_references_a_study_is_a_link_to_its_page():
    assert (
        markdown.render_inline("[[study:smith-2020]], [[study:jones-2021|another]].", NAMES)
        == '<a href="/evidence/smith-2020/">Smith 2020</a>, <a href="/evidence/jones-2021/">another</a>.'
    )


def test_with_references_a_study_is_a_number_that_leads_to_its_entry():
    assert markdown.render("Busier[[study:smith-2020]].", NAMES, markdown.References()) == (
        '<p>Busier<sup><a href="#reference-smith-2020" id="cited-smith-2020-1" aria-label="[1] Smith 2020">'
        "[1]</a></sup>.</p>"
    )


def test_own_words_stand_before_the_number():
    html = markdown.render_inline("[[study:smith-2020|A small study]] says so.", NAMES, markdown.References())
    assert html.startswith('A small study<sup><a href="#reference-smith-2020"')


def test_studies_are_numbered_as_they_are_first_mentioned_over_all_texts():
    references = markdown.References()
    first = markdown.render("[[study:jones-2021]] [[study:smith-2020]]", NAMES, references)
    second = markdown.render_inline("[[study:smith-2020]] [[study:jones-2021]]", NAMES, references)
    assert re.findall(r">\[(\d)\]<", first + second) == ["1", "2", "2", "1"]
    assert list(references.places) == ["jones-2021", "smith-2020"]


def test_every_place_has_an_id_of_its_own_and_is_counted():
    references = markdown.References()
    html = markdown.render("[[study:smith-2020]] " * 3 + "[[study:jones-2021]]", NAMES, references)
    html += markdown.render_inline("[[study:smith-2020]]", NAMES, references)
    assert re.findall(r'id="([^"]+)"', html) == [
        "cited-smith-2020-1",
        "cited-smith-2020-2",
        "cited-smith-2020-3",
        "cited-jones-2021-1",
        "cited-smith-2020-4",
    ]
    assert references.places == {"smith-2020": 4, "jones-2021": 1}


def test_a_study_that_is_not_there_is_left_as_its_words_and_takes_no_number():
    references = markdown.References()
    assert markdown.render_inline("[[study:nope|somebody]]", NAMES, references) == "somebody"
    assert references.places == {}


def test_muscles_stay_links_beside_references():
    html = markdown.render_inline("[[muscle:soleus]]", NAMES, markdown.References())
    assert html == '<a href="/muscles/soleus/">soleus</a>'


def test_a_name_with_signs_of_markup_is_words():
    html = markdown.render_inline("[[study:odd-2022]]", NAMES, markdown.References())
    (label,) = re.findall(r'aria-label="([^"]*)"', html)
    assert unescape(label) == '[1] Odd & "Sons" <b>2022</b>'


def test_a_citation_inside_code_is_none():
    references = markdown.References()
    markdown.render("`[[study:smith-2020]]`", NAMES, references)
    assert references.places == {}


@pytest.mark.parametrize(
    "text", ["# Big", "- one\n- two", "> said", "one\n\ntwo", "| a |\n|---|\n| b |", "---"]
)
def test_a_text_inside_a_paragraph_has_no_blocks(text):
    html = markdown.render_inline(text, NAMES)
    assert not re.search(r"<(p|h\d|ul|ol|li|blockquote|table|hr)\b", html)


def test_a_text_inside_a_paragraph_keeps_what_stands_in_a_line():
    assert markdown.render_inline("**a** *b* `c`", NAMES) == "<strong>a</strong> <em>b</em> <code>c</code>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\n\nTwo[[study:smith-2020]].", [("One.", False), ("Two", True)]),
        ("- a\n- [b](/evidence/smith-2020/)", [("a", False), ("b", True)]),
        ("[[muscle:soleus]]", [("soleus", False)]),
        ("# Head\n\n[[study:nobody]]", [("Head", False), ("nobody", True)]),
    ],
)
def test_each_paragraph_is_known_to_cite_a_study_or_not(text, expected):
    found = markdown.paragraphs(text)
    assert [has_citation for _, has_citation in found] == [has_citation for _, has_citation in expected]
    assert all(words in text for (text, _), (words, _) in zip(found, expected, strict=True))


def test_a_plain_link_to_a_study_counts_as_well():
    assert markdown.links("[it](/evidence/smith-2020/) [[study:jones-2021]]") == [
        ("study", "jones-2021"),
        ("study", "smith-2020"),
    ]


def test_a_text_with_thousands_of_brackets_has_no_links_and_takes_no_time():
    started = time.process_time()
    html = markdown.render("[a](/about/) " + "![" * 50_000, {})
    assert time.process_time() - started < 1
    assert "<a " not in html
    assert html.count("[") == 50_001
    assert markdown.render("[a](/about/) " + "[" * 100, {}).startswith('<p><a href="/about/">')
