"""Leads and exchanges as the desk finds them."""

import uuid
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone

from conversations.models import (
    Attempt,
    Click,
    Conversation,
    Delivery,
    Demand,
    EmailCapture,
    Endpoint,
    Erasure,
    Export,
    Feedback,
    Lead,
    Message,
    Recommendation,
    ScoreSettings,
    ServiceText,
    Verdict,
    figures,
)
from experts.models import Expert

LISTS = ("lead", "conversation", "feedback", "click", "emailcapture", "attempt")


def expert(username: str = "ines-vermeulen", **fields: Any) -> Expert:
    given = {
        "name": "Ines Vermeulen", "job_title": "Payroll consultant", "company": "Loonwijs",
        "hourly_rate": "95.00", "currency": "EUR", "languages": ["nl", "en"], "bio": "Payroll.",
    }  # fmt: skip
    return Expert.objects.create(username=username, **(given | fields))


def card(one: Expert, **fields: Any) -> dict[str, Any]:
    return {
        "id": one.username, "name": one.name, "title": one.job_title, "company": one.company,
        "hourly_rate": str(one.hourly_rate), "currency": one.currency, "profile_url": None,
        "why": "Ran payroll for ten years.", "tier": "strong",
        "evidence": [{"field": "bio", "text": "Payroll."}],
    } | fields  # fmt: skip


def lead(email: str = "ana@example.com", **fields: Any) -> Lead:
    found, _ = Lead.objects.get_or_create(
        email_key=email.casefold(), defaults={"email": email} | fields
    )
    return found


def conversation(
    email: str = "ana@example.com",
    query: str = "Who can run our payroll?",
    shown: tuple[Expert, ...] = (),
    **fields: Any,
) -> Conversation:
    given = {
        "response_type": "match" if shown else "clarification",
        "response_narrative": "Here is who fits." if shown else "Which country is it about?",
        "response_experts": [card(one) for one in shown],
        "status": Conversation.Status.ANSWERED,
    }
    row = Conversation(lead=lead(email), email=email, query=query, **(given | fields))
    row.save()
    for rank, one in enumerate(shown, start=1):
        Recommendation.objects.create(
            conversation=row, expert=one, username=one.username, rank=rank, score=0.5,
            tier="strong", why="Ran payroll for ten years.",
        )  # fmt: skip
    counted(row)
    return row


def counted(row: Conversation) -> None:
    """As the write paths leave it: counted, and found by its words."""
    figures.index_conversations([row.pk])
    figures.refresh_conversations([row.pk])
    figures.refresh([row.lead_id])


def vote(row: Conversation, up: bool = True, **fields: Any) -> Feedback:
    given = {"counted": True, "vote": "up" if up else "down", "claimed_id": row.pk}
    cast = Feedback.objects.create(conversation=row, **(given | fields))
    counted(row)
    return cast


def open_profiles() -> None:
    """Every expert shown was opened."""
    Recommendation.objects.update(clicked_at=timezone.now())
    figures.refresh_conversations(list(Conversation.objects.values_list("pk", flat=True)))
    figures.refresh(Lead.objects.values_list("pk", flat=True))


def one_of_each() -> dict[str, Any]:
    """A row in every list of the desk, by model name."""
    shown = expert()
    row = conversation(shown=(shown,), thread=uuid.uuid4())
    ScoreSettings().save()
    return {
        "expert": shown,
        "lead": row.lead,
        "conversation": row,
        "feedback": vote(row),
        "click": Click.objects.create(
            conversation=row, claimed_id=row.pk, username=shown.username, counted=True
        ),
        "emailcapture": EmailCapture.objects.create(lead=row.lead, email=row.email, query="Call."),
        "attempt": Attempt.objects.create(reason="throttled", email="bot@example.com"),
        "export": Export.objects.create(kind="leads", format="csv", rows=1),
        "consent": row.lead.consents.create(given=True, policy_version="2026-01"),
        "erasure": Erasure.objects.create(kind="purge", report={"deleted": {"leads": 2}}),
        "demand": Demand.objects.create(
            title="A diver", center=b"", model="m", first_at=row.created_at, last_at=row.created_at
        ),
        "servicetext": ServiceText.objects.create(topic="cost", language="en", text="Free."),
        "verdict": Verdict.objects.create(conversation=row, word="good"),
        "endpoint": (endpoint := Endpoint.objects.create(url="https://crm.example.com/")),
        "delivery": Delivery.objects.create(
            message=Message.objects.create(event="ping"), endpoint=endpoint
        ),
    }


def staff(name: str = "sam", role: str = "", rights: tuple[str, ...] = ()) -> User:
    person = User.objects.create_user(name, is_staff=True)
    if role:
        person.groups.add(Group.objects.get(name=role))
    person.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    return person
