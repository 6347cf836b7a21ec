import json
import re
from collections import Counter

import pytest

from exercises import certainty, emphasis, publishing
from exercises.models import Exercise, Publication, Study
from tests.make import make_exercise, make_finding, make_starter_document, make_study

LEG_PRESS = make_starter_document("leg-press")
CALF_RAISE = make_starter_document("standing-calf-raise")
STANCES = [stance.query for stance in emphasis.all_stances(LEG_PRESS)]


def text_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_the_article_has_its_parts_in_order(client, starter_content):
    html = text_of(client, "/exercises/leg-press/")
    parts = [
        "<h1>Leg press</h1>",
        'class="answer"',
        'class="picker"',
        'id="ranked-muscles"',
        'aria-label="On this page"',
        'id="what-the-leg-press-is"',
        'id="muscles-involved"',
        'id="every-choice"',
        'id="form-cues"',
        'id="evidence"',
        'id="references"',
        'id="this-page"',
        'id="cite"',
    ]
    places = [html.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_a_stance_in_the_address_is_chosen_and_shown(client, starter_content):
    html = text_of(client, "/exercises/leg-press/?height=high&width=wide")
    assert 'value="high" checked' in html
    assert 'value="wide" checked' in html
    assert "With your feet high and a wide stance" in html
    mirrored = '<g transform="scale(-1 1)"><g class="foot" id="foot-left"'
    assert f'{mirrored} transform="translate(178 -100) rotate(25)"' in html
    assert 'id="foot-right" transform="translate(178 -100) rotate(25)"' in html
    assert 'id="back-gluteus-maximus" data-level="4"' in html


def test_a_muscle_that_is_not_involved_has_no_level(client, starter_content):
    html = text_of(client, "/exercises/standing-calf-raise/")
    assert 'id="back-gluteus-maximus">' in html


def test_toes_turned_in_turn_both_feet_in(client, starter_content):
    html = text_of(client, "/exercises/standing-calf-raise/?toes=in")
    assert 'id="foot-right" transform="translate(62 0) rotate(-18)"' in html
    assert 'id="foot-left" transform="translate(62 0) rotate(-18)"' in html


def test_the_two_heads_of_gastrocnemius_are_tinted_each_by_itself(client, starter_content):
    html = text_of(client, "/exercises/standing-calf-raise/?toes=in&knee=bent")
    assert 'id="back-gastrocnemius-medial-right" data-level="2"' in html
    assert 'id="back-gastrocnemius-lateral-right" data-level="3"' in html


@pytest.mark.parametrize("query", ["?height=", "?utm_source=x", "?HEIGHT=high", "?height[]=high"])
def test_what_is_empty_or_unknown_leaves_the_neutral_stance(client, starter_content, query):
    html = text_of(client, f"/exercises/leg-press/{query}")
    assert "The neutral stance" in html
    assert 'href="http://127.0.0.1:8000/exercises/leg-press/"' in html


def test_of_a_repeated_axis_the_last_counts(client, starter_content):
    assert "With your feet low" in text_of(client, "/exercises/leg-press/?height=high&height=low")


@pytest.mark.parametrize("address", ["/exercises/leg-press/", "/exercises/leg-press/panel/", "/"])
@pytest.mark.parametrize("value", ["sideways", "HIGH", "x" * 65, "%ff%fe", "high%20"])
def test_an_option_that_does_not_exist_is_a_404_that_names_those_that_do(
    client, starter_content, address, value
):
    response = client.get(f"{address}?height={value}")
    assert response.status_code == 404
    html = response.content.decode()
    assert "Foot height can be high, middle or low." in html
    assert "x" * 65 not in html


def test_the_canonical_address_has_the_stance_and_nothing_else(client, starter_content):
    html = text_of(client, "/exercises/leg-press/?utm_source=x&width=wide")
    assert (
        '<link rel="canonical" href="http://127.0.0.1:8000/exercises/leg-press/?height=middle&amp;width=wide">'
        in html
    )


def test_a_draft_is_not_there_for_readers(client, db):
    make_exercise("secret", is_published=False)
    for address in ("/exercises/secret/", "/exercises/secret/panel/", "/exercises/secret/v/1/"):
        assert client.get(address).status_code == 404
    assert "secret" not in text_of(client, "/exercises/")
    assert "secret" not in text_of(client, "/sitemap.xml")


def test_an_address_that_changed_leads_to_the_new_one_with_its_stance(client, starter_content):
    exercise = Exercise.objects.get(slug="leg-press")
    exercise.slug = "sled-press"
    exercise.save()
    assert client.get("/exercises/leg-press/").status_code == 200
    publishing.publish([*publishing.needed(exercise), exercise], "Moved.")
    response = client.get("/exercises/leg-press/?height=high")
    assert response.status_code == 301
    assert response["Location"] == "/exercises/sled-press/?height=high"
    assert text_of(client, "/exercises/leg-press/v/1/")


# Versions


def test_a_version_stays_as_it_was(client, starter_content):
    exercise = Exercise.objects.get(slug="leg-press")
    exercise.answer = "Entirely new."
    exercise.save()
    assert "Entirely new." not in text_of(client, "/exercises/leg-press/")
    publishing.publish([exercise], "Answer rewritten.")
    assert "Entirely new." in text_of(client, "/exercises/leg-press/")
    old = text_of(client, "/exercises/leg-press/v/1/?height=high")
    assert "Entirely new." not in old
    assert "This is version 1" in old
    assert 'data-hx-get="/exercises/leg-press/v/1/panel/"' in old
    assert "Answer rewritten." in text_of(client, "/exercises/leg-press/")


def test_a_version_whose_time_has_not_come_is_not_there(client, starter_content):
    exercise = Exercise.objects.get(slug="leg-press")
    publishing.publish([exercise], "Tomorrow.")
    Publication.objects.filter(exercise=exercise, number=2).update(live_from="2999-01-01T00:00Z")
    assert client.get("/exercises/leg-press/v/2/").status_code == 404
    assert "Version 1," in text_of(client, "/exercises/leg-press/")


# The panel


def test_the_panel_is_the_same_markup_as_in_the_page(client, starter_content):
    query = "?height=low&width=narrow"
    panel = text_of(client, f"/exercises/leg-press/panel/{query}")
    assert panel.strip() in text_of(client, f"/exercises/leg-press/{query}")
    assert "<html" not in panel


@pytest.mark.parametrize(
    ("panel", "shown"),
    [
        (
            "/exercises/leg-press/panel/?height=high&width=wide",
            "/exercises/leg-press/?height=high&width=wide",
        ),
        ("/exercises/leg-press/panel/?width=wide&x=1", "/exercises/leg-press/?height=middle&width=wide"),
        ("/exercises/leg-press/panel/?height=middle", "/exercises/leg-press/"),
        ("/exercises/leg-press/panel/?at=home&height=high", "/?height=high&width=shoulder"),
        (
            "/exercises/leg-press/v/1/panel/?height=high",
            "/exercises/leg-press/v/1/?height=high&width=shoulder",
        ),
    ],
)
def test_the_panel_names_the_page_for_the_address_bar(client, starter_content, panel, shown):
    assert client.get(panel)["HX-Replace-Url"] == shown


def test_every_muscle_that_changed_has_its_reason(client, starter_content):
    panel = text_of(client, "/exercises/leg-press/panel/?height=high&width=wide")
    rows = panel.split('<li class="rank')[1:]
    assert len(rows) == 14
    for row in rows:
        assert ('class="step"' in row) == row.startswith(" is-changed")
        assert ("up " in row or "down " in row) == row.startswith(" is-changed")


# The lens


@pytest.mark.parametrize(
    ("address", "checked"),
    [
        ("/exercises/leg-press/", "taught"),
        ("/exercises/leg-press/?lens=", "taught"),
        ("/exercises/leg-press/?lens=taught", "taught"),
        ("/exercises/leg-press/?lens=studies", "studies"),
        ("/exercises/leg-press/?lens=taught&lens=studies", "studies"),
        ("/exercises/leg-press/?lens=studies&lens=taught", "taught"),
        ("/exercises/leg-press/?lens=nonsense&lens=studies", "studies"),
        ("/exercises/leg-press/v/1/?lens=studies", "studies"),
        ("/?lens=studies", "studies"),
        ("/", "taught"),
    ],
)
def test_the_lens_in_the_address_is_chosen(client, starter_content, address, checked):
    assert re.findall(r'name="lens" value="(\w+)" checked', text_of(client, address)) == [checked]


@pytest.mark.parametrize(
    "address", ["/exercises/leg-press/", "/exercises/leg-press/panel/", "/exercises/leg-press/v/1/", "/"]
)
@pytest.mark.parametrize("value", ["Studies", "both", "x" * 65, "studies%20"])
def test_an_unknown_lens_is_a_404_that_names_both(client, starter_content, address, value):
    response = client.get(f"{address}?lens={value}")
    assert response.status_code == 404
    assert "The lens can be taught or studies." in response.content.decode()


@pytest.mark.parametrize(
    ("panel", "shown"),
    [
        ("/exercises/leg-press/panel/?lens=studies", "/exercises/leg-press/?lens=studies"),
        ("/exercises/leg-press/panel/?lens=taught", "/exercises/leg-press/"),
        (
            "/exercises/leg-press/panel/?height=high&width=wide&lens=studies",
            "/exercises/leg-press/?height=high&width=wide&lens=studies",
        ),
        ("/exercises/leg-press/panel/?at=home&lens=studies", "/?lens=studies"),
        ("/exercises/leg-press/v/1/panel/?lens=studies", "/exercises/leg-press/v/1/?lens=studies"),
    ],
)
def test_the_panel_names_the_page_with_its_lens_for_the_address_bar(client, starter_content, panel, shown):
    assert client.get(panel)["HX-Replace-Url"] == shown


def test_the_canonical_address_has_the_lens_if_it_is_not_the_one_that_is_taught(client, starter_content):
    for query, canonical in (("?lens=studies&x=1", "?lens=studies"), ("?lens=taught", "")):
        html = text_of(client, f"/exercises/leg-press/{query}")
        assert f'<link rel="canonical" href="http://127.0.0.1:8000/exercises/leg-press/{canonical}">' in html


def test_backed_by_studies_sets_aside_what_is_not_and_says_which(client, starter_content):
    html = text_of(client, "/exercises/leg-press/panel/?height=high&width=wide&lens=studies")
    assert "as far as studies back it" in html
    listed = html[html.index('<div class="set-aside">') :].partition("</ul>")[0]
    listed = [" ".join(re.sub(r"<[^>]*>", " ", item).split()) for item in listed.split("<li>")[1:]]
    assert "Rectus femoris down 2, high: contested" in listed
    assert "Vastus intermedius down 2, high: untested" in listed
    assert "Biceps femoris up 1, high: not supported" in listed
    assert not [item for item in listed if "Gluteus maximus" in item]
    row = html[: html.index('id="emphasis-rectus-femoris"')].rpartition("<summary>")[2]
    assert "set aside" in row
    assert "<b>Set aside:</b>" in html


def test_as_taught_nothing_is_set_aside(client, starter_content):
    html = text_of(client, "/exercises/leg-press/panel/?height=high&width=wide")
    assert "set aside" not in html.lower()


def test_the_page_says_what_either_lens_counts_and_that_neutral_is_taught(client, starter_content):
    for address in ("/exercises/leg-press/", "/"):
        html = text_of(client, address)
        assert "counts only the steps that studies support or partly support" in html
        assert "the levels of the neutral stance are taught under both" in html


def test_the_neutral_stance_has_the_same_levels_under_both_lenses(client, starter_content):
    def levels(query):
        html = text_of(client, f"/exercises/leg-press/panel/{query}")
        return re.findall(r'id="bar-([\w-]+)" data-level="(\d)" width="(\d+)"', html)

    assert levels("") == levels("?lens=studies")
    assert len(levels("")) == 14


# Certainty


def test_every_row_that_moved_has_its_grade_in_a_word_beside_a_mark(client, starter_content):
    panel = text_of(client, "/exercises/leg-press/panel/?height=high&width=wide")
    shown = {}
    for row in panel.split('<li class="rank')[1:]:
        summary, _, story = row.partition("</summary>")
        muscle = re.search('id="emphasis-([^"]+)"', story)[1]
        shown[muscle] = re.findall(r'<span class="certainty">.*?</svg>\s*([\w ]+)</span>', summary, re.S)
        assert summary.count('class="certainty-mark"') == len(shown[muscle])
    ranked = emphasis.emphasise(
        LEG_PRESS, emphasis.stance_from(LEG_PRESS, {"height": "high", "width": "wide"})
    )
    assert shown == {m.muscle.slug: [m.certainty] if m.certainty else [] for m in ranked}
    assert shown["biceps-femoris"] == ["mixed"]


def test_the_marks_of_the_grades_differ_in_shape(client, starter_content):
    html = text_of(client, "/about/")
    table = html[html.index("The grade</th>") :].partition("</table>")[0]
    marks = dict(
        reversed(pair) for pair in re.findall(r"<svg[^>]*>(.*?)</svg>\s*([\w ]+)</span>", table, re.S)
    )
    assert len(marks) == len(set(marks.values())) == 5


def test_every_vote_is_in_the_panel_so_that_opening_a_row_needs_nothing_more(
    client, starter_content, django_assert_num_queries
):
    with django_assert_num_queries(1):
        panel = text_of(client, "/exercises/leg-press/panel/?height=high&width=wide")
    stance = emphasis.stance_from(LEG_PRESS, {"height": "high", "width": "wide"})
    for m in emphasis.emphasise(LEG_PRESS, stance):
        story = panel[panel.index(f'id="emphasis-{m.muscle.slug}"') :].partition("</details>")[0]
        for applied in m.applied:
            choice = applied.choice
            name = certainty.name_of(choice.axis.slug, choice.option.slug, applied.effect)
            for vote in certainty.evidence_in(LEG_PRESS, name, applied.effect.step).votes:
                assert f'href="/evidence/{vote.study.slug}/"' in story
                assert all(line.finding.words in story.replace("&#x27;", "'") for line in vote.lines)


def story_of(client, muscle, query):
    panel = text_of(client, f"/exercises/leg-press/panel/{query}")
    story = panel[panel.index(f'id="emphasis-{muscle}"') :].partition("</details>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", story).split())


