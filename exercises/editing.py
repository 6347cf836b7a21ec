"""What happens to drafts between publications: every save is kept, can be compared and brought back, and a
review can be asked for. What staff do is noted in a log."""

from collections.abc import Sequence
from itertools import count

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from . import comparing, drafts, freezing, publishing, renaming
from . import document as documents
from .emphasis import join_words
from .models import (
    AuditEntry,
    Exercise,
    JointAction,
    Muscle,
    MuscleGroup,
    Picture,
    Publication,
    Revision,
    Study,
    Term,
)
from .publishing import DRAFT, KINDS, Thing

SAVE = {
    Exercise: drafts.save_exercise,
    Muscle: drafts.save_muscle,
    Study: drafts.save_study,
    Term: drafts.save_term,
}
# The texts of an exercise that can link something.
TEXTS = ["sections__body", "cues__how_sure", "claims__verdict", "caution_source"]
TEXTS += ["axes__options__caution_source"]
MODELS = {kind: model for model, kind in KINDS.items()}


def keep(thing: Thing, what: str = "", by=None, is_event: bool = False) -> Revision | None:
    """Keep the draft as it is now. None, and nothing kept, if it is as it was kept last and `what` is no
    event, which stands in the history by itself.

    `what` says what was done; left empty, it is what has changed since it was kept last.
    """
    content = DRAFT[type(thing)](thing)
    draft = documents.to_json(content)
    last = revisions_of(thing).first()
    if last and last.draft == draft and not is_event:
        return None
    if last and not what:
        what = "; ".join(map(str, comparing.compare(last.content, content)))
    return Revision.objects.create(
        kind=KINDS[type(thing)],
        thing_pk=thing.pk,
        name=str(thing),
        draft=draft,
        what=what[:1000],
        saved_by=by,
    )


def keep_first(thing: Thing) -> None:
    """Before a thing is changed for the first time here: keep it as it came."""
    if not revisions_of(thing).exists():
        keep(thing, "As it was before.")


def revisions_of(thing: Thing):
    """Every kept draft of the thing, the newest first."""
    return Revision.objects.filter(kind=KINDS[type(thing)], thing_pk=thing.pk)


@transaction.atomic
def restore(thing: Thing, content, what: str, by=None) -> Thing:
    """Put the draft back to a kept one, or to what was published once. Readers see nothing of it. Where it
    names something that has been merged since, it then names what that is merged into.

    Raises DoesNotExist for something that it names and that is no longer here, and ValidationError for
    what the rows refuse.
    """
    keep_first(thing)
    content = renaming.follow(content, freezing.merged_names())
    thing = SAVE[type(thing)](content, type(thing).objects.select_for_update().get(pk=thing.pk))
    keep(thing, what, by)
    note(AuditEntry.What.RESTORED, by, thing, what)
    publishing.note_changes([thing])
    return thing


def deleted(kind: str) -> Sequence[Revision]:
    """The last kept draft of every thing of the kind that is no longer here. Two queries."""
    here = set(MODELS[kind].objects.values_list("pk", flat=True))
    last = Revision.objects.filter(kind=kind).values("thing_pk").annotate(last=Max("pk"))
    gone = [row["last"] for row in last if row["thing_pk"] not in here]
    return Revision.objects.filter(pk__in=gone)


@transaction.atomic
def recover(revision: Revision, by=None) -> Thing:
    """Make a deleted thing anew from its last kept draft. Its publications are gone with it.

    Raises as `restore` does, and ValidationError if its address has been taken meanwhile.
    """
    content = renaming.follow(revision.content, freezing.merged_names())
    thing = SAVE[MODELS[revision.kind]](content)
    Revision.objects.filter(kind=revision.kind, thing_pk=revision.thing_pk).update(thing_pk=thing.pk)
    keep(thing, "Recovered.", by)
    note(AuditEntry.What.RECOVERED, by, thing)
    return thing


def latest_publications(thing: Thing):
    """All publications of the thing, scheduled, cancelled and withdrawn ones too, the newest first."""
    return Publication.objects.filter(**{KINDS[type(thing)]: thing}).order_by("-pk")


@transaction.atomic
def copy(thing: Thing, by=None) -> Thing:
    """A new draft that starts as this one, at an address of its own."""
    model = type(thing)
    address = next(
        address
        for number in count(2)
        if not model.objects.filter(slug=(address := f"{thing.slug[:58]}-{number}")).exists()
    )
    changes = {"slug": address}
    if isinstance(thing, Study):
        changes |= {"short_name": f"{thing.short_name[:90]} ({address})"[:100], "doi": ""}
    else:
        changes["name"] = f"{thing.name[:90]} (copy)"
    new = SAVE[model](msgspec.structs.replace(DRAFT[model](thing), **changes))
    keep(new, f"Copied from {thing}.", by)
    return new


