from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import Q

from .anatomy import validate_slug

NOT_SAID = Q(licence="") | Q(alt="", is_decorative=False)


class PictureQuerySet(models.QuerySet):
    def incomplete(self):
        """Those that keep an exercise from being published: without alt text, or without a licence."""
        return self.filter(NOT_SAID)


class Picture(models.Model):
    """A picture that sections of exercises can show. Its files are made when it is uploaded, by pictures.py.

    It is not published by itself: a published exercise has a copy of what is said here.
    """

    class Licence(models.TextChoices):
        """The names that staff choose from; document.LICENCES has those that readers see."""

        CC0 = "cc0-1.0", "CC0 1.0: free for any use"
        CC_BY = "cc-by-4.0", "CC BY 4.0: name the author"
        CC_BY_SA = "cc-by-sa-4.0", "CC BY-SA 4.0: name the author, share alike"
        PUBLIC_DOMAIN = "public-domain", "public domain: its copyright has ended"
        OWN = "own", "our own work, under the site's licence (CC BY-SA 4.0)"
        PERMISSION = "permission", "by permission of whoever holds the rights"

    title = models.CharField(
        max_length=100, unique=True, help_text="What staff call it. Readers never see it."
    )
    slug = models.SlugField(
        max_length=64,
        unique=True,
        validators=[validate_slug],
        help_text="Its name in exported files. It cannot be changed later.",
    )
    alt = models.TextField(
        "alternative text",
        blank=True,
        max_length=500,
        help_text="What it shows, in a sentence or two, for readers who cannot see it: “Feet high on the "
        "plate, knees at a right angle.” Leave out “Picture of”.",
    )
    is_decorative = models.BooleanField(
        "decorative",
        default=False,
        help_text="It adds nothing to the text, so those who cannot see it miss nothing. Then leave the "
        "alternative text empty.",
    )
    author = models.CharField(
        max_length=200, blank=True, help_text="Who made it. Readers see the name under the picture."
    )
    licence = models.CharField(
        max_length=20, blank=True, choices=Licence, help_text="What allows us to show it. If in doubt, ask."
    )
    source = models.CharField(
        "where it comes from",
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="The address of the page where it was found, if it was: https://…",
    )
    focal_x = models.PositiveSmallIntegerField(
        "from the left, in per cent", default=50, validators=[MaxValueValidator(100)]
    )
    focal_y = models.PositiveSmallIntegerField(
        "from the top, in per cent", default=50, validators=[MaxValueValidator(100)]
    )

    # What pictures.make has written.
    master = models.CharField(max_length=80, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    renditions = models.JSONField(editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(focal_x__lte=100, focal_y__lte=100),
                name="focal_point_within_picture",
                violation_error_message="The focal point lies within the picture: 0 to 100 per cent.",
            ),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        if self.is_decorative and self.alt:
            raise ValidationError(
                {"alt": "A decorative picture has no alternative text. Empty this, or take the mark away."}
            )

    @property
    def is_incomplete(self) -> bool:
        """As `incomplete`, for one."""
        return not self.licence or not (self.alt or self.is_decorative)
