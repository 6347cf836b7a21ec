"""The admin's front page is the editors' desk."""

from django.contrib.admin import AdminSite
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone

from . import roles
from .models import Exercise, Muscle, Publication, Revision, Study, Term
from .signing_in import SigningIn

MOST_ROWS = 15


class DeskSite(SigningIn, AdminSite):
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

    def autocomplete_view(self, request):
        from .admin.stance import FoundJsonView

        return FoundJsonView.as_view(admin_site=self)(request)

    def index(self, request, extra_context=None):
        """What is to be done, and what was done last. A query for each list."""
        from .admin.states import in_state

        today = timezone.localdate()
        things = [Exercise, Muscle, Study, Term]
        live = Publication.objects.live().order_by().values_list("kind")
        counts = dict(live.annotate(count=Count("pk")))
        desk = {
            "asked": [
                row
                for model in things
                for row in _rows(
                    in_state(model.objects.select_related("review_asked_by"), "asked"), "publish"
                )
            ],
            "to_review": Exercise.objects.filter(review_due__lte=today).order_by("review_due")[:MOST_ROWS],
            "drafts": [row for model in things for row in _rows(in_state(model.objects.all(), "draft"))],
            "changed": [row for model in things for row in _rows(in_state(model.objects.all(), "changed"))],
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
                (model._meta.verbose_name_plural, counts.get(model._meta.model_name, 0)) for model in things
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


def _rows(things, page: str = "change") -> list[dict]:
    """The first of the things, each with what it is and the address of one of its pages in the admin."""
    address = f"admin:exercises_{things.model._meta.model_name}_{page}"
    return [
        {"thing": thing, "kind": thing._meta.verbose_name, "url": reverse(address, args=[thing.pk])}
        for thing in things[:MOST_ROWS]
    ]
