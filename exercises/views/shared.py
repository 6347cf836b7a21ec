"""What several pages need: how a page answers, and how a publication is found."""

from functools import wraps

from django.http import Http404
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from ..models import Publication


def read_page(view):
    """For a page that only reads: another method is a 405, browsers ask each time whether it has
    changed (the answer is mostly a 304), a shared cache may keep it for a minute."""

    # Exempt, since the check for forged posts would answer them before the 405 does.
    @csrf_exempt
    @require_safe
    @cache_control(public=True, max_age=0, s_maxage=60, stale_while_revalidate=600)
    @wraps(view)
    def wrapper(*args, **kwargs):
        return view(*args, **kwargs)

    return wrapper


def find_live(kind: Publication.Kind, slug: str) -> Publication:
    """The live publication at the address, or the one that has moved on from it to another
    address: compare the slugs. Raises Http404. One query, two for a thing that has moved."""
    live = Publication.objects.filter(kind=kind).live()
    publication = live.filter(slug=slug).first()
    if publication is None:
        former = Publication.objects.filter(kind=kind, slug=slug).out().first()
        if former:
            publication = live.filter(**{kind: getattr(former, f"{kind}_id")}).first()
    if publication is None:
        raise Http404(f"There is no {kind} at this address.")
    return publication
