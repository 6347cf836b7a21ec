import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from exercises import document as documents
from exercises import drafts, exchange, files, publishing, starter
from exercises.files import Content, ContentError
from exercises.models import (
    Exercise,
    Finding,
    Muscle,
    MuscleGroup,
    Publication,
    Revision,
    StanceOption,
    Study,
)
from tests.make import (
    ACTION,
    GROUP,
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

PRESS = make_exercise_value()
CONTENT = Content(
    groups=(GROUP,),
    actions=(ACTION,),
    muscles=(make_muscle_value("back"), make_muscle_value("front")),
    exercises=(PRESS,),
    studies=(make_study_value("smith-2020", make_finding()),),
)


def make_site():
    """The small exercise with its muscles and a study, published."""
    exercise = make_exercise()
    make_study("smith-2020", make_finding())
    return exercise


def all_rows():
    """Everything that is in the tables of the app, without what a row's number is."""
    tables = [name for name in connection.introspection.table_names() if name.startswith("exercises_")]
    found = {}
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def refusal(content=None, named=None):
    """What is said when the content, or these files, are not taken in; nothing is."""
    before = all_rows()
    with pytest.raises(ContentError) as refused:
        exchange.take_in(files.read(named) if named is not None else content)
    assert all_rows() == before
    return str(refused.value)


def with_file(name, old=None, new=None, data=None):
    """The files of the small site, one of them changed."""
    named = files.write(CONTENT)
    if data is None:
        text = named[name].decode()
        assert old in text
        data = text.replace(old, new, 1).encode()
    return {**named, name: data}


# Files


def test_a_file_reads_as_one_would_write_it():
    effects = (
        documents.EffectName(axis="height", option="high", muscle="back"),
        documents.EffectName(axis="height", option="low", muscle="front", with_axis="w", with_option="x"),
    )
    exercise = make_exercise_value(
        aliases=("sled press", "45° press"),
        answer='It works the thigh: the "big" one.',
        sections=(documents.Section(heading="What it is", body="A press.\n\n- One\n- Two \\ 2"),),
        axes=(
            documents.StanceAxis(
                slug="height",
                name="Height",
                options=(make_option("middle", is_neutral=True), make_option("high", make_effect("back", 1))),
            ),
        ),
        involvements=(documents.Involvement(muscle="back", role="helper", baseline=3),),
        claims=(documents.Claim(statement="It is so.", effects=effects, muscles=("back",)),),
    )
    assert (
        files.to_toml(exercise)
        == '''\
slug = "press"
name = "press"
aliases = ["sled press", "45° press"]
answer = "It works the thigh: the \\"big\\" one."

[[sections]]
heading = "What it is"
body = """
A press.

- One
- Two \\\\ 2"""

[[involvements]]
muscle = "back"
role = "helper"
baseline = 3

[[axes]]
slug = "height"
name = "Height"

[[axes.options]]
slug = "middle"
name = "middle"
is_neutral = true

[[axes.options]]
slug = "high"
name = "high"

[[axes.options.effects]]
muscle = "back"
step = 1
reason = "It is stretched."

[[claims]]
statement = "It is so."
effects = [
  { axis = "height", option = "high", muscle = "back" },
  { axis = "height", option = "low", muscle = "front", with_axis = "w", with_option = "x" },
]
muscles = ["back"]
'''
    )


NASTY = st.text(alphabet="\"'\\\n\r\t\b\f\x00\x1b\x7f\x85\u2028\ufeffaé🦵[]#={}u0", max_size=40)
TEXTS = NASTY | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXTS, TEXTS, TEXTS)
@example('a\n"""', 'a\n"', 'a\n""')
@example('"""\n"""" b', '\n""\\"', 'a\\\n"""\\')
@example("\n", "\n\na\n", "a\r\nb\rc")
def test_any_text_comes_back_as_it_was(one, two, three):
    exercise = make_exercise_value(
        answer=one,
        aliases=(two, three),
        sections=(documents.Section(heading=two, body=three), documents.Section(heading=one, body=two)),
        claims=(
            documents.Claim(
                statement=three,
                effects=(documents.EffectName(axis=one or "a", option=two or "o", muscle=three or "m"),),
            ),
        ),
    )
    content = Content(exercises=(exercise,))
    written = files.write(content)
    assert files.read(written) == content
    assert files.write(files.read(written)) == written


