"""Leads, their exchanges, what they were shown, and what they made of it."""

from conversations.models.claims import Claim, Click, Feedback
from conversations.models.conversations import Conversation, Recommendation
from conversations.models.desk import (
    Change,
    Day,
    LeadMerge,
    Note,
    SavedView,
    ScoreSettings,
)
from conversations.models.gate import Attempt, IdempotencyKey, RequestCount
from conversations.models.leads import EMAIL_LENGTH, EmailCapture, Lead

__all__ = (
    "EMAIL_LENGTH", "Attempt", "Change", "Claim", "Click", "Conversation", "Day", "EmailCapture",
    "Feedback", "IdempotencyKey", "Lead", "LeadMerge", "Note", "Recommendation",
    "RequestCount", "SavedView", "ScoreSettings",
)  # fmt: skip
