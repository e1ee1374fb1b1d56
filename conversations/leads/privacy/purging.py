"""Forgotten in time: what is older than the desk keeps things."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from conversations.leads import outbox
from conversations.leads.privacy.overwriting import clean_index, overwrite_what_is_deleted
from conversations.models import (
    Attempt,
    Click,
    Conversation,
    EmailCapture,
    Export,
    Feedback,
    IdempotencyKey,
    Lead,
    RequestCount,
)


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
        overwrite_what_is_deleted()
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
                Export.objects.filter(created_at__lt=before),
            )
        )
        if count or leads_gone:
            clean_index()
        others += RequestCount.objects.purge() + IdempotencyKey.objects.purge() + outbox.purge()
    return Purged(count, leads_gone, others)
