"""The desk: leads, what they asked and were shown, and who may see it."""

from conversations.admin import attempts, conversations, exports, feedback, leads, staff

__all__ = ["attempts", "conversations", "exports", "feedback", "leads", "staff"]
