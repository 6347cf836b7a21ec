import msgspec
from django import forms
from django.contrib import admin

from ..models import Claim, Exercise, FormCue, Involvement, Muscle, Section, StanceAxis, StanceEffect
from .bulk import ReviewAction
from .exchange import ExchangesFiles
from .inlines import LONG_TEXT, SHORT_TEXT, BoundedRows, NamedCells, PlainChoices
from .matrix import EditsEmphasis
from .publishable import PublishableAdmin
from .states import StateFilter


class InvolvementFormSet(NamedCells):
    def get_unique_error_message(self, unique_check):
        return "A muscle stands in the list twice. Change or delete one of its lines."

    def get_form_error(self):
        return "This muscle stands in another line already. Change or delete one of the two."


class SectionInline(PlainChoices, admin.StackedInline):
    model = Section
    extra = 0
    fields = ["heading", "body", ("picture", "caption"), "order"]
    formfield_overrides = LONG_TEXT


class FormCueInline(BoundedRows, admin.StackedInline):
    model = FormCue
    extra = 0
    fields = ["do", "phase", "avoid", "why", "goes_wrong", "how_sure", "order"]
    formfield_overrides = SHORT_TEXT


class InvolvementInline(PlainChoices, admin.TabularInline):
    model = Involvement
    formset = InvolvementFormSet
    extra = 0
    fields = ["muscle", "role", "baseline", "floor", "summary", "order"]
    verbose_name = "muscle involved"
    verbose_name_plural = "muscles involved"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("muscle")


class ClaimInline(PlainChoices, admin.StackedInline):
    model = Claim
    extra = 0
    formfield_overrides = SHORT_TEXT
    fieldsets = [
        (None, {"fields": ["statement", "verdict", "order"]}),
        ("What it rests on", {"fields": ["effects", "muscles"], "classes": ["collapse"]}),
    ]

    def get_formset(self, request, obj=None, **kwargs):
        self.exercise = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "effects":
            effects = StanceEffect.objects.filter(option__axis__exercise=self.exercise)
            effects = effects.select_related("option__axis", "muscle", "with_option__axis")
            kwargs["queryset"] = effects.order_by("option__axis__order", "option__order", "pk")
        else:
            kwargs["queryset"] = Muscle.objects.filter(involvements__exercise=self.exercise)
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("effects", "muscles")


class StanceAxisInline(BoundedRows, admin.TabularInline):
    model = StanceAxis
    formset = NamedCells
    extra = 0
    fields = ["name", "slug", "explanation", "order"]
    formfield_overrides = SHORT_TEXT
    prepopulated_fields = {"slug": ["name"]}
    show_change_link = True


@admin.register(Exercise)
class ExerciseAdmin(EditsEmphasis, ReviewAction, ExchangesFiles, PublishableAdmin):
    change_form_template = "admin/exercises/exercise_change_form.html"
    actions = [*PublishableAdmin.actions, "mark_reviewed", "export_files"]
    list_display = ["name", "kind", "order", "status", "review_due"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["name", "aliases"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [StanceAxisInline, InvolvementInline, SectionInline, FormCueInline, ClaimInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "answer", "aliases"]}),
        ("Kind", {"fields": ["kind", "equipment", "surface", "order"]}),
        ("Caution, whatever the stance", {"fields": ["caution", "caution_source"]}),
        ("Review", {"fields": ["reviewed_by", "reviewed_on", "review_due"]}),
    ]

    def shown_of(self, draft, exercise):
        # The options of an axis have forms of their own.
        bare = tuple(msgspec.structs.replace(axis, options=()) for axis in draft.axes)
        return msgspec.structs.replace(draft, axes=bare)
