from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from .. import metadata
from ..contexts import study_context
from ..emphasis import join_words
from ..models import Publication, Study, StudyEntry
from ..publishing import live_uses
from .shared import find_live, page_of, page_query, read_page

STUDIES_TO_A_PAGE = 50
EXERCISES_TO_CHOOSE = 200
ORDERS = {"newest": "newest first", "largest": "largest first"}


@read_page
def study_list(request: HttpRequest) -> HttpResponse:
    """The studies: those of one exercise, muscle and kind, newest or largest first. Four queries, one more
    for an exercise that is not among the choices."""
    live = StudyEntry.objects.filter(publication__in=Publication.objects.live("study"))
    exercises = _exercises(request)
    muscles = list(Publication.objects.live("muscle").listed().values_list("slug", "name"))
    filters = {
        "exercise": _chosen(request, "exercise", dict(exercises)),
        "muscle": _chosen(request, "muscle", dict(muscles)),
        "kind": _chosen(request, "kind", dict(Study.Kind.choices)),
        "order": _chosen(request, "order", ORDERS) or "newest",
    }
    entries = _filtered(live, filters)
    page = page_of(request, entries, STUDIES_TO_A_PAGE)
    context = {
        "section": "evidence",
        "canonical": f"/evidence/{page_query(page)}",
        "pages": page,
        "filters": filters,
        "is_filtered": any(filters[name] for name in ("exercise", "muscle", "kind")),
        "choices": [
            ("exercise", "Exercise", "all exercises", exercises),
            ("muscle", "Muscle", "all muscles", muscles),
            ("kind", "What was measured", "everything", Study.Kind.choices),
        ],
        "orders": ORDERS.items(),
    }
    return render(request, "evidence/study_list.html", context)


@read_page
def study_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One study and what rests on it. Two queries."""
    publication = find_live(Publication.Kind.STUDY, slug)
    if publication.slug != slug:
        return redirect(publication, permanent=True)
    context = {
        **study_context(publication.content, live_uses(publication.study_id)),
        "publication": publication,
        "canonical": publication.get_absolute_url(),
        "structured_data": metadata.study_data(publication.content, publication),
    }
    return render(request, "evidence/study_detail.html", context)


def _exercises(request: HttpRequest) -> list[tuple[str, str]]:
    """The exercises to choose from, by slug and name: the first, and the one that is chosen."""
    live = Publication.objects.live("exercise").listed().values_list("slug", "name")
    exercises = list(live[:EXERCISES_TO_CHOOSE])
    chosen = request.GET.get("exercise", "")
    if len(exercises) == EXERCISES_TO_CHOOSE and chosen not in dict(exercises):
        exercises += live.filter(slug=chosen)[:1]
    return exercises


def _chosen(request: HttpRequest, name: str, known: dict[str, str]) -> str:
    """The filter's value, "" if there is none; Http404 says what it can be."""
    value = request.GET.get(name, "")
    if value and value not in known:
        raise Http404(
            f"The {name} can be {join_words(known)}." if known else f"There is no {name} to choose."
        )
    return value


def _filtered(entries: QuerySet, filters: dict[str, str]) -> QuerySet:
    if filters["exercise"]:
        entries = entries.filter(exercises__publications__in=_live_at("exercise", filters["exercise"]))
    if filters["muscle"]:
        entries = entries.filter(muscles__publications__in=_live_at("muscle", filters["muscle"]))
    if filters["kind"]:
        entries = entries.filter(kind=filters["kind"])
    first = "-year" if filters["order"] == "newest" else F("sample_size").desc(nulls_last=True)
    return (
        entries.select_related("publication")
        .defer("publication__document")
        .order_by(first, "-year", "publication__name")
    )


def _live_at(kind: str, slug: str) -> QuerySet:
    return Publication.objects.live(kind).filter(slug=slug)
