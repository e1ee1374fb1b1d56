"""A received exchange carried to its terminal status, whatever happens on the way."""

import logging

from conversations import stages
from conversations.chat import wiring
from conversations.chat.telling import Told
from conversations.errors import ConversationsError, TurnFailed
from conversations.models import Conversation
from conversations.signals import turn_finished, turn_started
from experts.errors import ExpertsError

logger = logging.getLogger(__name__)

STORED = "Your message is stored, but no answer could be made; try again in a moment."


def carry_out(conversation: Conversation, told: Told | None = None) -> Conversation:
    """Answer it and store the answer; one that is answered already stays as it is. `told` passes
    on what already stands while the rest is being written.

    Errors: TurnFailed, after which it is stored as failed. If not even that can be stored, the
    sweep closes it.
    """
    if conversation.is_open:
        turn_started.send_robust(Conversation, conversation=conversation)
        try:
            _answer(conversation, told or Told())
        finally:
            turn_finished.send_robust(
                Conversation, conversation=conversation, seconds=stages.finished()
            )
    if not conversation.is_answered:  # closed by a sweep while it was being answered
        raise TurnFailed(STORED)
    return conversation


def _answer(conversation: Conversation, told: Told) -> None:
    try:
        reply = wiring.assistant().take_turn(conversation, told)
        with stages.stage("answer"):
            conversation.answer(reply)
    except BaseException as error:
        _fail(conversation, error)
        if isinstance(error, Exception):
            raise TurnFailed(STORED) from error
        raise


def _fail(conversation: Conversation, error: BaseException) -> None:
    # Messages of foreign errors may hold a visitor's words: the log gets the place, not the text.
    why = _reason(error)
    logger.error("Conversation %s failed: %s", conversation.pk, why, extra={"error": error})
    try:
        conversation.fail(why)
    except Exception as second:  # noqa: BLE001 - the first error is the one to report
        found = {"error": second}
        why = type(second).__name__
        logger.error("Conversation %s could not be closed: %s", conversation.pk, why, extra=found)


def _reason(error: BaseException) -> str:
    """For operators. Only errors of our own are known to say nothing about a visitor."""
    if isinstance(error, (ConversationsError, ExpertsError)):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__