@pytest.mark.parametrize(
    ("muscle", "query", "words"),
    [
        ("rectus-femoris", "?height=low", "Contested. For Da Silva 2008"),
        ("rectus-femoris", "?height=low", "Against Escamilla 2001"),
        ("biceps-femoris", "?height=high", "No effect reported. The biceps femoris was measured"),
        ("biceps-femoris", "?height=high", "The paper names the whole group or muscle"),
        ("gastrocnemius", "?height=low", "Known through the introduction of Da Silva 2008."),
        ("adductors", "?width=wide", "Untested. Never measured in any study of this exercise that we found."),
        ("adductors", "?width=wide", "From elsewhere, not counted"),
        ("vastus-intermedius", "?height=high", "It lies too deep for sensors on the skin."),
        ("biceps-femoris", "?height=high&width=wide", "High and wide together, up 1."),
    ],
)
def test_an_opened_row_says_who_found_what(client, starter_content, muscle, query, words):
    assert words in story_of(client, muscle, query)


def test_a_shallow_muscle_is_not_said_to_lie_deep(client, starter_content):
    assert "too deep" not in story_of(client, "adductors", "?width=wide")


@pytest.mark.usefixtures("empty_site")
def test_a_retracted_study_is_struck_through_wherever_the_article_names_it(client):
    exercise = make_exercise(is_published=False)
    make_study("smith-2020", make_finding(muscles=("back",)), is_retracted=True)
    publishing.publish([exercise], "First.")
    html = text_of(client, "/exercises/press/?height=high")
    assert '<s><a href="/evidence/smith-2020/">Smith 2020</a></s> <b>retracted</b>' in html
    assert "<b>Retracted:</b> <s>" in html


