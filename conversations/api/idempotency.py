"""Idempotency-Key: a repeated request gets the stored answer, not a second turn.

A key belongs to the exchange it was first sent with and is committed together with it, so the
status of that exchange is the state of the key: answered, it is replayed; open, it is in flight, or
taken over when its worker must have died; failed or abandoned, the key is free again.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from conversations.errors import KeyInFlight, KeyReused
from conversations.models import Conversation, IdempotencyKey

HEADER = "Idempotency-Key"
TRIES = 5  # to win or lose the race for a key that others claim and release meanwhile
NOT_THE_REQUEST = {"stream"}  # says how the answer travels, not what is asked


def receive_once(request: Request, words: Mapping[str, Any]) -> Conversation:
    """Store the exchange; under a known key give the one that is stored already.

    What comes back is either open, and the caller's to answer, or answered. Errors: KeyInFlight,
    KeyReused.
    """
    key = key_of(request)
    if not key:
        return Conversation.objects.receive(**words)
    fingerprint = fingerprint_of(request.data)
    for _ in range(TRIES):
        earlier = _resumed(key, fingerprint)
        if earlier is not None:
            return earlier
        try:
            return Conversation.objects.receive(**words, key=key, fingerprint=fingerprint)
        except IntegrityError:
            # Another request claimed the key in between: ask again what became of it.
            continue
    raise KeyInFlight("The first request with this key is still being answered; try again.")


def key_of(request: Request) -> str:
    """The key that was sent, without the quotes the header's grammar puts around it."""
    sent = request.headers.get(HEADER, "").strip()
    key = sent[1:-1] if len(sent) > 2 and sent[0] == sent[-1] == '"' else sent
    if len(key) > 255 or not key.isascii() or not key.isprintable():
        raise ValidationError({HEADER: "Must be 1 to 255 visible ASCII characters."})
    return key


def fingerprint_of(body: Any) -> str:
    """SHA-256 hex of what is asked, however its JSON is spaced and ordered."""
    asked = {name: value for name, value in body.items() if name not in NOT_THE_REQUEST}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _resumed(key: str, fingerprint: str) -> Conversation | None:
    """The exchange this key stands for; None when the key is free."""
    IdempotencyKey.objects.purge()
    held = IdempotencyKey.objects.filter(key=key).select_related("conversation").first()
    if held is None:
        return None
    if not (held.conversation.is_answered or held.conversation.is_open):
        IdempotencyKey.objects.filter(pk=held.pk).delete()
        return None
    if held.fingerprint != fingerprint:
        raise KeyReused("This key was used with another body; take a new key for a new request.")
    if held.conversation.is_open and not _taken_over(held):
        raise KeyInFlight("The first request with this key is still being answered; try again.")
    return held.conversation


def _taken_over(held: IdempotencyKey) -> bool:
    """Whether this request, and no other, now answers for a worker that must have died."""
    now = timezone.now()
    if held.taken_at > now - patience():
        return False
    mine = IdempotencyKey.objects.filter(pk=held.pk, taken_at=held.taken_at)
    return bool(mine.update(taken_at=now))


def patience() -> timedelta:
    """Longer than any answer takes."""
    return max(timedelta(minutes=1), timedelta(seconds=3 * settings.LLM_TIMEOUT))
