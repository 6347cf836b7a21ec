"""From drafts to what readers see.

Every change that a reader can notice comes through `publish`, as a new row of Publication.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from . import certainty, checks, drafts, emphasis, indexing, metrics, renaming, site_version
from . import document as documents
from .checks import Problem
from .freezing import (
    Surroundings,
    freeze_exercise,
    freeze_muscle,
    freeze_study,
    freeze_term,
    linked,
    surroundings,
)
from .models import EvidenceUse, Exercise, Involvement, Muscle, Publication, StanceEffect, Study, Term
from .models.publication import digest_of

Thing = Exercise | Muscle | Study | Term

# In the order in which they are published together: each needs those before it.
KINDS = {
    Term: Publication.Kind.TERM,
    Muscle: Publication.Kind.MUSCLE,
    Study: Publication.Kind.STUDY,
    Exercise: Publication.Kind.EXERCISE,
}
DRAFT = {
    Term: drafts.term_draft,
    Muscle: drafts.muscle_draft,
    Study: drafts.study_draft,
    Exercise: drafts.exercise_draft,
}
FREEZE = {"term": freeze_term, "muscle": freeze_muscle, "study": freeze_study, "exercise": freeze_exercise}


class Refused(Exception):
    """Publishing was refused; `problems` has every error, and the warnings beside them."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__("\n".join(f"{p.where}: {p.what}" for p in problems if p.is_error))
        self.problems = tuple(problems)


class GradeChange(msgspec.Struct, frozen=True):
    """A grade that would be another one. `before` is "" for an effect that was not graded."""

    exercise: str
    effect: str
    before: str
    after: str


def preview(thing: Thing):
    """The document that publishing now would make, things that it needs and that have no publication
    as their drafts have them. Writes nothing."""
    drafted = _drafts_of(with_needed(thing))
    return freeze(thing, surroundings(along=drafted.values()), drafted[thing])


def _drafts_of(things: Iterable[Thing]) -> dict[Thing, documents.AnyDocument]:
    return {thing: DRAFT[type(thing)](thing) for thing in things}


def freeze(thing: Thing, around: Surroundings, draft: documents.AnyDocument | None = None):
    """The thing's document, of the draft if one is given, else of its rows."""
    return FREEZE[KINDS[type(thing)]](draft or DRAFT[type(thing)](thing), around)


def needed(thing: Thing) -> list[Muscle | Study | Term]:
    """What has to be published before the thing can be, or along with it: what it names or its texts link,
    and what that needs in turn, if readers cannot see it yet, and studies whose publication speaks of an
    exercise's options by names that they no longer have. In the order of KINDS."""
    found = []
    waiting = [thing]
    while waiting:
        new = [other for other in _needed_by(waiting.pop()) if other not in found and other != thing]
        found += new
        waiting += new
    return sorted(found, key=lambda other: list(KINDS).index(type(other)))


def _needed_by(thing: Thing) -> list[Muscle | Study | Term]:
    """Those that the thing itself needs."""
    if isinstance(thing, Term):
        return []
    draft = DRAFT[type(thing)](thing)
    named = {
        model: _unpublished(model.objects.filter(slug__in=slugs), kind)
        for model, kind in ((Term, "term"), (Muscle, "muscle"), (Study, "study"))
        if (slugs := _named_in(draft, kind))
    }
    along = [other for things in named.values() for other in things]
    if isinstance(thing, Exercise):
        speaking = _unpublished(Study.objects.filter(findings__exercise=thing), "study")
        stale = Study.objects.filter(pk__in=_stale_studies(thing, draft))
        along += [study for study in (*speaking, *stale) if study not in along]
    return along


def _named_in(draft: documents.AnyDocument, kind: str) -> set[str]:
    """The slugs of the things of a kind that readers have to see for the draft to be published."""
    slugs = linked(draft, kind)
    if kind == "muscle" and isinstance(draft, documents.ExerciseDocument):
        slugs |= {involvement.muscle for involvement in draft.involvements}
    elif kind == "muscle" and isinstance(draft, documents.MuscleDocument):
        slugs |= {draft.head_of} - {""}
    elif kind == "muscle" and isinstance(draft, documents.StudyDocument):
        slugs |= {slug for finding in draft.findings for slug in finding.muscles}
    return slugs


