"""Studies and findings as rows: what they refuse, and in which words."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from exercises import document as documents
from exercises.models import Exercise, Finding, StanceOption, Study
from exercises.models.evidence import normal_doi
from tests.make import make_exercise, make_exercise_value, make_finding, make_option, make_study

DOI = "10.1519/JSC.0b013e3181739445"


# DOIs


@pytest.mark.parametrize(
    "pasted",
    [
        DOI,
        f"  {DOI}\n",
        f"https://doi.org/{DOI}",
        f"http://dx.doi.org/{DOI}",
        f"HTTPS://DOI.ORG/{DOI}",
        f"doi.org/{DOI}",
        f"doi:{DOI}",
        f"DOI: {DOI}",
    ],
)
def test_a_pasted_address_is_cut_to_the_doi(pasted):
    assert normal_doi(pasted) == DOI


@pytest.mark.parametrize("nothing", ["", "  "])
def test_no_doi_is_no_doi(nothing):
    assert normal_doi(nothing) == ""


@pytest.mark.parametrize(
    "nonsense",
    ["x", "11.1519/x", "10.1/x", "10.1519", "10.1519/", "10.1519/a b", "see 10.1519/x", "32605065"],
)
def test_what_is_no_doi_is_refused_in_words(nonsense):
    with pytest.raises(ValidationError, match=r"is not a DOI. One starts with 10\."):
        normal_doi(nonsense)


@pytest.mark.usefixtures("empty_site")
def test_a_study_keeps_the_bare_doi():
    study = make_study(doi="")
    study.doi = f"https://doi.org/{DOI}"
    study.full_clean()
    assert study.doi == DOI


@pytest.mark.usefixtures("empty_site")
@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("doi", "nonsense", "“nonsense” is not a DOI"),
        ("pmid", "PMC123", "“PMC123” is not a PMID, which is digits only"),
        ("slug", "Da Silva", "slug"),
        ("slug", "Da_Silva", ""),
        ("year", 1492, "1800"),
        ("year", 20080, "2200"),
        ("short_name", "", "blank"),
        ("title", "", "blank"),
    ],
)
def test_a_study_that_does_not_fit_names_the_field(field, value, complaint):
    study = make_study()
    setattr(study, field, value)
    with pytest.raises(ValidationError) as refused:
        study.full_clean()
    assert list(refused.value.message_dict) == [field]
    assert complaint in refused.value.message_dict[field][0]


@pytest.mark.usefixtures("empty_site")
@pytest.mark.parametrize("second", [DOI, DOI.upper(), DOI.lower()])
def test_the_database_refuses_a_doi_twice_however_it_is_written(second):
    make_study("smith-2020", doi=DOI)
    study = make_study("jones-2021")
    with pytest.raises(IntegrityError), transaction.atomic():
        Study.objects.filter(pk=study.pk).update(doi=second)
    study.doi = second
    with pytest.raises(ValidationError, match="Another study has this DOI"):
        study.full_clean()


@pytest.mark.usefixtures("empty_site")
def test_many_studies_can_have_no_doi():
    for number in range(3):
        make_study(f"smith-{number}", doi="")
    assert Study.objects.filter(doi="").count() == 3


@pytest.mark.usefixtures("empty_site")
@pytest.mark.parametrize("field", ["slug", "short_name"])
def test_the_database_refuses_two_studies_of_one_name(field):
    first, second = make_study("smith-2020"), make_study("jones-2021")
    with pytest.raises(IntegrityError), transaction.atomic():
        Study.objects.filter(pk=second.pk).update(**{field: getattr(first, field)})


# Findings


def two_axes():
    height = make_exercise_value().axes[0]
    width = documents.StanceAxis(
        slug="width", name="Width", options=(make_option("narrow", is_neutral=True), make_option("wide"))
    )
    return (height, width)


@pytest.fixture
def options(empty_site):
    """By slug the options of an exercise with two axes, and one of another exercise."""
    exercise = make_exercise(axes=two_axes())
    squat = make_exercise("squat")
    found = {option.slug: option for option in StanceOption.objects.filter(axis__exercise=exercise)}
    return {**found, "squat": StanceOption.objects.get(axis__exercise=squat, slug="high")}


def finding(options, kind="comparison", **fields):
    chosen = {name: options[value] if name in OPTIONS else value for name, value in fields.items()}
    study = Study.objects.filter(slug="smith-2020").first() or make_study()
    exercise = Exercise.objects.get(slug="press")
    return Finding(study=study, exercise=exercise, kind=kind, words="It was busier.", **chosen)


OPTIONS = ("option", "against", "with_option")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("comparison", {"option": "high", "against": "low", "direction": "more"}),
        (
            "comparison",
            {"option": "wide", "against": "narrow", "with_option": "high", "direction": "none reported"},
        ),
        ("involvement", {}),
        ("indirect", {"elsewhere": "squats"}),
        ("indirect", {"elsewhere": "squats", "option": "high", "direction": "more"}),
        ("indirect", {"elsewhere": "squats", "option": "high", "against": "low", "direction": "less"}),
    ],
)
def test_a_finding_that_is_complete_is_taken(options, kind, fields):
    finding(options, kind, **fields).full_clean()


@pytest.mark.parametrize(
    ("kind", "fields", "field", "complaint"),
    [
        ("comparison", {"against": "low", "direction": "more"}, "option", "A comparison needs this"),
        ("comparison", {"option": "high", "direction": "more"}, "against", "A comparison needs this"),
        ("comparison", {"option": "high", "against": "low"}, "direction", "A comparison needs this"),
        (
            "comparison",
            {"option": "high", "against": "high", "direction": "more"},
            "against",
            "It compares an option with itself",
        ),
        (
            "comparison",
            {"option": "high", "against": "wide", "direction": "more"},
            "against",
            "Choose another option of “Height”: both are of one axis",
        ),
        (
            "comparison",
            {"option": "high", "against": "low", "with_option": "middle", "direction": "more"},
            "with_option",
            "Choose an option of another axis than “Height”",
        ),
        (
            "comparison",
            {"option": "squat", "against": "low", "direction": "more"},
            "option",
            "The press has no such option. It has: Height: low;",
        ),
        (
            "comparison",
            {"option": "high", "against": "squat", "direction": "more"},
            "against",
            "The press has no such option",
        ),
        (
            "comparison",
            {"option": "high", "against": "low", "with_option": "squat", "direction": "more"},
            "with_option",
            "The press has no such option",
        ),
        ("involvement", {"option": "high"}, "option", "about no option"),
        ("involvement", {"with_option": "high"}, "with_option", "about no option"),
        ("indirect", {}, "elsewhere", "which other exercise or condition"),
        ("indirect", {"option": "high", "direction": "more"}, "elsewhere", "which other exercise"),
        ("indirect", {"elsewhere": "squats", "option": "high"}, "direction", "needs a direction"),
        ("indirect", {"elsewhere": "squats", "against": "low"}, "option", "first which option"),
    ],
)
def test_a_finding_that_makes_no_sense_is_refused_at_its_field(options, kind, fields, field, complaint):
    with pytest.raises(ValidationError) as refused:
        finding(options, kind, **fields).full_clean()
    assert list(refused.value.message_dict) == [field]
    assert complaint in refused.value.message_dict[field][0]


def test_a_finding_keeps_its_option_its_muscle_and_its_exercise_from_being_deleted(options):
    make_study("jones-2021", make_finding())
    for thing in (options["high"], options["low"], Exercise.objects.get(slug="press")):
        with pytest.raises(IntegrityError, match="protected"):
            thing.delete()


def test_a_studys_findings_go_with_it(options):
    study = make_study("jones-2021", make_finding(), is_published=False)
    study.delete()
    assert not Finding.objects.exists()
