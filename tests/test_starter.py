import shutil

import pytest

from exercises import certainty, drafts, publishing, starter
from exercises import document as documents
from exercises.models import Exercise, Finding, JointAction, Muscle, Publication, Study


@pytest.fixture
def folder(tmp_path):
    """A copy of the starter content that a test may change."""
    return shutil.copytree(starter.FOLDER, tmp_path / "content")


def change_file(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.usefixtures("empty_site")
def test_the_first_load_publishes_everything():
    report = starter.load()
    assert report.skipped == []
    assert Publication.objects.live("exercise").count() == 2
    assert Publication.objects.live("muscle").count() == 16
    assert Publication.objects.live("study").count() == 43


@pytest.mark.usefixtures("empty_site")
def test_after_the_first_load_nothing_has_fallen_behind():
    starter.load()
    assert publishing.behind() == []


def test_loading_again_changes_nothing(starter_content):
    before = list(Publication.objects.values_list("pk", flat=True))
    report = starter.load()
    assert (report.new, report.updated, report.skipped) == ([], [], [])
    assert list(Publication.objects.values_list("pk", flat=True)) == before


def test_rows_give_back_what_the_files_say(starter_content):
    for path in (starter.FOLDER / "exercises").glob("*.toml"):
        value = documents.from_toml(path.read_text(), documents.ExerciseDocument)
        rows = drafts.exercise_draft(Exercise.objects.get(slug=value.slug))
        assert [i.muscle for i in rows.involvements] == [i.muscle for i in value.involvements]
        assert rows.axes == value.axes
        assert [s.body.strip() for s in rows.sections] == [s.body.strip() for s in value.sections]


def test_what_is_new_in_the_files_comes_in(starter_content, folder):
    text = (folder / "muscles" / "soleus.toml").read_text()
    (folder / "muscles" / "popliteus.toml").write_text(text.replace('slug = "soleus"', 'slug = "popliteus"'))
    report = starter.load(folder)
    assert report.new == ["muscle popliteus"]
    assert Publication.objects.live("muscle").filter(slug="popliteus").exists()


def test_what_staff_left_alone_is_brought_up_to_date(starter_content, folder):
    change_file(folder / "exercises" / "leg-press.toml", 'name = "leg press"', 'name = "sled press"')
    report = starter.load(folder)
    assert report.updated == ["exercise leg-press"]
    live = Publication.objects.live("exercise").get(slug="leg-press")
    assert (live.number, live.name) == (2, "sled press")


def test_what_staff_changed_is_never_overwritten(starter_content, folder):
    Exercise.objects.filter(slug="leg-press").update(answer="Our own words.")
    Muscle.objects.get(slug="soleus").actions.add(JointAction.objects.get(slug="knee-flexion"))
    change_file(folder / "exercises" / "leg-press.toml", 'name = "leg press"', 'name = "sled press"')
    change_file(folder / "muscles" / "soleus.toml", 'name = "soleus"', 'name = "the soleus"')
    report = starter.load(folder)
    assert report.skipped == [
        "muscle soleus: changed here, so it stays as it is.",
        "exercise leg-press: changed here, so it stays as it is.",
    ]
    assert Exercise.objects.get(slug="leg-press").answer == "Our own words."
    assert Muscle.objects.get(slug="soleus").name == "soleus"


def test_a_change_deep_inside_an_exercise_counts_as_staffs(starter_content, folder):
    effect = Exercise.objects.get(slug="leg-press").axes.first().options.first().effects.first()
    effect.reason = "Because."
    effect.save()
    change_file(folder / "exercises" / "leg-press.toml", 'name = "leg press"', 'name = "sled press"')
    assert starter.load(folder).updated == []


def test_what_staff_deleted_never_comes_back(starter_content):
    exercise = Exercise.objects.get(slug="standing-calf-raise")
    exercise.findings.all().delete()
    exercise.delete()
    report = starter.load()
    assert report.skipped == ["exercise standing-calf-raise: deleted or renamed here, so it stays away."]
    assert not Exercise.objects.filter(slug="standing-calf-raise").exists()


@pytest.mark.usefixtures("empty_site")
def test_what_staff_made_at_the_same_address_stays():
    Exercise.objects.create(name="our own", slug="leg-press")
    report = starter.load()
    assert "exercise leg-press: made here with the same address, so it stays as it is." in report.skipped
    assert Exercise.objects.get(slug="leg-press").name == "our own"


@pytest.mark.usefixtures("empty_site")
def test_what_needs_something_deleted_is_skipped_and_the_rest_loads(folder):
    (folder / "muscles" / "soleus.toml").unlink()
    report = starter.load(folder)
    assert "exercise leg-press: it needs something that was deleted or renamed here." in report.skipped
    assert any("gastrocnemius: loaded but not published" in sentence for sentence in report.skipped)
    assert Publication.objects.live("muscle").filter(slug="rectus-femoris").exists()


@pytest.mark.usefixtures("empty_site")
@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('name = "leg press"', "name = ", r"leg-press\.toml: Invalid"),
        ('name = "leg press"', 'nome = "leg press"', r"leg-press\.toml: .*unknown field `nome`"),
        ("baseline = 8", "baseline = 80", r"leg-press\.toml: .*<= 10"),
    ],
)
def test_a_file_that_does_not_fit_loads_nothing_and_is_named(folder, old, new, complaint):
    change_file(folder / "exercises" / "leg-press.toml", old, new)
    with pytest.raises(starter.ContentError, match=complaint):
        starter.load(folder)
    assert not Muscle.objects.exists()


