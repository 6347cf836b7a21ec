"""What has changed between two values of the same kind, told as an editor would. Pure Python.

Drafts and frozen documents can be compared with each other. What freezing fills is left out, but for the
grades of effects, where both have them.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Literal

import msgspec

from . import document as documents

# A stretch of a text: whether it stands in both, only in the new one or only in the old, and its words.
Run = tuple[Literal["same", "added", "removed"], str]

# How many steps difflib may take for two texts, by a high estimate. It bounds the time: a stretch for which
# too few are left is shown as taken out and put in whole.
MOST_WORK = 5_000_000
# A stretch that stayed the same is folded if it is longer than LONG, but for the words beside a change.
LONG = 400
BESIDE = 120
WORDS = re.compile(r"\n|[^\S\n]+|\S+")

WHAT_WORDS = {"reason": "reason changed", "text": "text changed", "added": "added", "removed": "removed"}
WHAT_WORDS |= {"file": "replaced"}


class Change(msgspec.Struct, frozen=True):
    """One thing that has changed, and where it stands, in words.

    `before` and `after` are numbers for a step, other numbers and places in a list (from 1), else texts. A
    text, and what was added or removed, has its `diff` as well.
    """

    where: str
    what: Literal["step", "value", "certainty", "reason", "text", "file", "added", "removed", "moved"]
    before: str | int | None = ""
    after: str | int | None = ""
    diff: tuple[Run, ...] = ()

    @property
    def what_words(self) -> str:
        """What happened, in words, where it is not seen from "before → after"."""
        if self.what == "moved":
            return f"moved from place {self.before} to {self.after}"
        return WHAT_WORDS.get(self.what, "")

    @property
    def arrow(self) -> str:
        """What is short, in one line: "5 → 6"; empty for what has a diff."""
        if self.what not in ("step", "value", "certainty"):
            return ""
        return f"{self._short(self.before)} → {self._short(self.after)}"

    @property
    def shown(self) -> tuple[tuple[Literal["same", "added", "removed", "folded"], str], ...]:
        """The diff, with what is long, unchanged and not next to a change set apart as "folded"."""
        shown = []
        last = len(self.diff) - 1
        for place, (kind, text) in enumerate(self.diff):
            if kind != "same" or len(text) <= LONG:
                shown.append((kind, text))
                continue
            # Whole words, and only on the sides on which a change follows.
            head = max(text.rfind(" ", 0, BESIDE), text.rfind("\n", 0, BESIDE)) + 1 if place else 0
            blank = re.compile(r"\s").search(text, len(text) - BESIDE)
            tail = blank.end() if blank and place < last else len(text)
            pieces = (("same", text[:head]), ("folded", text[head:tail]), ("same", text[tail:]))
            shown += [piece for piece in pieces if piece[1]]
        return tuple(shown)

    def _short(self, value: str | int | None) -> str:
        if value is None or value == "":
            return "none"
        return f"{value:+d}" if self.what == "step" else str(value)

    def __str__(self):
        return f"{self.where}: {self.arrow or self.what_words}"


class Names(msgspec.Struct, frozen=True):
    """How to call what values name by slugs."""

    things: Mapping[str, str]
    options: Mapping[tuple[str, str], str]

    def thing(self, slug: str) -> str:
        return self.things.get(slug) or slug.replace("-", " ")

    def option(self, axis: str, option: str) -> str:
        return self.options.get((axis, option)) or f"{axis}, {option}".replace("-", " ")

    def effect(self, effect: documents.StanceEffect | documents.EffectName) -> str:
        other = f" with {self.option(effect.with_axis, effect.with_option)}" if effect.with_option else ""
        return f"{self.thing(effect.muscle)}{other}"


class Part(msgspec.Struct, frozen=True):
    """A list within a value, whose items are matched by each of the keys in turn.

    A key takes an item and its position; items whose key is "" do not match by it.
    """

    where: Callable[[Any, str, Names], str]  # of an item, the place of the value, and names
    keys: tuple[Callable[[Any, int], Any], ...]
    link: str = ": "  # between the place of an item and the words of one of its fields


def _position(_, position: int) -> int:
    return position


def _option_place(option: documents.StanceOption, where: str, _) -> str:
    return f"{where}, {option.name}"


def _finding_place(finding: documents.Finding, *_) -> str:
    return f"Finding “{finding.words if len(finding.words) <= 100 else finding.words[:99] + '…'}”"


ABOUT_PICTURE = {
    "slug": "",
    "alt": "alternative text",
    "is_decorative": "decorative",
    "author": "author",
    "licence": "licence",
    "source": "where it comes from",
    "focal_x": "focal point from the left",
    "focal_y": "focal point from the top",
}

# The fields of each kind, in words, in the order in which their changes are told. An empty word is for what
# an item is above all, and what its place has said already.
FIELDS: dict[type, dict[str, str]] = {
    documents.MuscleGroup: {
        "slug": "Address",
        "name": "Name",
        "everyday_name": "Everyday name",
        "summary": "Summary",
        "order": "Place in lists",
    },
    documents.JointAction: {"slug": "Address", "name": "Name", "summary": "Summary"},
    documents.MuscleDocument: {
        "slug": "Address",
        "name": "Name",
        "everyday_name": "Everyday name",
        "aliases": "Other names",
        "order": "Place in lists",
        "group": "Group",
        "head_of": "Head of",
        "actions": "Joint actions",
        "location": "Where it lies",
        "function": "What it does",
        "region": "Region of the map",
        "is_deep": "Deep",
    },
    documents.TermDocument: {
        "slug": "Address",
        "name": "Term",
        "aliases": "Other words for it",
        "definition": "Definition",
    },
    documents.StudyDocument: {
        "slug": "Address",
        "short_name": "Short name",
        "is_retracted": "Retracted",
        "authors": "Authors",
        "year": "Year",
        "title": "Title",
        "journal": "Journal",
        "volume": "Volume",
        "pages": "Pages",
        "doi": "DOI",
        "pmid": "PMID",
        "kind": "Kind",
        "participants": "Participants",
        "sample_size": "How many",
        "machine": "Machine",
        "load": "Load",
        "measured": "What was measured",
        "conditions": "What was compared",
        "summary": "What it found",
        "limits": "Limits",
        "basis": "What of it was read",
    },
    documents.Finding: {
        "words": "words",
        "kind": "kind",
        "exercise": "exercise",
        "elsewhere": "from elsewhere",
        "muscles": "muscles",
        "group": "group",
        "axis": "axis",
        "option": "option",
        "against": "compared with",
        "with_axis": "axis of the option that both had",
        "with_option": "option that both had",
        "direction": "direction",
        "load": "load",
        "known_through": "known through",
    },
    documents.ExerciseDocument: {
        "slug": "Address",
        "name": "Name",
        "aliases": "Other names",
        "order": "Place in lists",
        "answer": "Answer",
        "equipment": "Equipment",
        "kind": "Kind",
        "surface": "Under the feet",
        "reviewed_by": "Reviewed by",
        "reviewed_on": "Reviewed on",
        "review_due": "Review due",
        "caution": "Caution",
        "caution_source": "Source of the caution",
    },
    documents.Section: {"heading": "heading", "body": "", "picture": "picture", "caption": "caption"},
    documents.PictureCopy: {**ABOUT_PICTURE, "renditions": ""},
    documents.Picture: {"title": "Title", **ABOUT_PICTURE, "image": "image"},
    documents.FormCue: {
        "do": "",
        "phase": "phase",
        "avoid": "avoid",
        "why": "why",
        "goes_wrong": "what goes wrong otherwise",
        "how_sure": "how sure one can be",
    },
    documents.Involvement: {
        "muscle": "",
        "role": "role",
        "baseline": "baseline",
        "floor": "floor",
        "summary": "what it does here",
    },
    documents.StanceAxis: {"slug": "address", "name": "name", "explanation": "explanation"},
    documents.StanceOption: {
        "slug": "address",
        "name": "name",
        "phrase": "phrase",
        "is_neutral": "neutral",
        "explanation": "explanation",
        "caution": "caution",
        "caution_source": "source of the caution",
        "foot_x": "feet apart",
        "foot_y": "feet down",
        "foot_angle": "toes out",
    },
    documents.StanceEffect: {
        "muscle": "",
        "with_axis": "",
        "with_option": "",
        "step": "",
        "certainty": "",
        "reason": "",
    },
    documents.Claim: {"statement": "", "verdict": "verdict", "effects": "effects", "muscles": "muscles"},
}

# Fields whose old and new content are shown side by side, and not word for word.
SHORT = {"slug", "group", "head_of", "region", "kind", "surface", "reviewed_on", "review_due", "role"}
SHORT |= {"exercise", "axis", "option", "against", "with_axis", "with_option", "direction", "doi", "pmid"}
SHORT |= {"picture", "licence"}
FILES = {"renditions", "image"}  # of which only whether they are others can be told
NAMED = {"muscle", "picture", "group", "head_of", "exercise", "actions", "muscles"}  # by slugs
TOLD_BY_PLACE = {"heading", "do", "muscle", "statement", "words", "with_axis", "with_option"}

PARTS: dict[type, dict[str, Part]] = {
    documents.ExerciseDocument: {
        "sections": Part(
            lambda section, *_: f"Section “{section.heading}”",
            (lambda section, _: section.heading, lambda section, _: section.body, _position),
        ),
        "cues": Part(
            lambda cue, *_: f"Form cue “{cue.do}”",
            (lambda cue, _: cue.do, lambda cue, _: cue.why and (cue.phase, cue.avoid, cue.why)),
        ),
        "involvements": Part(
            lambda involvement, _, names: f"Muscles involved: {names.thing(involvement.muscle)}",
            (lambda involvement, _: involvement.muscle,),
            link=", ",
        ),
        "axes": Part(lambda axis, *_: axis.name, (lambda axis, _: axis.slug,)),
        "claims": Part(
            lambda claim, *_: f"Claim “{claim.statement}”",
            (lambda claim, _: claim.statement, lambda claim, _: claim.verdict),
        ),
    },
    documents.StanceAxis: {"options": Part(_option_place, (lambda option, _: option.slug,))},
    documents.StanceOption: {
        "effects": Part(
            lambda effect, where, names: f"{where}: {names.effect(effect)}",
            (lambda effect, _: (effect.muscle, effect.with_axis, effect.with_option),),
        )
    },
    documents.StudyDocument: {
        "findings": Part(
            _finding_place,
            (
                lambda finding, _: finding.words,
                lambda finding, _: msgspec.structs.replace(finding, words=""),
                _position,
            ),
        )
    },
}


def compare(before: documents.Value, after: documents.Value) -> tuple[Change, ...]:
    """Everything that has changed from `before` to `after`, in the order of the editor's form."""
    if type(before) is not type(after):
        raise TypeError(f"A {type(before).__name__} cannot be compared with a {type(after).__name__}.")
    return tuple(_compare(before, after, "", "", _names(before, after)))


