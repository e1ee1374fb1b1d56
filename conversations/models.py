"""Leads, their exchanges, what they were shown, and what they made of it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

EMAIL_LENGTH = 320


class LeadManager(models.Manager["Lead"]):
    def of(self, email: str) -> "Lead":
        """The one lead of this address, made on first sight; spelling of the first sight is kept."""
        email = email.strip()
        lead, _ = self.get_or_create(email_key=email.casefold(), defaults={"email": email})
        return lead


class Lead(models.Model):
    """One person per e-mail address, compared without regard to case."""

    class Status(models.TextChoices):
        NEW = "new", "New"
        CONTACTED = "contacted", "Contacted"
        QUALIFIED = "qualified", "Qualified"
        WON = "won", "Won"
        LOST = "lost", "Lost"
        SPAM = "spam", "Spam"

    email = models.EmailField(max_length=EMAIL_LENGTH)
    # Casefolding may lengthen a text (ß → ss), hence the room.
    email_key = models.CharField(max_length=2 * EMAIL_LENGTH, unique=True, editable=False)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.NEW, db_index=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="leads"
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = LeadManager()

    class Meta:
        ordering = ["-last_seen_at", "-id"]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip()
        self.email_key = self.email.casefold()
        super().save(*args, **kwargs)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def open(self) -> "ConversationQuerySet":
        return self.filter(status=Conversation.Status.RECEIVED)

    def sweep(self, older_than: timedelta) -> int:
        """Close as abandoned what was received that long ago and never answered."""
        now = timezone.now()
        return self.open().filter(created_at__lte=now - older_than).update(
            status=Conversation.Status.ABANDONED,
            failure="never answered: the process was stopped before it could be",
            answered_at=now,
        )


class ConversationManager(models.Manager.from_queryset(ConversationQuerySet)):  # type: ignore[misc]
    def receive(
        self,
        *,
        email: str,
        query: str,
        history: Sequence[Mapping[str, str]] = (),
        thread: uuid.UUID | None = None,
        filters: Mapping[str, Any] | None = None,
        source: Mapping[str, Any] | None = None,
        request_id: str = "",
    ) -> "Conversation":
        """Store the lead and the exchange, committed before anything else can fail."""
        with transaction.atomic(durable=True):
            lead = Lead.objects.of(email)
            Lead.objects.filter(pk=lead.pk).update(last_seen_at=timezone.now())
            conversation: Conversation = self.create(
                lead=lead,
                email=email.strip(),
                query=query,
                history=list(history),
                thread=thread or uuid.uuid4(),
                filters=dict(filters or {}),
                source=dict(source or {}),
                request_id=request_id,
            )
        return conversation


class Conversation(models.Model):
    """One stored exchange: what was asked, and what was answered. The first eight columns are
    those of the original design."""

    class Type(models.TextChoices):
        MATCH = "match", "Match"
        CLARIFICATION = "clarification", "Clarification"

    class Status(models.TextChoices):
        RECEIVED = "received", "Received"
        ANSWERED = "answered", "Answered"
        DEGRADED = "degraded", "Answered without the language model"
        FAILED = "failed", "Failed"
        ABANDONED = "abandoned", "Abandoned"

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(max_length=EMAIL_LENGTH, db_index=True)
    query = models.TextField()
    history = models.JSONField(default=list, blank=True)
    response_type = models.CharField(max_length=13, choices=Type.choices, blank=True, default="")
    response_narrative = models.TextField(blank=True, default="")
    response_experts = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="conversations")
    thread = models.UUIDField(default=uuid.uuid4, db_index=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.RECEIVED)
    answered_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True, default="", help_text="For operators: what went wrong.")
    suggestions = models.JSONField(default=list, blank=True)
    interpreted = models.JSONField(default=dict, blank=True)
    filters = models.JSONField(default=dict, blank=True)
    source = models.JSONField(default=dict, blank=True)
    standalone_query = models.TextField(blank=True, default="", help_text="What was searched for.")
    language = models.CharField(max_length=2, blank=True, default="")
    composer = models.CharField(max_length=100, blank=True, default="", help_text="Who wrote it.")
    usage = models.JSONField(default=dict, blank=True, help_text="Tokens and stage times, in ms.")
    index_generation = models.CharField(max_length=64, blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="", db_index=True)

    objects = ConversationManager()

    class Meta:
        db_table = "conversations"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["lead", "-created_at"], name="conversation_lead_recent"),
            models.Index(fields=["status", "created_at"], name="conversation_status_age"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.query[:60]}"

    @property
    def degraded(self) -> bool:
        return self.status == self.Status.DEGRADED

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.RECEIVED


class Recommendation(models.Model):
    """One expert shown in one conversation."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="recommendations")
    expert = models.ForeignKey(
        "experts.Expert", models.SET_NULL, null=True, related_name="recommendations"
    )
    username = models.CharField(max_length=150, db_index=True, help_text="As shown at the time.")
    rank = models.PositiveSmallIntegerField()
    score = models.FloatField()
    tier = models.CharField(max_length=8, blank=True)
    why = models.TextField()
    clicked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["conversation", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "rank"], name="one_expert_a_rank"),
            models.UniqueConstraint(fields=["conversation", "username"], name="an_expert_once"),
        ]

    def __str__(self) -> str:
        return f"{self.username} as {self.rank} in #{self.conversation_id}"

    @property
    def clicked(self) -> bool:
        return self.clicked_at is not None


