import re

import pytest
from django.test import Client

from exercises import publishing
from exercises.models import Publication, Study
from exercises.views import evidence
from tests.make import make_exercise, make_finding, make_muscle, make_study


def text_of(client, address="/evidence/"):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def studies_at(client, address="/evidence/"):
    """The slugs of the studies on the page, in their order."""
    return re.findall(r'<h2>(?:<s>)?<a href="/evidence/([^/]+)/">', text_of(client, address))


@pytest.fixture
def four_studies(empty_site):
    """Of two exercises, two kinds and different muscles, years and sizes."""
    make_exercise("press")
    make_exercise("squat")
    make_study("a-2001", make_finding(muscles=("front",)), year=2001, sample_size=40, kind="activity")
    make_study("b-2003", make_finding(muscles=("back",)), year=2003, sample_size=None, kind="growth")
    make_study(
        "c-2002", make_finding(exercise="squat", muscles=("front",)), year=2002, sample_size=10, kind="growth"
    )
    make_study("d-2003", year=2003, sample_size=40, kind="review")


FITTING = [
    ("", ["b-2003", "d-2003", "c-2002", "a-2001"]),
    ("?exercise=&muscle=&kind=&order=", ["b-2003", "d-2003", "c-2002", "a-2001"]),
    ("?order=newest", ["b-2003", "d-2003", "c-2002", "a-2001"]),
    ("?order=largest", ["d-2003", "a-2001", "c-2002", "b-2003"]),
    ("?exercise=press", ["b-2003", "a-2001"]),
    ("?exercise=squat", ["c-2002"]),
    ("?muscle=front", ["c-2002", "a-2001"]),
    ("?muscle=back", ["b-2003"]),
    ("?kind=growth", ["b-2003", "c-2002"]),
    ("?kind=forces", []),
    ("?exercise=press&muscle=front", ["a-2001"]),
    ("?exercise=press&kind=growth", ["b-2003"]),
    ("?muscle=front&kind=growth", ["c-2002"]),
    ("?exercise=press&muscle=back&kind=growth&order=largest", ["b-2003"]),
    ("?exercise=squat&muscle=back", []),
    ("?utm_source=mail", ["b-2003", "d-2003", "c-2002", "a-2001"]),
    ("?kind=review&kind=activity", ["a-2001"]),
]


def test_the_list_has_the_studies_that_fit_in_their_order(client, four_studies, subtests):
    for query, expected in FITTING:
        with subtests.test(query):
            assert studies_at(client, f"/evidence/{query}") == expected


def test_each_study_is_there_once_though_it_has_many_findings_on_many_muscles(client, empty_site):
    make_exercise()
    findings = [make_finding(muscles=muscles) for muscles in (("front",), ("back",), ("front", "back"))]
    make_study("smith-2020", *findings)
    for query in ("", "?exercise=press", "?muscle=front", "?exercise=press&muscle=back"):
        assert studies_at(client, f"/evidence/{query}") == ["smith-2020"]


def test_a_muscle_finds_the_studies_of_its_whole_and_its_heads(client, starter_content):
    by_head = studies_at(client, "/evidence/?muscle=gastrocnemius-medial")
    assert {"nunes-2020", "da-silva-2008"} <= set(by_head)
    assert "nunes-2020" in studies_at(client, "/evidence/?muscle=gastrocnemius")


def test_what_was_only_measured_as_a_group_is_found_under_its_muscles_but_the_deep_one(
    client, starter_content
):
    assert "escamilla-2001" in studies_at(client, "/evidence/?muscle=vastus-medialis")
    assert "escamilla-2001" not in studies_at(client, "/evidence/?muscle=vastus-intermedius")


def test_the_list_says_how_many_there_are_and_leads_back_to_all(client, four_studies):
    assert "4 studies" in text_of(client)
    assert "Show all" not in text_of(client)
    filtered = text_of(client, "/evidence/?kind=review")
    assert "1 study" in filtered
    assert '<a href="/evidence/">Show all</a>' in filtered
    assert "No study here fits that choice." in text_of(client, "/evidence/?kind=forces")


def test_the_form_keeps_what_was_chosen(client, four_studies):
    html = text_of(client, "/evidence/?exercise=squat&muscle=front&kind=growth&order=largest")
    chosen = re.findall(r'<option value="([^"]*)" selected>', html)
    assert chosen == ["squat", "front", "growth", "largest"]


def test_an_entry_says_who_was_measured_what_was_found_and_where_it_was_printed(client, starter_content):
    html = text_of(client)
    entry = html[html.index('href="/evidence/da-silva-2008/"') :].partition("</li>")[0]
    for words in ("Muscle activity (EMG)", "14 women", "the gluteus maximus was more active", ", 2008"):
        assert words in entry


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("?exercise=sled", "The exercise can be press and squat."),
        ("?muscle=wing", "The muscle can be back and front."),
        ("?kind=emg", "The kind can be activity, growth, use, forces and review."),
        ("?order=oldest", "The order can be newest and largest."),
        ("?exercise=press&kind=%ff", "The kind can be"),
        ("?muscle=FRONT", "The muscle can be"),
    ],
)
def test_an_unknown_filter_is_a_404_that_names_what_there_is(client, four_studies, query, reason):
    response = client.get(f"/evidence/{query}")
    assert response.status_code == 404
    assert reason in response.content.decode()


