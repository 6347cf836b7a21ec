"""Readers' pages, kept as the bytes that are sent.

What readers see follows from publications alone, and those are never changed. So a page that was made once is
kept, compressed, and sent again until something is published: no query, no template, no other middleware.
"""

import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import NamedTuple

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import http_date, parse_etags

from . import metrics, site_version
from .site_version import SiteVersion

SMALLEST = 500  # bytes worth compressing
# The best first. Brotli's 5 is of 11: more takes longer than the reader of a new page should wait.
ENCODERS = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
# A page that varies by more than its address is not kept.
KNOWN_VARIATIONS = {"accept-encoding"}
ENCODING = re.compile(
    r"(?:^|,)\s*(br|gzip|\*)\s*(?:;\s*q=(0(?:\.\d*)?|1(?:\.0*)?)\s*)?(?=,|$)", re.IGNORECASE
)


class Page(NamedTuple):
    """A page as it is sent: its bytes by how they are encoded, and its headers. One that is about an exercise
    alone has the exercise's key, and the version of it."""

    version: SiteVersion | None
    exercise: int | None
    exercise_version: int | None
    bodies: Mapping[str, bytes]
    headers: Mapping[str, str]
    etag: str

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values()))


class Pages:
    """Pages by address, as many as fit. Those that were not asked for the longest go first."""

    def __init__(self, most_bytes: int):
        self.most_bytes, self.bytes = most_bytes, 0
        self.pages: OrderedDict[tuple, Page] = OrderedDict()
        self.lock = Lock()

    def get(self, key: tuple) -> Page | None:
        with self.lock:
            if page := self.pages.get(key):
                self.pages.move_to_end(key)
            return page

    def keep(self, key: tuple, page: Page) -> None:
        with self.lock:
            if old := self.pages.pop(key, None):
                self.bytes -= old.size
            self.pages[key] = page
            self.bytes += page.size
            while self.bytes > self.most_bytes:
                _, gone = self.pages.popitem(last=False)
                self.bytes -= gone.size


