"""Votes, clicks and addresses: counted from those who may, answered the same to everybody."""

import uuid
from typing import Any

import pytest

from conversations.models import Click, EmailCapture, Feedback, Lead, Recommendation
from tests.conversations.conftest import Ask

pytestmark = pytest.mark.django_db

BIGGEST = 2**63 - 1


@pytest.fixture
def answer(experts: None, ask: Ask) -> dict[str, Any]:
    found: dict[str, Any] = ask("Who can check our webshop for the GDPR?")
    return found


def proofs(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"thread": answer["thread"]}, {"email": " ANA@Example.com "}]


FOREIGN: list[dict[str, Any]] = [
    {},
    {"thread": str(uuid.uuid4())},
    {"email": "eve@example.com"},
    {"email": ""},
    {"email": None, "thread": None},
]


def test_a_vote_counts_with_the_thread_or_the_address(answer: dict[str, Any], post: Ask) -> None:
    for proof in proofs(answer):
        body = {"conversation_id": answer["id"], "vote": "up", **proof}
        response = post("/api/feedback/", body)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})

    assert all(vote.conversation_id == answer["id"] for vote in Feedback.objects.all())


@pytest.mark.parametrize("proof", FOREIGN)
def test_a_vote_of_somebody_else_is_kept_apart(
    answer: dict[str, Any], post: Ask, proof: dict[str, Any]
) -> None:
    response = post("/api/feedback/", {"conversation_id": answer["id"], "vote": "down", **proof})

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    vote = Feedback.objects.get()
    assert (vote.counted, vote.conversation, vote.claimed_id) == (False, None, answer["id"])


@pytest.mark.parametrize("number", [0, -1, 999_999, BIGGEST, -BIGGEST])
def test_an_unknown_conversation_gets_the_same_answers(db: None, post: Ask, number: int) -> None:
    proof = {"conversation_id": number, "email": "ana@example.com"}
    vote = post("/api/feedback/", {"vote": "up", **proof})
    click = post("/api/click/", {"expert_id": "privacy-noor", **proof})

    assert (vote.status_code, vote.json()) == (200, {"status": "ok"})
    assert (click.status_code, click.content) == (204, b"")
    assert not Feedback.objects.filter(counted=True).exists()
    assert not Click.objects.filter(counted=True).exists()


@pytest.mark.parametrize("number", [BIGGEST + 1, -(2**64), 10**40, "x", None, [], 1.5, True])
def test_a_number_that_is_no_id_is_refused(db: None, post: Ask, number: Any) -> None:
    for path, rest in (("feedback", {"vote": "up"}), ("click", {"expert_id": "x"})):
        response = post(f"/api/{path}/", {"conversation_id": number, **rest})
        assert response.status_code == 400, (path, response.content)


def test_a_vote_tells_about_whom_and_why(answer: dict[str, Any], post: Ask) -> None:
    post(
        "/api/feedback/",
        {
            "conversation_id": answer["id"],
            "vote": "down",
            "thread": answer["thread"],
            "expert_ids": ["privacy-noor"],
            "reasons": ["too expensive"],
            "comment": "Sorry.",
        },
    )

    vote = Feedback.objects.get()
    assert (vote.expert_ids, vote.reasons) == (["privacy-noor"], ["too expensive"])
    assert (vote.comment, vote.counted) == ("Sorry.", True)


def test_a_changed_mind_counts_once(answer: dict[str, Any], post: Ask) -> None:
    for vote in ("up", "down"):
        post(
            "/api/feedback/",
            {"conversation_id": answer["id"], "vote": vote, "thread": answer["thread"]},
        )

    assert [vote.vote for vote in Feedback.objects.filter(counted=True)] == ["down"]


@pytest.mark.parametrize(
    "change",
    [
        {"vote": "sideways"},
        {"vote": None},
        {"comment": "x" * 2001},
        {"comment": "\x00"},
        {"reasons": ["x"] * 11},
        {"expert_ids": [5]},
        {"thread": "x"},
    ],
)
def test_a_bad_vote_is_refused(db: None, post: Ask, change: dict[str, Any]) -> None:
    response = post("/api/feedback/", {"conversation_id": 1, "vote": "up"} | change)

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"].startswith("#/")
    assert not Feedback.objects.exists()


def test_a_click_marks_the_recommendation_the_first_time(answer: dict[str, Any], post: Ask) -> None:
    body = {"conversation_id": answer["id"], "expert_id": "privacy-noor"}
    for proof in proofs(answer):
        assert post("/api/click/", body | proof).status_code == 204
        shown = Recommendation.objects.get(username="privacy-noor")
        assert shown.clicked
    first = Click.objects.order_by("id")[0]
    assert shown.clicked_at is not None
    assert abs((shown.clicked_at - first.created_at).total_seconds()) < 1
    assert Click.objects.filter(counted=True).count() == 2


@pytest.mark.parametrize("proof", FOREIGN)
def test_a_click_of_somebody_else_marks_nothing(
    answer: dict[str, Any], post: Ask, proof: dict[str, Any]
) -> None:
    body = {"conversation_id": answer["id"], "expert_id": "privacy-noor", **proof}

    assert post("/api/click/", body).status_code == 204
    assert not Recommendation.objects.filter(clicked_at__isnull=False).exists()
    assert Click.objects.get().counted is False


def test_a_click_on_somebody_not_shown_does_not_count(answer: dict[str, Any], post: Ask) -> None:
    body = {"conversation_id": answer["id"], "expert_id": "roof-rik", "thread": answer["thread"]}

    assert post("/api/click/", body).status_code == 204
    assert Click.objects.get().counted is False


def test_an_address_is_captured_and_a_known_one_gets_the_same_answer(db: None, post: Ask) -> None:
    bodies = [{"email": "Ana@example.com"}, {"email": "ana@EXAMPLE.com", "query": "a lawyer"}]
    answers = [post("/api/email-capture", body) for body in bodies]

    assert [response.status_code for response in answers] == [200, 200]
    assert answers[0].content == answers[1].content == b'{"status":"ok"}'
    assert Lead.objects.get().captures.count() == EmailCapture.objects.count() == 2


@pytest.mark.parametrize("email", ["", "x", None, 5, "a" * 330 + "@example.com"])
def test_what_is_no_address_is_not_captured(db: None, post: Ask, email: Any) -> None:
    assert post("/api/email-capture/", {"email": email}).status_code == 400
    assert not Lead.objects.exists()
