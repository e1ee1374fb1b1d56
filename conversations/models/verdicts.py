"""What the desk thinks of an answer: material to measure the search by."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from conversations.models.conversations import Conversation


class Verdict(models.Model):
    """One colleague's judgement of one answer; who should have been shown may be several."""

    class Word(models.TextChoices):
        GOOD = "good", "Good answer"
        BAD = "bad", "Bad answer"
        SHOULD = "should", "Should have been"

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="verdicts")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="verdicts"
    )
    word = models.CharField("verdict", max_length=6, choices=Word.choices, db_index=True)
    expert = models.ForeignKey(
        "experts.Expert", models.SET_NULL, null=True, blank=True, related_name="verdicts"
    )
    username = models.CharField(
        max_length=150, blank=True, default="", help_text="As it was then; of the right expert."
    )
    note = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "by", "username"], name="one_verdict_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_word_display()} {self.username}".strip()
