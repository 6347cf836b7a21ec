"""What several pages need: how a page answers, and how a publication is found."""

import re
from collections.abc import Sequence
from functools import partial, wraps

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from ..models import Publication

EXERCISES_SHOWN = 20  # where they stand beside something else, with a link to all


def read_page(view=None, *, max_age: int = 0):
    """For a page that only reads: another method is a 405, browsers ask each time whether it has
    changed (the answer is mostly a 304), or after `max_age` seconds, and a shared cache may keep it for
    a minute."""
    if view is None:
        return partial(read_page, max_age=max_age)

    # Exempt, since the check for forged posts would answer them before the 405 does.
    @csrf_exempt
    @require_safe
    @cache_control(
        public=True,
        max_age=max_age,
        s_maxage=settings.SHARED_MAX_AGE,
        stale_while_revalidate=settings.STALE_AGE,
    )
    @wraps(view)
    def wrapper(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Withdrawn as withdrawn:
            context = {"publication": withdrawn.publication}
            return render(request, "410.html", context, status=410)

    return wrapper


def page_of(request: HttpRequest, rows: QuerySet | Sequence, most: int) -> Page:
    """The page of a long list that `?page=` asks for, the first without it. Two queries, if `rows` are one.

    Raises Http404, which says what pages there are. A template shows `_pages.html` below the list.
    """
    paginator = Paginator(rows, most)
    number = request.GET.get("page") or "1"
    # Not all that int() takes: " 2", "02" and "0_2" would each be a further address of the same page.
    if re.fullmatch(r"[1-9][0-9]{0,8}", number) and int(number) in paginator.page_range:
        return paginator.page(number)
    last = paginator.num_pages
    raise Http404(f"The page can be from 1 to {last}." if last > 1 else "This list has one page.")


def page_query(page: Page) -> str:
    """What the canonical address of the page of a list ends in."""
    return f"?page={page.number}" if page.number > 1 else ""


class Withdrawn(Exception):
    """What was asked for has been taken from view; `publication` says why."""

    def __init__(self, publication: Publication):
        super().__init__(publication.withdrawn_because)
        self.publication = publication


def find_live(kind: Publication.Kind, slug: str) -> Publication:
    """The live publication at the address, or the one that has moved on from it to another address, or that
    what was there is merged into: compare the slugs. Raises Http404, or Withdrawn. One query, two or three
    for a thing that has moved or is merged."""
    current = Publication.objects.current(kind)
    publication = current.filter(slug=slug).order_by("withdrawn_because").first()
    if publication is None:
        former = Publication.objects.filter(kind=kind, slug=slug).out().first()
        if former:
            publication = current.filter(**{kind: getattr(former, f"{kind}_id")}).first()
    if publication is None:
        raise Http404(f"There is no {kind} at this address.")
    if publication.is_withdrawal:
        kept = _merged_into(publication)
        if kept is None:
            raise Withdrawn(publication)
        return kept
    return publication


def _merged_into(withdrawal: Publication) -> Publication | None:
    """The live publication of what the withdrawn thing is merged into. A query, none for an exercise."""
    kind = withdrawal.kind
    if kind == Publication.Kind.EXERCISE:
        return None
    of_kept = {f"{kind}__merged": getattr(withdrawal, f"{kind}_id")}
    return Publication.objects.live(kind).filter(**of_kept).first()
