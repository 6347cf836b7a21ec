"""What the forms of the admin share: how long texts are, and rows that are bounded, plain and named."""

from django.contrib.admin.widgets import AdminTextareaWidget, RelatedFieldWidgetWrapper
from django.db import models
from django.forms import BaseInlineFormSet

from .. import document as documents
from ..models.anatomy import Mergeable
from .markdown_fields import MarkdownFields

SHORT_TEXT = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}
LONG_TEXT = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 16})}}


def kept_forms(formset) -> list:
    """The forms of a validated formset that are filled in and not marked for deletion."""
    return [
        form
        for form in formset.forms
        if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
    ]


class BoundedRows:
    """For an inline: more than MOST_PARTS rows are refused. Django would make forms for up to 2,000, which
    takes seconds. What has more already keeps them; it cannot be saved in the form."""

    max_num = documents.MOST_PARTS

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, absolute_max=documents.MOST_PARTS, **kwargs)


class PlainChoices(BoundedRows, MarkdownFields):
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
        return list(iter(field.choices))  # a list of the choices themselves would count them first

    def get_field_queryset(self, db, db_field, request):
        """Without what is merged into something else."""
        queryset = super().get_field_queryset(db, db_field, request)
        if not issubclass(db_field.related_model, Mergeable):
            return queryset
        return (db_field.related_model.objects if queryset is None else queryset).filter(merged_into=None)


class NamedCells(BaseInlineFormSet):
    """For a table: its fields have no labels of their own, so each says to those who hear it what it is."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        row = f"{self.model._meta.verbose_name} {index + 1}" if index is not None else "new row"
        for name, field in form.fields.items():
            field.widget.attrs.setdefault("aria-label", f"{field.label or name}, {row}")
