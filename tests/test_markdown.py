import pytest

from exercises import markdown

NAMES = {"muscle": {"soleus": "soleus"}}


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
    ],
)
def test_nothing_that_runs_gets_through(text):
    html = markdown.render(text, NAMES)
    assert "<script" not in html
    assert "<img" not in html
    assert "<b" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html


def test_headings_stand_below_those_of_the_page():
    assert markdown.render("# Title\n\n##### Deep", NAMES) == "<h3>Title</h3>\n<h6>Deep</h6>"
