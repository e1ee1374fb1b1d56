"""All leads again, in batches that each are one short transaction."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from conversations.models import Conversation, Lead, figures

BATCH = 500


def recompute(*, only_uncounted: bool = False) -> tuple[int, int]:
    """Figures, words and scores; how many leads and exchanges that were."""
    leads = Lead.objects.filter(scored_at=None) if only_uncounted else Lead.objects.all()
    counted = exchanges = 0
    for keys in _batches(leads):
        with transaction.atomic():
            figures.refresh(keys)
            rows = Conversation.objects.filter(lead__in=keys).order_by()
            for some in _batches(rows):
                figures.refresh_conversations(some)
                figures.index_conversations(some)
                exchanges += len(some)
        counted += len(keys)
    return counted, exchanges


def score_all() -> int:
    """Scores only, from the figures as they are stored."""
    scored = 0
    for keys in _batches(Lead.objects.all()):
        with transaction.atomic():
            leads = list(Lead.objects.select_for_update(of=("self",)).filter(pk__in=keys))
            figures.rescore(leads)
        scored += len(leads)
    return scored


def _batches(rows: QuerySet[Any]) -> Iterator[list[int]]:
    """Ids in order, by keyset: what comes meanwhile is met, what goes is not missed."""
    last = 0
    while keys := list(
        rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield keys
        last = keys[-1]
