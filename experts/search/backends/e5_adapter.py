"""The question adapter: a low-rank change of the encoder's last layers that short questions take.

It was learnt from public occupation titles in three languages (`experts.training`): what a trade is
called in one language is near to how another describes it. Documents, and questions in whole
sentences, go through the published weights alone, so an index outlives another adapter.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from experts.errors import EmbedderError

SHIPPED = Path(__file__).with_name("question_adapter.npz")
PRODUCTS = ("qkv", "ao", "fi", "fo")  # the matrix products of a layer, as the packed model has them
DOWN, UP = "down", "up"
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Adapter:
    """Pairs of thin matrices: a product W·x becomes W·x + up·down·x.

    `down` is (rank, width of x) and `up` (height of W·x, rank), by layer and product.
    """

    pairs: Mapping[tuple[int, str], tuple[Matrix, Matrix]]

    @classmethod
    def read(cls, path: Path = SHIPPED) -> Self:
        """Errors: EmbedderError."""
        pairs: dict[tuple[int, str], dict[str, Matrix]] = {}
        try:
            with np.load(path) as stored:
                for name in stored.files:
                    layer, product, side = name.split(".")
                    found = stored[name].astype(np.float32)
                    pairs.setdefault((int(layer), product), {})[side] = found
            return cls({at: (pair[DOWN], pair[UP]) for at, pair in sorted(pairs.items())})
        except (OSError, ValueError, KeyError) as error:
            raise EmbedderError(f"The question adapter {path} cannot be read: {error}") from error

    def write(self, path: Path) -> None:
        """At half precision, which is far finer than the 4-bit weights beside it."""
        sides = {
            f"{layer}.{product}.{side}": matrix.astype(np.float16)
            for (layer, product), pair in sorted(self.pairs.items())
            for side, matrix in zip((DOWN, UP), pair, strict=True)
        }
        np.savez(path, **sides)  # type: ignore[arg-type]

    @property
    def first_layer(self) -> int:
        return min(layer for layer, _ in self.pairs)


def digest(path: Path = SHIPPED) -> str:
    """Names an adapter by its file. Errors: EmbedderError."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise EmbedderError(f"The question adapter {path} cannot be read: {error}") from error
