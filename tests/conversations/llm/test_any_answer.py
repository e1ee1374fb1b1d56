"""Whatever a model writes as JSON, reading it ends in a reply that stands, or in why not."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.evidence import holds
from conversations.chat.following import Following
from conversations.chat.grounding import ground
from conversations.chat.llm.errors import Unusable
from conversations.chat.llm.tolerant import read_object
from conversations.chat.protocols import Turn
from conversations.chat.telling import Piece, Told
from tests.conversations.llm.conftest import MakeTurn

PHRASES = st.sampled_from(
    [
        "Audits webshops.",
        "GDPR",
        "{c1}",
        "c2",
        "twenty five",
        "not",
        "\x00",
        "\ud800",
        "Ünïcödé",
        "(",
        "1.5.0",
    ]
)
TEXT = st.one_of(st.text(max_size=40), st.lists(PHRASES, max_size=8).map(" ".join))
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
PICK = st.fixed_dictionaries(
    {
        "ref": st.sampled_from(["c1", "c2", "{C3}", "c9", "", None]) | ANYTHING,
        "why": TEXT | ANYTHING,
    }
)
ANSWER = st.fixed_dictionaries(
    {},
    optional={
        "picks": st.lists(PICK, max_size=5) | ANYTHING,
        "narrative": TEXT | ANYTHING,
        "question": TEXT.map(lambda text: f"{text}?") | ANYTHING,
    },
)
AROUND = ("{}", "Sure:\n```\n{}\n```")
MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def turns(make_turn: MakeTurn) -> list[Turn]:
    return [make_turn(), make_turn(reason="broad"), make_turn("Corals and reefs", dense=0.2)]


@pytest.mark.django_db
@MANY
@given(answer=ANSWER)
def test_any_answer_is_read_or_refused(answer: dict[str, Any], turns: list[Turn]) -> None:
    read = read_object(json.dumps(answer))
    assert read is not None
    for turn in turns:
        draft = OfflineComposer().compose(turn)
        try:
            reply = ground(read[0], turn, draft, OfflineComposer()).reply
        except Unusable:
            continue
        assert reply.narrative
        reply.narrative.encode()
        shown = [pick.expert for pick in reply.picks]
        assert shown == [pick.expert for pick in draft.picks][: len(shown)]
        assert all(holds(pick.expert, one) for pick in reply.picks for one in pick.evidence)
        assert all(pick.why for pick in reply.picks)


@pytest.mark.django_db
@MANY
@given(
    answer=ANSWER, size=st.integers(1, 40), around=st.sampled_from(["{}", "Sure:\n```\n{}\n```"])
)
def test_who_reads_along_is_answered_as_who_waits(
    answer: dict[str, Any], size: int, around: str, turns: list[Turn]
) -> None:
    text = around.replace("{}", json.dumps(answer))
    for turn in turns:
        draft = OfflineComposer().compose(turn)
        read = read_object(text)
        try:
            whole = ground(read[0], turn, draft, OfflineComposer()).reply if read else None
        except Unusable:
            whole = None
        told: list[Piece] = []
        heard = replace(turn, told=Told(told.append))
        following = Following(heard, draft, OfflineComposer())
        for at in range(0, len(text), size):
            if not following.hear(text[at : at + size]):
                break
        if whole is not None and (writing := following.bound) is not None and read is not None:
            reply = writing.close(read[0].get(writing.member)).reply
            assert (reply.narrative, reply.picks) == (whole.narrative, whole.picks)
            assert reply.narrative == "".join(piece.text for piece in told)
        elif whole is None:
            assert not told


@MANY
@given(text=st.text(max_size=80), answer=ANSWER)
def test_any_text_is_read_or_refused(text: str, answer: dict[str, Any]) -> None:
    read_object(text)
    read_object(text + json.dumps(answer) + text)
    read_object(json.dumps(answer)[: len(text)])
