"""Previews: of the saved draft, of what is in a form, and by a link for those without an account."""

import msgspec
from django.contrib import messages
from django.core import signing
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format

from .. import document as documents
from .. import editing, previews, publishing
from ..models import AuditEntry, PreviewLink
from ..models.publication import read

# A preview gives out a draft that is not saved, and it comes back with another stance. There is safe HTML in
# it, which is shown as it is: so only what was made here is taken back.
DRAFTS = signing.Signer(salt="exercises.preview")


class HasPreviews:
    """For the admin of a thing that is published."""

    def get_urls(self):
        name = self.opts.model_name
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", wrap(self.preview_view), name=f"exercises_{name}_preview"),
            path(
                "<int:pk>/preview/panel/",
                wrap(self.preview_panel_view),
                name=f"exercises_{name}_preview_panel",
            ),
            path("preview/", wrap(self.preview_sent_view), name=f"exercises_{name}_preview_sent"),
            path("<int:pk>/link/", wrap(self.link_view), name=f"exercises_{name}_link"),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The saved draft, as the page would be. Writes nothing."""
        thing = self.get_thing(request, pk)
        return previews.preview_page(
            request,
            publishing.preview(thing),
            problems=publishing.check(publishing.with_needed(thing)),
            edit_url=self.admin_url("change", thing),
            publish_url=self.admin_url("publish", thing),
            page=self.admin_url("preview", thing),
            panel_url=self.admin_url("preview_panel", thing),
            may_publish=self.has_publish_permission(request),
        )

    def preview_panel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        thing = self.get_thing(request, pk)
        return previews.preview_panel(
            request, publishing.preview(thing), page=self.admin_url("preview", thing)
        )

    def is_preview(self, request: HttpRequest) -> bool:
        return "_preview" in request.POST

    def preview_unsaved(self, request: HttpRequest, obj) -> HttpResponse:
        """The page of what is in the form. The form has just been saved, and this takes that back."""
        thing = self.thing_of(obj)
        problems = publishing.check(publishing.with_needed(thing))
        response = self._preview_sent(request, publishing.preview(thing), problems=problems)
        transaction.set_rollback(True)
        return response

    def preview_sent_view(self, request: HttpRequest) -> HttpResponse:
        """The page of a draft that was never saved, in another stance: the page sends the draft along."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            draft = DRAFTS.unsign(request.POST.get("draft", ""))
            document = read(draft, self.opts.model_name)
        except (signing.BadSignature, msgspec.DecodeError) as error:
            raise BadRequest(
                "This draft is not as a preview has given it out. Go back to the form, and preview it again."
            ) from error
        if request.headers.get("HX-Request"):
            return previews.preview_panel(request, document)
        return self._preview_sent(request, document)

    def render_change_form(self, request, context, *args, **kwargs):
        response = super().render_change_form(request, context, *args, **kwargs)
        if self.is_preview(request):  # which is not shown: the form has mistakes
            return previews.refusal(request, _mistakes(context))
        return response

    def _preview_sent(self, request: HttpRequest, document, **context) -> HttpResponse:
        address = reverse(f"admin:exercises_{self.opts.model_name}_preview_sent")
        draft = DRAFTS.sign(documents.to_json(document))
        return previews.preview_page(
            request, document, page=address, panel_url=address, draft=draft, **context
        )

    def response_add(self, request, obj, post_url_continue=None):
        if self.is_preview(request):
            return self.preview_unsaved(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        if self.is_preview(request):
            return self.preview_unsaved(request, obj)
        return super().response_change(request, obj)

    def link_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a link that shows the saved draft to somebody without an account, or revoke one."""
        thing = self.get_thing(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        links = PreviewLink.objects.filter(kind=publishing.KINDS[type(thing)], thing_pk=thing.pk)
        if "revoke" in request.POST:
            revoked = [link.pk for link in links.open() if link.token == request.POST["revoke"]]
            links.filter(pk__in=revoked).update(revoked_at=timezone.now())
            messages.success(request, "The link is revoked: it shows nothing any more.")
        else:
            link = PreviewLink.objects.create(
                kind=publishing.KINDS[type(thing)], thing_pk=thing.pk, made_by=request.user
            )
            until = date_format(timezone.localtime(link.expires_at), "j F Y, H:i")
            editing.note(AuditEntry.What.SHARED, request.user, thing, f"Until {until}.")
            messages.success(request, f"The link stands below. It shows the saved draft until {until}.")
        return redirect(self.admin_url("change", thing))


def _mistakes(context: dict) -> list[str]:
    """What is wrong in a form and its inlines, each with the field that it is about."""
    parts = [("", context["adminform"].form)]
    said = []
    for inline in context["inline_admin_formsets"]:
        name = inline.opts.verbose_name
        parts += [(f"{name} {number}, ", form) for number, form in enumerate(inline.formset.forms, start=1)]
        said += inline.formset.non_form_errors()
    for which, form in parts:
        for field, errors in form.errors.items():
            label = form.fields[field].label if field in form.fields else ""
            said += [f"{which}{label}: {error}".removeprefix(": ") for error in errors]
    return said
