"""What is stored of a lead so that lists need not count: figures, words to search, score.

`received` and `answered` add to it in the transaction of what they tell of; `refresh` counts again
from nothing and comes to the same. None of it may cost a visitor's words: an error is logged, what
was being stored stays, and `recompute_leads` makes good.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import Error, connection, transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from conversations.leads import alerts, scoring
from conversations.leads.sources import source_label
from conversations.models import counting, words
from conversations.models.claims import Feedback
from conversations.models.conversations import Conversation, Recommendation
from conversations.models.desk import ScoreSettings
from conversations.models.leads import WORDS_SHOWN, Lead

logger = logging.getLogger(__name__)

COUNTED = ("exchanges", "matches", "unanswered", "shown", "clicks", "ups", "downs", "fit",
           "last_words", "first_source", "last_source", "budget", "budget_currency")  # fmt: skip
SCORED = ("score", "score_parts", "scored_at")
BATCH = 500


@contextmanager
def never_in_the_way() -> Iterator[None]:
    """What is inside is done whole or not at all, and what is outside goes on."""
    try:
        with transaction.atomic():
            yield
    except (Error, ValueError, ArithmeticError) as error:
        logger.error("Figures of a lead were not stored: %s", type(error).__name__)


def received(conversation: Conversation) -> None:
    """A question more, not answered yet."""
    with never_in_the_way():
        lead = _locked(conversation.lead_id)
        lead.exchanges += 1
        lead.unanswered += 1
        lead.last_words = conversation.query[:WORDS_SHOWN]
        lead.last_source = source_label(conversation.source)
        if lead.exchanges == 1:
            lead.first_source = lead.last_source
        counting.read_budget(lead, [conversation.query])
        _save(lead)
        words.store("conversation", {conversation.pk: words.document(counting.said(conversation))})
        words.add("lead", lead.pk, words.document([lead.email, conversation.query]))


def answered(conversation: Conversation, shown: Sequence[Recommendation]) -> None:
    """The question has its answer."""
    with never_in_the_way():
        lead = _locked(conversation.lead_id)
        lead.unanswered = max(0, lead.unanswered - 1)
        if lead.last_words == conversation.query[:WORDS_SHOWN]:
            lead.last_words = conversation.in_context[:WORDS_SHOWN]
        if shown:
            lead.matches += 1
            lead.shown += len(shown)
            lead.fit = scoring.fit_of([one.tier for one in shown])
        _save(lead)
        if conversation.usage.get("contact"):
            alerts.contact_wanted(lead, conversation.query)
        names = [name for one in shown for name in counting.names(one)]
        words.store(
            "conversation",
            {conversation.pk: words.document([*counting.said(conversation), *names])},
        )
        words.add("lead", lead.pk, words.document(names))


def refresh(keys: Iterable[int]) -> None:
    """Count everything of these leads again."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), BATCH):
        with transaction.atomic():
            rows = Lead.objects.select_for_update(of=("self",)).order_by("pk")
            leads = list(rows.filter(pk__in=wanted[start : start + BATCH]))
            counting.count(leads)
            hot = _scored(leads)
            _write(leads, (*COUNTED, *SCORED))
            alerts.scored(hot)
            words.store("lead", counting.documents(leads))


def rescore(leads: Sequence[Lead]) -> None:
    """Their scores as of now, by the weights as they are; what is still so is not written again."""
    before = {lead.pk: (lead.score, lead.score_parts) for lead in leads}
    hot = _scored(leads)
    news = [lead for lead in leads if before[lead.pk] != (lead.score, lead.score_parts)]
    _write(news, SCORED)
    alerts.scored(hot)


def refresh_conversations(keys: Sequence[int]) -> None:
    """Count clicks and votes of these exchanges again."""
    of_this = Q(conversation=OuterRef("pk"))
    votes = Feedback.objects.filter(of_this, counted=True)
    Conversation.objects.filter(pk__in=keys).update(
        opened=_count(Recommendation.objects.filter(of_this, clicked_at__isnull=False)),
        ups=_count(votes.filter(vote=Feedback.Vote.UP)),
        downs=_count(votes.filter(vote=Feedback.Vote.DOWN)),
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("conversation").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def index_conversations(keys: Sequence[int]) -> None:
    """Make these exchanges findable by their words and the experts they show."""
    shown: dict[int, list[str]] = {}
    for one in Recommendation.objects.filter(conversation__in=keys).select_related("expert"):
        shown.setdefault(one.conversation_id, []).extend(counting.names(one))
    rows = Conversation.objects.filter(pk__in=keys).only("email", "query")
    words.store(
        "conversation",
        {row.pk: words.document([*counting.said(row), *shown.get(row.pk, ())]) for row in rows},
    )


def _locked(key: int) -> Lead:
    # Whoever counts holds the row: of two at once, the second one counts on from the first.
    return Lead.objects.select_for_update(of=("self",)).get(pk=key)


def _save(lead: Lead) -> None:
    hot = _scored([lead])
    _write([lead], (*COUNTED, *SCORED))
    alerts.scored(hot)


def _scored(leads: Sequence[Lead]) -> list[int]:
    """Ids of those that are hot now and were not."""
    weights, now = ScoreSettings.current(), timezone.now()
    became: list[int] = []
    for lead in leads:
        found = scoring.score(lead, weights, now)
        if lead.score < weights.hot_from <= found.value:
            became.append(lead.pk)
        lead.score, lead.score_parts, lead.scored_at = found.value, found.stored(), now
    return became


def _write(leads: Sequence[Lead], names: Sequence[str]) -> None:
    """One prepared statement for all of them: many times faster than `bulk_update`."""
    columns_of = {field.name: field for field in Lead._meta.concrete_fields}  # noqa: SLF001
    fields = [columns_of[name] for name in names]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    values = [
        [
            *(field.get_db_prep_save(getattr(lead, field.attname), connection) for field in fields),
            lead.pk,
        ]
        for lead in leads
    ]
    with connection.cursor() as cursor:
        sql = f"UPDATE conversations_lead SET {columns} WHERE id = %s"  # noqa: S608 - ours
        cursor.executemany(sql, values)
