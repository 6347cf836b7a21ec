from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from ..document import SLUG

NAME_HELP = "In lower case, as inside a sentence."
CITE_HELP = "Cite a study with [[study:da-silva-2008]]."
MARKDOWN_HELP = (
    "Markdown: **bold**, *italic*, lists with -, [words](https://address). "
    "Link a muscle with [[muscle:gluteus-maximus]] or [[muscle:gluteus-maximus|your words]], "
    "and a word of the glossary with [[term:concentric]]. "
    f"{CITE_HELP}"
)
CAUTION_SOURCE_HELP = f"Where it comes from, and how sure one can be. {CITE_HELP}"
ALIASES_HELP = "Other names, one to a line."


# Documents take no other slugs, so rows must not either.
validate_slug = RegexValidator(
    SLUG, "Use lower-case letters, digits and single hyphens, such as toe-angle, for the slug."
)


class MapRegion(models.TextChoices):
    """The regions of the muscle map that can be coloured."""

    RECTUS_FEMORIS = "rectus-femoris", "rectus femoris (front)"
    VASTUS_LATERALIS = "vastus-lateralis", "vastus lateralis (front and back)"
    VASTUS_MEDIALIS = "vastus-medialis", "vastus medialis (front)"
    VASTUS_INTERMEDIUS = "vastus-intermedius", "vastus intermedius (front, a window)"
    GLUTEUS_MAXIMUS = "gluteus-maximus", "gluteus maximus (back)"
    GLUTEUS_MEDIUS = "gluteus-medius", "gluteus medius (back)"
    BICEPS_FEMORIS = "biceps-femoris", "biceps femoris (back)"
    SEMITENDINOSUS = "semitendinosus", "semitendinosus (back)"
    SEMIMEMBRANOSUS = "semimembranosus", "semimembranosus (back)"
    ADDUCTORS = "adductors", "adductors (front)"
    ADDUCTOR_MAGNUS = "adductor-magnus", "adductor magnus (back)"
    GASTROCNEMIUS = "gastrocnemius", "gastrocnemius, whole (front and back)"
    GASTROCNEMIUS_MEDIAL = "gastrocnemius-medial", "gastrocnemius, medial head (front and back)"
    GASTROCNEMIUS_LATERAL = "gastrocnemius-lateral", "gastrocnemius, lateral head (back)"
    SOLEUS = "soleus", "soleus (front and back)"
    TIBIALIS_ANTERIOR = "tibialis-anterior", "tibialis anterior (front)"


class Publishable(models.Model):
    """A thing that is published. Publishing and saving keep the flag, so that lists need not compare."""

    has_changes = models.BooleanField(
        "unpublished changes",
        default=False,
        editable=False,
        help_text="Whether publishing now would change what readers see.",
    )
    # Since when an editor is asked to look at the draft. Publishing clears all three.
    review_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    review_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    review_note = models.CharField(max_length=1000, blank=True, editable=False)

    class Meta:
        abstract = True


class Mergeable(Publishable):
    """A thing that somebody can have entered twice. What is merged into another is used nowhere any more."""

    # Never itself merged: whatever was merged into this one goes along when it is merged.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
    )

    class Meta:
        abstract = True


class MuscleGroup(models.Model):
    name = models.CharField(max_length=100, help_text=NAME_HELP)
    everyday_name = models.CharField(max_length=100, blank=True, help_text="Such as: front of the thigh.")
    slug = models.SlugField(max_length=64, unique=True, validators=[validate_slug])
    summary = models.TextField(blank=True, help_text="What the group is and does, in a sentence or two.")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "name"]

    def __str__(self):
        return self.name


class JointAction(models.Model):
    name = models.CharField(max_length=100, help_text=NAME_HELP)
    slug = models.SlugField(max_length=64, unique=True, validators=[validate_slug])
    summary = models.CharField(max_length=300, blank=True, help_text="A plain sentence.")

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Muscle(Mergeable):
    name = models.CharField(max_length=100, help_text=f"The anatomical term. {NAME_HELP}")
    everyday_name = models.CharField(max_length=100, blank=True, help_text="Such as: outer thigh.")
    aliases = models.TextField(blank=True, help_text=ALIASES_HELP)
    slug = models.SlugField(
        max_length=64,
        unique=True,
        validators=[validate_slug],
        help_text="The page's address: /muscles/gluteus-maximus/.",
    )
    order = models.PositiveSmallIntegerField(default=0, help_text="Its place within its group.")
    group = models.ForeignKey(MuscleGroup, on_delete=models.PROTECT, related_name="muscles")
    head_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="heads",
        limit_choices_to={"merged_into": None},
        help_text="If this is a head of another muscle: that muscle.",
    )
    actions = models.ManyToManyField(JointAction, blank=True, related_name="muscles")
    location = models.TextField(blank=True, help_text=f"Where it lies. {MARKDOWN_HELP}")
    function = models.TextField(blank=True, help_text=f"What it does. {MARKDOWN_HELP}")
    region = models.CharField(
        max_length=40,
        blank=True,
        choices=MapRegion.choices,
        help_text="Which region of the muscle map shows it.",
    )
    is_deep = models.BooleanField(
        "deep",
        default=False,
        help_text="It lies under other muscles, so sensors on the skin cannot read it.",
    )

    class Meta:
        ordering = ["group__order", "order", "name"]
        permissions = [("publish_muscle", "Can publish muscles and withdraw them")]

    def __str__(self):
        return self.name

    def clean(self):
        if self.head_of_id and self.head_of_id == self.pk:
            raise ValidationError({"head_of": "A muscle cannot be a head of itself. Leave this empty."})
        if self.head_of_id and self.head_of.head_of_id:
            raise ValidationError({"head_of": f"{self.head_of} is a head itself. Name the whole muscle."})
