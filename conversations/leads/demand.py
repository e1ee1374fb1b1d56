"""Questions that no expert covered, those alike together.

Grouping is deterministic: the same questions in the same order make the same groups. A question
joins the group it means the same as; what is left over makes groups of its own. A follow-up stays
with the question it continues, and a dialogue counts once in a group, however often it asked.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from conversations.chat.dialogue import ASIDES
from conversations.chat.follow_ups import rejected_words, without_frame
from conversations.chat.words import subject_words
from conversations.leads.meaning import (
    Matrix,
    background,
    embed,
    means,
    model,
    packed,
    unpacked,
    words_of,
)
from conversations.models import Conversation, Demand, Lead, Recommendation, Uncovered
from experts.errors import ExpertsError
from experts.search import wiring

COUNTED = ("questions", "leads", "center", "title", "first_at", "last_at")
AT_ONCE = 1000  # questions grouped together: the work grows with the square of it
NEAREST = 3
NOT_FOUND = ("nobody", "no_evidence")
READ = ("lead", "thread", "query", "standalone_query", "follows", "created_at")
Reason = Uncovered.Reason


@dataclass(frozen=True, slots=True)
class Grouped:
    questions: int
    new: int
    reopened: int


def uncovered(since: timedelta) -> Iterator[tuple[Conversation, str]]:
    """Questions of that time that nobody covered and that are in no group yet, oldest first."""
    shown = Recommendation.objects.filter(conversation=OuterRef("pk"))
    reason = Case(
        When(downs__gt=0, then=Value(Reason.DOWN)),
        When(
            response_type=Conversation.Type.CLARIFICATION,
            usage__decision__in=NOT_FOUND,
            then=Value(Reason.NOTHING),
        ),
        When(
            Exists(shown.filter(tier="possible")) & ~Exists(shown.exclude(tier="possible")),
            then=Value(Reason.WEAK),
        ),
    )
    asked = Conversation.objects.answered().filter(
        created_at__gte=timezone.now() - since, uncovered=None
    )
    asked = asked.exclude(lead__status=Lead.Status.SPAM)
    asked = asked.filter(Q(usage__decision__isnull=True) | ~Q(usage__decision__in=sorted(ASIDES)))
    # The reason says what to leave out too: most are read and left in the database.
    for row in asked.annotate(reason=reason).exclude(reason=None).order_by("pk").only(*READ):
        if subject_words(without_frame(words_of(row))):
            yield row, row.reason


def group(since: timedelta) -> Grouped:
    """Put what is new into groups, and bring all groups up to date. Errors: EmbedderError."""
    _embed_again()
    found = list(uncovered(since))
    before = Demand.objects.count()
    reopened = 0
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        meanings = embed([words_of(row) for row, _ in some])
        with transaction.atomic():
            reopened += _place(some, meanings)
    Demand.objects.filter(uncovered=None, note="", owner=None).delete()
    return Grouped(len(found), max(0, Demand.objects.count() - before), reopened)


def recount(keys: Collection[int]) -> None:
    """Counts, title and centre of these groups from the questions they hold."""
    for demand in Demand.objects.filter(pk__in=keys):
        rows = list(
            demand.uncovered.select_related("conversation")
            .order_by("conversation_id")
            .only("demand", "meaning", *(f"conversation__{name}" for name in READ))
        )
        asked = [row.conversation for row in rows]
        demand.questions = len({(one.lead_id, one.thread) for one in asked})
        demand.leads = len({one.lead_id for one in asked})
        if rows:
            meanings = unpacked([row.meaning for row in rows])
            center = meanings.mean(axis=0)
            demand.center = packed(center)
            closest = int(np.argmax(meanings @ center))
            demand.title = " ".join(words_of(asked[closest]).split())[:300]
            demand.first_at = min(one.created_at for one in asked)
            demand.last_at = max(one.created_at for one in asked)
        else:
            demand.title = "Questions that were deleted"
        demand.save(update_fields=COUNTED)  # what the desk changes meanwhile stays


def find_nearest(demands: QuerySet[Demand]) -> None:
    """Who comes closest today; nobody while there is no index."""
    for demand in demands:
        try:
            found = wiring.retriever().retrieve(demand.title, limit=NEAREST)
            nearest = [candidate.expert.username for candidate in found.candidates]
        except ExpertsError:
            nearest = []
        if nearest != demand.nearest:
            Demand.objects.filter(pk=demand.pk).update(nearest=nearest)


def _place(some: Sequence[tuple[Conversation, str]], meanings: Matrix) -> int:
    known = list(Demand.objects.select_for_update(of=("self",)).order_by("pk"))
    centers = means([demand.center for demand in known])
    before, grouped = _continued([row for row, _ in some])
    homes: list[Demand | None] = [grouped.get(row.pk) for row, _ in some]
    if known:
        closeness, least = meanings @ centers.T, background().joins
        for at, best in enumerate(closeness.argmax(axis=1)):
            if homes[at] is None and at not in before and closeness[at, best] >= least:
                homes[at] = known[int(best)]
    alone = [at for at, home in enumerate(homes) if home is None and at not in before]
    for label, members in _clusters(meanings[alone]).items():
        del label
        demand = _new([some[alone[at]][0] for at in members])
        for at in members:
            homes[alone[at]] = demand
    for at, first in before.items():  # in order: what a follow-up continues has its home by now
        homes[at] = homes[first]
    rows, reopened = [], set()
    for (asked, reason), vector, home in zip(some, meanings, homes, strict=True):
        if home is None:
            continue
        rows.append(
            Uncovered(demand=home, conversation=asked, reason=reason, meaning=packed(vector))
        )
        if _comes_back(home, asked):
            reopened.add(home.pk)
    Uncovered.objects.bulk_create(rows)
    Demand.objects.filter(pk__in=reopened).update(
        status=Demand.Status.OPEN, reopened_at=timezone.now()
    )
    recount({row.demand_id for row in rows})
    return len(reopened)


def _continued(asked: Sequence[Conversation]) -> tuple[dict[int, int], dict[int, Demand]]:
    """Follow-ups of questions that nobody covered either, corrections left out: position → position
    of that question, and id → group of that question where it has one already."""
    continuing = {row.pk for row in asked if row.follows and not rejected_words(row.query)}
    threads = {row.thread for row in asked if row.pk in continuing}
    known: dict[Any, Demand] = {}
    for one in Uncovered.objects.filter(conversation__thread__in=threads).select_related(
        "demand", "conversation"
    ):
        known |= dict.fromkeys(_said(one.conversation), one.demand)
    here: dict[Any, int] = {}
    before, grouped = {}, {}
    for at, row in enumerate(asked):
        key = (row.lead_id, row.thread, row.follows)
        if row.pk in continuing and key in here:
            before[at] = here[key]
        elif row.pk in continuing and key in known:
            grouped[row.pk] = known[key]
        here |= dict.fromkeys(_said(row), at)
    return before, grouped


def _said(row: Conversation) -> set[tuple[int, UUID, str]]:
    """What a follow-up of this question says that it continues."""
    texts = {row.query, row.standalone_query}
    return {(row.lead_id, row.thread, text) for text in texts if text}


def _comes_back(demand: Demand, asked: Conversation) -> bool:
    closed = demand.status == Demand.Status.CLOSED
    return closed and (demand.closed_at is None or asked.created_at > demand.closed_at)


def _new(asked: Sequence[Conversation]) -> Demand:
    first = asked[0]
    return Demand.objects.create(
        title=words_of(first)[:300],
        center=b"",
        model=model(),
        first_at=first.created_at,
        last_at=first.created_at,
    )


def _clusters(meanings: Matrix) -> dict[int, list[int]]:
    """Positions by cluster, in the order in which they are met."""
    if len(meanings) < 2:
        return {at: [at] for at in range(len(meanings))}
    from sklearn.cluster import AgglomerativeClustering

    found = AgglomerativeClustering(
        n_clusters=None,
        metric="cosine",
        linkage="average",
        distance_threshold=1 - background().alike,
    ).fit(meanings)
    clusters: dict[int, list[int]] = {}
    for at, label in enumerate(found.labels_):
        clusters.setdefault(int(label), []).append(at)
    return clusters


def _embed_again() -> None:
    """Groups made with another model are of another space: their questions are read again."""
    name = model()
    for demand in Demand.objects.exclude(model=name):
        rows = list(demand.uncovered.select_related("conversation"))
        if not rows:
            continue
        meanings = embed([words_of(row.conversation) for row in rows])
        with transaction.atomic():
            for row, meaning in zip(rows, meanings, strict=True):
                Uncovered.objects.filter(pk=row.pk).update(meaning=packed(meaning))
            Demand.objects.filter(pk=demand.pk).update(model=name)
            recount([demand.pk])
