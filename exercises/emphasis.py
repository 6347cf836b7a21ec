"""From a document and a stance to the emphasis on every muscle, and why. Pure Python.

Emphasis is a teaching scale from 1 (minimal) to 10 (the main driver), relative within one
exercise. A muscle's emphasis in a stance is its baseline plus the steps of the chosen options,
held between its floor and 10. Under the lens "taught" every step counts; under "studies" only those
that are graded supported or partly supported.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from urllib.parse import urlencode

from .certainty import COUNTS
from .document import (
    EffectName,
    ExerciseDocument,
    Involvement,
    MuscleName,
    StanceAxis,
    StanceEffect,
    StanceOption,
    Value,
)

TOP = 10
MOST_STANCES = 729  # three options on each of six axes; publishing refuses more
LENSES = {"taught": "as taught", "studies": "backed by studies"}
WORDS = ("minimal", "light", "moderate", "strong", "main driver")


class UnknownOption(ValueError):
    """A stance or lens was asked for that the exercise does not have. Its text names those it has."""

    def __init__(self, name: str, known: Sequence[str]):
        super().__init__(
            f"{name} can be {', '.join(known[:-1])} or {known[-1]}."
            if len(known) > 1
            else f"{name} can only be {known[0]}."
        )


class Choice(Value, kw_only=True):
    """One axis and the option chosen on it."""

    axis: StanceAxis
    option: StanceOption


class Stance(Value, kw_only=True):
    """One option on each axis of an exercise, and the lens that it is seen through."""

    choices: tuple[Choice, ...]
    lens: str = "taught"

    @property
    def is_neutral(self) -> bool:
        return all(choice.option.is_neutral for choice in self.choices)

    @property
    def key(self) -> tuple[str, ...]:
        """The options' slugs, in the order of the axes."""
        return tuple(choice.option.slug for choice in self.choices)

    @property
    def query(self) -> str:
        """The stance as a URL's query, `?height=high&width=wide`; the neutral stance as taught has none."""
        pairs = [] if self.is_neutral else [(c.axis.slug, c.option.slug) for c in self.choices]
        if self.lens != "taught":
            pairs.append(("lens", self.lens))
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def words(self) -> str:
        """The stance inside a sentence: "feet high and a wide stance". Neutral options are left
        out unless there is nothing else to say."""
        moved = [choice for choice in self.choices if not choice.option.is_neutral]
        return join_words(_phrase(choice) for choice in moved or self.choices)

    @property
    def foot(self) -> tuple[int, int, int]:
        """x, y and outward angle of the right foot in the picture: the options' shares, added."""
        options = [choice.option for choice in self.choices]
        return (
            sum(option.foot_x for option in options),
            sum(option.foot_y for option in options),
            sum(option.foot_angle for option in options),
        )


class Applied(Value, kw_only=True):
    """A step that counts in a stance, and the option that brings it."""

    choice: Choice
    effect: StanceEffect


class MuscleEmphasis(Value, kw_only=True):
    """The emphasis on one muscle in one stance.

    `emphasis` is 1 to 10, `change` its difference from the neutral stance, `limit` "top" or
    "floor" where the steps would have gone further. `set_aside` are the steps that are taught and do
    not count under the stance's lens.
    """

    muscle: MuscleName
    involvement: Involvement
    emphasis: int
    change: int
    limit: str = ""
    applied: tuple[Applied, ...] = ()
    set_aside: tuple[Applied, ...] = ()

    @property
    def certainty(self) -> str:
        """The grade of the steps, counted or set aside: "mixed" if they differ, "" if there are none."""
        grades = {step.effect.certainty for step in (*self.applied, *self.set_aside)}
        return grades.pop() if len(grades) == 1 else "mixed" if grades else ""

    @property
    def level(self) -> int:
        return level_of(self.emphasis)

    @property
    def word(self) -> str:
        return WORDS[self.level]


