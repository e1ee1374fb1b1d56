"""A follow-up gets the phrase it leaves out; what stands alone is left alone."""

import pytest

from conversations.chat.dialogue import Dialogue
from conversations.chat.standalone import standalone_query
from experts.search.constraints import read_constraints


def asked(*messages: str) -> str:
    heard = tuple({"role": "user", "content": text} for text in messages[:-1])
    message = messages[-1]
    return standalone_query(read_constraints(message), message, Dialogue(heard=heard)).text


@pytest.mark.parametrize(
    ("before", "message", "phrase"),
    [
        ("I need advice about our heat pump", "Is it noisy?", "heat pump"),
        ("We hebben vragen over een warmtepomp", "Is die luid?", "warmtepomp"),
        ("Je cherche un avis sur la pompe thermique", "Est-ce qu'elle est bruyante ?", "pompe"),
    ],
)
def test_a_pronoun_gets_the_phrase_it_stands_for(before: str, message: str, phrase: str) -> None:
    found = asked(before, message)
    assert phrase in found


def test_a_question_of_its_own_is_left_alone() -> None:
    message = "Which rules apply when a bakery sells organic bread online?"
    assert asked("I need advice about our heat pump", message) == message


@pytest.mark.parametrize("message", ["and in Antwerp?", "en in Antwerpen?", "et à Anvers ?"])
def test_a_place_joins_the_whole_question(message: str) -> None:
    found = asked("I need a lawyer for a tax dispute", message)
    assert found.startswith("I need a lawyer for a tax dispute")


def test_someone_cheaper_asks_the_same_again() -> None:
    assert asked("I need a tax lawyer", "someone cheaper") == "I need a tax lawyer"