def test_a_draft_is_not_in_the_list_and_no_filter_names_it(client, empty_site):
    make_study("secret-2020", is_published=False)
    make_exercise("unseen", is_published=False)
    html = text_of(client)
    assert "ecret" not in html
    assert "unseen" not in html
    assert client.get("/evidence/?exercise=unseen").status_code == 404


def test_only_the_live_version_of_a_study_counts(client, empty_site):
    make_exercise()
    study = make_study("smith-2020", make_finding(), kind="growth")
    study.kind = "activity"
    study.save()
    study.findings.all().delete()
    assert studies_at(client, "/evidence/?kind=growth&muscle=front") == ["smith-2020"]
    publishing.publish([study], "Corrected.")
    assert studies_at(client, "/evidence/?kind=growth") == []
    assert studies_at(client, "/evidence/?muscle=front") == []
    assert studies_at(client, "/evidence/?kind=activity") == ["smith-2020"]


def test_a_study_whose_new_version_is_not_out_yet_shows_the_old_one(client, empty_site):
    study = make_study("smith-2020", summary="As it was.")
    Study.objects.update(summary="To come.")
    publishing.publish([study], "Tomorrow.")
    Publication.objects.filter(study=study, number=2).update(live_from="2999-01-01T00:00Z")
    html = text_of(client)
    assert "As it was." in html
    assert "To come." not in html


def test_a_retracted_study_is_struck_through_with_the_word(client, empty_site):
    make_study("smith-2020", is_retracted=True)
    assert '<s><a href="/evidence/smith-2020/">Smith 2020</a></s> <small>retracted</small>' in text_of(client)


# Many studies


def publish_together(studies):
    """One by one it takes longer, since each time all marks are looked at."""
    publishing.publish(list(studies), "First.")


@pytest.fixture
def many_studies(empty_site):
    make_exercise()
    publish_together(
        make_study(f"study-{number:02}", make_finding(), year=1950 + number, is_published=False)
        for number in range(60)
    )


def test_many_studies_are_spread_over_pages(client, many_studies):
    first, second = studies_at(client), studies_at(client, "/evidence/?page=2")
    assert (len(first), len(second)) == (evidence.STUDIES_TO_A_PAGE, 10)
    assert [*first, *second] == [f"study-{number:02}" for number in reversed(range(60))]
    html = text_of(client)
    assert "60 studies" in html
    assert "Page 1 of 2" in html
    assert 'href="?page=2"' in html
    assert "Earlier in the list" not in html
    assert "Further in the list" not in text_of(client, "/evidence/?page=2")


def test_the_links_between_pages_keep_what_was_chosen(client, many_studies):
    html = text_of(client, "/evidence/?exercise=press&order=largest")
    (link,) = re.findall(r'<a href="(\?[^"]+)" rel="next">Further', html)
    assert link == "?exercise=press&amp;order=largest&amp;page=2"
    html = text_of(client, f"/evidence/{link.replace('&amp;', '&')}")
    assert 'href="?exercise=press&amp;order=largest&amp;page=1"' in html


def test_a_page_that_is_not_there_is_a_404_that_says_what_there_is(client, many_studies):
    for page in ("0", "-1", "99", "x", "1e9", "01", "%20%31", "9" * 40, "%D9%A1"):
        response = client.get(f"/evidence/?page={page}")
        assert response.status_code == 404, page
        assert "The page can be from 1 to 2." in response.content.decode(), page
    assert len(studies_at(client, "/evidence/?page=")) == 50


def test_few_studies_have_no_pages(client, four_studies):
    assert 'aria-label="Pages of this list"' not in text_of(client)


@pytest.mark.parametrize("count", [3, 60])
def test_the_list_needs_four_queries_however_many_studies_there_are(
    client, empty_site, django_assert_num_queries, count
):
    make_exercise()
    publish_together(
        make_study(f"study-{number}", make_finding(muscles=("front", "back")), is_published=False)
        for number in range(count)
    )
    for query in ("", "?exercise=press&muscle=front&kind=activity&order=largest"):
        with django_assert_num_queries(4):
            assert len(studies_at(client, f"/evidence/{query}")) == min(count, 50)


# The page as such


def test_the_canonical_address_has_no_filters_and_a_filtered_list_is_not_indexed(client, four_studies):
    html = text_of(client, "/evidence/?exercise=press&order=largest")
    assert '<link rel="canonical" href="http://127.0.0.1:8000/evidence/">' in html
    assert '<meta name="robots" content="noindex">' in html
    assert "noindex" not in text_of(client)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_list_refuses_other_methods(four_studies, method):
    response = getattr(Client(enforce_csrf_checks=True), method)("/evidence/")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


def test_an_empty_site_has_an_empty_list(client, empty_site):
    html = text_of(client)
    assert "0 studies" in html
    assert "No study here fits that choice." in html
    refused = client.get("/evidence/?exercise=press")
    assert refused.status_code == 404
    assert "There is no exercise to choose." in refused.content.decode()


def test_a_muscle_alone_can_be_chosen_though_no_study_is_there(client, empty_site):
    make_muscle("front")
    assert studies_at(client, "/evidence/?muscle=front") == []


def test_the_list_is_in_the_navigation_and_in_the_sitemap_are_the_studies(client, starter_content):
    assert '<a href="/evidence/" aria-current="page">Evidence</a>' in text_of(client)
    assert "/evidence/da-silva-2008/<" in client.get("/sitemap-studies.xml").content.decode()