# Studies

GLUTES = documents.EffectName(axis="height", option="high", muscle="gluteus-maximus")


def live_grade(name=GLUTES, exercise="leg-press"):
    document = Publication.objects.live("exercise").get(slug=exercise).content
    return certainty.named_effects(document)[name].certainty


def versions():
    return dict(Publication.objects.live("exercise").values_list("slug", "number"))


def test_rows_of_studies_give_back_what_the_files_say(starter_content):
    for path in (starter.FOLDER / "studies").glob("*.toml"):
        value = documents.from_toml(path.read_text(), documents.StudyDocument)
        rows = drafts.study_draft(Study.objects.get(slug=value.slug))
        assert (rows.title, rows.doi, rows.participants) == (value.title, value.doi, value.participants)
        assert [f.words for f in rows.findings] == [f.words for f in value.findings]
        assert [sorted(f.muscles) for f in rows.findings] == [sorted(f.muscles) for f in value.findings]
        assert [publishing.options_of(f) for f in rows.findings] == [
            publishing.options_of(f) for f in value.findings
        ]


def test_a_changed_study_refreshes_the_exercises_that_it_speaks_about_and_no_others(starter_content, folder):
    assert live_grade() == "partly supported"
    change_file(
        folder / "studies" / "da-silva-2008.toml",
        'option = "high"\nagainst = "low"\ndirection = "more"',
        'option = "high"\nagainst = "low"\ndirection = "no difference"',
    )
    report = starter.load(folder)
    assert report.updated == ["study da-silva-2008"]
    assert report.skipped == []
    assert live_grade() == "not supported"
    assert versions() == {"leg-press": 2, "standing-calf-raise": 1}


def test_a_changed_study_does_not_publish_an_exercises_draft(starter_content, folder):
    Exercise.objects.filter(slug="leg-press").update(answer="Half-written.")
    change_file(folder / "studies" / "da-silva-2008.toml", "year = 2008", "year = 2009")
    starter.load(folder)
    live = Publication.objects.live("exercise").get(slug="leg-press")
    assert live.number == 2
    assert "Half-written." not in live.document
    assert Exercise.objects.get(slug="leg-press").answer == "Half-written."


def test_a_new_study_counts_at_once(starter_content, folder):
    text = (folder / "studies" / "da-silva-2008.toml").read_text()
    text = text.replace("da-silva-2008", "again-2026").replace("Da Silva 2008", "Again 2026")
    (folder / "studies" / "again-2026.toml").write_text(text.replace("10.1519/JSC.0b013e3181739445", ""))
    report = starter.load(folder)
    assert report.new == ["study again-2026"]
    assert live_grade() == "supported"


def test_a_study_that_staff_changed_stays_as_it_is(starter_content, folder):
    study = Study.objects.get(slug="da-silva-2008")
    study.findings.get(muscles__slug="gluteus-maximus").delete()
    change_file(folder / "studies" / "da-silva-2008.toml", "year = 2008", "year = 2009")
    report = starter.load(folder)
    assert report.skipped == ["study da-silva-2008: changed here, so it stays as it is."]
    assert report.updated == []
    assert Study.objects.get(slug="da-silva-2008").year == 2008
    assert versions() == {"leg-press": 1, "standing-calf-raise": 1}


@pytest.mark.usefixtures("empty_site")
def test_a_study_about_an_exercise_that_is_not_there_loads_without_those_findings(folder):
    (folder / "exercises" / "standing-calf-raise.toml").unlink()
    report = starter.load(folder)
    assert not [sentence for sentence in report.skipped if "tudy" in sentence]
    assert Publication.objects.live("study").count() == 43
    assert set(Finding.objects.values_list("exercise__slug", flat=True)) == {"leg-press"}
    assert not Study.objects.get(slug="nunes-2020").findings.exists()
    assert live_grade() == "partly supported"


def test_a_study_about_an_option_that_staff_renamed_loads_without_those_findings(starter_content, folder):
    exercise = Exercise.objects.get(slug="leg-press")
    exercise.axes.get(slug="height").options.filter(slug="high").update(slug="top")
    publishing.publish([*publishing.needed(exercise), exercise], "Renamed.")
    text = (folder / "studies" / "da-silva-2008.toml").read_text()
    text = text.replace("da-silva-2008", "again-2026").replace("Da Silva 2008", "Again 2026")
    (folder / "studies" / "again-2026.toml").write_text(text.replace("10.1519/JSC.0b013e3181739445", ""))
    assert "study again-2026" in starter.load(folder).new
    assert not Study.objects.get(slug="again-2026").findings.exists()


@pytest.mark.usefixtures("empty_site")
def test_a_study_file_that_does_not_fit_loads_nothing_and_is_named(folder):
    change_file(folder / "studies" / "da-silva-2008.toml", 'direction = "more"', 'direction = "upwards"')
    with pytest.raises(starter.ContentError, match=r"da-silva-2008\.toml: Invalid enum value 'upwards'"):
        starter.load(folder)
    assert not Study.objects.exists()


@pytest.mark.usefixtures("empty_site")
def test_a_study_with_a_doi_that_another_has_is_named(folder):
    change_file(
        folder / "studies" / "nunes-2020.toml", "10.1519/JSC.0000000000003674", "10.1519/jsc.0B013E3181739445"
    )
    with pytest.raises(starter.ContentError, match="study nunes-2020: Another study has this DOI"):
        starter.load(folder)
    assert not Study.objects.exists()
