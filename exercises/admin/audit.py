"""The audit log: to be read, searched and taken away as CSV, by nobody to be changed."""

import csv
from collections.abc import Iterator

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst

from ..models import AuditEntry, Publication

COLUMNS = ["when", "who", "what", "kind", "thing", "note"]


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    change_list_template = "admin/exercises/audit_change_list.html"
    list_display = ["at", "by_name", "did", "thing", "note"]
    list_display_links = None
    list_filter = ["what", "kind", "by", "at"]
    search_fields = ["by_name", "name", "note"]
    search_help_text = "Searches names, of people and of things, and notes."
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description="what", ordering="what")
    def did(self, entry) -> str:
        return entry.get_what_display()

    @admin.display(description="thing", ordering="name")
    def thing(self, entry) -> str:
        if entry.kind not in Publication.Kind:
            return entry.name
        address = reverse(f"admin:exercises_{entry.kind}_change", args=[entry.thing_pk])
        return format_html('<a href="{}">{}</a> ({})', address, entry.name, entry.kind)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="exercises_auditentry_export"), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The list as it is filtered, all of it, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        try:
            entries = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return redirect("admin:exercises_auditentry_changelist")
        name = f"audit-log-{timezone.localdate():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            _csv(entries.iterator(chunk_size=1000)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class _Echo:
    """Hands back what a csv.writer would write into a file."""

    def write(self, line: str) -> str:
        return line


def _csv(entries) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(capfirst(column) for column in COLUMNS)
    for entry in entries:
        when = timezone.localtime(entry.at).isoformat(timespec="seconds")
        values = [entry.by_name, entry.get_what_display(), entry.kind, entry.name, entry.note]
        yield writer.writerow([when, *(_as_text(value) for value in values)])


def _as_text(value: str) -> str:
    """The value such that no spreadsheet takes it for a formula: an apostrophe goes before it."""
    if value.startswith(("\t", "\r", "\n")) or value.lstrip().startswith(("=", "+", "-", "@")):
        return f"'{value}"
    return value