def test_the_starter_content_is_written_and_read_without_loss():
    content = files.read_folder(starter.FOLDER)
    assert files.read(files.write(content)) == content


def test_a_file_from_another_system_is_read(tmp_path):
    (tmp_path / "muscles").mkdir()
    text = files.to_toml(make_muscle_value("front", location="Here.\nThere."))
    (tmp_path / "muscles" / "front.toml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    (tmp_path / "muscles" / ".front.toml.swp").write_bytes(b"\xff")
    (muscle,) = files.read_folder(tmp_path).muscles
    assert muscle.location == "Here.\nThere."


# There and back


@pytest.mark.usefixtures("starter_content")
def test_export_import_export_gives_the_same_bytes_and_the_same_drafts(request, tmp_path):
    exercise = Exercise.objects.get(slug="leg-press")
    effect = exercise.axes.get(slug="width").options.get(slug="wide").effects.first()
    again = drafts.exercise_draft(exercise)
    for claim in exercise.claims.all():
        claim.effects.add(effect)
    effect.pk, effect.muscle = None, Muscle.objects.get(slug="tibialis-anterior")
    effect.option = exercise.axes.get(slug="height").options.get(slug="high")
    effect.save()  # written last, but not the last in the order of stances
    exercise.claims.last().effects.add(effect)
    exercise.sections.filter(order=0).update(order=9, body='Ends with a "quote"\r\nand a \\ "\r\n')
    assert drafts.exercise_draft(exercise) != again

    call_command("export_content", tmp_path / "one", verbosity=0)
    before = exchange.gather()
    request.getfixturevalue("empty_site")
    assert exchange.gather() == Content()
    call_command("import_content", tmp_path / "one", verbosity=0)
    assert exchange.gather() == before
    call_command("export_content", tmp_path / "two", verbosity=0)
    one, two = (
        {path.relative_to(top): path.read_bytes() for path in top.rglob("*.toml")}
        for top in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two
    assert len(one) == 2 + 16 + 2 + 43 + 20


@pytest.mark.usefixtures("starter_content")
def test_one_exercise_takes_along_what_it_needs_and_can_be_published_elsewhere(request):
    content = exchange.gather(["standing-calf-raise"])
    request.getfixturevalue("empty_site")
    report = exchange.take_in(content)
    assert all(entry.is_new for entry in report.entries)
    assert exchange.gather() == content
    exercise = Exercise.objects.get()
    assert "gastrocnemius" in {muscle.slug for muscle in content.muscles}  # the whole of the heads involved
    assert not Publication.objects.exists()
    publishing.publish(publishing.with_needed(exercise), "From elsewhere.")
    assert Publication.objects.live("exercise").get().slug == "standing-calf-raise"


@pytest.mark.usefixtures("empty_site")
def test_an_export_takes_only_findings_about_its_exercises_and_an_import_keeps_the_others():
    make_site()
    make_exercise("squat")
    study = Study.objects.get()
    findings = [
        make_finding(words="Of the squat.", exercise="squat"),
        make_finding(),
        make_finding(words="Of the squat again.", exercise="squat"),
    ]
    drafts.save_study(make_study_value("smith-2020", *findings), study)
    content = exchange.gather(["press"])
    assert [finding.words for finding in content.studies[0].findings] == [findings[1].words]
    assert exchange.take_in(content).entries == ()

    value = replace(content.studies[0], findings=(make_finding(words="New."),))
    exchange.take_in(replace(content, studies=(value,)))
    assert [f.words for f in study.findings.all()] == ["Of the squat.", "New.", "Of the squat again."]


# What an import does


@pytest.mark.usefixtures("empty_site")
def test_an_import_changes_drafts_and_nothing_that_readers_see(client):
    make_site()
    publications = list(Publication.objects.values())
    exercise = replace(PRESS, answer="Quite new words.")
    report = exchange.take_in(replace(CONTENT, exercises=(exercise,)))
    assert [(entry.kind, str(entry.thing), entry.is_new) for entry in report.entries] == [
        ("exercise", "press", False)
    ]
    assert [change.where for change in report.entries[0].changes] == ["Answer"]
    assert report.unchanged == 5
    assert Exercise.objects.get().answer == "Quite new words."
    assert Exercise.objects.get().has_changes
    assert list(Publication.objects.values()) == publications
    assert "Quite new words." not in client.get("/exercises/press/").content.decode()


@pytest.mark.usefixtures("empty_site")
def test_what_is_the_same_keeps_its_rows():
    make_site()
    before = all_rows()
    report = exchange.take_in(CONTENT)
    assert (report.entries, report.unchanged) == ((), 6)
    assert all_rows() == before


@pytest.mark.usefixtures("empty_site")
def test_every_changed_thing_is_kept_as_it_was_and_as_it_is(django_user_model):
    make_site()
    user = django_user_model.objects.create_user("editor")
    exchange.take_in(
        replace(
            CONTENT,
            exercises=(replace(PRESS, answer="New."),),
            muscles=(make_muscle_value("back"), make_muscle_value("side")),
        ),
        user,
    )
    kept = Revision.objects.order_by("pk").values_list("kind", "name", "what", "saved_by")
    assert list(kept) == [
        ("muscle", "side", "Imported from files.", user.pk),
        ("exercise", "press", "As it was before.", None),
        ("exercise", "press", "Imported from files.", user.pk),
    ]
    before, after = (
        json.loads(text)
        for text in Revision.objects.filter(kind="exercise").order_by("pk").values_list("draft", flat=True)
    )
    assert (before["answer"], after["answer"]) == ("It works the thigh.", "New.")


@pytest.mark.usefixtures("empty_site")
def test_what_is_not_in_the_files_stays():
    make_site()
    make_muscle("side")
    exchange.take_in(Content(exercises=(replace(PRESS, answer="New."),)))
    assert Muscle.objects.filter(slug="side").exists()
    assert Finding.objects.count() == 1
    assert Exercise.objects.get().answer == "New."


@pytest.mark.usefixtures("empty_site")
def test_a_changed_group_marks_the_muscles_that_copy_it():
    make_site()
    exchange.take_in(replace(CONTENT, groups=(replace(GROUP, name="upper leg"),)))
    assert MuscleGroup.objects.get().name == "upper leg"
    assert set(Muscle.objects.values_list("has_changes", flat=True)) == {True}


@pytest.mark.usefixtures("empty_site")
def test_an_option_and_the_findings_about_it_are_renamed_together():
    make_site()
    axis = PRESS.axes[0]
    *others, high = axis.options
    axis = replace(axis, options=(*others, replace(high, slug="top")))
    exchange.take_in(
        replace(
            CONTENT,
            exercises=(replace(PRESS, axes=(axis,)),),
            studies=(make_study_value("smith-2020", make_finding(option="top")),),
        )
    )
    assert Finding.objects.get().option.slug == "top"
    assert not StanceOption.objects.filter(slug="high").exists()
    assert Revision.objects.filter(kind="study").count() == 2


@pytest.mark.usefixtures("empty_site")
def test_a_trial_says_the_same_and_writes_nothing():
    make_site()
    before = all_rows()
    content = replace(CONTENT, exercises=(replace(PRESS, answer="New."),))
    trial = exchange.take_in(content, is_trial=True)
    assert all_rows() == before
    report = exchange.take_in(content)
    assert trial.digest == report.digest
    assert all_rows() != before


@pytest.mark.usefixtures("empty_site")
def test_a_whole_and_its_heads_come_in_whatever_their_order():
    head = make_muscle_value("a-head", head_of="whole", order=1)
    exchange.take_in(replace(CONTENT, muscles=(*CONTENT.muscles, head, make_muscle_value("whole", order=9))))
    assert Muscle.objects.get(slug="a-head").head_of.slug == "whole"


# What is refused, whole


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        (
            "exercises/press.toml",
            'name = "press"',
            'nome = "x"',
            "exercises/press.toml: Object contains unknown field `nome` (line 2)",
        ),
        (
            "exercises/press.toml",
            "baseline = 8",
            "baseline = 80",
            "exercises/press.toml: Expected `int` <= 10 (line 12)",
        ),
        (
            "exercises/press.toml",
            "step = -2",
            'step = -2\ncertainty = "supported"',
            "unknown field `certainty`: the site works it out",
        ),
        ("exercises/press.toml", 'slug = "low"', 'slug = "Low"', "a slug has lower-case letters"),
        (
            "exercises/press.toml",
            'slug = "low"',
            'slug = "high"',
            "exercises/press.toml: the option “high” of axis “height” stands there twice.",
        ),
        (
            "exercises/press.toml",
            'name = "press"',
            'name = "press',
            "exercises/press.toml: Illegal character '\\n' (at line 2",
        ),
        (
            "exercises/press.toml",
            'name = "press"',
            'name = "press"\norder = ' + "9" * 5000,
            "exercises/press.toml: Exceeds the limit",
        ),
        (
            "exercises/press.toml",
            'name = "press"',
            "aliases = " + "[" * 3000,
            "exercises/press.toml: its lists are nested too deeply",
        ),
        (
            "muscles/front.toml",
            'group = "thigh"',
            'group = "arm"',
            "muscles/front.toml: it names the muscle group “arm”, which is neither",
        ),
        (
            "muscles/front.toml",
            '"knee-extension"',
            '"blinking"',
            "muscles/front.toml: it names the joint action “blinking”",
        ),
        (
            "muscles/front.toml",
            'group = "thigh"',
            'group = "thigh"\nhead_of = "elbow"',
            "muscles/front.toml: it names the muscle “elbow”",
        ),
        (
            "muscles/front.toml",
            'group = "thigh"',
            'group = "thigh"\nhead_of = "front"',
            "“front” is a head itself",
        ),
        (
            "exercises/press.toml",
            'muscle = "back"',
            'muscle = "wing"',
            "exercises/press.toml: it names the muscle “wing”, which is neither",
        ),
        (
            "exercises/press.toml",
            "step = -2",
            'step = -2\nwith_axis = "width"\nwith_option = "wide"',
            "the option “wide” of axis “width”, which the exercise “press” does not have",
        ),
        (
            "exercises/press.toml",
            "step = -2",
            'step = -2\nwith_option = "wide"',
            "the option “wide” of axis “”",
        ),
        (
            "studies/smith-2020.toml",
            'exercise = "press"',
            'exercise = "squat"',
            "studies/smith-2020.toml: it names the exercise “squat”",
        ),
        (
            "studies/smith-2020.toml",
            'option = "high"',
            'option = "top"',
            "studies/smith-2020.toml: it names the option “top” of axis “height”",
        ),
        (
            "exercises/press.toml",
            "floor = 4",
            "floor = 9",
            "exercises/press.toml: involvement “front”: The floor has to be from 1 to the baseline.",
        ),
        (
            "exercises/press.toml",
            'answer = "',
            'reviewed_on = "soon"\nanswer = "',
            "exercises/press.toml: exercise “press”: reviewed on: “soon” value has an invalid date format",
        ),
        ("studies/smith-2020.toml", "year = 2020", 'year = 2020\npmid = "x"', "pmid: “x” is not a PMID"),
    ],
)
@pytest.mark.usefixtures("empty_site")
def test_a_file_that_does_not_fit_is_named_and_nothing_comes_in(name, old, new, complaint):
    assert complaint in refusal(named=with_file(name, old, new))


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("notes.md", b"", "notes.md: this does not belong here"),
        ("muscles/notes.md", b"", "muscles/notes.md: only .toml files belong here"),
        ("muscles/more/front.toml", b"", "this does not belong here"),
        ("glossary/term.toml", b"", "this does not belong here"),
        ("muscles/front.toml", b'slug = "front"\nname = "\xff"', "muscles/front.toml: line 2 is not UTF-8"),
        (
            "muscles/other.toml",
            files.to_toml(CONTENT.muscles[0]).encode(),
            "muscles/other.toml: the slug “back” is taken already, in muscles/back.toml.",
        ),
        (
            "groups.toml",
            files.to_toml(files.Groups(groups=(GROUP, GROUP))).encode(),
            "groups.toml: the slug “thigh” is taken already, in groups.toml.",
        ),
    ],
)
@pytest.mark.usefixtures("empty_site")
def test_a_file_that_does_not_belong_is_named_and_nothing_comes_in(name, data, complaint):
    assert complaint in refusal(named=with_file(name, data=data))


