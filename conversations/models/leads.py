"""Who asked: one lead per address, and addresses left outside the chat."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

if TYPE_CHECKING:
    from conversations.models.conversations import Conversation, Recommendation

EMAIL_LENGTH = 320
WORDS_SHOWN = 300


class LeadManager(models.Manager["Lead"]):
    def of(self, email: str) -> "Lead":
        """The one lead of this address, made on first sight and spelled as then; seen now.

        An address that was merged into another lead is that lead.
        """
        email, now = email.strip(), timezone.now()
        lead, made = self.get_or_create(email_key=email.casefold(), defaults={"email": email})
        if lead.merged_into is not None:
            lead = lead.merged_into
        if not made:
            lead.last_seen_at = now
            self.filter(pk=lead.pk).update(last_seen_at=now)
        return lead

    def find(self, email: str) -> "Lead | None":
        lead = self.filter(email_key=email.strip().casefold()).first()
        return lead.merged_into or lead if lead else None

    # What is stored of a lead is kept by conversations.models.figures, which knows all its rows.

    def received(self, conversation: "Conversation") -> None:
        """A question more; in the transaction that stores it."""
        from conversations.models import figures

        figures.received(conversation)

    def answered(self, conversation: "Conversation", shown: Sequence["Recommendation"]) -> None:
        """A question has its answer; in the transaction that stores it."""
        from conversations.models import figures

        figures.answered(conversation, shown)

    def refresh(self, keys: Iterable[int]) -> None:
        """Bring what is stored of these leads in line with their rows; in the transaction that
        changed them."""
        from conversations.models import figures

        with figures.never_in_the_way():
            figures.refresh(keys)


# What filters look at, held by an index that a list walks.
WORKED = ("status", "owner", "touched_at", "follow_up_on")
FILTERED = (*WORKED, "score", "stale_since", "exchanges", "matches", "unanswered", "clicks", "ups",
            "downs", "created_at")  # fmt: skip


def _listed(
    name: str, *fields: str, where: Q | None = None, held: tuple[str, ...] = ()
) -> models.Index:
    """An index of the leads that lists show: those that were not merged into another."""
    only = Q(merged_into__isnull=True)
    return models.Index(
        fields=[*fields, "-id", *(name for name in held if name not in fields)],
        name=f"lead_{name}",
        condition=only if where is None else only & where,
    )


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
    last_seen_at = models.DateTimeField(default=timezone.now)

    name = models.CharField(max_length=200, blank=True, default="")
    company = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=50, blank=True, default="")
    follow_up_on = models.DateField("follow up on", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, editable=False, related_name="absorbed"
    )
    status_changed_at = models.DateTimeField(null=True, editable=False)
    touched_at = models.DateTimeField(
        null=True, editable=False, help_text="When the desk last did something about it."
    )
    stale_since = models.DateTimeField(
        default=timezone.now, editable=False, help_text="Last touched, or first seen if never."
    )

    # What lists show and filter by, kept by `refresh`.
    last_words = models.TextField(blank=True, default="", editable=False)
    exchanges = models.PositiveIntegerField(default=0, editable=False)
    matches = models.PositiveIntegerField(default=0, editable=False)
    unanswered = models.PositiveIntegerField(default=0, editable=False)
    shown = models.PositiveIntegerField(default=0, editable=False)
    clicks = models.PositiveIntegerField(default=0, editable=False)
    ups = models.PositiveIntegerField(default=0, editable=False)
    downs = models.PositiveIntegerField(default=0, editable=False)
    first_source = models.CharField(max_length=100, blank=True, default="", editable=False)
    last_source = models.CharField(max_length=100, blank=True, default="", editable=False)
    fit = models.FloatField(default=0, editable=False, help_text="Of the last answer, 0 to 1.")
    budget = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, editable=False, help_text="An hour, at most."
    )
    budget_currency = models.CharField(max_length=3, blank=True, default="", editable=False)
    score = models.PositiveSmallIntegerField(default=0, editable=False)
    score_parts = models.JSONField(default=list, editable=False)
    scored_at = models.DateTimeField(null=True, editable=False)

    objects = LeadManager()

    class Meta:
        ordering = ["-last_seen_at", "-id"]
        # A list walks one of these and stops at the end of its page.
        indexes = [
            # What filters leave is found and counted by walking it without a look at the rows.
            _listed("recent_whole", "-last_seen_at", held=FILTERED),
            _listed("hot_whole", "-score", "-last_seen_at", held=WORKED),
            _listed("owner_hot", "owner", "-score", "-last_seen_at", held=WORKED),
            _listed("owner_recent", "owner", "-last_seen_at", held=WORKED),
            _listed("email", "email"),
            _listed("status", "status", "-last_seen_at"),
            _listed("source", "last_source", "-last_seen_at"),
            _listed("first_source", "first_source", "-last_seen_at"),
            _listed("stale", "stale_since"),
            _listed("funnel", "created_at", "status", "exchanges", "matches", "clicks"),
            _listed("due_first", "follow_up_on", "-last_seen_at"),
            _listed("due_last", "-follow_up_on", "-last_seen_at"),
            _listed("unanswered", "-last_seen_at", where=Q(unanswered__gt=0)),
            _listed("no_match", "-last_seen_at", where=Q(matches=0, exchanges__gt=F("unanswered"))),
            _listed("spoke", "-last_seen_at", where=Q(touched_at__lt=F("last_seen_at"))),
            _listed("clicked", "-last_seen_at", where=Q(clicks__gt=0)),
            _listed("up", "-last_seen_at", where=Q(ups__gt=0)),
            _listed("down", "-last_seen_at", where=Q(downs__gt=0)),
            _listed("untouched", "-last_seen_at", where=Q(touched_at__isnull=True)),
        ]

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
            capture = self.create(lead=lead, email=email.strip(), query=query)
            Lead.objects.refresh([lead.pk])
        return capture


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
