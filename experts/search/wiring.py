"""The one wiring file of the finding: which embedder, store and folder. Cached per process."""

import logging
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed

from experts.errors import ExpertsError
from experts.search.calibration import Calibration, fitted_for
from experts.search.constraints.gazetteer import gazetteer
from experts.search.protocols import Embedder, LexicalIndex, VectorIndex
from experts.search.retrieval import Retriever
from experts.search.snapshots import SnapshotStore, Stores
from experts.text.detection import detect

logger = logging.getLogger(__name__)
DECIDE = {
    "EMBEDDING_MODEL",
    "VECTOR_STORE",
    "INDEX_DIR",
    "DATA_DIR",
}  # the settings this file reads


@cache
def embedder() -> Embedder:
    if settings.EMBEDDING_MODEL == "offline":
        from experts.search.backends.offline import HashingEmbedder

        return HashingEmbedder()
    if settings.EMBEDDING_MODEL == "packaged:multilingual-e5-small":
        from experts.search.backends.multilingual_e5 import MultilingualE5Embedder

        return MultilingualE5Embedder(settings.DATA_DIR / "models")
    from experts.search.backends.sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(settings.EMBEDDING_MODEL)


def vector_store() -> type[VectorIndex]:
    if settings.VECTOR_STORE == "pgvector":
        from experts.search.backends.pgvector import PgVectorIndex

        return PgVectorIndex
    from experts.search.backends.faiss import FaissIndex

    return FaissIndex


def lexical_store() -> type[LexicalIndex]:
    from experts.search.backends.bm25 import Bm25Index

    return Bm25Index


@cache
def calibration() -> Calibration:
    """Fitted for the model in use: by this installation, or shipped, or neutral."""
    return fitted_for(embedder().question_fingerprint, [settings.DATA_DIR / "calibrations"])


@cache
def snapshots() -> SnapshotStore:
    stores = Stores(settings.VECTOR_STORE, vector_store, lexical_store)
    return SnapshotStore(settings.INDEX_DIR, embedder, stores)


@cache
def retriever() -> Retriever:
    return Retriever(embedder(), snapshots())


def index_problem() -> str:
    """Empty when ready to search; else a sentence for operators. Never raises.

    A later generation that does not fit is no problem while the one before it is in service.
    """
    try:
        return "" if snapshots().current() else snapshots().problem
    except Exception:
        logger.exception("The index could not be examined")
        return "The index cannot be opened; the log says why."


def warm() -> None:
    """Load the weights, the index and the tables that messages are read by, in a process that
    serves; survives the absence of the first two."""
    snapshots().open(whole=True)
    gazetteer()
    detect("warm")
    try:
        embedder().embed_query("warm")
    except ExpertsError as error:
        logger.error("%s", error)


def reset() -> None:
    """Forget everything cached; the next call reads the settings again."""
    for cached in (retriever, snapshots, calibration, embedder):
        cached.cache_clear()


def _forget(*, setting: str, **_: Any) -> None:
    if setting in DECIDE:
        reset()


setting_changed.connect(_forget, dispatch_uid="experts.search.wiring")
