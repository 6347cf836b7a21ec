"""The admin's front page is the editors' desk, and a session that has ended costs nobody their text."""

import json
from functools import update_wrapper

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_protect

from . import roles
from .models import Exercise, Muscle, Publication, Revision, Study

MOST_ROWS = 15
NOT_KEPT = {"csrfmiddlewaretoken", "password", "password1", "password2", "old_password", "new_password1"}
NOT_KEPT |= {"new_password2", "_lost", "username", "next"}


class DeskSite(AdminSite):
    site_title = "Legwork"
    site_header = "Legwork"
    index_title = "The editors' desk"

    def get_urls(self):
        from .admin import markdown_fields, search  # which need the site to be there

        return [
            path("guide/", self.admin_view(self.guide), name="guide"),
            path("markdown/", self.admin_view(markdown_fields.render_view), name="markdown"),
            path("markdown/links/", self.admin_view(markdown_fields.links_view), name="markdown_links"),
            path("search/", self.admin_view(search.search_view), name="search"),
            *super().get_urls(),
        ]

    def index(self, request, extra_context=None):
        """What is to be done, and what was done last. A query for each list."""
        today = timezone.localdate()
        things = [Exercise, Muscle, Study]
        live = Publication.objects.live()
        desk = {
            "asked": [
                row
                for model in things
                for row in _rows(
                    model.objects.exclude(review_asked_at=None).select_related("review_asked_by"), "publish"
                )
            ],
            "to_review": Exercise.objects.filter(review_due__lte=today).order_by("review_due")[:MOST_ROWS],
            "drafts": [
                row
                for never_out in (
                    Exercise.objects.filter(publications=None),
                    Muscle.objects.filter(publications=None, merged_into=None),
                    Study.objects.filter(publications=None, merged_into=None),
                )
                for row in _rows(never_out)
            ],
            "changed": [row for model in things for row in _rows(model.objects.filter(has_changes=True))],
            "scheduled": Publication.objects.scheduled().defer("document")[:MOST_ROWS],
            "published": Publication.objects.out()
            .exclude(published_by=None)  # what came with the site
            .defer("document")
            .select_related("published_by")
            .order_by("-pk")[:MOST_ROWS],
            "saved": Revision.objects.exclude(saved_by=None)
            .defer("draft")
            .select_related("saved_by")[:MOST_ROWS],
            "numbers": [
                (model._meta.verbose_name_plural, live.filter(kind=model._meta.model_name).count())
                for model in things
            ],
        }
        return super().index(request, {**(extra_context or {}), "desk": desk})

    def guide(self, request: HttpRequest) -> HttpResponse:
        """How to work here, for editors."""
        context = {
            **self.each_context(request),
            "title": "Guide for editors",
            "roles": [(role.label, roles.SENTENCES[role]) for role in roles.Role],
        }
        return render(request, "admin/guide.html", context)

    def admin_view(self, view, cacheable=False):
        guarded = super().admin_view(view, cacheable)

        def inner(request, *args, **kwargs):
            is_leaving = request.path == reverse("admin:logout")
            if request.method == "POST" and not is_leaving and not self.has_permission(request):
                return csrf_protect(self._ask_to_sign_in)(request)
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, view)

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        lost = request.POST.get("_lost", "")
        response = super().login(request, {**(extra_context or {}), "lost": lost})
        if lost and response.status_code == 302 and self.has_permission(request):
            return self._give_back(request, lost)
        return response

    def _ask_to_sign_in(self, request: HttpRequest) -> HttpResponse:
        """The sign-in page, which carries along what was sent."""
        sent = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_KEPT}
        context = {
            **self.each_context(request),
            "title": "Sign in again",
            "form": AdminAuthenticationForm(request),
            "app_path": reverse("admin:login"),
            "next": request.get_full_path(),
            "lost": json.dumps(sent),
        }
        return render(request, "admin/login.html", context)

    def _give_back(self, request: HttpRequest, lost: str) -> HttpResponse:
        """What was sent before the session had ended, to send again."""
        try:
            sent = json.loads(lost)
            fields = [(str(name), str(value)) for name, values in sent.items() for value in values]
        except (ValueError, AttributeError, TypeError):
            fields = []
        path = request.POST.get("next", "")
        if not path.startswith("/admin/") or not url_has_allowed_host_and_scheme(path, None):
            path = reverse("admin:index")
        context = {**self.each_context(request), "title": "Your text is here", "fields": fields, "path": path}
        return render(request, "admin/exercises/given_back.html", context)


def _rows(things, page: str = "change") -> list[dict]:
    """The first of the things, each with what it is and the address of one of its pages in the admin."""
    address = f"admin:exercises_{things.model._meta.model_name}_{page}"
    return [
        {"thing": thing, "kind": thing._meta.verbose_name, "url": reverse(address, args=[thing.pk])}
        for thing in things[:MOST_ROWS]
    ]
