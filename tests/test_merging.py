"""What was entered twice: one takes the place of the other, everywhere, and nothing is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exercises import document as documents
from exercises import drafts, editing, exchange, files, merging, publishing, renaming, starter
from exercises.models import AuditEntry, Exercise, LoadedContent, Muscle, Revision, Study
from tests.make import (
    make_effect,
    make_exercise,
    make_exercise_value,
    make_finding,
    make_muscle,
    make_muscle_value,
    make_option,
    make_study,
    make_study_value,
)

pytestmark = pytest.mark.usefixtures("empty_site")


def axes_with(*effects):
    """One axis whose high option has these effects."""
    options = (make_option("low"), make_option("middle", is_neutral=True), make_option("high", *effects))
    return (documents.StanceAxis(slug="height", name="Height", options=options),)


def involving(*slugs, **fields):
    return tuple(documents.Involvement(muscle=slug, role="target", baseline=8, **fields) for slug in slugs)


@pytest.fixture
def fore():
    """The front muscle, entered a second time."""
    return make_muscle("fore", aliases=("anterior", "front"))


@pytest.fixture
def front():
    return make_muscle("front", aliases=("Quad",))


def press_with(slug="fore", **fields):
    """An exercise of which everything names the muscle."""
    given = {
        "sections": (
            documents.Section(heading="What", body=f"The [[muscle:{slug}]] and [it](/muscles/{slug}/)."),
        ),
        "involvements": involving(slug),
        "axes": axes_with(make_effect(slug, 1)),
        "claims": (
            documents.Claim(
                statement="It works.",
                verdict=f"So does the [[muscle:{slug}|front one]].",
                effects=(documents.EffectName(axis="height", option="high", muscle=slug),),
                muscles=(slug,),
            ),
        ),
    }
    return make_exercise("press", **{**given, **fields})


def draft_of(thing):
    return publishing.DRAFT[type(thing)](type(thing).objects.get(pk=thing.pk))


def problems(gone, kept):
    return " ".join(merging.plan(gone, kept).problems)


def warnings(gone, kept):
    return " ".join(merging.plan(gone, kept).warnings)


def told(gone, kept, thing):
    (entry,) = [entry for entry in merging.plan(gone, kept).entries if entry.thing == thing]
    return " ".join(entry.told)


# A muscle


def test_an_exercise_names_the_kept_muscle_wherever_it_named_the_other(fore, front):
    exercise = press_with("fore")
    merging.merge(fore, front)
    draft = draft_of(exercise)
    assert "fore" not in documents.to_json(draft)
    assert draft.involvements[0].muscle == "front"
    assert draft.axes[0].options[2].effects[0].muscle == "front"
    assert draft.claims[0].effects[0].muscle == "front"
    assert draft.claims[0].muscles == ("front",)
    assert draft.sections[0].body == "The [[muscle:front]] and [it](/muscles/front/)."
    assert draft.claims[0].verdict == "So does the [[muscle:front|front one]]."


def test_findings_heads_and_the_texts_of_other_muscles_name_the_kept_one(fore, front):
    press_with("fore")
    study = make_study("smith-2020", make_finding(muscles=("fore",)))
    head = make_muscle("long-head", head_of="fore", location="Beside the [[muscle:fore]].")
    merging.merge(fore, front)
    assert draft_of(study).findings[0].muscles == ("front",)
    assert (draft_of(head).head_of, draft_of(head).location) == ("front", "Beside the [[muscle:front]].")


def test_the_kept_muscle_gets_the_names_of_the_other_and_what_it_does_not_say_itself(front):
    fore = make_muscle(
        "fore", aliases=("anterior", "quad", "front"), region="rectus-femoris", location="Elsewhere."
    )
    merging.merge(fore, front)
    draft = draft_of(front)
    assert draft.aliases == ("Quad", "fore", "anterior")
    assert (draft.region, draft.location) == ("rectus-femoris", "At the front.")
    assert draft_of(fore).location == "Elsewhere."


def test_where_an_exercise_involves_both_the_line_of_the_kept_one_stays_and_the_other_is_told(fore, front):
    lines = (
        documents.Involvement(muscle="fore", role="helper", baseline=3, summary="It helps."),
        documents.Involvement(muscle="front", role="target", baseline=8),
    )
    exercise = press_with("fore", involvements=lines)
    words = told(fore, front, exercise)
    assert "The line of “fore” is dropped: helper, baseline 3, floor 1, “It helps.”" in words
    merging.merge(fore, front)
    (line,) = draft_of(exercise).involvements
    assert (line.muscle, line.role, line.baseline) == ("front", "target", 8)


def test_the_same_step_twice_stays_once_with_the_reason_of_the_kept_one(fore, front):
    effects = make_effect("fore", 1, reason="Old."), make_effect("front", 1, reason="New.")
    exercise = press_with("fore", involvements=involving("fore", "front"), axes=axes_with(*effects))
    assert "moves both by +1" in told(fore, front, exercise)
    assert "“Old.”" in told(fore, front, exercise)
    merging.merge(fore, front)
    (effect,) = draft_of(exercise).axes[0].options[2].effects
    assert (effect.muscle, effect.reason) == ("front", "New.")


def test_two_steps_that_contradict_each_other_are_refused_and_nothing_is_written(fore, front):
    effects = make_effect("fore", 1), make_effect("front", -2)
    exercise = press_with("fore", involvements=involving("fore", "front"), axes=axes_with(*effects))
    before = draft_of(exercise)
    assert "“Height, high” moves “fore” by +1 and “front” by -2" in problems(fore, front)
    with pytest.raises(publishing.Refused, match="Decide which"):
        merging.merge(fore, front)
    fore.refresh_from_db()
    assert (draft_of(exercise), fore.merged_into) == (before, None)


def test_a_step_alone_and_one_only_with_another_option_are_two(fore, front):
    wide = documents.StanceAxis(
        slug="width", name="Width", options=(make_option("wide"), make_option("narrow", is_neutral=True))
    )
    effects = make_effect("fore", 1, with_axis="width", with_option="wide"), make_effect("front", -2)
    exercise = press_with(
        "fore", involvements=involving("fore", "front"), axes=(*axes_with(*effects), wide), claims=()
    )
    merging.merge(fore, front)
    assert {effect.step for effect in draft_of(exercise).axes[0].options[2].effects} == {1, -2}


def test_an_exercise_that_would_involve_a_whole_and_its_head_is_refused(fore, front):
    make_muscle("long-head", head_of="front")
    press_with("fore", involvements=involving("fore", "long-head"))
    assert "it would involve “front” and its head “long-head”" in problems(fore, front)


def test_findings_of_one_study_that_would_contradict_each_other_are_refused(fore, front):
    press_with("fore", involvements=involving("fore", "front"))
    more = make_finding(muscles=("fore",), words="Busier.")
    same = make_finding(muscles=("front",), option="low", against="high", direction="less", words="As much.")
    make_study("smith-2020", more, same)
    assert problems(fore, front) == ""
    make_study("jones-2021", more, make_finding(muscles=("front",), direction="less", words="Calmer."))
    assert "Jones 2021: “Busier.” and “Calmer.” would be about the same" in problems(fore, front)


# A study


@pytest.fixture
def twice():
    """A study, and the same one entered again."""
    make_exercise()
    same = make_finding(words="The same.")
    kept = make_study("smith-2020", same)
    gone = make_study(
        "smyth-2020", same, make_finding(muscles=("back",), words="Another."), doi="10.1519/jsc.1"
    )
    return gone, kept


def test_findings_go_over_and_one_that_is_there_already_stays_once(twice):
    gone, kept = twice
    assert "so it stays once: “The same.”" in told(gone, kept, kept)
    merging.merge(gone, kept)
    assert [finding.words for finding in draft_of(kept).findings] == ["The same.", "Another."]
    assert draft_of(gone).findings == ()


def test_the_kept_study_takes_a_doi_that_it_lacks(twice):
    gone, kept = twice
    merging.merge(gone, kept)
    assert (draft_of(kept).doi, draft_of(gone).doi) == ("10.1519/jsc.1", "")


def test_two_different_dois_are_asked_about(twice):
    gone, kept = twice
    Study.objects.filter(pk=kept.pk).update(doi="10.1519/jsc.2")
    kept.refresh_from_db()
    assert "different DOIs, 10.1519/jsc.1 and 10.1519/jsc.2" in warnings(gone, kept)


def test_a_retraction_is_not_lost(twice):
    gone, kept = twice
    Study.objects.filter(pk=gone.pk).update(is_retracted=True)
    assert "marked as retracted" in warnings(gone, kept)
    merging.merge(gone, kept)
    assert draft_of(kept).is_retracted


def test_citations_lead_to_the_kept_study_and_grades_count_its_findings(twice):
    gone, kept = twice
    exercise = make_exercise(
        "squat", sections=(documents.Section(heading="What", body="Seen [[study:smyth-2020|there]]."),)
    )
    merging.merge(gone, kept)
    assert draft_of(exercise).sections[0].body == "Seen [[study:smith-2020|there]]."


def test_findings_of_the_two_that_contradict_each_other_are_refused(twice):
    gone, kept = twice
    Study.objects.get(pk=gone.pk).findings.filter(words="The same.").update(direction="less", words="Less.")
    assert "contradict each other" in problems(gone, kept)


# What cannot be merged


def test_what_cannot_be_merged_is_refused_with_the_reason(fore, front):
    head = make_muscle("long-head", head_of="front")
    third = make_muscle("third")
    make_exercise()
    assert "into itself" in problems(front, front)
    assert "Only two muscles, two studies" in problems(front, make_study())
    assert "Only two muscles, two studies" in problems(Exercise.objects.get(), Exercise.objects.get())
    assert "is a head of" in problems(head, front)
    assert "is a head of" in problems(front, head)
    assert "a head has none" in problems(front, make_muscle("short-head", head_of="fore"))
    merging.merge(fore, front)
    fore.refresh_from_db()
    assert "is merged into “front” already" in problems(fore, third)
    assert "is merged into “front” itself" in problems(third, fore)


def test_an_involved_muscle_that_readers_see_is_not_merged_into_one_that_they_do_not(fore):
    front = make_muscle("front", is_published=False)
    press_with("fore")
    assert "Publish “front” first" in problems(fore, front)


def test_a_plan_that_is_no_longer_true_is_not_carried_out(fore, front):
    seen = merging.plan(fore, front).digest
    Muscle.objects.filter(pk=front.pk).update(everyday_name="quads")
    with pytest.raises(merging.Changed) as changed:
        merging.merge(fore, front, seen=seen)
    fore.refresh_from_db()
    assert fore.merged_into is None
    merging.merge(fore, front, seen=changed.value.plan.digest)


# What is kept


def test_every_draft_is_kept_as_it_was_and_as_it_is(fore, front, editor):
    exercise = press_with("fore")
    merging.merge(fore, front, editor)
    after, before = editing.revisions_of(exercise)
    assert after.what == "“fore” merged into “front”."
    assert after.saved_by == editor
    assert before.content.involvements[0].muscle == "fore"
    assert editing.revisions_of(fore).first().what == "Merged into “front”."
    entry = AuditEntry.objects.get(what=AuditEntry.What.MERGED)
    assert (entry.by, entry.name, entry.note) == (editor, "fore", "Into “front”.")


def test_a_draft_from_before_names_the_kept_one_when_it_is_brought_back(fore, front):
    exercise = press_with("fore")
    merging.merge(fore, front)
    editing.restore(exercise, editing.revisions_of(exercise).last().content, "Restored.")
    assert draft_of(exercise).involvements[0].muscle == "front"


def test_what_is_taken_apart_stands_by_itself_and_drafts_can_be_put_back(fore, front):
    exercise = press_with("fore")
    merging.merge(fore, front)
    fore.refresh_from_db()
    assert merging.take_apart(fore) == front
    assert AuditEntry.objects.filter(what=AuditEntry.What.TAKEN_APART).count() == 1
    publishing.publish([Muscle.objects.get(pk=fore.pk)], "Back.")
    editing.restore(exercise, editing.revisions_of(exercise).last().content, "Restored.")
    assert draft_of(exercise).involvements[0].muscle == "fore"


def test_what_is_not_merged_cannot_be_taken_apart(front):
    with pytest.raises(publishing.Refused, match="not merged"):
        merging.take_apart(front)


# What readers see


def test_the_old_address_leads_to_the_kept_one_in_one_hop(client, fore, front):
    third = make_muscle("third")
    merging.merge(fore, front)
    merging.merge(front, third)
    for slug in ("fore", "front"):
        response = client.get(f"/muscles/{slug}/?from=somewhere")
        assert (response.status_code, response["Location"]) == (301, "/muscles/third/")
    fore.refresh_from_db()
    assert fore.merged_into == third


def test_the_old_address_of_a_study_leads_on_too(client, twice):
    merging.merge(*twice)
    response = client.get("/evidence/smyth-2020/")
    assert (response.status_code, response["Location"]) == (301, "/evidence/smith-2020/")


def test_without_a_live_page_to_lead_to_the_old_address_says_that_it_is_gone(client, fore):
    front = make_muscle("front", is_published=False)
    assert "Readers do not see “front”" in warnings(fore, front)
    merging.merge(fore, front)
    response = client.get("/muscles/fore/")
    assert response.status_code == 410
    assert "It is told under “front” now." in response.content.decode()
    publishing.publish([front], "First.")
    assert client.get("/muscles/fore/").status_code == 301
    publishing.withdraw(front, "Wrong.")
    assert client.get("/muscles/fore/").status_code == 410


def test_what_was_never_published_has_no_address(client, front):
    fore = make_muscle("fore", is_published=False)
    merging.merge(fore, front)
    assert client.get("/muscles/fore/").status_code == 404


def test_what_was_scheduled_is_cancelled(front):
    fore = make_muscle("fore", is_published=False)
    publishing.publish([fore], "Later.", live_from=timezone.now() + timedelta(days=1))
    assert "Version 1 of “fore” is scheduled" in warnings(fore, front)
    merging.merge(fore, front)
    assert not fore.publications.scheduled().exists()


def test_lists_sitemap_and_feed_do_not_name_what_is_merged(client, fore, front):
    merging.merge(fore, front)
    for address in ("/muscles/", "/sitemap-muscles.xml", "/feed.xml"):
        text = client.get(address).content.decode()
        assert "/muscles/fore/" not in text
        assert "/muscles/front/" in text


def test_pages_published_before_stay_and_are_marked_as_changed_and_as_behind(client, fore, front):
    exercise = press_with("fore")
    merging.merge(fore, front)
    assert "/muscles/fore/" in client.get("/exercises/press/").content.decode()
    exercise.refresh_from_db()
    front.refresh_from_db()
    assert exercise.has_changes
    assert front.has_changes
    assert "press" in {publication.name for publication in publishing.behind()}


def test_bringing_a_page_up_to_date_keeps_the_muscle_under_its_other_name(client, fore, front):
    exercise = press_with("fore")
    merging.merge(fore, front)
    publishing.refresh(publishing.live_publication(exercise), "Up to date.")
    document = publishing.live_publication(exercise).content
    assert [muscle.slug for muscle in document.muscles] == ["front"]
    assert "/muscles/fore/" not in client.get("/exercises/press/").content.decode()
    assert "press" not in {publication.name for publication in publishing.behind()}


def test_what_is_merged_is_not_published_again_nor_along_with_anything(fore, front):
    merging.merge(fore, front)
    fore.refresh_from_db()
    with pytest.raises(publishing.Refused, match="merged into “front”"):
        publishing.publish([fore], "Again.")


def test_the_kept_muscle_stays_live_while_live_pages_come_to_it_by_the_old_name(fore, front):
    press_with("fore")
    merging.merge(fore, front)
    with pytest.raises(publishing.Refused, match="Live exercises involve it"):
        publishing.withdraw(front, "Wrong.")


# Files


def test_exports_leave_out_what_is_merged(fore, front):
    press_with("fore")
    merging.merge(fore, front)
    assert "fore" not in {muscle.slug for muscle in exchange.gather().muscles}
    assert "front" in {muscle.slug for muscle in exchange.gather({"press"}).muscles}


def test_an_import_that_names_what_is_merged_means_what_it_is_merged_into(fore, front):
    merging.merge(fore, front)
    content = files.Content(
        muscles=(make_muscle_value("fore", location="Elsewhere."),),
        exercises=(
            make_exercise_value(
                involvements=involving("fore"), axes=axes_with(make_effect("fore", 1)), claims=()
            ),
        ),
        studies=(
            make_study_value("new-2020", make_finding(muscles=("fore",), option="high", against="low")),
        ),
    )
    report = exchange.take_in(content)
    assert report.left_out == ("muscles/fore.toml: here it is merged into “front”, so it is left out.",)
    assert draft_of(Exercise.objects.get()).involvements[0].muscle == "front"
    assert draft_of(Study.objects.get()).findings[0].muscles == ("front",)
    assert draft_of(fore).location == "At the front."


def write_folder(folder, content):
    for name, data in files.write(content).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)


def test_starter_content_that_was_merged_stays_so_whatever_its_files_say(tmp_path, client):
    group = documents.MuscleGroup(slug="thigh", name="thigh muscles")
    action = documents.JointAction(slug="knee-extension", name="knee extension")
    muscles = make_muscle_value("fore"), make_muscle_value("front")
    content = files.Content(groups=(group,), actions=(action,), muscles=muscles)
    write_folder(tmp_path, content)
    starter.load(tmp_path)
    merging.merge(Muscle.objects.get(slug="fore"), Muscle.objects.get(slug="front"))

    assert starter.load(tmp_path).skipped == []
    changed = make_muscle_value("fore", location="Elsewhere."), make_muscle_value("front")
    exercise = make_exercise_value(involvements=involving("fore"), axes=axes_with(make_effect("fore", 1)))
    study = make_study_value("new-2020", make_finding(muscles=("fore",)))
    write_folder(
        tmp_path,
        files.Content(
            groups=(group,), actions=(action,), muscles=changed, exercises=(exercise,), studies=(study,)
        ),
    )
    report = starter.load(tmp_path)
    assert report.skipped == ["muscle fore: merged into “front” here, so it stays so."]
    assert draft_of(Exercise.objects.get()).involvements[0].muscle == "front"
    assert publishing.live_publication(Exercise.objects.get())
    assert draft_of(Study.objects.get()).findings[0].muscles == ("front",)
    assert client.get("/muscles/fore/").status_code == 301
    assert LoadedContent.objects.filter(slug="fore").count() == 1


# Names in values


def test_links_to_other_things_and_other_sites_stay_as_they_are():
    text = "[[muscle:fore-arm]] [[study:fore]] https://a.example/muscles/fore/ [x](/muscles/fore-arm/) forest"
    assert renaming.lead_on(text, "muscle", "fore", "front") == text


def test_a_value_that_does_not_name_it_is_the_same():
    value = make_exercise_value()
    assert renaming.rename(value, "muscle", "fore", "front") is value


def test_nothing_is_kept_twice_of_what_did_not_change(fore, front):
    make_exercise("curl")
    merging.merge(fore, front)
    assert not Revision.objects.filter(kind="exercise").exists()
    assert drafts.muscle_draft(front).slug == "front"
