"""What every public page has in common: headers, caching, refusals, queries."""

import re

import pytest
from django.test import Client

from exercises import certainty, publishing
from tests.make import make_exercise, make_finding, make_muscle, make_study, make_study_value

ADDRESSES = [
    "/",
    "/?height=high",
    "/about/",
    "/exercises/",
    "/exercises/leg-press/",
    "/exercises/leg-press/?height=high&width=wide",
    "/exercises/leg-press/panel/?height=low",
    "/exercises/leg-press/v/1/",
    "/exercises/leg-press/v/1/panel/",
    "/exercises/standing-calf-raise/?toes=in",
    "/exercises/leg-press/?lens=studies",
    "/exercises/leg-press/panel/?height=high&lens=studies",
    "/evidence/",
    "/evidence/?exercise=leg-press&order=largest",
    "/evidence/da-silva-2008/",
    "/muscles/",
    "/muscles/gluteus-maximus/",
    "/robots.txt",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_public_page_sets_no_cookie_and_has_a_strict_policy(client, starter_content, address):
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "public" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_that_has_not_changed_answers_304(client, starter_content, address):
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    strong = tag.removeprefix("W/")
    compressed = client.get(address, headers={"If-None-Match": strong, "Accept-Encoding": "gzip"})
    assert compressed.status_code == 304


@pytest.mark.parametrize("address", [*ADDRESSES, "/search/?q=press", "/sitemap.xml", "/healthz"])
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_page_that_only_reads_refuses_other_methods(starter_content, address, method):
    response = getattr(Client(enforce_csrf_checks=True), method)(address)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("address", [*ADDRESSES, "/search/", "/search/?q=press"])
def test_nothing_on_a_page_is_inline_or_from_elsewhere(client, starter_content, address):
    html = client.get(address).content.decode()
    assert " style=" not in html
    assert "<style" not in html
    html = re.sub(r'<script type="application/ld\+json">[^<]*</script>', "", html)  # data, which nothing runs
    scripts = re.findall(r"<script\b[^>]*>(?:(?!</script>).)*", html, re.S)
    assert all(re.fullmatch(r'<script src="/static/[^"]+"( defer)?>', script) for script in scripts), scripts
    assert all(
        re.search(r'rel="canonical"|href="/(static/|feed.xml")', link)
        for link in re.findall("<link[^>]*>", html)
    )
    assert not re.search(r"<(img|iframe|object|embed)\b|\son\w+=", html)


@pytest.mark.parametrize(
    "address",
    [
        "/nothing/",
        "/exercises/squat/",
        "/exercises/squat/panel/",
        "/exercises/leg-press/v/7/",
        "/exercises/leg-press/v/0/",
        "/exercises/leg-press/v/99999999999999999999999/",
        "/exercises/leg-press/v/7/panel/",
        "/muscles/wing/",
        "/evidence/nope-2020/",
        "/evidence/?kind=nope",
        "/exercises/leg%20press/",
    ],
)
def test_what_is_not_there_is_a_404_that_helps(client, starter_content, address):
    response = client.get(address)
    assert response.status_code == 404
    html = response.content.decode()
    assert "That is not here" in html
    assert 'href="/exercises/leg-press/"' in html
    assert 'href="/muscles/soleus/"' in html


def test_a_request_that_makes_no_sense_gets_a_page_that_says_so(client, starter_content):
    response = client.get("/", headers={"Host": "somewhere.else"})
    assert response.status_code == 400
    assert "We did not understand that" in response.content.decode()


def test_the_page_for_our_own_mistakes_needs_no_database(client, django_assert_num_queries, db):
    from django.template.loader import render_to_string

    with django_assert_num_queries(0):
        assert "Something broke on our side" in render_to_string("500.html")


@pytest.mark.parametrize("count", [1, 50])
def test_pages_need_few_queries_however_many_exercises_there_are(
    client, empty_site, django_assert_max_num_queries, count
):
    make_exercise()
    for number in range(count - 1):
        make_exercise(f"press-{number}")
    for most, address in [
        (1, "/exercises/press/panel/?height=high"),
        (2, "/exercises/press/?height=high"),
        (3, "/exercises/press/v/1/"),
        (3, "/"),
        (2, "/exercises/"),
        (1, "/muscles/"),
        (5, "/muscles/front/"),
        (2, "/search/?q=press"),
        (8, "/sitemap.xml"),
        (2, "/sitemap-exercises.xml"),
    ]:
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


def test_an_empty_site_still_answers(client, empty_site):
    assert "No exercise has been published yet" in client.get("/").content.decode()
    make_muscle("front")
    assert "No exercise on this site involves it yet" in client.get("/muscles/front/").content.decode()


@pytest.mark.parametrize("count", [3, 60])
def test_an_article_and_its_panel_need_no_more_queries_however_many_studies_there_are(
    client, empty_site, django_assert_num_queries, count
):
    exercise = make_exercise(is_published=False)
    for number in range(count):
        make_study(f"study-{number}", make_finding())
    publishing.publish([exercise], "First.")
    for queries, address in [
        (1, "/exercises/press/panel/?height=high"),
        (1, "/exercises/press/panel/?height=high&lens=studies"),
        (2, "/exercises/press/?height=high"),  # the second for what changed
        (3, "/?height=high&lens=studies"),
    ]:
        with django_assert_num_queries(queries):
            html = client.get(address).content.decode()
        assert html.count('href="/evidence/study-') >= count


def test_the_about_page_states_the_rule_with_its_five_grades(client, starter_content):
    html = client.get("/about/").content.decode()
    table = html[html.index("The grade</th>") :].partition("</table>")[0]
    rows = re.findall(r"<tr><td>([^<]+)</td><td>.*?</svg>\s*([\w ]+)</span>", table, re.S)
    assert rows == [
        ("two or more agree, none disagrees", "supported"),
        ("one agrees, none disagrees", "partly supported"),
        ("some agree, some disagree", "contested"),
        ("none agrees, at least one disagrees", "not supported"),
        ("no study of this exercise has a vote", "untested"),
    ]


def test_the_rule_on_the_about_page_is_the_one_that_is_applied(client, starter_content):
    """The words of each row, as votes."""
    study = make_study_value("smith-2020").as_copy("press")

    def grade(agree, disagree):
        sides = ["for"] * agree + ["against"] * disagree
        return certainty.grade_of([certainty.Vote(study=study, side=side, lines=()) for side in sides])

    assert [grade(2, 0), grade(1, 0), grade(1, 1), grade(0, 1), grade(0, 0)] == [
        "supported",
        "partly supported",
        "contested",
        "not supported",
        "untested",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "The load is shown, and never has to match.",
        "They never vote.",
        "A study that its journal has withdrawn does not vote.",
        "The levels of the neutral stance are taught under both",
        "Activity is not growth.",
        "Such a study counts only for the two choices together",
    ],
)
def test_the_about_page_has_the_small_print(client, starter_content, words):
    assert words in client.get("/about/").content.decode()
