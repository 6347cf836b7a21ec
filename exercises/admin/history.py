"""The history of a thing: every save and every publication, to compare and to bring back."""

from datetime import datetime
from typing import Any

import msgspec
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from .. import comparing, editing
from ..models import Publication

MOST_ENTRIES = 300


class Entry(msgspec.Struct, frozen=True):
    """One line of the history. `ref` names it in addresses: r12 a save, p34 a publication."""

    ref: str
    at: datetime
    by: Any
    happened: str
    note: str


class HasHistory:
    """For the admin of a thing that is published."""

    def get_urls(self):
        name = self.opts.model_name
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/restore/", wrap(self.restore_view), name=f"exercises_{name}_restore"),
            path("deleted/", wrap(self.deleted_view), name=f"exercises_{name}_deleted"),
            *super().get_urls(),
        ]

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """The history; with `before` and `after` in the address, what changed between these two."""
        thing = self.get_thing(request, int(object_id) if str(object_id).isdigit() else 0)
        entries = _entries(thing)
        before, after = request.GET.get("before", ""), request.GET.get("after", "")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"History of {thing}",
            "original": thing,
            "entries": entries,
            "before": before or (entries[1].ref if len(entries) > 1 else ""),
            "after": after or (entries[0].ref if entries else ""),
            "changes": comparing.compare(_find(thing, before), _find(thing, after))
            if before and after
            else None,
            "change_url": self.admin_url("change", thing),
            "restore_url": self.admin_url("restore", thing),
        }
        return TemplateResponse(request, "admin/exercises/history.html", context)

    def restore_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put the draft back to one line of the history. Only by POST."""
        thing = self.get_thing(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        ref = request.POST.get("ref", "")
        entry = next((entry for entry in _entries(thing) if entry.ref == ref), None)
        content = _find(thing, ref)
        what = f"Restored: {entry.happened} on {entry.at:%d %B %Y, %H:%M}." if entry else "Restored."
        try:
            editing.restore(thing, content, what, request.user)
        except (ObjectDoesNotExist, ValidationError) as error:
            reason = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            messages.error(request, f"It was not restored, and nothing has changed: {reason}")
        else:
            self.log_change(request, thing, what)
            messages.success(request, "The draft is as it was then. Readers see nothing of it yet.")
        return redirect(self.admin_url("change", thing))

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """Deleted things, each with a button that makes it anew."""
        if not self.has_add_permission(request):
            raise Http404
        kind = self.opts.model_name
        gone = editing.deleted(kind)
        if request.method == "POST":
            revision = next((r for r in gone if str(r.pk) == request.POST.get("revision")), None)
            if revision is None:
                raise Http404("There is no such deleted thing.")
            try:
                thing = editing.recover(revision, request.user)
            except (ObjectDoesNotExist, ValidationError) as error:
                reason = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
                messages.error(request, f"It was not recovered, and nothing has changed: {reason}")
                return redirect(reverse(f"admin:exercises_{kind}_deleted"))
            self.log_addition(request, thing, "Recovered.")
            messages.success(request, f"“{thing}” is back, as a draft.")
            return redirect(self.admin_url("change", thing))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Deleted: {self.opts.verbose_name_plural}",
            "deleted": gone,
        }
        return TemplateResponse(request, "admin/exercises/deleted.html", context)


def _entries(thing) -> list[Entry]:
    """The newest lines of the history, the newest first. Two queries."""
    saves = editing.revisions_of(thing).select_related("saved_by").defer("draft")[:MOST_ENTRIES]
    publications = editing.latest_publications(thing).select_related("published_by").defer("document")
    entries = [Entry(f"r{r.pk}", r.saved_at, r.saved_by, "saved", r.what) for r in saves]
    entries += [
        Entry(f"p{p.pk}", p.published_at, p.published_by, _what_happened(p), p.note)
        for p in publications[:MOST_ENTRIES]
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _what_happened(publication: Publication) -> str:
    if publication.is_withdrawal:
        return "withdrawn"
    if publication.cancelled_at:
        return f"version {publication.number} scheduled, and cancelled"
    if publication.live_from > publication.published_at:
        return f"version {publication.number} scheduled for {publication.live_from:%d %B %Y, %H:%M}"
    return f"version {publication.number} published"


def _find(thing, ref: str):
    """The draft or document that a line of the thing's history has; Http404 if there is no such line."""
    kind, pk = ref[:1], ref[1:]
    if pk.isdigit() and len(pk) < 19:
        if kind == "r" and (found := editing.revisions_of(thing).filter(pk=pk).first()):
            return found.content
        if kind == "p" and (found := editing.latest_publications(thing).filter(pk=pk).first()):
            return found.content
    raise Http404("There is no such line in the history.")
