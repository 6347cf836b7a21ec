"""Studies and their findings, in one form that tells beforehand which grades it would change."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError

from .. import checks, drafts, publishing
from ..models import Exercise, Finding, Publication, StanceOption, Study
from .inlines import SHORT_TEXT, PlainChoices, kept_forms
from .merging import Merges
from .publishable import KeepsItsSlug, PublishableAdmin
from .states import StateFilter

MOST_CHOICES = 300  # in a list; of more one looks for one


class StudyForm(forms.ModelForm):
    # Whether the editor only asks what saving would change. The form then does not count as valid.
    is_trial = False

    class Meta:
        error_messages = {
            "year": {"required": "Say when it was published: a year, such as 2008."},
            "title": {"required": "Give the title as it was printed."},
            "short_name": {"required": "Say how texts call it, such as: Da Silva 2008."},
        }

    def clean(self):
        super().clean()
        if self.is_trial:
            raise ValidationError("Nothing has been saved.", code="trial")


class FindingForm(forms.ModelForm):
    class Meta:
        model = Finding
        fields = [
            "kind",
            "exercise",
            "elsewhere",
            "muscles",
            "group",
            "option",
            "against",
            "with_option",
            "direction",
            "load",
            "words",
            "known_through",
            "order",
        ]
        widgets = {"muscles": forms.CheckboxSelectMultiple}

    def clean(self):
        """What the row by itself cannot know: whether the exercise involves the muscles."""
        given = super().clean()
        exercise, muscles = given.get("exercise"), given.get("muscles")
        if exercise is None or muscles is None:
            return given
        if not muscles and not given.get("group"):
            self.add_error(
                "muscles", "Choose the muscles that were read, or a group if the paper names no single one."
            )
        elif muscles and given.get("group"):
            self.add_error("group", "Leave this empty where the muscles are known.")
        involved = {
            involvement.muscle for involvement in exercise.involvements.select_related("muscle__head_of")
        }
        family = involved | {m.head_of for m in involved}
        strangers = [m.name for m in muscles if m not in family and m.head_of not in involved]
        if strangers:
            known = checks.join_words(sorted(muscle.name for muscle in involved)) or "none yet"
            self.add_error(
                "muscles",
                f"The {exercise} does not involve the {checks.join_words(strangers)}. It involves: {known}.",
            )
        return given


class FindingInline(PlainChoices, admin.StackedInline):
    model = Finding
    form = FindingForm
    extra = 0
    formfield_overrides = SHORT_TEXT
    fieldsets = [
        (None, {"fields": ["kind", "exercise", "elsewhere", "words", ("load", "known_through", "order")]}),
        ("Which muscles", {"fields": ["muscles", "group"]}),
        ("Which options, and which way", {"fields": [("option", "against", "with_option"), "direction"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("muscles")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.related_model in (Exercise, StanceOption) and _are_many_options():
            kwargs["widget"] = AutocompleteSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def choices_of(self, db_field, field):
        if isinstance(field.widget, AutocompleteSelect):
            return field.choices
        is_option = db_field.related_model is StanceOption
        return _options_by_exercise() if is_option else super().choices_of(db_field, field)


@admin.register(Study)
class StudyAdmin(KeepsItsSlug, Merges, PublishableAdmin):
    change_form_template = "admin/exercises/study_change_form.html"
    form = StudyForm
    list_display = ["short_name", "year", "kind", "sample_size", "is_retracted", "status"]
    list_filter = [
        "kind",
        "is_retracted",
        ("findings__exercise", admin.RelatedOnlyFieldListFilter),
        StateFilter,
    ]
    search_fields = ["short_name", "authors", "title", "doi"]
    prepopulated_fields = {"slug": ["short_name"]}
    inlines = [FindingInline]
    fieldsets = [
        (None, {"fields": ["short_name", "slug", "is_retracted"]}),
        (
            "Citation",
            {"fields": ["authors", "year", "title", "journal", ("volume", "pages"), ("doi", "pmid")]},
        ),
        (
            "The study",
            {
                "fields": [
                    "kind",
                    ("participants", "sample_size"),
                    "machine",
                    "load",
                    "measured",
                    "conditions",
                    "summary",
                    "limits",
                    "basis",
                ]
            },
        ),
    ]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.is_trial = "_try" in request.POST
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form, *formsets = context["adminform"].form, *context["inline_admin_formsets"]
        context["used_on"] = _live_pages_on(obj) if obj else []
        context["counted_on"] = [page for page in context["used_on"] if _counts_in(page, obj)]
        if form.is_trial:
            is_sound = not any(error.code != "trial" for error in form.errors.as_data().get("__all__", []))
            is_sound = is_sound and set(form.errors) <= {"__all__"}
            if is_sound and all(inline.formset.is_valid() for inline in formsets):
                context["errors"] = None
                context["is_trial"] = True
                context["grade_changes"] = publishing.grade_changes(_given_study(form, formsets[0].formset))
        elif obj and obj.has_changes and request.method == "GET":
            context["grade_changes"] = publishing.grade_changes(drafts.study_draft(obj))
        return super().render_change_form(request, context, add, change, form_url, obj)


def _given_study(form: StudyForm, findings: forms.BaseModelFormSet):
    """The study as the form has it, saved or not."""
    return drafts.study_value(
        form.instance,
        [
            drafts.finding_value(given.instance, [muscle.slug for muscle in given.cleaned_data["muscles"]])
            for given in kept_forms(findings)
        ],
    )


def _live_pages_on(study: Study) -> list[Publication]:
    """The live publications that say something that rests on the study."""
    live = Publication.objects.live("exercise", "muscle").filter(evidence_uses__study=study)
    return list(live.distinct().order_by("kind", "name"))


def _counts_in(page: Publication, study: Study) -> bool:
    """Whether the findings of the study, which may be retracted by now, still count in the page."""
    copies = getattr(page.content, "studies", ())  # a muscle's page only cites
    return any(copy.slug == study.slug and copy.findings and not copy.is_retracted for copy in copies)


def _are_many_options() -> bool:
    """Whether there are too many to choose from a list, of which each finding has three. One query."""
    return len(StanceOption.objects.order_by().values_list("pk")[: MOST_CHOICES + 1]) > MOST_CHOICES


def _options_by_exercise() -> list:
    """All stance options as choices, under the name of their exercise."""
    choices: dict[str, list] = {}
    options = StanceOption.objects.select_related("axis__exercise")
    for option in options.order_by("axis__exercise__order", "axis__order", "order"):
        choices.setdefault(str(option.axis.exercise), []).append((option.pk, str(option)))
    return [("", "---------"), *choices.items()]
