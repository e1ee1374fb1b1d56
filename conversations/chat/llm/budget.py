"""Tokens a day, counted in the database so that all workers draw from one budget."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import F, QuerySet
from django.utils import timezone

from conversations.chat.llm.errors import BudgetSpent
from conversations.models import RequestCount

logger = logging.getLogger(__name__)

KEY = "llm-tokens"
KEPT = timedelta(days=2)
KINDS = ("prompt_tokens", "completion_tokens", "total_tokens")  # as servers count them


@dataclass(frozen=True, slots=True)
class Reserved:
    """Tokens of one day: what is spent of them after midnight is still that day's."""

    tokens: int = 0
    day: int = 0


class DailyBudget:
    """At most `limit` tokens a day in the local time zone; 0 is no limit, and counts nothing.

    Tokens are reserved before a request and set right after it, so that turns in flight together
    cannot overdraw.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def reserve(self, tokens: int) -> Reserved:
        """Errors: BudgetSpent, also when the budget cannot be read."""
        if not self.limit:
            return Reserved()
        reserved = Reserved(tokens, _midnight())
        try:
            has_room = self._reserve(reserved)
        except DatabaseError as error:
            raise BudgetSpent("the token budget cannot be read") from error
        if not has_room:
            raise BudgetSpent(f"the {self.limit} tokens of the day are spent")
        return reserved

    def settle(self, reserved: Reserved, spent: int) -> None:
        if not self.limit or reserved.tokens == spent:
            return
        try:
            _count_of(reserved.day).update(count=F("count") + spent - reserved.tokens)
        except DatabaseError as error:
            logger.warning("The token budget was not set right: %s", type(error).__name__)

    def _reserve(self, reserved: Reserved) -> bool:
        now = timezone.now()
        RequestCount.objects.get_or_create(
            key=KEY, window=reserved.day, defaults={"expires_at": now + KEPT}
        )
        room = _count_of(reserved.day).filter(count__lte=self.limit - reserved.tokens)
        return bool(room.update(count=F("count") + reserved.tokens))


def tokens_of(usage: Mapping[str, Any]) -> dict[str, int]:
    """The tokens by kind, out of what an answer has cost."""
    return {kind: usage[kind] for kind in KINDS if kind in usage}


def with_tokens(usage: Mapping[str, Any], more: Mapping[str, int]) -> dict[str, Any]:
    """The usage of a turn that has cost so many tokens more."""
    return {**usage, **{kind: usage.get(kind, 0) + count for kind, count in more.items()}}


def spent_today() -> int:
    """Tokens spent or reserved since midnight."""
    row = _count_of(_midnight()).first()
    return row.count if row else 0


def _count_of(day: int) -> QuerySet[RequestCount]:
    return RequestCount.objects.filter(key=KEY, window=day)


def _midnight() -> int:
    """The start of the local day, in seconds since 1970."""
    day = datetime.combine(timezone.localdate(), time(), timezone.get_current_timezone())
    return int(day.timestamp())
