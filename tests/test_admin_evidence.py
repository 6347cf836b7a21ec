import pytest
from django.urls import reverse

from exercises import publishing
from exercises.admin import evidence
from exercises.models import Exercise, Publication, StanceOption, Study
from tests.admin_forms import complaints, form_of, said, save, url
from tests.make import make_exercise, make_finding, make_muscle, make_staff, make_study

pytestmark = pytest.mark.usefixtures("empty_site")


@pytest.fixture
def exercise():
    """The press, graded: one study found that high feet work the back muscle more."""
    exercise = make_exercise()
    make_study("jones-2010", make_finding(muscles=("back",)))
    publishing.publish([exercise], "Graded.")
    return exercise


@pytest.fixture
def study(exercise):
    return Study.objects.get()


def option(slug):
    return StanceOption.objects.get(slug=slug).pk


def new_study(client, **changes):
    """Send the form of a new study with one finding about the press; `changes` go over it."""
    exercise = Exercise.objects.get(slug="press")
    data = {
        "short_name": "Smith 2020",
        "slug": "smith-2020",
        "year": "2020",
        "title": "Feet and muscles",
        "kind": "activity",
        "participants": "12 women",
        "summary": "Feet made a difference.",
        "findings-TOTAL_FORMS": "1",
        "findings-INITIAL_FORMS": "0",
        "findings-0-kind": "comparison",
        "findings-0-exercise": exercise.pk,
        "findings-0-muscles": [m.muscle_id for m in exercise.involvements.filter(muscle__slug="back")],
        "findings-0-option": option("high"),
        "findings-0-against": option("low"),
        "findings-0-direction": "more",
        "findings-0-words": "It was busier with the feet high.",
        "findings-0-order": "0",
        **changes,
    }
    return client.post(reverse("admin:exercises_study_add"), data)


def test_a_study_and_its_findings_are_added_in_one_form_and_published(client, editor, exercise):
    assert new_study(client).status_code == 302
    study = Study.objects.get(slug="smith-2020")
    assert study.findings.get().muscles.get().slug == "back"
    client.post(url("publish", study), {"note": "New."})
    assert client.get("/evidence/smith-2020/").status_code == 200


def test_the_form_shows_which_grades_would_change_before_anything_is_saved(client, editor, exercise):
    response = new_study(client, _try="1")
    html = response.content.decode()
    assert "nothing has been saved" in html
    assert "<b>partly supported</b> would become <b>supported</b>" in html
    assert "Please correct" not in html
    assert 'value="Feet and muscles"' in html
    assert not Study.objects.filter(slug="smith-2020").exists()


def test_a_change_to_a_finding_is_tried_in_the_same_way(client, editor, exercise, study):
    html = save(client, study, **{"findings-0-direction": "less", "_try": "1"}).content.decode()
    assert "<b>partly supported</b> would become <b>not supported</b>" in html
    assert study.findings.get().direction == "more"


def test_a_deleted_finding_counts_as_gone_when_it_is_tried(client, editor, exercise, study):
    html = save(client, study, **{"findings-0-DELETE": "on", "_try": "1"}).content.decode()
    assert "<b>partly supported</b> would become <b>untested</b>" in html


def test_trying_what_changes_nothing_says_so(client, editor, exercise, study):
    assert "No grade of any effect changes." in save(client, study, _try="1").content.decode()


def test_trying_a_form_with_mistakes_shows_the_mistakes(client, editor, exercise):
    html = complaints(new_study(client, _try="1", year=""))
    assert "Say when it was published" in html
    assert "would become" not in html


def test_a_saved_draft_says_what_publishing_it_would_change(client, editor, exercise, study):
    save(client, study, **{"findings-0-direction": "no difference"})
    html = client.get(url("change", study)).content.decode()
    assert "What publishing this draft would change" in html
    assert "<b>partly supported</b> would become <b>not supported</b>" in html


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"year": ""}, "Say when it was published: a year, such as 2008."),
        ({"title": ""}, "Give the title as it was printed."),
        ({"doi": "1519/JSC"}, "is not a DOI. One starts with 10."),
        ({"pmid": "PMC12"}, "is not a PMID, which is digits only"),
        ({"findings-0-muscles": []}, "Choose the muscles that were read"),
        ({"findings-0-option": ""}, "A comparison needs this"),
        ({"findings-0-direction": ""}, "A comparison needs this"),
        ({"findings-0-words": ""}, "This field is required."),
        ({"findings-0-kind": "involvement"}, "This kind is about no option."),
        ({"findings-0-kind": "indirect"}, "Say which other exercise or condition it comes from."),
    ],
)
def test_what_a_study_cannot_be_is_refused_and_nothing_is_lost(client, editor, exercise, changes, complaint):
    html = complaints(new_study(client, **{"journal": "Journal of Feet", **changes}))
    assert complaint in html.replace("&#x27;", "'")
    assert 'value="Journal of Feet"' in html
    assert not Study.objects.filter(slug="smith-2020").exists()


