import msgspec
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exercises import document as documents
from exercises import drafts, publishing
from exercises.models import Exercise, Involvement, Muscle, Publication, Revision, StanceEffect
from tests.admin_forms import said, url
from tests.make import make_effect, make_exercise, make_finding, make_muscle, make_option, make_study

pytestmark = pytest.mark.usefixtures("empty_site")

replace = msgspec.structs.replace
NARROW = documents.StanceAxis(
    slug="width",
    name="Width",
    options=(make_option("hip", is_neutral=True), make_option("wide", make_effect("back", 1))),
)
BOTH = {"with_axis": "width", "with_option": "wide"}


@pytest.fixture
def exercise():
    """Two muscles, height (low, middle, high), width (hip, wide), and a step of high and wide together."""
    height = documents.StanceAxis(
        slug="height",
        name="Height",
        options=(
            make_option("low", make_effect("front", 1)),
            make_option("middle", is_neutral=True),
            make_option("high", make_effect("front", -2), make_effect("back", 1, **BOTH)),
        ),
    )
    return make_exercise(axes=(height, NARROW))


def forms_of(response):
    """Every form that the page shows."""
    for row in response.context["rows"]:
        yield row.form
        yield from (cell.form for cell in row.cells if cell.form)
    yield from (row.form for row in response.context["joint_rows"])
    yield from response.context["new_rows"]


def form_of(client, exercise, query=""):
    """What a browser would send of the matrix that nobody has touched."""
    response = client.get(url("emphasis", exercise) + query)
    data = {"_seen": response.context["seen"]}
    for form in forms_of(response):
        for field in form:
            value = field.value()
            if field.name == "step" and isinstance(value, int):
                value = f"{value:+d}"
            if value is not None and value is not False:
                data[field.html_name] = value
    for choice in response.context["stance"].choices:
        data[choice.axis.slug] = choice.option.slug
    return data


def save(client, exercise, **changes):
    return client.post(url("emphasis", exercise), {**form_of(client, exercise), **changes, "_save": "Save"})


def panel(client, exercise, **changes):
    response = client.post(url("emphasis_panel", exercise), {**form_of(client, exercise), **changes})
    assert response.status_code == 200
    return response.content.decode()


def steps():
    """Every saved step, in short."""
    rows = StanceEffect.objects.select_related("option", "with_option", "muscle")
    return {
        " ".join(
            [row.option.slug, *([row.with_option.slug] if row.with_option else []), row.muscle.slug]
        ): row.step
        for row in rows
    }


def shown(response, name):
    """The field that the page shows under this name."""
    for form in forms_of(response):
        for field in form:
            if field.html_name == name:
                return field
    raise KeyError(name)


# What the page shows


def test_the_matrix_shows_every_baseline_and_step_and_none_for_a_neutral_option(client, editor, exercise):
    html = client.get(url("emphasis", exercise)).content.decode()
    assert 'name="muscle_front-baseline" value="8"' in html
    assert 'name="muscle_front-floor" value="4"' in html
    assert 'name="step_height_high_front-step" value="-2"' in html
    assert 'name="step_height_low_back-step"' in html
    assert 'name="step_height_high_back_width_wide-step" value="+1"' in html
    assert "It is stretched.</textarea>" in html
    assert "step_height_middle" not in html
    assert "step_width_hip" not in html


def test_the_exercise_leads_to_its_matrix_and_a_muscle_to_none(client, editor, exercise):
    link = f'<a href="{url("emphasis", exercise)}">Emphasis matrix</a>'
    assert link in client.get(url("change", exercise)).content.decode()
    assert (
        "Emphasis matrix" not in client.get(url("change", Muscle.objects.get(slug="front"))).content.decode()
    )


def test_beside_a_saved_step_stands_its_certainty(client, editor, exercise):
    response = client.get(url("emphasis", exercise))
    cells = [cell for row in response.context["rows"] for cell in row.cells if cell.effect]
    assert {cell.effect.certainty for cell in cells} == {"untested"}
    make_study("smith-2020", make_finding(direction="less"))
    response = client.get(url("emphasis", exercise))
    (cell,) = [c for c in response.context["rows"][0].cells if c.effect and c.effect.step == -2]
    assert cell.effect.certainty == "partly supported"
    assert "partly supported" in response.content.decode()


def test_a_muscle_that_is_not_published_has_its_row(client, editor, exercise):
    make_muscle("wing", is_published=False)
    exercise.involvements.create(muscle=Muscle.objects.get(slug="wing"), baseline=3)
    assert save(client, exercise, **{"step_height_low_wing-step": "2"}).status_code == 302
    assert steps()["low wing"] == 2


