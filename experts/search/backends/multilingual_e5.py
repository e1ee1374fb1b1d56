"""multilingual-e5-small at 4 bits, run by onnxruntime. Importing this file imports no runtime.

Many languages in one space, for less CPU than a small English model costs in torch. What it is fed
was measured: prefixes as its authors say, short questions in lower case, and a profile's title once
more by itself, since a question is often little more than a title.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experts.errors import EmbedderError
from experts.search.backends.e5_adapter import SHIPPED, digest
from experts.search.backends.e5_files import EMBEDDINGS, GRAPH, LAYOUT, SHA256, ModelFolder
from experts.search.backends.e5_format import Codes, weights
from experts.search.backends.e5_graph import MASK, OUTPUT, QUESTIONS, WORDS
from experts.search.backends.e5_tokenizer import Tokenizer
from experts.search.languages import lower, word_count
from experts.search.protocols import Progress, QuestionVectors, Vector, Vectors

if TYPE_CHECKING:
    from experts.models import Document

DIMENSION = 384
PADDING = 1  # the id of <pad>
LONGEST = 512  # tokens of a text that are read
BATCH_TOKENS = 2048  # padding included
CHUNK = 1024  # texts that are sorted by length together
MANY = 8  # batches from which on every core is used
TITLE_WEIGHT = 0.75  # beside the whole profile; flat from 0.5 to 1
TITLE_ENDING = " expert"  # says, in every language here, that it is somebody's trade
SHORT_QUERY = 12  # words; a title in capitals is far from the same title in a sentence
ADAPTED_QUERY = 8  # words up to which a question goes through the adapter too: titles are shorter
FIRST, NONE = np.zeros(1, np.int64), np.zeros(0, np.int64)  # which rows are adapted
RECIPE = 3  # raise it whenever what the model is fed, or how vectors are mixed, changes


class MultilingualE5Embedder:
    """The packaged multilingual model, unpacked under `home` on first use. Thread-safe."""

    name = "packaged:multilingual-e5-small"
    fingerprint = f"multilingual-e5-small-{SHA256[:16]}-{LAYOUT}-{RECIPE}"
    dimension = DIMENSION

    def __init__(self, home: Path, adapter: Path = SHIPPED) -> None:
        self.files = ModelFolder(home, adapter=adapter)
        self._loading = Lock()
        self._loaded: _Model | None = None

    @cached_property
    def question_fingerprint(self) -> str:
        return f"{self.fingerprint}+{digest(self.files.adapter)}"

    def prepare(self) -> None:
        self.files.ready()

    def embed_query(self, text: str) -> Vector:
        return self.embed_question(text).ranking

    def embed_question(self, text: str) -> QuestionVectors:
        """One run for both: a short question's ranking vector is the mean of plain and adapted."""
        words = word_count(text)
        prompt = "query: " + (lower(text) if words <= SHORT_QUERY else text)
        model = self._running()
        try:
            inputs = model.inputs([model.tokenizer.encode(prompt, LONGEST)])
            inputs[QUESTIONS] = FIRST if words <= ADAPTED_QUERY else NONE
            plain, adapted = model.session.run(None, inputs)
        except Exception as error:
            raise EmbedderError(f"EMBEDDING_MODEL={self.name} failed on a text: {error}") from error
        if not len(adapted):
            return QuestionVectors.alike(plain[0])
        mixed = plain[0] + adapted[0]
        return QuestionVectors(mixed / np.linalg.norm(mixed), plain[0])

    def embed_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        for start in range(0, len(texts), CHUNK):
            chunk = ["passage: " + text for text in texts[start : start + CHUNK]]
            vectors[start : start + CHUNK] = self._embed(chunk, progress)
        return vectors

    def embed_profiles(
        self, documents: "Sequence[Document]", progress: Progress | None = None
    ) -> Vectors:
        vectors = self.embed_documents([document.text for document in documents], progress)
        titled = [row for row, document in enumerate(documents) if document.title.strip()]
        titles = [lower(documents[row].title) + TITLE_ENDING for row in titled]
        distinct, at = np.unique(np.array(titles, object), return_inverse=True)
        mixed = (
            vectors[titled] + np.float32(TITLE_WEIGHT) * self.embed_documents(distinct.tolist())[at]
        )
        vectors[titled] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        return vectors

    def reads(self, text: str) -> float:
        return self._running().tokenizer.reads(text)

    def _running(self) -> "_Model":
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self.files.ready())
            return self._loaded

    def _embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        model = self._running()
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        try:
            ids = [model.tokenizer.encode(text, LONGEST) for text in texts]

            def run(batch: list[int]) -> int:
                inputs = model.inputs([ids[row] for row in batch])
                vectors[batch] = model.session.run([OUTPUT], inputs)[0]
                return len(batch)

            for done in _each(run, _batches(ids)):
                if progress:
                    progress(done)
        except Exception as error:
            raise EmbedderError(f"EMBEDDING_MODEL={self.name} failed on a text: {error}") from error
        return vectors


@dataclass(frozen=True, slots=True)
class _Model:
    """What a folder holds, loaded; may be used by many threads at once."""

    tokenizer: Tokenizer
    embeddings: Codes  # (pieces, blocks, bytes), mapped from disk: a process holds what it uses
    session: Any

    def inputs(self, batch: Sequence[Sequence[int]]) -> dict[str, NDArray[Any]]:
        """What the graph is fed for texts, each the ids of its tokens; none is adapted."""
        ids, mask = _padded(batch)
        embedded = weights(self.embeddings[ids]).reshape(*ids.shape, DIMENSION)
        return {WORDS: embedded, MASK: mask, QUESTIONS: NONE}


def _load(folder: Path) -> _Model:
    try:
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return _Model(
            Tokenizer(folder),
            np.load(folder / EMBEDDINGS, mmap_mode="r").view(np.ndarray),
            InferenceSession(str(folder / GRAPH), options, providers=["CPUExecutionProvider"]),
        )
    except Exception as error:
        raise EmbedderError(f"The model in {folder} cannot be loaded: {error}") from error


def _batches(ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """Rows by length, the longest first, so that little padding is computed."""
    order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
    batches = []
    while order:
        count = max(1, BATCH_TOKENS // len(ids[order[0]]))
        batches.append(order[:count])
        order = order[count:]
    return batches


def _padded(batch: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids (texts, length) and which of them are no padding."""
    shape = len(batch), max(map(len, batch))
    tokens, mask = np.full(shape, PADDING, np.int64), np.zeros(shape, np.int64)
    for row, ids in enumerate(batch):
        tokens[row, : len(ids)] = ids
        mask[row, : len(ids)] = 1
    return tokens, mask


def _each(run: Callable[[list[int]], int], batches: list[list[int]]) -> Iterator[int]:
    """Run the batches in order; many of them on every core, since the runtime holds no lock."""
    if len(batches) < MANY:
        yield from map(run, batches)
        return
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        yield from pool.map(run, batches)
