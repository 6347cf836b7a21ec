"""What browsers report: that the policy of a page has refused something."""

import json
import logging
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ..limits import wait_for

MOST_BYTES = 16 * 1024
MOST_REPORTS = 10

log = logging.getLogger("exercises.policy")


@never_cache
@csrf_exempt  # a browser sends it by itself, without a form
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Log it, without what would tell who was reading what. Anybody can send anything: it is bounded, and
    what cannot be read is dropped."""
    if seconds := wait_for(request, "report", by_account=False):
        return HttpResponse(status=429, headers={"Retry-After": str(seconds)})
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    for report in _reports(body)[:MOST_REPORTS]:
        log.warning("The policy has refused something.", extra=report)
    return HttpResponse(status=204)


def _reports(body: bytes) -> list[dict[str, str]]:
    """In the two ways in which browsers write them: one alone, or several together."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return []
    sent = sent if isinstance(sent, list) else [sent]
    found = [each.get("csp-report") or each.get("body") for each in sent if isinstance(each, dict)]
    return [
        {
            "directive": _words(
                _one_of(each, "effective-directive", "effectiveDirective", "violated-directive")
            ),
            "page": _path(_one_of(each, "document-uri", "documentURL")),
            "refused": _without_query(_one_of(each, "blocked-uri", "blockedURL")),
            "source": _without_query(_one_of(each, "source-file", "sourceFile")),
            "line": _words(_one_of(each, "line-number", "lineNumber")),
        }
        for each in found
        if isinstance(each, dict)
    ]


def _one_of(report: dict, *names: str) -> str:
    return next((str(report[name]) for name in names if report.get(name)), "")


def _words(text: str) -> str:
    return "".join(character for character in text[:200] if character.isprintable())


def _path(address: str) -> str:
    try:
        return _words(urlsplit(address).path)
    except ValueError:
        return ""


def _without_query(address: str) -> str:
    """What is left of an address without a name, a password, a query and a fragment."""
    try:
        parts = urlsplit(address)
        host = f"//{parts.hostname}" if parts.hostname else ""
    except ValueError:
        return ""
    scheme = f"{parts.scheme}:" if parts.scheme else ""
    # The body of a data: address is somebody's; that it was one is all there is to know.
    return _words(f"{scheme}{host}{'' if parts.scheme == 'data' else parts.path}")
