"""What can be done with many things at once. What readers will see asks for a note first."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import get_text_list

from .. import editing, publishing
from ..models import AuditEntry, Publication

REFRESHED = "Muscles, studies and terms brought up to date."


def may_publish(user, thing) -> bool:
    """`thing` is a thing that is published, or its model."""
    return user.has_perm(f"exercises.publish_{thing._meta.model_name}")


class NoteForm(forms.Form):
    note = forms.CharField(
        max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), help_text="Readers see this."
    )


class BulkActions:
    """For the admin of a thing that is published."""

    actions = ["publish_selected", "refresh_copies", "withdraw_selected"]

    def get_actions(self, request):
        # What was published is withdrawn, never deleted; a draft is deleted from its form.
        return {
            name: action for name, action in super().get_actions(request).items() if name != "delete_selected"
        }

    @admin.action(description="Publish the drafts of the selected", permissions=["publish"])
    def publish_selected(self, request, queryset):
        def publish(thing, note):
            things = publishing.with_needed(thing)
            if not all(may_publish(request.user, each) for each in things):
                raise PermissionDenied
            self._publish(request, things, {"note": note, "live_from": None})

        return self._with_note(request, queryset, "publish_selected", "Publish", "published", publish)

    @admin.action(description="Withdraw the selected", permissions=["publish"])
    def withdraw_selected(self, request, queryset):
        def withdraw(thing, note):
            self._withdraw(request, thing, note)

        return self._with_note(request, queryset, "withdraw_selected", "Withdraw", "withdrawn", withdraw)

    @admin.action(
        description="Bring what they copy of muscles, studies and terms up to date", permissions=["publish"]
    )
    def refresh_copies(self, request, queryset):
        selected = {f"{self.opts.model_name}__in": queryset.values("pk")}
        behind = publishing.behind(Publication.objects.live(self.opts.model_name).filter(**selected))
        for publication in behind:
            with transaction.atomic():
                publishing.refresh(publication, REFRESHED, request.user)
                editing.note(AuditEntry.What.PUBLISHED, request.user, publication.thing, REFRESHED)
        names = ", ".join(publication.name for publication in behind)
        self.message_user(
            request, f"Published anew: {names}." if behind else "Nothing that they copy has changed."
        )

    def _with_note(self, request, queryset, action: str, title: str, done: str, do):
        """Ask for the note; with it, do the thing to each by itself and say which were refused, and why."""
        form = NoteForm(request.POST if "note" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": f"{title}: {get_text_list([str(thing) for thing in queryset], 'and')}",
                "form": form,
                "action": action,
                "button": title,
                "things": queryset,
            }
            return TemplateResponse(request, "admin/exercises/with_note.html", context)
        names = []
        for thing in queryset:
            try:
                do(thing, form.cleaned_data["note"])
            except publishing.Refused as refused:
                messages.error(request, f"{thing} was not {done}. {refused}")
            else:
                names.append(str(thing))
        if names:
            messages.success(request, f"{done.capitalize()}: {', '.join(names)}.")
        return None


class ReviewAction:
    """For the admin of something that is reviewed."""

    @admin.action(
        description="Mark the selected as reviewed today, due again in a year", permissions=["change"]
    )
    def mark_reviewed(self, request, queryset):
        today = timezone.localdate()
        name = request.user.get_full_name() or request.user.get_username()
        for thing in queryset:
            thing.reviewed_on = today
            thing.review_due = today.replace(year=today.year + 1, day=min(today.day, 28))
            thing.reviewed_by = name
            thing.save(update_fields=["reviewed_on", "review_due", "reviewed_by"])
            self._keep(request, thing, "Marked as reviewed.")
        self.message_user(request, "Marked in the drafts. Publish them for readers to see it.")