class Claim(models.Model):
    """What a visitor sends afterwards about a conversation. It counts only when it came with the
    conversation's thread or e-mail; others are kept apart, so that nobody can steer ranking."""

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )
    claimed_id = models.BigIntegerField(help_text="The conversation id that was sent.")
    counted = models.BooleanField(default=False, db_index=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        abstract = True


class Feedback(Claim):
    """One vote."""

    class Vote(models.TextChoices):
        UP = "up", "Up"
        DOWN = "down", "Down"

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, null=True, blank=True, related_name="feedback"
    )
    vote = models.CharField(max_length=4, choices=Vote.choices)
    expert_ids = models.JSONField(default=list, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    comment = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "feedback"

    def __str__(self) -> str:
        return f"{self.vote} for #{self.claimed_id}"


class Click(Claim):
    """One opened profile. The first counted one also marks the recommendation as clicked."""

    username = models.CharField(max_length=150)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.username} in #{self.claimed_id}"


class EmailCapture(models.Model):
    """An address left outside the chat, with the words that came with it."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="captures")
    email = models.EmailField(max_length=EMAIL_LENGTH)
    query = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.email} on {self.created_at:%Y-%m-%d}"


class Attempt(models.Model):
    """A request that was turned away before it became an exchange, kept apart with the reason."""

    reason = models.CharField(max_length=40, db_index=True)
    email = models.CharField(max_length=EMAIL_LENGTH, blank=True, default="")
    query = models.TextField(blank=True, default="")
    address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "rejected attempt"

    def __str__(self) -> str:
        return f"{self.reason} on {self.created_at:%Y-%m-%d %H:%M}"


class RequestCount(models.Model):
    """How many requests one caller made in one window; counted atomically in the database."""

    key = models.CharField(max_length=100)
    window = models.BigIntegerField(help_text="Start of the window, seconds since 1970.")
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="one_count_a_window")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class IdempotencyKey(models.Model):
    """A key a client may repeat for 24 hours to get the stored answer instead of a second turn."""

    key = models.CharField(max_length=255, unique=True)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the first request's body.")
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.key


__all__: Iterable[str] = (
    "Attempt", "Click", "Conversation", "EmailCapture", "Feedback", "IdempotencyKey", "Lead",
    "Recommendation", "RequestCount",
)  # fmt: skip
