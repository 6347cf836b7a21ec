"""The index rows that are written with a publication, for the pages that span documents.

Lists, muscle pages, study pages and the search read these, in bounded queries, and never all documents.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable

from . import certainty, emphasis, markdown, searching
from . import document as documents
from .models import (
    BestStance,
    EvidenceUse,
    Exercise,
    Muscle,
    Publication,
    SearchEntry,
    Study,
    StudyEntry,
    Term,
    TermUse,
)

Side = EvidenceUse.Side


def list_fields(document) -> dict:
    """What a publication copies of its document, so that lists need not read it."""
    if isinstance(document, documents.StudyDocument):
        return {"name": document.short_name, "summary": document.summary, "order": -document.year}
    if isinstance(document, documents.TermDocument):
        return {"name": document.name, "summary": document.definition, "order": 0}
    is_exercise = isinstance(document, documents.ExerciseDocument)
    summary = document.answer if is_exercise else document.everyday_name
    return {"name": document.name, "summary": summary, "order": document.order}


def write(publication: Publication, document) -> None:
    """Write the index rows of a publication that has just been made."""
    if isinstance(document, documents.ExerciseDocument):
        _write_best_stances(publication, document)
        _write_uses(publication, [*_claims(document), *_effects(document), *_citations(document)])
    elif isinstance(document, documents.StudyDocument):
        _write_study(publication, document)
    elif isinstance(document, documents.MuscleDocument):
        found = [*markdown.links(document.location), *markdown.links(document.function)]
        cited = dict.fromkeys(slug for kind, slug in found if kind == "study")
        _write_uses(publication, [(slug, EvidenceUse(side=Side.CITED)) for slug in cited])
    _write_term_uses(publication, getattr(document, "terms", ()))
    search_entry(publication, document).save()


def _write_best_stances(publication: Publication, document: documents.ExerciseDocument) -> None:
    muscles = _named(Muscle, [i.muscle for i in document.involvements])
    baselines = {i.muscle: i.baseline for i in document.involvements}
    ranks = Counter()
    for best in emphasis.best_stances(document):
        ranks[best.muscle] += 1
        BestStance.objects.create(
            publication=publication,
            muscle=muscles[best.muscle],
            rank=ranks[best.muscle],
            query=best.stance.query,
            words=best.stance.words,
            baseline=baselines[best.muscle],
            emphasis=best.emphasis,
        )


def _write_uses(publication: Publication, uses: Iterable[tuple[str, EvidenceUse]]) -> None:
    """`uses` has rows without publication and study, each with the slug of its study."""
    uses = list(uses)
    studies = _named(Study, [slug for slug, _ in uses])
    for slug, use in uses:
        if slug in studies:  # a text can name one that was never published
            use.publication, use.study = publication, studies[slug]
            use.save()


def _write_term_uses(publication: Publication, copies: Iterable[documents.TermCopy]) -> None:
    slugs = [copy.slug for copy in copies]
    if slugs:
        terms = _named(Term, slugs)
        TermUse.objects.bulk_create(
            TermUse(publication=publication, term=terms[slug]) for slug in slugs if slug in terms
        )


def _claims(document: documents.ExerciseDocument) -> Iterable[tuple[str, EvidenceUse]]:
    effects = certainty.named_effects(document)
    for number, claim in enumerate(document.claims, 1):
        slugs = [study.slug for study, _ in certainty.involvement_in(document, claim.muscles)]
        for name in claim.effects:
            if name in effects:
                evidence = certainty.evidence_in(document, name, effects[name].step)
                slugs += [vote.study.slug for vote in evidence.votes]
        slugs += [slug for kind, slug in markdown.links(claim.verdict) if kind == "study"]
        for slug in dict.fromkeys(slugs):
            yield slug, EvidenceUse(side=Side.CLAIM, words=claim.statement, place=f"#claim-{number}")


def _effects(document: documents.ExerciseDocument) -> Iterable[tuple[str, EvidenceUse]]:
    for name, effect in certainty.named_effects(document).items():
        for vote in certainty.evidence_in(document, name, effect.step).votes:
            yield (
                vote.study.slug,
                EvidenceUse(
                    side=vote.side,
                    words=emphasis.effect_words(document, name, effect.step),
                    certainty=effect.certainty,
                    place=f"{emphasis.stance_of(document, name).query}#emphasis-{name.muscle}",
                ),
            )


def _citations(document: documents.ExerciseDocument) -> Iterable[tuple[str, EvidenceUse]]:
    for study in document.studies:
        if study.places:
            yield study.slug, EvidenceUse(side=Side.CITED, place=f"#cited-{study.slug}-1")


def _write_study(publication: Publication, document: documents.StudyDocument) -> None:
    entry = StudyEntry.objects.create(
        publication=publication,
        kind=document.kind,
        year=document.year,
        sample_size=document.sample_size,
        participants=document.participants,
        title=document.title,
        is_retracted=document.is_retracted,
    )
    findings = document.findings
    read = _named(Muscle, [slug for finding in findings for slug in finding.muscles])
    named = Muscle.objects.filter(pk__in=[muscle.pk for muscle in read.values()])
    groups = {finding.group for finding in findings if finding.group}
    muscles = (
        named
        | Muscle.objects.filter(heads__in=named)
        | Muscle.objects.filter(head_of__in=named)
        | Muscle.objects.filter(group__slug__in=groups, is_deep=False)
    )
    entry.muscles.set(muscles.distinct())
    entry.exercises.set(_named(Exercise, [finding.exercise for finding in findings]).values())


def search_entry(publication: Publication, document) -> SearchEntry:
    """What the search looks through, not saved."""
    names, passages = SEARCHED[publication.kind](document)
    names = [name for name in names if name]
    passages = [unicodedata.normalize("NFC", passage) for passage in dict.fromkeys(passages) if passage]
    return SearchEntry(
        publication=publication,
        names=searching.folded_names(names),
        words=searching.folded_words([*names, *passages]),
        text="\n".join(" ".join(passage.split()) for passage in passages),
    )


def _of_exercise(document: documents.ExerciseDocument) -> tuple[list[str], list[str]]:
    """What the exercise is called, and its text in passages, the one that sums it up first."""
    groups = dict.fromkeys(_with_everyday_name(muscle.group) for muscle in document.muscles)
    passages = [
        document.answer,
        _list("Also called", document.aliases),
        _list("Muscles", map(_with_everyday_name, document.muscles)),
        _list("Muscle groups", groups),
        document.equipment,
        *(involvement.summary for involvement in document.involvements),
    ]
    for section in document.sections:
        passages += [section.heading, *markdown.plain(section.body_html), section.caption]
    for cue in document.cues:
        passages += [cue.do, cue.avoid, cue.why, cue.goes_wrong, *markdown.plain(cue.how_sure_html)]
    for axis in document.axes:
        passages += [axis.name, axis.explanation]
        for option in axis.options:
            passages += [option.name, option.explanation, *(effect.reason for effect in option.effects)]
            passages += [option.caution, *markdown.plain(option.caution_source_html)]
    for claim in document.claims:
        passages += [claim.statement, *markdown.plain(claim.verdict_html)]
    passages += [document.caution, *markdown.plain(document.caution_source_html)]
    return [document.name, *document.aliases], passages


def _of_muscle(document: documents.MuscleDocument) -> tuple[list[str], list[str]]:
    group = document.group_copy
    own = [document.everyday_name, *document.aliases]
    passages = [
        *markdown.plain(document.location_html),
        *markdown.plain(document.function_html),
        _list("Also called", filter(None, own)),
        _list("Muscle group", [_with_everyday_name(group)]),
        _list("What it does", [action.name for action in document.action_copies]),
        _list("Head of", filter(None, [document.whole_name])),
    ]
    return [document.name, *own, document.whole_name, group.name, group.everyday_name], passages


def _of_study(document: documents.StudyDocument) -> tuple[list[str], list[str]]:
    passages = [document.summary, document.title, f"{document.authors} ({document.year})", document.source]
    passages += [document.participants, document.machine, document.load, document.measured]
    passages += [document.conditions, *(finding.words for finding in document.findings), document.limits]
    passages += [
        _list("Muscles", map(_with_everyday_name, document.muscle_copies)),
        _list("DOI", filter(None, [document.doi])),
    ]
    return [document.short_name], passages


def _of_term(document: documents.TermDocument) -> tuple[list[str], list[str]]:
    passages = [document.definition, _list("Also called", document.aliases)]
    return [document.name, *document.aliases], passages


SEARCHED = {"exercise": _of_exercise, "muscle": _of_muscle, "study": _of_study, "term": _of_term}


def _list(what: str, names: Iterable[str]) -> str:
    names = ", ".join(names)
    return f"{what}: {names}." if names else ""


def _with_everyday_name(thing: documents.MuscleName | documents.MuscleGroup) -> str:
    return f"{thing.name} ({thing.everyday_name})" if thing.everyday_name else thing.name


def _named(model, slugs: Iterable[str]) -> dict:
    """The rows that documents call by these slugs: under which they were published, whatever a draft says
    since, or, if they never were, their own. Two queries."""
    kind = model._meta.model_name
    published = Publication.objects.filter(kind=kind, slug__in=slugs).select_related(kind).order_by("pk")
    rows = model.objects.in_bulk(set(slugs), field_name="slug")
    return rows | {publication.slug: publication.thing for publication in published.defer("document")}
