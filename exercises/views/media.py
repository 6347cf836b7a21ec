"""The files of pictures, as pictures.py has written them."""

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from ..document import MEDIA_TYPES
from ..pictures import path_of


@csrf_exempt  # as in read_page
@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def media_file(request: HttpRequest, name: str) -> FileResponse:
    """One file, to be kept for ever. The address takes no names but those that pictures.py gives."""
    try:
        file = path_of(name).open("rb")
    except OSError as error:
        raise Http404("There is no such picture.") from error
    # It is compressed already: the middleware that would do it again asks for this.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    return FileResponse(file, content_type=MEDIA_TYPES[name.rpartition(".")[2]])
