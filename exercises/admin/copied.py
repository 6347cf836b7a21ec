"""What has no page of its own and is copied into the documents of others: groups, actions, pictures."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.shortcuts import redirect
from django.urls import reverse

from .. import document as documents
from .. import editing, publishing
from .keeping import RefusesLateSaves


class CopiedAdmin(RefusesLateSaves, admin.ModelAdmin):
    """Saving marks what copies it as changed; what is used somewhere cannot be deleted."""

    change_form_template = "admin/exercises/copied_change_form.html"
    value_of: Callable  # all that a form shows of a row, as a value or several

    def fingerprint(self, obj) -> str:
        return documents.digest(type(self).value_of(obj))

    def saved_since(self, request, obj, form) -> dict:
        """Who saved it last, and where the form differs from that: the field's label, and what is saved."""
        last = LogEntry.objects.filter(object_id=str(obj.pk), content_type__model=self.opts.model_name)
        visible = [name for name in form.changed_data if not form.fields[name].widget.is_hidden]
        return {
            "last": last.select_related("user").order_by("-pk").first(),
            "differing": [
                (form[name].label, self._words(obj, name)) for name in visible if hasattr(obj, name)
            ],
        }

    def _words(self, obj, name: str) -> str:
        display = getattr(obj, f"get_{name}_display", None)
        value = display() if display else getattr(obj, name)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value) or "nothing"

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        publishing.note_changes(editing.copying(obj))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, object_id)
        used_in = editing.used_in(obj) if obj else ""
        extra = {"used_in": used_in, "show_delete": not used_in}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def delete_view(self, request, object_id, extra_context=None):
        obj = self.get_object(request, object_id)
        may = obj and self.has_delete_permission(request, obj)
        if may and (used_in := editing.used_in(obj)):
            messages.error(request, f"“{obj}” stays: it is used in {used_in}.")
            return redirect(reverse(f"admin:exercises_{self.opts.model_name}_change", args=[obj.pk]))
        return super().delete_view(request, object_id, extra_context)

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # which would not see where each is used
        return actions
