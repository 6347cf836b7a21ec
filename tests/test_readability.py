import pytest

from exercises import readability


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("One. Two! Three? Four", 4),
        ("It rose by 12.4 per cent. It fell.", 2),
        ("Squats, e.g. deep ones, count. So there.", 2),
        ("... !", 0),
    ],
)
def test_sentences_are_told_apart(text, number):
    assert len(readability.sentences(text)) == number


def test_only_very_long_sentences_are_named():
    long = " ".join(["word"] * 41) + "."
    assert readability.long_sentences(f"Short. {long}") == [long]
    assert readability.long_sentences(" ".join(["word"] * 40)) == []


def test_plain_words_read_easier_than_learned_ones():
    plain = readability.reading_ease("The cat sat on the mat. It was warm. It slept.")
    learned = readability.reading_ease(
        "Electromyographical investigations of lower-extremity musculature necessitate methodological care."
    )
    assert plain > 90
    assert learned < 10


def test_a_text_without_words_has_no_figure():
    assert readability.reading_ease("12, 13.") is None
