"""One stored exchange, from the moment it is received to its terminal status."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from conversations.models.leads import EMAIL_LENGTH, Lead
from conversations.replies import Reply
from experts.models import Expert

ABANDONED = "never answered: the process was stopped before it could be"


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def open(self) -> "ConversationQuerySet":
        return self.filter(status=Conversation.Status.RECEIVED)

    def answered(self) -> "ConversationQuerySet":
        return self.filter(status__in=(Conversation.Status.ANSWERED, Conversation.Status.DEGRADED))

    def before(self, conversation: "Conversation") -> "ConversationQuerySet":
        """Answered exchanges of the same dialogue, newest first.

        The lead has to be the same too: whoever learns a thread's id learns nothing said in it.
        """
        if not conversation.pk:
            return self.none()
        same = self.filter(thread=conversation.thread, lead=conversation.lead_id)
        return same.filter(pk__lt=conversation.pk).answered().order_by("-pk")

    def claimed(self, number: int, thread: uuid.UUID | None, email: str) -> "Conversation | None":
        """The exchange with this id, for a caller who knows its thread or its e-mail address."""
        found = self.filter(pk=number).select_related("lead").first()
        if found is None:
            return None
        known = {found.lead.email_key, found.email.casefold()}  # two when leads were merged
        knows_email = bool(email) and email.strip().casefold() in known
        return found if knows_email or thread == found.thread else None

    def sweep(self, older_than: timedelta) -> int:
        """Close as abandoned what was received that long ago and never answered."""
        now = timezone.now()
        return self.open().filter(created_at__lte=now - older_than).update(
            status=Conversation.Status.ABANDONED, failure=ABANDONED, answered_at=now
        )  # fmt: skip


class ConversationManager(models.Manager.from_queryset(ConversationQuerySet)):  # type: ignore[misc]
    def refresh(self, keys: Sequence[int]) -> None:
        """Count clicks and votes of these again; in the transaction that changed them."""
        from conversations.models import figures

        with figures.never_in_the_way():
            figures.refresh_conversations(keys)

    def receive(
        self,
        *,
        email: str,
        query: str,
        history: Sequence[Mapping[str, str]] = (),
        thread: uuid.UUID | None = None,
        filters: Mapping[str, Any] | None = None,
        source: Mapping[str, Any] | None = None,
        consent: Mapping[str, Any] | None = None,
        page_language: str = "",
        request_id: str = "",
        key: str = "",
        fingerprint: str = "",
    ) -> "Conversation":
        """Store the lead and the exchange, committed before anything else can fail.

        With an idempotency key the key is stored with them or nothing is: IntegrityError then
        says that another request holds it.
        """
        with transaction.atomic(durable=True):
            conversation: Conversation = self.create(
                lead=Lead.objects.of(email),
                email=email.strip(),
                query=query,
                history=list(history),
                thread=thread or uuid.uuid4(),
                filters=dict(filters or {}),
                source=dict(source or {}),
                page_language=page_language,
                request_id=request_id,
            )
            Lead.objects.received(conversation)
            if consent:
                conversation.consents.create(lead_id=conversation.lead_id, **consent)
            if key:
                conversation.keys.create(key=key, fingerprint=fingerprint)
        return conversation


def _listed(name: str, where: Q) -> models.Index:
    """An index of the few exchanges that a filter leaves, in the order of the list."""
    return models.Index(fields=["-created_at", "-id"], name=f"conversation_{name}", condition=where)


class Conversation(models.Model):
    """One stored exchange: what was asked, and what was answered. The first eight columns are
    those of the original design."""

    class Type(models.TextChoices):
        MATCH = "match", "Match"
        CLARIFICATION = "clarification", "Clarification"

    class Status(models.TextChoices):
        RECEIVED = "received", "Received"
        ANSWERED = "answered", "Answered"
        DEGRADED = "degraded", "Answered without the language model"
        FAILED = "failed", "Failed"
        ABANDONED = "abandoned", "Abandoned"

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(max_length=EMAIL_LENGTH, db_index=True)
    query = models.TextField()
    history = models.JSONField(default=list, blank=True)
    response_type = models.CharField(max_length=13, choices=Type.choices, blank=True, default="")
    response_narrative = models.TextField(blank=True, default="")
    response_experts = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="conversations")
    thread = models.UUIDField(default=uuid.uuid4, db_index=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.RECEIVED)
    answered_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True, default="", help_text="For operators: what went wrong.")
    suggestions = models.JSONField(default=list, blank=True)
    interpreted = models.JSONField(default=dict, blank=True)
    filters = models.JSONField(default=dict, blank=True)
    source = models.JSONField(default=dict, blank=True)
    standalone_query = models.TextField(blank=True, default="", help_text="What was searched for.")
    follows = models.TextField(
        blank=True, default="", help_text="The question that a follow-up continues."
    )
    language = models.CharField(
        max_length=2, blank=True, default="", help_text="In which it was answered."
    )
    page_language = models.CharField(
        max_length=2, blank=True, default="", help_text="Which the visitor's browser asked for."
    )
    composer = models.CharField(max_length=100, blank=True, default="", help_text="Who wrote it.")
    usage = models.JSONField(default=dict, blank=True, help_text="Tokens and stage times, in ms.")
    index_generation = models.CharField(max_length=64, blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="", db_index=True)

    # Profiles opened and counted votes, kept by `refresh`, so that lists filter by them in order.
    opened = models.PositiveIntegerField(default=0, editable=False)
    ups = models.PositiveIntegerField(default=0, editable=False)
    downs = models.PositiveIntegerField(default=0, editable=False)

    UNANSWERED = (Status.RECEIVED, Status.FAILED, Status.ABANDONED)

    objects = ConversationManager()

    class Meta:
        db_table = "conversations"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["lead", "-created_at"], name="conversation_lead_recent"),
            models.Index(fields=["status", "created_at"], name="conversation_status_age"),
            models.Index(fields=["response_type", "-created_at", "-id"], name="conversation_type"),
            # What filters leave is found and counted by walking it without a look at the rows.
            models.Index(
                fields=[
                    "-created_at",
                    "-id",
                    "lead",
                    "status",
                    "response_type",
                    "opened",
                    "ups",
                    "downs",
                ],
                name="conversation_recent_whole",
            ),
            _listed("clicked", Q(opened__gt=0)),
            _listed("up", Q(ups__gt=0)),
            _listed("down", Q(downs__gt=0)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.query[:60]}"

    @property
    def in_context(self) -> str:
        """Their words; those of a follow-up together with the question it continues."""
        return f"{self.query} (after: {self.follows})" if self.follows else self.query

    @property
    def degraded(self) -> bool:
        return self.status == self.Status.DEGRADED

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.RECEIVED

    @property
    def is_answered(self) -> bool:
        return self.status in (self.Status.ANSWERED, self.Status.DEGRADED)

    def answer(self, reply: Reply) -> bool:
        """Store the reply and what it recommends in one short transaction.

        False, and what is stored stays, when the exchange is closed already.
        """
        try:
            return self._answer(reply)
        except IntegrityError:
            # A profile was deleted this moment: what was shown is kept, as if it had been later.
            living = Expert.objects.in_bulk([pick.expert.pk for pick in reply.picks])
            return self._answer(reply, {pick.expert.pk for pick in reply.picks} - living.keys())

    def _answer(self, reply: Reply, deleted: Collection[int] = ()) -> bool:
        with transaction.atomic():
            if not self._close(
                status=self.Status.DEGRADED if reply.degraded else self.Status.ANSWERED,
                response_type=reply.type,
                response_narrative=reply.narrative,
                response_experts=[pick.card() for pick in reply.picks],
                suggestions=list(reply.suggestions),
                interpreted=dict(reply.interpreted),
                standalone_query=reply.question,
                follows=reply.follows,
                language=reply.language,
                composer=reply.composer,
                usage=dict(reply.usage),
                failure=str(reply.usage.get("note", "")),
                index_generation=reply.generation,
            ):
                return False
            recommended = Recommendation.objects.record(self, reply, deleted)
            Lead.objects.answered(self, recommended)
        return True

    def fail(self, reason: str) -> bool:
        """Close as failed, for the reason operators read; False when it is closed already."""
        return self._close(status=self.Status.FAILED, failure=reason)

    def _close(self, **columns: Any) -> bool:
        columns["answered_at"] = timezone.now()
        # One conditional update, so that of a late answer and a sweep only the first counts.
        if not Conversation.objects.open().filter(pk=self.pk).update(**columns):
            self.refresh_from_db()
            return False
        for name, value in columns.items():
            setattr(self, name, value)
        return True


class RecommendationManager(models.Manager["Recommendation"]):
    def record(
        self, conversation: Conversation, reply: Reply, deleted: Collection[int] = ()
    ) -> list["Recommendation"]:
        """One row an expert shown; of those whose rows are deleted, without the row."""
        return self.bulk_create(
            Recommendation(
                conversation=conversation,
                expert=None if pick.expert.pk in deleted else pick.expert,
                username=pick.expert.username,
                rank=rank,
                score=pick.score,
                tier=pick.tier,
                why=pick.why,
            )
            for rank, pick in enumerate(reply.picks, start=1)
        )


class Recommendation(models.Model):
    """One expert shown in one conversation."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="recommendations")
    expert = models.ForeignKey(
        "experts.Expert", models.SET_NULL, null=True, related_name="recommendations"
    )
    username = models.CharField(max_length=150, db_index=True, help_text="As shown at the time.")
    rank = models.PositiveSmallIntegerField()
    score = models.FloatField()
    tier = models.CharField(max_length=8, blank=True)
    why = models.TextField()
    clicked_at = models.DateTimeField(null=True, blank=True)

    objects = RecommendationManager()

    class Meta:
        ordering = ["conversation", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "rank"], name="one_expert_a_rank"),
            models.UniqueConstraint(fields=["conversation", "username"], name="an_expert_once"),
        ]

    def __str__(self) -> str:
        return f"{self.username} as {self.rank} in #{self.conversation_id}"

    @property
    def clicked(self) -> bool:
        return self.clicked_at is not None
