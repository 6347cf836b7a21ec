"""What the admin of everything that is published has: status, check, publish, withdraw, copy."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import formats, timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from .. import checks, editing, publishing
from ..models import AuditEntry, PreviewLink, Publication
from .bulk import BulkActions, may_publish
from .history import HasHistory
from .inlines import SHORT_TEXT
from .keeping import KeepsDrafts
from .markdown_fields import MarkdownFields
from .previews import HasPreviews


class DateAndTime(AdminSplitDateTime):
    def __init__(self, attrs=None):
        super().__init__(attrs)
        for widget, name in zip(self.widgets, ("Date", "Time"), strict=True):
            widget.attrs["aria-label"] = name


class PublishForm(forms.Form):
    note = forms.CharField(
        label="What changed",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Readers see this. Say in a sentence or two what is new or corrected.",
    )
    live_from = forms.SplitDateTimeField(
        label="From when on",
        required=False,
        widget=DateAndTime,
        help_text="Leave both empty to publish at once.",
    )
    scheduled = forms.ChoiceField(
        label="What was scheduled before",
        initial=publishing.KEEP,
        widget=forms.RadioSelect,
        choices=[
            (publishing.KEEP, "stays as it is, and replaces this when its time comes"),
            (publishing.CANCEL, "is cancelled"),
            (publishing.RENEW, "is made anew from the draft as it is now, for the same time"),
        ],
    )
    along = forms.BooleanField(label="Publish these along with it", required=False, initial=True)

    def clean_live_from(self):
        live_from = self.cleaned_data["live_from"]
        if live_from and live_from <= timezone.now():
            raise forms.ValidationError("This time has passed. Choose a later one, or leave both empty.")
        return live_from


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Why it is withdrawn",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Readers who come to the page see this instead of it.",
    )


class ReviewForm(forms.Form):
    words = forms.CharField(
        label="What the editor should look at",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Editors see this, readers never.",
    )


class PublishableAdmin(MarkdownFields, BulkActions, HasHistory, HasPreviews, KeepsDrafts, admin.ModelAdmin):
    """For a model with `publications`. Subclasses say how a draft is previewed.

    Whoever may change a draft may check and preview it, and ask for a review. What readers see is decided
    by those with the permission to publish.
    """

    change_form_template = "admin/exercises/publishable_change_form.html"
    change_list_template = "admin/exercises/publishable_change_list.html"
    formfield_overrides = SHORT_TEXT

    def get_urls(self):
        name = self.opts.model_name
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", wrap(self.publish_view), name=f"exercises_{name}_publish"),
            path("<int:pk>/checks/", wrap(self.checks_view), name=f"exercises_{name}_checks"),
            path("<int:pk>/review/", wrap(self.review_view), name=f"exercises_{name}_review"),
            path("<int:pk>/copy/", wrap(self.copy_view), name=f"exercises_{name}_copy"),
            path("<int:pk>/withdraw/", wrap(self.withdraw_view), name=f"exercises_{name}_withdraw"),
            path("<int:pk>/cancel/<int:number>/", wrap(self.cancel_view), name=f"exercises_{name}_cancel"),
            *super().get_urls(),
        ]

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return may_publish(request.user, self.model)

    def admin_url(self, page: str, thing) -> str:
        return reverse(f"admin:exercises_{thing._meta.model_name}_{page}", args=[thing.pk])

    def get_queryset(self, request):
        mine = Publication.objects.filter(**{self.opts.model_name: OuterRef("pk")})
        current = mine.out().order_by("-live_from", "-number")
        return (
            super()
            .get_queryset(request)
            .annotate(
                current_number=Subquery(current.values("number")[:1]),
                withdrawn_because=Subquery(current.values("withdrawn_because")[:1]),
                next_live_from=Subquery(mine.scheduled().values("live_from")[:1]),
            )
        )

    @admin.display(description="status", ordering="current_number")
    def status(self, thing) -> str:
        """What is live, changed, scheduled and overdue, in a line."""
        if getattr(thing, "merged_into", None):
            said = [f"merged into {thing.merged_into}"]
        elif thing.withdrawn_because:
            said = ["withdrawn"]
        elif thing.current_number:
            said = [f"live, version {thing.current_number}"]
            said += ["unpublished changes"] if thing.has_changes else []
        else:
            said = ["draft"]
        if thing.next_live_from:
            said.append(
                f"scheduled for {date_format(timezone.localtime(thing.next_live_from), 'j M Y, H:i')}"
            )
        if thing.review_asked_at:
            said.append("review asked for")
        if getattr(thing, "review_due", None) and thing.review_due < timezone.localdate():
            said.append("review overdue")
        return "; ".join(said)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        # The form and the preview beside it need the room.
        extra = {"is_nav_sidebar_enabled": False, "show_save_and_add_another": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        thing = self.get_object(request, object_id)
        extra = {}
        if thing:
            extra = {
                "current": thing.publications.current(self.opts.model_name).first(),
                "scheduled": thing.publications.scheduled(),
                "may_publish": self.has_publish_permission(request),
                "show_delete": not (thing.current_number or thing.next_live_from),
                "preview_url": self.admin_url("preview", thing),
                "publish_url": self.admin_url("publish", thing),
                "withdraw_url": self.admin_url("withdraw", thing),
                "link_url": self.admin_url("link", thing),
                "copy_url": self.admin_url("copy", thing),
                "checks_url": self.admin_url("checks", thing),
                "used_by": [
                    {"name": other, "url": self.admin_url("change", other)}
                    for other in editing.where_used(thing)
                ],
                "links": PreviewLink.objects.filter(
                    kind=publishing.KINDS[type(thing)], thing_pk=thing.pk
                ).open(),
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def delete_view(self, request, object_id, extra_context=None):
        thing = self.get_object(request, object_id)
        if thing and thing.publications.exists():
            messages.error(request, f"“{thing}” has been published, so it stays: withdraw it instead.")
            return redirect(self.admin_url("change", thing))
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request, obj):
        editing.keep(obj, "Before it was deleted.", request.user)
        editing.note(AuditEntry.What.DELETED, request.user, obj)
        super().delete_model(request, obj)

    def get_thing(self, request: HttpRequest, pk: int):
        """The row, if there is one and the user may change it."""
        thing = self.get_object(request, str(pk))
        if thing is None:
            raise Http404(f"There is no such {self.opts.verbose_name}.")
        if not self.has_change_permission(request, thing):
            raise PermissionDenied
        return thing

    def get_thing_to_publish(self, request: HttpRequest, pk: int):
        """The row, if the user may decide what readers see of it."""
        thing = self.get_thing(request, pk)
        if not self.has_publish_permission(request):
            raise PermissionDenied
        return thing

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Check the draft and, with a note, make it what readers see.

        Without the permission to publish it is the check alone, and leads to asking for a review.
        """
        thing = self.get_thing(request, pk)
        needed = publishing.needed(thing)
        form = PublishForm(request.POST or None)
        scheduled = thing.publications.scheduled()
        if not needed:
            del form.fields["along"]
        if not scheduled:
            del form.fields["scheduled"]
        takes_along = form["along"].value() if needed else False
        things = [*(needed if takes_along else []), thing]
        if request.method == "POST" and not all(may_publish(request.user, each) for each in things):
            raise PermissionDenied
        if request.method == "POST" and form.is_valid():
            try:
                publication = self._publish(request, things, form.cleaned_data)
            except publishing.Refused:
                messages.error(request, "Nothing was published. What stands against it is listed below.")
            else:
                self._tell(request, publication)
                return redirect(self.admin_url("change", thing))
        return self._check_page(request, thing, things, form=form, needed=needed, scheduled=scheduled)

    @transaction.atomic
    def _publish(self, request: HttpRequest, things, given: dict) -> Publication:
        """Publish, and note it. Returns the publication of the last of the things; raises Refused."""
        planned = [(each, version) for each in things for version in each.publications.scheduled()]
        choice = given.get("scheduled", publishing.KEEP)
        *_, publication = publishing.publish(
            things, given["note"], request.user, live_from=given["live_from"], scheduled=choice
        )
        what = AuditEntry.What.SCHEDULED if given["live_from"] else AuditEntry.What.PUBLISHED
        for published in things:
            self.log_change(request, published, f"Published: {given['note']}")
            editing.note(what, request.user, published, given["note"])
        if choice != publishing.KEEP:
            anew = " It was made anew from the draft." if choice == publishing.RENEW else ""
            for each, cancelled in planned:
                words = f"Version {cancelled.number}.{anew}"
                editing.note(AuditEntry.What.CANCELLED, request.user, each, words)
        return publication

    def _check_page(self, request: HttpRequest, thing, things, **more) -> HttpResponse:
        """What stands against publishing, and the form to publish or to ask for a review."""
        problems = publishing.check(things)
        may = self.has_publish_permission(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Publish {thing}" if may else f"Check {thing}",
            "original": thing,
            "form": PublishForm(),
            "may_publish": may,
            "review_form": ReviewForm(initial={"words": thing.review_note}),
            "media": self.media + PublishForm().media,
            "reading_ease": checks.reading_ease(publishing.DRAFT[type(thing)](thing)),
            "errors": [problem for problem in problems if problem.is_error],
            "warnings": [problem for problem in problems if not problem.is_error],
            "current": thing.publications.current(self.opts.model_name).first(),
            "change_url": self.admin_url("change", thing),
            "preview_url": self.admin_url("preview", thing),
            "review_url": self.admin_url("review", thing),
            **more,
        }
        return TemplateResponse(request, "admin/exercises/publish.html", context)

    def checks_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the checks say of the saved draft, for the form to show once it is open."""
        thing = self.get_thing(request, pk)
        problems = publishing.check(publishing.with_needed(thing))
        return render(request, "admin/exercises/_problems.html", {"problems": problems})

    def review_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask the editors to look at the draft. Only by POST."""
        thing = self.get_thing(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = ReviewForm(request.POST)
        if not form.is_valid():
            return self._check_page(request, thing, publishing.with_needed(thing), review_form=form)
        editing.ask_for_review(thing, form.cleaned_data["words"], request.user)
        self.log_change(request, thing, f"Asked for review: {form.cleaned_data['words']}")
        messages.success(request, "A review is asked for. Editors see it in their list, with what you wrote.")
        return redirect(self.admin_url("change", thing))

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the page from view, with a reason that readers see."""
        thing = self.get_thing_to_publish(request, pk)
        form = WithdrawForm(request.POST or None)
        problems = []
        if request.method == "POST" and form.is_valid():
            try:
                self._withdraw(request, thing, form.cleaned_data["reason"])
            except publishing.Refused as refused:
                problems = refused.problems
            else:
                messages.success(request, f"Readers no longer see “{thing}”. Publish it to bring it back.")
                return redirect(self.admin_url("change", thing))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Withdraw {thing}",
            "original": thing,
            "form": form,
            "errors": problems,
            "change_url": self.admin_url("change", thing),
        }
        return TemplateResponse(request, "admin/exercises/withdraw.html", context)

    @transaction.atomic
    def _withdraw(self, request: HttpRequest, thing, reason: str) -> None:
        planned = list(thing.publications.scheduled())
        publishing.withdraw(thing, reason, request.user)
        self.log_change(request, thing, f"Withdrawn: {reason}")
        editing.note(AuditEntry.What.WITHDRAWN, request.user, thing, reason)
        for cancelled in planned:
            editing.note(AuditEntry.What.CANCELLED, request.user, thing, f"Version {cancelled.number}.")

    def cancel_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Take back what is scheduled. Only by POST."""
        thing = self.get_thing_to_publish(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        publication = thing.publications.scheduled().filter(number=number).first()
        if publication is None:
            messages.error(request, f"Version {number} is not scheduled, or its time has come.")
        else:
            with transaction.atomic():
                publishing.cancel(publication)
                self.log_change(request, thing, f"Cancelled version {number}, which was scheduled.")
                editing.note(AuditEntry.What.CANCELLED, request.user, thing, f"Version {number}.")
            messages.success(request, f"Version {number} is cancelled.")
        return redirect(self.admin_url("change", thing))

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a new draft that starts as this one. Only by POST."""
        thing = self.get_thing(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        copy = editing.copy(thing, request.user)
        self.log_addition(request, copy, f"Copied from {thing}.")
        messages.success(request, f"This is a copy of “{thing}”. Give it a name and an address of its own.")
        return redirect(self.admin_url("change", copy))

    def _tell(self, request: HttpRequest, publication: Publication) -> None:
        if publication.live_from > timezone.now():
            when = formats.localize(timezone.localtime(publication.live_from))
            messages.success(request, f"Version {publication.number} is scheduled for {when}.")
            return
        messages.success(
            request,
            format_html(
                'Version {} is live. <a href="{}">See the page</a>',
                publication.number,
                publication.get_absolute_url(),
            ),
        )
        if publication.kind != Publication.Kind.EXERCISE and (
            behind := publishing.behind_on(publication.thing)
        ):
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
