"""One generation on its way: embed what is new, write it aside, verify it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experts.errors import ExpertsError
from experts.models import Document
from experts.search import calibration, manifest, passages
from experts.search.calibration import Calibration
from experts.search.generations import BUILDING
from experts.search.hubness import Hubness
from experts.search.manifest import Manifest
from experts.search.passages import Hashes, PassageVectors
from experts.search.protocols import Embedder, Progress, Vectors
from experts.search.rows import Columns, Profile, source_of
from experts.search.snapshots import Snapshot, Spread, Stores
from experts.search.tongues import Tongues, typical_of

CHUNK = 4096  # passages between two writes, so that a large build needs little memory
OPENING = 12  # words
LONG = 2000  # characters: about as much as fits into 512 tokens
PASSAGES_WEIGHT = 0.5  # of the passages of a long profile beside what the model reads of it
ITSELF = 0.98  # cosine of a text embedded twice; quantised models differ a little by batch


def searched_words(document: Document) -> str:
    """What is searched by words; the opening of a profile without a title counts twice."""
    opening = "" if document.title else " ".join(document.bio.split()[:OPENING])
    return f"{document.text} {opening}"


class Build:
    """The new generation's contents and where each vector comes from: `before`, or the embedder."""

    def __init__(
        self,
        profiles: Sequence[Profile],
        embedder: Embedder,
        stores: Stores,
        before: Snapshot | None,
    ) -> None:
        self.profiles = profiles
        self.embedder = embedder
        self.stores = stores
        self.before = before

    @cached_property
    def known_rows(self) -> NDArray[np.int64]:
        """Per profile the row before with the same document, or -1."""
        before = self.before.rows.digests if self.before else np.empty((0, 32), np.uint8)
        rows = {bytes(digest).hex(): row for row, digest in enumerate(before)}
        return np.array([rows.get(profile.digest, -1) for profile in self.profiles], np.int64)

    @cached_property
    def pieces(self) -> list[list[passages.Quotable]]:
        return [passages.split(profile.document) for profile in self.profiles]

    @cached_property
    def texts(self) -> dict[int, str]:
        """Hash to text of every distinct passage."""
        return {piece.hash: piece.text for each in self.pieces for piece in each}

    @cached_property
    def hashes(self) -> Hashes:
        return np.array(sorted(self.texts), np.uint64)

    @cached_property
    def known_passages(self) -> NDArray[np.int64]:
        """Per distinct passage its position before, or -1."""
        if self.before is None:
            return np.full(len(self.hashes), -1, np.int64)
        return self.before.passages.positions(self.hashes)

    @property
    def embedded(self) -> int:
        """Profiles whose document is new."""
        return int(np.count_nonzero(self.known_rows < 0))

    @property
    def steps(self) -> int:
        """How many texts will be reported as done, by the word index and by the embedder."""
        return len(self.profiles) + self.embedded + int(np.count_nonzero(self.known_passages < 0))

    def write(self, folder: Path, progress: Progress) -> None:
        """Fill the folder, its manifest last."""
        generation = folder.name.removesuffix(BUILDING)
        pieces = self._passages(progress)
        pieces.save(folder)
        vectors = self._documents(pieces, progress)
        self.stores.vectors().build(vectors, generation).save(folder / "vectors")
        texts = [searched_words(profile.document) for profile in self.profiles]
        self.stores.lexical().build(texts, progress).save(folder / "lexical")
        Columns.of(self.profiles).save(folder / "rows.npz")
        typical = self.before.tongues.typical if self.before else typical_of(self.embedder)
        texts = [profile.document.text for profile in self.profiles]
        tongues = Tongues.of(texts, vectors, typical)
        tongues.save(folder / "tongues.npz")
        centred = tongues.levelled(vectors)
        Spread.of(centred).save(folder / "spread.npz")
        Hubness.of(centred, pieces).save(folder / "hubness.npz")
        written = Manifest(
            generation=generation,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            model=self.embedder.name,
            fingerprint=self.embedder.fingerprint,
            vector_store=self.stores.vector_store,
            size=len(self.profiles),
            passages=len(self.hashes),
            dimension=vectors.shape[1],
            source=source_of(self.profiles),
        )
        replace(written, files=manifest.marks(folder)).write(folder)

    def calibrate(self, folder: Path, fitted: Calibration) -> None:
        """Measure the null distribution of what was written, and keep it with the weights."""
        snapshot = Snapshot.open(folder, self.stores)
        null = calibration.null_distribution(snapshot, self.embedder)
        kept = replace(fitted, null=null).as_dict()
        replace(snapshot.manifest, calibration=kept).write(folder)

    def verify(self, folder: Path) -> None:
        """Open what was written as a server would; a document that is known has to find itself."""
        snapshot = Snapshot.open(folder, self.stores).load()
        if not self.profiles:
            return
        # A row taken over, when there is one, also proves that the weights are still the same.
        row = int(np.argmax(self.known_rows))
        document = self.profiles[row].document
        stored = snapshot.vectors.vectors([row])[0]
        probe = self._embedded([row], snapshot.passages)[0] if self.embedded else stored
        rows, scores = snapshot.vectors.search(probe, 1)
        own = float(probe @ stored)
        if own < ITSELF or not len(rows) or float(scores[0]) > own + 1 - ITSELF:
            raise ExpertsError(
                "The new generation does not find a document it holds; it is not used."
            )
        if (
            snapshot.lexical.known(document.text)
            and not snapshot.lexical.scores(document.text)[row]
        ):
            raise ExpertsError("The new generation does not find a word it holds; it is not used.")

    def _documents(self, pieces: PassageVectors, progress: Progress) -> Vectors:
        vectors = np.empty((len(self.profiles), self.embedder.dimension), np.float32)
        old = np.flatnonzero(self.known_rows >= 0)
        if self.before and len(old):
            vectors[old] = self.before.vectors.vectors(self.known_rows[old].tolist())
        new = np.flatnonzero(self.known_rows < 0)
        if len(new):
            vectors[new] = self._embedded(new.tolist(), pieces, progress)
        return vectors

    def _embedded(
        self, rows: Sequence[int], pieces: PassageVectors, progress: Progress | None = None
    ) -> Vectors:
        """Vectors of profiles; those of long ones, which a model reads in part, hold the mean of
        all their passages too."""
        documents = [self.profiles[row].document for row in rows]
        vectors = self.embedder.embed_profiles(documents, progress)
        for at, (row, document) in enumerate(zip(rows, documents, strict=True)):
            if len(document.text) > LONG:
                vectors[at] += np.float32(PASSAGES_WEIGHT) * pieces.mean_of_row(row)
                vectors[at] /= np.linalg.norm(vectors[at])
        return vectors

    def _passages(self, progress: Progress) -> PassageVectors:
        vectors = np.empty((len(self.hashes), self.embedder.dimension), np.float16)
        old = np.flatnonzero(self.known_passages >= 0)
        if self.before and len(old):
            vectors[old] = self.before.passages.vectors[self.known_passages[old]]
        new = np.flatnonzero(self.known_passages < 0)
        for at in range(0, len(new), CHUNK):
            rows = new[at : at + CHUNK]
            texts = [self.texts[int(value)] for value in self.hashes[rows]]
            vectors[rows] = self.embedder.embed_documents(texts, progress)
        of_rows = np.array([piece.hash for each in self.pieces for piece in each], np.uint64)
        offsets = np.cumsum([0, *map(len, self.pieces)], dtype=np.int64)
        members = np.searchsorted(self.hashes, of_rows).astype(np.int32)
        return PassageVectors(self.hashes, vectors, offsets, members)
