"""Searching everything in the admin: what is found, where it leads, who finds what, within which bounds."""

import pytest
from django.contrib.auth.models import User

from exercises import document as documents
from exercises import editing, merging, publishing
from exercises.admin.search import SOURCES
from exercises.models import (
    AuditEntry,
    Exercise,
    JointAction,
    Muscle,
    MuscleGroup,
    Section,
    StanceAxis,
    StanceEffect,
    StanceOption,
    Study,
)
from tests.admin_forms import asks_to_sign_in, url
from tests.make import make_exercise, make_finding, make_muscle, make_staff, make_study, make_term

pytestmark = pytest.mark.usefixtures("empty_site")

PAGE = "/admin/search/"
WORD = "zebra"


def search(client, q=WORD, **given):
    return client.get(PAGE, {"q": q, **given})


def names(response):
    """The names of what was found, by kind."""
    return {group.words: [hit.name for hit in group.hits] for group in response.context["found"]}


@pytest.fixture
def everywhere(editor):
    """The word in each kind of thing once, in some texts in capitals."""
    exercise = make_exercise(
        answer="A ZEBRA pushes.",
        sections=(documents.Section(heading="What", body="The zebra's leg."),),
        cues=(documents.FormCue(phase="Always", do="Push.", goes_wrong="The zebra falls."),),
        claims=(documents.Claim(statement="Zebras can.", verdict="No.", muscles=("front",)),),
    )
    exercise.involvements.filter(muscle__slug="front").update(summary="Moves the zebra.")
    StanceAxis.objects.update(explanation="How high the zebra stands.")
    StanceOption.objects.filter(slug="high").update(caution="Mind the zebra.")
    StanceEffect.objects.filter(muscle__slug="back").update(reason="The zebra is stretched.")
    Muscle.objects.filter(slug="back").update(function="Bends a zebra.")
    MuscleGroup.objects.update(summary="Of the zebra.")
    JointAction.objects.update(summary="As zebras do.")
    study = make_study("smith-2020", make_finding(words="Zebras were busier."), journal="Zebra Journal")
    make_term(definition="What a zebra does.")
    editing.note(AuditEntry.What.REVIEW, editor, exercise, "Is this a zebra?")
    return exercise, study


def test_every_kind_of_thing_is_found(client, everywhere):
    assert set(names(search(client))) == {source.words for source in SOURCES}


def test_a_hit_names_its_place_and_leads_to_the_form_and_the_history(client, everywhere):
    exercise, study = everywhere
    html = search(client).content.decode()
    option = StanceOption.objects.get(slug="high")
    for address in (
        url("change", exercise),
        f"{url('change', exercise)}#sections-group",
        f"{url('change', exercise)}#claims-group",
        url("change", option),
        f"{url('change', option)}#effects-group",
        f"{url('change', study)}#findings-group",
        url("history", exercise),
        url("history", study),
    ):
        assert f'href="{address}"' in html
        assert client.get(address.partition("#")[0]).status_code == 200
    assert "Height: high, back +1" in html
    assert "press &rsaquo;" in html
    assert 'id="sections-group"' in client.get(url("change", exercise)).content.decode()


def test_the_hit_is_marked_and_everything_else_is_escaped(client, editor):
    make_exercise(answer="<b>x</b> a <Script>alert(1)</script> & more")
    html = search(client, "<script>").content.decode()
    assert "&lt;b&gt;x&lt;/b&gt; a <mark>&lt;Script&gt;</mark>alert(1)&lt;/script&gt; &amp; more" in html
    assert 'value="&lt;script&gt;"' in html
    assert "<Script>" not in html


def test_a_long_text_is_cut_around_the_hit(client, editor):
    make_exercise(answer=f"{'before ' * 50}zebra{' after' * 50}")
    ((hit,),) = [group.hits for group in search(client).context["found"]]
    (snippet,) = hit.snippets
    assert (snippet.field, snippet.hit) == ("Answer", "zebra")
    assert snippet.before.startswith("…")
    assert snippet.after.endswith("…")
    assert len(snippet.before) < 80


def test_links_are_shown_as_their_words_unless_they_are_what_was_looked_for(client, editor):
    make_muscle("back")
    make_muscle("front", function="Beside the [[muscle:back|zebra]] and [[muscle:back]].")
    assert "Beside the <mark>zebra</mark> and back." in search(client).content.decode()
    assert "and <mark>[[muscle:back]]</mark>." in search(client, "[[muscle:back]]").content.decode()


@pytest.mark.parametrize("q", ["100%", "a_b", "\\", "[[muscle:x]]", "(.*", "'; --"])
def test_signs_are_looked_for_as_they_stand(client, editor, q):
    make_exercise(answer="1000 axb nothing.")
    assert search(client, f"{q}x").context["found"] == []
    Exercise.objects.update(answer=f"Here: {q}x.")
    assert names(search(client, f"{q}x")) == {"exercises": ["press"]}


@pytest.mark.parametrize(
    ("q", "said"),
    [
        ("", "Say what to look for."),
        ("   ", "Say what to look for."),
        ("z", "One letter is in nearly every text."),
        ("z" * 101, "longer than 100 characters"),
        ("z" * 200, "longer than 100 characters"),
    ],
)
def test_what_cannot_be_looked_for_is_said(client, everywhere, q, said):
    response = search(client, q)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert response.context["found"] is None


def test_a_hundred_characters_are_looked_for(client, editor):
    make_exercise(answer="z" * 100)
    assert names(search(client, "z" * 100)) == {"exercises": ["press"]}