class KeptPagesMiddleware:
    """Stands before all other middleware. What it keeps has passed them all once.

    Only a response that says itself that it is public, and that sets no cookie, is kept. It gets an ETag
    of its bytes, so that no release and no publication answers 304 to a page that it would make
    differently; If-Modified-Since is not answered, since a release changes pages and no date tells.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response
        self.is_on = settings.KEPT_PAGES_MB > 0
        self.pages = Pages(settings.KEPT_PAGES_MB * 1024 * 1024)
        self.compress = GZipMiddleware(get_response)  # for what is made and not kept

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or request.path.startswith(settings.NEVER_KEPT):
            return self.get_response(request)
        key = _key(request)
        version = site_version.now() if self.is_on else None
        page = self._kept(key, version) if self.is_on else None
        is_kept = page is not None
        if not is_kept:
            response, version, exercise_version = self._make(request, version)
            if not _may_be_kept(response):
                return self.compress.process_response(request, response)
            wanted = ENCODERS if self.is_on else _wanted(request)
            page = _page(response, version, exercise_version, wanted)
            if self.is_on and request.method == "GET":
                self.pages.keep(key, page)
        metrics.KEPT.labels("kept" if is_kept else "made").inc()
        return _answer(request, page)

    def _kept(self, key: tuple, version: SiteVersion) -> Page | None:
        """The page that is kept, if it would be made the same again. Of an exercise's own page that can be
        told, at the price of a query, when something else has been published since."""
        page = self.pages.get(key)
        if page is None or page.version == version:
            return page
        if page.exercise is None or page.version.everywhere != version.everywhere:
            return None
        if site_version.of_exercise(page.exercise) != page.exercise_version:
            return None
        page = page._replace(version=version)
        self.pages.keep(key, page)
        return page

    def _make(
        self, request: HttpRequest, version: SiteVersion | None
    ) -> tuple[HttpResponse, SiteVersion | None, int | None]:
        """The response, and the versions of the site and of its exercise of which it is, whole: if something
        was published while it was made, it is made again."""
        # What is kept answers whoever asks next, in another encoding or with another ETag.
        own = {
            name: request.META.pop(name)
            for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT_ENCODING", "HTTP_RANGE")
            if name in request.META
        }
        try:
            response, exercise_version = self._respond(request)
            while self.is_on and not site_version.is_still(version):
                version = site_version.read()
                response, exercise_version = self._respond(request)
        finally:
            request.META.update(own)
        return response, version, exercise_version

    def _respond(self, request: HttpRequest) -> tuple[HttpResponse, int | None]:
        response = self.get_response(request)
        exercise = getattr(response, "about_exercise", None)
        return response, site_version.of_exercise(exercise) if self.is_on and exercise else None


def _key(request: HttpRequest) -> tuple:
    """All of a request that a public page may depend on. Other hosts than ours are refused further in, so
    nothing is kept for them."""
    meta = request.META
    return (
        meta.get("HTTP_HOST"),
        request.scheme,
        request.path,
        meta.get("QUERY_STRING", ""),
    )


def _may_be_kept(response: HttpResponse) -> bool:
    varies_by = {name.strip().lower() for name in response.get("Vary", "").split(",") if name.strip()}
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "public" in response.get("Cache-Control", "")
        and varies_by <= KNOWN_VARIATIONS
    )


def _page(
    response: HttpResponse,
    version: SiteVersion | None,
    exercise_version: int | None,
    encodings: Iterable[str],
) -> Page:
    body = response.content
    if version and version.newest:
        response["Last-Modified"] = http_date(version.newest.timestamp())
    patch_vary_headers(response, ["Accept-Encoding"])
    headers = {name: value for name, value in response.items() if name not in ("ETag", "Content-Length")}
    # Whoever takes no compressed page is rare, and gets it from the compressed one.
    encoders = ENCODERS.items() if len(body) >= SMALLEST else ()
    bodies = {name: encode(body) for name, encode in encoders if name in encodings} or {"": body}
    # Weak, since the encodings differ in their bytes.
    etag = f'W/"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    exercise = getattr(response, "about_exercise", None)
    return Page(version, exercise, exercise_version, bodies, headers, etag)


def _answer(request: HttpRequest, page: Page) -> HttpResponse:
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked and (asked.strip() == "*" or page.etag in _weak(parse_etags(asked))):
        response = HttpResponse(status=304)
        del response["Content-Type"]
        kept = ("Cache-Control", "Vary", "Last-Modified", "HX-Replace-Url")
        headers = {name: page.headers[name] for name in kept if name in page.headers}
    else:
        encoding = next((name for name in _wanted(request) if name in page.bodies), "")
        body = page.bodies[encoding] if encoding in page.bodies else gzip.decompress(page.bodies["gzip"])
        response = HttpResponse(body)
        headers = page.headers
        response["Content-Length"] = str(len(body))
        if encoding:
            response["Content-Encoding"] = encoding
    for name, value in headers.items():
        response.headers[name] = value
    response["ETag"] = page.etag
    _expire_in_time(response, page.version)
    return response


def _weak(etags: list[str]) -> set[str]:
    return {etag if etag.startswith("W/") else f"W/{etag}" for etag in etags}


def _wanted(request: HttpRequest) -> list[str]:
    """The encodings that the browser takes, the best first."""
    accepted = ENCODING.findall(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    names = {name.lower() for name, weight in accepted if not weight or float(weight)}
    return [name for name in ENCODERS if name in names or "*" in names]


def _expire_in_time(response: HttpResponse, version: SiteVersion | None) -> None:
    """Let no cache hold the page beyond the time at which the next version comes out."""
    if not (version and version.next):
        return
    left = max(0, int((version.next - timezone.now()).total_seconds()))
    fresh = min(settings.SHARED_MAX_AGE, left)
    stale = min(settings.STALE_AGE, left - fresh)
    # Of two max-ages the smaller one stays, and what is public has one.
    patch_cache_control(response, max_age=left, s_maxage=fresh, stale_while_revalidate=stale)
