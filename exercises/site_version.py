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
    """How often what readers see has been changed, how often without a publication, when the last
    publication came out, and when the next will; None for never."""

    changes: int
    everywhere: int
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
    changes, everywhere = SiteChanges.counts()
    return SiteVersion(
        changes=changes,
        everywhere=everywhere,
        newest=dates.filter(live_from__lte=now).order_by("-live_from").first(),
        next=dates.filter(live_from__gt=now).order_by("live_from").first(),
    )


def is_still(version: SiteVersion) -> bool:
    """Whether the database has this version now. One query."""
    is_over = version.next is not None and version.next <= timezone.now()
    return not is_over and SiteChanges.counts() == (version.changes, version.everywhere)


def of_exercise(key: int) -> int:
    """The version of all pages of one exercise. They follow from its publications that are out, of which none
    is ever changed or taken back, so that their number tells. One query."""
    return Publication.objects.out().filter(exercise=key).count()


def note_change(is_everywhere: bool = True) -> None:
    """Count a change of what readers see, within the transaction that makes it. `is_everywhere` is false for
    a publication, which changes the pages of its own thing and those that span things.

    Two transactions that do so queue here, so that the later number is of the one that is seen later.
    """
    global _known
    more = {"number": F("number") + 1}
    if is_everywhere:
        more["everywhere"] = F("everywhere") + 1
    if not SiteChanges.objects.update(**more):
        SiteChanges.objects.create(number=1, everywhere=int(is_everywhere))
    _known = None
