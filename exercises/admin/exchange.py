"""Exercises out to files and in again, in the admin of exercises."""

import base64
import io

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from .. import exchange, files, zips
from ..models import Exercise, Muscle, Study, Term

# Where the session keeps an archive between being shown and being taken in.
UPLOADED = "exercises_import"


class ImportForm(forms.Form):
    archive = forms.FileField(
        label="Zip of content files",
        help_text="As “Export as files” makes it. First you see what would change; nothing is written yet.",
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
    )


class ExchangesFiles:
    """For the admin of exercises: the action that exports, and the page that imports in two steps."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("import/", wrap(self.import_view), name="exercises_exercise_import"),
            path("import/confirm/", wrap(self.confirm_view), name="exercises_exercise_import_confirm"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {**(extra_context or {}), "may_import": _may_import(request)})

    @admin.action(description="Export as files", permissions=["change"])
    def export_files(self, request, queryset):
        slugs = sorted(queryset.values_list("slug", flat=True))
        try:
            packed = zips.to_zip(files.write(exchange.gather(slugs)))
        except files.ContentError as error:
            self.message_user(request, f"Nothing was exported. {error}", messages.ERROR)
            return None
        name = slugs[0] if len(slugs) == 1 else "exercises"
        disposition = f'attachment; filename="{name}.zip"'
        return HttpResponse(
            packed, content_type="application/zip", headers={"Content-Disposition": disposition}
        )

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take an archive and show what it would change. Writes nothing but the session."""
        if not _may_import(request):
            raise PermissionDenied
        request.session.pop(UPLOADED, None)
        form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
        report, problems = None, ()
        if form.is_valid():
            packed = form.cleaned_data["archive"].read(zips.MOST_PACKED + 1)
            try:
                report = exchange.take_in(_content(packed), is_trial=True)
                _check_permissions(request, report)
            except files.ContentError as error:
                report, problems = None, error.problems
            else:
                request.session[UPLOADED] = base64.b64encode(packed).decode()
        return self._import_page(request, form, report, problems)

    def confirm_view(self, request: HttpRequest) -> HttpResponse:
        """Take in what was shown. Only by POST."""
        if not _may_import(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not (packed := request.session.get(UPLOADED)):
            messages.error(request, "The file is no longer here, and nothing was imported. Choose it again.")
            return redirect("admin:exercises_exercise_import")
        try:
            with transaction.atomic():
                report = exchange.take_in(_content(base64.b64decode(packed)), request.user)
                _check_permissions(request, report)
                is_as_shown = report.digest == request.POST.get("digest")
                transaction.set_rollback(not is_as_shown)
                for entry in report.entries if is_as_shown else ():
                    log = self.log_addition if entry.is_new else self.log_change
                    log(request, entry.thing, exchange.IMPORTED)
        except files.ContentError as error:
            return self._import_page(request, ImportForm(), None, error.problems)
        if not is_as_shown:
            messages.warning(
                request,
                "Nothing was imported: it would no longer change what you were shown. Look at it again.",
            )
            return self._import_page(request, ImportForm(), report, ())
        del request.session[UPLOADED]
        messages.success(
            request, f"Imported into the drafts: {_counts(report)}. Readers see it once it is published."
        )
        return redirect("admin:exercises_exercise_changelist")

    def _import_page(self, request, form, report, problems) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Import from files",
            "form": form,
            "report": report,
            "counts": _counts(report) if report else "",
            "problems": problems,
            "import_url": reverse("admin:exercises_exercise_import"),
            "confirm_url": reverse("admin:exercises_exercise_import_confirm"),
            "list_url": reverse("admin:exercises_exercise_changelist"),
        }
        return TemplateResponse(request, "admin/exercises/import.html", context)


def _content(packed: bytes) -> files.Content:
    content = files.read(zips.from_zip(io.BytesIO(packed)))
    if content == files.Content():
        raise files.ContentError(f"There is nothing in it to import. A folder of content has {files.LAYOUT}.")
    return content


def _counts(report: exchange.Report) -> str:
    new = sum(entry.is_new for entry in report.entries)
    return f"{new} new, {len(report.entries) - new} changed, {report.unchanged} as they were"


def _may_import(request: HttpRequest) -> bool:
    return all(
        _may(request, verb, model) for model in (Exercise, Muscle, Study, Term) for verb in ("add", "change")
    )


def _may(request: HttpRequest, verb: str, model) -> bool:
    return request.user.has_perm(f"exercises.{verb}_{model._meta.model_name}")


def _check_permissions(request: HttpRequest, report: exchange.Report) -> None:
    """Muscle groups and joint actions need their own permissions, but only where they change."""
    refused = [
        f"It would {'add' if entry.is_new else 'change'} the {entry.kind} “{entry.thing}”, for which you "
        "have no permission. An administrator of this site can give it to you."
        for entry in report.entries
        if not _may(request, "add" if entry.is_new else "change", type(entry.thing))
    ]
    if refused:
        raise files.ContentError(*refused)
