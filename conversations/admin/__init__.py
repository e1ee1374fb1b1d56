"""The desk: leads, what they asked and were shown, and who may see it."""

from conversations.admin import attempts, conversations, feedback, leads, staff

__all__ = ["attempts", "conversations", "feedback", "leads", "staff"]
