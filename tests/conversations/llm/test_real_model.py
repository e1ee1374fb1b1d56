"""A real model end to end: a small one in llama.cpp's own server, through the openai client.

It is too small to choose or to write well: what is proven is the protocol, the ladder, and that
whatever it says, a visitor gets an answer that stands.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from conversations.chat.assistant import Assistant
from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.backends.openai import OpenAIComposer
from conversations.chat.llm.ladder import RUNGS
from conversations.chat.llm.protocols import Form
from conversations.chat.protocols import Reason, Turn
from conversations.chat.telling import Piece, Told
from conversations.replies import Reply
from experts.models import Expert
from tests.conversations.llm import llama
from tests.conversations.llm.conftest import MakeTurn

pytestmark = [pytest.mark.slow, pytest.mark.realmodel, pytest.mark.django_db]

OUTCOMES = ("ok", "cut_off", "unusable", "timeout")
QUESTIONS: list[tuple[str, str, Reason]] = [
    ("Who can check our webshop for the GDPR?", "en", "enough"),
    ("Something with a shop", "en", "broad"),
    ("Iets met een winkel", "nl", "no_evidence"),
    ("Quelque chose pour un magasin", "fr", "broad"),
    ("Hello", "en", "no_question"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a real server with a real model, on one thread."""
    try:
        with llama.running() as url:
            yield url
    except llama.NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture
def composer(server: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> OpenAIComposer:
    settings.LLM_TIMEOUT = 12.0
    made = OpenAIComposer(OfflineComposer(), llama.NAME, server)
    monkeypatch.setattr(made.model, "ask", _shorter(made.model.ask))
    return made


def _shorter(ask: Any) -> Any:
    """The same question with a shorter answer: this model talks until it is stopped."""

    def asking(messages: Any, form: Form, seconds: float, listener: Any = None) -> Any:
        short = Form(form.name, form.schema, min(form.max_tokens, 120))
        return ask(messages, short, seconds, listener)

    return asking


def test_a_visitor_gets_an_answer_that_stands_whatever_a_real_model_says(
    composer: OpenAIComposer, make_turn: MakeTurn, people: list[Expert], record_property: Any
) -> None:
    used: Counter[str] = Counter()
    for message, language, reason in QUESTIONS:
        turn = make_turn(message, language=language, reason=reason, found=people[:1])
        draft = OfflineComposer().compose(turn)
        reply = answered(composer, turn)
        assert reply.narrative
        assert len(reply.picks) in (0, len(draft.picks))
        assert [pick.expert for pick in reply.picks] == [
            pick.expert for pick in draft.picks[: len(reply.picks)]
        ]
        assert reply.usage["outcome"] in OUTCOMES
        used[reply.usage.get("rung", f"offline: {reply.usage['outcome']}")] += 1
    record_property("rungs", dict(used))
    print("rungs used:", dict(used))


@pytest.mark.parametrize("reason", ["enough", "broad"])
def test_who_reads_along_while_a_real_model_writes_unlearns_nothing(
    reason: Reason, composer: OpenAIComposer, make_turn: MakeTurn, people: list[Expert]
) -> None:
    told: list[Piece] = []
    turn = make_turn("Something with a webshop", reason=reason, found=people[:1])
    reply = answered(composer, replace(turn, told=Told(told.append)))
    assert reply.narrative.startswith("".join(piece.text for piece in told))
    assert all(piece.picks == reply.picks for piece in told if piece.picks)


@pytest.mark.parametrize("rung", RUNGS)
def test_every_rung_is_spoken_by_the_server(
    rung: str, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    composer.model.dialect.worked(rung)  # type: ignore[arg-type]
    turn = make_turn("Something with a shop", reason="broad")
    usage = answered(composer, turn).usage
    assert usage["outcome"] in OUTCOMES
    assert usage["prompt_tokens"] > 100
    assert usage["requests"] <= len(RUNGS)


def answered(composer: OpenAIComposer, turn: Turn) -> Reply:
    return Assistant(None, OfflineComposer(), composer).compose(turn)  # type: ignore[arg-type]
