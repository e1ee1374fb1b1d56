"""A turn in a model's words, against a real server on loopback."""

import json
from dataclasses import replace
from typing import Any

import pytest

from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.backends.openai import OpenAIComposer
from conversations.chat.protocols import Composer, Decision
from conversations.chat.telling import Piece, Told
from experts.models import Expert
from tests.conversations.llm.conftest import MakeTurn
from tests.conversations.llm.server import ModelServer, fails, refuses_the_form, says

GOOD: dict[str, Any] = {
    "picks": [
        {"ref": "c1", "why": "Audits webshops for the GDPR."},
        {"ref": "c2", "why": "Writes registers of processing for webshops."},
        {"ref": "c3", "why": "Knows GDPR fines."},
    ],
    "narrative": "Your webshop needs someone for the GDPR: {c1} audits webshops.",
    "question": "",
}


def test_reasons_and_introduction_are_the_models_where_the_profiles_back_them(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(says(GOOD))
    reply = composer.compose(make_turn())
    assert reply.narrative == "Your webshop needs someone for the GDPR: Gio Dep audits webshops."
    assert [pick.why for pick in reply.picks] == [one["why"] for one in GOOD["picks"]]
    assert reply.composer == "openai:tiny"
    assert not reply.degraded


def test_what_the_answer_cost_is_told(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(says(GOOD))
    usage = composer.compose(make_turn()).usage
    assert usage["model"] == "tiny"
    assert usage["outcome"] == "ok"
    assert usage["rung"] == "json_schema"
    assert usage["total_tokens"] == 350
    assert usage["requests"] == 1
    assert usage["replaced_sentences"] == 0
    assert usage["model_ms"] > 0


def test_a_match_that_the_model_empties_becomes_a_question(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    question = "Which part of your webshop should be checked?"
    server.behave(says({"picks": [], "narrative": "", "question": question}))
    reply = composer.compose(make_turn())
    assert reply.type == "clarification"
    assert reply.narrative == question
    assert reply.picks == ()


def test_a_visitor_who_was_asked_back_twice_is_answered_even_if_the_model_would_not(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(says({"picks": [], "narrative": "", "question": "What else?"}))
    reply = composer.compose(make_turn(reason="assumed"))
    assert reply.type == "match"
    assert "wasn't sure" in reply.narrative or "was not sure" in reply.narrative


def test_somebody_asked_for_by_name_is_shown_even_if_the_model_would_ask_back(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(says({"picks": [], "narrative": "", "question": "What else?"}))
    assert composer.compose(make_turn(reason="named")).type == "match"


def test_references_nobody_was_offered_under_are_dropped(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    picks = [
        {"ref": "c9", "why": "Audits webshops for the GDPR."},
        {"ref": "zelda", "why": "Teaches sourdough."},
        {"ref": "c1", "why": "Audits webshops for the GDPR."},
        {"ref": "c1", "why": "Audits webshops."},
    ]
    server.behave(says({**GOOD, "picks": picks}))
    reply = composer.compose(make_turn())
    names = [pick.expert.username for pick in reply.picks]
    assert names == list(dict.fromkeys(names))
    assert names[0] == "gio"
    assert "zelda" not in names
    assert reply.picks[0].why == "Audits webshops for the GDPR."


def test_people_of_the_same_name_do_not_swap_cards(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn, people: list[Expert]
) -> None:
    for one in people:
        one.name = "Jan Peeters"
        one.save()
    server.behave(says(GOOD))
    reply = composer.compose(make_turn())
    assert [pick.expert.username for pick in reply.picks] == ["gio", "pia", "tara"]
    assert reply.picks[1].why == "Writes registers of processing for webshops."


def test_nothing_the_model_leaves_out_lifts_anybody(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    turn = make_turn()
    before = [pick.expert.username for pick in OfflineComposer().compose(turn).picks]
    server.behave(says({**GOOD, "picks": [GOOD["picks"][2]]}))
    assert [pick.expert.username for pick in composer.compose(turn).picks] == before


def test_the_last_ones_may_be_left_out_where_the_evidence_is_weak(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    turn = make_turn("Something about aquariums and coral reefs", dense=0.2)
    assert len(OfflineComposer().compose(turn).picks) == 3
    server.behave(says({**GOOD, "picks": [GOOD["picks"][0]], "narrative": "Zelda Quist"}))
    reply = composer.compose(turn)
    assert [pick.expert.username for pick in reply.picks] == ["gio"]
    assert "Gio Dep" in reply.narrative
    assert "three" not in reply.narrative


def test_a_server_that_refuses_a_schema_is_asked_for_an_object_and_then_for_text(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(refuses_the_form("json_schema", "json_object")(says(GOOD)))
    assert composer.compose(make_turn()).usage["rung"] == "text"
    asked = [body.get("response_format", {}).get("type") for body in server.bodies]
    assert asked == ["json_schema", "json_object", None]


def test_the_rung_that_worked_is_remembered_for_a_while(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(refuses_the_form("json_schema")(says(GOOD)))
    composer.compose(make_turn())
    composer.compose(make_turn())
    assert len(server.bodies) == 3
    composer.model.dialect.learned_at -= 4000
    server.behave(says(GOOD))
    assert composer.compose(make_turn()).usage["rung"] == "json_schema"


def test_a_parameter_that_a_server_does_not_take_is_left_out_and_remembered(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(fails(400, message="Unsupported parameter: max_tokens"), says(GOOD))
    composer.compose(make_turn())
    composer.compose(make_turn())
    assert ["max_tokens" in body for body in server.bodies] == [True, False, False]
    assert server.bodies[-1]["max_completion_tokens"] == server.bodies[0]["max_tokens"]


@pytest.mark.parametrize(
    "written",
    [
        "Sure! Here it is:\n```json\n{good}\n```\nAnything else?",
        "```\n{good}\n```",
        '<think>{{"picks": []}} hm</think>{good}',
        "\ufeff{good}",
        "{good} {{}}",
    ],
)
def test_prose_and_fences_around_the_json_are_tolerated(
    written: str, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(says(written.format(good=json.dumps(GOOD))))
    usage = composer.compose(make_turn()).usage
    assert usage["outcome"] == "ok"
    assert not usage["strict"] or written.startswith("\ufeff")


def test_an_empty_key_is_allowed_and_a_key_is_sent(
    server: ModelServer, make_turn: MakeTurn, settings: Any
) -> None:
    server.behave(says(GOOD))
    OpenAIComposer(OfflineComposer(), "tiny", server.url).compose(make_turn())
    OpenAIComposer(OfflineComposer(), "tiny", server.url, "sk-1").compose(make_turn())
    sent = [headers["authorization"] for headers in server.headers]
    assert sent == ["Bearer none", "Bearer sk-1"]


def test_the_composer_keeps_the_seam(composer: OpenAIComposer) -> None:
    one: Composer = composer
    assert one.name == "openai:tiny"


def test_our_question_ends_a_broad_match_whatever_the_model_writes(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    turn = replace(make_turn("GDPR"), decision=Decision(True, "broad"))
    question = OfflineComposer().compose(turn).refining
    assert question.endswith("?")
    for narrative in (GOOD["narrative"], "The best in the world: call 0470 12 34 56!"):
        server.behave(says({**GOOD, "narrative": narrative}))
        told: list[Piece] = []
        heard = replace(turn, told=Told(told.append))
        for each in (turn, heard):
            reply = composer.compose(each)
            assert reply.picks
            assert reply.narrative.endswith(f" {question}")
            assert reply.narrative.count("?") == 1
        assert "".join(piece.text for piece in told) == reply.narrative


def test_an_abbreviation_does_not_end_a_sentence(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    why = "Audits webshops (e.g. for the GDPR)."
    server.behave(says({**GOOD, "picks": [{"ref": "c1", "why": why}]}))
    assert composer.compose(make_turn()).picks[0].why == why
