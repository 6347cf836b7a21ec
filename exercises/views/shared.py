"""What several pages need: how a page answers, and how a publication is found."""

from functools import wraps

from django.http import Http404, HttpRequest
from django.utils.dateparse import parse_date
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from .. import emphasis
from ..document import ExerciseDocument, MuscleName, Value
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


class Mark(Value, kw_only=True):
    """What one region of the muscle map says: how strong, and where more is told."""

    label: str
    href: str
    level: int | None = None
    is_located: bool = False


def find_live(kind: Publication.Kind, slug: str) -> Publication:
    """The live publication at the address, or the one that has moved on from it to another
    address: compare the slugs. Raises Http404. One query, two for a thing that has moved."""
    live = Publication.objects.filter(kind=kind).live()
    publication = live.filter(slug=slug).first()
    if publication is None:
        former = Publication.objects.filter(kind=kind, slug=slug).out().first()
        things = {"exercise": former.exercise_id, "muscle": former.muscle_id} if former else {}
        publication = live.filter(**{kind: things.get(kind)}).first() if former else None
    if publication is None:
        raise Http404(f"There is no {kind} at this address.")
    return publication


def chosen_stance(document: ExerciseDocument, request: HttpRequest) -> emphasis.Stance:
    """The stance in the request's parameters; Http404 names the options of an axis that has no such."""
    try:
        return emphasis.stance_from(document, request.GET)
    except emphasis.UnknownOption as unknown:
        raise Http404(str(unknown)) from unknown


def panel_context(document: ExerciseDocument, stance: emphasis.Stance) -> dict:
    """All that `_emphasis_panel.html` and `_stance_picker.html` show of a stance."""
    ranked = emphasis.emphasise(document, stance)
    # Where muscles share a region, the strongest colours it.
    regions = {
        m.muscle.region: Mark(
            label=f"{m.muscle.name}: {m.word}", href=f"#emphasis-{m.muscle.slug}", level=m.level
        )
        for m in reversed(ranked)
        if m.muscle.region
    }
    return {
        "exercise": document,
        "stance": stance,
        "ranked": ranked,
        "summary": emphasis.summarise(stance, ranked),
        "regions": regions,
        "map_label": f"Muscle map, front and back. {stance.words}",
        "foot": stance.foot,
        "foot_marks": sorted({other.foot[:2] for other in emphasis.all_stances(document)}),
    }


def article_context(document: ExerciseDocument, stance: emphasis.Stance) -> dict:
    """All that `exercise_detail.html` shows of a document in a stance."""
    roles = {"target": 0, "helper": 1, "stabiliser": 2}
    parts = [(i, document.muscle(i.muscle)) for i in document.involvements]
    return {
        **panel_context(document, stance),
        "parts": sorted(parts, key=lambda part: roles[part[0].role]),
        "reviewed_on": parse_date(document.reviewed_on),
    }


def muscle_label(muscle: MuscleName) -> str:
    return f"{muscle.name} ({muscle.everyday_name})" if muscle.everyday_name else muscle.name
