import pytest

from exercises import publishing
from exercises.models import Exercise, Publication
from tests.make import make_exercise


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
        'id="this-page"',
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
@pytest.mark.parametrize("value", ["sideways", "HIGH", "x" * 65, "%00", "%ff%fe", "high%20"])
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
