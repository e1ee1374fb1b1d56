"""Who took which rows out of the desk, and when."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Export(models.Model):
    """One file that was downloaded. Who may add one may export."""

    class Kind(models.TextChoices):
        LEADS = "leads", "Leads"
        CONVERSATIONS = "conversations", "Conversations"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="exports"
    )
    kind = models.CharField(max_length=13, choices=Kind.choices)
    format = models.CharField(max_length=4, choices=Format.choices)
    rows = models.PositiveIntegerField()
    # Names and choices only: what was typed in the search box may be somebody's address.
    filters = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(
        null=True, blank=True, help_text="When the last row was sent; empty for a broken download."
    )

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.rows} {self.kind} on {self.created_at:%Y-%m-%d %H:%M}"
