from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from .. import metadata
from ..contexts import term_context
from ..models import Publication
from ..publishing import live_pages_with
from .shared import find_live, page_of, page_query, read_page

TERMS_TO_A_PAGE = 200


@read_page
def term_list(request: HttpRequest) -> HttpResponse:
    """The glossary. Two queries."""
    page = page_of(request, Publication.objects.live("term").listed(), TERMS_TO_A_PAGE)
    context = {
        "section": "glossary",
        "canonical": f"/glossary/{page_query(page)}",
        "pages": page,
        "terms": sorted(page, key=lambda term: term.name.casefold()),
    }
    return render(request, "glossary/term_list.html", context)


@read_page
def term_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One term and the pages that use it. Two queries."""
    publication = find_live(Publication.Kind.TERM, slug)
    if publication.slug != slug:
        return redirect(publication, permanent=True)
    context = {
        **term_context(publication.content, live_pages_with(publication.term_id)),
        "canonical": publication.get_absolute_url(),
        "structured_data": metadata.term_data(publication.content, publication),
    }
    return render(request, "glossary/term_detail.html", context)
