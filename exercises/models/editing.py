"""What the editors' desk keeps beside the drafts: every save, links to show a draft to others, and a log
of who did what."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from .publication import Publication, read

LINK_DAYS = 7


class Revision(models.Model):
    """A draft as somebody saved it. It outlives the thing, so that a deleted one can be recovered.

    A row is written once and never changed.
    """

    kind = models.CharField(max_length=20, choices=Publication.Kind)
    thing_pk = models.PositiveBigIntegerField()
    name = models.CharField(max_length=200)
    draft = models.TextField()
    what = models.CharField(max_length=1000, blank=True, help_text="What was done.")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "thing_pk", "-id"])]

    def __str__(self):
        return f"{self.name}, {self.saved_at:%Y-%m-%d %H:%M}"

    @property
    def content(self):
        """The draft, read."""
        return read(self.draft, self.kind)


class PreviewLinkQuerySet(models.QuerySet):
    def open(self):
        """Those that still lead somewhere."""
        return self.filter(expires_at__gt=timezone.now(), revoked_at=None)


class PreviewLink(models.Model):
    """An address at which somebody without an account sees a draft, until it expires or is revoked."""

    kind = models.CharField(max_length=20, choices=Publication.Kind)
    thing_pk = models.PositiveBigIntegerField()
    token = models.CharField(max_length=64, unique=True, default=secrets.token_urlsafe)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "thing_pk"])]

    def __str__(self):
        return f"{self.kind} {self.thing_pk}, until {self.expires_at:%Y-%m-%d}"

    def save(self, *args, **kwargs):
        if self.expires_at is None:
            self.expires_at = timezone.now() + timedelta(days=LINK_DAYS)
        super().save(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class AuditEntry(models.Model):
    """That somebody did something, or tried to sign in. It outlives the thing and the account.

    A row is written once, by `editing.note`, and never changed.
    """

    class What(models.TextChoices):
        PUBLISHED = "published", "published"
        SCHEDULED = "scheduled", "scheduled"
        CANCELLED = "cancelled", "cancelled what was scheduled"
        WITHDRAWN = "withdrawn", "withdrew"
        REVIEW = "review", "asked for review"
        RESTORED = "restored", "put a draft back"
        DELETED = "deleted", "deleted a draft"
        RECOVERED = "recovered", "recovered what was deleted"
        MERGED = "merged", "merged"
        TAKEN_APART = "taken-apart", "took apart what was merged"
        SHARED = "shared", "made a link to a draft"
        ACCOUNT = "account", "changed an account or its role"
        SIGN_IN = "sign-in", "signed in"
        FAILED_SIGN_IN = "failed-sign-in", "failed to sign in"
        LOCKED_OUT = "locked-out", "was locked out"
        UNLOCKED = "unlocked", "unlocked an account"
        SECOND_FACTOR = "second-factor", "changed a second factor"

    class Kind(models.TextChoices):
        EXERCISE = "exercise"
        MUSCLE = "muscle"
        STUDY = "study"
        TERM = "term"
        ACCOUNT = "account"

    what = models.CharField(max_length=20, choices=What)
    kind = models.CharField(max_length=20, blank=True, choices=Kind)
    thing_pk = models.PositiveBigIntegerField(null=True, blank=True)
    name = models.CharField("thing", max_length=200, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="who",
    )
    by_name = models.CharField("who", max_length=150, blank=True)
    at = models.DateTimeField("when", default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["at"])]
        verbose_name = "entry of the audit log"
        verbose_name_plural = "audit log"
        default_permissions = ["view"]

    def __str__(self):
        return f"{self.by_name} {self.get_what_display()}"
