"""The desk: leads, what they asked and were shown, and who may see it."""

from conversations.admin import (
    attempts,
    conversations,
    demand,
    exports,
    feedback,
    leads,
    privacy,
    scores,
    service,
    staff,
    verdicts,
    webhooks,
)

__all__ = (
    "attempts", "conversations", "demand", "exports", "feedback", "leads", "privacy", "scores",
    "service", "staff", "verdicts", "webhooks",
)  # fmt: skip
