"""What stands for everything that readers see: as long as it is the same, so is every page."""

import time
from datetime import datetime
from typing import NamedTuple

from django.db.models import F
from django.utils import timezone

from .models import Publication, SiteChanges

# How old, in seconds, the answer of the database may be that `now` gives: by so much a publication
# can be late in a process other than the one that wrote it.
MOST_AGE = 0.5


class SiteVersion(NamedTuple):
    """How often what readers see has been changed, when the last of it came out, and when the next will;
    None for never."""

    changes: int
    newest: datetime | None
    next: datetime | None


_known: tuple[float, SiteVersion] | None = None


def now() -> SiteVersion:
    """The version, at most MOST_AGE old. Three queries each MOST_AGE seconds, however many ask."""
    global _known
    known = _known
    if known and time.monotonic() - known[0] < MOST_AGE:
        return known[1]
    # Taken before asking, so that what is written meanwhile counts as later.
    asked = time.monotonic()
    version = read()
    _known = asked, version
    return version


def read() -> SiteVersion:
    """The version as the database has it. Three queries, each of which looks at one row, however many
    publications there are."""
    now = timezone.now()
    dates = Publication.objects.filter(cancelled_at=None).values_list("live_from", flat=True)
    return SiteVersion(
        changes=SiteChanges.count(),
        newest=dates.filter(live_from__lte=now).order_by("-live_from").first(),
        next=dates.filter(live_from__gt=now).order_by("live_from").first(),
    )


def note_change() -> None:
    """Count a change of what readers see, within the transaction that makes it.

    Two transactions that do so queue here, so that the later number is of the one that is seen later.
    """
    global _known
    if not SiteChanges.objects.update(number=F("number") + 1):
        SiteChanges.objects.create(number=1)
    _known = None