def where_used(thing: Thing) -> list[Thing]:
    """The things whose drafts name this one, or link it in a text. A few queries."""
    if isinstance(thing, Exercise):
        return list(Study.objects.filter(findings__exercise=thing).distinct())
    kind = KINDS[type(thing)]
    in_texts = Q()
    for field in TEXTS:
        in_texts |= Q(**{f"{field}__contains": f"[[{kind}:{thing.slug}]]"})
        in_texts |= Q(**{f"{field}__contains": f"[[{kind}:{thing.slug}|"})
    named = {"muscle": Q(involvements__muscle=thing), "study": Q(findings__study=thing)}.get(kind, Q())
    used = [*Exercise.objects.filter(in_texts | named).distinct()]
    link = f"[[{kind}:{thing.slug}"
    muscles = Muscle.objects.filter(
        Q(location__contains=f"{link}]]")
        | Q(location__contains=f"{link}|")
        | Q(function__contains=f"{link}]]")
        | Q(function__contains=f"{link}|")
    )
    used += muscles.exclude(pk=thing.pk) if isinstance(thing, Muscle) else muscles
    if isinstance(thing, Muscle):
        used += Study.objects.filter(findings__muscles=thing).distinct()
    return used


def copying(part: MuscleGroup | JointAction | Picture) -> QuerySet:
    """The things whose documents copy the part, by their drafts."""
    if isinstance(part, Picture):
        return Exercise.objects.filter(sections__picture=part).distinct()
    return part.muscles.all()


def used_in(part: MuscleGroup | JointAction | Picture) -> str:
    """What would miss the part, in words; empty if nothing would. A version that was published names its
    pictures' files; the others it has copied. Looks through all documents of exercises: for the admin, not
    for readers."""
    drafted = [str(thing) for thing in copying(part)]
    if isinstance(part, MuscleGroup):
        drafted += map(str, Study.objects.filter(findings__group=part).distinct())
    used = [f"the draft{'s' * (len(drafted) > 1)} of {join_words(drafted)}"] if drafted else []
    if isinstance(part, Picture):
        named = Publication.objects.filter(kind="exercise", document__contains=f'"picture":"{part.slug}"')
        if names := list(named.order_by("name").values_list("name", flat=True).distinct()):
            used.append(f"published versions of {join_words(names)}")
    return " and ".join(used)


@transaction.atomic
def ask_for_review(thing: Thing, words: str, by) -> None:
    """Ask the editors to look at the draft. Asked again, the new words replace the old."""
    type(thing).objects.filter(pk=thing.pk).update(
        review_asked_at=timezone.now(), review_asked_by=by, review_note=words
    )
    note(AuditEntry.What.REVIEW, by, thing, words)


def note(what: AuditEntry.What, by=None, thing=None, words: str = "", by_name: str = "") -> AuditEntry:
    """Write into the audit log that somebody did something: `by` is the account, `thing` what it was done
    to (an account, too). `by_name` is for somebody without an account."""
    kind = KINDS.get(type(thing), AuditEntry.Kind.ACCOUNT) if thing else ""
    name = by.get_username() if by else by_name
    return AuditEntry.objects.create(
        what=what,
        kind=kind,
        thing_pk=thing.pk if thing else None,
        name=str(thing)[:200] if thing else "",
        note=words,
        by=by,
        by_name=name.replace("\0", "")[:150],  # PostgreSQL takes no NUL
    )


def note_sign_in(sender, user, **_) -> None:
    note(AuditEntry.What.SIGN_IN, user)


def note_failed_sign_in(sender, credentials, request=None, **_) -> None:
    """The name as it was typed, nothing else of what was sent. Of somebody who is locked out, that alone is
    noted: who goes on trying must not fill the log."""
    if not getattr(request, "axes_locked_out", False):
        words = credentials.get("why", "")
        note(AuditEntry.What.FAILED_SIGN_IN, by_name=str(credentials.get("username") or ""), words=words)


def note_lock_out(sender, username, **_) -> None:
    """Once for each time that it lasts."""
    name = str(username or "")
    lately = timezone.now() - settings.AXES_COOLOFF_TIME
    log = AuditEntry.objects.filter(by_name=name, at__gt=lately)
    last = log.filter(what__in=[AuditEntry.What.LOCKED_OUT, AuditEntry.What.SIGN_IN]).first()
    unlocked = AuditEntry.objects.filter(what=AuditEntry.What.UNLOCKED, name=name, at__gt=lately).first()
    if last and last.what == AuditEntry.What.LOCKED_OUT and not (unlocked and unlocked.pk > last.pk):
        return
    note(AuditEntry.What.LOCKED_OUT, by_name=name)
