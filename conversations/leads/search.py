"""Words of the desk's search box → leads and exchanges that fit all of them."""

import uuid
from contextlib import suppress

from django.db.models import Exists, OuterRef, Q
from django.utils.text import smart_split, unescape_string_literal

from conversations.models import Conversation, EmailCapture, Recommendation
from experts.models import Expert

MOST_WORDS = 8
FEW = 200


def words(text: str) -> list[str]:
    """What was typed, taken apart at spaces; quoted words stay together."""
    found = []
    for bit in smart_split(text):
        quoted = bit[0] in "\"'" and bit[0] == bit[-1] and len(bit) > 1
        found.append(unescape_string_literal(bit) if quoted else bit)
    return [word for word in found if word][:MOST_WORDS]


def lead_matches(text: str) -> Q:
    """Leads whose address, words or shown experts contain every word."""
    matches = Q()
    for word in words(text):
        asked = Conversation.objects.filter(query__icontains=word).order_by()
        left = EmailCapture.objects.filter(query__icontains=word).order_by()
        matches &= (
            Q(email_key__contains=word.casefold())
            | Q(pk__in=asked.values("lead"))
            | Q(pk__in=left.values("lead"))
            | _shown(word, "conversation__lead")
        )
    return matches


def conversation_matches(text: str) -> Q:
    """Exchanges whose address, words or shown experts contain every word; a number, a thread or a
    request id finds its own."""
    matches = Q()
    for word in words(text):
        matches &= (
            Q(email__icontains=word)
            | Q(query__icontains=word)
            | _shown(word, "conversation")
            | _known_as(word)
        )
    return matches


def _shown(word: str, path: str) -> Q:
    """Rows that were shown an expert so named; `path` leads from a recommendation to the row."""
    experts = Expert.objects.filter(Q(name__icontains=word) | Q(username__icontains=word))
    keys = list(experts.order_by().values_list("pk", flat=True)[: FEW + 1])
    gone = Recommendation.objects.filter(expert__isnull=True, username__icontains=word)
    found = Q(pk__in=gone.order_by().values(path))  # these are known by username only
    if len(keys) > FEW:  # so many were shown often: looking from the row ends with the page
        shown = Recommendation.objects.filter(**{path: OuterRef("pk")})
        found |= Q(Exists(shown.filter(expert__in=experts.order_by().values("pk")).order_by()))
    elif keys:
        shown = Recommendation.objects.filter(expert__in=keys)
        found |= Q(pk__in=shown.order_by().values(path))
    return found


def _known_as(word: str) -> Q:
    known = Q(request_id=word)
    number = word.removeprefix("#")
    if number.isdecimal() and len(number) < 19:
        known |= Q(pk=int(number))
    with suppress(ValueError):
        known |= Q(thread=uuid.UUID(word))
    return known
