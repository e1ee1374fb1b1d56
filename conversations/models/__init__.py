"""Leads, their exchanges, what they were shown, and what they made of it."""

from conversations.models.claims import Claim, Click, Feedback
from conversations.models.conversations import Conversation, Recommendation
from conversations.models.gate import Attempt, IdempotencyKey, RequestCount
from conversations.models.leads import EMAIL_LENGTH, EmailCapture, Lead

__all__ = (
    "EMAIL_LENGTH", "Attempt", "Claim", "Click", "Conversation", "EmailCapture", "Feedback",
    "IdempotencyKey", "Lead", "Recommendation", "RequestCount",
)  # fmt: skip
