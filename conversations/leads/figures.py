"""What a list says about a lead, counted for the leads of one page only."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Substr

from conversations.models import Conversation, Feedback, Lead, Recommendation

WORDS = 300


def leads_with_figures(keys: Sequence[int]) -> QuerySet[Any]:
    """These leads with `last_words` and counts: `exchanges`, `shown`, `clicks`, `ups`, `downs`."""
    theirs = Conversation.objects.filter(lead=OuterRef("pk"))
    latest = theirs.order_by("-created_at", "-id")
    shown = Recommendation.objects.filter(conversation__lead=OuterRef("pk"))
    votes = Feedback.objects.filter(conversation__lead=OuterRef("pk"), counted=True)
    return Lead.objects.filter(pk__in=keys).annotate(
        exchanges=_count(theirs, "lead"),
        last_words=Subquery(latest.values(words=Substr("query", 1, WORDS))[:1]),
        shown=_count(shown, "conversation__lead"),
        clicks=_count(shown.filter(clicked_at__isnull=False), "conversation__lead"),
        ups=_count(votes.filter(vote=Feedback.Vote.UP), "conversation__lead"),
        downs=_count(votes.filter(vote=Feedback.Vote.DOWN), "conversation__lead"),
    )


def _count(rows: QuerySet[Any], group: str) -> Coalesce:
    counted = rows.order_by().values(group).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
