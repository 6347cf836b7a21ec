"""Numbers about the running site, for Prometheus. Nothing in them is about a person: routes, not addresses.

Only with METRICS_PORT; site_config/gunicorn.py serves them, of all workers together.
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from prometheus_client import Counter, Histogram

METHODS = {"GET", "HEAD", "POST"}

REQUESTS = Counter("legwork_requests", "Answers, by route and status.", ["route", "method", "status"])
SECONDS = Histogram(
    "legwork_request_seconds",
    "How long an answer took.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
KEPT = Counter("legwork_kept_pages", "Readers' pages, by whether they were kept or made.", ["what"])
PUBLICATIONS = Counter("legwork_publications", "Publications and withdrawals, by kind of thing.", ["kind"])


class MetricsMiddleware:
    """Stands before all other middleware, and so counts what is answered from kept pages, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        route = _route(request)
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(route, method, response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - started)
        return response


def _route(request: HttpRequest) -> str:
    """The pattern, never the address that was asked for: what readers type must not become a label."""
    if request.path_info.startswith("/static/"):
        return "static/"
    match = request.resolver_match
    if match is None:  # answered before a view was looked for
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return "none"
    return match.route or "/"