@pytest.mark.usefixtures("empty_site")
def test_what_only_a_retracted_study_measured_is_not_said_never_to_have_been_measured(client):
    exercise = make_exercise(is_published=False)
    make_study("smith-2020", make_finding(muscles=("back",)), is_retracted=True)
    publishing.publish([exercise], "First.")
    panel = text_of(client, "/exercises/press/panel/?height=high")
    row = panel.partition('id="emphasis-back"')[2].partition("</details>")[0]
    assert "What was measured has been retracted." in row
    assert "Never measured" not in row


# Claims, references, cautions


def test_every_claim_stands_there_with_its_verdict_and_the_grades_of_its_effects(client, starter_content):
    html = text_of(client, "/exercises/leg-press/")
    document = Publication.objects.live("exercise").get(slug="leg-press").content
    effects = certainty.named_effects(document)
    for number, claim in enumerate(document.claims, 1):
        item = html[html.index(f'<li id="claim-{number}">') :].partition(f'<li id="claim-{number + 1}">')[0]
        assert f"<h3>{claim.statement}</h3>" in item
        assert claim.verdict_html in item
        shown = re.findall(
            r'</svg>\s*([\w ]+)</span> <a href="([^"]+)">([^<]+)</a>', item.partition("</ul>")[0], re.S
        )
        assert shown == [
            (
                effects[name].certainty,
                "/exercises/leg-press/" + emphasis.stance_of(LEG_PRESS, name).query.replace("&", "&amp;"),
                emphasis.effect_words(LEG_PRESS, name, effects[name].step),
            )
            for name in claim.effects
        ]
        involvement = certainty.involvement_in(LEG_PRESS, claim.muscles)
        assert (f"What was measured ({len(involvement)} stud" in item) == bool(involvement)


