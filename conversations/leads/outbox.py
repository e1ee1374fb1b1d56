"""The outbox emptied: each delivery tried in its time, by one process only, and written down."""

import logging
import smtplib
from collections.abc import Collection, Sequence
from datetime import timedelta
from secrets import randbelow
from time import perf_counter

from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone

from conversations.leads import webhooks
from conversations.leads.webhooks import GONE, Outcome
from conversations.models import Delivery, Message, Try

logger = logging.getLogger(__name__)

# How long after each failure the next try comes; after the last it is given up.
SCHEDULE: Sequence[timedelta] = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
    timedelta(hours=5), timedelta(hours=10), timedelta(hours=14), timedelta(hours=20),
    timedelta(hours=24),
)  # fmt: skip
CLAIM = timedelta(minutes=2)  # longer than a try takes: then whoever claimed it has died
BATCH = 100
KEPT = timedelta(days=30)


def deliver() -> tuple[int, int]:
    """Try what is due; how many arrived and how many did not.

    An endpoint that gives no answer is left alone until the next time, so that it holds up nobody
    else.
    """
    sent = failed = 0
    silent: set[int | None] = set()
    while due := _due(silent):
        for delivery in due:
            if delivery.endpoint_id not in silent and _claimed(delivery):
                outcome = _try(delivery)
                sent, failed = sent + outcome.ok, failed + (not outcome.ok)
                if outcome.is_silent and delivery.endpoint_id:
                    silent.add(delivery.endpoint_id)
    return sent, failed


def purge() -> int:
    """Forget what was sent or given up a month ago."""
    old = Message.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.exclude(deliveries__state=Delivery.State.WAITING).delete()[0]


def _due(silent: Collection[int | None] = ()) -> list[Delivery]:
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, due_at__lte=timezone.now())
    waiting = waiting.exclude(endpoint__in=silent)
    return list(waiting.select_related("message", "endpoint").order_by("due_at", "id")[:BATCH])


def _claimed(delivery: Delivery) -> bool:
    """Of two processes only one gets it; it comes back by itself when that one dies."""
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=Delivery.State.WAITING, due_at=delivery.due_at
    )
    return bool(mine.update(due_at=timezone.now() + CLAIM, tries=F("tries") + 1))


def _try(delivery: Delivery) -> Outcome:
    endpoint = delivery.endpoint
    if endpoint is not None and not endpoint.is_active:
        outcome = Outcome(None, "The endpoint is switched off.", 0)
    else:
        outcome = webhooks.send(endpoint, delivery.message) if endpoint else _mail(delivery)
    Try.objects.create(
        delivery_id=delivery.pk,
        code=outcome.code,
        said=outcome.said,
        milliseconds=outcome.milliseconds,
    )
    if endpoint is not None and outcome.code == GONE:
        endpoint.disable("It answered 410: it is gone.")
    _settle(delivery, outcome)
    return outcome


def _settle(delivery: Delivery, outcome: Outcome) -> None:
    now, tries = timezone.now(), delivery.tries + 1
    over = outcome.code == GONE or tries > len(SCHEDULE)
    if delivery.endpoint is not None and not delivery.endpoint.is_active:
        over = True
    changed: dict[str, object]
    if outcome.ok:
        changed = {"state": Delivery.State.SENT, "sent_at": now, "text": ""}
    elif over:
        changed = {"state": Delivery.State.FAILED}
    else:
        pause = SCHEDULE[tries - 1]
        # Spread, so that what failed together does not come back together.
        spread = timedelta(milliseconds=randbelow(max(1, int(pause.total_seconds() * 100))))
        changed = {"due_at": now + pause + spread}
    Delivery.objects.filter(pk=delivery.pk).update(**changed)


def _mail(delivery: Delivery) -> Outcome:
    started = perf_counter()
    mail = EmailMessage(delivery.subject, delivery.text, to=[delivery.to])
    mail.extra_headers["Message-ID"] = f"<{delivery.message.uid}.{delivery.pk}@matchmaker>"
    try:
        mail.send()
        code, said = 250, "accepted"
    except smtplib.SMTPResponseException as error:
        code, said = None, f"{error.smtp_code} by the mail server"
    except (OSError, ValueError, smtplib.SMTPException) as error:
        code, said = None, type(error).__name__
    return Outcome(code, said, round((perf_counter() - started) * 1000))