class BestStance(Value, kw_only=True):
    """A stance in which a muscle's emphasis is high, without a choice that adds nothing to it."""

    muscle: str
    stance: Stance
    emphasis: int


def level_of(emphasis: int) -> int:
    """The map's level, 0 to 4, of an emphasis of 1 to 10; WORDS has a word for each."""
    return emphasis // 2 if emphasis < 8 else 4


def stance_from(document: ExerciseDocument, parameters: Mapping[str, str]) -> Stance:
    """The stance that a URL's parameters name.

    An axis that is missing or empty is neutral, and so is the lens; a parameter that is neither is
    ignored. Raises UnknownOption for an option or a lens that there is not.
    """
    lens = parameters.get("lens", "") or "taught"
    lenses = list(LENSES) if document.is_graded else ["taught"]
    if lens not in lenses:
        raise UnknownOption("The lens", lenses)
    return Stance(
        choices=tuple(
            Choice(axis=axis, option=_option(axis, parameters.get(axis.slug, ""))) for axis in document.axes
        ),
        lens=lens,
    )


def emphasise(document: ExerciseDocument, stance: Stance) -> tuple[MuscleEmphasis, ...]:
    """Every muscle of the exercise, strongest first.

    Muscles of equal emphasis stand in the order of their baselines, then in that of the document,
    so that rows keep their place where they can.
    """
    everything = (_emphasis(document, stance, involvement) for involvement in document.involvements)
    return tuple(sorted(everything, key=lambda m: (-m.emphasis, -m.involvement.baseline)))


def summarise(stance: Stance, ranked: tuple[MuscleEmphasis, ...]) -> str:
    """What the stance does, in two plain sentences."""
    if not ranked:  # the preview of a draft that has only been begun
        return "No muscle is involved yet."
    strongest = [m for m in ranked if m.emphasis == ranked[0].emphasis]
    word = ranked[0].word + ("s" if ranked[0].level == 4 and len(strongest) > 1 else "")
    leaders = f"{_names(strongest, ranked)} ({word})"
    if stance.is_neutral:
        return f"The neutral stance: {stance.words}. Strongest here: {leaders}."
    more = [m for m in ranked if m.change > 0]
    less = [m for m in ranked if m.change < 0]
    changes = [f"more emphasis on {_names(more, ranked)}"] if more else []
    if less:
        changes.append(f"{'less' if more else 'less emphasis'} on {_names(less, ranked)}")
    said = "; ".join(changes) or "nothing moves away from the neutral stance"
    counting = ", as far as studies back it" if stance.lens == "studies" else ""
    return f"With {stance.words}{counting}: {said}. Strongest now: {leaders}."


def all_stances(document: ExerciseDocument) -> tuple[Stance, ...]:
    """Every stance of the exercise. Publishing sees to it that there are MOST_STANCES at most."""
    return tuple(
        Stance(choices=tuple(Choice(axis=a, option=o) for a, o in zip(document.axes, chosen, strict=True)))
        for chosen in product(*(axis.options for axis in document.axes))
    )


def stance_of(document: ExerciseDocument, name: EffectName) -> Stance:
    """The stance in which the named effect is the only thing chosen."""
    return stance_from(document, {name.axis: name.option, name.with_axis: name.with_option})


def effect_words(document: ExerciseDocument, name: EffectName, step: int) -> str:
    """The effect in words: "With your feet high: gluteus maximus up 2". Needs a frozen document."""
    way = "up" if step > 0 else "down"
    muscle = document.muscle(name.muscle).name
    return f"With {stance_of(document, name).words}: {muscle} {way} {abs(step)}"


def foot_places(document: ExerciseDocument) -> list[tuple[int, int]]:
    """x and y of every place of the picture in which some stance puts the right foot."""
    places = {(0, 0)}
    for axis in document.axes:
        places = {(x + option.foot_x, y + option.foot_y) for x, y in places for option in axis.options}
    return sorted(places)