def test_when_nothing_is_found_the_page_says_so_and_leads_to_looking_everywhere(client, everywhere):
    html = search(client, "<giraffe>", kind="muscles").content.decode()
    assert "contains “&lt;giraffe&gt;” where you are looking" in html
    assert 'href="?q=%3Cgiraffe%3E"' in html


def test_without_words_there_is_the_form(client, editor):
    response = client.get(PAGE)
    assert 'name="q"' in response.content.decode()
    assert "Say what to look for" not in response.content.decode()


# Bounds


def test_of_each_kind_twenty_are_shown_and_the_page_says_that_there_are_more(client, editor):
    exercise = make_exercise()
    for number in range(20):
        Section.objects.create(exercise=exercise, heading=f"Zebra {number}", body="x")
    html = search(client).content.decode()
    assert "Sections: 20" in html
    Section.objects.create(exercise=exercise, heading="Zebra 20", body="x")
    response = search(client)
    assert len(names(response)["sections"]) == 20
    assert "Sections: the first 20, and there are more" in response.content.decode()


def test_more_hits_take_no_more_queries(client, everywhere, django_assert_max_num_queries):
    exercise, study = everywhere
    with django_assert_max_num_queries(18) as few:
        search(client)
    for number in range(30):
        Section.objects.create(exercise=exercise, heading=f"Zebra {number}", body="x")
        make_muscle(f"zebra-{number}", is_published=False)
        option = StanceOption.objects.get(slug="low")
        StanceEffect.objects.create(
            option=option, muscle=Muscle.objects.get(slug=f"zebra-{number}"), step=1, reason="Zebra."
        )
        study.findings.create(exercise=exercise, words=f"Zebra {number}.")
    with django_assert_max_num_queries(len(few)):
        search(client)
    with django_assert_max_num_queries(len(few)):
        search(client, status="live")


# Filters


def test_one_kind_alone_is_searched(client, everywhere):
    assert set(names(search(client, kind="claims"))) == {"claims"}


@pytest.mark.parametrize("given", [{"kind": "nonsense"}, {"status": "nonsense"}])
def test_a_filter_that_there_is_not_is_refused_in_words(client, everywhere, given):
    response = search(client, **given)
    assert response.status_code == 200
    assert "is not one of the available choices" in response.content.decode()


def test_drafts_are_told_apart_by_their_state(client, editor):
    make_muscle("zebra-draft", is_published=False)
    make_muscle("zebra-live")
    changed = make_muscle("zebra-changed")
    Muscle.objects.filter(pk=changed.pk).update(location="Elsewhere.")
    publishing.note_changes([Muscle.objects.get(pk=changed.pk)])
    publishing.withdraw(make_muscle("zebra-withdrawn"), "Wrong.")
    merging.merge(make_muscle("zebra-merged"), Muscle.objects.get(slug="zebra-live"))
    publishing.publish([Muscle.objects.get(slug="zebra-live")], "Again.")
    states = {
        status: names(search(client, status=status, kind="muscles")).get("muscles")
        for status in ("draft", "live", "changed", "withdrawn", "merged")
    }
    assert states == {
        "draft": ["zebra draft"],
        "live": ["zebra changed", "zebra live"],
        "changed": ["zebra changed"],
        "withdrawn": ["zebra withdrawn"],
        "merged": ["zebra merged"],
    }


def test_parts_have_the_state_of_their_whole_and_what_is_never_published_has_none(client, everywhere):
    assert {"sections", "reasons of effects", "findings"} <= set(names(search(client, status="live")))
    assert not {"muscle groups", "joint actions", "audit log"} & set(names(search(client, status="live")))
    assert search(client, status="draft").context["found"] == []
    assert search(client, status="merged").context["found"] == []
    publishing.withdraw(Exercise.objects.get(), "Wrong.")
    assert "sections" in names(search(client, status="withdrawn"))


# Who finds what


@pytest.mark.parametrize("role", ["author", "editor", "administrator"])
def test_only_those_who_read_the_audit_log_find_something_in_it(client, everywhere, role):
    User.objects.all().delete()
    client.force_login(make_staff(role))
    response = search(client)
    assert ("audit log" in names(response)) == (role != "author")
    assert ("Audit log" in response.content.decode()) == (role != "author")
    assert "reasons of effects" in names(response)
    if role == "author":
        assert "not one of the available choices" in search(client, kind="log").content.decode()


def test_without_a_role_nothing_is_found(client, everywhere):
    client.force_login(make_staff(""))
    response = search(client)
    assert response.status_code == 200
    assert response.context["found"] == []
    assert "The zebra" not in response.content.decode()


def test_one_who_only_views_is_not_led_to_a_history_that_is_not_shown(client, everywhere):
    user = make_staff("author")
    user.groups.get().permissions.filter(codename="change_study").delete()
    client.force_login(user)
    html = search(client, kind="studies").content.decode()
    assert url("change", Study.objects.get()) in html
    assert url("history", Study.objects.get()) not in html


def test_whoever_is_not_signed_in_is_asked_to(client):
    assert asks_to_sign_in(search(client))


def test_searching_is_by_get(client, editor):
    assert client.post(PAGE, {"q": WORD}).status_code == 405


def test_the_desk_and_every_page_lead_to_it(client, editor):
    html = client.get("/admin/").content.decode()
    assert f'action="{PAGE}"' in html
    assert f'href="{PAGE}"' in client.get("/admin/exercises/muscle/").content.decode()
    client.logout()
    assert PAGE not in client.get("/admin/login/").content.decode()
