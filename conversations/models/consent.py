"""What people agreed to, and what was given or forgotten at their wish."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from conversations.models.conversations import Conversation
from conversations.models.leads import Lead


class Consent(models.Model):
    """One yes or no to one version of the privacy policy, as it was sent with a message."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="consents")
    # It outlives the exchange: what was agreed to has to be shown for as long as the lead is kept.
    conversation = models.ForeignKey(
        Conversation, models.SET_NULL, null=True, blank=True, related_name="consents"
    )
    given = models.BooleanField()
    policy_version = models.CharField(max_length=50)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{'agreed to' if self.given else 'refused'} policy {self.policy_version}"


class Erasure(models.Model):
    """That something known of people was given out or deleted: by whom, when and how much. Not of
    whom, for that would be known then. Who may add one may do it."""

    class Kind(models.TextChoices):
        EXPORT = "export", "Given to the person"
        FORGET = "forget", "Forgotten at their wish"
        PURGE = "purge", "Deleted by age"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="erasures"
    )
    report = models.JSONField(default=dict, help_text="Table → rows deleted, rows made anonymous.")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "privacy record"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.created_at:%Y-%m-%d %H:%M}"
