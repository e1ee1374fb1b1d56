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
    staff,
    verdicts,
    webhooks,
)

__all__ = (
    "attempts", "conversations", "demand", "exports", "feedback", "leads", "privacy", "scores",
    "staff", "verdicts", "webhooks",
)  # fmt: skip