def best_stances(document: ExerciseDocument, most: int = 3) -> tuple[BestStance, ...]:
    """For each muscle the stances that emphasise it most, best first, `most` at the most.

    A stance counts if it raises the muscle and no single choice in it could go back to neutral
    without losing emphasis. A muscle that no stance raises gets the neutral stance alone.
    """
    best = []
    stances = all_stances(document)
    table = {stance.key: {m.muscle.slug: m for m in emphasise(document, stance)} for stance in stances}
    neutral = stance_from(document, {})
    for involvement in document.involvements:
        slug = involvement.muscle
        raising = [
            BestStance(muscle=slug, stance=stance, emphasis=table[stance.key][slug].emphasis)
            for stance in stances
            if table[stance.key][slug].change > 0
            and all(
                table[simpler.key][slug].emphasis < table[stance.key][slug].emphasis
                for simpler in _simpler(stance)
            )
        ]
        raising.sort(key=lambda b: (-b.emphasis, len(_moved(b.stance))))
        best += raising[:most] or [BestStance(muscle=slug, stance=neutral, emphasis=involvement.baseline)]
    return tuple(best)


def join_words(words: Iterable[str]) -> str:
    """a; a and b; a, b and c."""
    words = list(words)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _option(axis: StanceAxis, slug: str) -> StanceOption:
    if not slug:
        return axis.neutral
    for option in axis.options:
        if option.slug == slug:
            return option
    raise UnknownOption(axis.name, [option.slug for option in axis.options])


def _emphasis(document: ExerciseDocument, stance: Stance, involvement: Involvement) -> MuscleEmphasis:
    chosen = {choice.axis.slug: choice.option.slug for choice in stance.choices}
    taught = [
        Applied(choice=choice, effect=effect)
        for choice in stance.choices
        for effect in choice.option.effects
        if effect.muscle == involvement.muscle
        and (not effect.with_axis or chosen.get(effect.with_axis) == effect.with_option)
    ]
    applied = tuple(a for a in taught if stance.lens == "taught" or a.effect.certainty in COUNTS)
    wanted = involvement.baseline + sum(a.effect.step for a in applied)
    emphasis = max(involvement.floor, min(TOP, wanted))
    return MuscleEmphasis(
        muscle=document.muscle(involvement.muscle),
        involvement=involvement,
        emphasis=emphasis,
        change=emphasis - involvement.baseline,
        limit="top" if wanted > emphasis else "floor" if wanted < emphasis else "",
        applied=applied,
        set_aside=tuple(a for a in taught if a not in applied),
    )


def _moved(stance: Stance) -> list[Choice]:
    return [choice for choice in stance.choices if not choice.option.is_neutral]


def _simpler(stance: Stance) -> list[Stance]:
    """The stances with one choice fewer away from neutral."""
    return [
        Stance(
            choices=tuple(
                Choice(axis=c.axis, option=c.axis.neutral) if c is moved else c for c in stance.choices
            )
        )
        for moved in _moved(stance)
    ]


def _phrase(choice: Choice) -> str:
    return choice.option.phrase or f"{choice.axis.name.lower()} {choice.option.name}"


def _names(some: list[MuscleEmphasis], everything: tuple[MuscleEmphasis, ...]) -> str:
    """The muscles by name. Where all of a group, or all heads of a muscle, are among them (as far
    as the exercise involves them), the group or the whole muscle stands for them."""
    names = []
    for muscle in (m.muscle for m in some):
        name = muscle.name
        if muscle.head_of and _has_all(some, everything, lambda m: m.muscle.head_of, muscle.head_of):
            name = muscle.whole_name
        if _has_all(some, everything, lambda m: m.muscle.group.slug, muscle.group.slug):
            name = muscle.group.name
        if name not in names:
            names.append(name)
    return f"the {join_words(names)}"


def _has_all(some, everything, key, value) -> bool:
    """Whether `some` holds all of `everything` whose key has the value, and these are several."""
    members = [m for m in everything if key(m) == value]
    return len(members) > 1 and all(m in some for m in members)
