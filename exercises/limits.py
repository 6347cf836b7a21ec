"""How often somebody may ask for what costs something.

Counted in the database, so for all workers together, in windows of fixed length. What is kept of somebody is
a digest, until the next window.
"""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from .guarding import address_of
from .models import Spending


def wait_for(request: HttpRequest, what: str, by_account: bool = True) -> int:
    """Count the request; 0 if it may go on, or after how many seconds the next may. Two queries.

    Somebody signed in counts as the account, so that a house with one address does not share a limit.
    """
    if what not in settings.LIMITS:
        return 0
    most, seconds = settings.LIMITS[what]
    now = time.time()
    begun = now - now % seconds
    user = getattr(request, "user", None) if by_account else None
    is_known = user is not None and user.is_authenticated
    who = f"account {user.pk}" if is_known else f"address {address_of(request)}"
    spending = {
        "what": what,
        "who": salted_hmac("exercises.limits", who).hexdigest(),
        "since": datetime.fromtimestamp(begun, UTC),
    }
    mine = Spending.objects.filter(**spending)
    if not mine.update(number=F("number") + 1):
        Spending.objects.filter(what=what, since__lt=spending["since"]).delete()
        Spending.objects.get_or_create(**spending)
        mine.update(number=F("number") + 1)
    number = mine.values_list("number", flat=True).first() or 0
    return math.ceil(begun + seconds - now) if number > most else 0


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    response = render(request, "429.html", {"seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response


def limited(what: str, by_account: bool = True) -> Callable:
    """For a view that costs something: beyond its limit it answers 429 and does nothing. A view that readers
    share with caches looks at no account, and so at no cookie."""

    def decorate(view):
        @wraps(view)
        def inner(request, *args, **kwargs):
            if seconds := wait_for(request, what, by_account):
                return too_many(request, seconds)
            return view(request, *args, **kwargs)

        return inner

    return decorate
