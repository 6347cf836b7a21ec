"""How hard a text is to read. Pure Python.

The figure is Flesch's reading ease (Flesch 1948, "A new readability yardstick"): 206.835 - 1.015 x words to
a sentence - 84.6 x syllables to a word. About 60 to 70 is plain English; below 30 is hard going. Syllables
are counted by groups of vowels, which is right often enough for a figure that compares drafts.
"""

import re

LONG_SENTENCE = 40  # words
SENTENCE = re.compile(r"[^.!?]+(?:[.!?]+(?=\s|$)|$)")
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
VOWELS = re.compile(r"[aeiouyàâäéèêëíïóöôúüû]+", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """The sentences of a text without markup, in order."""
    flat = re.sub(r"\b(e\.g|i\.e|etc|vs|Dr|No)\.", r"\1", text)
    return [found.group().strip() for found in SENTENCE.finditer(flat) if WORD.search(found.group())]


def long_sentences(text: str) -> list[str]:
    """Those of more than LONG_SENTENCE words."""
    return [sentence for sentence in sentences(text) if len(WORD.findall(sentence)) > LONG_SENTENCE]


def reading_ease(text: str) -> int | None:
    """The figure, 0 to 100; None for a text without words."""
    words = WORD.findall(text)
    if not words:
        return None
    syllables = sum(_syllables(word) for word in words)
    ease = 206.835 - 1.015 * len(words) / len(sentences(text)) - 84.6 * syllables / len(words)
    return max(0, min(100, round(ease)))


def _syllables(word: str) -> int:
    count = len(VOWELS.findall(word))
    if re.search(r"[^aeiouyl]e$|[^l]es$|[^td]ed$", word, re.IGNORECASE) and count > 1:
        count -= 1  # a silent e
    return max(1, count)
