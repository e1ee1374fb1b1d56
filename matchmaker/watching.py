"""What is told of every turn: one log line, and the counts. Of what was said, nothing."""

import logging
from collections.abc import Mapping
from typing import Any

from conversations.models import Conversation
from conversations.signals import breaker_moved, turn_finished, turn_started

logger = logging.getLogger(__name__)

TOKENS = {"prompt_tokens": "prompt", "completion_tokens": "completion"}


def tell_turn(conversation: Conversation, seconds: Mapping[str, float], **_: Any) -> None:
    """One line a turn, under the id of the request that asked."""
    fields = {
        "request_id": conversation.request_id or "-",
        "conversation": conversation.pk,
        "status": conversation.status,
        "type": conversation.response_type or "none",
        "reason": reason(conversation),
        "experts": len(conversation.response_experts),
        "language": conversation.language,
        "composer": conversation.composer,
        "generation": conversation.index_generation,
        "ms": {name: round(value * 1000, 1) for name, value in seconds.items()},
    }
    logger.info("turn", extra={"fields": fields})


def count_turn(conversation: Conversation, seconds: Mapping[str, float], **_: Any) -> None:
    from matchmaker import metrics  # only where turns are taken: commands start without it

    kind, status = conversation.response_type or "none", conversation.status
    metrics.TURNS.labels(kind, status, reason(conversation)).inc()
    for name, value in seconds.items():
        metrics.STAGE_SECONDS.labels(name).observe(value)
    for name, label in TOKENS.items():
        used = conversation.usage.get(name)
        if isinstance(used, int) and used > 0:
            metrics.TOKENS.labels(label).inc(used)


def count_in(**_: Any) -> None:
    from matchmaker import metrics

    metrics.IN_FLIGHT.inc()


def count_out(**_: Any) -> None:
    from matchmaker import metrics

    metrics.IN_FLIGHT.dec()


def tell_breaker(is_open: bool, **_: Any) -> None:
    from matchmaker import metrics

    metrics.BREAKER_OPEN.set(1 if is_open else 0)


def reason(conversation: Conversation) -> str:
    """Why it was degraded or failed, in one word of few; empty when all went well."""
    if conversation.status == Conversation.Status.FAILED:
        return conversation.failure.partition(":")[0][:40]
    return str(conversation.usage.get("reason", ""))[:40] if conversation.degraded else ""


turn_finished.connect(tell_turn, dispatch_uid="matchmaker.watching.tell_turn")
turn_finished.connect(count_turn, dispatch_uid="matchmaker.watching.count_turn")
turn_started.connect(count_in, dispatch_uid="matchmaker.watching.count_in")
turn_finished.connect(count_out, dispatch_uid="matchmaker.watching.count_out")
breaker_moved.connect(tell_breaker, dispatch_uid="matchmaker.watching.tell_breaker")
