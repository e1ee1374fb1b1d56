"""Leads, their exchanges, what they were shown, and what they made of it."""

from conversations.models.claims import Claim, Click, Feedback
from conversations.models.consent import Consent, Erasure
from conversations.models.conversations import Conversation, Recommendation
from conversations.models.demand import Demand, LeadMeaning, Uncovered
from conversations.models.desk import (
    Change,
    Day,
    LeadMerge,
    Note,
    SavedView,
    ScoreSettings,
)
from conversations.models.exports import Export
from conversations.models.gate import Attempt, IdempotencyKey, RequestCount
from conversations.models.leads import EMAIL_LENGTH, EmailCapture, Lead
from conversations.models.outreach import Delivery, Endpoint, Message, Try
from conversations.models.service import ServiceText
from conversations.models.verdicts import Verdict

__all__ = (
    "EMAIL_LENGTH", "Attempt", "Change", "Claim", "Click", "Consent", "Conversation", "Day",
    "Delivery", "Demand", "EmailCapture", "Endpoint", "Erasure", "Export", "Feedback",
    "IdempotencyKey", "Lead", "LeadMeaning", "LeadMerge", "Message", "Note", "Recommendation",
    "RequestCount", "SavedView", "ScoreSettings", "ServiceText", "Try", "Uncovered", "Verdict",
)  # fmt: skip
