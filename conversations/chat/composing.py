"""The composer that asks a language model: an offline draft, told in a model's words."""

import logging
from dataclasses import replace

from django.conf import settings

from conversations.chat import judging, prompts
from conversations.chat.following import Following, as_of_now
from conversations.chat.grounding import Grounded, ground
from conversations.chat.llm.asking import LanguageModel
from conversations.chat.llm.errors import ModelFailed, Unusable
from conversations.chat.llm.protocols import Answer
from conversations.chat.protocols import Composer, Turn
from conversations.chat.rewriting import REWRITING, is_asked
from conversations.replies import Reply

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
        """Errors: ModelFailed, a ComposerUnavailable, with what the attempt has cost in `usage`,
        and with the answer to go on with where the visitor was told some of it."""
        draft, asking = self.offline.compose(turn), None
        if (closely := judging.as_match(turn)) is not None:
            turn, draft, asking = closely, self.offline.compose(closely), draft
        following = None
        if turn.told.is_heard:
            following = Following(turn, draft, self.offline, asking)
        try:
            answer = self._ask(turn, draft, following)
            grounded = self._grounded(answer, turn, draft, following, asking)
        except ModelFailed as error:
            if following is not None and (begun := following.bound) is not None:
                error.so_far = begun.close(None).reply
            raise
        usage = {**answer.usage, **grounded.as_usage(), "prompt": prompts.VERSION}
        if asking is not None and grounded.reply.picks:
            usage["decision"] = turn.decision.reason
        return replace(grounded.reply, composer=self.name, usage=usage)

    def _grounded(
        self,
        answer: Answer,
        turn: Turn,
        draft: Reply,
        following: Following | None,
        asking: Reply | None,
    ) -> Grounded:
        try:
            if following is not None and (begun := following.bound) is not None:
                return begun.close(answer.content.get(begun.member))
            return ground(answer.content, turn, as_of_now(draft), self.offline, asking)
        except ModelFailed as error:
            error.usage = {**answer.usage, "outcome": error.reason}
            raise
        except Exception as error:
            # Whatever a model writes, a visitor is answered; not to read it is a fault of ours.
            logger.exception("A model's answer could not be read")
            raise Unusable(f"reading the answer failed ({type(error).__name__})") from error

    def _ask(self, turn: Turn, draft: Reply, following: Following | None) -> Answer:
        messages = prompts.clarify_messages(turn, draft.suggestions)
        form = prompts.QUESTION_FORM
        if draft.picks:
            messages = prompts.match_messages(turn, draft.picks)
            form = prompts.match_form(len(draft.picks))
        return self.model.ask(messages, form, _seconds(turn), following)


def _seconds(turn: Turn) -> float:
    """The whole answer's time, less what rewriting the message may have taken of it."""
    share = 1 - REWRITING if is_asked(turn.dialogue) else 1.0
    return float(settings.LLM_TIMEOUT) * share
