from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from .. import metadata
from ..contexts import Mark, exercises_of, muscle_context, muscle_label
from ..models import Publication
from .shared import find_live, page_of, page_query, read_page

EXERCISES_TO_A_PAGE = 25


@read_page
def muscle_list(request: HttpRequest) -> HttpResponse:
    muscles = [p.content for p in Publication.objects.live("muscle").order_by("live_from", "number")]
    # Each muscle has its own copy of the group, as that was then: the latest stands for all.
    latest = {muscle.group: muscle.group_copy for muscle in muscles}
    muscles.sort(key=lambda m: (latest[m.group].order, m.group, m.order, m.name))
    groups = [(latest[slug], list(members)) for slug, members in groupby(muscles, key=lambda m: m.group)]
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
    muscles = {other.content: other.muscle_id for other in Publication.objects.live("muscle")}
    pages = page_of(request, exercises_of(publication.content, muscles), EXERCISES_TO_A_PAGE)
    context = muscle_context(publication.content, muscles, pages)
    context["canonical"] = publication.get_absolute_url() + page_query(pages)
    context["structured_data"] = metadata.muscle_data(publication.content, publication)
    return render(request, "muscles/muscle_detail.html", context)
