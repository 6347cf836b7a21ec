"""From findings to a grade, by one published rule. Pure Python.

For one effect (this option moves this muscle this way) every study that speaks about it has one vote. It
agrees if it found the effect at any load; it disagrees if it found no difference, none to report, or
the opposite. The grade follows from the votes alone:

    no vote on this exercise                  untested
    two or more agree, none disagrees         supported
    one agrees, none disagrees                partly supported
    some agree, some disagree                 contested
    none agrees                               not supported

Findings on other exercises are shown beside an effect and never vote. Nor do retracted studies.
"""

from collections.abc import Iterable
from typing import Literal

from .document import (
    EffectName,
    ExerciseDocument,
    Finding,
    Grade,
    MuscleName,
    StanceEffect,
    StudyCopy,
    Value,
)

COUNTS: frozenset[Grade] = frozenset({"supported", "partly supported"})  # under the lens "studies"

Side = Literal["for", "against", "indirect"]


class Line(Value, kw_only=True):
    """One finding as it speaks about one effect.

    `is_broad` says that the paper named a group or a whole muscle, of which this muscle is a part.
    """

    finding: Finding
    side: Side
    is_broad: bool = False


class Vote(Value, kw_only=True):
    """One study on one effect: its side, and what it found."""

    study: StudyCopy
    side: Side
    lines: tuple[Line, ...]

    @property
    def counts(self) -> bool:
        return self.side != "indirect" and not self.study.is_retracted


class Evidence(Value, kw_only=True):
    """Every study that has something to say about one effect, and the grade that follows."""

    grade: Grade
    votes: tuple[Vote, ...] = ()

    @property
    def was_measured(self) -> bool:
        """Whether any study of this exercise, a retracted one too, speaks about the effect."""
        return any(vote.side != "indirect" for vote in self.votes)

    @property
    def sides(self) -> list[tuple[str, list[Vote]]]:
        """The studies for the effect, against it and from elsewhere, each under its heading."""
        headings = {"for": "For", "against": "Against", "indirect": "From elsewhere, not counted"}
        return [
            (heading, votes)
            for side, heading in headings.items()
            if (votes := [vote for vote in self.votes if vote.side == side])
        ]


def name_of(axis: str, option: str, effect: StanceEffect) -> EffectName:
    """The effect's name within its exercise."""
    return EffectName(
        axis=axis,
        option=option,
        muscle=effect.muscle,
        with_axis=effect.with_axis,
        with_option=effect.with_option,
    )


def named_effects(exercise: ExerciseDocument) -> dict[EffectName, StanceEffect]:
    """Every stance effect of the exercise, by its name, in the order of the axes and options."""
    return {
        name_of(axis.slug, option.slug, effect): effect
        for axis in exercise.axes
        for option in axis.options
        for effect in option.effects
    }


def grade_of(votes: Iterable[Vote]) -> Grade:
    """The grade that follows from the votes. Those that do not count may be among them."""
    sides = [vote.side for vote in votes if vote.counts]
    agree, disagree = sides.count("for"), sides.count("against")
    if agree and disagree:
        return "contested"
    if agree:
        return "supported" if agree > 1 else "partly supported"
    return "not supported" if disagree else "untested"


def evidence_on(name: EffectName, step: int, muscle: MuscleName, studies: Iterable[StudyCopy]) -> Evidence:
    """What the studies have to say about one effect.

    `name` and `step` (its sign is what the effect says) are the effect's; `muscle` is the one that it
    moves; `studies` have the findings about this exercise and no others.
    """
    votes = []
    for study in studies:
        lines = [line for finding in study.findings if (line := _line(finding, name, step, muscle))]
        direct = [line for line in lines if line.side != "indirect"]
        if direct:
            side = "for" if any(line.side == "for" for line in direct) else "against"
            votes.append(Vote(study=study, side=side, lines=tuple(direct)))
        if indirect := tuple(line for line in lines if line.side == "indirect"):
            votes.append(Vote(study=study, side="indirect", lines=indirect))
    return Evidence(grade=grade_of(votes), votes=tuple(votes))


def evidence_in(exercise: ExerciseDocument, name: EffectName, step: int) -> Evidence:
    """The evidence on one effect of a frozen document; KeyError if it does not involve the muscle."""
    return evidence_on(name, step, exercise.muscle(name.muscle), exercise.studies)


def involvement_in(
    exercise: ExerciseDocument, muscles: Iterable[str]
) -> list[tuple[StudyCopy, tuple[Finding, ...]]]:
    """What was measured about muscles (by their slugs) in the exercise, whatever the stance, by study.

    Findings from elsewhere that stand beside no single effect are among them. No grade follows.
    """
    muscles = [muscle for muscle in exercise.muscles if muscle.slug in set(muscles)]
    found = []
    for study in exercise.studies:
        findings = tuple(
            finding
            for finding in study.findings
            if not finding.option and any(_reads(finding, muscle) for muscle in muscles)
        )
        if findings:
            found.append((study, findings))
    return found


def _line(finding: Finding, name: EffectName, step: int, muscle: MuscleName) -> Line | None:
    """The finding as it speaks about the effect, or None if it speaks about something else."""
    reading = _reads(finding, muscle)
    if not reading or not finding.option:
        return None
    is_first = _names(finding, finding.option, name)
    if not is_first and not (finding.against and _names(finding, finding.against, name)):
        return None
    if finding.kind == "indirect":
        side = "indirect"
    else:
        wanted = "more" if (step > 0) == is_first else "less"
        side = "for" if finding.direction == wanted else "against"
    return Line(finding=finding, side=side, is_broad=reading == "broadly")


def _names(finding: Finding, option: str, name: EffectName) -> bool:
    """Whether the finding, at this option of its axis, is about the named effect's option or pair.

    A finding under a condition speaks about the pair of options alone, whichever of the two carries
    the effect; one without does not speak about a pair.
    """
    found = {(finding.axis, option)} | ({(finding.with_axis, finding.with_option)} - {("", "")})
    wanted = {(name.axis, name.option)} | ({(name.with_axis, name.with_option)} - {("", "")})
    return found == wanted


def _reads(finding: Finding, muscle: MuscleName) -> str:
    """Whether the finding read the muscle: "by name", "broadly" or not at all ("").

    A paper that names only the group counts for each of its muscles that is not deep; one that names
    the whole muscle counts for its heads.
    """
    if muscle.slug in finding.muscles:
        return "by name"
    if muscle.head_of and muscle.head_of in finding.muscles:
        return "broadly"
    if finding.group and finding.group == muscle.group.slug and not muscle.is_deep:
        return "broadly"
    return ""
