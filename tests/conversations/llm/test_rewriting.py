"""A follow-up in a model's words: never at the price of what is talked about."""

from typing import Any

import pytest

from conversations.chat.backends.openai import OpenAIComposer
from conversations.chat.dialogue import Dialogue
from conversations.chat.llm.asking import LanguageModel
from conversations.chat.rewriting import ModelRewriter
from conversations.chat.standalone import Question, standalone_query
from experts.search.constraints import read_constraints
from tests.conversations.llm.server import ModelServer, after, says

FIRST = "Our online shop sells ceramics and needs a lawyer"
DIALOGUE = Dialogue(
    heard=(
        {"role": "user", "content": FIRST},
        {"role": "assistant", "content": "Two people fit this. Zelda Quist is a baker."},
    )
)


@pytest.fixture
def model(composer: OpenAIComposer) -> LanguageModel:
    return composer.model


def rewritten(message: str, model: LanguageModel, dialogue: Dialogue = DIALOGUE) -> str:
    question = standalone_query(read_constraints(message), message, dialogue)
    return ModelRewriter(model).rewrite(question, message, dialogue).text


def by_rules(message: str) -> str:
    return standalone_query(read_constraints(message), message, DIALOGUE).text


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("and in Ghent?", "lawyer for an online ceramics shop in Ghent"),
        ("in Ghent, for a contract", "ceramics shop online lawyer contract Ghent"),
        ("not a lawyer, an accountant", "accountant for an online shop that sells ceramics"),
        # The rules see a new question in this one.
        (
            "Customers wait ages on their phones for pages",
            "online ceramics shop, customers wait ages for pages on phones",
        ),
    ],
)
def test_a_model_may_put_the_visitors_words_in_a_better_order(
    message: str, text: str, server: ModelServer, model: LanguageModel
) -> None:
    server.behave(says({"question": text}))
    assert rewritten(message, model) == text


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("and in Ghent?", "Ghent"),  # what was talked about is lost
        ("and in Ghent?", "and in Ghent?"),
        ("and in Ghent?", "Ghent shop"),
        ("and in Ghent?", FIRST),  # what was just said is lost
        ("and in Ghent?", "online ceramics shop lawyer Ghent, Zelda Quist"),  # not the visitor's
        ("and in Ghent?", "online ceramics shop lawyer Ghent baker"),
        ("not a lawyer, an accountant", "lawyer for an online ceramics shop, accountant"),
        ("and in Ghent?", ""),
        ("and in Ghent?", 7),
    ],
)
def test_a_poor_rewriting_is_not_searched_for(
    message: str, text: Any, server: ModelServer, model: LanguageModel
) -> None:
    server.behave(says({"question": text}))
    assert rewritten(message, model) == by_rules(message)


def test_what_the_model_ties_to_the_question_before_follows_it(
    server: ModelServer, model: LanguageModel
) -> None:
    message = "Customers wait ages on their phones for pages"
    question = standalone_query(read_constraints(message), message, DIALOGUE)
    assert question.follows == ""  # by the rules
    server.behave(says({"question": "online ceramics shop, customers wait ages for phones pages"}))
    assert ModelRewriter(model).rewrite(question, message, DIALOGUE).follows == FIRST
    server.behave(says({"question": "customers wait ages for pages on phones"}))
    assert ModelRewriter(model).rewrite(question, message, DIALOGUE).follows == ""


def test_a_model_that_is_too_slow_for_a_rewriting_is_not_too_slow_for_an_answer(
    server: ModelServer, model: LanguageModel, settings: Any
) -> None:
    settings.LLM_TIMEOUT = 0.4
    server.behave(after(0.3, says({"question": "ceramics"})))
    for _ in range(5):
        assert rewritten("and in Ghent?", model) == by_rules("and in Ghent?")
    assert len(server.bodies) == 5
    assert model.breaker.state == "closed"


def test_a_first_message_is_not_put_to_the_model(server: ModelServer, model: LanguageModel) -> None:
    assert rewritten(FIRST, model, Dialogue()) == FIRST
    assert server.bodies == []


def test_without_a_history_nothing_is_put_to_the_model(
    server: ModelServer, model: LanguageModel, settings: Any
) -> None:
    settings.HISTORY_TURNS = 0
    question = Question("and in Ghent?")
    assert ModelRewriter(model).rewrite(question, "and in Ghent?", DIALOGUE) == question
    assert server.bodies == []
