"""A follow-up as one question, by a language model where it does better than the rules."""

import logging
from collections.abc import Iterator
from dataclasses import replace

from django.conf import settings

from conversations.chat import follow_ups, prompts
from conversations.chat.dialogue import Dialogue
from conversations.chat.grounding.facts import Facts
from conversations.chat.llm.asking import LanguageModel
from conversations.chat.llm.budget import tokens_of
from conversations.chat.llm.errors import ModelFailed
from conversations.chat.standalone import LONGEST, Question
from conversations.chat.words import subject_words

logger = logging.getLogger(__name__)

REWRITING = 0.25  # share of the whole answer's time
LONGEST_WAIT = 3.0  # seconds


class ModelRewriter:
    """Rewrites the text of a follow-up; what it demands and whom it excludes stay as read.

    The model may only choose among words of the visitor: so no text in a history or a reply can
    search for something the visitor never asked.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model = model

    def rewrite(self, question: Question, message: str, dialogue: Dialogue) -> Question:
        """In the model's words; as it is when it is no follow-up or the model fails. Either way it
        says what the asking has cost."""
        if not question.is_follow_up:
            return question
        seconds = min(LONGEST_WAIT, REWRITING * settings.LLM_TIMEOUT)
        messages = prompts.rewrite_messages(message, dialogue)
        try:
            answer = self.model.ask(messages, prompts.QUESTION_FORM, seconds)
        except ModelFailed as error:
            logger.info("The rules rewrite the follow-up: %s", error)
            return replace(question, cost=tokens_of(error.usage))
        question = replace(question, cost=tokens_of(answer.usage))
        text = answer.content.get("question")
        if not isinstance(text, str) or not is_faithful(text, message, dialogue):
            return question
        return replace(question, text=" ".join(text.split())[:LONGEST])


def is_faithful(text: str, message: str, dialogue: Dialogue) -> bool:
    """Whether it is made of the visitor's words, with all the new ones and none taken back."""
    subjects = subject_words(text)
    said = Facts.of([message, *_visitor_lines(dialogue)])
    rejected = Facts.of(follow_ups.rejected_words(message))
    added = subject_words(follow_ups.without_frame(message))
    kept = Facts.of([text])
    return (
        bool(subjects)
        and all(said.stance(word) and not rejected.stance(word) for word in subjects)
        and all(kept.stance(word) or rejected.stance(word) for word in added)
    )


def _visitor_lines(dialogue: Dialogue) -> Iterator[str]:
    for past in dialogue.past[-settings.HISTORY_TURNS :] if settings.HISTORY_TURNS else ():
        yield from (past.message, past.question)
    yield from (line["content"] for line in dialogue.heard if line["role"] == "user")