def _compare(before, after, where: str, link: str, names: Names) -> Iterator[Change]:
    """The changes within a value that stands at `where`."""
    kind = type(after)
    for field, words in FIELDS[kind].items():
        if field in FILES:
            if getattr(before, field) != getattr(after, field):
                yield Change(f"{where}{link if words else ''}{words}", "file")
            continue
        old, new = _said(before, field, names), _said(after, field, names)
        if field == "certainty" and not (old and new):
            continue
        if old != new:
            yield _change(f"{where}{link if words else ''}{words}", field, old, new)
    # Of two documents also what they copied of the same picture.
    if kind is documents.Section and before.picture == after.picture:
        old, new = before.picture_copy, after.picture_copy
        if old and new:
            yield from _compare(old, new, f"{where}, picture", ", ", names)
    for field, part in PARTS.get(kind, {}).items():
        yield from _compare_items(getattr(before, field), getattr(after, field), where, part, names)


def _change(where: str, field: str, before, after) -> Change:
    if isinstance(before, int) or isinstance(after, int):
        return Change(where, "step" if field == "step" else "value", before, after)
    if field == "certainty":
        return Change(where, "certainty", before, after)
    if field in SHORT or {before, after} == {"yes", "no"}:
        return Change(where, "value", before, after)
    return Change(where, "reason" if field == "reason" else "text", before, after, diff(before, after))


