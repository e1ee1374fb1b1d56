"""A close call between a match and a question back is settled by the model, within the evidence."""

from dataclasses import replace
from typing import Any

import pytest

from conversations.chat.assistant import Assistant
from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.backends.openai import OpenAIComposer
from conversations.chat.protocols import Reason, Turn
from conversations.chat.telling import Told
from conversations.replies import Reply
from experts.search.retrieval import Signals
from tests.conversations.llm.conftest import MakeTurn
from tests.conversations.llm.server import ModelServer, fails, says, streams
from tests.conversations.llm.test_composing import GOOD

pytestmark = pytest.mark.django_db
TIERS = ("good", "good", "possible")


def near(
    make_turn: MakeTurn,
    reason: Reason = "no_evidence",
    tiers: tuple[str, ...] = TIERS,
    answerable: float = 0.45,
) -> Turn:
    turn = make_turn(reason=reason)
    candidates = tuple(
        replace(one, tier=tier, relevance=0.4)  # type: ignore[arg-type]
        for one, tier in zip(turn.retrieval.candidates, tiers, strict=True)
    )
    signals = Signals(answerable=answerable)
    return replace(turn, retrieval=replace(turn.retrieval, candidates=candidates, signals=signals))


def shown(reply: Reply) -> list[str]:
    return [pick.expert.username for pick in reply.picks]


def test_a_close_call_may_become_a_match_of_those_whom_the_evidence_supports(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(says(GOOD))
    reply = composer.compose(near(make_turn))
    assert shown(reply) == ["gio", "pia"]
    assert [pick.why for pick in reply.picks] == [one["why"] for one in GOOD["picks"][:2]]
    assert reply.usage["decision"] == "close"
    assert len(server.bodies) == 1
    asked = server.bodies[0]["messages"][1]["content"]
    assert '"unsure": true' in asked
    assert '"ref": "c2"' in asked
    assert '"ref": "c3"' not in asked


def test_the_model_may_ask_back_instead(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    question = "Which part of your webshop should be checked?"
    server.behave(says({"picks": [], "narrative": "", "question": question}))
    reply = composer.compose(near(make_turn))
    assert (reply.narrative, shown(reply)) == (question, [])
    assert "decision" not in reply.usage


@pytest.mark.parametrize(
    "picks",
    [
        [{"ref": "c2", "why": "Writes registers of processing."}],  # passes over the first
        [{"ref": "c1", "why": "The best expert in the world, ask anyone."}],  # nothing is backed
        [{"ref": "c1", "why": ""}],
    ],
)
def test_a_match_that_the_profile_does_not_back_stays_a_question(
    picks: list[Any], server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    turn = near(make_turn)
    server.behave(says({"picks": picks, "narrative": "{c1} is right.", "question": ""}))
    reply = composer.compose(turn)
    assert shown(reply) == []
    assert reply.narrative == OfflineComposer().compose(turn).narrative


@pytest.mark.parametrize(
    "far",
    [
        {"answerable": 0.2},
        {"tiers": ("possible", "good", "good")},
        {"reason": "no_question"},
    ],
)
def test_what_is_no_close_call_is_not_put_to_the_model(
    far: dict[str, Any], server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(says(GOOD))
    assert shown(composer.compose(near(make_turn, **far))) == []
    assert "candidates" not in server.texts[0]


def test_without_the_model_a_close_call_is_asked_back(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(fails(401))
    assistant = Assistant(None, OfflineComposer(), composer)  # type: ignore[arg-type]
    reply = assistant.compose(near(make_turn))
    assert reply.degraded
    assert reply.picks == ()


@pytest.mark.parametrize("picks", [GOOD["picks"], [{"ref": "c1", "why": "The best."}], []])
def test_who_reads_along_is_told_of_people_only_when_it_is_a_match(
    picks: list[Any], server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    answer = {**GOOD, "picks": picks, "question": "Which part of your webshop is it about?"}
    server.behave(says(answer))
    whole = composer.compose(near(make_turn))
    told: list[Any] = []
    server.behave(streams(answer))
    reply = composer.compose(replace(near(make_turn), told=Told(told.append)))
    assert shown(reply) == shown(whole)
    assert reply.narrative == whole.narrative
    assert [one.picks for one in told if one.picks] == ([reply.picks] if reply.picks else [])
