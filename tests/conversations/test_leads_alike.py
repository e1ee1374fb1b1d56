"""Leads that ask for the like of what another one asks for."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations.leads import meaning
from conversations.models import Lead
from tests.conversations.admin import rows

pytestmark = pytest.mark.django_db


def test_leads_that_ask_for_the_like_are_found_the_closest_first(client: Client) -> None:
    client.force_login(rows.staff("sam", role="sales"))
    for email, query in (
        ("ana@example.com", "payroll administration for a bakery"),
        ("bob@example.com", "payroll administration for a small bakery"),
        ("kim@example.com", "administration of payroll"),
        ("eve@example.com", "falconry training for airports"),
    ):
        rows.conversation(email, query)
    leads = {lead.email: lead for lead in Lead.objects.all()}
    meaning.remember(list(leads.values()))
    found = meaning.leads_like(leads["ana@example.com"])
    assert [one.lead.email for one in found] == ["bob@example.com", "kim@example.com"]
    assert 1 >= found[0].closeness > found[1].closeness
    url = f"/admin/conversations/lead/{leads['ana@example.com'].pk}/similar/"
    page = client.get(url).content.decode()
    assert "bob@example.com" in page
    assert "eve@example.com" not in page


def test_what_a_lead_asked_last_is_what_it_is_compared_by() -> None:
    rows.conversation("ana@example.com", "payroll for a bakery")
    rows.conversation("bob@example.com", "payroll for a bakery")
    ana, bob = Lead.objects.order_by("email")
    assert meaning.remember([ana, bob]) == 2
    assert meaning.remember([ana, bob]) == 0
    rows.conversation("bob@example.com", "falconry training")
    assert meaning.remember([bob]) == 1
    assert meaning.leads_like(ana) == []


def test_small_talk_is_not_what_a_lead_asked_for() -> None:
    rows.conversation("ana@example.com", "payroll for a bakery")
    rows.conversation("ana@example.com", "thanks, bye", usage={"decision": "no_question"})
    rows.conversation("bob@example.com", "payroll for a bakery")
    ana, bob = Lead.objects.order_by("email")
    meaning.remember([ana, bob])
    assert [one.lead for one in meaning.leads_like(ana)] == [bob]


def test_many_leads_are_remembered_in_a_few_queries(django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        rows.conversation(f"person{number}@example.com", "payroll for a bakery")
    leads = list(Lead.objects.all())
    with django_assert_max_num_queries(6):
        assert meaning.remember(leads) == 30
    with django_assert_max_num_queries(2):
        assert meaning.remember(leads) == 0


def test_a_lead_without_words_is_like_nobody(client: Client) -> None:
    lead = rows.lead("mute@example.com")
    assert meaning.leads_like(lead) == []
    client.force_login(rows.staff("sam", role="sales"))
    page = client.get(f"/admin/conversations/lead/{lead.pk}/similar/").content.decode()
    assert "Nobody has asked for the like yet." in page


def test_only_the_latest_leads_are_compared_with(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(meaning, "LOOKED_AT", 2)
    long_ago = timezone.now() - timedelta(days=9)
    rows.conversation("old@example.com", "payroll for a bakery", created_at=long_ago)
    for name in ("ana", "bob", "kim"):
        rows.conversation(f"{name}@example.com", "payroll for a bakery")
    meaning.remember(list(Lead.objects.all()))
    with django_assert_max_num_queries(8):
        found = meaning.leads_like(Lead.objects.get(email="ana@example.com"))
    assert sorted(one.lead.email for one in found) == ["bob@example.com", "kim@example.com"]
