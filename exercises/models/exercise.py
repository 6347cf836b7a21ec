from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from .anatomy import (
    ALIASES_HELP,
    CAUTION_SOURCE_HELP,
    CITE_HELP,
    MARKDOWN_HELP,
    NAME_HELP,
    Muscle,
    Publishable,
    validate_slug,
)
from .pictures import Picture


class Exercise(Publishable):
    class Kind(models.TextChoices):
        COMPOUND = "compound", "compound (several joints)"
        ISOLATION = "isolation", "isolation (one joint)"

    class Surface(models.TextChoices):
        """What is drawn under the feet."""

        PLATE = "plate", "the plate of a machine"
        FLOOR = "floor", "the floor"

    name = models.CharField(max_length=100, help_text=NAME_HELP)
    aliases = models.TextField(blank=True, help_text=ALIASES_HELP)
    slug = models.SlugField(
        max_length=64,
        unique=True,
        validators=[validate_slug],
        help_text="The page's address: /exercises/leg-press/.",
    )
    order = models.PositiveSmallIntegerField(
        default=100, help_text="Its place in lists. The first exercise is the one on the home page."
    )
    answer = models.TextField(
        blank=True,
        help_text="What it works and what moving the feet changes: one short paragraph, plain text, "
        "about 40 words. It stands at the top of the page and in search results.",
    )
    equipment = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.COMPOUND)
    surface = models.CharField("under the feet", max_length=20, choices=Surface, default=Surface.PLATE)
    caution = models.TextField(
        blank=True,
        help_text="What to mind whatever the stance. An option's own caution stands with the option.",
    )
    caution_source = models.TextField(blank=True, help_text=CAUTION_SOURCE_HELP)
    reviewed_by = models.CharField(max_length=200, blank=True, help_text="Who checked the facts last.")
    reviewed_on = models.DateField(null=True, blank=True)
    review_due = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["order", "name"]
        permissions = [("publish_exercise", "Can publish exercises and withdraw them")]

    def __str__(self):
        return self.name


class Section(models.Model):
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="sections")
    heading = models.CharField(max_length=200)
    body = models.TextField(blank=True, help_text=MARKDOWN_HELP)
    picture = models.ForeignKey(
        Picture,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sections",
        help_text="It stands above the text. Add it under Pictures first.",
    )
    caption = models.CharField(
        max_length=300,
        blank=True,
        help_text="What to look at in the picture, in a sentence. Author and licence follow by themselves.",
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self):
        return self.heading


class FormCue(models.Model):
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="cues")
    phase = models.CharField(max_length=100, help_text="When it matters, such as: On the way down.")
    do = models.CharField(max_length=300, help_text="What to do.")
    avoid = models.CharField(max_length=300, blank=True, help_text="What to avoid.")
    why = models.TextField(blank=True)
    goes_wrong = models.TextField("what goes wrong otherwise", blank=True)
    how_sure = models.TextField(
        "how sure one can be",
        blank=True,
        help_text=f"What was measured, and what was not. {CITE_HELP}",
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self):
        return self.do


class Involvement(models.Model):
    class Role(models.TextChoices):
        TARGET = "target", "target"
        HELPER = "helper", "helper"
        STABILISER = "stabiliser", "stabiliser"

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="involvements")
    muscle = models.ForeignKey(Muscle, on_delete=models.PROTECT, related_name="involvements")
    role = models.CharField(max_length=20, choices=Role, default=Role.HELPER)
    baseline = models.PositiveSmallIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text="Emphasis at the neutral stance, from 1 (minimal) to 10 (the main driver).",
    )
    floor = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text="No stance takes it lower than this.",
    )
    summary = models.CharField("what it does here", max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "muscle"],
                name="muscle_involved_once",
                violation_error_message="This muscle is involved already. Change that line instead.",
            ),
            models.CheckConstraint(
                condition=Q(baseline__gte=1, baseline__lte=10),
                name="baseline_1_to_10",
                violation_error_message="The baseline has to be from 1 to 10.",
            ),
            models.CheckConstraint(
                condition=Q(floor__gte=1, floor__lte=F("baseline")),
                name="floor_1_to_baseline",
                violation_error_message="The floor has to be from 1 to the baseline.",
            ),
        ]

    def __str__(self):
        return str(self.muscle)
