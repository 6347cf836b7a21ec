import json
import re

import pytest
from django.test import Client

from exercises import publishing
from exercises.models import Exercise, Study
from tests.make import make_exercise, make_finding, make_muscle, make_study


def text_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def part(html, name):
    """One section of the page, by its id."""
    return html[html.index(f'<section id="{name}">') :].partition("</section>")[0]


def words_of(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_a_study_says_how_it_is_cited(client, starter_content):
    html = text_of(client, "/evidence/da-silva-2008/")
    assert "<h1>Da Silva 2008</h1>" in html
    line = re.search(r'<p class="citation-line">(.*?)</p>', html, re.S)[1]
    assert words_of(line) == (
        "Da Silva EM, Brentano MA, Cadore EL, De Almeida APV, Kruel LFM (2008). Analysis of muscle "
        "activation during different leg press exercises at submaximum effort levels. Journal of Strength "
        "and Conditioning Research 22(4):1059-1065 . doi:10.1519/JSC.0b013e3181739445"
    )
    assert 'href="https://doi.org/10.1519/JSC.0b013e3181739445"' in line


@pytest.mark.usefixtures("empty_site")
@pytest.mark.parametrize(
    ("fields", "words", "link"),
    [
        ({"doi": "10.1000/x", "pmid": "7"}, "doi:10.1000/x", "https://doi.org/10.1000/x"),
        ({"pmid": "7"}, "PubMed 7", "https://pubmed.ncbi.nlm.nih.gov/7/"),
        ({"authors": ""}, "(2020). Feet and muscles.", None),
        ({"journal": "J", "volume": "3"}, "J 3", None),
        ({"journal": "J", "pages": "1-2"}, "J 1-2", None),
    ],
)
def test_a_citation_has_what_is_known(client, fields, words, link):
    make_study("smith-2020", **fields)
    line = re.search(r'<p class="citation-line">(.*?)</p>', text_of(client, "/evidence/smith-2020/"), re.S)[1]
    assert words in words_of(line)
    assert re.findall('href="([^"]*)"', line) == ([link] if link else [])


def test_a_study_says_who_was_measured_how_and_what_of_it_was_read(client, starter_content):
    facts = words_of(part(text_of(client, "/evidence/da-silva-2008/"), "facts"))
    for words in (
        "Who was measured 14 women",
        "Exercise and machine A 45-degree leg press",
        "Load 40 and 80 per cent",
        "What was measured Activity of",
        "What was compared, and what counts as what here Three leg presses",
        "Limits Fourteen women.",
        "What of it was read for this site The abstract",
    ):
        assert words in facts


def test_what_is_not_known_is_left_out(client, empty_site):
    make_study("smith-2020")
    facts = part(text_of(client, "/evidence/smith-2020/"), "facts")
    assert re.findall("<dt>(.*?)</dt>", facts) == ["Who was measured", "What of it was read for this site"]


def test_a_study_lists_its_findings_with_the_muscles_that_were_read(client, starter_content):
    found = part(text_of(client, "/evidence/da-silva-2008/"), "findings")
    assert found.count("<li>") == 5
    assert '<a href="/muscles/gluteus-maximus/">gluteus maximus</a>' in found
    assert "with the feet high than with the feet low" in found


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("da-silva-2008", "No effect reported. The biceps femoris was measured"),
        ("azevedo-2023", "Measured: no difference."),
        ("escamilla-2001", "Comparison: the paper names only the hamstrings"),
        ("escamilla-2001", "Known through the introduction of Da Silva 2008."),
        ("escamilla-2001", "Part in the exercise: the paper names only the quadriceps"),
        ("machado-2017", "Leg presses with a ball squeezed between the knees, against ordinary ones."),
        ("machado-2017", "Indirect: vastus lateralis, vastus medialis"),
        ("da-silva-2008", "Load: 40 and 80 per cent of the one-repetition maximum."),
    ],
)
def test_a_finding_is_shown_as_what_it_is(client, starter_content, slug, words):
    found = words_of(part(text_of(client, f"/evidence/{slug}/"), "findings")).replace(" ,", ",")
    assert words in found


def test_no_effect_reported_is_never_called_no_difference(client, starter_content):
    found = words_of(part(text_of(client, "/evidence/escamilla-2001/"), "findings"))
    assert "No effect reported." in found
    assert "Measured: no difference" not in found


