"""What words mean, as vectors that are stored with the rows: which leads are alike.

A model finds all questions somewhat alike, and each model more or less so. What it says of small
talk, which is about nothing, is taken off every vector; how alike small talk still seems to it is
the measure of what may be called the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from django.db.models import Max, Q
from numpy.typing import NDArray

from conversations.chat.dialogue import ASIDES
from conversations.models import Conversation, Lead, LeadMeaning
from experts.search import neutral, wiring

LOOKED_AT = 20_000  # leads compared with, the latest ones: about 15 MB at once
ALIKE = 2.5  # deviations above small talk from which two questions are called alike
JOINS = 2.75  # the same for a question and a group; of many groups one seems near by chance
SPACE = "without small talk"  # of the vectors as they are stored
BATCH = 256
NO_QUESTION = sorted({"no_question", *ASIDES})  # decisions
Matrix = NDArray[np.float32]  # (rows, dimension), each row of length 1


@dataclass(frozen=True, slots=True)
class Alike:
    """A lead and how close what it last asked for is, 0 to 1."""

    lead: Lead
    closeness: float


@dataclass(frozen=True, slots=True)
class Background:
    """What all questions share under one model, and how alike such as share nothing seem."""

    shared: Matrix
    mean: float
    deviation: float

    @property
    def alike(self) -> float:
        """The cosine from which two questions ask for the like."""
        return self.mean + ALIKE * self.deviation

    @property
    def joins(self) -> float:
        """The mean cosine from which a question asks for what a group asks for."""
        return self.mean + JOINS * self.deviation


def background() -> Background:
    """Errors: EmbedderError."""
    return _background(wiring.embedder().fingerprint)


@cache
def _background(fingerprint: str) -> Background:
    del fingerprint  # another model has another one
    told = _queries(neutral.UTTERANCES)
    shared = told.mean(axis=0)
    rest = normal(told - shared)
    pairs = (rest @ rest.T)[np.triu_indices(len(rest), 1)]
    return Background(shared, float(pairs.mean()), float(pairs.std()))


def embed(texts: Sequence[str]) -> Matrix:
    """Errors: EmbedderError."""
    return normal(_queries(texts) - background().shared)


def _queries(texts: Sequence[str]) -> Matrix:
    embedder = wiring.embedder()
    return np.stack([embedder.embed_question(text).plain for text in texts])


def model() -> str:
    return f"{wiring.embedder().fingerprint} {SPACE}"


def packed(vector: Any) -> bytes:
    return bytes(np.asarray(vector, np.float16).tobytes())


def unpacked(stored: Sequence[bytes | memoryview]) -> Matrix:
    """Stored vectors as one matrix; half the precision is ample to compare by."""
    return normal(means(stored))


def means(stored: Sequence[bytes | memoryview]) -> Matrix:
    """Stored means of vectors, of the length they have: the product of a vector with one is how
    alike it is to those on average."""
    if not stored:
        return np.empty((0, 0), np.float32)
    return np.frombuffer(b"".join(stored), np.float16).reshape(len(stored), -1).astype(np.float32)


def normal(matrix: Any) -> Matrix:
    lengths = np.linalg.norm(matrix, axis=-1, keepdims=True)
    unit: Matrix = (matrix / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


def words_of(conversation: Conversation) -> str:
    return conversation.standalone_query or conversation.query


def leads_like(lead: Lead, limit: int = 10) -> list[Alike]:
    """The leads whose last question means the most alike, the closest first.

    Errors: EmbedderError.
    """
    remember([lead])
    own = LeadMeaning.objects.filter(lead=lead).first()
    if own is None:
        return []
    others = LeadMeaning.objects.filter(model=own.model, lead__merged_into=None)
    rows = list(
        others.exclude(lead=lead).order_by("-made_at").values_list("lead", "vector")[:LOOKED_AT]
    )
    closeness = unpacked([vector for _, vector in rows]) @ unpacked([own.vector])[0] if rows else []
    alike = background().alike
    best = [
        (rows[int(at)][0], float(closeness[int(at)]))
        for at in np.argsort(-np.asarray(closeness), kind="stable")[:limit]
        if closeness[int(at)] >= alike
    ]
    found = Lead.objects.select_related("owner").in_bulk([key for key, _ in best])
    return [Alike(found[key], min(1.0, share)) for key, share in best if key in found]


def remember(leads: Sequence[Lead]) -> int:
    """Store what these leads last asked for, where that is not stored yet; how many were new."""
    keys, name = [lead.pk for lead in leads], model()
    asked_last = (
        Conversation.objects.filter(lead__in=keys)
        .filter(Q(usage__decision__isnull=True) | ~Q(usage__decision__in=NO_QUESTION))
        .order_by()
        .values("lead")
        .annotate(last=Max("pk"))
        .values_list("lead", "last")
    )
    known = dict(
        LeadMeaning.objects.filter(lead__in=keys, model=name).values_list("lead", "conversation")
    )
    new = [last for key, last in asked_last if known.get(key) != last]
    for start in range(0, len(new), BATCH):
        rows = list(
            Conversation.objects.filter(pk__in=new[start : start + BATCH])
            .only("lead", "query", "standalone_query", "created_at")
            .order_by("pk")
        )
        meanings = [
            LeadMeaning(
                lead_id=row.lead_id,
                conversation=row,
                model=name,
                vector=packed(vector),
                made_at=row.created_at,
            )
            for row, vector in zip(rows, embed([words_of(row) for row in rows]), strict=True)
        ]
        LeadMeaning.objects.bulk_create(
            meanings,
            update_conflicts=True,
            unique_fields=["lead"],
            update_fields=["conversation", "model", "vector", "made_at"],
        )
    return len(new)
