"""Readers go first.

A worker runs one of its threads at a time, and a page of the admin keeps it busy for many times as long as a
reader's page. So what staff ask for waits a moment before each of its queries while a reader is answered.
"""

from collections.abc import Callable
from threading import Condition

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

MOST_WAIT = 0.01  # seconds before a query, of which a page of the admin makes up to some hundred


class ReadersFirstMiddleware:
    """Counts the readers that this process is answering, and lets staff give way to them.

    Readers whose page takes a write are not counted: they may wait for the lock that staff hold.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response
        self.admin = reverse("admin:index")
        self.readers = 0
        self.change = Condition()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(self.admin):
            with connection.execute_wrapper(self._give_way):
                return self.get_response(request)
        if request.method not in ("GET", "HEAD") or request.path.startswith(settings.NEVER_KEPT):
            return self.get_response(request)
        with self.change:
            self.readers += 1
        try:
            return self.get_response(request)
        finally:
            with self.change:
                self.readers -= 1
                self.change.notify_all()

    def _give_way(self, execute: Callable, *query):
        with self.change:
            self.change.wait_for(lambda: not self.readers, MOST_WAIT)
        return execute(*query)
