"""The readers' search: what texts are folded to, what is looked for, what is found, and how it is shown.

Texts and what a reader types go through the same `words_of`, so that every database compares plain letters
and answers the same. A word is found by its beginning. Whoever changes what a text is folded to adds a
migration, even an empty one: after it the doctor writes the rows of the index anew.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import msgspec
from django.db.models import Case, Q, QuerySet, When

from .models import Publication, SearchEntry

WORD = re.compile(r"[^\W_]+")
PLURALS = {"calves": "calf", "feet": "foot"}
MOST_CHARACTERS = 100  # of what is looked for
MOST_TERMS = 8
MOST_FOUND = 200
LONGEST_EXCERPT = 240  # characters
BEFORE, AFTER = 80, 160  # characters of a longer passage that are shown on each side of what was found

# Within the same weight exercises come first, and studies, which are many, last.
KINDS = (
    Publication.Kind.EXERCISE,
    Publication.Kind.MUSCLE,
    Publication.Kind.TERM,
    Publication.Kind.STUDY,
)


class Wanted(msgspec.Struct, frozen=True):
    """What a reader looks for: the beginnings of words, all of which have to be there, and all of the words
    in a row, as a name would have them. `is_cut` if more was typed than is looked for."""

    terms: tuple[str, ...]
    phrase: str
    is_cut: bool


class Piece(msgspec.Struct, frozen=True):
    """A part of an excerpt, and whether it is a word that was looked for."""

    text: str
    is_found: bool


class Result(msgspec.Struct, frozen=True):
    publication: Publication
    excerpt: tuple[Piece, ...]


def words_of(text: str) -> list[str]:
    """The words of a text without accents, case and the s of a plural, other signs left out."""
    return [_folded(word) for word in WORD.findall(unicodedata.normalize("NFC", text))]


@lru_cache(maxsize=4_096)
def _folded(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word)
    word = "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
    if word in PLURALS:
        return PLURALS[word]
    if len(word) <= 3 or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches")):
        return word[:-2]
    return word.removesuffix("s")


# Words of a question that say nothing of what is looked for.
FILLING = frozenset(
    words_of(
        "a an and are at be by can do does for from how i in is it my of on or should that the this to what"
        " when where which who why with"
    )
)


def wanted(text: str) -> Wanted:
    """What is looked for where that was typed. Without terms it has no word in it."""
    words = words_of(text[:MOST_CHARACTERS])
    terms = list(dict.fromkeys(word for word in words if word not in FILLING) or dict.fromkeys(words))
    return Wanted(
        terms=tuple(terms[:MOST_TERMS]),
        phrase=" ".join(words),
        is_cut=len(text) > MOST_CHARACTERS or len(terms) > MOST_TERMS,
    )


def folded_names(names: Iterable[str]) -> str:
    """The names as `find` asks for them: a line for each, every word with a space before it."""
    return "\n" + "".join(f" {' '.join(words_of(name))}\n" for name in names)


def folded_words(texts: Iterable[str]) -> str:
    """The words of the texts, each once, with a space before it."""
    return "".join(f" {word}" for word in dict.fromkeys(words_of("\n".join(texts))))


def find(asked: Wanted) -> QuerySet:
    """The keys of the live publications that have all of the terms, the best first: those of this name, whose
    name begins so, that have the words in their name, and then in their text."""
    found = Publication.objects.live()
    in_name = Q()
    for term in asked.terms:
        found = found.filter(search_entry__words__contains=f" {term}")
        in_name &= Q(search_entry__names__contains=f" {term}")
    weight = Case(
        When(search_entry__names__contains=f"\n {asked.phrase}\n", then=0),
        When(search_entry__names__contains=f"\n {asked.phrase}", then=1),
        When(in_name, then=2),
        default=3,
    )
    by_kind = Case(*(When(kind=kind, then=place) for place, kind in enumerate(KINDS)))
    return found.order_by(weight, by_kind, "order", "name", "pk").values_list("pk", flat=True)


def results(keys: Iterable[int], terms: Iterable[str]) -> list[Result]:
    """What is shown of the publications with these keys, in their order. One query."""
    keys, terms = list(keys), tuple(terms)
    rows = SearchEntry.objects.filter(publication__in=keys).select_related("publication__study_entry")
    entries = {row.publication_id: row for row in rows.defer("names", "words", "publication__document")}
    return [
        Result(entries[key].publication, excerpt(entries[key].text, terms)) for key in keys if key in entries
    ]


def excerpt(text: str, terms: tuple[str, ...]) -> tuple[Piece, ...]:
    """Of a text with a passage on each line, the part that has the most of the terms, the first of those."""
    passage = max(text.split("\n"), key=lambda passage: len(_terms_in(passage, terms)))
    if len(passage) > LONGEST_EXCERPT:
        hits = [match for match in WORD.finditer(passage) if _terms_in(match[0], terms)]
        hits = hits or [re.match("", passage)]
        best = max(hits, key=lambda hit: len(_terms_in(passage[hit.start() : hit.end() + AFTER], terms)))
        passage = "".join(around(passage, best.start(), best.end(), BEFORE, AFTER))
    pieces, end = [], 0
    for match in WORD.finditer(passage):
        if _terms_in(match[0], terms):
            pieces += [Piece(passage[end : match.start()], False), Piece(match[0], True)]
            end = match.end()
    return tuple(piece for piece in (*pieces, Piece(passage[end:], False)) if piece.text)


def _terms_in(text: str, terms: tuple[str, ...]) -> set[str]:
    words = words_of(text)
    return {term for term in terms if any(word.startswith(term) for word in words)}


def around(text: str, start: int, end: int, before: int, after: int) -> tuple[str, str, str]:
    """A part of the text with what stands on each side of it, at most so many characters and, if there are
    any, whole words."""
    left, right = text[:start], text[end:]
    if len(left) > before:
        left = "…" + re.sub(r"^\S{0,20}\s", "", left[-before:])
    if len(right) > after:
        right = re.sub(r"\s\S{0,20}$", "", right[:after]) + "…"
    return left, text[start:end], right
