"""Whatever fails after a message is received, the message is there and its status is terminal."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from conversations.chat.assistant import Assistant
from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.turns import carry_out
from conversations.errors import ComposerUnavailable, TurnFailed
from conversations.models import Conversation, Lead
from conversations.replies import Pick, Reply
from experts.errors import EmbedderError, IndexUnavailable
from experts.models import Expert
from experts.search import wiring
from tests.conversations.conftest import Ask

pytestmark = pytest.mark.django_db

SECRET = "my very private problem"


class Failing:
    """A finder, or a composer, that fails."""

    name = "failing"

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def retrieve(self, *args: Any, **kwargs: Any) -> Any:
        raise self.error

    def compose(self, turn: Any) -> Any:
        raise self.error


def use(monkeypatch: pytest.MonkeyPatch, finder: Any = None, **composers: Any) -> None:
    def assistant() -> Assistant:
        composers.setdefault("offline", OfflineComposer())
        return Assistant(finder or wiring.retriever(), **composers)

    monkeypatch.setattr("conversations.chat.wiring.assistant", assistant)


FAILURES = [
    IndexUnavailable("no index was built"),
    EmbedderError("the model cannot be loaded"),
    DatabaseError(f"row contains {SECRET}"),
    RuntimeError(SECRET),
    MemoryError(),
    OSError("disk full"),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("place", ["finder", "offline"])
def test_a_failed_turn_is_stored_as_failed_and_says_so(
    experts: None, post: Ask, monkeypatch: pytest.MonkeyPatch, error: Exception, place: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    use(monkeypatch, **{place: Failing(error)})
    logging.getLogger("conversations").addHandler(caplog.handler)
    logging.getLogger("matchmaker").addHandler(caplog.handler)

    response = post("/api/chat/", {"email": "ana@example.com", "query": SECRET})

    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert "stored" in response.json()["detail"]
    stored = Conversation.objects.get()
    assert stored.status == Conversation.Status.FAILED
    assert stored.query == SECRET
    assert stored.answered_at is not None
    assert type(error).__name__ in stored.failure
    assert SECRET not in stored.failure
    assert caplog.text
    assert SECRET not in caplog.text
    assert "ana@example.com" not in caplog.text


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)])
def test_a_worker_that_is_told_to_stop_closes_what_it_was_answering(
    received: Conversation, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    use(monkeypatch, finder=Failing(error))

    with pytest.raises(type(error)):
        carry_out(received)
    assert Conversation.objects.get().status == Conversation.Status.FAILED


def test_an_index_that_was_never_built_loses_no_lead(db: None, index_dir: Any, post: Ask) -> None:
    response = post("/api/chat/", {"email": "ana@example.com", "query": "I need a lawyer"})

    assert response.status_code == 503
    assert "Retry-After" in response
    assert Lead.objects.get().conversations.get().status == Conversation.Status.FAILED


def test_without_a_working_model_the_composer_answers_and_says_so(
    experts: None, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, model=Failing(ComposerUnavailable("no answer in 20 s")))

    answer = ask("Who can check our webshop for the GDPR?")
    assert answer["degraded"] is True
    assert answer["type"] == "match"
    assert Conversation.objects.get().status == Conversation.Status.DEGRADED


class Slow:
    """A composer during which the world changes."""

    name = "slow"

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    def compose(self, turn: Any) -> Reply:
        reply = OfflineComposer().compose(turn)
        self.meanwhile()
        return reply


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"company": ""},
        {"bio": "Something else by now."},
        {"job_title": "Cook"},
    ],
)
def test_whoever_changes_while_the_model_thinks_is_shown_as_they_are_or_not_at_all(
    experts: None, ask: Ask, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    noor = Expert.objects.filter(username="privacy-noor")
    use(monkeypatch, model=Slow(lambda: noor.update(**change)))

    answer = ask("Who can check our webshop for the GDPR?")
    for card in answer["experts"]:
        expert = Expert.objects.recommendable().get(username=card["id"])
        assert card["title"] == expert.job_title
        assert all(one["text"] in getattr(expert, one["field"]) for one in card["evidence"])
    if "Noor" in answer["narrative"]:
        assert "privacy-noor" in [card["id"] for card in answer["experts"]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deleted", [["privacy-noor"], None], ids=["the first", "everybody"])
def test_a_profile_deleted_at_the_last_moment_costs_no_answer(
    experts: None, ask: Ask, monkeypatch: pytest.MonkeyPatch, deleted: list[str] | None
) -> None:
    def checked(reply: Reply, *_: Any) -> Reply:
        everybody = Expert.objects.all()
        (everybody if deleted is None else everybody.filter(username__in=deleted)).delete()
        return reply

    monkeypatch.setattr("conversations.chat.assistant.still_true", checked)

    answer = ask("Who can check our webshop for the GDPR?")
    stored = Conversation.objects.get()
    assert stored.status == Conversation.Status.ANSWERED
    shown = [card["id"] for card in answer["experts"]]
    rows = stored.recommendations.order_by("rank")
    assert [row.username for row in rows] == shown
    gone = set(shown if deleted is None else deleted)
    assert [row.expert is None for row in rows] == [name in gone for name in shown]


def test_when_everybody_leaves_meanwhile_no_match_is_claimed(
    experts: None, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, model=Slow(lambda: Expert.objects.all().deactivate()))

    answer = ask("Who can check our webshop for the GDPR?")
    assert answer["type"] == "clarification"
    assert answer["experts"] == []


def test_a_model_that_picks_somebody_unretrieved_is_not_followed(
    experts: None, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Inventive:
        name = "inventive"

        def compose(self, turn: Any) -> Reply:
            roofer = Expert.objects.get(username="dev-dan")
            return Reply("Dan!", (Pick(roofer, 1.0, "strong", "He is great.", ()),))

    class Nearsighted:
        def retrieve(self, *args: Any, **kwargs: Any) -> Any:
            found = wiring.retriever().retrieve(*args, **kwargs)
            kept = tuple(one for one in found.candidates if one.expert.username != "dev-dan")
            return type(found)(
                found.query, kept, found.constraints, found.relaxed, found.generation, found.signals
            )

    use(monkeypatch, finder=Nearsighted(), model=Inventive())
    answer = ask("Who can check our webshop for the GDPR?")
    assert "dev-dan" not in [card["id"] for card in answer["experts"]]
    assert "Dan" not in answer["narrative"]


def test_a_late_answer_does_not_reopen_what_a_sweep_closed(received: Conversation) -> None:
    assert Conversation.objects.all().sweep(timedelta(0)) == 1

    assert received.answer(Reply("Too late.")) is False
    assert received.fail("too late") is False
    stored = Conversation.objects.get()
    assert stored.status == Conversation.Status.ABANDONED
    assert stored.response_narrative == ""
    with pytest.raises(TurnFailed):
        carry_out(received)


def test_the_sweep_leaves_what_is_young_or_answered(received: Conversation) -> None:
    assert Conversation.objects.all().sweep(timedelta(minutes=10)) == 0
    received.answer(Reply("Done."))
    assert Conversation.objects.all().sweep(timedelta(0)) == 0


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_finder_and_the_composer_work(
    experts: None, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    class Watching:
        name = "watching"

        def retrieve(self, *args: Any, **kwargs: Any) -> Any:
            seen.append(connection.in_atomic_block)
            return wiring.retriever().retrieve(*args, **kwargs)

        def compose(self, turn: Any) -> Reply:
            seen.append(connection.in_atomic_block)
            return OfflineComposer().compose(turn)

    use(monkeypatch, finder=Watching(), offline=Watching())
    ask("Who can check our webshop for the GDPR?")
    assert seen == [False, False]


VOCABULARY = [
    *("tax", "lawyer", "webshop", "gdpr", "audit", "boekhouder", "Gent", "marketing", "SEO"),
    *("avocat", "licenciement", "dak", "under", "100", "euro", "an hour", "Dutch-speaking"),
    *("someone cheaper", "someone else", "not", "hello", "?", ",", "zxcv", "Tom Claes"),
    *("privacy-noor", "noor@example.com", "<b>", "😀"),
]
words = st.lists(
    st.sampled_from(VOCABULARY),
    min_size=1,
    max_size=12,
).map(" ".join)


@examples(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=words, hidden=st.sets(st.integers(0, 11), max_size=11), follow_up=words)
def test_nobody_inactive_unrecommendable_or_unretrieved_is_ever_shown(
    experts: None, query: str, hidden: set[int], follow_up: str
) -> None:
    everyone = list(Expert.objects.order_by("username"))
    for at, expert in enumerate(everyone):
        expert.is_active = not (at in hidden and at % 2)
        expert.company = "" if at in hidden and not at % 2 else expert.company or "Company"
        expert.save()
    thread = None
    for message in (query, follow_up):
        conversation = Conversation.objects.receive(
            email="ana@example.com", query=message, thread=thread
        )
        thread = conversation.thread
        assistant = Assistant(wiring.retriever(), OfflineComposer())
        retrieved = {
            one.expert.username for one in assistant.understand(conversation).retrieval.candidates
        }
        shown = [card["id"] for card in carry_out(conversation).response_experts]
        allowed = set(Expert.objects.recommendable().values_list("username", flat=True))
        assert set(shown) <= allowed & retrieved
        assert len(shown) == len(set(shown)) <= 3
        assert bool(shown) == (conversation.response_type == "match")