def _compare_items(before: Sequence, after: Sequence, where: str, part: Part, names: Names):
    pairs = _pairs(before, after, part.keys)
    stay = set(_longest_rise([old for old in pairs if old is not None]))
    for place, (old, item) in enumerate(zip(pairs, after, strict=True)):
        item_where = part.where(item, where, names)
        if old is None:
            yield from _whole("added", item, item_where, part.link, names)
            continue
        if old not in stay:
            yield Change(item_where, "moved", old + 1, place + 1)
        yield from _compare(before[old], item, item_where, part.link, names)
    for old in sorted(set(range(len(before))).difference(pairs)):
        item_where = part.where(before[old], where, names)
        yield from _whole("removed", before[old], item_where, part.link, names)


def _whole(what: Literal["added", "removed"], item, where: str, link: str, names: Names) -> Iterator[Change]:
    """Something that stands on one side only, with the items within it."""
    lines = []
    for field, words in FIELDS[type(item)].items():
        content = _said(item, field, names)
        if field in TOLD_BY_PLACE or content in ("", "no", None):
            continue
        content = f"{content:+d}" if field == "step" else str(content)
        lines.append(f"{words}: {content}" if words else content)
    text = "\n".join(lines)
    runs = ((what, text),) if text else ()
    yield Change(where, what, "" if what == "added" else text, text if what == "added" else "", runs)
    for field, part in PARTS.get(type(item), {}).items():
        for inner in getattr(item, field):
            yield from _whole(what, inner, part.where(inner, where, names), part.link, names)


