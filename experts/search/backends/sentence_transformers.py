"""Embedding with sentence-transformers. Importing this file imports neither it nor torch."""

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from experts.errors import EmbedderError
from experts.search.backends.weights import ModelFiles, locate, needs_no_network
from experts.search.languages import CJK, NOT_LATIN
from experts.search.protocols import Progress, QuestionVectors, Vector, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from experts.models import Document

BATCH = 32
CHUNK = 256  # texts between two reports of progress
MANY = 100  # texts from which on a build takes every core
E5 = re.compile(r"(?:^|[-/_])e5(?:[-_]|$)", re.IGNORECASE)


class SentenceTransformersEmbedder:
    """Any sentence-transformers model: packaged, a folder, or a hub name. Thread-safe."""

    def __init__(self, model: str) -> None:
        self.name = model
        # One thread does it all: fast tokenizers do not survive two, torch gains nothing by them,
        # and each that has ever computed keeps buffers of its own.
        self._thread = ThreadPoolExecutor(1, "embedding")
        self._loaded: SentenceTransformer | None = None

    @cached_property
    def files(self) -> ModelFiles:
        return locate(self.name)

    @cached_property
    def fingerprint(self) -> str:
        return self.files.fingerprint(*self._prompts().values())

    @property
    def question_fingerprint(self) -> str:
        return self.fingerprint

    @cached_property
    def dimension(self) -> int:
        return len(self.embed_query("dimension"))

    def prepare(self) -> None:
        if not needs_no_network(self.name):
            # By its name, so that the library fetches what it loads, and only that.
            self._thread.submit(self._model, self.name).result()
        self.files.check()

    def embed_query(self, text: str) -> Vector:
        # A lone surrogate, which JSON can carry, would break the tokenizer.
        clean = text.encode("utf-8", "replace").decode()
        vector: Vector = self._encode([clean], "encode_query")[0]
        return vector

    def embed_question(self, text: str) -> QuestionVectors:
        return QuestionVectors.alike(self.embed_query(text))

    def embed_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
        for start in range(0, len(texts), CHUNK):
            rows = by_length[
                start : start + CHUNK
            ]  # alike in length, so little padding is computed
            threads = len(os.sched_getaffinity(0)) if len(texts) > MANY else 1
            vectors[rows] = self._encode([texts[row] for row in rows], "encode_document", threads)
            if progress:
                progress(len(rows))
        return vectors

    def embed_profiles(
        self, documents: "Sequence[Document]", progress: Progress | None = None
    ) -> Vectors:
        return self.embed_documents([document.text for document in documents], progress)

    def reads(self, text: str) -> float:
        """Letters of other alphabets count where they are not spelled one by one: many an English
        vocabulary has the letters of every script, and not their words."""
        return self._thread.submit(self._readable, text).result()

    def _readable(self, text: str) -> float:
        tokenizer = self._model(str(self.files.folder)).tokenizer
        if not getattr(tokenizer, "is_fast", False):  # it does not tell where its tokens stand
            return 1.0
        clean = text.encode("utf-8", "replace").decode()
        found = tokenizer(
            clean, add_special_tokens=False, return_offsets_mapping=True, truncation=True
        )
        known = total = 0
        for token, span in zip(found["input_ids"], found["offset_mapping"], strict=True):
            piece = clean[slice(*span)]
            letters = sum(map(str.isalnum, piece))
            spelled = letters == 1 and NOT_LATIN.match(piece) and not CJK.match(piece)
            total += letters
            known += 0 if spelled or token == tokenizer.unk_token_id else letters
        return known / total if total else 1.0

    def _encode(self, texts: list[str], method: str, threads: int = 1) -> Vectors:
        return self._thread.submit(self._computed, texts, method, threads).result()

    def _computed(self, texts: list[str], method: str, threads: int) -> Vectors:
        model = self._model(str(self.files.folder))
        try:
            with _torch_threads(threads):
                vectors = getattr(model, method)(
                    texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
                )
        except Exception as error:
            raise EmbedderError(f"EMBEDDING_MODEL={self.name} failed on a text: {error}") from error
        return np.asarray(vectors, np.float32)

    def _model(self, source: str) -> "SentenceTransformer":
        self._loaded = self._loaded or self._load(source)
        return self._loaded

    def _load(self, source: str) -> "SentenceTransformer":
        if needs_no_network(self.name):
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            return SentenceTransformer(source, device="cpu", prompts=self._prompts() or None)
        except Exception as error:
            raise EmbedderError(f"EMBEDDING_MODEL={self.name} cannot be loaded: {error}") from error

    def _prompts(self) -> dict[str, str]:
        """E5 needs these prefixes, and its published files do not say so."""
        if E5.search(self.name):
            return {"query": "query: ", "document": "passage: "}
        return {}


@contextmanager
def _torch_threads(count: int) -> Iterator[None]:
    """Torch's global thread count for a while, else one: spinning threads slow other workers."""
    import torch

    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(1)