def test_an_exercise_that_has_only_been_begun_has_a_matrix(client, editor):
    bare = Exercise.objects.create(name="bare", slug="bare")
    response = client.get(url("emphasis", bare))
    assert "Involve muscles and add stance axes first" in response.content.decode()
    assert save(client, bare).status_code == 302


# Saving


def test_one_save_changes_baselines_and_steps_and_nothing_that_readers_see(client, editor, exercise):
    kept = StanceEffect.objects.get(option__slug="low")
    response = save(
        client,
        exercise,
        **{
            "muscle_back-baseline": "4",
            "muscle_back-floor": "2",
            "step_height_low_front-step": "3",
            "step_height_low_front-reason": "Better words.\r\nTwo lines.",
            "step_height_high_front-step": "",
            "step_height_high_back-step": "\N{MINUS SIGN}1",
            "step_height_high_back_width_wide-remove": "on",
            "new_0-pair": "height low width wide",
            "new_0-muscle": "front",
            "new_0-step": "-1",
            "new_0-reason": "Both at once.",
        },
    )
    assert response.status_code == 302
    assert response["Location"] == url("emphasis", exercise)
    assert steps() == {"low front": 3, "high back": -1, "wide back": 1, "low wide front": -1}
    kept.refresh_from_db()
    assert (kept.step, kept.reason) == (3, "Better words.\nTwo lines.")
    row = Involvement.objects.get(muscle__slug="back")
    assert (row.baseline, row.floor) == (4, 2)
    exercise.refresh_from_db()
    assert exercise.has_changes
    assert publishing.live_publication(exercise).content.axes[0].options[0].effects[0].step == 1


def test_a_save_is_kept_logged_and_told(client, editor, exercise):
    response = save(client, exercise, **{"step_height_low_front-step": "2", "height": "low"})
    assert response["Location"] == url("emphasis", exercise) + "?height=low&width=hip"
    assert "Saved: 1 change." in said(response)
    latest, first = Revision.objects.filter(kind="exercise")
    assert latest.what == "Emphasis matrix: Height, low: front: +1 → +2."
    assert latest.saved_by == editor
    assert latest.content == drafts.exercise_draft(exercise)
    assert first.content.axes[0].options[0].effects[0].step == 1
    assert LogEntry.objects.get().change_message == latest.what


def test_an_untouched_matrix_saves_nothing_and_keeps_nothing(client, editor, exercise):
    before = drafts.exercise_draft(exercise)
    assert "nothing to save" in said(save(client, exercise))
    assert drafts.exercise_draft(exercise) == before
    assert not Revision.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_step_without_a_reason_can_be_saved(client, editor, exercise):
    save(client, exercise, **{"step_height_low_back-step": "1"})
    assert StanceEffect.objects.get(option__slug="low", muscle__slug="back").reason == ""


def test_a_claim_stays_on_its_step_and_is_named_when_the_step_goes(client, editor, exercise):
    claim = exercise.claims.create(statement="Low is hard.", verdict="It is.")
    claim.effects.add(StanceEffect.objects.get(option__slug="low"))
    response = save(client, exercise, **{"step_height_low_front-step": "2"})
    assert "claim" not in said(response)
    assert claim.effects.count() == 1
    response = save(client, exercise, **{"step_height_low_front-step": ""})
    assert "The claim “Low is hard.” rested on a step that is gone." in said(response)


def test_what_a_neutral_option_has_by_mistake_is_shown_and_left_alone(client, editor, exercise):
    option = exercise.axes.get(slug="height").options.get(slug="middle")
    option.effects.create(muscle=Muscle.objects.get(slug="back"), step=1)
    assert "a neutral option has no effects" in client.get(url("emphasis", exercise)).content.decode()
    save(client, exercise, **{"step_height_low_front-step": "2"})
    assert steps()["middle back"] == 1


# Refusals


