"""What the desk adds to a lead: notes, changes, merges, saved views, and how leads are weighed."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from conversations.models.leads import Lead

User = settings.AUTH_USER_MODEL


class Note(models.Model):
    """Words of a colleague about a lead."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="lead_notes")
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["lead", "-created_at"], name="note_lead_recent")]

    def __str__(self) -> str:
        return self.text[:60]


class Change(models.Model):
    """One thing the desk changed about a lead: what, from, to, by whom and when."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="changes")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="lead_changes")
    field = models.CharField(max_length=30)
    before = models.CharField(max_length=400, blank=True, default="")
    after = models.CharField(max_length=400, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["lead", "-created_at"], name="change_lead_recent")]

    def __str__(self) -> str:
        return f"{self.field}: {self.before or '–'} → {self.after or '–'}"


class LeadMerge(models.Model):
    """Two leads made one. The absorbed lead stays, out of sight, with what it takes to undo it."""

    kept = models.ForeignKey(Lead, models.CASCADE, related_name="merges")
    absorbed_lead = models.ForeignKey(Lead, models.CASCADE, related_name="merged_as")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    moved = models.JSONField(default=dict, help_text="Model and field → ids of the rows moved.")
    filled = models.JSONField(default=dict, help_text="Field → what the kept lead had before.")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "merge"

    def __str__(self) -> str:
        return f"{self.absorbed_lead} into {self.kept}"


class SavedView(models.Model):
    """Filters, search and order of a list under a name; one's own, or shared with the desk."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    list = models.CharField(max_length=50, default="lead")
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True, default="")
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "list", "name"], name="one_view_a_name")
        ]

    def __str__(self) -> str:
        return self.name


def _weight(default: int, help_text: str) -> Any:
    return models.PositiveSmallIntegerField(
        default=default, validators=[MaxValueValidator(100)], help_text=help_text
    )


class ScoreSettings(models.Model):
    """How much each part of a score weighs; one row."""

    engagement = _weight(30, "How much they asked and how many profiles they opened.")
    fit = _weight(25, "How well the experts of the last answer fit.")
    recency = _weight(20, "That they were here lately.")
    feedback = _weight(10, "Their votes.")
    budget = _weight(15, "That they named what they would pay.")
    half_life_days = models.PositiveSmallIntegerField(
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="After so many days without a visit a score has halved.",
    )
    hot_from = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="From this score on a lead is hot.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "score settings"

    def __str__(self) -> str:
        return "How leads are scored"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> "ScoreSettings":
        """The one row; the defaults while nobody changed anything."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class Day(models.Model):
    """What happened on one day that is over, counted once for the dashboard."""

    day = models.DateField(unique=True)
    figures = models.JSONField(default=dict)
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}"