def with_needed(thing: Thing) -> list[Thing]:
    """The thing, and before it what it needs: what `check` and `publish` take where nobody has chosen."""
    return [*needed(thing), thing]


def needed_muscles(exercise: Exercise) -> QuerySet:
    """The muscles that the exercise involves and that readers cannot see yet. Two queries at the most."""
    muscles = _unpublished(Muscle.objects.filter(involvements__exercise=exercise), "muscle")
    return muscles.select_related("group", "head_of").prefetch_related("actions")


def _unpublished(things, kind: str):
    live = Publication.objects.live(kind).values(kind)
    return things.filter(merged_into=None).exclude(pk__in=live).distinct()


def _stale_studies(exercise: Exercise, draft: documents.ExerciseDocument) -> list[int]:
    """The keys of the published studies with a finding about the exercise under an address, an axis or
    an option that its draft does not have."""
    addresses = {exercise.slug, *exercise.publications.values_list("slug", flat=True)}
    options = {(axis.slug, option.slug) for axis in draft.axes for option in axis.options}
    return [
        publication.study_id
        for publication in Publication.objects.live("study")
        if any(
            finding.exercise in addresses
            and (finding.exercise != exercise.slug or not options_of(finding) <= options)
            for finding in publication.content.findings
        )
    ]


def options_of(finding: documents.Finding) -> set[tuple[str, str]]:
    """The axis and option, by their slugs, of each option that the finding names."""
    named = {
        (finding.axis, finding.option),
        (finding.axis, finding.against),
        (finding.with_axis, finding.with_option),
    }
    return {(axis, option) for axis, option in named if option}


def check(things: Sequence[Thing]) -> list[Problem]:
    """What stands against publishing these together, and what staff should know."""
    return [problem for _, problem in check_each(things)]


def check_each(things: Sequence[Thing]) -> list[tuple[Thing, Problem]]:
    """The same, each problem with the thing whose it is."""
    drafted = _drafts_of(things)
    return _check(drafted, surroundings(along=drafted.values()))


def _check(
    drafted: Mapping[Thing, documents.AnyDocument], around: Surroundings
) -> list[tuple[Thing, Problem]]:
    found = []
    for thing, draft in drafted.items():
        problems = []
        if isinstance(thing, Term):
            problems += checks.check_term(draft, around)
        elif isinstance(thing, Muscle):
            problems += checks.check_muscle(draft, around)
        elif isinstance(thing, Study):
            problems += checks.check_study(draft, around, involved_muscles(draft))
        else:
            problems += checks.check_exercise(draft, around)
            problems += _check_old_links(draft, live_publication(thing))
            along = [other.pk for other in drafted if isinstance(other, Study)]
            stale = Study.objects.filter(pk__in=_stale_studies(thing, draft)).exclude(pk__in=along)
            problems += [
                Problem(
                    "Studies", f"“{study}” speaks of options by their old names. Publish it along with this."
                )
                for study in stale
            ]
        if getattr(thing, "merged_into", None):
            what = f"It is merged into “{thing.merged_into}”, and readers are led there. Take it apart first."
            problems.append(Problem("Merged", what))
        if _other_live(thing).exists():
            problems.append(
                Problem("Slug", f"Readers see something else at “{thing.slug}” still. Choose another slug.")
            )
        found += [(thing, problem) for problem in problems]
    return found


def involved_muscles(study: documents.StudyDocument) -> dict[str, set[str]]:
    """The muscles that each exercise of the study's findings involves, by slug. One query."""
    involved: dict[str, set[str]] = {}
    rows = Involvement.objects.filter(exercise__slug__in={finding.exercise for finding in study.findings})
    for exercise, muscle in rows.values_list("exercise__slug", "muscle__slug"):
        involved.setdefault(exercise, set()).add(muscle)
    return involved