def _said(value, field: str, names: Names) -> str | int | None:
    """What the field holds, as an editor reads it."""
    content = getattr(value, field)
    if isinstance(content, bool):
        return "yes" if content else "no"
    if field == "effects":
        return "\n".join(f"{names.option(e.axis, e.option)}: {names.effect(e)}" for e in content)
    if field in NAMED:
        return ", ".join(map(names.thing, content)) if isinstance(content, tuple) else names.thing(content)
    return ", ".join(content) if isinstance(content, tuple) else content


def _pairs(before: Sequence, after: Sequence, keys: Sequence[Callable]) -> list[int | None]:
    """For each item of `after` the position in `before` of the one that it was, if any."""
    found: list[int | None] = [None] * len(after)
    left = range(len(before))
    for key in keys:
        waiting = defaultdict(deque)
        for old in left:
            waiting[key(before[old], old)].append(old)
        for new, item in enumerate(after):
            name = key(item, new)
            if found[new] is None and name != "" and waiting[name]:
                found[new] = waiting[name].popleft()
        left = sorted(set(left).difference(found))
    return found


def _longest_rise(numbers: Sequence[int]) -> list[int]:
    """The longest choice of the numbers, in their order, of which each is larger than the one before."""
    ends: list[int] = []  # the smallest number that ends a rise, by the length of the rise
    at: list[int] = []  # where in `numbers` it stands
    previous: list[int | None] = []
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number)
        previous.append(at[length - 1] if length else None)
        ends[length : length + 1] = [number]
        at[length : length + 1] = [place]
    rise = []
    place = at[-1] if at else None
    while place is not None:
        rise.append(numbers[place])
        place = previous[place]
    return rise[::-1]


def _names(*values) -> Names:
    """The names that frozen documents have copied; the newer value comes last and wins."""
    things, options = {}, {}
    for value in values:
        copies = [
            *getattr(value, "muscle_copies", ()),
            *getattr(value, "action_copies", ()),
            *([value.group_copy] if getattr(value, "group_copy", None) else []),
        ]
        if isinstance(value, documents.ExerciseDocument):
            copies += value.muscles
            for axis in value.axes:
                for option in axis.options:
                    options[axis.slug, option.slug] = f"{axis.name}, {option.name}"
        things |= {copy.slug: copy.name for copy in copies}
    return Names(things, options)


