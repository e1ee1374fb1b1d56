"""What the desk tells by itself, written into the outbox in the transaction of what happened."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from conversations.models import Lead, Message
from conversations.models.leads import WORDS_SHOWN

QUIET = timedelta(days=30)  # a lead that cools and becomes hot again within is no news
LATELY = timedelta(days=1)  # who was here longer ago is told of by the digest
WORKED_ON = (Lead.Status.WON, Lead.Status.LOST, Lead.Status.SPAM)
MOST_LISTED = 50


def told(lead: Lead) -> dict[str, Any]:
    """A lead as other systems get it. The same names for as long as there are webhooks."""
    return {
        "id": lead.pk,
        "email": lead.email,
        "status": lead.status,
        "score": lead.score,
        "owner": lead.owner.get_username() if lead.owner else None,
        "last_words": lead.last_words,
        "created_at": lead.created_at.isoformat(),
        "url": link(lead),
    }


def link(lead: Lead) -> str:
    return settings.SITE_URL + reverse("admin:conversations_lead_change", args=[lead.pk])


def lead_created(lead: Lead) -> None:
    Message.objects.tell("lead.created", lead, {"lead": told(lead)})


def status_changed(lead: Lead, before: str) -> None:
    Message.objects.tell("lead.status_changed", lead, {"lead": told(lead), "before": before})


def scored(keys: Collection[int]) -> int:
    """Of these hot leads tell those who have just become so; how many they are."""
    if not keys:
        return 0
    now = timezone.now()
    here = Lead.objects.filter(pk__in=keys, merged_into=None, last_seen_at__gt=now - LATELY)
    hot = here.exclude(status__in=WORKED_ON)
    lately = Message.objects.filter(event="lead.hot", created_at__gt=now - QUIET)
    news = hot.exclude(pk__in=lately.filter(lead__in=keys).values("lead")).select_related("owner")
    return sum(_became_hot(lead) for lead in news)


def _became_hot(lead: Lead) -> bool:
    text = (
        f"{lead.email} has a score of {lead.score}.\n\n"
        f"Last words:\n{lead.last_words or '–'}\n\n{link(lead)}\n"
    )
    return bool(
        Message.objects.tell(
            "lead.hot",
            lead,
            {"lead": told(lead)},
            to=addresses(lead.owner),
            subject=f"Hot lead: {lead.email}",
            text=text,
        )
    )


def contact_wanted(lead: Lead, words: str) -> None:
    """They asked for a person, or to meet an expert: the strongest sign there is."""
    Message.objects.tell(
        "lead.contact_wanted",
        lead,
        {"lead": told(lead)},
        to=addresses(lead.owner),
        subject=f"Wants contact: {lead.email}",
        text=f"{lead.email} wrote:\n{words[:WORDS_SHOWN]}\n\n{link(lead)}\n",
    )


def addresses(owner: User | None) -> list[str]:
    """The owner's; of a lead that is nobody's, those of everybody in sales."""
    if owner is not None:
        return [owner.email] if owner.is_active else []
    sales = User.objects.filter(is_active=True, groups__name="sales")
    return list(sales.exclude(email="").values_list("email", flat=True))


def digest(untouched_for: timedelta) -> int:
    """One e-mail to each colleague about their leads that nobody has touched; how many e-mails."""
    before = timezone.now() - untouched_for
    waiting = Lead.objects.filter(
        merged_into=None, touched_at=None, status=Lead.Status.NEW, created_at__lte=before
    ).order_by("-score", "-last_seen_at")
    ours: dict[str, list[Lead]] = {}
    for owner in {key for (key,) in waiting.order_by().values_list("owner").distinct()}:
        person = User.objects.filter(pk=owner).first() if owner else None
        leads = list(waiting.filter(owner=owner).only("email", "score", "last_words")[:MOST_LISTED])
        for address in addresses(person):
            ours.setdefault(address, []).extend(leads)
    for address, leads in ours.items():
        _send_digest(address, leads)
    return len(ours)


def _send_digest(address: str, leads: Iterable[Lead]) -> None:
    listed = sorted(leads, key=lambda lead: -lead.score)[:MOST_LISTED]
    lines = [
        f"{lead.score:>3}  {lead.email}: {lead.last_words[:100]}\n     {link(lead)}"
        for lead in listed
    ]
    # It is about many leads and belongs to none: its text is kept only until it is sent.
    Message.objects.tell(
        "digest",
        None,
        {},
        to=[address],
        subject=f"{len(listed)} leads wait for a first word",
        text="\n".join(lines),
    )