def test_a_study_shows_on_the_map_what_it_read_but_not_what_lies_too_deep(client, starter_content):
    html = text_of(client, "/evidence/escamilla-2001/")
    assert 'id="front-vastus-medialis" href="/muscles/vastus-medialis/"' in html
    assert 'href="/muscles/vastus-intermedius/"' not in html


def test_a_study_without_findings_has_no_map_and_no_list_of_them(client, empty_site):
    make_study("smith-2020")
    html = text_of(client, "/evidence/smith-2020/")
    assert 'id="findings"' not in html
    assert "muscle-map" not in html
    assert "Nothing yet." in part(html, "rests-on-it")


# What rests on it


def test_a_study_lists_every_effect_that_it_speaks_about_with_its_grade(client, starter_content):
    rests = part(text_of(client, "/evidence/da-silva-2008/"), "rests-on-it")
    for words in (
        "partly supported With your feet high: gluteus maximus up 2 this study speaks for it",
        "contested With your feet low: rectus femoris up 2 this study speaks for it",
        "supported With your feet low: gastrocnemius up 1 this study speaks for it",
        "not supported With your feet high: biceps femoris up 1 this study speaks against it",
    ):
        assert words in words_of(rests)
    assert 'href="/exercises/leg-press/?height=high&amp;width=shoulder#emphasis-gluteus-maximus"' in rests


def test_what_comes_from_elsewhere_says_that_it_is_not_counted(client, starter_content):
    rests = words_of(part(text_of(client, "/evidence/paoli-2009/"), "rests-on-it"))
    assert "indirect, not counted" in rests
    assert "speaks for it" not in rests


def test_every_link_of_what_rests_on_a_study_leads_to_something_that_is_there(client, starter_content):
    pages = {}
    for study in Study.objects.all():
        rests = part(text_of(client, f"/evidence/{study.slug}/"), "rests-on-it")
        for link in re.findall('href="([^"]*)"', rests):
            address, _, anchor = link.replace("&amp;", "&").partition("#")
            if address not in pages:
                pages[address] = text_of(client, address)
            if anchor:
                assert f'id="{anchor}"' in pages[address], (study.slug, link)


def test_a_study_lists_the_claims_that_name_it(client, starter_content):
    rests = part(text_of(client, "/evidence/da-silva-2008/"), "rests-on-it")
    claims = re.findall(r'<a href="/exercises/leg-press/#claim-\d+">(.*?)</a>', rests)
    assert "High feet shift the work to the glutes and hamstrings." in claims
    assert len(claims) == len(set(claims))


def test_a_study_that_is_only_cited_says_where(client, starter_content):
    rests = part(text_of(client, "/evidence/holden-2015/"), "rests-on-it")
    assert '<a href="/exercises/leg-press/#cited-holden-2015-1">Cited in the text</a>' in rests


def test_what_rests_on_a_study_is_what_is_live(client, empty_site):
    exercise = make_exercise(is_published=False)
    make_study("smith-2020", make_finding())
    assert "Nothing yet." in text_of(client, "/evidence/smith-2020/")
    publishing.publish([exercise], "First.")
    assert "speaks against it" in text_of(client, "/evidence/smith-2020/")
    Exercise.objects.get().axes.get().options.get(slug="high").effects.all().delete()
    assert "front down 2" in text_of(client, "/evidence/smith-2020/")
    publishing.publish([exercise], "Without.")
    assert "front down 2" not in text_of(client, "/evidence/smith-2020/")


def test_a_muscles_page_that_cites_a_study_is_named_there(client, empty_site):
    make_study("smith-2020")
    make_muscle("front", function="Busier, [[study:smith-2020|one study]] found.")
    rests = part(text_of(client, "/evidence/smith-2020/"), "rests-on-it")
    assert '<a href="/muscles/front/">Cited in the text</a>' in rests


# Retracted, moved, not there


def test_a_retracted_study_is_struck_through_with_the_word_and_the_reason(client, empty_site):
    make_study("smith-2020", is_retracted=True, journal="Feet")
    html = text_of(client, "/evidence/smith-2020/")
    assert "<h1><s>Smith 2020</s> <small>retracted</small></h1>" in html
    assert "The journal has withdrawn this study." in html
    assert "<b>Retracted:</b> <s>Smith AB (2020). Feet and muscles." in html