def _check_old_links(draft: documents.ExerciseDocument, live: Publication | None) -> list[Problem]:
    """Warn of stances that readers have links to and that the draft no longer has."""
    kept = {(axis.slug, option.slug) for axis in draft.axes for option in axis.options}
    return [
        Problem(
            f"Axis “{axis.name}”",
            f"Option “{option.name}” is gone or has another slug. Links to "
            f"?{axis.slug}={option.slug} will stop working.",
            is_error=False,
        )
        for axis in (live.content.axes if live else ())
        for option in axis.options
        if (axis.slug, option.slug) not in kept
    ]


# What becomes of publications that are scheduled already when a thing is published again.
KEEP, CANCEL, RENEW = "keep", "cancel", "renew"


@transaction.atomic
def publish(
    things: Sequence[Thing], note: str, by=None, live_from: datetime | None = None, scheduled: str = KEEP
) -> list[Publication]:
    """Make the drafts of these what readers see, from now or from `live_from` on: all of them or none.

    `note` says to readers what changed; `by` is the user. `scheduled` says what becomes of what was
    scheduled before for the same things: it stays (KEEP), is cancelled (CANCEL), or is made anew from the
    drafts as they are now, for the same time (RENEW). Raises Refused, and writes nothing, if a check
    finds an error.
    """
    # Whoever publishes the same thing at the same time waits here, and then gets the next number.
    # The rows are read anew: what the caller holds may be older than what somebody has saved since.
    things = [type(thing).objects.select_for_update().get(pk=thing.pk) for thing in things]
    things.sort(key=lambda thing: list(KINDS).index(type(thing)))
    drafted = _drafts_of(things)
    around = surroundings(along=drafted.values())
    problems = [problem for _, problem in _check(drafted, around)]
    if any(problem.is_error for problem in problems):
        raise Refused(problems)
    copied = _copied_of(things)
    written = []
    for thing, draft in drafted.items():
        document = freeze(thing, around, draft)
        for planned in thing.publications.scheduled() if scheduled != KEEP else ():
            cancel(planned)
            if scheduled == RENEW:
                _write(thing, document, planned.note, by, live_from=planned.live_from)
        written.append(_write(thing, document, note, by, live_from=live_from))
        marks = {"review_asked_at": None, "review_asked_by": None, "review_note": ""}
        if live_from is None:
            marks["has_changes"] = False  # its draft is what readers see now
        type(thing).objects.filter(pk=thing.pk).update(**marks)
    now_copied = _copied_of(things)
    copying = _copying([thing for thing in now_copied if copied[thing] != now_copied[thing]])
    others = [thing for thing in copying if thing not in drafted]
    note_changes([*things, *others] if live_from else others)
    return written


@transaction.atomic
def refresh(publication: Publication, note: str, by=None) -> Publication:
    """Publish a live document anew with what it copies of others as that is published now.

    The thing's draft does not come along.
    """
    thing = publication.thing
    type(thing).objects.select_for_update().get(pk=thing.pk)
    written = _write(thing, _made_anew(publication, surroundings()), note, by)
    note_changes([thing])
    return written


@transaction.atomic
def withdraw(thing: Thing, reason: str, by=None) -> Publication:
    """Take the page from view. Readers who come to it see the reason, or are led to what it is merged into;
    its versions keep their addresses.

    Raises Refused for a thing that is not live, and for a muscle that live exercises involve and whose
    address would not lead to another.
    """
    thing = type(thing).objects.select_for_update().get(pk=thing.pk)
    live = live_publication(thing)
    if live is None:
        raise Refused([Problem("Withdrawing", f"Readers do not see “{thing}” as it is.")])
    if isinstance(thing, Muscle):
        muscles = [thing, *thing.merged.all()]  # old links to those come here
        exercises = Publication.objects.live("exercise").filter(best_stances__muscle__in=muscles)
        leads_on = thing.merged_into and live_publication(thing.merged_into)
        if not leads_on and (names := [publication.name for publication in exercises.distinct()]):
            what = f"Live exercises involve it: {emphasis.join_words(names)}. Withdraw or change those first."
            raise Refused([Problem("Withdrawing", what)])
    for planned in thing.publications.scheduled():
        cancel(planned)
    written = _write(thing, live.content, reason, by, withdrawn_because=reason)
    note_changes([thing, *_copying([thing])])
    return written