def test_the_claims_of_a_version_lead_to_stances_of_that_version(client, starter_content):
    html = text_of(client, "/exercises/leg-press/v/1/")
    claims = html[html.index('<ol class="claims">') :].partition("</section>")[0]
    links = re.findall(r'<a href="(/exercises/[^"]+)"', claims)
    assert links
    assert all(link.startswith("/exercises/leg-press/v/1/?") for link in links)


@pytest.mark.parametrize(
    "address",
    [
        *(f"/exercises/leg-press/{query}" for query in STANCES),
        "/exercises/leg-press/?height=high&width=wide&lens=studies",
        "/exercises/leg-press/v/1/",
        *(f"/exercises/standing-calf-raise/{stance.query}" for stance in emphasis.all_stances(CALF_RAISE)),
    ],
)
def test_every_link_within_the_page_leads_to_one_place_in_it(client, starter_content, address):
    html = text_of(client, address)
    ids = Counter(re.findall(r'\sid="([^"]+)"', html))
    assert [name for name, count in ids.items() if count > 1] == []
    anchors = re.findall(r'href="#([^"]*)"', html)
    assert [anchor for anchor in anchors if anchor not in ids] == []
    assert any(anchor.startswith("reference-") for anchor in anchors)
    assert any(anchor.startswith("cited-") for anchor in anchors)


