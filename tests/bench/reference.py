"""What the site is measured against: Django with one view, no middleware, and a fixed body of 3 KB."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BODY = b"legwork " * 384


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY, headers={"Content-Length": len(BODY)})


settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], SECRET_KEY="reference")
urlpatterns = [path("", view)]
application = get_wsgi_application()
