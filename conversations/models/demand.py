"""What people ask for that nobody of the directory covers, and what their words mean."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from conversations.models.conversations import Conversation
from conversations.models.leads import Lead


class Demand(models.Model):
    """Questions alike that were not covered: one thing that is missing."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        TAKEN = "taken", "Somebody is on it"
        CLOSED = "closed", "Closed"

    title = models.CharField(max_length=300, help_text="The question that speaks for the others.")
    status = models.CharField(
        max_length=6, choices=Status.choices, default=Status.OPEN, db_index=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="demands"
    )
    note = models.TextField(blank=True, default="")
    questions = models.PositiveIntegerField(default=0, editable=False)
    leads = models.PositiveIntegerField(default=0, editable=False)
    nearest = models.JSONField(
        default=list, editable=False, help_text="Usernames of the experts that come closest."
    )
    center = models.BinaryField(editable=False, help_text="Mean of the meanings, 16-bit floats.")
    model = models.CharField(max_length=200, editable=False, help_text="Of the embeddings.")
    first_at = models.DateTimeField(editable=False)
    last_at = models.DateTimeField(editable=False, db_index=True)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    reopened_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-questions", "-last_at"]
        verbose_name = "unmet demand"
        verbose_name_plural = "unmet demand"

    def __str__(self) -> str:
        return self.title


class Uncovered(models.Model):
    """One question that was not covered, and why that is thought."""

    class Reason(models.TextChoices):
        NOTHING = "nothing", "Nobody was found"
        WEAK = "weak", "Only weak matches"
        DOWN = "down", "A vote against the answer"

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="uncovered")
    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="uncovered")
    reason = models.CharField(max_length=7, choices=Reason.choices)
    meaning = models.BinaryField(help_text="Of the question, 16-bit floats.")

    class Meta:
        ordering = ["-conversation"]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} in #{self.conversation_id}"


class LeadMeaning(models.Model):
    """What a lead last asked for, as a vector: leads alike lie close."""

    lead = models.OneToOneField(Lead, models.CASCADE, related_name="meaning")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    model = models.CharField(max_length=200)
    vector = models.BinaryField(help_text="16-bit floats, of length 1.")
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"meaning of {self.lead_id}"
