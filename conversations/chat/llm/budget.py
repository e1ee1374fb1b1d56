"""Tokens a day, counted in the database so that all workers draw from one budget."""

import logging
from collections.abc import Mapping
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


class DailyBudget:
    """At most `limit` tokens a day in the local time zone; 0 is no limit, and counts nothing.

    Tokens are reserved before a request and set right after it, so that turns in flight together
    cannot overdraw.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def reserve(self, tokens: int) -> int:
        """The tokens reserved. Errors: BudgetSpent, also when the budget cannot be read."""
        if not self.limit:
            return 0
        try:
            reserved = self._reserve(tokens)
        except DatabaseError as error:
            raise BudgetSpent("the token budget cannot be read") from error
        if not reserved:
            raise BudgetSpent(f"the {self.limit} tokens of the day are spent")
        return tokens

    def settle(self, reserved: int, spent: int) -> None:
        if not self.limit or reserved == spent:
            return
        try:
            _today().update(count=F("count") + spent - reserved)
        except DatabaseError as error:
            logger.warning("The token budget was not set right: %s", type(error).__name__)

    def _reserve(self, tokens: int) -> bool:
        now = timezone.now()
        RequestCount.objects.get_or_create(
            key=KEY, window=_midnight(), defaults={"expires_at": now + KEPT}
        )
        room = _today().filter(count__lte=self.limit - tokens)
        return bool(room.update(count=F("count") + tokens))


def tokens_of(usage: Mapping[str, Any]) -> dict[str, int]:
    """The tokens by kind, out of what an answer has cost."""
    return {kind: usage[kind] for kind in KINDS if kind in usage}


def with_tokens(usage: Mapping[str, Any], more: Mapping[str, int]) -> dict[str, Any]:
    """The usage of a turn that has cost so many tokens more."""
    return {**usage, **{kind: usage.get(kind, 0) + count for kind, count in more.items()}}


def spent_today() -> int:
    """Tokens spent or reserved since midnight."""
    row = _today().first()
    return row.count if row else 0


def _today() -> QuerySet[RequestCount]:
    return RequestCount.objects.filter(key=KEY, window=_midnight())


def _midnight() -> int:
    """The start of the local day, in seconds since 1970."""
    day = datetime.combine(timezone.localdate(), time(), timezone.get_current_timezone())
    return int(day.timestamp())
