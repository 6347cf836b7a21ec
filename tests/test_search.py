"""The readers' search: what is found, in which order, what is shown of it, what is refused, what it costs."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from exercises import document as documents
from exercises import markdown, merging, publishing, searching
from exercises.models import Exercise, Muscle, Publication, SearchEntry, Spending, Study, Term
from exercises.views import search as view
from tests.bench import many
from tests.make import make_exercise, make_finding, make_muscle, make_study, make_term


def search(client, q, **more):
    return client.get("/search/", {"q": q, **more})


def text_of(client, q, **more):
    response = search(client, q, **more)
    assert response.status_code == 200
    return response.content.decode()


def found(client, q, **more):
    """The addresses of what is found, in their order."""
    return re.findall(r'<h3>(?:<s>)?<a href="([^"]+)"', text_of(client, q, **more))


# What is found


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("leg press", "/exercises/leg-press/"),
        ("LEG PRESS", "/exercises/leg-press/"),
        ("leg presses", "/exercises/leg-press/"),
        ("sled press", "/exercises/leg-press/"),
        ("calf raises", "/exercises/standing-calf-raise/"),
        ("soleus", "/muscles/soleus/"),
        ("gastrocs", "/muscles/gastrocnemius/"),
        ("calves", "/muscles/gastrocnemius/"),
        ("front thigh", "/muscles/rectus-femoris/"),
        ("Quadriceps", "/muscles/rectus-femoris/"),
        ("quadricep", "/muscles/rectus-femoris/"),
        ("quads", "/muscles/rectus-femoris/"),
        ("Escamilla 2001", "/evidence/escamilla-2001/"),
        ("moorman", "/evidence/escamilla-2001/"),
        ("10.1519/JSC.0b013e3181739445", "/evidence/da-silva-2008/"),
        ("EMG", "/glossary/emg/"),
        ("What is EMG?", "/glossary/emg/"),
        ("magnetic resonance imaging", "/glossary/mri/"),
    ],
)
def test_what_somebody_looks_for_comes_first(client, starter_content, q, first):
    assert found(client, q)[0] == first


@pytest.mark.parametrize("q", ["quadriceps", "glutes", "squats", "hamstrings", "knee"])
def test_exercises_are_found_by_what_they_work_and_say(client, starter_content, q):
    assert "/exercises/leg-press/" in found(client, q)


def test_all_words_have_to_be_there_in_any_order_and_place(client, empty_site):
    make_muscle("front", location="On the thigh.", function="Kicks a ball.")
    make_muscle("back", location="On the thigh.", function="Lifts the toe.")
    assert found(client, "ball thigh") == ["/muscles/front/"]
    assert found(client, "ball toe") == []


@pytest.mark.parametrize("q", ["café", "CAFÉ", "cafe", "cafe\u0301", "Ｃａｆé"])
@pytest.mark.parametrize("written", ["Café", "cafe", "CAFE\u0301"])
def test_accents_and_case_make_no_difference(client, empty_site, q, written):
    make_term(definition=f"Drunk in the {written} after training.")
    assert found(client, q) == ["/glossary/concentric/"]


@pytest.mark.parametrize(
    ("q", "written"), [("strasse", "Straße"), ("İstanbul", "istanbul"), ("fibre", "ﬁbre")]
)
def test_letters_that_are_written_in_two_ways_are_one(client, empty_site, q, written):
    make_term(definition=f"Known in {written}.")
    assert found(client, q) == ["/glossary/concentric/"]


def test_a_word_is_found_by_its_beginning_and_not_by_its_middle(client, empty_site):
    make_term(definition="The electromyography of a muscle.")
    assert found(client, "electro") == ["/glossary/concentric/"]
    assert found(client, "myography") == []


def test_a_name_comes_before_its_beginning_a_word_in_it_and_a_text(client, empty_site):
    make_term("fly", name="fly")
    make_muscle("zz", name="hip press", location="Not the leg.")
    make_exercise("inclined", name="inclined press")
    make_exercise("pressing", name="pressing down")
    make_exercise("other", name="other", answer="It is a press.")
    make_term("press", name="press")
    addresses = found(client, "press")
    assert addresses[:4] == [
        "/glossary/press/",
        "/exercises/pressing/",
        "/exercises/inclined/",
        "/muscles/zz/",
    ]
    assert "/exercises/other/" in addresses[4:]
    assert "/glossary/fly/" not in addresses


def test_among_texts_exercises_come_first_and_studies_last(client, empty_site):
    make_exercise(answer="About a zebra.")
    make_study("smith-2020", summary="Zebras were seen.")
    make_term(definition="What a zebra does.")
    make_muscle("stripe", function="Moves the zebra.")
    assert found(client, "zebra") == [
        "/exercises/press/",
        "/muscles/stripe/",
        "/glossary/concentric/",
        "/evidence/smith-2020/",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"aliases": ("zebra press",)},
        {"answer": "A zebra."},
        {"equipment": "a zebra"},
        {"sections": (documents.Section(heading="A zebra", body="x"),)},
        {"sections": (documents.Section(heading="x", body="| a |\n| - |\n| **ze**bra |"),)},
        {"cues": (documents.FormCue(phase="Always", do="x", how_sure="A *zebra*."),)},
        {"claims": (documents.Claim(statement="x", verdict="A zebra.", muscles=("front",)),)},
        {"caution": "A zebra.", "caution_source": "x"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_every_text_of_an_exercise_is_looked_through(client, empty_site, fields):
    make_exercise(**fields)
    assert found(client, "zebra") == ["/exercises/press/"]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Zebras"},
        {"authors": "Zebra AB"},
        {"short_name": "Zebra 2020"},
        {"year": 1987},
        {"summary": "Zebras were faster."},
        {"limits": "One zebra."},
        {"doi": "10.1234/zebra"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_every_text_of_a_study_is_looked_through(client, empty_site, fields):
    make_exercise()
    make_study("smith-2020", make_finding(), **fields)
    assert found(client, "1987" if "year" in fields else "zebra") == ["/evidence/smith-2020/"]
    assert found(client, "busier") == ["/evidence/smith-2020/"]


# Only what readers see


def test_a_draft_and_what_has_changed_in_one_are_not_found(client, empty_site):
    make_muscle("zebra", is_published=False)
    muscle = make_muscle("front")
    Muscle.objects.filter(pk=muscle.pk).update(function="Moves a giraffe.")
    assert found(client, "zebra") == found(client, "giraffe") == []


def test_what_is_scheduled_is_found_when_its_time_has_come(client, empty_site):
    term = make_term()
    Term.objects.update(definition="A zebra.")
    [planned] = publishing.publish([term], "Soon.", live_from=timezone.now() + timedelta(days=1))
    assert found(client, "zebra") == []
    assert found(client, "what concentric means") == ["/glossary/concentric/"]
    Publication.objects.filter(pk=planned.pk).update(live_from=timezone.now())
    assert found(client, "zebra") == ["/glossary/concentric/"]
    assert found(client, "means") == []


def test_what_is_withdrawn_is_not_found_until_it_is_back(client, empty_site):
    term = make_term()
    publishing.withdraw(term, "Wrong.")
    assert found(client, "concentric") == []
    publishing.publish([Term.objects.get()], "Right again.")
    assert found(client, "concentric") == ["/glossary/concentric/"]


def test_of_two_that_are_merged_the_one_that_stays_is_found_by_both_names(client, empty_site):
    kept, gone = make_term(), make_term("lifting")
    merging.merge(gone, kept)
    assert found(client, "lifting") == []
    publishing.publish([Term.objects.get(slug="concentric")], "Another word.")
    assert found(client, "lifting") == ["/glossary/concentric/"]


def test_each_publication_has_one_row_and_a_withdrawal_none(empty_site):
    exercise = make_exercise()
    make_study("smith-2020", make_finding())
    make_term()
    assert SearchEntry.objects.count() == Publication.objects.count() == 5
    publishing.withdraw(exercise, "Wrong.")
    assert SearchEntry.objects.count() == 5


# What is shown


def test_a_result_has_its_kind_in_words_and_an_excerpt_with_what_was_found_marked(client, empty_site):
    make_muscle("back")
    make_muscle("front", everyday_name="fore", function="[[muscle:back|It]] **pulls** a *ze*bra & <cart>.")
    html = text_of(client, "zebras cart")
    assert '<p class="facts">Muscle · fore</p>' in html
    assert "It pulls a <mark>zebra</mark> &amp; &lt;<mark>cart</mark>&gt;.</p>" in html


@pytest.mark.parametrize("q", ["leg press", "da silva", "mri", "quadriceps", "plate", "knee"])
def test_no_excerpt_shows_markdown_or_the_number_of_a_citation(client, starter_content, q):
    html = text_of(client, q).partition("<ol")[2]
    assert "<mark>" in html
    assert not re.search(r"\[\[|\]\]|\*\*|\[\d|<mark>\s|&amp;[a-z]+;", html)


def test_a_long_text_is_cut_at_words_to_where_most_was_found(client, empty_site):
    filler = "Nothing is said of it. " * 30
    make_term(
        definition=f"{filler}A zebra. {filler[:-1]}"[:420]
        + " A zebra in a cart, at last. "
        + "So it is. " * 9
    )
    excerpt = re.search(
        r'<p class="facts">Word of the glossary</p>\s*<p>(.*?)</p>', text_of(client, "zebra cart")
    )[1]
    assert excerpt.startswith("…")
    assert "A <mark>zebra</mark> in a <mark>cart</mark>, at last." in excerpt
    assert len(excerpt) < 330


def test_without_a_hit_in_the_text_the_excerpt_is_its_beginning():
    (piece,) = searching.excerpt("word " * 200, ("zebra",))
    assert piece.text.startswith("word word")
    assert piece.text.endswith("word…")
    assert len(piece.text) <= searching.AFTER + 1


def test_a_retracted_study_says_so(client, empty_site):
    make_study(is_retracted=True)
    assert re.search(r"<s><a [^>]+>Smith 2020</a></s> <small>retracted</small>", text_of(client, "smith"))


@pytest.mark.parametrize(("count", "words"), [(1, "1 result for"), (2, "2 results for")])
def test_the_heading_and_the_title_say_how_many_there_are(client, empty_site, count, words):
    for number in range(count):
        make_term(f"zebra-{number}")
    html = text_of(client, "zebra")
    assert f'<h2 class="found">{words} “<bdi>zebra</bdi>”</h2>' in html
    assert f"<title>{words} “zebra” \u2013 Legwork</title>" in html
    assert 'value="zebra"' in html


def test_without_words_there_is_a_form_and_what_one_can_look_through(client, starter_content):
    html = client.get("/search/").content.decode()
    assert re.search(
        r'<label for="search-words">[^<]+</label>\s*<input id="search-words" type="search"', html
    )
    for address in ("/exercises/", "/muscles/", "/evidence/", "/glossary/"):
        assert f'<li><a href="{address}">' in html
    assert "Nothing found" not in html
    assert "noindex" not in html


def test_when_nothing_is_found_the_page_says_what_may_help(client, starter_content):
    html = text_of(client, "<zebra>")
    assert "Nothing found for “<bdi>&lt;zebra&gt;</bdi>”" in html
    assert "Try fewer of them" in html
    assert '<li><a href="/exercises/">' in html


def test_results_are_kept_out_of_search_engines_and_the_page_has_one_address(client, starter_content):
    html = text_of(client, "press")
    assert '<meta name="robots" content="noindex">' in html
    assert '<link rel="canonical" href="http://127.0.0.1:8000/search/">' in html


def test_every_page_leads_to_it(client, starter_content):
    for address in ("/", "/muscles/soleus/", "/nothing/"):
        assert '<a class="search-link" href="/search/"' in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/exercises/hack-squat/", "hack squat"),
        ("/exercises/leg-press/v/7/", "leg press"),
        ("/nothing/", "nothing"),
        ("/evidence/smith-2020/", "smith"),
        ("/%22%3E%3Cx-marker%3E/", "x marker"),
        ("/search/?q=press&page=99", "press"),
        ("/v/1", ""),
    ],
)
def test_the_page_for_what_is_not_there_looks_for_what_was_meant(client, starter_content, address, words):
    html = client.get(address).content.decode()
    assert f'name="q" value="{words}"' in html
    assert "autofocus" not in html


# Whatever is typed


@pytest.mark.parametrize(
    "q",
    [
        "%",
        "_",
        "\\",
        "'",
        '"',
        "' OR 1=1 --",
        '"a" OR *',
        "a_b",
        "...",
        "😀",
        "leg 😀 press",
        "\u202eright to left\u2066",
        "שלום עולם",
        "مرحبا",
        "四頭筋",
        "ﷺ",
        "\u0301",
        "\ud800",
        "x" * 10_000,
        "leg " * 2_500,
        "<script>alert(1)</script>",
        "{{ 7|add:7 }}",
        "\r\nSet-Cookie: a=b",
    ],
)
def test_nothing_that_is_typed_breaks_it(client, starter_content, q):
    response = client.get(f"/search/?{urlencode({'q': q}, errors='surrogatepass')}")
    assert response.status_code == 200
    assert b"<script>alert" not in response.content
    assert len(response.content) < 60_000


def test_a_character_that_stands_for_nothing_is_refused(client, starter_content):
    assert client.get("/search/?q=a%00b").status_code == 400


@pytest.mark.parametrize("q", ["%", "_", "!!!", "😀", "... "])
def test_signs_alone_find_nothing_and_the_page_says_why(client, starter_content, q):
    html = text_of(client, q)
    assert "There is no word in" in html
    assert "Type letters or digits" in html


def test_signs_stand_for_nothing_but_themselves(client, empty_site):
    make_term(definition="1000 axb.")
    assert found(client, "100%") == ["/glossary/concentric/"]  # the beginning of 1000
    assert found(client, "a_b") == found(client, "a%b") == []


@pytest.mark.parametrize(
    ("q", "is_cut"),
    [("one two three four five six seven eight", False), ("a b c d e f g h i j k", True), ("x" * 101, True)],
)
def test_what_is_too_much_is_cut_and_the_page_says_so(client, empty_site, q, is_cut):
    assert ("Only the first 8 words, or 100 characters, counted." in text_of(client, q)) == is_cut


def test_what_counts_of_a_long_question_still_finds(client, empty_site):
    make_term(definition="One two three four five six seven eight.")
    assert found(client, "one two three four five six seven eight nine") == ["/glossary/concentric/"]


@pytest.mark.parametrize("page", ["0", "2", "x"])
def test_a_page_that_is_not_there_is_a_404(client, starter_content, page):
    assert search(client, "soleus", page=page).status_code == 404 or page == "2"
    assert search(client, "escamilla 2001", page=page).status_code == 404


# Public, and not kept


def test_it_sets_no_cookie_and_is_kept_by_the_browser_alone(client, starter_content):
    for address in ("/search/", "/search/?q=press"):
        response = client.get(address)
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert response["Cache-Control"] == "private, max-age=60"


def test_what_is_looked_for_drives_no_page_out_of_memory(client, starter_content, settings, monkeypatch):
    from exercises import kept_pages

    settings.KEPT_PAGES_MB = 8
    kept = []
    monkeypatch.setattr(kept_pages.Pages, "keep", lambda self, key, page: kept.append(key[2]))
    search(client, "press")
    client.get("/about/")
    assert kept == ["/about/"]


def test_it_is_compressed_although_it_is_not_kept(client, starter_content, settings):
    settings.KEPT_PAGES_MB = 8
    response = client.get("/search/?q=press", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(client, db, method):
    assert getattr(client, method)("/search/?q=a").status_code == 405


def test_it_is_limited_by_address_with_a_plain_message(client, starter_content, settings, editor):
    settings.LIMITS = {"reader search": (2, 60), "search": (0, 60)}
    assert [search(client, "press").status_code for _ in range(2)] == [200, 200]
    refused = search(client, "press")
    assert refused.status_code == 429
    assert "That was a lot in a short time" in refused.content.decode()
    assert int(refused["Retry-After"]) <= 60
    assert refused["Cache-Control"] == "no-store"
    client.logout()
    assert search(client, "press").status_code == 429
    assert set(Spending.objects.values_list("what", flat=True)) == {"reader search"}


# Costs


@pytest.fixture
def many_exercises(starter_content):
    many.fill(260)


def test_many_results_are_spread_over_pages_and_the_best_are_ranked(client, many_exercises):
    html = text_of(client, "press")
    assert "More than 200 results" in html
    assert "These are the best 200." in html
    pages = [found(client, "press", page=page) for page in range(1, 11)]
    assert [len(page) for page in pages] == [view.RESULTS_TO_A_PAGE] * 10
    assert len({address for page in pages for address in page}) == searching.MOST_FOUND
    assert search(client, "press", page=11).status_code == 404
    assert found(client, "press 00123") == ["/exercises/many-00123/"]
    assert '<a href="?q=press&amp;page=3" rel="next">' in text_of(client, "press", page=2)
    assert 'start="21"' in text_of(client, "press", page=2)


def test_the_best_is_first_however_many_have_the_word(client, many_exercises):
    make_term("press", name="press")
    assert found(client, "press")[0] == "/glossary/press/"


@pytest.mark.parametrize("count", [1, 40])
def test_it_takes_two_queries_however_much_there_is(client, empty_site, django_assert_num_queries, count):
    make_exercise(answer="A zebra.")
    make_study(summary="A zebra.")
    for number in range(count):
        make_term(f"zebra-{number}")
    with django_assert_num_queries(2):
        assert len(found(client, "zebra")) == min(count + 2, 20)
    with django_assert_num_queries(1):
        found(client, "nothing")
    with django_assert_num_queries(0):
        client.get("/search/")


def test_no_document_is_read(client, starter_content, django_assert_num_queries):
    with django_assert_num_queries(2) as queries:
        found(client, "press")
    assert not any('"document"' in query["sql"] for query in queries)


# Parts of it


def test_what_is_rendered_becomes_words_again():
    html = markdown.render(
        "# Head\n\nOne *two*\nthree[[study:a]] &amp; <b>.\n\n- four\n- five\n\n| six |\n| - |\n| seven |",
        {"study": {"a": "A"}},
        markdown.References(),
    )
    assert markdown.plain(html) == ["Head", "One two three & <b>.", "four", "five", "six", "seven"]


def test_links_as_they_are_typed_become_words():
    assert markdown.without_links("The [[muscle:vastus-medialis]], [[term:plate|a plate]]. [[x]]") == (
        "The vastus medialis, a plate. [[x]]"
    )


def test_the_words_of_a_text():
    assert searching.words_of("The Calves' 45-degree presses & studies: “gluteus” Ångström_7") == [
        "the",
        "calf",
        "45",
        "degree",
        "press",
        "study",
        "gluteu",
        "angstrom",
        "7",
    ]


def test_a_search_finds_the_same_after_a_thing_has_been_published_again(client, starter_content):
    for thing in (Exercise.objects.get(slug="leg-press"), Study.objects.get(slug="da-silva-2008")):
        before = found(client, str(thing))
        publishing.publish([thing], "Again.")
        assert found(client, str(thing)) == before
