"""What leaves the desk by itself: events for other systems, e-mails to colleagues.

An event and its deliveries are written in the transaction of what they tell of. Sending comes
after, by `deliver_outbox`: nothing is sent that was rolled back, nothing is lost in a crash.
"""

import base64
import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone

from conversations.models.leads import Lead

EVENTS = {
    "lead.created": "A new lead",
    "lead.hot": "A lead became hot",
    "lead.contact_wanted": "A lead wants to meet an expert or speak to a person",
    "lead.status_changed": "The desk changed the status of a lead",
    "ping": "A test from the desk",
}


def new_secret() -> str:
    """24 random bytes as Standard Webhooks writes them."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(16)}"


def known_events(names: Any) -> None:
    if not isinstance(names, list) or not set(map(str, names)) <= set(EVENTS):
        raise ValidationError(f"Choose from {', '.join(EVENTS)}.")


class Endpoint(models.Model):
    """Where another system hears of events, by signed HTTP requests."""

    url = models.URLField(
        max_length=500,
        validators=[URLValidator(schemes=["https", "http"])],
        help_text="https; plain http only within WEBHOOK_ALLOW_PRIVATE.",
    )
    description = models.CharField(max_length=200, blank=True, default="")
    secret = models.CharField(max_length=100, default=new_secret, editable=False)
    events = models.JSONField(
        default=list, blank=True, validators=[known_events], help_text="None chosen means all."
    )
    is_active = models.BooleanField("active", default=True)
    disabled_reason = models.CharField(max_length=200, blank=True, default="", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = "webhook endpoint"

    def __str__(self) -> str:
        return self.description or self.url

    def wants(self, event: str) -> bool:
        return not self.events or event in self.events

    def disable(self, reason: str) -> None:
        self.is_active, self.disabled_reason = False, reason
        self.save(update_fields=["is_active", "disabled_reason"])


class MessageManager(models.Manager["Message"]):
    def tell(
        self, event: str, lead: Lead | None, content: dict[str, Any], **by_mail: Any
    ) -> "Message | None":
        """Put an event and its deliveries into the outbox; None when nobody wants it.

        `to`, `subject` and `text` add an e-mail to each of these addresses.
        """
        endpoints = [one for one in Endpoint.objects.filter(is_active=True) if one.wants(event)]
        to: Iterable[str] = by_mail.get("to", ())
        addresses = sorted(set(filter(None, to))) if settings.EMAIL_IS_SET else []
        if not endpoints and not addresses:
            return None
        message = self.create(event=event, lead=lead, content=content)
        Delivery.objects.bulk_create(
            [
                *(Delivery(message=message, endpoint=one) for one in endpoints),
                *(
                    Delivery(
                        message=message,
                        to=address,
                        subject=by_mail["subject"],
                        text=by_mail["text"],
                    )
                    for address in addresses
                ),
            ]
        )
        return message


class Message(models.Model):
    """One event, as it is told to everybody who wants it."""

    uid = models.CharField(max_length=40, unique=True, default=new_message_id)
    event = models.CharField(max_length=40, db_index=True)
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="messages")
    content = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = MessageManager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "event"

    def __str__(self) -> str:
        return f"{self.event} {self.uid}"

    def body(self) -> dict[str, Any]:
        return {
            "type": self.event,
            "timestamp": self.created_at.isoformat(timespec="milliseconds"),
            "data": self.content,
        }


class Delivery(models.Model):
    """One event on its way to one endpoint or one address."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    to = models.EmailField(blank=True, default="")
    subject = models.CharField(max_length=400, blank=True, default="")
    text = models.TextField(blank=True, default="")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["due_at"], name="delivery_due", condition=models.Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return f"{self.message.event} to {self.endpoint or self.to}"

    def replay(self) -> None:
        """Send it again, with the same id, from the beginning of the schedule."""
        self.state, self.tries, self.due_at = self.State.WAITING, 0, timezone.now()
        self.save(update_fields=["state", "tries", "due_at"])


class Try(models.Model):
    """One attempt to deliver, and how it went."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="log")
    code = models.PositiveSmallIntegerField(null=True, help_text="HTTP status, if there was one.")
    said = models.TextField(blank=True, default="", help_text="Beginning of the answer, or why.")
    milliseconds = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "tries"

    def __str__(self) -> str:
        return f"{self.code or 'no answer'} on {self.created_at:%Y-%m-%d %H:%M:%S}"
