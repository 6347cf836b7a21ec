"""One muscle, study or term that was entered twice: one of the two takes the place of the other, everywhere.

What is merged keeps its row and its history, and its public address leads to what it is merged into.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import combinations

import msgspec
from django.core.exceptions import ValidationError
from django.db import transaction

from . import comparing, editing, publishing, renaming, site_version
from . import document as documents
from .checks import Problem
from .editing import SAVE
from .emphasis import join_words
from .models import AuditEntry, Exercise, Muscle, Publication, Study, Term
from .publishing import DRAFT, KINDS, Refused, Thing

Mergeable = Muscle | Study | Term

# What each of the two has for itself. Any other field of the kept one is filled from the other if empty.
OWN_FIELDS = {"slug", "name", "short_name", "aliases", "order", "group", "head_of", "is_retracted"}
OTHER_WAY = {"more": "less", "less": "more"}


class Changed(Exception):
    """What merging would do is no longer what somebody was shown; `plan` is how it is now."""

    def __init__(self, plan: "Plan"):
        super().__init__("Something has changed meanwhile.")
        self.plan = plan


class Entry(msgspec.Struct, frozen=True):
    """One draft that merging changes, with what happens to it, in sentences."""

    thing: Thing
    before: documents.Value
    after: documents.Value
    told: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.thing._meta.verbose_name

    @property
    def changes(self) -> tuple[comparing.Change, ...]:
        return comparing.compare(self.before, self.after)


class Plan(msgspec.Struct, frozen=True):
    """What merging would change, what stands against it, and what an editor should know."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """A fingerprint of all that would be done, from what to what."""
        whole = [[(entry.before, entry.after) for entry in self.entries], self.problems, self.warnings]
        return hashlib.sha256(msgspec.json.encode(whole)).hexdigest()


def plan(gone: Mergeable, kept: Mergeable) -> Plan:
    """What it takes for `kept` to stand wherever `gone` does. Writes nothing; reads every draft."""
    if problems := [*_cannot(gone, kept)]:
        return Plan(problems=tuple(problems))
    kind = KINDS[type(gone)]
    drafts = {thing: DRAFT[model](thing) for model in KINDS for thing in model.objects.order_by("pk")}
    after = {thing: renaming.rename(draft, kind, gone.slug, kept.slug) for thing, draft in drafts.items()}
    after[gone], joined = _joined(drafts[gone], drafts[kept])
    after[kept] = renaming.rename(joined, kind, gone.slug, kept.slug)
    # The one that goes first: a DOI has to be free before the other takes it.
    changed = sorted((t for t in drafts if after[t] != drafts[t]), key=lambda t: (t != gone, t != kept))
    return Plan(
        entries=tuple(
            Entry(thing, drafts[thing], after[thing], tuple(_told(thing, drafts, after[thing], gone, kept)))
            for thing in changed
        ),
        problems=tuple(_stands_against(gone, kept, drafts, after)),
        warnings=tuple(_to_know(gone, kept, drafts)),
    )


@transaction.atomic
def merge(gone: Mergeable, kept: Mergeable, by=None, seen: str | None = None) -> Plan:
    """Let `kept` take the place of `gone` in every draft, and the address of `gone` lead to it.

    Every draft is kept as it was and as it is then. `seen` is the fingerprint of the plan that the editor
    was shown. Raises Changed if it is another by now, and Refused for what stands against it; then
    nothing is written.
    """
    for model in KINDS:  # whoever saves or publishes meanwhile waits
        list(model.objects.select_for_update().order_by("pk").values_list("pk"))
    gone, kept = type(gone).objects.get(pk=gone.pk), type(kept).objects.get(pk=kept.pk)
    planned = plan(gone, kept)
    if seen is not None and planned.digest != seen:
        raise Changed(planned)
    if planned.problems:
        raise Refused([Problem("Merging", problem) for problem in planned.problems])
    written = []
    for entry in planned.entries:
        editing.keep_first(entry.thing)
        editing.keep(entry.thing, f"Before “{gone}” was merged into “{kept}”.", by)
        written.append(_save(entry))
        editing.keep(written[-1], f"“{gone}” merged into “{kept}”.", by)
    things = type(gone).objects
    things.filter(merged_into=gone).update(merged_into=kept)
    things.filter(pk=gone.pk).update(
        merged_into=kept, review_asked_at=None, review_asked_by=None, review_note=""
    )
    gone = things.get(pk=gone.pk)
    if publishing.live_publication(gone):
        publishing.withdraw(gone, f"It is told under “{kept}” now.", by)
    for planned_version in gone.publications.scheduled():
        publishing.cancel(planned_version)
    editing.keep_first(gone)
    editing.keep(gone, f"Merged into “{kept}”.", by, is_event=True)
    editing.note(AuditEntry.What.MERGED, by, gone, f"Into “{kept}”.")
    publishing.note_changes(written)
    site_version.note_change()  # the feed leaves it out, whether it was live or withdrawn already
    return planned


@transaction.atomic
def take_apart(gone: Mergeable, by=None) -> Mergeable:
    """Let what was merged stand by itself again, as a draft. What has moved stays with the other.

    Returns the other; raises Refused for a thing that is not merged.
    """
    gone = type(gone).objects.select_for_update().get(pk=gone.pk)
    kept = gone.merged_into
    if kept is None:
        raise Refused([Problem("Taking apart", f"“{gone}” is not merged into anything.")])
    gone.merged_into = None
    gone.save(update_fields=["merged_into"])
    editing.keep(gone, f"Taken apart from “{kept}”.", by, is_event=True)
    editing.note(AuditEntry.What.TAKEN_APART, by, gone, f"From “{kept}”.")
    site_version.note_change()
    return kept


def _save(entry: Entry) -> Thing:
    """Write the draft, and read it afresh."""
    things = type(entry.thing).objects
    try:
        SAVE[things.model](entry.after, things.get(pk=entry.thing.pk))
    except ValidationError as error:
        raise Refused([Problem(str(entry.thing), message) for message in error.messages]) from error
    return things.get(pk=entry.thing.pk)


def _joined(
    gone: documents.MuscleDocument | documents.StudyDocument | documents.TermDocument,
    kept: documents.MuscleDocument | documents.StudyDocument | documents.TermDocument,
) -> tuple:
    """What remains of the one, and the other with what it takes over."""
    takes = {
        field: getattr(gone, field)
        for field in comparing.FIELDS[type(kept)]
        if field not in OWN_FIELDS and not getattr(kept, field) and getattr(gone, field)
    }
    if not isinstance(kept, documents.StudyDocument):
        names = {name.casefold() for name in (kept.name, *kept.aliases)}
        new = [name for name in (gone.name, *gone.aliases) if name.casefold() not in names]
        return gone, msgspec.structs.replace(kept, **takes, aliases=(*kept.aliases, *dict.fromkeys(new)))
    moved = tuple(finding for finding in gone.findings if finding not in kept.findings)
    rest = msgspec.structs.replace(gone, findings=(), **({"doi": ""} if "doi" in takes else {}))
    return rest, msgspec.structs.replace(
        kept,
        **takes,
        findings=(*kept.findings, *moved),
        is_retracted=kept.is_retracted or gone.is_retracted,
    )


# What stands against it


def _cannot(gone: Mergeable, kept: Mergeable) -> Iterator[str]:
    """What is wrong with the choice of the two, whatever the drafts say."""
    if type(gone) is not type(kept) or not isinstance(gone, Mergeable):
        yield "Only two muscles, two studies or two terms can be merged with each other."
        return
    if gone.pk == kept.pk:
        yield f"“{gone}” cannot be merged into itself. Choose the other one."
        return
    if gone.merged_into:
        yield f"“{gone}” is merged into “{gone.merged_into}” already."
    if kept.merged_into:
        yield f"“{kept}” is merged into “{kept.merged_into}” itself. Choose that one."
    if isinstance(gone, Muscle):
        if gone.pk == kept.head_of_id or kept.pk == gone.head_of_id:
            head, whole = (kept, gone) if kept.head_of_id == gone.pk else (gone, kept)
            yield f"“{head}” is a head of “{whole}”. A head and its whole are two muscles, and stay two."
        elif kept.head_of and (heads := [str(head) for head in gone.heads.all()]):
            yield (
                f"“{gone}” has heads: {join_words(heads)}. “{kept}” is a head itself, and a head has none. "
                "Merge them the other way round."
            )


def _stands_against(gone: Mergeable, kept: Mergeable, drafts: dict, after: dict) -> Iterator[str]:
    """Where the drafts would contradict themselves, or readers come to nothing."""
    if isinstance(gone, Muscle):
        live = Publication.objects.live("exercise").filter(
            best_stances__muscle__in=[gone, *gone.merged.all()]
        )
        names = sorted({publication.name for publication in live})
        if names and not publishing.live_publication(kept):
            yield (
                f"Live pages involve “{gone}”: {join_words(names)}. Publish “{kept}” first, so that the "
                "old address leads to a page."
            )
        wholes, wholes_after = _wholes(drafts), _wholes(after)
    for thing, draft in drafts.items():
        if isinstance(thing, Study):
            known = _opposed(draft.findings)
            known |= _opposed(drafts[gone].findings) if thing == kept else set()
            for one, other in sorted(_opposed(after[thing].findings) - known):
                yield (
                    f"{thing}: “{one}” and “{other}” would be about the same, at the same load, and "
                    "contradict each other. Mend one of them first."
                )
        elif isinstance(thing, Exercise) and isinstance(gone, Muscle):
            yield from _different_steps(draft, gone, kept)
            new = _heads_with_wholes(after[thing], wholes_after) - _heads_with_wholes(draft, wholes)
            for head, whole in sorted(new):
                yield (
                    f"{thing}: it would involve “{whole}” and its head “{head}”, and an exercise involves "
                    "the whole or its heads. Take one of them out first."
                )


def _different_steps(draft: documents.ExerciseDocument, gone: Muscle, kept: Muscle) -> Iterator[str]:
    for where, one, other in _both_moved(draft, gone, kept):
        if one.step != other.step:
            yield (
                f"{draft.name}: {where} moves “{gone}” by {one.step:+d} and “{kept}” by {other.step:+d}. "
                "Decide which it is: change one of the steps, or take one of them out."
            )


def _both_moved(draft: documents.ExerciseDocument, gone: Muscle, kept: Muscle) -> Iterator[tuple]:
    """Each place where one option, or one pair of options, moves both: in words, and the two effects."""
    for axis in draft.axes:
        for option in axis.options:
            effects = {(e.muscle, e.with_axis, e.with_option): e for e in option.effects}
            for (muscle, *others), effect in effects.items():
                if muscle == gone.slug and (twin := effects.get((kept.slug, *others))):
                    pair = f" with {others[1]}" if others[1] else ""
                    yield f"“{axis.name}, {option.name}{pair}”", effect, twin


def _wholes(drafts: dict) -> dict[str, str]:
    return {draft.slug: draft.head_of for thing, draft in drafts.items() if isinstance(thing, Muscle)}


def _heads_with_wholes(draft: documents.ExerciseDocument, wholes: dict[str, str]) -> set[tuple[str, str]]:
    """Each head that it involves together with the whole muscle."""
    involved = {involvement.muscle for involvement in draft.involvements}
    return {(slug, wholes[slug]) for slug in involved if wholes.get(slug) in involved}


def _opposed(findings: Sequence[documents.Finding]) -> set[tuple[str, str]]:
    """The words of each two findings of which one says more where the other says less."""
    comparisons = [finding for finding in findings if finding.kind == "comparison"]
    return {
        (one.words, other.words)
        for one, other in combinations(comparisons, 2)
        if (set(one.muscles) & set(other.muscles) or (one.group and one.group == other.group))
        and _said_of(one) == _said_of(other)
        and {_way(one), _way(other)} == {"more", "less"}
    }


def _said_of(finding: documents.Finding) -> tuple:
    pair = frozenset((finding.option, finding.against))
    return finding.exercise, finding.axis, pair, finding.with_axis, finding.with_option, finding.load


def _way(finding: documents.Finding) -> str:
    """The direction, seen from the option that comes first by its slug."""
    if finding.option < finding.against:
        return finding.direction
    return OTHER_WAY.get(finding.direction, finding.direction)


# In words


def _to_know(gone: Mergeable, kept: Mergeable, drafts: dict) -> Iterator[str]:
    old, new = drafts[gone], drafts[kept]
    if publishing.live_publication(gone) and not publishing.live_publication(kept):
        yield (
            f"Readers do not see “{kept}”. Until it is published, those who come to “{gone}” read that it "
            "has been withdrawn."
        )
    for planned in gone.publications.scheduled():
        yield f"Version {planned.number} of “{gone}” is scheduled, and is cancelled."
    for field, what in (("doi", "DOIs"), ("pmid", "PMIDs")):
        mine, other = getattr(old, field, ""), getattr(new, field, "")
        if mine and other and mine != other:
            yield f"They have different {what}, {mine} and {other}. Are they the same study?"
    if getattr(old, "is_retracted", False) and not new.is_retracted:
        yield f"“{gone}” is marked as retracted, so “{kept}” will be."
    differing = [
        _inside_a_sentence(words)
        for field, words in comparing.FIELDS[type(new)].items()
        if field not in {*OWN_FIELDS, "doi", "pmid"} - {"group", "head_of"}
        and getattr(old, field)
        and getattr(new, field)
        and getattr(old, field) != getattr(new, field)
    ]
    if differing:
        yield (
            f"They differ in: {', '.join(differing)}. “{kept}” stays as it is there. What “{gone}” says "
            "can still be read in its form and its history."
        )


def _told(thing: Thing, drafts: dict, after, gone: Mergeable, kept: Mergeable) -> Iterator[str]:
    before = drafts[thing]
    if thing == gone:
        yield "Its findings go over, so it has none any more." if before.findings else "Its DOI goes over."
        return
    if thing == kept:
        yield from _told_of_kept(drafts[gone], before, after)
    elif isinstance(thing, Muscle) and before.head_of != after.head_of:
        yield f"It becomes a head of “{kept}”."
    elif isinstance(thing, Study) and isinstance(gone, Muscle):
        about = sum(gone.slug in finding.muscles for finding in before.findings)
        if about:
            yield f"{_number(about, 'finding')} about “{gone}” will be about “{kept}”."
        if twice := len(before.findings) - len(after.findings):
            yield f"{_number(twice, 'finding')} would stand there twice, word for word, and stays once."
    elif isinstance(thing, Exercise) and isinstance(gone, Muscle):
        yield from _told_of_exercise(before, gone, kept)
    if links := renaming.count_links(before, KINDS[type(gone)], gone.slug):
        yield f"{_number(links, 'link')} in its texts will lead to “{kept}”."


def _told_of_kept(gone, before, after) -> Iterator[str]:
    names = [name for name in getattr(after, "aliases", ()) if name not in before.aliases]
    if names:
        yield f"It gets further names: {', '.join(names)}."
    takes = [
        _inside_a_sentence(words)
        for field, words in comparing.FIELDS[type(after)].items()
        if field not in OWN_FIELDS and not getattr(before, field) and getattr(after, field)
    ]
    if takes:
        yield f"It takes over what it did not say itself: {', '.join(takes)}."
    if findings := getattr(gone, "findings", ()):
        moved = len(after.findings) - len(before.findings)
        if moved:
            yield f"{_number(moved, 'finding')} will be its own."
        if dropped := [finding for finding in findings if finding in before.findings]:
            words = "; ".join(f"“{finding.words}”" for finding in dropped)
            yield f"It has this already, word for word, so it stays once: {words}."


def _told_of_exercise(before: documents.ExerciseDocument, gone: Muscle, kept: Muscle) -> Iterator[str]:
    lines = {involvement.muscle: involvement for involvement in before.involvements}
    if (line := lines.get(gone.slug)) and (other := lines.get(kept.slug)):
        yield (
            f"It involves both. The line of “{kept}” stays: {_line(other)} The line of “{gone}” is "
            f"dropped: {_line(line)}"
        )
    elif line:
        yield f"It will involve “{kept}” in the place of “{gone}”: {_line(line)}"
    twins = list(_both_moved(before, gone, kept))
    effects = [e for axis in before.axes for option in axis.options for e in option.effects]
    if moved := sum(effect.muscle == gone.slug for effect in effects) - len(twins):
        yield f"{_number(moved, 'step')} of “{gone}” will be of “{kept}”."
    for where, effect, _ in twins:
        yield (
            f"{where} moves both by {effect.step:+d}. The reason of “{kept}” stays, that of “{gone}” is "
            f"dropped: “{effect.reason}”"
        )
    claims = sum(
        gone.slug in {*claim.muscles, *(effect.muscle for effect in claim.effects)} for claim in before.claims
    )
    if claims:
        yield f"{_number(claims, 'claim')} will rest on “{kept}”."


def _line(involvement: documents.Involvement) -> str:
    words = f", “{involvement.summary.rstrip('.')}.”" if involvement.summary else "."
    return f"{involvement.role}, baseline {involvement.baseline}, floor {involvement.floor}{words}"


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _inside_a_sentence(words: str) -> str:
    return words if words.isupper() else words.lower()
