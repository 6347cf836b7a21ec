from collections.abc import Iterable
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ..emphasis import WORDS, level_of
from ..models import BestStance, Publication
from .shared import Mark, find_live, muscle_label, read_page


@read_page
def muscle_list(request: HttpRequest) -> HttpResponse:
    muscles = [publication.content for publication in Publication.objects.muscles().live()]
    muscles.sort(key=lambda muscle: (muscle.group_copy.order, muscle.order, muscle.name))
    groups = [
        (group, list(members)) for group, members in groupby(muscles, key=lambda muscle: muscle.group_copy)
    ]
    regions = {
        muscle.region: Mark(label=muscle_label(muscle), href=f"/muscles/{muscle.slug}/")
        for muscle in reversed(muscles)
    }
    context = {
        "groups": groups,
        "regions": regions,
        "map_label": "Muscle map, front and back",
        "section": "muscles",
        "canonical": "/muscles/",
    }
    return render(request, "muscles/muscle_list.html", context)


@read_page
def muscle_detail(request: HttpRequest, slug: str) -> HttpResponse:
    publication = find_live(Publication.Kind.MUSCLE, slug)
    if publication.slug != slug:
        return redirect(publication, permanent=True)
    muscle = publication.content
    live = {other.content: other.muscle_id for other in Publication.objects.muscles().live()}
    others = sorted(live, key=lambda other: (other.order, other.name))
    whole = next((other for other in others if other.slug == muscle.head_of), None)
    heads = [other for other in others if other.head_of == muscle.slug]
    family = {live[other]: other for other in (muscle, whole, *heads) if other in live}
    best = (
        BestStance.objects.filter(
            publication__in=Publication.objects.exercises().live(), muscle__in=family.keys()
        )
        .select_related("publication")
        .defer("publication__document")
        .order_by("publication__order", "publication__name", "muscle__order", "rank")
    )
    rows = groupby(best, key=lambda row: (row.publication, family[row.muscle_id]))
    context = {
        "section": "muscles",
        "canonical": publication.get_absolute_url(),
        "muscle": muscle,
        "whole": whole,
        "heads": heads,
        "group": [other for other in others if other.group == muscle.group and not other.head_of],
        "best_stances": [(exercise, member, _in_words(rows)) for (exercise, member), rows in rows],
        "regions": {muscle.region: Mark(label=muscle.name, href="#location", is_located=True)},
        "map_label": f"Where the {muscle.name} lies, front and back view",
    }
    return render(request, "muscles/muscle_detail.html", context)


def _in_words(rows: Iterable[BestStance]) -> list[tuple[BestStance, str, int]]:
    """Each with the word for its emphasis and its change from the neutral stance."""
    return [(row, WORDS[level_of(row.emphasis)], row.emphasis - row.baseline) for row in rows]
