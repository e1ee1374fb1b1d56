"""The generation in service: opened by memory map, swapped whole when CURRENT moves."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from experts.errors import ExpertsError, IndexUnavailable
from experts.search import calibration
from experts.search.calibration import Calibration
from experts.search.generations import Generations
from experts.search.hubness import Hubness
from experts.search.manifest import Manifest
from experts.search.names import Names
from experts.search.passages import PassageVectors
from experts.search.protocols import Embedder, LexicalIndex, Vector, VectorIndex
from experts.search.rows import Columns
from experts.search.tongues import CODES, Tongues
from experts.search.trades import Trades

logger = logging.getLogger(__name__)
RETRY_AFTER = 5.0  # seconds before a generation that did not open is tried again


@dataclass(frozen=True, slots=True)
class Stores:
    """Which implementations hold a generation; called late, so opening imports none of them."""

    vector_store: str
    vectors: Callable[[], type[VectorIndex]]
    lexical: Callable[[], type[LexicalIndex]]


class Snapshot:
    """One generation, whole and unchanging. Its parts are mapped when they are first searched."""

    def __init__(self, folder: Path, manifest: Manifest, stores: Stores) -> None:
        self.folder = folder
        self.manifest = manifest
        self._stores = stores

    @classmethod
    def open(cls, folder: Path, stores: Stores) -> "Snapshot":
        """Reads the manifest and checks the files. Errors: IndexUnavailable, IndexMismatch."""
        manifest = Manifest.read(folder)
        manifest.check_files(folder)
        return cls(folder, manifest, stores)

    @property
    def size(self) -> int:
        return self.manifest.size

    @cached_property
    def rows(self) -> Columns:
        return Columns.load(self.folder / "rows.npz")

    @cached_property
    def vectors(self) -> VectorIndex:
        return self._stores.vectors().load(self.folder / "vectors")

    @cached_property
    def lexical(self) -> LexicalIndex:
        return self._stores.lexical().load(self.folder / "lexical")

    @cached_property
    def passages(self) -> PassageVectors:
        return PassageVectors.load(self.folder)

    @cached_property
    def spread(self) -> "Spread":
        return Spread.load(self.folder / "spread.npz")

    @cached_property
    def hubness(self) -> Hubness:
        return Hubness.load(self.folder / "hubness.npz")

    @cached_property
    def tongues(self) -> Tongues:
        return Tongues.load(self.folder / "tongues.npz")

    @cached_property
    def names(self) -> Names:
        rows = self.rows
        return Names(rows.usernames, rows.names, rows.companies, self.lexical.holding)

    @cached_property
    def trades(self) -> Trades:
        french = self.tongues.of_rows == CODES.index("fr")
        return Trades(self.rows.titles, french, self.passages)

    @cached_property
    def calibration(self) -> Calibration:
        return calibration.kept(self.manifest.calibration)

    def load(self) -> "Snapshot":
        """Touch every part now, so that no visitor waits for it. Errors: IndexUnavailable."""
        try:
            counts = {len(self.rows), self.vectors.size, self.lexical.size, self.size}
            counts |= {len(self.tongues.of_rows), len(self.hubness.means)}
            parts = len(self.passages.hashes) == self.manifest.passages and self.spread is not None
            parts = parts and self.names is not None and self.trades is not None
            parts = parts and self.rows.located is not None
            parts = parts and len(self.passages.holders) == len(self.passages.hashes)
            parts = parts and self.passages.sample is not None and self.tongues.main_share > 0
        except (OSError, ValueError, KeyError) as error:
            raise IndexUnavailable(
                f"Generation {self.manifest.generation} cannot be read: {error}"
            ) from error
        if len(counts) > 1 or not parts:
            raise IndexUnavailable(f"The parts of {self.manifest.generation} differ in size.")
        return self


@dataclass(frozen=True, slots=True)
class Spread:
    """How widely a question's similarities spread over the directory, known without a scan."""

    covariance: NDArray[np.float32]  # (dimension, dimension)
    mean: NDArray[np.float32]  # (dimension,)

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> "Spread":
        if not len(vectors):
            dimension = vectors.shape[1]
            return cls(np.eye(dimension, dtype=np.float32), np.zeros(dimension, np.float32))
        mean = vectors.mean(axis=0, dtype=np.float64)
        second = (vectors.T @ vectors).astype(np.float64) / len(vectors)
        covariance = (second - np.outer(mean, mean)).astype(np.float32)
        return cls(covariance, mean.astype(np.float32))

    @classmethod
    def load(cls, path: Path) -> "Spread":
        with np.load(path) as table:
            return cls(table["covariance"], table["mean"])

    def save(self, path: Path) -> None:
        np.savez(path, covariance=self.covariance, mean=self.mean)

    def of_query(self, query: Vector) -> float:
        """Standard deviation of the query's cosine over all rows, above 0."""
        return math.sqrt(max(float(query @ self.covariance @ query), 1e-12))


@dataclass(frozen=True, slots=True)
class _State:
    stamp: tuple[int, int, int] | None = None
    served: Snapshot | None = None
    problem: str = ""
    tried_at: float = 0.0


class SnapshotStore:
    """What a process serves from. Thread-safe; `current` costs one stat while nothing changes."""

    def __init__(self, folder: Path, embedder: Callable[[], Embedder], stores: Stores) -> None:
        self.generations = Generations(folder)
        self.stores = stores
        self._embedder = embedder
        self._state = _State(stamp=(0, 0, 0))  # no file has this stamp, so the first call looks
        self._lock = Lock()
        self._serving = False

    def open(self, *, whole: bool = False) -> None:
        """Look for a generation now. Never raises: whoever needs one asks `problem`.

        A process that serves asks for it `whole`, and gets later generations whole as well.
        """
        try:
            self._serving = self._serving or whole
            served = self.current()
            if served and whole:
                served.load()
        except Exception:
            logger.exception("The index could not be opened")

    def current(self) -> Snapshot | None:
        """The newest generation that fits; the one before for as long as the newest does not."""
        state = self._state
        stamp = self.generations.stamp()
        failed_lately = not state.problem or monotonic() - state.tried_at < RETRY_AFTER
        if stamp == state.stamp and failed_lately:
            return state.served
        if self._lock.acquire(blocking=state.served is None):
            try:
                if self._state is state:
                    self._state = self._next(state, stamp)
            finally:
                self._lock.release()
        return self._state.served

    @property
    def problem(self) -> str:
        """Why the newest generation is not in service; empty when it is."""
        self.current()
        return self._state.problem

    def read(self, generation: str) -> Snapshot:
        """One generation, checked to fit the settings. Errors: IndexUnavailable, EmbedderError."""
        snapshot = Snapshot.open(self.generations.path(generation), self.stores)
        embedder = self._embedder()
        snapshot.manifest.check_fit(embedder.fingerprint, embedder.name, self.stores.vector_store)
        return snapshot

    def _next(self, state: _State, stamp: tuple[int, int, int] | None) -> _State:
        try:
            pointer = self.generations.pointer()
            if pointer is None:
                raise IndexUnavailable("No index has been built; run manage.py rebuild_index.")
            snapshot = self.read(pointer.current)
            if self._serving:
                snapshot.load()
        except ExpertsError as error:
            if state.problem != str(error):
                # A command before the first build has nothing to be warned of; a server has.
                logger.log(logging.WARNING if self._serving else logging.DEBUG, "%s", error)
            return _State(stamp, state.served, str(error), monotonic())
        return _State(stamp, snapshot)