def test_references_lead_down_by_number_and_back_to_every_place(client, starter_content):
    html = text_of(client, "/exercises/leg-press/")
    entries = re.findall(r'<li id="reference-([^"]+)">(.*?)</li>', html, re.S)
    assert [slug for slug, _ in entries] == [study.slug for study in LEG_PRESS.studies]
    numbers = {slug: str(number) for number, (slug, _) in enumerate(entries, 1)}
    cited = re.findall(
        r'href="#reference-([^"]+)" id="cited-\1-(\d+)" aria-label="\[(\d+)\] [^"]+">\[(\d+)\]<', html
    )
    assert cited
    assert all(numbers[slug] == label == shown for slug, _, label, shown in cited)
    for slug, entry in entries:
        back = re.findall(r'href="#cited-([^"]+)-(\d+)"', entry)
        assert back == [(slug, place) for other, place, _, _ in cited if other == slug]


def test_studies_that_only_count_in_the_grades_come_last_in_the_references(client, starter_content):
    places = [study.places for study in LEG_PRESS.studies]
    uncited = places.index(0) if 0 in places else len(places)
    assert all(places[:uncited])
    assert not any(places[uncited:])


def test_the_caution_of_a_chosen_option_stands_there_with_where_it_comes_from(client, starter_content):
    for option in LEG_PRESS.axes[0].options:
        panel = text_of(client, f"/exercises/leg-press/panel/?height={option.slug}")
        if option.caution:
            assert option.caution in panel
            assert option.caution_source_html in panel
        others = {other.caution for other in LEG_PRESS.axes[0].options} - {option.caution, ""}
        assert not [caution for caution in others if caution in panel]


