"""All leads again, in batches that each are one short transaction: visitors are let in between."""

import time
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from conversations.models import Conversation, Lead, figures
from experts.progress import Progress

LEADS, EXCHANGES, SCORES = 20, 100, 250  # in one transaction, a fraction of a second each
# Who waits for SQLite's one place to write looks again every now and then: without a pause the next
# batch is there first.
PAUSE = 0.02


def recompute(*, only_uncounted: bool = False, progress: Progress | None = None) -> tuple[int, int]:
    """Figures, words and scores; how many leads and exchanges that were."""
    counted = exchanges = 0
    for keys in _batches(to_count(only_uncounted), LEADS):
        figures.refresh(keys)
        rows = Conversation.objects.filter(lead__in=keys).order_by()
        for some in _batches(rows, EXCHANGES):
            with transaction.atomic():
                figures.refresh_conversations(some)
                figures.index_conversations(some)
            exchanges += len(some)
        counted += len(keys)
        if progress:
            progress(len(keys))
    return counted, exchanges


def to_count(only_uncounted: bool) -> QuerySet[Lead]:
    return Lead.objects.filter(scored_at=None) if only_uncounted else Lead.objects.all()


def score_all(progress: Progress | None = None) -> int:
    """Scores only, from the figures as they are stored."""
    scored = 0
    for keys in _batches(Lead.objects.all(), SCORES):
        with transaction.atomic():
            rows = Lead.objects.select_for_update(of=("self",)).order_by("pk")
            figures.rescore(list(rows.filter(pk__in=keys)))
        scored += len(keys)
        if progress:
            progress(len(keys))
    return scored


def _batches(rows: QuerySet[Any], size: int) -> Iterator[list[int]]:
    """Ids in order, by keyset: what comes meanwhile is met, what goes is not missed."""
    last = 0
    while keys := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        yield keys
        last = keys[-1]
        if connection.vendor == "sqlite":
            time.sleep(PAUSE)
