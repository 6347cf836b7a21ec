from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from .anatomy import CAUTION_SOURCE_HELP, Muscle, validate_slug
from .exercise import Exercise

# Parameters of ours in a page's address: no axis can take one of these names.
RESERVED_AXIS_SLUGS = {"at", "lens", "page", "q"}


class StanceAxis(models.Model):
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="axes")
    name = models.CharField(max_length=100, help_text="Such as: Foot height.")
    slug = models.SlugField(
        max_length=64,
        validators=[validate_slug],
        help_text="Its name in the page's address: height, as in ?height=high.",
    )
    explanation = models.TextField(blank=True, help_text="What it is, in a sentence or two. Plain text.")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name_plural = "stance axes"
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "slug"],
                name="axis_slug_once",
                violation_error_message="Another axis of this exercise has this slug.",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        if self.slug in RESERVED_AXIS_SLUGS:
            raise ValidationError({"slug": f"“{self.slug}” is taken by the site itself. Choose another."})


class StanceOption(models.Model):
    axis = models.ForeignKey(StanceAxis, on_delete=models.CASCADE, related_name="options")
    name = models.CharField(max_length=100, help_text="Such as: high.")
    slug = models.SlugField(max_length=64, validators=[validate_slug])
    phrase = models.CharField(
        max_length=100,
        blank=True,
        help_text="The option inside a sentence: your feet high; a wide stance.",
    )
    is_neutral = models.BooleanField("neutral", default=False, help_text="One option of each axis is.")
    explanation = models.TextField(
        blank=True, help_text="What it changes in the body: joint angles, range. Plain text."
    )
    caution = models.TextField(blank=True, help_text="What to mind with this option. Plain text.")
    caution_source = models.TextField(blank=True, help_text=CAUTION_SOURCE_HELP)
    foot_x = models.SmallIntegerField(
        "feet apart",
        default=0,
        help_text="What it adds to the feet's distance from the middle line (plate: 42 narrow, 178 wide).",
    )
    foot_y = models.SmallIntegerField(
        "feet down", default=0, help_text="What it moves the feet down the picture (plate: -100 to 100)."
    )
    foot_angle = models.SmallIntegerField(
        "toes out",
        default=0,
        help_text="What it turns the toes outwards, in degrees.",
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["axis", "slug"],
                name="option_slug_once",
                violation_error_message="Another option of this axis has this slug.",
            ),
            models.UniqueConstraint(
                fields=["axis"],
                condition=Q(is_neutral=True),
                name="one_neutral_option",
                violation_error_message="Only one option of an axis can be neutral.",
            ),
        ]

    def __str__(self):
        return f"{self.axis}: {self.name}"


class StanceEffect(models.Model):
    option = models.ForeignKey(StanceOption, on_delete=models.CASCADE, related_name="effects")
    muscle = models.ForeignKey(Muscle, on_delete=models.PROTECT, related_name="effects")
    step = models.SmallIntegerField(
        validators=[MinValueValidator(-3), MaxValueValidator(3)],
        help_text="How far it moves the emphasis: -3 to 3, not 0.",
    )
    reason = models.TextField(blank=True, help_text="The mechanics, in a sentence that readers see.")
    with_option = models.ForeignKey(
        StanceOption,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="joint_effects",
        verbose_name="only together with",
        help_text="If it only counts together with an option of another axis: that option.",
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            # Two constraints, since SQLite takes empty values for different ones.
            models.UniqueConstraint(
                fields=["option", "muscle"],
                condition=Q(with_option=None),
                name="effect_once",
                violation_error_message="This option moves that muscle already. Change that line instead.",
            ),
            models.UniqueConstraint(
                fields=["option", "muscle", "with_option"],
                name="joint_effect_once",
                violation_error_message="These two options move that muscle already. Change that line.",
            ),
            models.CheckConstraint(
                condition=Q(step__gte=-3, step__lte=3) & ~Q(step=0),
                name="step_within_3_not_0",
                violation_error_message="A step is -3 to 3 and not 0: without a step there is no effect.",
            ),
        ]

    def __str__(self):
        other = f" with {self.with_option}" if self.with_option_id else ""
        return f"{self.option}{other}, {self.muscle} {self.step:+d}"

    def clean(self):
        if self.with_option_id and self.option_id:
            axis, other = self.option.axis, self.with_option.axis
            if axis.exercise_id != other.exercise_id or axis == other:
                raise ValidationError(
                    {"with_option": f"Choose an option of another axis of {axis.exercise}, or none."}
                )
