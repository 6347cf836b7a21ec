"""What the admin of everything that is published has: status, preview, check and publish."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from .. import publishing
from ..models import Publication

SHORT_TEXT = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}
LONG_TEXT = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 16})}}


def kept_forms(formset) -> list:
    """The forms of a validated formset that are filled in and not marked for deletion."""
    return [
        form
        for form in formset.forms
        if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
    ]


class PlainChoices:
    """For an inline: fields to choose from, without the four icons that each would have beside it, and
    with choices that are read once for all rows."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.ForeignKey | models.ManyToManyField):
            if isinstance(field.widget, RelatedFieldWidgetWrapper):
                field.widget = field.widget.widget
            field.choices = self.choices_of(db_field, field)
        return field

    def choices_of(self, db_field, field) -> list:
        return list(field.choices)


class PublishForm(forms.Form):
    note = forms.CharField(
        label="What changed",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Readers see this. Say in a sentence or two what is new or corrected.",
    )
    along = forms.BooleanField(label="Publish these along with it", required=False, initial=True)


class PublishableAdmin(admin.ModelAdmin):
    """For a model with `publications`. Subclasses say how a draft is previewed."""

    change_form_template = "admin/exercises/publishable_change_form.html"
    actions = ["refresh_copies"]
    formfield_overrides = SHORT_TEXT
    save_on_top = True

    def get_urls(self):
        name = self.opts.model_name
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", wrap(self.publish_view), name=f"exercises_{name}_publish"),
            path("<int:pk>/preview/", wrap(self.preview_view), name=f"exercises_{name}_preview"),
            *super().get_urls(),
        ]

    def admin_url(self, page: str, thing) -> str:
        return reverse(f"admin:exercises_{thing._meta.model_name}_{page}", args=[thing.pk])

    def get_queryset(self, request):
        newest = Publication.objects.out().order_by("-live_from", "-number").values("number")
        mine = newest.filter(**{self.opts.model_name: OuterRef("pk")})[:1]
        return super().get_queryset(request).annotate(live_number=Subquery(mine))

    @admin.display(description="live", ordering="live_number")
    def live_version(self, thing) -> str:
        return f"version {thing.live_number}" if thing.live_number else "not published"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        thing = self.get_object(request, object_id)
        extra = {}
        if thing:
            extra = {
                "live": publishing.live_publication(thing),
                "has_unpublished_changes": publishing.has_unpublished_changes(thing),
                "preview_url": self.admin_url("preview", thing),
                "publish_url": self.admin_url("publish", thing),
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def get_thing(self, request: HttpRequest, pk: int):
        """The row, if there is one and the user may change it."""
        thing = self.get_object(request, str(pk))
        if thing is None:
            raise Http404(f"There is no such {self.opts.verbose_name}.")
        if not self.has_change_permission(request, thing):
            raise PermissionDenied
        return thing

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Check the draft and, with a note, make it what readers see."""
        thing = self.get_thing(request, pk)
        needed = publishing.needed(thing)
        form = PublishForm(request.POST or None)
        if not needed:
            del form.fields["along"]
        takes_along = form["along"].value() if needed else False
        things = [*(needed if takes_along else []), thing]
        if request.method == "POST" and form.is_valid():
            try:
                *_, publication = publishing.publish(things, form.cleaned_data["note"], request.user)
            except publishing.Refused:
                messages.error(request, "Nothing was published. What stands against it is listed below.")
            else:
                for published in things:
                    self.log_change(request, published, "Published.")
                self._tell(request, publication)
                return redirect(self.admin_url("change", thing))
        problems = publishing.check(things)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Publish {thing}",
            "original": thing,
            "form": form,
            "needed": needed,
            "errors": [problem for problem in problems if problem.is_error],
            "warnings": [problem for problem in problems if not problem.is_error],
            "live": publishing.live_publication(thing),
            "change_url": self.admin_url("change", thing),
            "preview_url": self.admin_url("preview", thing),
        }
        return TemplateResponse(request, "admin/exercises/publish.html", context)

    def preview_context(self, request: HttpRequest, thing) -> dict:
        return {
            "is_preview": True,
            "edit_url": self.admin_url("change", thing),
            "publish_url": self.admin_url("publish", thing),
        }

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page as it would be. Writes nothing."""
        raise NotImplementedError

    @admin.action(
        description="Bring what they copy of muscles and studies up to date", permissions=["change"]
    )
    def refresh_copies(self, request, queryset):
        selected = set(queryset.values_list("pk", flat=True))
        kind = self.opts.model_name
        behind = [p for p in publishing.behind() if p.kind == kind and getattr(p, f"{kind}_id") in selected]
        for publication in behind:
            publishing.refresh(publication, "Muscles and studies brought up to date.", request.user)
        names = ", ".join(publication.name for publication in behind)
        self.message_user(
            request, f"Published anew: {names}." if behind else "Nothing that they copy has changed."
        )

    def _tell(self, request: HttpRequest, publication: Publication) -> None:
        messages.success(
            request,
            format_html(
                'Version {} is live. <a href="{}">See the page</a>',
                publication.number,
                publication.get_absolute_url(),
            ),
        )
        if publication.kind != Publication.Kind.EXERCISE and (behind := publishing.behind()):
            messages.warning(
                request,
                format_html(
                    "Other pages still show or count it as it was published before: {}. To bring them up "
                    "to date, select them in their list and choose the action for it.",
                    format_html_join(", ", "{} ({})", ((p.name, p.kind) for p in behind)),
                ),
            )


class KeepsItsSlug:
    """For a thing whose slug stands in the documents of others, old versions among them: once it is
    published, the slug stays."""

    def get_readonly_fields(self, request, obj=None):
        fixed = ["slug"] if obj and obj.publications.exists() else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_prepopulated_fields(self, request, obj=None):
        fields = super().get_prepopulated_fields(request, obj)
        return {} if "slug" in self.get_readonly_fields(request, obj) else fields