# Texts, word by word


def diff(before: str, after: str) -> tuple[Run, ...]:
    """The runs of words that two texts share and those that only one has.

    The runs "same" and "removed" together give `before`, "same" and "added" give `after`. The time is
    bounded: see MOST_WORK.
    """
    old, new = WORDS.findall(before), WORDS.findall(after)
    pieces: list[tuple[str, list[str]]] = []
    work = MOST_WORK
    for (old_start, old_end), (new_start, new_end), is_same in _gaps(old, new):
        a, b = old[old_start:old_end], new[new_start:new_end]
        if is_same:
            pieces.append(("same", a))
        elif not a or not b or (steps := _most_steps(a, b)) > work:
            pieces += [("removed", a), ("added", b)]
        else:
            work -= steps
            matcher = SequenceMatcher(_is_blank, a, b, autojunk=False)
            for tag, a_start, a_end, b_start, b_end in matcher.get_opcodes():
                if tag == "equal":
                    pieces.append(("same", a[a_start:a_end]))
                else:
                    pieces += [("removed", a[a_start:a_end]), ("added", b[b_start:b_end])]
    return _joined(pieces)


def _gaps(old: list[str], new: list[str]) -> Iterator[tuple[tuple[int, int], tuple[int, int], bool]]:
    """Cut two lists of words into stretches that are the same and those between them, which may differ.

    Sure to be the same are the start, the end, and, between them, words that each text has only once.
    Takes n log n steps.
    """
    most = min(len(old), len(new))
    start = next((i for i in range(most) if old[i] != new[i]), most)
    most -= start
    end = next((i for i in range(most) if old[-1 - i] != new[-1 - i]), most)
    yield (0, start), (0, start), True
    only = {
        word
        for words in (old, new)
        for word, count in Counter(words).items()
        if count == 1 and not _is_blank(word)
    }
    only -= {word for words in (old, new) for word, count in Counter(words).items() if count > 1}
    places = {word: i for i, word in enumerate(old[start : len(old) - end], start) if word in only}
    new_words = enumerate(new[start : len(new) - end], start)
    new_place = {places[word]: i for i, word in new_words if word in places}
    at_old, at_new = start, start
    for anchor in _longest_rise(list(new_place)):
        yield (at_old, anchor), (at_new, new_place[anchor]), False
        yield (anchor, anchor + 1), (new_place[anchor], new_place[anchor] + 1), True
        at_old, at_new = anchor + 1, new_place[anchor] + 1
    yield (at_old, len(old) - end), (at_new, len(new) - end), False
    yield (len(old) - end, len(old)), (len(new) - end, len(new)), True


def _most_steps(a: list[str], b: list[str]) -> int:
    """What difflib takes at the most: for each word that stands by itself in the end, all pairs again."""
    counts = Counter(b)
    pairs = sum(count * counts[word] for word, count in Counter(a).items() if not _is_blank(word))
    return (len(a) + pairs) * min(len(a), len(b))


def _joined(pieces: list[tuple[str, list[str]]]) -> tuple[Run, ...]:
    """Runs, each as long as can be. What is removed stands before what is added in its place."""
    runs: list[Run] = []
    removed, added = [], []

    def put_changes():
        for kind, words in (("removed", removed), ("added", added)):
            if words:
                runs.append((kind, "".join(words)))
                words.clear()

    for kind, words in pieces:
        if kind == "same" and words:
            put_changes()
            if runs and runs[-1][0] == "same":
                runs[-1] = ("same", runs[-1][1] + "".join(words))
            else:
                runs.append(("same", "".join(words)))
        elif kind != "same":
            (removed if kind == "removed" else added).extend(words)
    put_changes()
    return tuple(runs)


def _is_blank(word: str) -> bool:
    return word.isspace() and word != "\n"