@pytest.mark.parametrize(
    ("name", "typed", "complaint"),
    [
        ("step_height_low_front-step", "4", "A step is a whole number from -3 to 3."),
        ("step_height_low_front-step", "-4", "A step is a whole number from -3 to 3."),
        ("step_height_low_front-step", "abc", "A step is a whole number from -3 to 3."),
        ("step_height_low_front-step", "1.5", "A step is a whole number from -3 to 3."),
        ("step_height_low_front-step", "0", "0 is no step. Empty the cell instead."),
        ("step_height_high_back_width_wide-step", "9", "A step is a whole number from -3 to 3."),
        ("muscle_front-baseline", "11", "A baseline is a whole number from 1 to 10."),
        ("muscle_front-baseline", "", "A baseline is a whole number from 1 to 10."),
        ("muscle_front-floor", "0", "A floor is a whole number from 1 to 10."),
        ("muscle_front-floor", "9", "The floor cannot be above the baseline."),
    ],
)
def test_what_is_wrong_is_said_at_the_cell_and_nothing_is_lost(
    client, editor, exercise, name, typed, complaint
):
    before = steps()
    also = {"step_height_low_back-step": "2", "step_height_low_back-reason": "Typed with care."}
    response = save(client, exercise, **{name: typed, **also})
    assert response.status_code == 200
    field = shown(response, name)
    assert field.errors == [complaint]
    assert field.value() == typed
    assert str(field.errors) in response.content.decode()
    assert shown(response, "step_height_low_back-step").value() == "2"
    assert "Typed with care.</textarea>" in response.content.decode()
    assert "1 entry has to be mended" in response.content.decode()
    assert steps() == before
    assert not Revision.objects.exists()


def test_a_reason_that_was_typed_without_a_step_is_not_thrown_away(client, editor, exercise):
    response = save(client, exercise, **{"step_height_low_back-reason": "Typed with care."})
    said_there = shown(response, "step_height_low_back-step").errors
    assert said_there == ["You gave a reason and no step. Give a step, or empty the reason."]
    assert "Typed with care." in response.content.decode()


@pytest.mark.parametrize("reversed_too", [False, True])
def test_the_same_two_options_cannot_move_a_muscle_twice(client, editor, exercise, reversed_too):
    if reversed_too:  # as the forms of the two options allow
        effect = StanceEffect.objects.exclude(with_option=None).get()
        effect.option, effect.with_option = effect.with_option, effect.option
        effect.save()
    new = {"new_1-pair": "height high width wide", "new_1-muscle": "back", "new_1-step": "2"}
    response = save(client, exercise, **new)
    assert shown(response, "new_1-muscle").errors == [
        "These two options move that muscle already. Change that line."
    ]
    assert shown(response, "new_1-step").value() == "2"


def test_two_new_lines_that_say_the_same_are_refused_and_a_removed_line_can_be_made_anew(
    client, editor, exercise
):
    new = {}
    for number in range(2):
        new[f"new_{number}-pair"] = "height high width wide"
        new[f"new_{number}-muscle"] = "back"
        new[f"new_{number}-step"] = "2"
    new["step_height_high_back_width_wide-remove"] = "on"
    response = save(client, exercise, **new)
    assert not shown(response, "new_0-muscle").errors
    assert shown(response, "new_1-muscle").errors
    for part in ("pair", "muscle", "step"):
        del new[f"new_1-{part}"]
    assert save(client, exercise, **new).status_code == 302
    assert steps()["high wide back"] == 2


def test_a_new_line_asks_for_what_it_lacks(client, editor, exercise):
    response = save(client, exercise, **{"new_0-reason": "Both."})
    assert shown(response, "new_0-pair").errors == ["Choose the two options."]
    assert shown(response, "new_0-muscle").errors == ["Choose the muscle."]
    assert shown(response, "new_0-step").errors == ["A step is a whole number from -3 to 3."]


# Two editors


def test_the_second_editor_is_refused_told_what_changed_and_loses_nothing(client, editor, exercise):
    mine = form_of(client, exercise) | {
        "step_height_low_back-step": "2",
        "muscle_front-baseline": "7",
        "_save": "Save",
    }
    theirs = {"step_height_high_front-step": "-1", "muscle_front-baseline": "9"}
    assert save(client, exercise, **theirs).status_code == 302
    response = client.post(url("emphasis", exercise), mine)
    html = response.content.decode()
    assert response.status_code == 200
    assert "Nothing was saved: somebody else has saved this" in html
    assert "editor, " in html
    assert [str(change) for change in response.context["their_changes"]] == [
        "Muscles involved: front, baseline: 8 → 9",
        "Height, high: front: -2 → -1",
    ]
    assert [str(change) for change in response.context["my_changes"]] == [
        "Muscles involved: front, baseline: 9 → 7",
        "Height, low: back: added",
    ]
    assert "8 → 9" in html
    assert shown(response, "step_height_low_back-step").value() == "2"
    assert shown(response, "muscle_front-baseline").value() == "7"
    assert "low back" not in steps()

    mine |= {field.html_name: field.value() or "" for form in forms_of(response) for field in form}
    mine["_seen"] = response.context["seen"]
    assert client.post(url("emphasis", exercise), mine).status_code == 302
    assert steps()["low back"] == 2
    assert steps()["high front"] == -1
    assert Involvement.objects.get(muscle__slug="front").baseline == 7