@transaction.atomic
def cancel(publication: Publication) -> None:
    """Take back what was scheduled. Raises ValueError if its time has come: withdraw it then."""
    if publication.live_from <= timezone.now():
        raise ValueError(f"{publication} is out already. It can be withdrawn, not cancelled.")
    publication.cancelled_at = timezone.now()
    publication.save(update_fields=["cancelled_at"])
    site_version.note_change(is_everywhere=False)


def note_changes(things: Iterable[Thing]) -> None:
    """Bring the things' flag `has_changes` up to date. To be called when they, or what they copy, have
    been saved or published. A thing that is not live has no changes: all of it is new."""
    things = list(things)
    if not things:
        return
    around = surroundings()
    live = _live_of(things)
    for thing in things:
        thing.has_changes = thing in live and live[thing].content != freeze(thing, around)
    for model, has_changes in product(KINDS, (True, False)):
        marked = [thing.pk for thing in things if type(thing) is model and thing.has_changes == has_changes]
        if marked:
            model.objects.filter(pk__in=marked).update(has_changes=has_changes)


def _live_of(things: Iterable[Thing]) -> dict[Thing, Publication]:
    """The live publication of each of the things that has one. A query for each kind."""
    found = {}
    for model, kind in KINDS.items():
        those = {thing.pk: thing for thing in things if type(thing) is model}
        if those:
            live = Publication.objects.filter(**{f"{kind}__in": those}).live(kind)
            found |= {those[getattr(publication, f"{kind}_id")]: publication for publication in live}
    return found


def _copied_of(things: Iterable[Thing]) -> dict[Thing, object]:
    """What the documents of others can copy of each, as it is live: of a muscle little more than its
    names. Without exercises, of which they copy nothing."""
    part = {Muscle: lambda content: content.as_name, Term: lambda content: content.as_copy}
    part |= {Study: lambda content: content}
    things = [thing for thing in things if type(thing) in part]
    live = _live_of(things)
    return {thing: part[type(thing)](live[thing].content) if thing in live else None for thing in things}


def _copying(things: Iterable[Thing]) -> list[Thing]:
    """All other live things whose documents, or drafts, may copy something of these."""
    muscles = [thing for thing in things if isinstance(thing, Muscle)]
    studies = [thing for thing in things if isinstance(thing, Study)]
    named = [*muscles, *(thing for thing in things if isinstance(thing, Term))]
    copying = Publication.objects.none()
    if named:
        copying |= _naming(named)
    if studies:
        resting = EvidenceUse.objects.filter(study__in=studies).values("publication")
        copying |= Publication.objects.live().filter(pk__in=resting)
    live = copying.defer("document").select_related(*KINDS.values())
    touched = dict.fromkeys(publication.thing for publication in live)
    # What the draft of an exercise left out, since readers could not see it.
    left_out = Q(involvements__muscle__in=muscles) | Q(findings__study__in=studies)
    touched |= dict.fromkeys(Exercise.objects.filter(left_out).distinct())
    return list(touched)


def _naming(things: Iterable[Muscle | Study | Term]) -> QuerySet:
    """The live publications with the slug of one of these somewhere in their documents, in a list, a copy
    or a link, and those that would come to copy it: the exercises that a study speaks about, and the
    studies that speak about a muscle's group. One query looks through every live document."""
    named = Q()
    for thing in things:
        for slug in {thing.slug, *thing.publications.values_list("slug", flat=True)}:
            # Only texts name terms, whose slugs are words that stand anywhere.
            named |= Q(document__contains=f"[[term:{slug}" if isinstance(thing, Term) else slug)
            named |= Q(document__contains=f"/glossary/{slug}") if isinstance(thing, Term) else Q()
        if isinstance(thing, Study):
            named |= Q(exercise__in=Exercise.objects.filter(findings__study=thing))
        elif isinstance(thing, Muscle):
            named |= Q(kind=Publication.Kind.STUDY, document__contains=thing.group.slug)
    return Publication.objects.live().filter(named)


def behind(live: QuerySet | None = None) -> list[Publication]:
    """Those of the live publications, of all without `live`, that copy something which has been published
    differently since. Makes each document anew: for the admin, not for readers.
    """
    around = surroundings()
    live = Publication.objects.live() if live is None else live
    live = live.select_related(*KINDS.values())
    return [publication for publication in live if _made_anew(publication, around) != publication.content]


