"""What stands against publishing a draft, and what staff should know. Pure: values in, problems out."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from math import prod

import msgspec

from . import document as documents
from . import emphasis, markdown, readability
from .emphasis import join_words
from .freezing import Surroundings, texts_of
from .models.stance import RESERVED_AXIS_SLUGS

# Words that speak of a measurement, and those that say that there was none.
MEASURED = re.compile(r"\b(stud(y|ies)|measured|per cent|trial)\b|%", re.IGNORECASE)
NOT_MEASURED = re.compile(r"\b(no|not|never|nor|nobody|none|untested|without)\b", re.IGNORECASE)

# The licences that ask for the author's name.
NAMES_AUTHOR = {"cc-by-4.0", "cc-by-sa-4.0", "permission"}


class Problem(msgspec.Struct, frozen=True):
    """Something that stands against publishing (an error) or that staff should know (a warning)."""

    where: str
    what: str
    is_error: bool = True


def check_muscle(draft: documents.MuscleDocument, around: Surroundings) -> list[Problem]:
    problems = []
    where = f"Muscle “{draft.name}”"
    if not draft.location:
        problems.append(Problem(where, "Say where it lies: this text is empty."))
    if not draft.function:
        problems.append(Problem(where, "Say what it does: this text is empty."))
    if not draft.actions:
        problems.append(Problem(where, "Choose what it does at which joint: no joint action is chosen."))
    if not draft.region:
        problems.append(Problem(where, "No region of the map shows it.", is_error=False))
    if draft.head_of and draft.head_of not in around.muscles:
        problems.append(Problem(where, f"It is a head of “{draft.head_of}”, which is not published."))
    for _, text in texts_of(draft):
        problems += _check_links(where, text, around) + _check_style(where, text)
    return problems


def check_term(draft: documents.TermDocument, around: Surroundings) -> list[Problem]:
    problems = []
    where = f"Term “{draft.name}”"
    if not draft.definition:
        problems.append(Problem(where, "Say what it means: the definition is empty."))
    if markdown.links(draft.definition):
        what = "Its definition is plain text, in which readers see [[...]] as it stands. Write it in words."
        problems.append(Problem(where, what))
    names = {name.casefold() for name in (draft.name, *draft.aliases)}
    for other in around.terms.values():
        if other.slug != draft.slug and other.name.casefold() in names:
            what = f"The glossary explains “{other.name}” already, at “{other.slug}”. Is it the same?"
            problems.append(Problem(where, what, is_error=False))
    return problems + _check_style(where, draft.definition)


def check_study(
    draft: documents.StudyDocument, around: Surroundings, involved: Mapping[str, set[str]]
) -> list[Problem]:
    """`involved` has, by the slug of each exercise that the findings speak about, the slugs of the
    muscles that it involves."""
    problems = []
    for name, what in (("summary", "what it found"), ("participants", "who was measured")):
        if not getattr(draft, name):
            problems.append(Problem("Study", f"Say {what}: this field is empty."))
    if not draft.authors:
        problems.append(Problem("Authors", "None is named. Is none known?", is_error=False))
    if not draft.basis:
        what = "Say what of it was read for this site: readers want to know."
        problems.append(Problem("What of it was read", what, is_error=False))
    for finding in draft.findings:
        problems += _check_finding(finding, around, involved.get(finding.exercise, set()))
    return problems


def _check_finding(finding: documents.Finding, around: Surroundings, involved: set[str]) -> list[Problem]:
    problems = []
    where = f"Finding “{finding.words}”"
    if not finding.muscles and not finding.group:
        problems.append(Problem(where, "It names no muscle and no group. Choose what was read."))
    if finding.muscles and finding.group:
        problems.append(
            Problem(where, "It names muscles and a group. Keep one: the muscles, if they are known.")
        )
    for slug in finding.muscles:
        muscle = around.muscles.get(slug)
        if not muscle:
            problems.append(Problem(where, f"“{slug}” is not published. Publish it first."))
        elif not is_involved(slug, involved, around):
            known = join_words(sorted(involved)) or "none yet"
            what = f"The {finding.exercise} does not involve “{slug}”. It involves: {known}."
            problems.append(Problem(where, what))
    return problems


def is_involved(slug: str, involved: set[str], around: Surroundings) -> bool:
    """Whether an exercise with these muscles involves this one, its whole or one of its heads."""
    family = {slug, around.muscles[slug].head_of} | {
        other.slug for other in around.muscles.values() if other.head_of == slug
    }
    return bool(family & involved)


def check_exercise(draft: documents.ExerciseDocument, around: Surroundings) -> list[Problem]:
    """Everything that rows cannot refuse by themselves, since it spans them."""
    problems = []

    def error(where, what):
        problems.append(Problem(where, what))

    def warning(where, what):
        problems.append(Problem(where, what, is_error=False))

    if not draft.answer:
        error("Answer", "Write the paragraph that stands at the top of the page.")
    if not draft.sections:
        error("Sections", "An article needs at least one section.")
    for section in draft.sections:
        if not section.body:
            error(f"Section “{section.heading}”", "It has no text. Write some, or delete the section.")
        problems += _check_picture(section, around)
    for where, text in texts_of(draft):
        problems += _check_links(where, text, around)
        problems += _check_citations(where, text) + _check_style(where, text)
    for cue in draft.cues:
        if not cue.why:
            warning(f"Form cue “{cue.do}”", "It does not say why.")
    for claim in draft.claims:
        where = f"Claim “{claim.statement}”"
        if not claim.verdict:
            error(where, "It has no verdict. Say in two sentences what the studies make of it.")
        if not claim.effects and not claim.muscles:
            error(where, "It rests on nothing. Choose the effects, or the muscles, that it is about.")
    if draft.review_due and draft.review_due < date.today().isoformat():
        warning("Review", f"It was due on {draft.review_due}. Check the facts and set the next date.")
    if draft.caution and not draft.caution_source:
        warning("Caution", "It does not say where it comes from, and how sure one can be.")

    involved = [involvement.muscle for involvement in draft.involvements]
    if not involved:
        error("Muscles", "No muscle is involved. Add at least one.")
    for slug in involved:
        if slug not in around.muscles:
            error("Muscles", f"“{slug}” is not published. Publish it first, or along with this.")
        elif (whole := around.muscles[slug].head_of) in involved:
            error("Muscles", f"“{slug}” is a head of “{whole}”. Involve the whole or its heads, not both.")

    if not draft.axes:
        error("Stance axes", "Nothing can be chosen. Add an axis with at least two options.")
    for axis in draft.axes:
        problems += _check_axis(axis, draft, set(involved))
    stances = prod(len(axis.options) for axis in draft.axes)
    if stances > emphasis.MOST_STANCES:
        error("Stance axes", f"They make {stances} stances. The most is {emphasis.MOST_STANCES}: use fewer.")
    return problems


def _check_picture(section: documents.Section, around: Surroundings) -> list[Problem]:
    where = f"Section “{section.heading}”"
    if not section.picture:
        what = "It has the caption of a picture, and no picture. Choose one, or empty the caption."
        return [Problem(where, what, is_error=False)] if section.caption else []
    picture = around.pictures.get(section.picture)
    if picture is None:
        return [Problem(where, f"The picture “{section.picture}” does not exist. Choose another, or none.")]
    problems = []
    where = f"{where}, picture “{picture.slug}”"
    if not picture.alt and not picture.is_decorative:
        what = "It has no alternative text. Say what it shows, or mark it as decorative."
        problems.append(Problem(where, what))
    if not picture.licence:
        problems.append(Problem(where, "It has no licence. Say what allows us to show it."))
    elif not picture.author and picture.licence in NAMES_AUTHOR:
        problems.append(Problem(where, f"Its author is not named. “{picture.licence_name}” asks for that."))
    return problems


def _check_axis(
    axis: documents.StanceAxis, draft: documents.ExerciseDocument, involved: set[str]
) -> list[Problem]:
    problems = []
    where = f"Axis “{axis.name}”"
    if axis.slug in RESERVED_AXIS_SLUGS:
        problems.append(Problem(where, f"Its slug “{axis.slug}” is taken by the site itself."))
    if len(axis.options) < 2:
        problems.append(Problem(where, "It needs at least two options, or there is nothing to choose."))
    if not any(option.is_neutral for option in axis.options):
        problems.append(Problem(where, "No option is neutral. Mark the one that readers start from."))
    options = {(other.slug, option.slug) for other in draft.axes for option in other.options}
    pushes = Counter()
    for option in axis.options:
        where = f"Axis “{axis.name}”, option “{option.name}”"
        if option.caution and not option.caution_source:
            what = "Its caution does not say where it comes from, and how sure one can be."
            problems.append(Problem(where, what, is_error=False))
        if option.is_neutral and option.effects:
            problems.append(Problem(where, "It is neutral, so it cannot have effects. Delete them."))
        for effect in option.effects:
            what = f"Its effect on “{effect.muscle}”"
            if not effect.reason:
                problems.append(Problem(where, f"{what} has no reason. Say why it happens."))
            if effect.muscle not in involved:
                problems.append(
                    Problem(where, f"{what} has no baseline to start from. Involve the muscle first.")
                )
            if effect.with_axis and (
                effect.with_axis == axis.slug or (effect.with_axis, effect.with_option) not in options
            ):
                problems.append(Problem(where, f"{what} counts only with an option that no other axis has."))
            if not effect.with_axis:
                pushes[effect.muscle, effect.step > 0] += 1
    for (muscle, is_up), count in pushes.items():
        if count > 1:
            way = "up" if is_up else "down"
            problems.append(
                Problem(
                    f"Axis “{axis.name}”",
                    f"{count} of its options move “{muscle}” {way}. Is one of them the wrong way round?",
                    is_error=False,
                )
            )
    return problems


def reading_ease(draft) -> int | None:
    """How easy the draft's longer texts are to read, 0 to 100: see readability.py."""
    texts = [text for _, text in texts_of(draft)]
    if isinstance(draft, documents.ExerciseDocument):
        texts.append(draft.answer)
    elif isinstance(draft, documents.StudyDocument):
        texts = [draft.summary, draft.conditions, draft.limits]
    elif isinstance(draft, documents.TermDocument):
        texts = [draft.definition]
    return readability.reading_ease(
        "\n".join(words for text in texts for words, _ in markdown.paragraphs(text))
    )


