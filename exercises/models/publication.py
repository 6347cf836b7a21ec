from functools import lru_cache

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from .. import document as documents
from .anatomy import Muscle
from .exercise import Exercise


class PublicationQuerySet(models.QuerySet):
    def exercises(self):
        return self.filter(kind=Publication.Kind.EXERCISE)

    def muscles(self):
        return self.filter(kind=Publication.Kind.MUSCLE)

    def out(self):
        """Those whose time has come, the live ones and those they followed."""
        return self.filter(live_from__lte=timezone.now())

    def live(self):
        """Of each thing the one that readers see: the latest that is out, the higher number on a tie."""
        out = Publication.objects.out().order_by("-live_from", "-number").values("pk")
        return self.out().filter(
            Q(kind="exercise", pk=Subquery(out.filter(exercise=OuterRef("exercise"))[:1]))
            | Q(kind="muscle", pk=Subquery(out.filter(muscle=OuterRef("muscle"))[:1]))
        )

    def listed(self):
        """Without the documents, in the order of lists."""
        return self.defer("document").order_by("order", "name")


class Publication(models.Model):
    """What readers see of an exercise or a muscle, frozen when staff published it.

    A row is written once and not changed, but for the HTML inside its document when the renderer
    has been mended.
    """

    class Kind(models.TextChoices):
        EXERCISE = "exercise"
        MUSCLE = "muscle"

    kind = models.CharField(max_length=20, choices=Kind)
    exercise = models.ForeignKey(
        Exercise, on_delete=models.CASCADE, null=True, blank=True, related_name="publications"
    )
    muscle = models.ForeignKey(
        Muscle, on_delete=models.CASCADE, null=True, blank=True, related_name="publications"
    )
    number = models.PositiveIntegerField()
    document = models.TextField()
    note = models.TextField(help_text="What changed, for readers.")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(default=timezone.now)
    live_from = models.DateTimeField(default=timezone.now)

    # Copied from the document, so that lists and addresses need not read it.
    slug = models.SlugField(max_length=64)
    name = models.CharField(max_length=100)
    summary = models.TextField(blank=True)
    order = models.IntegerField(default=0)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-live_from", "-number"]
        indexes = [
            models.Index(fields=["kind", "slug"]),
            models.Index(fields=["exercise", "-live_from", "-number"]),
            models.Index(fields=["muscle", "-live_from", "-number"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="publication_of_one_thing",
                condition=Q(kind="exercise", exercise__isnull=False, muscle__isnull=True)
                | Q(kind="muscle", muscle__isnull=False, exercise__isnull=True),
            ),
            models.UniqueConstraint(fields=["exercise", "number"], name="exercise_version_once"),
            models.UniqueConstraint(fields=["muscle", "number"], name="muscle_version_once"),
        ]

    def __str__(self):
        return f"{self.name}, version {self.number}"

    def get_absolute_url(self):
        return reverse(f"{self.kind}_detail", args=[self.slug])

    @property
    def content(self) -> documents.ExerciseDocument | documents.MuscleDocument:
        """The document, read. Two publications with the same text share one value."""
        return _read(self.document, self.kind)


@lru_cache(maxsize=256)
def _read(text, kind):
    types = {"exercise": documents.ExerciseDocument, "muscle": documents.MuscleDocument}
    return documents.from_json(text, types[kind])


class BestStance(models.Model):
    """An index row, written with an exercise's publication: a stance that emphasises a muscle most.

    Muscle pages read these instead of all documents. Together the rows also name every muscle that
    a publication involves, and keep it from being deleted.
    """

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="best_stances")
    muscle = models.ForeignKey(Muscle, on_delete=models.PROTECT, related_name="best_stances")
    rank = models.PositiveSmallIntegerField()
    query = models.CharField(max_length=1000, blank=True)
    words = models.CharField(max_length=1000)
    baseline = models.PositiveSmallIntegerField()
    emphasis = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["publication__order", "publication__name", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "muscle", "rank"], name="best_stance_rank_once"),
        ]

    def __str__(self):
        return f"{self.publication}: {self.muscle}, {self.words}"


class LoadedContent(models.Model):
    """The ledger of starter content: what was loaded once, and what it looked like then.

    Content that staff have changed since no longer has the digest; content that they deleted is
    missing. Neither is loaded again.
    """

    kind = models.CharField(max_length=20)
    slug = models.SlugField(max_length=64)
    file_digest = models.CharField(max_length=64, help_text="Of the content file's value.")
    digest = models.CharField(max_length=64, help_text="Of the rows' value, just after loading.")
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="content_loaded_once")]

    def __str__(self):
        return f"{self.kind} {self.slug}"
