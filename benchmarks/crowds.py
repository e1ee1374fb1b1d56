"""Made-up leads and exchanges in bulk, for measuring the desk."""

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from benchmarks import directories
from conversations.models import (
    Click,
    Conversation,
    EmailCapture,
    Feedback,
    Lead,
    Recommendation,
)
from experts.models import Expert

EXPERTS = 300
BATCH = 5000
SOURCES: tuple[dict[str, Any], ...] = (
    {}, {"utm": {"source": "letter"}}, {"referrer": "https://www.google.com/"},
    {"page": "https://www.example.com/find"}, {"utm": {"source": "fair"}},
)  # fmt: skip
WORDS = (
    "payroll", "webshop", "tax", "lawyer", "privacy", "audit", "heat", "pump", "design",
    "marketing", "dutch", "french", "budget", "export", "customs", "vat", "recruiter", "nurse",
    "bakery", "startup", "investor", "contract", "translation", "website", "accounting",
    "strategy", "logistics", "warehouse", "robot", "software", "cloud", "migration", "security",
    "training",
)  # fmt: skip


def fill(leads: int, exchanges: int, seed: int = 1) -> None:
    """So many leads with so many exchanges between them over a year, every hundredth of them by
    one and the same; figures not counted yet."""
    draw, now = random.Random(seed), timezone.now()
    directories.store(EXPERTS)
    experts = list(Expert.objects.order_by("pk"))
    people = [User.objects.create_user(f"seller{n}", is_staff=True) for n in range(10)]
    _leads(leads, draw, now, people)
    keys = list(Lead.objects.order_by("pk").values_list("pk", "email"))
    moment = now - timedelta(days=365)
    step = timedelta(days=365) / exchanges
    for start in range(0, exchanges, BATCH):
        number = min(BATCH, exchanges - start)
        rows = []
        for at in range(number):
            moment += step
            who = int(len(keys) * draw.random() ** 1.3) if at % 100 else 0
            rows.append(_exchange(draw, moment, *keys[who]))
        made = Conversation.objects.bulk_create(rows)
        _aftermath(draw, made, experts)


def _leads(number: int, draw: random.Random, now: datetime, people: list[User]) -> None:
    statuses = draw.choices(Lead.Status.values, (60, 15, 8, 4, 10, 3), k=number)
    for start in range(0, number, BATCH):
        rows = []
        for n in range(start, min(start + BATCH, number)):
            seen = now - timedelta(days=365 * draw.random() ** 2)
            touched = seen + timedelta(days=draw.random()) if draw.random() < 0.5 else None
            rows.append(
                Lead(
                    email=f"person{n}@example{n % 700}.com",
                    email_key=f"person{n}@example{n % 700}.com",
                    status=statuses[n],
                    owner=draw.choice(people) if draw.random() < 0.6 else None,
                    created_at=seen - timedelta(days=20 * draw.random()),
                    last_seen_at=seen,
                    touched_at=touched,
                    stale_since=touched or seen,
                    follow_up_on=(now + timedelta(days=draw.randint(-20, 60))).date()
                    if draw.random() < 0.1
                    else None,
                )
            )
        Lead.objects.bulk_create(rows)


def _exchange(draw: random.Random, moment: datetime, lead: int, email: str) -> Conversation:
    kind = draw.choices(("match", "clarification", ""), (65, 32, 3))[0]
    words = " ".join(draw.choices(WORDS, k=12))
    budget = f", at most {draw.randint(40, 200)} euro an hour" if draw.random() < 0.1 else ""
    return Conversation(
        lead_id=lead, email=email, query=f"We need help with {words}{budget}",
        response_type=kind, response_narrative="Here is who fits. " * 10 if kind else "",
        status=draw.choice(("answered", "degraded") if kind else ("failed", "abandoned")),
        created_at=moment, answered_at=moment + timedelta(seconds=draw.random() * 3),
        thread=uuid.UUID(int=draw.getrandbits(128)), source=draw.choice(SOURCES),
    )  # fmt: skip


def _aftermath(draw: random.Random, made: list[Conversation], experts: list[Expert]) -> None:
    shown, votes, clicks = [], [], []
    for row in made:
        if row.response_type != "match":
            continue
        for rank, expert in enumerate(draw.sample(experts, draw.choice((1, 1, 2, 3))), start=1):
            clicked = row.created_at + timedelta(minutes=1) if draw.random() < 0.08 else None
            shown.append(
                Recommendation(
                    conversation=row, expert=expert, username=expert.username, rank=rank,
                    score=0.5, tier=draw.choice(("strong", "good", "possible")), why="Fits.",
                    clicked_at=clicked,
                )
            )  # fmt: skip
            if clicked:
                clicks.append(
                    Click(conversation=row, claimed_id=row.pk, username=expert.username,
                          counted=True, created_at=clicked)
                )  # fmt: skip
        if draw.random() < 0.05:
            votes.append(
                Feedback(conversation=row, claimed_id=row.pk, counted=True,
                         vote=draw.choice(("up", "up", "down")), created_at=row.created_at)
            )  # fmt: skip
    Recommendation.objects.bulk_create(shown, batch_size=BATCH)
    Feedback.objects.bulk_create(votes)
    Click.objects.bulk_create(clicks)
    EmailCapture.objects.bulk_create(
        EmailCapture(
            lead_id=row.lead_id, email=row.email, query=row.query, created_at=row.created_at
        )
        for row in made[::50]
    )
