"""Pages for machines, and the pages for what went wrong."""

import re
import shutil
from collections.abc import Iterator

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.contrib.syndication.views import Feed
from django.core.exceptions import BadRequest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from .. import request_ids, roles, searching
from ..emphasis import join_words
from ..models import Publication
from .shared import EXERCISES_SHOWN, read_page

FEED_LENGTH = 50


@never_cache
@csrf_exempt  # as in read_page
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """That the process lives. It asks nothing else, so that a slow database gets no server restarted."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@csrf_exempt
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether readers should be sent here: 503 with a line for each thing that is wrong."""
    wrong = list(_not_ready())
    text = "\n".join(wrong or ["ok"])
    return HttpResponse(f"{text}\n", status=503 if wrong else 200, content_type="text/plain")


def _not_ready() -> Iterator[str]:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield "The database lacks migrations: run manage.py migrate."
    except DatabaseError:
        yield "The database does not answer."
    if shutil.disk_usage(settings.DATA_DIR).free < settings.LEAST_FREE_MB * 1024 * 1024:
        yield f"Less than {settings.LEAST_FREE_MB} MB are free where the data is kept."


@read_page
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /exercises/*/panel/",
        "",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain")


class PublishedSitemap(Sitemap):
    """Every live page of a kind of thing, with the date that it was published."""

    limit = 1000

    def __init__(self, kind: Publication.Kind):
        self.kind = kind

    def items(self):
        return Publication.objects.live(self.kind).listed()

    def lastmod(self, publication):
        return publication.live_from

    def get_latest_lastmod(self):
        # Django would read every page for it. A withdrawal changes the part, too.
        return Publication.objects.filter(kind=self.kind).out().aggregate(latest=Max("live_from"))["latest"]


SITEMAPS = {
    "exercises": PublishedSitemap(Publication.Kind.EXERCISE),
    "muscles": PublishedSitemap(Publication.Kind.MUSCLE),
    "studies": PublishedSitemap(Publication.Kind.STUDY),
    "terms": PublishedSitemap(Publication.Kind.TERM),
}


@read_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """The entry: where the pages of the map are."""
    return views.index(request, SITEMAPS, sitemap_url_name="sitemap_section")


@read_page
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    if section not in SITEMAPS:
        raise Http404(f"The map has the parts {join_words(SITEMAPS)}.")
    return views.sitemap(request, SITEMAPS, section)


class PublishedFeed(Feed):
    """What has been published, with what it changed for readers, newest first."""

    title = "Legwork: what changed"
    subtitle = "New and corrected pages: exercises, muscles, studies and terms."
    link = "/"
    feed_url = "/feed.xml"
    feed_type = Atom1Feed

    def items(self):
        news = Publication.objects.out().filter(withdrawn_because="").defer("document")
        news = news.filter(muscle__merged_into=None, study__merged_into=None, term__merged_into=None)
        return news.order_by("-live_from", "-pk")[:FEED_LENGTH]

    def item_title(self, publication):
        return f"{publication.name[:1].upper()}{publication.name[1:]}, version {publication.number}"

    def item_description(self, publication):
        return publication.note

    def item_updateddate(self, publication):
        return publication.live_from

    item_pubdate = item_updateddate

    def item_guid(self, publication):
        return f"{settings.SITE_URL}{publication.get_absolute_url()}v/{publication.number}/"


@read_page
def feed(request: HttpRequest) -> HttpResponse:
    return PublishedFeed()(request)


@never_cache
def bad_request(request: HttpRequest, exception) -> HttpResponse:
    """What is wrong with the request, where it was refused with words; other refusals are not for readers."""
    reason = str(exception) if isinstance(exception, BadRequest) else ""
    return render(request, "400.html", {"reason": reason}, status=400)


@never_cache
def permission_denied(request: HttpRequest, exception) -> HttpResponse:
    """That this may not be done; to staff also by whom it may, with their names."""
    user = getattr(request, "user", None)
    is_staff = bool(user and user.is_active and user.is_staff)
    people = {who: join_words(names) for who, names in roles.people().items()} if is_staff else {}
    return render(request, "403.html", {"is_staff": is_staff, **people}, status=403)


@never_cache
def server_error(request: HttpRequest) -> HttpResponse:
    """That something broke, and the name under which the log has it. Whatever broke may break this, too: then
    the sentence alone."""
    try:
        page = render_to_string("500.html", {"request_id": request_ids.current.get()})
    except Exception:  # the log has the first error, and this one adds nothing
        page = "<!doctype html><title>Legwork</title><h1>Something broke on our side</h1>"
    return HttpResponse(page, status=500)


def page_not_found(request: HttpRequest, exception) -> HttpResponse:
    """What is wrong with the address, in words where we know them, a search for what it may have meant, and
    the first exercises there are."""
    # Django's own message for an unknown path is a dictionary: not for readers.
    reason = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    exercises = list(Publication.objects.live("exercise").listed()[: EXERCISES_SHOWN + 1])
    context = {
        "reason": reason,
        "q": request.GET.get("q") or _name_in(request.path),
        "exercises": exercises[:EXERCISES_SHOWN],
        "are_more": len(exercises) > EXERCISES_SHOWN,
        "muscles": Publication.objects.live("muscle").listed(),
    }
    return render(request, "404.html", context, status=404)


def _name_in(path: str) -> str:
    """The last part of the address that may be a name, in words: "leg press" of /exercises/leg-press/v/7/."""
    parts = (" ".join(re.findall(r"[^\W\d_]+", part)) for part in reversed(path.split("/")))
    return next((part[: searching.MOST_CHARACTERS] for part in parts if len(part) > 2), "")
