from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ..contexts import Mark, muscle_context, muscle_label
from ..models import Publication
from .shared import find_live, read_page


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
    muscles = {other.content: other.muscle_id for other in Publication.objects.muscles().live()}
    context = muscle_context(publication.content, muscles)
    context["canonical"] = publication.get_absolute_url()
    return render(request, "muscles/muscle_detail.html", context)
