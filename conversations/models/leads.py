"""Who asked: one lead per address, and addresses left outside the chat."""

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

EMAIL_LENGTH = 320


class LeadManager(models.Manager["Lead"]):
    def of(self, email: str) -> "Lead":
        """The one lead of this address, made on first sight and spelled as then; seen now."""
        email, now = email.strip(), timezone.now()
        lead, made = self.get_or_create(email_key=email.casefold(), defaults={"email": email})
        if not made:
            lead.last_seen_at = now
            self.filter(pk=lead.pk).update(last_seen_at=now)
        return lead

    def find(self, email: str) -> "Lead | None":
        return self.filter(email_key=email.strip().casefold()).first()


class Lead(models.Model):
    """One person per e-mail address, compared without regard to case."""

    class Status(models.TextChoices):
        NEW = "new", "New"
        CONTACTED = "contacted", "Contacted"
        QUALIFIED = "qualified", "Qualified"
        WON = "won", "Won"
        LOST = "lost", "Lost"
        SPAM = "spam", "Spam"

    email = models.EmailField(max_length=EMAIL_LENGTH)
    # Casefolding may lengthen a text (ß → ss), hence the room.
    email_key = models.CharField(max_length=2 * EMAIL_LENGTH, unique=True, editable=False)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.NEW, db_index=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="leads"
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = LeadManager()

    class Meta:
        ordering = ["-last_seen_at", "-id"]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip()
        self.email_key = self.email.casefold()
        super().save(*args, **kwargs)


class EmailCaptureManager(models.Manager["EmailCapture"]):
    def capture(self, email: str, query: str = "") -> "EmailCapture":
        """Store the address and its words; a known address is the same lead seen again."""
        with transaction.atomic():
            lead = Lead.objects.of(email)
            return self.create(lead=lead, email=email.strip(), query=query)


class EmailCapture(models.Model):
    """An address left outside the chat, with the words that came with it."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="captures")
    email = models.EmailField(max_length=EMAIL_LENGTH)
    query = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = EmailCaptureManager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.email} on {self.created_at:%Y-%m-%d}"