@pytest.mark.usefixtures("empty_site")
def test_a_claim_that_rests_on_nothing_is_named():
    effect = documents.EffectName(axis="height", option="middle", muscle="front")
    claim = documents.Claim(statement="It is so.", effects=(effect,))
    said = refusal(replace(CONTENT, exercises=(replace(PRESS, claims=(claim,)),)))
    assert "exercises/press.toml: claim “It is so.” rests on an effect that is not there: “middle”" in said


@pytest.mark.usefixtures("empty_site")
def test_all_that_is_wrong_in_the_files_is_said_at_once():
    named = with_file("muscles/front.toml", "name =", "nome =") | {"x.md": b"", "studies/y.toml": b"\xff"}
    said = refusal(named=named)
    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "x.md",
        "muscles/front.toml",
        "studies/y.toml",
    ]


@pytest.mark.usefixtures("empty_site")
def test_more_parts_than_a_form_can_show_are_refused():
    finding, section = make_finding(), PRESS.sections[0]
    content = replace(
        CONTENT,
        exercises=(replace(PRESS, sections=(section,) * 151),),
        studies=(make_study_value("smith-2020", *[finding] * 150), make_study_value("y", *[finding] * 200)),
    )
    assert refusal(content).splitlines() == [
        "exercises/press.toml: it has 151 sections. At most 150 can be edited.",
        "studies/y.toml: it has 200 findings. At most 150 can be edited.",
    ]


