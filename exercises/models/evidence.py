import re
from textwrap import shorten

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from ..document import DOI
from .anatomy import Mergeable, Muscle, MuscleGroup, validate_slug
from .exercise import Exercise
from .stance import StanceEffect, StanceOption


def normal_doi(text: str) -> str:
    """The bare DOI in what somebody pasted: an address, "doi:10...", with blanks around.

    Raises ValidationError for what is not a DOI.
    """
    doi = re.sub(r"^(https?://)?(dx\.)?(doi\.org/|doi:\s*)", "", text.strip(), flags=re.IGNORECASE)
    if doi and not re.match(DOI, doi):
        raise ValidationError(
            f"“{text}” is not a DOI. One starts with 10., a number and a slash: 10.1519/JSC.0b013e3181739445."
        )
    return doi


class Study(Mergeable):
    class Kind(models.TextChoices):
        """By what it measured above all."""

        ACTIVITY = "activity", "muscle activity (EMG)"
        GROWTH = "growth", "growth over weeks of training"
        USE = "use", "muscle use in one session (MRI)"
        FORCES = "forces", "forces, pressure and movement"
        REVIEW = "review", "review of other studies"

    short_name = models.CharField(
        max_length=100,
        unique=True,
        help_text="How texts call it: Da Silva 2008. Without known authors: a few words.",
    )
    slug = models.SlugField(
        max_length=64,
        unique=True,
        validators=[validate_slug],
        help_text="The page's address, and how texts cite it: [[study:da-silva-2008]].",
    )
    authors = models.TextField(
        blank=True,
        help_text="Such as: Da Silva EM, Brentano MA, Cadore EL. If some are not known, end with "
        "“and others”; if none is, leave this empty.",
    )
    year = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1800), MaxValueValidator(2200)], help_text="Of publication."
    )
    title = models.CharField(max_length=500, help_text="As it was printed.")
    journal = models.CharField(max_length=200, blank=True)
    volume = models.CharField(max_length=50, blank=True, help_text="With the issue: 22(4).")
    pages = models.CharField(max_length=50, blank=True)
    doi = models.CharField(
        "DOI",
        max_length=200,
        blank=True,
        help_text="10.1519/JSC.0b013e3181739445; a pasted address is cut to that.",
    )
    pmid = models.CharField(
        "PMID",
        max_length=12,
        blank=True,
        help_text="Its number in PubMed.",
    )
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.ACTIVITY)
    participants = models.CharField(max_length=300, blank=True, help_text="Who was measured: 14 women.")
    sample_size = models.PositiveIntegerField(
        "how many", null=True, blank=True, help_text="The number of people; empty if it is not known."
    )
    machine = models.CharField(max_length=300, blank=True, help_text="The exercise and the machine.")
    load = models.CharField(max_length=300, blank=True)
    measured = models.TextField(
        "what was measured", blank=True, help_text="And of which muscles. Plain text."
    )
    conditions = models.TextField(
        "what was compared",
        blank=True,
        help_text="And which of it counts here as which option, so that a reader can check that: "
        "100 per cent of hip width counts as shoulder-width.",
    )
    summary = models.TextField("what it found", blank=True, help_text="In a sentence or two. Plain text.")
    limits = models.TextField(blank=True, help_text="What keeps it from telling more. Plain text.")
    basis = models.TextField(
        "what of it was read", blank=True, help_text="Such as: the abstract, on the publisher's page."
    )
    is_retracted = models.BooleanField(
        "retracted",
        default=False,
        help_text="The journal has withdrawn it. It is then shown struck through, and stops counting in "
        "each exercise when that is published next.",
    )

    class Meta:
        ordering = ["short_name"]
        verbose_name_plural = "studies"
        permissions = [("publish_study", "Can publish studies and withdraw them")]
        constraints = [
            models.UniqueConstraint(
                Lower("doi"),
                condition=~Q(doi=""),
                name="doi_once",
                violation_error_message="Another study has this DOI. Change that one instead.",
            ),
        ]

    def __str__(self):
        return self.short_name

    def clean(self):
        try:
            self.doi = normal_doi(self.doi)
        except ValidationError as error:
            raise ValidationError({"doi": error}) from error
        if self.pmid and not self.pmid.isdigit():
            raise ValidationError({"pmid": f"“{self.pmid}” is not a PMID, which is digits only: 32605065."})


