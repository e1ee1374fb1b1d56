"""What is known of a person: given to them, forgotten for them, or forgotten in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.forms import model_to_dict
from django.utils import timezone

from conversations.models import (
    Attempt,
    Click,
    Conversation,
    EmailCapture,
    Feedback,
    IdempotencyKey,
    Lead,
    RequestCount,
)

INTERNAL = ["lead", "conversation", "owner"]


def everything_about(email: str) -> dict[str, Any] | None:
    """All rows about this address, ready for JSON; None when there are none."""
    lead = Lead.objects.find(email)
    attempts = Attempt.objects.filter(email__iexact=email.strip())
    if lead is None and not attempts.exists():
        return None
    conversations = (
        Conversation.objects.filter(lead=lead)
        .order_by("pk")
        .prefetch_related("recommendations", "feedback", "clicks")
    )
    return {
        "lead": _row(lead) if lead else None,
        "conversations": [_exchange(one) for one in conversations] if lead else [],
        "captures": _rows(EmailCapture.objects.filter(lead=lead)) if lead else [],
        "rejected_attempts": _rows(attempts),
    }


def _exchange(conversation: Conversation) -> dict[str, Any]:
    return _row(conversation) | {
        "recommendations": _rows(conversation.recommendations.all()),
        "feedback": _rows(conversation.feedback.all()),
        "clicks": _rows(conversation.clicks.all()),
    }


def _rows(rows: Iterable[models.Model]) -> list[dict[str, Any]]:
    return [_row(row) for row in rows]


def _row(row: models.Model) -> dict[str, Any]:
    return model_to_dict(row, exclude=INTERNAL)


def forget(email: str) -> int:
    """Delete the lead and all that hangs on it; how many rows went."""
    with transaction.atomic():
        lead = Lead.objects.find(email)
        gone = lead.delete()[0] if lead else 0
        return gone + Attempt.objects.filter(email__iexact=email.strip()).delete()[0]


@dataclass(frozen=True, slots=True)
class Purged:
    conversations: int
    leads: int
    others: int


def purge(older_than: timedelta) -> Purged:
    """Delete exchanges of that age and what is left empty by it.

    A lead goes only when nothing of it is left, it was not seen since, and nobody in sales took it
    on: its own history is then all that is known of it.
    """
    before = timezone.now() - older_than
    with transaction.atomic():
        conversations = Conversation.objects.filter(created_at__lt=before)
        count = conversations.count()
        captures = EmailCapture.objects.filter(created_at__lt=before)
        touched = {*conversations.values_list("lead", flat=True),
                   *captures.values_list("lead", flat=True)}  # fmt: skip
        conversations.delete()
        captures.delete()
        leads = Lead.objects.filter(
            last_seen_at__lt=before,
            conversations=None,
            captures=None,
            owner=None,
            status__in=(Lead.Status.NEW, Lead.Status.SPAM, Lead.Status.LOST),
        )
        leads_gone = leads.delete()[0]
        Lead.objects.refresh(touched)
        others = sum(
            rows.delete()[0]
            for rows in (
                Attempt.objects.filter(created_at__lt=before),
                Feedback.objects.filter(created_at__lt=before, conversation=None),
                Click.objects.filter(created_at__lt=before, conversation=None),
            )
        )
        others += RequestCount.objects.purge() + IdempotencyKey.objects.purge()
    return Purged(count, leads_gone, others)
