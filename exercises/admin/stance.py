"""Axes and options. One gets to them from their exercise, not from the admin's front page."""

from django import forms
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property

from .. import freezing, publishing
from ..document import ExerciseDocument
from ..models import Muscle, StanceAxis, StanceEffect, StanceOption
from .inlines import SHORT_TEXT, BoundedRows, NamedCells, PlainChoices, kept_forms
from .keeping import KeepsDrafts


class StanceOptionForm(forms.ModelForm):
    class Meta:
        model = StanceOption
        fields = ["name", "slug", "phrase", "is_neutral", "order"]

    def _get_validation_exclusions(self):
        # Which option is neutral can only be judged over all of them: StanceOptionFormSet does.
        return super()._get_validation_exclusions() | {"is_neutral"}


class StanceOptionFormSet(NamedCells):
    def get_unique_error_message(self, unique_check):
        return "Two options have the same slug. Change one of them."

    def get_form_error(self):
        return "Another option has this slug already."

    def clean(self):
        super().clean()
        if sum(bool(form.cleaned_data.get("is_neutral")) for form in kept_forms(self)) > 1:
            raise ValidationError(
                "Two options are marked neutral. Only one can be: the one readers start from."
            )


class StanceEffectFormSet(NamedCells):
    def clean(self):
        super().clean()
        seen = set()
        for form in kept_forms(self):
            pair = form.cleaned_data.get("muscle"), form.cleaned_data.get("with_option")
            if pair in seen:
                raise ValidationError(
                    f"The {pair[0]} stands in the list twice. Change or delete one of its lines."
                )
            seen.add(pair)


class StanceOptionInline(BoundedRows, admin.TabularInline):
    model = StanceOption
    form = StanceOptionForm
    formset = StanceOptionFormSet
    extra = 0
    fields = ["name", "slug", "phrase", "is_neutral", "order"]
    prepopulated_fields = {"slug": ["name"]}
    show_change_link = True
    verbose_name_plural = "options (save, then “Change” leads to an option's text, picture and effects)"


class StanceEffectInline(PlainChoices, admin.TabularInline):
    model = StanceEffect
    fk_name = "option"
    formset = StanceEffectFormSet
    extra = 0
    fields = ["muscle", "step", "reason", "with_option", "certainty"]
    readonly_fields = ["certainty"]
    formfield_overrides = SHORT_TEXT

    @admin.display(description="certainty, from the published studies")
    def certainty(self, effect: StanceEffect) -> str:
        """The grade that publishing now would give the saved effect, and the findings that make it."""
        if not effect.pk:
            return "Save to see it."
        evidence = publishing.evidence_now(effect, self.around)
        return render_to_string("admin/exercises/_evidence.html", {"evidence": evidence})

    @cached_property
    def around(self):
        return freezing.surroundings()

    def get_queryset(self, request):
        related = "muscle", "option__axis__exercise", "with_option__axis"
        return super().get_queryset(request).select_related(*related)

    def get_formset(self, request, obj=None, **kwargs):
        self.option = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        axis = self.option.axis
        if db_field.name == "muscle":
            kwargs["queryset"] = Muscle.objects.filter(involvements__exercise=axis.exercise_id)
        if db_field.name == "with_option":
            others = StanceOption.objects.filter(axis__exercise=axis.exercise_id).exclude(axis=axis)
            kwargs["queryset"] = others.select_related("axis")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PartAdmin(KeepsDrafts, admin.ModelAdmin):
    """For a part of an exercise: made and deleted in its whole, to which saving leads back."""

    change_form_template = "admin/exercises/part_change_form.html"
    formfield_overrides = SHORT_TEXT

    def whole(self, part):
        raise NotImplementedError

    def whole_url(self, part) -> str:
        raise NotImplementedError

    def change_view(self, request, object_id, form_url="", extra_context=None):
        part = self.get_object(request, object_id)
        extra = {"show_delete": False}
        if part:
            extra |= {"whole_url": self.whole_url(part), "whole": self.whole(part)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def response_post_save_change(self, request, obj):
        return redirect(self.whole_url(obj))

    def has_module_permission(self, request):
        return False

    def has_add_permission(self, request):
        return False

    def delete_view(self, request, object_id, extra_context=None):
        # It goes with its whole, for which the permission is needed, or from the whole's form.
        raise PermissionDenied


class FoundJsonView(AutocompleteJsonView):
    """What is found in such a field: of a part with the name of what it is a part of."""

    def serialize_result(self, obj, to_field_name):
        result = super().serialize_result(obj, to_field_name)
        if isinstance(self.model_admin, PartAdmin):
            result["text"] = f"{self.model_admin.thing_of(obj)}, {obj}"
        return result


def find_axis(draft: ExerciseDocument, slug: str):
    return next((axis for axis in draft.axes if axis.slug == slug), None)


@admin.register(StanceAxis)
class StanceAxisAdmin(PartAdmin):
    fields = ["name", "slug", "explanation", "order"]
    inlines = [StanceOptionInline]

    def thing_of(self, axis):
        return axis.exercise

    def shown_of(self, draft, axis):
        return find_axis(draft, axis.slug)

    def whole(self, axis):
        return axis.exercise

    def whole_url(self, axis):
        return reverse("admin:exercises_exercise_change", args=[axis.exercise_id])

    def save_formset(self, request, form, formset, change):
        # The database takes one neutral option at a time: the old one steps back first.
        neutral = [form.instance.pk for form in kept_forms(formset) if form.cleaned_data.get("is_neutral")]
        form.instance.options.exclude(pk__in=[pk for pk in neutral if pk]).update(is_neutral=False)
        super().save_formset(request, form, formset, change)


@admin.register(StanceOption)
class StanceOptionAdmin(PartAdmin):
    # For a field in which one is looked for among many.
    search_fields = ["axis__exercise__name", "axis__name", "name"]
    ordering = ["axis__exercise__order", "axis__exercise__name", "axis__order", "order"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "phrase", "explanation", "order"]}),
        ("Caution", {"fields": ["caution", "caution_source"]}),
        ("In the picture", {"fields": [("foot_x", "foot_y", "foot_angle")]}),
    ]
    inlines = [StanceEffectInline]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("axis__exercise")

    def thing_of(self, option):
        return option.axis.exercise

    def shown_of(self, draft, option):
        axis = find_axis(draft, option.axis.slug)
        return axis and next((other for other in axis.options if other.slug == option.slug), None)

    def whole(self, option):
        return option.axis

    def whole_url(self, option):
        return reverse("admin:exercises_stanceaxis_change", args=[option.axis_id])