def test_what_appeared_while_the_matrix_was_open_is_not_deleted_by_saving_twice(client, editor, exercise):
    mine = form_of(client, exercise) | {"step_height_low_back-step": "2", "_save": "Save"}
    new = {"new_0-pair": "height low width wide", "new_0-muscle": "front", "new_0-step": "1"}
    save(client, exercise, **new)
    option = exercise.axes.get(slug="height").options.create(name="top", slug="top", order=9)
    option.effects.create(muscle=Muscle.objects.get(slug="back"), step=3)
    response = client.post(url("emphasis", exercise), mine)
    assert "somebody else has saved this" in response.content.decode()
    mine["_seen"] = response.context["seen"]
    assert client.post(url("emphasis", exercise), mine).status_code == 302
    assert steps() | {"low wide front": 1, "top back": 3, "low back": 2} == steps()


def test_a_change_that_no_form_made_is_noticed_too(client, editor, exercise):
    mine = form_of(client, exercise) | {"_save": "Save"}
    StanceEffect.objects.filter(option__slug="low").update(step=3)
    response = client.post(url("emphasis", exercise), mine)
    assert "changed by another way than a form" in response.content.decode()
    assert not response.context["their_changes"]
    assert [str(change) for change in response.context["my_changes"]] == ["Height, low: front: +3 → +1"]


def test_a_text_that_somebody_else_saves_does_not_get_in_the_way(client, editor, exercise):
    mine = form_of(client, exercise) | {"step_height_low_back-step": "2", "_save": "Save"}
    exercise.sections.update(body="Better words.")
    assert client.post(url("emphasis", exercise), mine).status_code == 302


def test_an_option_that_went_away_meanwhile_does_not_cost_what_was_typed(client, editor, exercise):
    mine = form_of(client, exercise, "?height=low") | {"step_height_high_back-step": "2", "_save": "Save"}
    exercise.axes.get(slug="height").options.get(slug="low").delete()
    response = client.post(url("emphasis", exercise), mine)
    assert response.status_code == 200
    assert shown(response, "step_height_high_back-step").value() == "2"


# The panel, from what is in the form


