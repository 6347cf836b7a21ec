"""What no page can do anything with is refused before it comes to one."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from .views.machines import bad_request

NUL = "There is a character in {} that stands for nothing (NUL). Take it out."


class RefuseNulMiddleware:
    """A NUL in the address or in a cookie is a 400: PostgreSQL takes it in no text. Where a form sends one,
    the form's fields refuse it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = (part for name, values in request.GET.lists() for part in (name, *values))
        # Not raised: each would leave a traceback in the log, and these come by the hundred.
        if "\0" in request.path or any("\0" in part for part in given):
            return bad_request(request, BadRequest(NUL.format("the address")))
        if any("\0" in cookie for cookie in request.COOKIES.values()):
            return bad_request(request, BadRequest(NUL.format("a cookie")))
        return self.get_response(request)