@pytest.mark.parametrize("query", [*STANCES, "?lens=studies"])
def test_the_exercises_own_caution_stands_there_in_every_stance(client, starter_content, query):
    panel = text_of(client, f"/exercises/leg-press/panel/{query}")
    assert f"<b>In every stance:</b> {LEG_PRESS.caution}" in panel
    assert LEG_PRESS.caution_source_html in panel


def test_a_study_in_a_caution_leads_to_its_page(client, starter_content):
    panel = text_of(client, "/exercises/leg-press/panel/")
    assert '<a href="/evidence/macdougall-1985/">five bodybuilders</a>' in panel


def test_an_exercise_without_claims_and_studies_has_no_such_sections(client, empty_site):
    make_exercise()
    html = text_of(client, "/exercises/press/")
    assert 'id="evidence"' not in html
    assert 'id="references"' not in html
    assert 'href="#evidence"' not in html
    assert 'href="#references"' not in html


# Citing the page, and what machines are told


def test_a_page_can_be_cited_by_the_address_of_its_version(client, starter_content):
    live = Publication.objects.live("exercise").get(slug="leg-press")
    address = "http://127.0.0.1:8000/exercises/leg-press/v/1/"
    for page in ("/exercises/leg-press/", "/exercises/leg-press/?height=high", "/exercises/leg-press/v/1/"):
        html = text_of(client, page)
        year = live.live_from.year
        assert f"Legwork ({year}). Leg press: which muscles it works. Version 1, " in html
        assert "@misc{legwork-leg-press-1," in html
        assert f"url = {{{address}}}" in html
        assert '<a href="/exercises/leg-press/v/1/">' in html


def test_the_next_version_is_cited_by_its_own_address(client, starter_content):
    publishing.publish([Exercise.objects.get(slug="leg-press")], "Again.")
    assert "/exercises/leg-press/v/2/}" in text_of(client, "/exercises/leg-press/")
    assert "/exercises/leg-press/v/1/}" in text_of(client, "/exercises/leg-press/v/1/")


def data_of(html):
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    return json.loads(text)


@pytest.mark.parametrize(
    "address", ["/exercises/leg-press/", "/exercises/leg-press/?height=high", "/exercises/leg-press/v/1/"]
)
def test_machines_are_told_of_the_page_its_muscles_and_its_studies(client, starter_content, address):
    data = data_of(text_of(client, address))
    assert data["@type"] == "MedicalWebPage"
    assert data["breadcrumb"]["@type"] == "BreadcrumbList"
    assert {item["@type"] for item in data["about"]} == {"Muscle"}
    assert len(data["citation"]) == len(LEG_PRESS.studies)
    assert all(
        item["sameAs"].startswith("https://doi.org/10.") for item in data["citation"] if "sameAs" in item
    )


@pytest.mark.usefixtures("empty_site")
def test_no_text_of_staffs_becomes_markup_in_the_article(client):
    bad = "</script><script>alert(1)</script><img src=x>"
    exercise = make_exercise(is_published=False, answer=bad, caution=bad, caution_source=bad, reviewed_by=bad)
    finding = make_finding(words=bad, load=bad, known_through=bad)
    make_study("smith-2020", finding, title=bad, authors=bad, participants=bad, short_name="Smith <b>")
    publishing.publish([exercise], bad)
    html = text_of(client, "/exercises/press/?height=high")
    assert "<script>" not in html
    assert "<img" not in html
    assert "Smith <b>" not in html
    assert data_of(html)["description"] == bad
    assert data_of(html)["citation"][0]["name"] == bad


def test_a_studys_change_reaches_readers_of_the_article_only_when_that_is_published(client, empty_site):
    exercise = make_exercise(is_published=False)
    study = make_study("smith-2020", make_finding(words="It was <so>."))
    publishing.publish([exercise], "First.")
    Study.objects.update(short_name="Jones 2021")
    publishing.publish([study], "Renamed.")
    assert "Smith 2020" in text_of(client, "/exercises/press/?height=high")
    publishing.publish([exercise], "Again.")
    assert "Jones 2021" in text_of(client, "/exercises/press/?height=high")
    assert "It was &lt;so&gt;." in text_of(client, "/exercises/press/?height=high")
