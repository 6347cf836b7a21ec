from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from .. import searching
from ..limits import limited
from .shared import page_of

RESULTS_TO_A_PAGE = 20
MAX_AGE = 60  # seconds, in the reader's browser alone: whatever is typed has an address of its own


@csrf_exempt  # as in read_page
@require_safe
@limited("reader search", by_account=False)
@cache_control(private=True, max_age=MAX_AGE)
def search(request: HttpRequest) -> HttpResponse:
    """What readers see that has the words of `?q=`, a page at a time. Two queries beside the limit's."""
    q = " ".join(request.GET.get("q", "").split())
    asked = searching.wanted(q)
    found = list(searching.find(asked)[: searching.MOST_FOUND + 1]) if asked.terms else []
    page = page_of(request, found[: searching.MOST_FOUND], RESULTS_TO_A_PAGE)
    context = {
        "section": "search",
        "canonical": "/search/",
        "q": q[: searching.MOST_CHARACTERS],
        "asked": asked,
        "most_characters": searching.MOST_CHARACTERS,
        "most_terms": searching.MOST_TERMS,
        "pages": page,
        "are_more": len(found) > searching.MOST_FOUND,
        "results": searching.results(page, asked.terms),
    }
    return render(request, "search.html", context)
