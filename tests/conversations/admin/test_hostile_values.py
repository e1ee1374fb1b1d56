"""Whatever a visitor, a CSV or a model wrote is shown as text and runs nowhere."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from conversations.models import (
    Attempt,
    Click,
    Conversation,
    EmailCapture,
    Feedback,
    Lead,
    Recommendation,
)
from tests.conversations.admin import rows

SCRIPT = "<script>alert('pwned')</script>"
BREAKOUT = "\"'></textarea></title><img src=x onerror=pwned()>"
TEMPLATE = "{{ request.user.password }}{% debug %}"
HOSTILE = f"{SCRIPT}{BREAKOUT}{TEMPLATE}"


class Tags(HTMLParser):
    """What a browser would make of the page: elements and attributes, not texts."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on") and "pwned" in (value or ""):
                self.bad.append(f"{tag} {name}")
            if name in ("href", "src", "action") and (value or "").strip().lower().startswith(
                ("javascript:", "data:", "x")
            ):
                self.bad.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem and "pwned" in data:
            self.bad.append(f"inside <{self.cdata_elem}>")


@pytest.fixture
def hostile() -> dict[str, Any]:
    short = SCRIPT[:39]
    one = rows.expert(
        HOSTILE[:150], name=HOSTILE[:300], first_name=HOSTILE[:150], last_name=HOSTILE[:150],
        job_title=HOSTILE, company=HOSTILE, bio=HOSTILE, category=HOSTILE[:200],
        location=HOSTILE[:200], tags=[HOSTILE], languages=[HOSTILE], currency="<b>",
        profile_url="javascript:pwned()",
        photo_url="javascript:pwned()",
    )  # fmt: skip
    email = f'"{BREAKOUT}"@example.com'
    lead = Lead.objects.create(email=email)
    row = Conversation.objects.create(
        lead=lead, email=email, query=HOSTILE, response_narrative=HOSTILE, failure=HOSTILE,
        history=[{"role": HOSTILE, "content": HOSTILE}], suggestions=[HOSTILE],
        interpreted={HOSTILE: HOSTILE}, filters={HOSTILE: [HOSTILE]},
        source={"page": "javascript:pwned()", "referrer": HOSTILE, "utm": {HOSTILE: HOSTILE}},
        standalone_query=HOSTILE, composer=HOSTILE[:100], usage={HOSTILE: HOSTILE},
        index_generation=HOSTILE[:64], request_id=HOSTILE[:64], status="failed",
        response_experts=[
            rows.card(one, evidence=[{"field": HOSTILE, "text": HOSTILE}], why=HOSTILE,
                      profile_url="javascript:pwned()", tier=HOSTILE),
            {"id": HOSTILE, "name": HOSTILE, "profile_url": "javascript:pwned()"},
        ],
    )  # fmt: skip
    Recommendation.objects.create(
        conversation=row, expert=one, username=one.username, rank=1, score=1, why=HOSTILE,
        tier="<b>pwn",
    )  # fmt: skip
    return {
        "expert": one,
        "lead": lead,
        "conversation": row,
        "feedback": Feedback.objects.create(
            conversation=row, claimed_id=row.pk, counted=True, vote="up", comment=HOSTILE,
            reasons=[HOSTILE], expert_ids=[HOSTILE],
        ),
        "click": Click.objects.create(conversation=row, claimed_id=row.pk, username=HOSTILE[:150]),
        "emailcapture": EmailCapture.objects.create(lead=lead, email=email, query=HOSTILE),
        "attempt": Attempt.objects.create(reason=short, email=email, query=HOSTILE),
    }  # fmt: skip


@pytest.mark.parametrize("name", [*rows.LISTS, "expert"])
def test_hostile_values_are_text_on_every_page(
    boss: Client, hostile: dict[str, Any], name: str
) -> None:
    base = f"/admin/{'experts' if name == 'expert' else 'conversations'}/{name}/"
    key = hostile[name].pk
    for url in (base, f"{base}?q=%3Cscript%3E", f"{base}{key}/change/", f"{base}{key}/history/",
                f"{base}{key}/delete/"):  # fmt: skip
        page = boss.get(url).content.decode()
        assert SCRIPT not in page, url
        assert "<img src=x" not in page, url
        assert "pbkdf2" not in page, url
        tags = Tags()
        tags.feed(page)
        assert tags.bad == [], url


def test_hostile_names_are_text_in_messages_and_filters(
    boss: Client, hostile: dict[str, Any]
) -> None:
    url = "/admin/experts/expert/"
    chosen = {"action": "deactivate", "_selected_action": [str(hostile["expert"].pk)]}
    page = boss.post(url, chosen, follow=True).content.decode()
    assert "1 expert deactivated" in page
    assert SCRIPT not in page


def test_a_search_is_text_in_the_box(boss: Client) -> None:
    page = boss.get("/admin/conversations/lead/", {"q": HOSTILE}).content.decode()
    assert SCRIPT not in page
    assert "<img src=x" not in page
