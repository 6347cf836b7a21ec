from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .. import metadata
from ..contexts import chosen_stance, panel_context
from ..emphasis import WORDS
from ..models import Publication
from .shared import EXERCISES_SHOWN, read_page


@read_page
def home(request: HttpRequest) -> HttpResponse:
    """The first exercise's picker, the first exercises, all muscles. Three queries."""
    exercises = list(Publication.objects.live("exercise").listed()[: EXERCISES_SHOWN + 1])
    context = {
        "exercises": exercises[:EXERCISES_SHOWN],
        "are_more": len(exercises) > EXERCISES_SHOWN,
        "muscles": Publication.objects.live("muscle").listed(),
        "canonical": "/",
        "structured_data": metadata.site_data(),
    }
    if exercises:
        first = exercises[0]
        document = Publication.objects.get(pk=first.pk).content
        stance = chosen_stance(document, request.GET)
        context |= panel_context(document, stance)
        context |= {
            "article": first,
            "page": "/",
            "canonical": first.get_absolute_url() + stance.query,
            "panel_url": f"{first.get_absolute_url()}panel/?at=home",
        }
    return render(request, "home.html", context)


@read_page
def about(request: HttpRequest) -> HttpResponse:
    scale = [("8 to 10", 4), ("6 or 7", 3), ("4 or 5", 2), ("2 or 3", 1), ("1", 0)]
    grades = [
        ("two or more agree, none disagrees", "supported"),
        ("one agrees, none disagrees", "partly supported"),
        ("some agree, some disagree", "contested"),
        ("none agrees, at least one disagrees", "not supported"),
        ("no study of this exercise has a vote", "untested"),
    ]
    context = {
        "section": "about",
        "canonical": "/about/",
        "scale": [(numbers, WORDS[level], level) for numbers, level in scale],
        "grades": grades,
    }
    return render(request, "about.html", context)
