"""Drafts for people without an account, by a link that expires and can be revoked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import previews, publishing
from ..editing import MODELS
from ..limits import limited
from ..models import PreviewLink


@never_cache
@require_safe
@limited("preview")
def preview(request: HttpRequest, token: str) -> HttpResponse:
    link, document = _find(token)
    if document is None:
        return _refuse(request)
    return previews.preview_page(
        request,
        document,
        link=link,
        page=reverse("preview", args=[token]),
        panel_url=reverse("preview_panel", args=[token]),
    )


@never_cache
@require_safe
@limited("preview")
def preview_panel(request: HttpRequest, token: str) -> HttpResponse:
    _, document = _find(token)
    if document is None:
        return _refuse(request)
    return previews.preview_panel(request, document, page=reverse("preview", args=[token]))


def _find(token: str):
    """The open link and the frozen draft of its thing; None for the draft if there is nothing to show."""
    link = PreviewLink.objects.open().filter(token=token).first()
    thing = link and MODELS[link.kind].objects.filter(pk=link.thing_pk).first()
    return link, thing and publishing.preview(thing)


def _refuse(request: HttpRequest) -> HttpResponse:
    return render(request, "preview_closed.html", status=404)