def test_a_finding_that_compares_an_option_with_itself_is_refused(client, editor, exercise):
    html = complaints(new_study(client, **{"findings-0-against": option("high")}))
    assert "It compares an option with itself. Choose the other option." in html


def test_a_finding_about_a_muscle_that_the_exercise_does_not_have_is_refused(client, editor, exercise):
    other = make_muscle("ear")
    html = complaints(new_study(client, **{"findings-0-muscles": [other.pk]}))
    assert "The press does not involve the ear. It involves: back and front." in html


def test_a_finding_about_an_option_of_another_exercise_is_refused(client, editor, exercise):
    other = make_exercise("lunge", is_published=False)
    strange = StanceOption.objects.get(axis__exercise=other, slug="low").pk
    high = StanceOption.objects.get(axis__exercise=exercise, slug="high").pk
    html = complaints(
        client.post(
            reverse("admin:exercises_study_add"),
            {
                "short_name": "Smith 2020",
                "slug": "smith-2020",
                "year": "2020",
                "title": "Feet",
                "kind": "activity",
                "findings-TOTAL_FORMS": "1",
                "findings-INITIAL_FORMS": "0",
                "findings-0-kind": "comparison",
                "findings-0-exercise": exercise.pk,
                "findings-0-muscles": [i.muscle_id for i in exercise.involvements.all()],
                "findings-0-option": high,
                "findings-0-against": strange,
                "findings-0-direction": "more",
                "findings-0-words": "It was busier.",
                "findings-0-order": "0",
            },
        )
    )
    assert "The press has no such option. It has: Height: low; Height: middle; Height: high." in html


def test_a_pasted_doi_is_cut_to_the_doi_and_is_taken_once(client, editor, exercise):
    assert new_study(client, doi=" https://doi.org/10.1519/JSC.0b ").status_code == 302
    assert Study.objects.get(slug="smith-2020").doi == "10.1519/JSC.0b"
    html = complaints(new_study(client, short_name="Smith", slug="smith", doi="doi:10.1519/jsc.0B"))
    assert "Another study has this DOI." in html


def test_a_retracted_study_names_the_pages_that_still_count_it(client, editor, exercise, study):
    save(client, study, is_retracted="on")
    html = client.get(url("change", study)).content.decode()
    assert "Retracted, but it still counts on:" in html
    assert '<a href="/exercises/press/">press</a>' in html
    response = client.post(url("publish", study), {"note": "Retracted."})
    assert "press (exercise)" in said(response)
    publishing.refresh(publishing.live_publication(exercise), "Retraction.")
    assert "still counts on" not in client.get(url("change", study)).content.decode()
    assert publishing.live_publication(exercise).content.axes[0].options[2].effects[1].certainty == "untested"


def test_an_effect_shows_its_certainty_and_the_findings_that_make_it(client, editor, exercise):
    html = client.get(url("change", StanceOption.objects.get(slug="high"))).content.decode()
    assert "<b>partly supported</b>" in html
    assert "It was busier with the feet high." in html
    assert "<b>untested</b>" in html


def test_publishing_an_exercise_takes_its_unpublished_studies_along(client, editor, exercise):
    new_study(client)
    assert "Smith 2020" in client.get(url("publish", exercise)).content.decode()
    client.post(url("publish", exercise), {"note": "With Smith.", "along": "on"})
    assert Publication.objects.live("study").filter(slug="smith-2020").exists()


def test_a_reference_to_a_study_that_does_not_exist_is_refused(client, editor, exercise):
    section = exercise.sections.get()
    section.body = "It was measured[[study:nobody-1900]]."
    section.save()
    html = client.post(url("publish", exercise), {"note": "Cited."}).content.decode()
    assert "links to a study that does not exist or is not published" in html