def test_the_panel_shows_what_is_in_the_form_and_writes_nothing(client, editor, exercise):
    saved = panel(client, exercise, height="high")
    assert "With height high: less emphasis on the front." in saved
    before = drafts.exercise_draft(exercise)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        html = panel(
            client,
            exercise,
            **{
                "height": "high",
                "step_height_high_front-step": "",
                "step_height_high_back-step": "3",
                "muscle_back-baseline": "6",
            },
        )
    assert "With height high: more emphasis on the back." in html
    assert "<b>9 of 10</b>, 6 in the neutral stance" in html
    assert not [q for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert drafts.exercise_draft(exercise) == before
    assert exercise.publications.count() == 1


def test_the_panel_counts_new_and_removed_steps_of_two_options(client, editor, exercise):
    both = {"height": "high", "width": "wide"}
    assert "<b>5 of 10</b>" in panel(client, exercise, **both)
    removed = {"step_height_high_back_width_wide-remove": "on"}
    assert "<b>4 of 10</b>" in panel(client, exercise, **both, **removed)
    new = {"new_0-pair": "height high width wide", "new_0-muscle": "front", "new_0-step": "3"}
    assert "<b>9 of 10</b>" in panel(client, exercise, **both, **new)


def test_what_is_half_typed_counts_as_it_is_saved(client, editor, exercise):
    html = panel(client, exercise, height="low", **{"step_height_low_front-step": "-"})
    assert "<b>9 of 10</b>" in html


def test_the_lens_is_part_of_the_stance(client, editor, exercise):
    html = panel(client, exercise, height="low", lens="studies")
    assert "set aside" in html


def test_without_scripts_a_stance_is_shown_by_a_page_load_and_nothing_typed_is_lost(client, editor, exercise):
    data = form_of(client, exercise) | {"height": "low", "step_height_low_back-step": "3"}
    response = client.post(url("emphasis", exercise), data)
    html = response.content.decode()
    assert "What you typed is not saved yet." in html
    assert "With height low: more emphasis on the thigh muscles." in html
    assert shown(response, "step_height_low_back-step").value() == "3"
    assert 'value="low" checked' in html
    assert "low back" not in steps()


def test_showing_a_stance_does_not_hide_that_somebody_else_has_saved(client, editor, exercise):
    data = form_of(client, exercise)
    save(client, exercise, **{"step_height_low_front-step": "2"})
    response = client.post(url("emphasis", exercise), data)
    assert response.context["seen"] == data["_seen"]


def test_the_matrix_opens_in_the_stance_of_its_address(client, editor, exercise):
    html = client.get(url("emphasis", exercise) + "?height=low").content.decode()
    assert "With height low: more emphasis on the front." in html
    response = client.get(url("emphasis", exercise) + "?height=sideways")
    assert response.status_code == 404
    assert "Height can be low, middle or high." in response.content.decode()


def test_the_panel_is_asked_for_by_post(client, editor, exercise):
    assert client.get(url("emphasis_panel", exercise)).status_code == 405


# Who may


@pytest.mark.parametrize("view", ["emphasis", "emphasis_panel"])
def test_the_matrix_is_for_staff_who_may_change_the_exercise(client, exercise, view):
    address = url(view, exercise)
    assert client.get(address)["Location"].startswith("/admin/login/")
    user = User.objects.create_user("guest", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_exercise"))
    client.force_login(user)
    for response in (client.get(address), client.post(address, {"_save": "Save"})):
        assert response.status_code == 403
        assert "What readers see is decided by" in response.content.decode()
    user.user_permissions.add(Permission.objects.get(codename="change_exercise"))
    assert client.post(address, {}).status_code == 200


def test_the_matrix_of_nothing_is_a_404(client, editor):
    assert client.get(reverse("admin:exercises_exercise_emphasis", args=[99])).status_code == 404


# How many queries


def make_big(slug, muscles):
    names = [f"{slug}-{number}" for number in range(muscles)]
    for name in names:
        make_muscle(name)
    effects = [make_effect(name, 1) for name in names]
    axes = tuple(
        documents.StanceAxis(
            slug=axis,
            name=axis,
            options=(
                make_option("one", *effects),
                make_option("two", is_neutral=True),
                make_option("three", *effects),
            ),
        )
        for axis in ("height", "width", "toes")
    )
    joint = [replace(effect, with_axis="width", with_option="one") for effect in effects]
    first = axes[0].options[0]
    options = (replace(first, effects=(*first.effects, *joint)), *axes[0].options[1:])
    axes = (replace(axes[0], options=options), *axes[1:])
    involved = [documents.Involvement(muscle=name, role="helper", baseline=5) for name in names]
    claim = documents.Claim(
        statement="It is hard.",
        verdict="It is.",
        effects=(documents.EffectName(axis="height", option="one", muscle=names[0]),),
        muscles=(names[0],),
    )
    return make_exercise(slug, involvements=tuple(involved), axes=axes, claims=(claim,))


def test_the_matrix_takes_the_same_few_queries_for_few_and_many_steps(client, editor):
    few, many = make_big("few", 2), make_big("many", 15)
    make_muscle("wing", is_published=False)
    for exercise in (few, many):
        exercise.involvements.create(muscle=Muscle.objects.get(slug="wing"))
    assert StanceEffect.objects.filter(option__axis__exercise=many).count() == 15 * 7
    ContentType.objects.get_for_model(Exercise)  # is asked for once, then remembered
    counts = {}
    for exercise in (few, many):
        data = form_of(client, exercise)
        changed = {name: "-1" if name.endswith("-step") and value else value for name, value in data.items()}
        changed = {n: v for n, v in changed.items() if not n.startswith("step_toes")}
        changed |= {n: "" for n in data if n.startswith("step_toes")}
        asks = {
            "page": lambda e=exercise: client.get(url("emphasis", e)),
            "panel": lambda e=exercise, d=data: client.post(url("emphasis_panel", e), d),
            "save": lambda e=exercise, d=changed: client.post(url("emphasis", e), {**d, "_save": "Save"}),
        }
        for name, ask in asks.items():
            with CaptureQueriesContext(connection) as queries:
                response = ask()
            assert response.status_code == (302 if name == "save" else 200)
            counts.setdefault(name, []).append(len(queries))
    for name, (for_few, for_many) in counts.items():
        assert for_few == for_many, name
    assert counts["page"][0] <= 25
    assert counts["panel"][0] <= 25


def test_nothing_of_a_failed_save_stays(client, editor, exercise, monkeypatch):
    def fail(things):
        raise RuntimeError("The disk is full.")

    before = drafts.exercise_draft(exercise)
    monkeypatch.setattr(publishing, "note_changes", fail)
    with pytest.raises(RuntimeError):
        save(client, exercise, **{"step_height_low_front-step": "2"})
    assert drafts.exercise_draft(exercise) == before
    assert not Revision.objects.exists()
    assert Publication.objects.filter(kind="exercise").count() == 1
