import shutil

import pytest

from exercises import document as documents
from exercises import drafts, starter
from exercises.models import Exercise, JointAction, Muscle, Publication


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
    assert Publication.objects.exercises().live().count() == 2
    assert Publication.objects.muscles().live().count() == 16


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
    assert Publication.objects.muscles().live().filter(slug="popliteus").exists()


def test_what_staff_left_alone_is_brought_up_to_date(starter_content, folder):
    change_file(folder / "exercises" / "leg-press.toml", 'name = "leg press"', 'name = "sled press"')
    report = starter.load(folder)
    assert report.updated == ["exercise leg-press"]
    live = Publication.objects.exercises().live().get(slug="leg-press")
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
    assert Publication.objects.muscles().live().filter(slug="rectus-femoris").exists()


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
