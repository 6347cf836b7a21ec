"""Pictures: uploaded, described and credited here, and chosen in a section of an exercise."""

import msgspec
from django import forms
from django.contrib import admin
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from .. import drafts, pictures
from ..document import PictureCopy, worked_out
from ..emphasis import join_words
from ..models import Picture
from .copied import CopiedAdmin
from .inlines import SHORT_TEXT

SALT = "a picture that a form keeps"


class PictureForm(forms.ModelForm):
    """The files are made before the form is checked: see PictureAdmin.changeform_view. When it is refused, it
    carries along what was made, so that nobody has to choose the file again."""

    file = forms.FileField(
        label="Picture",
        required=False,
        help_text=f"{pictures.FORMAT_WORDS[2:]}, at least {pictures.LEAST_WIDTH} pixels wide (1,600 are "
        f"best) and at most {pictures.MOST_BYTES // 1024 // 1024} MB. What the camera noted, such as the "
        "place, is taken out.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    # What came of the file that was sent.
    made: pictures.Made | None = None
    refused: str = ""

    class Meta:
        error_messages = {
            "title": {"required": "Give it a title, such as: Leg press, feet high."},
            "source": {"invalid": "Give a whole address, such as https://commons.example/feet, or none."},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "file" in self.fields:
            self.fields["file"].help_text += " Choose none to keep the one that is there."
        if self.is_bound and self.made:
            self.data = self.data.copy()
            self.data[self.add_prefix("kept")] = signing.dumps(msgspec.to_builtins(self.made), salt=SALT)

    def clean_file(self):
        if self.refused:
            raise ValidationError(self.refused)
        return None

    def clean_kept(self):
        kept = self.cleaned_data["kept"]
        if not kept:
            return None
        try:
            made = msgspec.convert(signing.loads(kept, salt=SALT), worked_out(pictures.Made))
        except (signing.BadSignature, msgspec.ValidationError) as error:
            raise ValidationError("Choose the picture again.") from error
        return made

    def clean(self):
        given = super().clean()
        made = given.get("kept")
        if made:
            for name, value in drafts.made_fields(made).items():
                setattr(self.instance, name, value)
        elif not self.instance.pk and not self.refused and "kept" not in self.errors:
            self.add_error("file", "Choose the file of the picture.")
        return given


class IncompleteFilter(admin.SimpleListFilter):
    title = "what is missing"
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        return [("yes", "alternative text or licence")]

    def queryset(self, request, queryset):
        return queryset.incomplete() if self.value() else queryset


def _described(picture: Picture) -> tuple[str, PictureCopy]:
    return picture.title, drafts.picture_copy(picture)


@admin.register(Picture)
class PictureAdmin(CopiedAdmin):
    form = PictureForm
    value_of = _described
    change_form_template = "admin/exercises/picture_change_form.html"
    list_display = ["thumbnail", "title", "size", "used_in", "missing"]
    list_display_links = ["title"]
    list_filter = [IncompleteFilter, "licence"]
    search_fields = ["title", "slug", "alt", "author"]
    prepopulated_fields = {"slug": ["title"]}
    formfield_overrides = SHORT_TEXT
    list_per_page = 50
    fieldsets = [
        (None, {"fields": ["file", "kept", "title", "slug"]}),
        ("For those who cannot see it", {"fields": ["alt", "is_decorative"]}),
        ("Who made it, and what allows us to show it", {"fields": ["author", "licence", "source"]}),
        (
            "Focal point",
            {
                "fields": ["shown", ("focal_x", "focal_y")],
                "description": "What has to stay in view where the picture is cropped, as a very wide one "
                "is on a telephone. Click on it in the picture, or type how far from the left and the top.",
            },
        ),
    ]

    class Media:
        js = [forms.Script("js/focal-point.js", defer=True)]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("sections__exercise")

    @admin.display(description="picture")
    def thumbnail(self, picture: Picture) -> str:
        return _image(picture, "thumbnail")

    @admin.display(description="pixels")
    def size(self, picture: Picture) -> str:
        return f"{picture.width} by {picture.height}"

    @admin.display(description="in the drafts of")
    def used_in(self, picture: Picture) -> str:
        return ", ".join(sorted({section.exercise.name for section in picture.sections.all()}))

    @admin.display(description="missing")
    def missing(self, picture: Picture) -> str:
        missing = [] if picture.alt or picture.is_decorative else ["alternative text"]
        missing += [] if picture.licence else ["licence"]
        return join_words(missing) if missing else ""

    @admin.display(description="picture")
    def shown(self, picture: Picture) -> str:
        if not picture.pk:
            return "Save to see it."
        return format_html("<focal-point>{}</focal-point>", _image(picture, "shown-picture"))

    def get_readonly_fields(self, request, obj=None):
        return ["shown", "slug"] if obj else ["shown"]

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        # Making the files takes seconds, so it comes before the transaction: nobody else could write.
        may = self.has_change_permission(request) if object_id else self.has_add_permission(request)
        request.made, request.refused = None, ""
        if request.method == "POST" and may and (file := request.FILES.get("file")):
            try:
                request.made = pictures.make(file)
            except pictures.Refused as refused:
                request.refused = str(refused)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.made, form.refused = getattr(request, "made", None), getattr(request, "refused", "")
        return form


def _image(picture: Picture, css_class: str) -> str:
    copy: PictureCopy = drafts.picture_copy(picture)
    smallest = min(copy.renditions, key=lambda r: (r.width, r.format != "webp"))
    return format_html(
        '<img class="{}" src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        css_class,
        smallest.path,
        smallest.width,
        smallest.height,
        copy.shown_alt,
    )
