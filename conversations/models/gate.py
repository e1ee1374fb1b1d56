"""What stands at the door: attempts turned away, requests counted, keys that may be repeated."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address

from django.db import connection, models, transaction
from django.utils import timezone

from conversations.models.conversations import Conversation
from conversations.models.leads import EMAIL_LENGTH

KEY_LIFE = timedelta(hours=24)

# One statement counts every key of a request, so that workers never lose a count to each other.
COUNT_UP = """
INSERT INTO conversations_requestcount ("key", "window", "count", "expires_at") VALUES {rows}
ON CONFLICT ("key", "window") DO UPDATE SET "count" = conversations_requestcount."count" + 1
RETURNING "key", "count"
"""


class AttemptManager(models.Manager["Attempt"]):
    def note(self, reason: str, *, email: str = "", query: str = "", address: str = "") -> None:
        """Keep what can be kept of a request that was turned away; nothing in it is trusted."""
        self.create(
            reason=reason,
            email=_storable(email, EMAIL_LENGTH),
            query=_storable(query, 2000),
            address=_address(address),
        )


class Attempt(models.Model):
    """A request that was turned away before it became an exchange, kept apart with the reason."""

    reason = models.CharField(max_length=40, db_index=True)
    email = models.CharField(max_length=EMAIL_LENGTH, blank=True, default="")
    query = models.TextField(blank=True, default="")
    address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = AttemptManager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "rejected attempt"

    def __str__(self) -> str:
        return f"{self.reason} on {self.created_at:%Y-%m-%d %H:%M}"


def _storable(text: object, length: int) -> str:
    """Whatever a client sent as text a database takes: no NUL, no half of a surrogate pair."""
    if not isinstance(text, str):
        return ""
    return text[:length].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


class RequestCountManager(models.Manager["RequestCount"]):
    def count_up(self, keys: Sequence[str], window: int, expires_at: datetime) -> dict[str, int]:
        """Count one request more under each key; the new counts, exact across processes."""
        # A fixed order of rows keeps two such statements from waiting for each other.
        until = connection.ops.adapt_datetimefield_value(expires_at)
        rows = [(key, window, 1, until) for key in sorted(set(keys))]
        sql = COUNT_UP.format(rows=", ".join(["(%s, %s, %s, %s)"] * len(rows)))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [value for row in rows for value in row])
            return dict(cursor.fetchall())

    def purge(self, now: datetime | None = None) -> int:
        return self.filter(expires_at__lt=now or timezone.now()).delete()[0]


class RequestCount(models.Model):
    """How many requests one caller made in one window; counted atomically in the database."""

    key = models.CharField(max_length=100)
    window = models.BigIntegerField(help_text="Start of the window, seconds since 1970.")
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    objects = RequestCountManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="one_count_a_window")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class IdempotencyKeyManager(models.Manager["IdempotencyKey"]):
    def purge(self) -> int:
        return self.filter(created_at__lt=timezone.now() - KEY_LIFE).delete()[0]


class IdempotencyKey(models.Model):
    """A key a client may repeat for 24 hours to get the stored answer instead of a second turn.

    The conversation is all it needs: its status says whether the answer is there, on its way or
    never to come, and its columns are the answer.
    """

    key = models.CharField(max_length=255, unique=True)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the first request's body.")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="keys")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    taken_at = models.DateTimeField(default=timezone.now, help_text="Since when it is answered.")

    objects = IdempotencyKeyManager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.key
