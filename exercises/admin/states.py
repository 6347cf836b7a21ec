"""The states that a thing which is published can be in, to filter lists and searches by."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils import timezone

from ..models import Exercise, Publication
from ..models.anatomy import Mergeable

STATES = {
    "draft": "never published",
    "live": "live",
    "changed": "live, with unpublished changes",
    "scheduled": "scheduled",
    "withdrawn": "withdrawn",
    "asked": "review asked for",
    "overdue": "review overdue",
    "merged": "merged into another",
}


def states_of(model: type) -> dict[str, str]:
    """Those that a thing of the model can be in."""
    lacking = set() if issubclass(model, Mergeable) else {"merged"}
    lacking |= set() if model is Exercise else {"overdue"}
    return {state: words for state, words in STATES.items() if state not in lacking}


def in_state(things: QuerySet, state: str) -> QuerySet:
    """Those of the things that are in the state. What is merged is in no other."""
    if state not in states_of(things.model):
        return things.none()
    if issubclass(things.model, Mergeable):
        things = things.filter(merged_into__isnull=state != "merged")
    kind = things.model._meta.model_name
    publications = Publication.objects.filter(kind=kind)
    with_publication = {
        "live": publications.live(kind),
        "scheduled": publications.scheduled(),
        "withdrawn": publications.current(kind).exclude(withdrawn_because=""),
    }
    if state in with_publication:
        return things.filter(pk__in=with_publication[state].values(kind))
    if state == "draft":
        return things.exclude(pk__in=publications.out().values(kind))
    if state == "changed":
        return things.filter(has_changes=True)
    if state == "asked":
        return things.exclude(review_asked_at=None)
    if state == "overdue":
        return things.filter(review_due__lt=timezone.localdate())
    return things


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return list(states_of(model_admin.model).items())

    def queryset(self, request, queryset):
        return in_state(queryset, self.value()) if self.value() in STATES else queryset