def test_a_study_that_has_moved_leads_to_its_new_address(client, empty_site):
    study = make_study("smith-2020")
    study.slug = "smith-2020a"
    study.save()
    assert client.get("/evidence/smith-2020a/").status_code == 404
    publishing.publish([study], "Moved.")
    response = client.get("/evidence/smith-2020/")
    assert (response.status_code, response["Location"]) == (301, "/evidence/smith-2020a/")
    assert client.get("/evidence/smith-2020a/").status_code == 200


@pytest.mark.parametrize("slug", ["nope-2020", "Da-Silva-2008", "x" * 100, "da%20silva"])
def test_a_study_that_is_not_there_is_a_404(client, starter_content, slug):
    response = client.get(f"/evidence/{slug}/")
    assert response.status_code == 404
    assert "That is not here" in response.content.decode()


def test_a_studys_draft_is_not_there_for_readers(client, empty_site):
    make_study("secret-2020", is_published=False)
    assert client.get("/evidence/secret-2020/").status_code == 404
    assert "secret" not in client.get("/sitemap.xml").content.decode()


def test_what_staff_saved_is_not_seen_until_it_is_published(client, empty_site):
    study = make_study("smith-2020")
    Study.objects.update(summary="Entirely new.")
    assert "Entirely new." not in text_of(client, "/evidence/smith-2020/")
    publishing.publish([study], "Reworded.")
    html = text_of(client, "/evidence/smith-2020/")
    assert "Entirely new." in html
    assert "Reworded." in html


# The page as such


@pytest.mark.parametrize("count", [3, 60])
def test_a_study_needs_two_queries_however_much_rests_on_it(
    client, empty_site, django_assert_num_queries, count
):
    exercises = [make_exercise(f"press-{number}", is_published=False) for number in range(count)]
    make_study("smith-2020", *(make_finding(exercise=exercise.slug) for exercise in exercises))
    publishing.publish(exercises, "First.")
    with django_assert_num_queries(2):
        html = text_of(client, "/evidence/smith-2020/")
    assert html.count("front down 2") == count


def test_a_study_has_its_canonical_address(client, starter_content):
    html = text_of(client, "/evidence/da-silva-2008/?utm_source=mail")
    assert '<link rel="canonical" href="http://127.0.0.1:8000/evidence/da-silva-2008/">' in html


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_study_refuses_other_methods(starter_content, method):
    response = getattr(Client(enforce_csrf_checks=True), method)("/evidence/da-silva-2008/")
    assert response.status_code == 405


@pytest.mark.usefixtures("empty_site")
def test_what_staff_wrote_is_words_and_never_markup(client):
    bad = '<img src=x onerror="alert(1)">"\'</script><script>alert(1)</script>'
    fields = dict.fromkeys(
        ["title", "authors", "journal", "machine", "load", "measured", "conditions", "summary", "limits"], bad
    )
    make_exercise()
    finding = make_finding(words=bad, load=bad, known_through=bad, kind="indirect", elsewhere=bad)
    make_study("smith-2020", finding, participants=bad, basis=bad, **fields)
    for address in ("/evidence/", "/evidence/smith-2020/"):
        html = text_of(client, address)
        assert "<img" not in html
        assert "<script>" not in html


def test_machines_are_told_of_the_article(client, starter_content):
    html = text_of(client, "/evidence/da-silva-2008/")
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    page = json.loads(text)
    assert page["@type"] == "MedicalWebPage"
    assert page["url"] == "http://127.0.0.1:8000/evidence/da-silva-2008/"
    assert page["mainEntity"]["@type"] == "ScholarlyArticle"
    assert page["mainEntity"]["sameAs"] == "https://doi.org/10.1519/JSC.0b013e3181739445"


def test_every_study_of_the_starter_content_has_a_page(client, starter_content):
    for study in Study.objects.all():
        html = text_of(client, f"/evidence/{study.slug}/")
        assert study.summary[:40] in html.replace("&#x27;", "'")


def test_a_finding_on_the_pair_is_shown_beside_the_effect_of_the_pair(client, starter_content):
    rests = words_of(part(text_of(client, "/evidence/escamilla-2001/"), "rests-on-it"))
    assert (
        "partly supported With your feet high and a wide stance: biceps femoris up 1 this study speaks for it"
        in rests
    )
