import msgspec
import pytest

from exercises import document as documents
from tests.make import make_document, make_exercise_value


def test_a_document_comes_back_from_json_as_it_was():
    document = make_document()
    assert documents.from_json(documents.to_json(document), documents.ExerciseDocument) == document


def test_the_same_document_always_has_the_same_json():
    assert documents.to_json(make_document()) == documents.to_json(make_document())


def test_a_document_cannot_be_changed():
    with pytest.raises(AttributeError):
        make_document().name = "other"


def test_a_field_that_is_empty_does_not_count_in_the_digest():
    with_empty = make_exercise_value(equipment="")
    assert documents.digest(with_empty) == documents.digest(make_exercise_value())
    assert documents.digest(make_exercise_value(equipment="bar")) != documents.digest(with_empty)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('slug = "x"\nname = "x"\ncolour = "red"', "colour"),
        ('slug = "No Slug"\nname = "x"', "slug"),
        ('slug = "x"', "name"),
        (
            'slug = "x"\nname = "x"\ninvolvements = [{muscle = "a", role = "target", baseline = 11}]',
            "baseline",
        ),
        ("slug = ", "Invalid"),
    ],
)
def test_a_content_file_that_does_not_fit_says_where(text, complaint):
    with pytest.raises((msgspec.ValidationError, msgspec.DecodeError), match=complaint):
        documents.from_toml(text, documents.ExerciseDocument)


def test_equal_values_give_the_same_text_wherever_they_come_from():
    from_a_row = make_exercise_value(kind="".join(["comp", "ound"]), equipment="".join(["", ""]))
    text = documents.to_json(from_a_row)
    assert documents.to_json(documents.from_json(text, documents.ExerciseDocument)) == text
    assert documents.to_json(make_exercise_value()) == text
