import os
import subprocess
import sys

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


READ_AT_ONCE = """
import sys, threading
from contextlib import suppress
import msgspec
from exercises import document, files, pictures

def kinds_of(kind):
    return {kind, *(each for child in kind.__subclasses__() for each in kinds_of(child))}

def read(kind, barrier):
    barrier.wait()
    with suppress(msgspec.ValidationError):
        document.from_json(msgspec.json.encode({kind.__struct_fields__[-1]: 1}), kind)

sys.setswitchinterval(1e-6)
for kind in {*kinds_of(document.Value), pictures.Made} - {document.Value}:
    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=read, args=(kind, barrier)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_threads_of_a_new_process_read_at_once():
    """Without `worked_out` this crashes nearly every time."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "site_config.settings"}
    done = subprocess.run([sys.executable, "-c", READ_AT_ONCE], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
