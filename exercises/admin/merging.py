"""Merging what was entered twice, in the admin of muscles, studies and terms: choose, look, do."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from .. import merging, publishing
from ..models import Exercise, Muscle, Study, Term


class MergeForm(forms.Form):
    """What the one is merged into."""

    into = forms.ModelChoiceField(
        queryset=None,
        label="Merge it into",
        empty_label="Choose",
        help_text="This one stays. It takes the place of the other wherever that is named.",
        error_messages={
            "required": "Choose which one stays.",
            "invalid_choice": "That one is not there any more, or is merged itself. Choose another.",
        },
    )

    def __init__(self, gone, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = type(gone).objects.filter(merged_into=None).exclude(pk=gone.pk)


class Merges:
    """For the admin of a thing that can have been entered twice."""

    def get_urls(self):
        name = self.opts.model_name
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/merge/", wrap(self.merge_view), name=f"exercises_{name}_merge"),
            path("<int:pk>/take-apart/", wrap(self.take_apart_view), name=f"exercises_{name}_take_apart"),
            *super().get_urls(),
        ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("merged_into")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        extra = {"may_merge": self.has_merge_permission(request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra)

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Merging withdraws a page and changes drafts of each kind."""
        return self.has_publish_permission(request) and all(
            request.user.has_perm(f"exercises.change_{model._meta.model_name}")
            for model in (Exercise, Muscle, Study, Term)
        )

    def get_thing_to_merge(self, request: HttpRequest, pk: int):
        thing = self.get_thing_to_publish(request, pk)
        if not self.has_merge_permission(request):
            raise PermissionDenied
        return thing

    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose the other one, see what merging would change, and by POST do just that."""
        gone = self.get_thing_to_merge(request, pk)
        given = request.POST if request.method == "POST" else request.GET
        form = MergeForm(gone, given if "into" in given else None)
        if not form.is_valid():
            return self._merge_page(request, gone, form)
        kept = form.cleaned_data["into"]
        if request.method != "POST":
            return self._merge_page(request, gone, form, kept, merging.plan(gone, kept))
        try:
            with transaction.atomic():
                done = merging.merge(gone, kept, request.user, seen=request.POST.get("seen", ""))
                self.log_change(request, gone, f"Merged into “{kept}”.")
                self.log_change(request, kept, f"“{gone}” was merged into it.")
        except merging.Changed as changed:
            messages.warning(
                request,
                "Nothing was merged: it would no longer change what you were shown. Look at it again.",
            )
            return self._merge_page(request, gone, form, kept, changed.plan)
        except publishing.Refused as refused:
            messages.error(request, f"Nothing was merged. {refused}")
            return self._merge_page(request, gone, form, kept, merging.plan(gone, kept))
        self._tell_merged(request, gone, kept, done)
        return redirect(self.admin_url("change", kept))

    def take_apart_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let what was merged stand by itself again. Only by POST."""
        gone = self.get_thing_to_merge(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            with transaction.atomic():
                kept = merging.take_apart(gone, request.user)
                self.log_change(request, gone, f"Taken apart from “{kept}”.")
        except publishing.Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(
                request,
                f"“{gone}” stands by itself again, as a draft: publish it to bring its page back. What has "
                f"moved to “{kept}” stays there; the histories of both, and of what names them, have it as "
                "it was.",
            )
        return redirect(self.admin_url("change", gone))

    def _merge_page(self, request, gone, form, kept=None, plan=None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Merge {gone} into {kept}" if kept else f"Merge {gone}",
            "original": gone,
            "form": form,
            "kept": kept,
            "plan": plan,
            "change_url": self.admin_url("change", gone),
            "merge_url": self.admin_url("merge", gone),
            "other_way_url": f"{self.admin_url('merge', kept)}?into={gone.pk}" if kept else "",
        }
        return TemplateResponse(request, "admin/exercises/merge.html", context)

    def _tell_merged(self, request, gone, kept, done: merging.Plan) -> None:
        messages.success(request, f"“{gone}” is merged into “{kept}”. This is “{kept}”.")
        # As it is now: the merge has brought the flag up to date.
        things = [type(entry.thing).objects.get(pk=entry.thing.pk) for entry in done.entries]
        changed = [str(thing) for thing in things if thing.has_changes]
        if changed:
            first = f" Start with “{kept}”." if str(kept) in changed and len(changed) > 1 else ""
            messages.warning(
                request,
                f"Readers see these as they were until they are published: {', '.join(changed)}.{first}",
            )
