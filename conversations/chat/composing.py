"""The composer that asks a language model: an offline draft, told in a model's words."""

import logging
from dataclasses import replace

from django.conf import settings

from conversations.chat import prompts
from conversations.chat.grounding import ground
from conversations.chat.llm.asking import Answer, LanguageModel
from conversations.chat.llm.errors import ModelFailed, Unusable
from conversations.chat.protocols import Composer, Turn
from conversations.chat.rewriting import REWRITING
from conversations.replies import Reply
from experts.models import Expert

logger = logging.getLogger(__name__)


class ModelComposer:
    """Who is shown is the draft's doing; the words are the model's as far as they can be backed."""

    def __init__(self, model: LanguageModel, offline: Composer) -> None:
        self.model = model
        self.offline = offline

    @property
    def name(self) -> str:
        return f"model:{self.model.endpoint.model}"[:100]

    def compose(self, turn: Turn) -> Reply:
        """Errors: ModelFailed, a ComposerUnavailable, with what the attempt has cost in `usage`."""
        draft = self.offline.compose(turn)
        answer = self._ask(turn, draft)
        try:
            grounded = ground(answer.content, turn, _today(draft), self.offline)
        except ModelFailed as error:
            error.usage = {**answer.usage, "outcome": error.reason}
            raise
        except Exception as error:
            # Whatever a model writes, a visitor is answered; not to read it is a fault of ours.
            logger.exception("A model's answer could not be read")
            raise Unusable(f"reading the answer failed ({type(error).__name__})") from error
        usage = {**answer.usage, **grounded.as_usage(), "prompt": prompts.VERSION}
        return replace(grounded.reply, composer=self.name, usage=usage)

    def _ask(self, turn: Turn, draft: Reply) -> Answer:
        if draft.picks:
            messages = prompts.match_messages(turn, draft.picks)
            return self.model.ask(messages, prompts.match_form(len(draft.picks)), _seconds(turn))
        messages = prompts.clarify_messages(turn, draft.suggestions)
        return self.model.ask(messages, prompts.QUESTION_FORM, _seconds(turn))


def _today(draft: Reply) -> Reply:
    """The draft over the rows as they stand after the model has thought."""
    living = Expert.objects.in_bulk([pick.expert.pk for pick in draft.picks])
    picks = tuple(
        replace(pick, expert=living.get(pick.expert.pk, pick.expert)) for pick in draft.picks
    )
    return replace(draft, picks=picks)


def _seconds(turn: Turn) -> float:
    """The whole answer's time, less what rewriting a follow-up may have taken of it."""
    share = 1 - REWRITING if turn.question.is_follow_up else 1.0
    return float(settings.LLM_TIMEOUT) * share
