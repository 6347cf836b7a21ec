"""What the templates of a document are handed, for the public pages and for previews alike."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from django.db.models import QuerySet
from django.http import Http404
from django.utils.dateparse import parse_date

from . import certainty, emphasis, markdown
from .document import (
    Claim,
    EffectName,
    ExerciseDocument,
    MuscleDocument,
    Section,
    StanceOption,
    StudyCopy,
    StudyDocument,
    TermCopy,
    TermDocument,
    Value,
)
from .models import BestStance, EvidenceUse, Publication


class Mark(Value, kw_only=True):
    """What one region of the muscle map says: how strong, and where more is told."""

    label: str
    href: str
    level: int | None = None
    is_located: bool = False


class Step(Value, kw_only=True):
    """One taught step of a muscle's story, whether it counts under the lens, and what studies say of it.

    `evidence` is None in documents from before effects were graded.
    """

    applied: emphasis.Applied
    is_counted: bool
    partner: str = ""  # the name of the other option that it takes
    evidence: certainty.Evidence | None = None


class ClaimedEffect(Value, kw_only=True):
    """An effect that a claim rests on: in words, with its grade, and the stance that shows it."""

    words: str
    certainty: str
    query: str


class Note(Value, kw_only=True):
    """What stands beside a section: a study that it cites, with its number, or a term that it is the first on
    the page to use."""

    study: StudyCopy | None = None
    number: int = 0
    term: TermCopy | None = None


def chosen_stance(document: ExerciseDocument, parameters: Mapping[str, str]) -> emphasis.Stance:
    """The stance in a request's parameters; Http404 names the options of an axis that has no such."""
    try:
        return emphasis.stance_from(document, parameters)
    except emphasis.UnknownOption as unknown:
        raise Http404(str(unknown)) from unknown


def panel_context(document: ExerciseDocument, stance: emphasis.Stance) -> dict:
    """All that `_emphasis_panel.html` and `_stance_picker.html` show of a stance."""
    ranked = emphasis.emphasise(document, stance)
    # Where muscles share a region, the strongest colours it.
    regions = {
        m.muscle.region: Mark(
            label=f"{m.muscle.name}: {m.word}", href=f"#emphasis-{m.muscle.slug}", level=m.level
        )
        for m in reversed(ranked)
        if m.muscle.region
    }
    return {
        "exercise": document,
        "stance": stance,
        "lenses": emphasis.LENSES.items() if document.is_graded else (),
        "ranked": [(m, _steps(document, stance, m)) for m in ranked],
        "is_set_aside": any(m.set_aside for m in ranked),
        "summary": emphasis.summarise(stance, ranked),
        "cautions": [thing for thing in (*_chosen_options(stance), document) if thing.caution],
        "regions": regions,
        "map_label": f"Muscle map, front and back: {stance.words}",
        "foot": stance.foot,
        "foot_places": emphasis.foot_places(document),
    }


def _chosen_options(stance: emphasis.Stance) -> list[StanceOption]:
    return [choice.option for choice in stance.choices]


def _steps(document: ExerciseDocument, stance: emphasis.Stance, m: emphasis.MuscleEmphasis) -> list[Step]:
    """The muscle's steps, those that count first."""
    names = {choice.axis.slug: choice.option.name for choice in stance.choices}
    steps = []
    for applied in (*m.applied, *m.set_aside):
        choice, effect = applied.choice, applied.effect
        name = certainty.name_of(choice.axis.slug, choice.option.slug, effect)
        evidence = certainty.evidence_in(document, name, effect.step) if document.is_graded else None
        steps.append(
            Step(
                applied=applied,
                is_counted=applied in m.applied,
                partner=names.get(effect.with_axis, ""),
                evidence=evidence,
            )
        )
    return steps


def article_context(document: ExerciseDocument, stance: emphasis.Stance) -> dict:
    """All that `exercise_detail.html` shows of a document in a stance."""
    roles = {"target": 0, "helper": 1, "stabiliser": 2}
    parts = [(i, document.muscle(i.muscle)) for i in document.involvements]
    sections, further_terms = _noted_sections(document)
    return {
        **panel_context(document, stance),
        "sections": sections,
        "further_terms": further_terms,
        "parts": sorted(parts, key=lambda part: roles[part[0].role]),
        "claims": [_claim(document, claim) for claim in document.claims],
        "reviewed_on": parse_date(document.reviewed_on),
    }


def _noted_sections(document: ExerciseDocument) -> tuple[list[tuple[Section, list[Note]]], list[TermCopy]]:
    """The sections, each with its notes in the order of its text, and the terms that no section uses."""
    studies = {
        study.slug: Note(study=study, number=number) for number, study in enumerate(document.studies, 1)
    }
    terms = {term.slug: Note(term=term) for term in document.terms}
    sections = []
    for section in document.sections:
        found = [
            studies.get(slug) if kind == "study" else terms.pop(slug, None)
            for kind, slug in markdown.noted(section.body_html)
        ]
        sections.append((section, [note for note in found if note]))
    return sections, [note.term for note in terms.values()]


