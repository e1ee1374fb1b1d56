"""A later message as one question, by a language model where it does better than the rules."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.conf import settings

from conversations.chat import follow_ups, prompts
from conversations.chat.dialogue import Dialogue
from conversations.chat.grounding.facts import Facts
from conversations.chat.llm.asking import LanguageModel
from conversations.chat.llm.budget import tokens_of
from conversations.chat.llm.errors import ModelFailed
from conversations.chat.standalone import LONGEST, Question, recent_turns
from conversations.chat.words import subject_words

logger = logging.getLogger(__name__)

REWRITING = 0.25  # share of the whole answer's time
LONGEST_WAIT = 3.0  # seconds
KEPT = 0.75  # share of the words before, and of the new ones, that a rewriting has to have


class ModelRewriter:
    """Rewrites the text of the question; what it demands and whom it excludes stay as read.

    The model may only choose among words of the visitor: so no text in a history or a reply can
    search for something the visitor never asked.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model = model

    def rewrite(self, question: Question, message: str, dialogue: Dialogue) -> Question:
        """In the model's words; as it is when nothing was said before or the model fails. Either
        way it says what the asking has cost."""
        if not is_asked(dialogue):
            return question
        seconds = min(LONGEST_WAIT, REWRITING * settings.LLM_TIMEOUT)
        messages = prompts.rewrite_messages(message, dialogue)
        try:
            answer = self.model.ask(messages, prompts.QUESTION_FORM, seconds, is_optional=True)
        except ModelFailed as error:
            logger.info("The rules rewrite the follow-up: %s", error)
            return replace(question, cost=tokens_of(error.usage))
        question = replace(question, cost=tokens_of(answer.usage))
        text = answer.content.get("question")
        if not isinstance(text, str) or not is_faithful(text, question, message, dialogue):
            return question
        follows = question.follows or _continued(text, message, dialogue)
        return replace(question, text=" ".join(text.split())[:LONGEST], follows=follows)


def is_asked(dialogue: Dialogue) -> bool:
    """Whether the model is asked at all: the rules see a new question in many a follow-up."""
    return any(_visitor_lines(dialogue))


def is_faithful(text: str, question: Question, message: str, dialogue: Dialogue) -> bool:
    """Whether it is made of the visitor's words: none that was taken back, most of the new ones and
    of those that the rules carry over, so that a poor model does not lose what is talked about."""
    subjects = subject_words(text)
    said = Facts.of([message, *_visitor_lines(dialogue)])
    rejected = Facts.of(follow_ups.rejected_words(message))
    added = subject_words(follow_ups.without_frame(message))
    new = Facts.of([message])
    carried = [word for word in subject_words(question.text) if not new.stance(word)]
    kept = Facts.of([text])
    return (
        bool(subjects)
        and all(said.stance(word) and not rejected.stance(word) for word in subjects)
        and _share(kept, [one for one in added if not rejected.stance(one)]) >= KEPT
        and _share(kept, [one for one in carried if not rejected.stance(one)]) >= KEPT
    )


def _continued(text: str, message: str, dialogue: Dialogue) -> str:
    """The question from which a rewriting takes words, where the rules see a new one."""
    new = Facts.of([message])
    asked = [turn.standing for turn in recent_turns(dialogue) if turn.question]
    is_new = all(new.stance(word) for word in subject_words(text))
    return "" if is_new or not asked else asked[-1]


def _share(kept: Facts, wanted: Sequence[str]) -> float:
    return sum(bool(kept.stance(word)) for word in wanted) / len(wanted) if wanted else 1.0


def _visitor_lines(dialogue: Dialogue) -> Iterator[str]:
    if not settings.HISTORY_TURNS:
        return
    for past in dialogue.past[-settings.HISTORY_TURNS :]:
        yield from (past.message, past.question)
    yield from (line["content"] for line in dialogue.heard if line["role"] == "user")
