import hashlib
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from .. import document as documents
from .anatomy import Muscle
from .evidence import Study
from .exercise import Exercise
from .glossary import Term


class PublicationQuerySet(models.QuerySet):
    def out(self):
        """Those whose time has come: the current ones and those they followed."""
        return self.filter(live_from__lte=timezone.now(), cancelled_at=None)

    def scheduled(self):
        """Those whose time has not come, the next one first."""
        return self.filter(live_from__gt=timezone.now(), cancelled_at=None).order_by("live_from", "number")

    def live(self, *kinds: str):
        """Of each thing of the kinds (of all if none is given) the one that readers see. A thing that is
        withdrawn has none."""
        return self.current(*kinds).filter(withdrawn_because="")

    def current(self, *kinds: str):
        """As `live`, but the withdrawal of what is withdrawn: the latest that is out, the higher number on a
        tie. The fewer kinds, the quicker."""
        out = Publication.objects.out().order_by("-live_from", "-number").values("pk")
        is_latest = Q()
        for kind in kinds or Publication.Kind.values:
            is_latest |= Q(kind=kind, pk=Subquery(out.filter(**{kind: OuterRef(kind)})[:1]))
        return self.out().filter(is_latest)

    def listed(self):
        """Without the documents, in the order of lists."""
        return self.defer("document").order_by("order", "name", "pk")


