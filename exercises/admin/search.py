"""One search over all drafts, and over the audit log for those who may read it."""

import re
from collections.abc import Iterator

import msgspec
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst

from .. import markdown, searching
from ..models import (
    AuditEntry,
    Claim,
    Exercise,
    Finding,
    FormCue,
    Involvement,
    JointAction,
    Muscle,
    MuscleGroup,
    Section,
    StanceAxis,
    StanceEffect,
    StanceOption,
    Study,
    Term,
)
from ..models.anatomy import Publishable
from .states import STATES, in_state

MOST_HITS = 20  # of each kind
BESIDE = 70  # characters on each side of a hit


class Source(msgspec.Struct, frozen=True):
    """One kind of thing that is searched.

    `of` is the way to what is published and has the status, empty if that is the row itself; `form` is the
    way to what has the form in which the row is edited, and `part` the place within that form.
    """

    name: str
    words: str
    model: type
    fields: str  # their names, in the order in which hits are shown
    of: str = ""
    form: str = ""
    part: str = ""
    along: tuple[str, ...] = ()  # what naming a row needs besides

    @property
    def thing_model(self) -> type:
        model = self.model
        for step in self.of.split("__") if self.of else ():
            model = model._meta.get_field(step).related_model
        return model


class Snippet(msgspec.Struct, frozen=True):
    """A hit with what stands around it; `field` says where."""

    field: str
    before: str
    hit: str
    after: str


class Hit(msgspec.Struct, frozen=True):
    name: str
    of: str
    url: str
    history_url: str
    snippets: tuple[Snippet, ...]


class Found(msgspec.Struct, frozen=True):
    """The hits of one kind, and whether there are more."""

    words: str
    hits: tuple[Hit, ...]
    has_more: bool


SOURCES = (
    Source(
        "exercises",
        "exercises",
        Exercise,
        "name aliases slug answer equipment caution caution_source reviewed_by review_note",
    ),
    Source("sections", "sections", Section, "heading body", of="exercise", form="exercise", part="sections"),
    Source(
        "cues",
        "form cues",
        FormCue,
        "do phase avoid why goes_wrong how_sure",
        of="exercise",
        form="exercise",
        part="cues",
    ),
    Source(
        "involvements",
        "what muscles do in an exercise",
        Involvement,
        "summary",
        of="exercise",
        form="exercise",
        part="involvements",
        along=("muscle",),
    ),
    Source("claims", "claims", Claim, "statement verdict", of="exercise", form="exercise", part="claims"),
    Source("axes", "stance axes", StanceAxis, "name slug explanation", of="exercise"),
    Source(
        "options",
        "stance options",
        StanceOption,
        "name slug phrase explanation caution caution_source",
        of="axis__exercise",
    ),
    Source(
        "effects",
        "reasons of effects",
        StanceEffect,
        "reason",
        of="option__axis__exercise",
        form="option",
        part="effects",
        along=("muscle", "with_option__axis"),
    ),
    Source("muscles", "muscles", Muscle, "name everyday_name aliases slug location function review_note"),
    Source("groups", "muscle groups", MuscleGroup, "name everyday_name slug summary"),
    Source("actions", "joint actions", JointAction, "name slug summary"),
    Source(
        "studies",
        "studies",
        Study,
        "short_name slug authors title journal doi pmid participants machine load measured conditions "
        "summary limits basis review_note",
    ),
    Source(
        "findings",
        "findings",
        Finding,
        "words elsewhere load known_through",
        of="study",
        form="study",
        part="findings",
    ),
    Source("terms", "terms", Term, "name aliases slug definition review_note"),
    Source("log", "audit log", AuditEntry, "by_name name note"),
)


class SearchForm(forms.Form):
    q = forms.CharField(
        label="Search for",
        min_length=2,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "size": 30}),
        error_messages={
            "required": "Say what to look for.",
            "min_length": "One letter is in nearly every text. Say more.",
            "max_length": "This is longer than 100 characters. It is looked for as it stands, so say less.",
        },
    )
    kind = forms.ChoiceField(label="In", required=False)
    status = forms.ChoiceField(label="State", required=False, choices=[("", "any"), *STATES.items()])

    def __init__(self, sources, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [(source.name, source.words) for source in sources]
        self.fields["kind"].choices = [("", "everything"), *kinds]


def search_view(request: HttpRequest) -> HttpResponse:
    """What the user may see of what contains the words. A query for each kind."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    sources = [source for source in SOURCES if _may_view(request.user, source)]
    form = SearchForm(sources, request.GET if "q" in request.GET else None)
    found = None
    if form.is_valid():
        given = form.cleaned_data
        if given["kind"]:
            sources = [source for source in sources if source.name == given["kind"]]
        found = [*_search(request.user, sources, given["q"], given["status"])]
    context = {
        **admin.site.each_context(request),
        "title": "Search everything",
        "form": form,
        "found": found,
        "most": MOST_HITS,
    }
    return TemplateResponse(request, "admin/search.html", context)


def _may_view(user: User, source: Source) -> bool:
    return all(_may(user, "view", m) or _may(user, "change", m) for m in (source.model, source.thing_model))


def _may(user: User, verb: str, model: type) -> bool:
    return user.has_perm(f"exercises.{verb}_{model._meta.model_name}")


def _search(user: User, sources, words: str, status: str) -> Iterator[Found]:
    for source in sources:
        is_published = issubclass(source.thing_model, Publishable)
        if status and not is_published:
            continue
        contains = Q()
        for field in source.fields.split():
            contains |= Q(**{f"{field}__icontains": words})
        rows = source.model.objects.filter(contains)
        if status:
            rows = rows.filter(**{f"{source.of or 'pk'}__in": _in_state(source.thing_model, status)})
        if related := [path for path in (source.of, source.form, *source.along) if path]:
            rows = rows.select_related(*related)
        rows = list(rows[: MOST_HITS + 1])
        if rows:
            may_change = is_published and _may(user, "change", source.thing_model)
            hits = tuple(_hit(source, row, words, may_change) for row in rows[:MOST_HITS])
            yield Found(source.words, hits, len(rows) > MOST_HITS)


def _in_state(model: type, state: str) -> QuerySet:
    return in_state(model.objects.all(), state).order_by().values("pk")


def _hit(source: Source, row, words: str, has_history: bool) -> Hit:
    thing, edited = _at(row, source.of), _at(row, source.form)
    part = f"#{source.part}-group" if source.part else ""
    return Hit(
        name=str(row),
        of=str(thing) if thing != row else "",
        url=_url("change", edited) + part,
        history_url=_url("history", thing) if has_history else "",
        snippets=tuple(_snippets(source, row, words)),
    )


def _at(row, way: str):
    for step in way.split("__") if way else ():
        row = getattr(row, step)
    return row


def _url(page: str, thing) -> str:
    return reverse(f"admin:exercises_{thing._meta.model_name}_{page}", args=[thing.pk])


def _snippets(source: Source, row, words: str) -> Iterator[Snippet]:
    """The first hit in each field, links as their words, unless it is in what stands for the link. None where
    the database and Python differ in what is the same letter."""
    for field in source.fields.split():
        typed = getattr(row, field)
        for text in (markdown.without_links(typed), typed):
            if match := re.search(re.escape(words), text, re.IGNORECASE):
                before, hit, after = searching.around(text, *match.span(), BESIDE, BESIDE)
                field_name = capfirst(source.model._meta.get_field(field).verbose_name)
                yield Snippet(field=field_name, before=before, hit=hit, after=after)
                break
