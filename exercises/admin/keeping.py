"""No save is lost: each is kept, and the second of two editors is told what the first one did."""

from django.core.exceptions import ValidationError
from django.db import connection

from .. import comparing, editing, publishing
from .. import document as documents
from ..models import Revision
from ..publishing import DRAFT, Thing

CONFLICT = "conflict"


class RefusesLateSaves:
    """A form carries a fingerprint of what it showed when it was opened. If what is saved has another one by
    the time that the form comes back, nothing is saved: the editor sees what happened in between, with the
    own text still in the form, and can save again.
    """

    def fingerprint(self, obj) -> str:
        """Of what the form shows of the saved row."""
        raise NotImplementedError

    def fingerprint_locked(self, obj) -> str:
        """The same, of the row as it is once nobody else can write it: two saves at once queue here."""
        return self.fingerprint(type(obj).objects.select_for_update().get(pk=obj.pk))

    def saved_since(self, request, obj, form) -> dict:
        """What the page that refuses says of it, as context."""
        raise NotImplementedError

    def is_preview(self, request) -> bool:
        """Whether the form is only looked at: what it saves is taken back."""
        return False

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        seen = request.POST.get("_seen")
        if not (obj and change and seen) or self.is_preview(request):
            return form
        is_late = seen != self._fingerprint_now(request, obj)

        class Guarded(form):
            def clean(self):
                given = super().clean()
                if is_late:
                    raise ValidationError("Somebody else has saved this meanwhile.", code=CONFLICT)
                return given

        return Guarded

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            if request.method == "POST":
                obj = self.get_object(request, str(obj.pk))  # as it is saved, not as the form has it
            context["seen"] = self.fingerprint(obj)
            form = context["adminform"].form
            problems = form.errors.as_data().get("__all__", ())
            if any(problem.code == CONFLICT for problem in problems):
                context |= self.saved_since(request, obj, form)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _fingerprint_now(self, request, obj) -> str:
        if not hasattr(request, "fingerprint"):
            is_saving = connection.in_atomic_block
            request.fingerprint = self.fingerprint_locked(obj) if is_saving else self.fingerprint(obj)
        return request.fingerprint


class KeepsDrafts(RefusesLateSaves):
    """For the admin of a thing that is published, or of a part of one: every save is kept, so the second
    editor is shown what the first one changed."""

    def thing_of(self, obj) -> Thing:
        """The thing whose draft the form's object is, or is a part of."""
        return obj

    def shown_of(self, draft, obj):
        """What of the draft the form shows; None if the draft has no such part."""
        return draft

    def fingerprint(self, obj) -> str:
        thing = self.thing_of(obj)
        return self._fingerprint(DRAFT[type(thing)](thing), obj)

    def fingerprint_locked(self, obj) -> str:
        thing = self.thing_of(obj)
        thing = type(thing).objects.select_for_update().get(pk=thing.pk)
        return self._fingerprint(DRAFT[type(thing)](thing), obj)

    def saved_since(self, request, obj, form) -> dict:
        """The kept saves since the form was opened, the newest first, and what they changed."""
        since, base = self._saved_since(obj, request.POST["_seen"])
        thing = self.thing_of(obj)
        changes = comparing.compare(base.content, DRAFT[type(thing)](thing)) if base else ()
        return {"meanwhile": since, "changes": changes}

    def save_model(self, request, obj, form, change):
        # Here, so that a preview takes it back, and a form with mistakes or a trial never comes so far.
        if change:
            thing = self.thing_of(obj)
            editing.keep_first(type(thing).objects.get(pk=thing.pk))  # as it is saved
        super().save_model(request, obj, form, change)

    def log_addition(self, request, obj, message):
        entry = super().log_addition(request, obj, message)
        self._keep(request, obj, "Made.")
        return entry

    def log_change(self, request, obj, message):
        entry = super().log_change(request, obj, message)
        if isinstance(message, list):  # of a form, not of publishing
            self._keep(request, obj)
        return entry

    def _keep(self, request, obj, what: str = "") -> None:
        thing = self.thing_of(obj)
        editing.keep(thing, what, request.user)
        publishing.note_changes([thing])

    def _fingerprint(self, draft, obj) -> str:
        shown = self.shown_of(draft, obj)
        return documents.digest(documents.as_read(shown)) if shown is not None else ""

    def _saved_since(self, obj, seen: str) -> tuple[list[Revision], Revision | None]:
        """The kept saves since the form was opened, the newest first, and the one that it showed."""
        since = []
        for revision in editing.revisions_of(self.thing_of(obj)).select_related("saved_by")[:50]:
            if self._fingerprint(revision.content, obj) == seen:
                return since, revision
            since.append(revision)
        return since, None