class Finding(models.Model):
    class Kind(models.TextChoices):
        COMPARISON = "comparison", "comparison of two options"
        INVOLVEMENT = "involvement", "what the exercise asks of muscles"
        INDIRECT = "indirect", "indirect, from another exercise"

    class Direction(models.TextChoices):
        MORE = "more", "more"
        LESS = "less", "less"
        NO_DIFFERENCE = "no difference", "measured: no difference"
        NONE_REPORTED = "none reported", "no effect reported"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.COMPARISON)
    exercise = models.ForeignKey(
        Exercise,
        on_delete=models.PROTECT,
        related_name="findings",
        help_text="Of this site. For an indirect finding: the one that it throws light on.",
    )
    muscles = models.ManyToManyField(Muscle, blank=True, related_name="findings")
    group = models.ForeignKey(
        MuscleGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        help_text="Only if the paper names no single muscle: it then counts for each of the group that is "
        "not deep.",
    )
    option = models.ForeignKey(
        StanceOption,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        help_text="The option that the direction is said of.",
    )
    against = models.ForeignKey(
        StanceOption,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The option of the same axis that it was compared with.",
    )
    with_option = models.ForeignKey(
        StanceOption,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="both with",
        help_text="If both conditions had an option of another axis: that option.",
    )
    direction = models.CharField(
        max_length=20,
        blank=True,
        choices=Direction,
        help_text="Of the option, seen from what it is compared with.",
    )
    elsewhere = models.CharField(
        max_length=200, blank=True, help_text="Of an indirect finding: which other exercise or condition."
    )
    load = models.CharField(max_length=200, blank=True)
    words = models.TextField("what was found", help_text="In a sentence that readers see.")
    known_through = models.CharField(
        max_length=200, blank=True, help_text="If it is not read in the study itself: where."
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self):
        return shorten(self.words, 80, placeholder="…")

    def clean(self):
        problems = {}
        options = {"option": self.option, "against": self.against, "with_option": self.with_option}
        chosen = {name: option for name, option in options.items() if option}
        for name, option in chosen.items():
            if self.exercise_id and option.axis.exercise_id != self.exercise_id:
                has = StanceOption.objects.filter(axis__exercise=self.exercise_id).select_related("axis")
                has = has.order_by("axis__order", "order")
                known = "; ".join(str(known) for known in has) or "none yet"
                problems[name] = f"The {self.exercise} has no such option. It has: {known}."
        if self.kind == self.Kind.COMPARISON:
            for name in ("option", "against", "direction"):
                if not getattr(self, name):
                    problems[name] = (
                        "A comparison needs this: one option, another to set it against, and which way."
                    )
        elif self.kind == self.Kind.INVOLVEMENT:
            if chosen:
                problems[next(iter(chosen))] = (
                    "This kind is about no option. Leave it empty, or choose comparison."
                )
        else:
            if not self.elsewhere:
                problems["elsewhere"] = "Say which other exercise or condition it comes from."
            if self.option and not self.direction:
                problems["direction"] = "Beside an option it needs a direction."
            if self.against and not self.option:
                problems["option"] = "Say first which option it stands beside."
        if self.option and self.against and not problems:
            if self.option == self.against:
                problems["against"] = "It compares an option with itself. Choose the other option."
            elif self.option.axis_id != self.against.axis_id:
                problems["against"] = f"Choose another option of “{self.option.axis}”: both are of one axis."
        if (
            self.with_option
            and self.option
            and not problems
            and self.with_option.axis_id == self.option.axis_id
        ):
            problems["with_option"] = f"Choose an option of another axis than “{self.option.axis}”, or none."
        if problems:
            raise ValidationError(problems)


class Claim(models.Model):
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="claims")
    statement = models.CharField(max_length=300, help_text="What is commonly said, in a plain sentence.")
    verdict = models.TextField(
        blank=True,
        help_text="What the studies make of it, in two sentences. Cite with [[study:da-silva-2008]].",
    )
    effects = models.ManyToManyField(
        StanceEffect, blank=True, related_name="claims", help_text="The effects that it rests on."
    )
    muscles = models.ManyToManyField(
        Muscle,
        blank=True,
        related_name="claims",
        help_text="If it is about what the exercise asks of muscles: those.",
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self):
        return self.statement