def behind_on(thing: Muscle | Study | Term) -> list[Publication]:
    """Those that are behind and may be so because of the thing."""
    return behind(_naming([thing]))


def has_unpublished_changes(thing: Thing) -> bool:
    """Whether publishing now would change what readers see."""
    live = live_publication(thing)
    return live is None or live.content != freeze(thing, surroundings())


def live_publication(thing: Thing) -> Publication | None:
    return thing.publications.live(KINDS[type(thing)]).first()


def live_uses(study: Study | int) -> QuerySet:
    """The index rows of what rests on the study in live pages, in the order of the pages. One query."""
    live = Publication.objects.live("exercise", "muscle").filter(evidence_uses__study=study).values("pk")
    uses = EvidenceUse.objects.filter(study=study, publication__in=live).select_related("publication")
    order = "publication__kind", "publication__order", "publication__name", "pk"
    return uses.defer("publication__document").order_by(*order)


def live_pages_with(term: Term | int) -> QuerySet:
    """The live publications whose texts link the term, without their documents. One query."""
    pages = Publication.objects.live("exercise", "muscle").filter(term_uses__term=term)
    return pages.defer("document").order_by("kind", "order", "name")


def grade_changes(study: documents.StudyDocument) -> list[GradeChange]:
    """The grades that would change if the study were published as given, and then each exercise that it
    speaks about or spoke about. An exercise that is not published counts as its draft has it."""
    around = surroundings()
    with_study = msgspec.structs.replace(around, studies={**around.studies, study.slug: study})
    touched = {finding.exercise for finding in study.findings}
    if study.slug in around.studies:
        touched |= {finding.exercise for finding in around.studies[study.slug].findings}
    changes = []
    for exercise in Exercise.objects.filter(slug__in=touched):
        live = live_publication(exercise)
        document = live.content if live else drafts.exercise_draft(exercise)
        document = renaming.follow(document, around.merged)
        before = freeze_exercise(document, around)
        after = certainty.named_effects(freeze_exercise(document, with_study))
        for name, effect in certainty.named_effects(before).items():
            if effect.certainty != after[name].certainty:
                words = emphasis.effect_words(before, name, effect.step)
                changes.append(GradeChange(exercise.name, words, effect.certainty, after[name].certainty))
    return changes


def evidence_now(effect: StanceEffect, around: Surroundings) -> certainty.Evidence | None:
    """What the studies in `around` say of an effect as its row has it; None if its muscle is not among
    those in `around`."""
    muscle = around.muscles.get(effect.muscle.slug)
    exercise = effect.option.axis.exercise.slug
    studies = [study.as_copy(exercise) for study in around.studies.values()]
    return muscle and certainty.evidence_on(drafts.effect_name(effect), effect.step, muscle, studies)


def _made_anew(publication: Publication, around: Surroundings):
    return FREEZE[publication.kind](renaming.follow(publication.content, around.merged), around)


def _write(
    thing: Thing, document, note: str, by, live_from: datetime | None = None, withdrawn_because: str = ""
) -> Publication:
    kind = KINDS[type(thing)]
    last = thing.publications.order_by("-number").first()
    now = timezone.now()
    text = documents.to_json(document)
    documents.from_json(text, type(document))  # what could not be read back must not be written
    publication = Publication.objects.create(
        **{kind: thing},
        kind=kind,
        number=last.number + 1 if last else 1,
        document=text,
        digest=digest_of(text),
        note=note,
        published_by=by,
        published_at=now,
        live_from=live_from or now,
        withdrawn_because=withdrawn_because,
        slug=document.slug,
        **indexing.list_fields(document),
    )
    if not withdrawn_because:
        indexing.write(publication, document)
    site_version.note_change(is_everywhere=False)
    transaction.on_commit(metrics.PUBLICATIONS.labels(kind).inc)
    return publication


def _other_live(thing: Thing):
    """Live publications of other things of its kind at the address that its draft wants."""
    kind = KINDS[type(thing)]
    return Publication.objects.live(kind).filter(slug=thing.slug).exclude(**{kind: thing})
