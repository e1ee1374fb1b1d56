"""What visitors say and do afterwards: votes and clicks, counted only from those who may."""

import uuid
from collections.abc import Sequence

from django.db import models, transaction
from django.utils import timezone

from conversations.models.conversations import Conversation, Recommendation
from conversations.models.leads import Lead


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


class FeedbackManager(models.Manager["Feedback"]):
    def cast(
        self,
        *,
        number: int,
        vote: str,
        thread: uuid.UUID | None = None,
        email: str = "",
        expert_ids: Sequence[str] = (),
        reasons: Sequence[str] = (),
        comment: str = "",
    ) -> "Feedback":
        """Store a vote. A later counted one about the same experts takes the place of the first."""
        conversation = Conversation.objects.claimed(number, thread, email)
        ids = sorted(set(expert_ids))
        with transaction.atomic():
            if conversation is not None:
                before = self.filter(conversation=conversation, counted=True, expert_ids=ids)
                before.update(counted=False)
            vote_cast = self.create(
                conversation=conversation,
                claimed_id=number,
                counted=conversation is not None,
                vote=vote,
                expert_ids=ids,
                reasons=list(reasons),
                comment=comment,
            )
            if conversation is not None:
                Conversation.objects.refresh([conversation.pk])
                Lead.objects.refresh([conversation.lead_id])
        return vote_cast


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

    objects = FeedbackManager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "feedback"

    def __str__(self) -> str:
        return f"{self.vote} for #{self.claimed_id}"


class ClickManager(models.Manager["Click"]):
    def note(
        self, *, number: int, username: str, thread: uuid.UUID | None = None, email: str = ""
    ) -> "Click":
        """Store a click. It counts for an expert who was shown; the first one marks when."""
        conversation = Conversation.objects.claimed(number, thread, email)
        shown = Recommendation.objects.filter(conversation=conversation, username=username)
        with transaction.atomic():
            counted = conversation is not None and shown.exists()
            if counted:
                shown.filter(clicked_at=None).update(clicked_at=timezone.now())
            click = self.create(
                conversation=conversation if counted else None,
                claimed_id=number,
                counted=counted,
                username=username,
            )
            if counted and conversation is not None:
                Conversation.objects.refresh([conversation.pk])
                Lead.objects.refresh([conversation.lead_id])
        return click


class Click(Claim):
    """One opened profile. The first counted one also marks the recommendation as clicked."""

    username = models.CharField(max_length=150)

    objects = ClickManager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.username} in #{self.claimed_id}"
