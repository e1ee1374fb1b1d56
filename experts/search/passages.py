"""The pieces of a profile that can be quoted: the title line and the sentences of the bio.

A passage is known by a hash of its text. Evidence is looked up from the profile as it reads today,
so a quotation is verbatim by construction, and a sentence edited since is simply not quoted.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experts.models import Document
from experts.search.languages import CJK
from experts.search.protocols import Rows, Scores, Vector, Vectors

Hashes = NDArray[np.uint64]
MOST_SENTENCES = 100  # of one bio, such as a list of publications; a visitor is shown one or two
LONGEST = 400  # characters; a bio without full stops is cut between words
SAMPLED = 2048  # passages that stand for all when their similarities are compared
SHORTEST = 3  # words; a shorter fragment says nothing by itself
BREAK = re.compile(
    r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\W_a-zà-ÿ])"  # an end, then no lower-case letter
    r"|\s*[\r\n\u2028\u2029]+\s*"
    r"|\s+[•·▪●*–—-]\s+"
    r"|(?<=;)\s+"
    r"|(?<=[。！？।؟۔])(?![。！？।؟۔」』）”’])\s*"  # ends that need no space or capital after them
)
# The same without what only lists have, and without taking a closing quotation mark.
END = re.compile(
    r"(?:(?<=[.!?…])|(?<=[.!?…][\"'”’»)\]]))\s+(?=[^\sa-zà-ÿ])|\s*[\r\n\u2028\u2029]+\s*"
)
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:(?:[A-Z]\.)*[A-Z]|m\.sc|b\.sc|ph\.d|e\.g|i\.e|bijv|bv|dr|drs|ing|ir|m|mevr|mme|mr|mrs|ms|nr|no|prof|st|vs|etc|incl|"
    r"p\.ex|t\.e\.m|o\.a|ca|approx)\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quotable:
    """A verbatim piece of the named field."""

    field: str
    text: str

    @property
    def hash(self) -> int:
        return int.from_bytes(hashlib.blake2b(self.text.encode(), digest_size=8).digest(), "little")


def split(document: Document) -> list[Quotable]:
    """Title line and bio sentences, in order; each is a substring of its field."""
    title = document.title.strip()
    pieces = [Quotable("job_title", title)] if title else []
    return pieces + [Quotable("bio", text) for text in sentences(document.bio)]


@lru_cache(maxsize=512)
def _pieces(document: Document) -> tuple[list[Quotable], Hashes]:
    """Those of a profile that was read lately, and their hashes."""
    found = split(document)
    return found, np.array([piece.hash for piece in found], np.uint64)


def sentences(text: str) -> list[str]:
    """Verbatim sentences of a text, at most MOST_SENTENCES of at most LONGEST characters."""
    found: list[str] = []
    for start, end in _spans(text):
        piece = text[start:end].strip()
        if len(piece.split()) >= SHORTEST or len(CJK.findall(piece)) >= 2 * SHORTEST:
            found.append(piece)
            if len(found) == MOST_SENTENCES:
                break
    return found


def all_sentences(text: str) -> list[str]:
    """Every sentence of a text, whole. When the text goes on, all but the last stay as they are."""
    return [piece for start, end in _between(END, text) if (piece := text[start:end].strip())]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for start, end in _between(BREAK, text):
        yield from _bounded(text, start, end)


def _between(breaks: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """The spans between breaks, of which one after an abbreviation is none."""
    start = 0
    for match in breaks.finditer(text):
        if not ABBREVIATION.search(text[max(start, match.start() - 12) : match.start()]):
            yield start, match.start()
            start = match.end()
    yield start, len(text)


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        cut = text.rfind(" ", start + 1, start + LONGEST)
        cut = cut if cut > start else start + LONGEST
        yield start, cut
        start = cut
    yield start, end


class PassageVectors:
    """Vectors of the distinct passages of a generation, found by hash; memory-mapped from disk."""

    def __init__(
        self,
        hashes: Hashes,
        vectors: NDArray[np.float16],
        offsets: NDArray[np.int64],
        members: NDArray[np.int32],
    ) -> None:
        self.hashes = hashes  # (passages,), ascending
        self.vectors = vectors  # (passages, dimension), of length 1 but for half precision
        self.offsets = offsets  # (rows + 1,): row r has members[offsets[r]:offsets[r + 1]]
        self.members = members  # positions in `vectors`

    @classmethod
    def load(cls, folder: Path) -> "PassageVectors":
        with np.load(folder / "passages.npz") as table:
            hashes, offsets, members = table["hashes"], table["offsets"], table["members"]
        # An empty file cannot be mapped.
        vectors = np.load(folder / "passages.npy", mmap_mode="r" if len(hashes) else None)
        return cls(hashes, vectors.view(np.ndarray), offsets, members)

    def save(self, folder: Path) -> None:
        np.savez(
            folder / "passages.npz",
            hashes=self.hashes,
            offsets=self.offsets,
            members=self.members,
        )
        np.save(folder / "passages.npy", self.vectors)

    def positions(self, hashes: Hashes) -> NDArray[np.int64]:
        """Where each hash stands, -1 for one that the generation does not hold."""
        if not len(self.hashes):
            return np.full(len(hashes), -1, np.int64)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[at] == hashes, at, -1)

    def counts(self, rows: Rows) -> NDArray[np.int64]:
        """How many passages each row has."""
        return self.offsets[rows + 1] - self.offsets[rows]

    @cached_property
    def holders(self) -> NDArray[np.int64]:
        """How many profiles have each passage, (passages,)."""
        return np.bincount(self.members, minlength=len(self.hashes))

    @cached_property
    def sample(self) -> tuple[Vectors, Rows]:
        """Vectors of evenly spaced members and their rows: enough to tell how any compares."""
        at = np.unique(np.linspace(0, len(self.members) - 1, SAMPLED).astype(np.int64))
        at = at[(at >= 0) & (at < len(self.members))]  # there may be none
        vectors = self.vectors[self.members[at]].astype(np.float32)
        return vectors, np.searchsorted(self.offsets, at, side="right") - 1

    def holding(self, rows: slice, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of these rows has which of these passages, given in ascending order."""
        offsets = self.offsets[rows.start : min(rows.stop, len(self.offsets) - 1) + 1]
        members = self.members[offsets[0] : offsets[-1]]
        of_rows = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        at = np.minimum(np.searchsorted(positions, members), len(positions) - 1)
        found = np.zeros((len(offsets) - 1, len(positions)), np.bool_)
        same = positions[at] == members
        found[of_rows[same], at[same]] = True
        return found

    def mean_of_row(self, row: int) -> Vector:
        """Mean of the passages of a row, of length 1; zeros for a row that has none."""
        members = self.members[self.offsets[row] : self.offsets[row + 1]]
        if not len(members):
            return np.zeros(self.vectors.shape[1], np.float32)
        mean: Vector = self.vectors[members].mean(axis=0, dtype=np.float32)
        return mean / max(float(np.linalg.norm(mean)), 1e-6)

    def best_of_rows(self, query: Vector, rows: Rows) -> Scores:
        """Cosine of the best passage of each row; 0 for a row that has none."""
        counts = self.counts(rows)
        starts = np.cumsum(counts) - counts
        within = np.arange(counts.sum()) - np.repeat(starts, counts)
        members = self.members[np.repeat(self.offsets[rows], counts) + within]
        cosines = self.vectors[members].astype(np.float32) @ query
        best = np.zeros(len(rows), np.float32)
        holding = counts > 0  # reduceat reads on into the next row where there is nothing
        if len(cosines):
            best[holding] = np.maximum.reduceat(cosines, starts[holding])
        return best

    def similarities(self, query: Vector, document: Document) -> list[tuple[Quotable, float, int]]:
        """Cosine of each piece that the generation knows and how many profiles have it, best first,
        ties in reading order."""
        pieces, hashes = _pieces(document)
        at = self.positions(hashes)
        known = [(piece, at) for piece, at in zip(pieces, at.tolist(), strict=True) if at >= 0]
        if not known:
            return []
        cosines = self.vectors[[at for _, at in known]].astype(np.float32) @ query
        order = np.argsort(-cosines, kind="stable")
        return [
            (known[i][0], float(cosines[i]), int(self.holders[known[i][1]])) for i in order.tolist()
        ]
