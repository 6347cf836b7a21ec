"""Who has to prove more than a password, and how often somebody has asked for what costs something."""

from django.db import models


class SecondFactorRule(models.Model):
    """That accounts of a role need a second factor to come into the admin."""

    role = models.CharField(max_length=20, unique=True)

    class Meta:
        default_permissions = []

    def __str__(self):
        return self.role


class Spending(models.Model):
    """How often somebody has asked for something within a window of time. Rows of past windows go when a
    new one is made, so there are never more than people who ask."""

    what = models.CharField(max_length=20)
    who = models.CharField(max_length=64, help_text="A digest, from which nobody can be found.")
    since = models.DateTimeField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = []
        constraints = [models.UniqueConstraint(fields=["what", "who", "since"], name="spending_once")]
        indexes = [models.Index(fields=["since"])]

    def __str__(self):
        return f"{self.what}: {self.number}"
