import pytest

from exercises import publishing
from exercises.models import Exercise, Muscle, MuscleGroup, StanceEffect


def text_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_all_muscles_stand_under_their_groups_and_on_the_map(client, starter_content):
    html = text_of(client, "/muscles/")
    assert html.index("Quadriceps") < html.index("Rectus femoris</a>") < html.index("Hamstrings")
    for muscle in Muscle.objects.all():
        assert f'<li><a href="/muscles/{muscle.slug}/">' in html
        assert f'href="/muscles/{muscle.slug}/" aria-label=' in html


def test_a_group_stands_there_once_though_its_muscles_have_copies_of_different_age(client, starter_content):
    MuscleGroup.objects.filter(slug="quadriceps").update(summary="Said anew.", order=9)
    publishing.publish([Muscle.objects.get(slug="vastus-medialis")], "The group's words.")
    html = text_of(client, "/muscles/")
    assert html.count('<section id="quadriceps">') == 1
    assert "Said anew." in html
    assert html.index("Shin muscles") < html.index("Quadriceps")


def test_a_muscle_says_where_it_lies_what_it_does_and_who_its_neighbours_are(client, starter_content):
    html = text_of(client, "/muscles/rectus-femoris/")
    assert 'id="front-rectus-femoris" href="#location"' in html
    assert "data-located" in html
    for words in ("Where it lies", "What it does", "Knee extension", "Hip flexion", "Vastus medialis"):
        assert words in html


def test_a_muscle_lists_the_stances_that_emphasise_it_most_best_first(client, starter_content):
    html = text_of(client, "/muscles/vastus-lateralis/")
    best = html.index('href="/exercises/leg-press/?height=low&amp;width=narrow"')
    assert best < html.index('href="/exercises/leg-press/?height=middle&amp;width=narrow"')
    assert "main driver, 10 of 10" in html
    assert client.get("/exercises/leg-press/?height=low&width=narrow").status_code == 200


def test_only_the_live_version_of_an_exercise_counts(client, starter_content):
    exercise = Exercise.objects.get(slug="leg-press")
    StanceEffect.objects.filter(option__slug="low", muscle__slug="vastus-lateralis").delete()
    publishing.publish([exercise], "Low feet no longer count.")
    html = text_of(client, "/muscles/vastus-lateralis/")
    assert "10 of 10" not in html
    assert html.count("<li data-level=") == 1


def test_a_muscle_that_no_stance_raises_says_so(client, starter_content):
    assert "No stance raises it above neutral" in text_of(client, "/muscles/tibialis-anterior/")


@pytest.mark.parametrize(
    ("slug", "others"),
    [
        ("gastrocnemius", ["Medial head of gastrocnemius", "Lateral head of gastrocnemius"]),
        ("gastrocnemius-medial", ["a head of the"]),
    ],
)
def test_a_whole_and_its_heads_tell_of_each_other_and_of_both_exercises(
    client, starter_content, slug, others
):
    html = text_of(client, f"/muscles/{slug}/")
    assert 'href="/exercises/leg-press/?height=low&amp;width=shoulder"' in html
    assert 'href="/exercises/standing-calf-raise/?toes=out&amp;knee=straight"' in html
    assert all(words in html for words in others)


def test_a_deep_muscle_says_that_sensors_cannot_read_it(client, starter_content):
    assert "sensors on the skin cannot read it" in text_of(client, "/muscles/vastus-intermedius/")


def test_a_muscles_draft_changes_nothing_that_readers_see(client, starter_content):
    Muscle.objects.filter(slug="soleus").update(name="rewritten", function="Rewritten.", slug="moved")
    html = text_of(client, "/muscles/soleus/")
    assert "rewritten" not in html.lower()
    assert "<h1>Soleus</h1>" in html