class Publication(models.Model):
    """What readers see of an exercise, a muscle, a study or a term, frozen when staff published it.

    A row is written once and not changed, but for the HTML inside its document, with its digest, when the
    renderer has been mended, and for the mark that a scheduled one was cancelled before its time. A
    withdrawal is a publication too: it has the document that it takes from view, and the reason.
    """

    class Kind(models.TextChoices):
        EXERCISE = "exercise"
        MUSCLE = "muscle"
        STUDY = "study"
        TERM = "term"

    kind = models.CharField(max_length=20, choices=Kind)
    exercise = models.ForeignKey(
        Exercise, on_delete=models.CASCADE, null=True, blank=True, related_name="publications"
    )
    muscle = models.ForeignKey(
        Muscle, on_delete=models.CASCADE, null=True, blank=True, related_name="publications"
    )
    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, null=True, blank=True, related_name="publications"
    )
    term = models.ForeignKey(
        Term, on_delete=models.CASCADE, null=True, blank=True, related_name="publications"
    )
    number = models.PositiveIntegerField()
    document = models.TextField()
    digest = models.CharField(max_length=64, help_text="Of the document, as it was written: `digest_of`.")
    note = models.TextField(help_text="What changed, for readers.")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(default=timezone.now)
    live_from = models.DateTimeField(default=timezone.now)
    withdrawn_because = models.TextField(blank=True, help_text="If this takes the page from view: why.")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    # Copied from the document, so that lists and addresses need not read it.
    slug = models.SlugField(max_length=64)
    name = models.CharField(max_length=100)
    summary = models.TextField(blank=True)
    order = models.IntegerField(default=0)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-live_from", "-number"]
        indexes = [
            # With the conditions of `out`, so that SQLite takes them, and not the one of the dates alone.
            models.Index(fields=["kind", "slug", "cancelled_at", "live_from"]),
            models.Index(fields=["kind", "cancelled_at", "live_from"]),
            models.Index(fields=["cancelled_at", "live_from"]),
            models.Index(fields=["exercise", "-live_from", "-number"]),
            models.Index(fields=["muscle", "-live_from", "-number"]),
            models.Index(fields=["study", "-live_from", "-number"]),
            models.Index(fields=["term", "-live_from", "-number"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="publication_of_one_thing",
                condition=Q(kind="exercise", exercise__isnull=False, muscle=None, study=None, term=None)
                | Q(kind="muscle", exercise=None, muscle__isnull=False, study=None, term=None)
                | Q(kind="study", exercise=None, muscle=None, study__isnull=False, term=None)
                | Q(kind="term", exercise=None, muscle=None, study=None, term__isnull=False),
            ),
            models.UniqueConstraint(fields=["exercise", "number"], name="exercise_version_once"),
            models.UniqueConstraint(fields=["muscle", "number"], name="muscle_version_once"),
            models.UniqueConstraint(fields=["study", "number"], name="study_version_once"),
            models.UniqueConstraint(fields=["term", "number"], name="term_version_once"),
        ]

    def __str__(self):
        return f"{self.name}, version {self.number}"

    def get_absolute_url(self):
        return reverse(f"{self.kind}_detail", args=[self.slug])

    @property
    def is_withdrawal(self) -> bool:
        return bool(self.withdrawn_because)

    @property
    def thing(self) -> Exercise | Muscle | Study | Term:
        """Whose publication it is. A query, unless it is loaded."""
        return getattr(self, self.kind)

    @property
    def content(self) -> documents.AnyDocument:
        """The document, read. Two publications with the same text share one value."""
        return read(self.document, self.kind)


DOCUMENTS = {
    "exercise": documents.ExerciseDocument,
    "muscle": documents.MuscleDocument,
    "study": documents.StudyDocument,
    "term": documents.TermDocument,
}


def digest_of(text: str) -> str:
    """SHA-256 of the text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=256)
def read(text: str, kind: str):
    """A document or draft of the kind; the same text gives the same value."""
    return documents.from_json(text, DOCUMENTS[kind])


class SiteChanges(models.Model):
    """One row: how often what readers see has been changed, and how often without a publication, so that any
    page can be another one. Pages that are kept compare it."""

    number = models.PositiveBigIntegerField(default=0)
    everywhere = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "site changes"
        default_permissions = []

    def __str__(self):
        return str(self.number)

    @classmethod
    def counts(cls) -> tuple[int, int]:
        return cls.objects.values_list("number", "everywhere").first() or (0, 0)


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


class EvidenceUse(models.Model):
    """An index row, written with the publication of an exercise or a muscle: something in it that rests
    on a study. Study pages read these. They also keep the study from being deleted.
    """

    class Side(models.TextChoices):
        FOR = "for"
        AGAINST = "against"
        INDIRECT = "indirect"
        CLAIM = "claim"
        CITED = "cited"

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="evidence_uses")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="uses")
    side = models.CharField(max_length=20, choices=Side)
    words = models.CharField(max_length=1000, blank=True, help_text="What rests on it.")
    certainty = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=1000, blank=True, help_text="Query or anchor within the page.")

    class Meta:
        ordering = ["publication__order", "publication__name", "pk"]

    def __str__(self):
        return f"{self.study}: {self.words}"


class TermUse(models.Model):
    """An index row, written with the publication of an exercise or a muscle: a term that its texts link. The
    terms' pages read these. They also keep the term from being deleted."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="term_uses")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publication", "term"], name="term_use_once")]

    def __str__(self):
        return f"{self.publication}: {self.term}"


class StudyEntry(models.Model):
    """An index row, written with a study's publication: what the list of studies shows and is filtered by."""

    publication = models.OneToOneField(Publication, on_delete=models.CASCADE, related_name="study_entry")
    kind = models.CharField(max_length=20, choices=Study.Kind)
    year = models.PositiveSmallIntegerField()
    sample_size = models.PositiveIntegerField(null=True, blank=True)
    participants = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=500)
    is_retracted = models.BooleanField(default=False)
    exercises = models.ManyToManyField(Exercise, related_name="+")
    muscles = models.ManyToManyField(Muscle, related_name="+")

    class Meta:
        verbose_name_plural = "study entries"

    def __str__(self):
        return str(self.publication)


class SearchEntry(models.Model):
    """An index row, written with a publication: what the readers' search looks through. searching.py folds
    names and words; a passage of the text is on each line, for readers as it is."""

    publication = models.OneToOneField(Publication, on_delete=models.CASCADE, related_name="search_entry")
    names = models.TextField()
    words = models.TextField()
    text = models.TextField()  # the last: SQLite then looks through a row without reading it

    class Meta:
        verbose_name_plural = "search entries"

    def __str__(self):
        return str(self.publication)


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