def links_by_line(text: str, around: Surroundings) -> list[tuple[int, str]]:
    """What is wrong with the links of a text, each with the number of its line, from 1."""
    return [
        (number, problem.what)
        for number, line in enumerate(text.splitlines(), 1)
        for problem in _check_links("", line, around)
    ]


def _check_style(where: str, text: str) -> list[Problem]:
    """Warn of what makes a text hard to read or to find one's way in."""
    long = [s for words, _ in markdown.paragraphs(text) for s in readability.long_sentences(words)]
    problems = [
        Problem(
            where,
            f"“{sentence[:80]}…” is longer than {readability.LONG_SENTENCE} words. Can it be two sentences?",
            is_error=False,
        )
        for sentence in long
    ]
    problems += [
        Problem(
            where,
            f"The heading “{heading}” skips a level. Use one # more than the one above.",
            is_error=False,
        )
        for heading in markdown.skipped_headings(text)
    ]
    return problems


def _check_citations(where: str, text: str) -> list[Problem]:
    """Warn of paragraphs that speak of a measurement and cite no study."""
    return [
        Problem(
            where,
            f"“{words[:80]}…” speaks of something measured and cites no study. "
            "Add the reference, [[study:…]], or say that it was not measured.",
            is_error=False,
        )
        for words, has_citation in markdown.paragraphs(text)
        if not has_citation and MEASURED.search(words) and not NOT_MEASURED.search(words)
    ]


def _check_links(where: str, text: str, around: Surroundings) -> list[Problem]:
    known = {"muscle": around.muscles, "study": around.studies, "term": around.terms}
    problems = []
    for kind, slug in markdown.links(text):
        if kind not in known:
            kinds = ", ".join(known)
            problems.append(Problem(where, f"[[{kind}:{slug}]]: there is no “{kind}” to link. Use: {kinds}."))
        elif slug not in known[kind]:
            what = f"[[{kind}:{slug}]] links to a {kind} that does not exist or is not published."
            problems.append(Problem(where, what))
    if markdown.has_broken_link(text):
        what = "Some [[...]] is not written as a link, and readers see its brackets. Write [[muscle:soleus]]."
        problems.append(Problem(where, what, is_error=False))
    return problems