def _claim(document: ExerciseDocument, claim: Claim) -> tuple[Claim, list[ClaimedEffect], list]:
    """The claim, the effects that it rests on, and what was measured of its muscles, study by study."""
    effects = certainty.named_effects(document)
    claimed = [_claimed_effect(document, name, effects) for name in claim.effects if name in effects]
    return claim, claimed, certainty.involvement_in(document, claim.muscles)


def _claimed_effect(document: ExerciseDocument, name: EffectName, effects: Mapping) -> ClaimedEffect:
    return ClaimedEffect(
        words=emphasis.effect_words(document, name, effects[name].step),
        certainty=effects[name].certainty,
        query=emphasis.stance_of(document, name).query,
    )


def study_context(study: StudyDocument, uses: Iterable[EvidenceUse]) -> dict:
    """All that `study_detail.html` shows. `uses` are the rows of what rests on it in live pages, with their
    publications, in the order of the pages."""
    muscles = {muscle.slug: muscle for muscle in study.muscle_copies}
    groups = {muscle.group.slug: muscle.group.name for muscle in study.muscle_copies}
    pages = groupby(uses, key=lambda use: use.publication)
    return {
        "section": "evidence",
        "study": study,
        "findings": [
            (f, [muscles[slug] for slug in f.muscles if slug in muscles], groups.get(f.group, ""))
            for f in study.findings
        ],
        "pages": [(publication, _by_side(rows)) for publication, rows in pages],
        "regions": {
            muscle.region: Mark(label=muscle.name, href=f"/muscles/{muscle.slug}/", is_located=True)
            for muscle in study.muscle_copies
        },
        "map_label": "The muscles that its findings here are about, front and back view",
    }


def _by_side(uses: Iterable[EvidenceUse]) -> dict[str, list[EvidenceUse]]:
    """The rows of one page: `claims`, `effects` and, if it has neither, `cited`."""
    uses = list(uses)
    claims = [use for use in uses if use.side == EvidenceUse.Side.CLAIM]
    cited = [use for use in uses if use.side == EvidenceUse.Side.CITED]
    return {
        "claims": claims,
        "effects": [use for use in uses if use not in claims and use not in cited],
        "cited": cited,
    }


def term_context(term: TermDocument, pages: Iterable[Publication]) -> dict:
    """All that `term_detail.html` shows. `pages` are the live publications that link the term."""
    return {"section": "glossary", "term": term, "pages": pages}


def exercises_of(muscle: MuscleDocument, muscles: Mapping[MuscleDocument, int]) -> QuerySet:
    """The live exercises that involve the muscle, its whole or its heads, in the order of lists."""
    family = _family(muscle, muscles)
    involve = BestStance.objects.filter(muscle__in=family.keys()).values("publication")
    return Publication.objects.live("exercise").filter(pk__in=involve).listed()


def _family(muscle: MuscleDocument, muscles: Mapping[MuscleDocument, int]) -> dict[int, MuscleDocument]:
    """By key, the muscle with its whole and its heads: an exercise involves the whole or the heads, and
    the page of each tells of both."""
    slugs = {muscle.slug, muscle.head_of, *(other.slug for other in muscles if other.head_of == muscle.slug)}
    return {key: other for other, key in muscles.items() if other.slug in slugs}


def muscle_context(
    muscle: MuscleDocument, muscles: Mapping[MuscleDocument, int], pages: Iterable[Publication]
) -> dict:
    """All that `muscle_detail.html` shows. `muscles` has all muscles' documents, with the keys of their
    rows; `pages` the exercises, of which it tells the stances that emphasise the muscle most. One query
    for those."""
    others = sorted(muscles, key=lambda other: (other.order, other.name))
    whole = next((other for other in others if other.slug == muscle.head_of), None)
    heads = [other for other in others if other.head_of == muscle.slug]
    family = _family(muscle, muscles)
    best = (
        BestStance.objects.filter(publication__in=[page.pk for page in pages], muscle__in=family.keys())
        .select_related("publication")
        .defer("publication__document")
        .order_by("publication__order", "publication__name", "publication", "muscle__order", "rank")
    )
    rows = groupby(best, key=lambda row: (row.publication, family[row.muscle_id]))
    return {
        "section": "muscles",
        "muscle": muscle,
        "pages": pages,
        "whole": whole,
        "heads": heads,
        "group": [other for other in others if other.group == muscle.group and not other.head_of],
        "best_stances": [(exercise, member, _in_words(stances)) for (exercise, member), stances in rows],
        "regions": {muscle.region: Mark(label=muscle.name, href="#location", is_located=True)},
        "map_label": f"Where the {muscle.name} lies, front and back view",
    }


def _in_words(rows: Iterable[BestStance]) -> list[tuple[BestStance, str, int]]:
    """Each with the word for its emphasis and its change from the neutral stance."""
    words = emphasis.WORDS
    return [(row, words[emphasis.level_of(row.emphasis)], row.emphasis - row.baseline) for row in rows]


def muscle_label(muscle: MuscleDocument) -> str:
    return f"{muscle.name} ({muscle.everyday_name})" if muscle.everyday_name else muscle.name
