"""What the templates of a document are handed, for the public pages and for previews alike."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from django.http import Http404, HttpRequest
from django.utils.dateparse import parse_date

from . import emphasis
from .document import ExerciseDocument, MuscleDocument, Value
from .models import BestStance, Publication


class Mark(Value, kw_only=True):
    """What one region of the muscle map says: how strong, and where more is told."""

    label: str
    href: str
    level: int | None = None
    is_located: bool = False


def chosen_stance(document: ExerciseDocument, request: HttpRequest) -> emphasis.Stance:
    """The stance in the request's parameters; Http404 names the options of an axis that has no such."""
    try:
        return emphasis.stance_from(document, request.GET)
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
        "ranked": ranked,
        "summary": emphasis.summarise(stance, ranked),
        "regions": regions,
        "map_label": f"Muscle map, front and back: {stance.words}",
        "foot": stance.foot,
        "foot_places": emphasis.foot_places(document),
    }


def article_context(document: ExerciseDocument, stance: emphasis.Stance) -> dict:
    """All that `exercise_detail.html` shows of a document in a stance."""
    roles = {"target": 0, "helper": 1, "stabiliser": 2}
    parts = [(i, document.muscle(i.muscle)) for i in document.involvements]
    return {
        **panel_context(document, stance),
        "parts": sorted(parts, key=lambda part: roles[part[0].role]),
        "reviewed_on": parse_date(document.reviewed_on),
    }


def muscle_context(muscle: MuscleDocument, muscles: Mapping[MuscleDocument, int]) -> dict:
    """All that `muscle_detail.html` shows. `muscles` has the other muscles' documents, with the keys of
    their rows. One query, for the stances of every live exercise that emphasise it most."""
    others = sorted(muscles, key=lambda other: (other.order, other.name))
    whole = next((other for other in others if other.slug == muscle.head_of), None)
    heads = [other for other in others if other.head_of == muscle.slug]
    # An exercise involves a muscle or its heads: the page of each tells of both.
    slugs = {muscle.slug, muscle.head_of, *(head.slug for head in heads)}
    family = {key: other for other, key in muscles.items() if other.slug in slugs}
    best = (
        BestStance.objects.filter(
            publication__in=Publication.objects.exercises().live(), muscle__in=family.keys()
        )
        .select_related("publication")
        .defer("publication__document")
        .order_by("publication__order", "publication__name", "muscle__order", "rank")
    )
    rows = groupby(best, key=lambda row: (row.publication, family[row.muscle_id]))
    return {
        "section": "muscles",
        "muscle": muscle,
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
