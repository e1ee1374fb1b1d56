"""Turns of a small directory, and a model server that behaves as a test asks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.backends.openai import OpenAIComposer
from conversations.chat.dialogue import Dialogue
from conversations.chat.protocols import Decision, Reason, Turn
from conversations.chat.standalone import Question
from experts.models import Expert
from experts.search.constraints import Constraints
from experts.search.retrieval import Candidate, Retrieval, Signals
from tests.conversations.llm.reading import DEADLINE, Ask, events, text_of
from tests.conversations.llm.server import ModelServer, says

AUDIT = "Who can audit our webshop for the GDPR?"
QUERY = "Who can check our webshop for the GDPR?"
NOTHING_SAID = Dialogue()
MakeTurn = Callable[..., Turn]

GIO = {
    "username": "gio", "name": "Gio Dep", "job_title": "Privacy counsel", "company": "Shield",
    "bio": "I audit webshops for the GDPR since 2015. No success fees. "
    "Seventeen shops in Ghent had their cookies mended by me.",
    "tags": ["gdpr", "privacy"], "languages": ["en", "nl"], "location": "Ghent",
}  # fmt: skip
PIA = {
    "username": "pia", "name": "Pia Kerk", "job_title": "Data protection officer",
    "company": "Kerk & Co",
    "bio": "I write registers of processing for hospitals and webshops. I train their staff.",
    "tags": ["privacy"], "languages": ["nl"],
}  # fmt: skip
TARA = {
    "username": "tara", "name": "Tara Ax", "job_title": "Tax lawyer", "company": "Levy",
    "bio": "I win disputes about corporate tax. GDPR fines are part of it.", "languages": ["fr"],
}  # fmt: skip
ZELDA = {
    "username": "zelda", "name": "Zelda Quist", "first_name": "Zelda", "last_name": "Quist",
    "job_title": "Baker", "company": "Crust", "bio": "I teach sourdough.",
}  # fmt: skip


def expert(**fields: Any) -> Expert:
    made: Expert = Expert.objects.create(
        **{"hourly_rate": "95.00", "currency": "EUR", "profile_url": "https://example.org/e"}
        | fields
    )
    return made


@pytest.fixture
def people(db: None) -> list[Expert]:
    """Three who are retrieved, and Zelda who never is."""
    found = [expert(**fields) for fields in (GIO, PIA, TARA)]
    expert(**ZELDA)
    return found


@pytest.fixture
def make_turn(people: list[Expert]) -> MakeTurn:
    def make(
        message: str = QUERY,
        *,
        reason: Reason = "enough",
        language: str = "en",
        dialogue: Dialogue = NOTHING_SAID,
        found: list[Expert] | None = None,
        dense: float = 0.5,
        relaxed: tuple[str, ...] = (),
    ) -> Turn:
        candidates = tuple(
            Candidate(one, score=1 - at / 10, dense=dense - at / 100, lexical=1.0)
            for at, one in enumerate(people if found is None else found)
        )
        retrieval = Retrieval(message, candidates, Constraints(), relaxed, "g1", Signals())
        question = Question(message)
        decision = Decision(reason in ("enough", "assumed", "named"), reason)
        return Turn(message, question, language, dialogue, retrieval, decision)

    return make


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(says({"picks": [], "narrative": "", "question": ""})) as running:
        yield running


@pytest.fixture
def composer(server: ModelServer, settings: Any) -> OpenAIComposer:
    settings.LLM_TIMEOUT = 2.0
    return OpenAIComposer(OfflineComposer(), "tiny", server.url)


@pytest.fixture
def ask_in_a_stream(
    server: ModelServer, settings: Any, experts: None, post: Callable[..., Any]
) -> Ask:
    """One turn over events, of a deployment that has a language model."""
    settings.OPENAI_BASE_URL = server.url
    settings.OPENAI_MODEL = "tiny"
    settings.LLM_TIMEOUT = DEADLINE

    def ask(query: str = AUDIT, **fields: Any) -> list[dict[str, Any]]:
        body = {"email": "ana@example.com", "query": query, "stream": True, **fields}
        response = post("/api/chat/", body)
        assert response.status_code == 200, response.content
        told = events(response)
        assert told[0] == {"event": "status", "status": "thinking"}
        assert [event["event"] for event in told[-2:]] == ["result", "done"]
        assert text_of(told) == told[-2]["narrative"]
        return told

    return ask
