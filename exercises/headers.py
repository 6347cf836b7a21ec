"""Headers for every response that no other middleware sets."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Pictures that other sites show on their pages: in a chat, in a feed reader. All else is shown here alone.
FOR_OTHER_SITES = re.compile(r"^/(media/|static/img/share\.)")


class HeadersMiddleware:
    """Says who may embed a response, and where browsers report what the policy has refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        whose = "cross-origin" if FOR_OTHER_SITES.match(request.path) else "same-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", whose)
        response.headers.setdefault("Reporting-Endpoints", f'policy="{settings.REPORT_PATH}"')
        return response
