"""The index rows that are written with a publication, for the pages that span documents.

Lists, muscle pages and study pages read these, in bounded queries, and never all documents.
"""

from collections import Counter
from collections.abc import Iterable

from . import certainty, emphasis, markdown
from . import document as documents
from .models import BestStance, EvidenceUse, Exercise, Muscle, Publication, Study, StudyEntry, Term, TermUse

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


def _named(model, slugs: Iterable[str]) -> dict:
    """The rows that documents call by these slugs: under which they were published, whatever a draft says
    since, or, if they never were, their own. Two queries."""
    kind = model._meta.model_name
    published = Publication.objects.filter(kind=kind, slug__in=slugs).select_related(kind).order_by("pk")
    rows = model.objects.in_bulk(set(slugs), field_name="slug")
    return rows | {publication.slug: publication.thing for publication in published.defer("document")}