@pytest.mark.usefixtures("empty_site")
def test_a_refusal_at_the_end_takes_back_what_came_before():
    make_site()
    content = replace(
        CONTENT,
        groups=(replace(GROUP, name="leg"),),
        exercises=(replace(PRESS, answer="New."),),
        studies=(*CONTENT.studies, make_study_value("other", short_name="Smith 2020")),
    )
    assert "studies/other.toml: study “Smith 2020”: short name: " in refusal(content)


@pytest.mark.usefixtures("empty_site")
def test_an_option_that_a_study_here_speaks_about_cannot_go():
    make_site()
    axis = replace(PRESS.axes[0], options=PRESS.axes[0].options[:2])
    said = refusal(Content(exercises=(replace(PRESS, axes=(axis,)),)))
    assert "exercises/press.toml: An option cannot go: “Smith 2020” has a finding about it." in said


def test_a_link_in_a_folder_is_refused(tmp_path):
    (tmp_path / "muscles").mkdir()
    (tmp_path / "muscles" / "front.toml").symlink_to("/etc/hostname")
    with pytest.raises(ContentError, match=r"muscles/front\.toml: this is a link to somewhere else"):
        files.read_folder(tmp_path)


# The commands


@pytest.mark.usefixtures("empty_site")
def test_a_dry_run_says_what_would_change_and_writes_nothing(tmp_path, capsys):
    make_site()
    call_command("export_content", tmp_path / "out", exercise=["press"])
    path = tmp_path / "out" / "exercises" / "press.toml"
    path.write_text(path.read_text().replace("baseline = 8", "baseline = 7"))
    before = all_rows()
    call_command("import_content", tmp_path / "out", dry_run=True)
    assert all_rows() == before
    said = capsys.readouterr().out
    assert "Wrote 6 files" in said
    assert "Changed: exercise press\n  Muscles involved: front, baseline: 8 → 7" in said
    assert "Nothing was written. It would be 0 new, 1 changed, 5 as before." in said
    call_command("import_content", tmp_path / "out")
    assert "Imported: 0 new, 1 changed" in capsys.readouterr().out
    assert Exercise.objects.get().involvements.first().baseline == 7


@pytest.mark.usefixtures("empty_site")
def test_a_refused_import_says_why(tmp_path):
    (tmp_path / "notes.md").write_text("Mine.")
    with pytest.raises(CommandError, match=r"Nothing was imported\.\nnotes\.md: this does not belong here"):
        call_command("import_content", tmp_path)
    with pytest.raises(CommandError, match="is no folder"):
        call_command("import_content", tmp_path / "elsewhere")


@pytest.mark.usefixtures("empty_site")
def test_an_export_overwrites_nothing_and_knows_its_exercises(tmp_path):
    make_site()
    with pytest.raises(CommandError, match=r"There is no exercise “lunge”\. There is: press"):
        call_command("export_content", tmp_path / "out", exercise=["lunge"])
    (tmp_path / "mine.txt").write_text("Mine.")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("export_content", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
