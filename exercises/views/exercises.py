from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from .. import metadata
from ..contexts import article_context, chosen_stance, panel_context
from ..models import Publication
from .shared import find_live, page_of, page_query, read_page

EXERCISE = Publication.Kind.EXERCISE
CHANGES_SHOWN = 20
# For so many seconds a browser goes on with a panel that it fetched when the reader came near an option.
FETCHED_AHEAD = 10
EXERCISES_TO_A_PAGE = 50


@read_page
def exercise_list(request: HttpRequest) -> HttpResponse:
    page = page_of(request, Publication.objects.live("exercise").listed(), EXERCISES_TO_A_PAGE)
    return render(
        request,
        "exercises/exercise_list.html",
        {"pages": page, "section": "exercises", "canonical": f"/exercises/{page_query(page)}"},
    )


@read_page
def exercise_detail(request: HttpRequest, slug: str) -> HttpResponse:
    publication = find_live(EXERCISE, slug)
    if publication.slug != slug:
        return redirect(_with_query(publication.get_absolute_url(), request), permanent=True)
    return _exercise_page(request, publication, publication.get_absolute_url())


@read_page(max_age=FETCHED_AHEAD)
def exercise_panel(request: HttpRequest, slug: str) -> HttpResponse:
    """The emphasis panel alone, which htmx takes its pieces from."""
    publication = find_live(EXERCISE, slug)
    page = "/" if request.GET.get("at") == "home" else publication.get_absolute_url()
    return _panel(request, publication, page)


@read_page
def exercise_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The page as it was published then."""
    publication = _find_version(slug, number)
    page = reverse("exercise_version", args=[slug, number])
    current = Publication.objects.current("exercise").filter(exercise=publication.exercise_id).first()
    withdrawal = current if current.is_withdrawal else None
    return _exercise_page(request, publication, page, is_version=True, withdrawal=withdrawal)


@read_page(max_age=FETCHED_AHEAD)
def exercise_version_panel(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    publication = _find_version(slug, number)
    return _panel(request, publication, reverse("exercise_version", args=[slug, number]))


def _find_version(slug: str, number: int) -> Publication:
    """One query. A version is found at the address that its exercise had in any version."""
    same_thing = Publication.objects.filter(kind="exercise", slug=slug).out().values("exercise")
    found = Publication.objects.filter(exercise__in=same_thing[:1], number=number).out().first()
    if found is None or found.is_withdrawal:
        raise Http404("There is no such version of this page.")
    return found


def _exercise_page(
    request: HttpRequest,
    publication: Publication,
    page: str,
    is_version: bool = False,
    withdrawal: Publication | None = None,
) -> HttpResponse:
    document = publication.content
    stance = chosen_stance(document, request.GET)
    version_url = reverse("exercise_version", args=[publication.slug, publication.number])
    version_address = f"{settings.SITE_URL}{version_url}"
    context = {
        "publication": publication,
        "section": "exercises",
        "is_version": is_version,
        "withdrawal": withdrawal,
        "page": page,
        "canonical": page + stance.query,
        "panel_url": page + "panel/",
        "version_url": version_url,
        "changes": _changes(publication),
        "plain_citation": metadata.cite_plainly(document, publication, version_address),
        "bibtex": metadata.cite_in_bibtex(document, publication, version_address),
        "structured_data": metadata.exercise_data(document, publication),
        **article_context(document, stance),
    }
    response = render(request, "exercises/exercise_detail.html", context)
    response.about_exercise = publication.exercise_id  # and about nothing else: see kept_pages.py
    return response


def _changes(publication: Publication) -> list[Publication]:
    """The last versions up to this one, newest first, for the list of what changed. One query."""
    versions = Publication.objects.out().filter(exercise=publication.exercise_id)
    return list(versions.filter(number__lte=publication.number).defer("document")[:CHANGES_SHOWN])


def _panel(request: HttpRequest, publication: Publication, page: str) -> HttpResponse:
    document = publication.content
    stance = chosen_stance(document, request.GET)
    response = render(request, "exercises/_emphasis_panel.html", panel_context(document, stance))
    response["HX-Replace-Url"] = page + stance.query
    response["X-Robots-Tag"] = "noindex"
    response.about_exercise = publication.exercise_id
    return response


def _with_query(path: str, request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return f"{path}?{query}" if query else path
