"""What every composer promises, proven of each: the offline one, and a model's, good or bad."""

from collections.abc import Callable
from typing import Any

import pytest

from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.backends.openai import OpenAIComposer
from conversations.chat.evidence import holds
from conversations.chat.grounding.facts import Facts
from conversations.chat.protocols import Composer, Reason
from conversations.chat.texts import PHRASES
from conversations.replies import Pick
from experts.models import Expert
from experts.search.passages import all_sentences
from tests.conversations.llm.attacks import OBEDIENT
from tests.conversations.llm.conftest import MakeTurn
from tests.conversations.llm.server import ModelServer, says
from tests.conversations.llm.test_composing import GOOD

BAD = OBEDIENT["invents merits"]({})
REASONS: tuple[Reason, ...] = ("enough", "assumed", "nobody", "no_question", "no_evidence", "broad")
LANGUAGES = ("en", "nl", "fr")

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["offline", "a good model", "a bad model"])
def composed(request: pytest.FixtureRequest, server: ModelServer, settings: Any) -> Composer:
    settings.LLM_TIMEOUT = 2.0
    if request.param == "offline":
        return OfflineComposer()
    server.behave(says(GOOD if request.param == "a good model" else BAD))
    return OpenAIComposer(OfflineComposer(), "tiny", server.url)


def test_a_match_shows_one_to_three_of_those_who_were_retrieved(
    composed: Composer, make_turn: MakeTurn, people: list[Expert]
) -> None:
    for count in (1, 2, 3):
        reply = composed.compose(make_turn(found=people[:count]))
        usernames = [pick.expert.username for pick in reply.picks]
        assert 1 <= len(usernames) == len(set(usernames)) <= 3
        assert set(usernames) <= {one.username for one in people[:count]}


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reply_is_a_match_with_people_or_a_question_without(
    reason: Reason, language: str, composed: Composer, make_turn: MakeTurn
) -> None:
    turn = make_turn(reason=reason, language=language)
    reply = composed.compose(turn)
    assert bool(reply.picks) is turn.decision.is_match
    assert reply.narrative.strip()
    assert reply.language == language
    assert reply.generation == "g1"
    assert reply.composer == composed.name
    assert not reply.degraded


def test_every_reason_is_backed_and_every_evidence_verbatim(
    composed: Composer, make_turn: MakeTurn
) -> None:
    for pick in composed.compose(make_turn()).picks:
        assert pick.evidence
        assert all(holds(pick.expert, one) for one in pick.evidence)
        assert all(_is_backed(sentence, pick) for sentence in all_sentences(pick.why))


def test_two_experts_are_never_given_the_same_reason(
    composed: Composer, make_turn: MakeTurn
) -> None:
    reasons = [pick.why for pick in composed.compose(make_turn()).picks]
    assert len(set(reasons)) == len(reasons)


def _is_backed(sentence: str, pick: Pick) -> bool:
    """A quotation, words that the profile has, or that it has none about this."""
    if sentence == PHRASES["en"].unmentioned.format(name=pick.expert.name):
        return True
    quoted = any(one.text.rstrip(".") in sentence for one in pick.evidence)
    facts = Facts.about(pick.expert)
    known: Callable[[str], bool] = facts.back
    return quoted or any(known(word.strip(".,").casefold()) for word in sentence.split())