def test_a_claim_offers_the_effects_and_muscles_of_its_exercise(client, editor, exercise):
    other = make_exercise("lunge", is_published=False)
    effects = [
        effect.pk for axis in exercise.axes.all() for o in axis.options.all() for effect in o.effects.all()
    ]
    response = save(
        client,
        exercise,
        **{
            "claims-TOTAL_FORMS": "1",
            "claims-0-statement": "High feet work the back.",
            "claims-0-verdict": "One study says so. No other looked.",
            "claims-0-effects": effects[:1],
            "claims-0-order": "0",
        },
    )
    assert response.status_code == 302
    assert exercise.claims.get().effects.get().pk == effects[0]
    html = client.get(url("change", exercise)).content.decode()
    assert all(f"claims-__prefix__-effects_{n}" in html for n in range(len(effects)))
    assert f"claims-__prefix__-effects_{len(effects)}" not in html
    assert not other.claims.exists()


def test_a_preview_shows_the_saved_draft_of_a_study(client, editor, exercise, study):
    study.summary = "Rewritten."
    study.save()
    html = client.get(url("preview", study)).content.decode()
    assert "Rewritten." in html
    assert "Preview of the saved draft" in html
    assert "Rewritten." not in client.get("/evidence/jones-2010/").content.decode()


def test_an_untouched_form_of_a_study_saves_what_was_there(client, editor, exercise, study):
    assert save(client, study).status_code == 302
    assert not publishing.has_unpublished_changes(study)


@pytest.mark.parametrize("findings", [1, 12])
def test_the_form_takes_the_same_queries_for_few_and_many_findings(
    client, editor, exercise, findings, django_assert_max_num_queries
):
    study = make_study("long-2001", *[make_finding(words=f"Finding {n}.") for n in range(findings)])
    with django_assert_max_num_queries(40):
        client.get(url("change", study))


def test_a_finding_holds_its_option(client, editor, exercise):
    axis = exercise.axes.get()
    data = form_of(client, axis)
    high = next(n for n in range(3) if data[f"options-{n}-slug"] == "high")
    html = client.post(url("change", axis), {**data, f"options-{high}-DELETE": "on"}).content.decode()
    assert "would require deleting the following protected related objects" in html
    assert StanceOption.objects.filter(slug="high").exists()


def test_a_number_of_findings_that_nobody_has_is_refused_and_costs_nothing(client, editor, exercise):
    html = new_study(client, **{"findings-TOTAL_FORMS": "100000"}).content.decode()
    assert "Please submit at most 150 forms." in html
    assert not Study.objects.filter(slug="smith-2020").exists()


# Among many exercises


FIELD = {"app_label": "exercises", "model_name": "finding", "field_name": "option"}


def found(client, **params):
    return client.get(reverse("admin:autocomplete"), {**FIELD, **params})


def test_of_a_few_options_all_stand_in_a_list_under_their_exercise(client, editor, study):
    html = client.get(url("change", study)).content.decode()
    assert '<optgroup label="press">' in html
    assert "admin-autocomplete" not in html


def test_among_many_options_one_is_looked_for(client, editor, study, monkeypatch):
    monkeypatch.setattr(evidence, "MOST_CHOICES", 2)
    make_exercise("lunge", is_published=False)
    html = client.get(url("change", study)).content.decode()
    assert html.count('class="admin-autocomplete') == 8  # four fields, and as many of the empty finding
    assert "middle</option>" not in html
    assert ">Height: high</option>" in html
    assert save(client, study, **{"findings-0-direction": "less"}).status_code == 302
    assert study.findings.get().direction == "less"


def test_what_is_found_says_which_exercise_it_is_of(client, editor, exercise, django_assert_max_num_queries):
    make_exercise("lunge", is_published=False)
    with django_assert_max_num_queries(8):
        results = found(client, term="lunge high").json()["results"]
    assert [result["text"] for result in results] == ["lunge, Height: high"]
    exercises = found(client, term="lun", field_name="exercise").json()["results"]
    assert [result["text"] for result in exercises] == ["lunge"]


def test_nobody_else_finds_drafts_that_way(client, exercise):
    assert found(client, term="press").status_code == 302
    client.force_login(make_staff(""))
    assert found(client, term="press").status_code == 403
