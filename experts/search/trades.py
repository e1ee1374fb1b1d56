"""What experts are by trade, told by their titles: who is a bookkeeper, whatever it is called."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from experts.search import features
from experts.search.languages import words
from experts.search.negations import is_known_trade, is_provider
from experts.search.passages import PassageVectors, Quotable
from experts.search.protocols import Rows, Vector
from experts.search.subjects import word_set

ALIKE = 2.75  # deviations above all titles: under it no trade was found in another language
SHORTEST = 5  # letters of a word that ends compounds: "makelaar" of "vastgoedmakelaar"
PARTING = word_set(  # a title says after these what the trade is about
    "for of in to at with on and & the voor van met bij en aan op pour de des du d et à au aux sur"
)


class Trades:
    """The titles of one generation."""

    def __init__(
        self, titles: Sequence[str], french: NDArray[np.bool_], passages: PassageVectors
    ) -> None:
        self._heads: set[str] = set()
        self._of_stems: dict[str, list[int]] = {}
        self._of_words: dict[str, list[int]] = {}
        trades = [_trade(title) for title in titles]
        stems = _stems_of({word for trade in trades for word in trade})
        for row, trade in enumerate(trades):
            for stem in set[str]().union(*(stems[word] for word in trade)):
                self._of_stems.setdefault(stem, []).append(row)
            for word in trade:
                self._of_words.setdefault(word, []).append(row)
            if trade:
                # A French title says its trade first, an English or a Dutch one last.
                self._heads |= stems[trade[0] if french[row] else trade[-1]]
        hashes = [Quotable("job_title", title.strip()).hash for title in titles]
        self._passages = passages
        self._at = passages.positions(np.array(hashes, np.uint64))
        self._at[[not title.strip() for title in titles]] = -1

    def is_trade(self, word: str) -> bool:
        """Whether the language or a title of this directory knows it as one."""
        return is_known_trade(word) or not self._heads.isdisjoint(_stems(word))

    def are(self, what: str, vector: Vector, wanted: Vector) -> Rows:
        """The rows whose title says that they are this: by its words, or one word's
        meaning that is nearer than to almost any other title, and nearer than what is wanted."""
        said = [self._saying(word) for word in words(what)]
        found = set[int].intersection(*said) if said else set[int]()
        titled = np.flatnonzero(self._at >= 0)
        if len(said) == 1 and len(titled) and not is_provider(what):
            vectors = self._passages.vectors[self._at[titled]].astype(np.float32)
            alike, other = _standardised(vectors @ vector), _standardised(vectors @ wanted)
            found.update(titled[(alike >= ALIKE) & (alike > other)].tolist())
        return np.array(sorted(found), np.int64)

    def _saying(self, word: str) -> set[int]:
        """The rows whose trade has this word, or a compound that ends with it."""
        plain = features.unaccented(word)
        rows = [self._of_stems.get(stem, []) for stem in _stems(word)]
        if len(plain) >= SHORTEST:
            rows += [some for other, some in self._of_words.items() if other.endswith(plain)]
        return {row for some in rows for row in some}


def _trade(title: str) -> list[str]:
    """The words of a title up to what the trade is about."""
    first = title.split(",")[0].split("(")[0]
    found: list[str] = []
    for word in words(first):
        if word in PARTING and found:
            break
        found.append(word)
    return [features.unaccented(word) for word in found]


def _stems_of(some: Collection[str]) -> dict[str, set[str]]:
    """The stems of each word; all at once, for a stemmer is slow to call."""
    listed = list(some)
    return {
        word: {stem for stem in of_word if not stem.startswith(features.PIECE)}
        for word, of_word in zip(listed, features.of_words(listed), strict=True)
    }


def _stems(word: str) -> set[str]:
    plain = features.unaccented(word)
    return _stems_of([plain])[plain]


def _standardised(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    deviation = max(float(cosines.std()), 1e-6)
    standing: NDArray[np.float32] = (cosines - cosines.mean()) / deviation
    return standing
