from django.core.validators import MaxLengthValidator
from django.db import models

from .anatomy import ALIASES_HELP, NAME_HELP, Mergeable, validate_slug

LONGEST_DEFINITION = 600  # characters: it stands in a note beside the word


class Term(Mergeable):
    """A word of the field that readers need not know, as the glossary explains it."""

    name = models.CharField("term", max_length=100, help_text=NAME_HELP)
    aliases = models.TextField("other words for it", blank=True, help_text=ALIASES_HELP)
    slug = models.SlugField(
        max_length=64,
        unique=True,
        validators=[validate_slug],
        help_text="The page's address: /glossary/concentric/. Texts link it with [[term:concentric]].",
    )
    definition = models.TextField(
        max_length=LONGEST_DEFINITION,
        validators=[MaxLengthValidator(LONGEST_DEFINITION)],  # of what is imported, too
        help_text="What it means, in a sentence or two, for somebody who has never heard it. Plain text: "
        "readers see it beside the word, wherever a text links it.",
    )

    class Meta:
        ordering = ["name"]
        permissions = [("publish_term", "Can publish terms and withdraw them")]

    def __str__(self):
        return self.name
