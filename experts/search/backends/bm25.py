"""Search by words: BM25 over stems and pieces of words, one sparse table of ready scores."""

import json
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

from experts.errors import IndexUnavailable
from experts.search import features
from experts.search.languages import without_function_words, words
from experts.search.protocols import Progress, QueryWeight, Rows, Scores

K1, B = 2.0, 0.9
ORDER = 3  # of the norm: between the rarest word alone and the deviation of a sum of all
COMMON = 0.25  # a piece in more than this share of the profiles tells nothing
RARE = 50  # unless that is only a handful of profiles


class Bm25Index:
    """Lucene's form of BM25. An empty directory, and a query without words, find nothing."""

    def __init__(
        self,
        vocabulary: dict[str, int],
        starts: NDArray[np.int64],
        rows: NDArray[np.int32],
        weights: NDArray[np.float32],
        size: int,
    ) -> None:
        self.vocabulary = vocabulary  # feature to column
        self.starts = starts  # (columns + 1,): column c holds postings starts[c]:starts[c + 1]
        self.rows = rows  # (postings,)
        self.weights = weights  # (postings,): what one occurrence in a query adds
        self.size = size
        holding = np.diff(starts)
        # Inverse document frequency of each column.
        self.idf = np.log1p((size - holding + 0.5) / (holding + 0.5)).astype(np.float32)

    @classmethod
    def build(cls, texts: Sequence[str], progress: Progress | None = None) -> Self:
        seen, of_texts = _word_counts(texts, progress)
        vocabulary, of_words = _feature_counts(list(seen))
        counts = (of_texts @ of_words).tocsc()
        counts.sort_indices()
        holding = np.diff(counts.indptr)
        lengths = np.asarray(counts.sum(axis=1), np.float64).ravel()
        mean = lengths.mean() if lengths.any() else 1.0
        idf = np.log1p((len(texts) - holding + 0.5) / (holding + 0.5))
        often = K1 * (1 - B + B * lengths / mean)
        found = counts.data.astype(np.float64)
        weights = np.repeat(idf, holding) * found / (found + often[counts.indices])
        kept = _telling(vocabulary, holding, len(texts))
        postings = np.repeat(kept, holding)
        columns = np.cumsum(kept) - 1
        return cls(
            {feature: int(columns[at]) for feature, at in vocabulary.items() if kept[at]},
            np.concatenate([[0], np.cumsum(holding[kept])]).astype(np.int64),
            counts.indices[postings].astype(np.int32),
            weights[postings].astype(np.float32),
            len(texts),
        )

    def save(self, path: Path) -> None:
        path.mkdir(exist_ok=True)
        facts = {"size": self.size, "vocabulary": list(self.vocabulary)}
        (path / "words.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        for name in ("starts", "rows", "weights"):
            np.save(path / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, path: Path) -> Self:
        try:
            facts = json.loads((path / "words.json").read_text(encoding="utf-8"))
            vocabulary = {feature: column for column, feature in enumerate(facts["vocabulary"])}
            starts = np.load(path / "starts.npy")
            # An empty file cannot be mapped.
            how: Literal["r"] | None = "r" if starts[-1] else None
            # As plain arrays over the map: a slice of a memmap costs ten times one of an array.
            rows, weights = (
                np.load(path / f"{name}.npy", how).view(np.ndarray) for name in ("rows", "weights")
            )
            return cls(vocabulary, starts, rows, weights, facts["size"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexUnavailable(f"The word index in {path} cannot be read: {error}") from error

    def scores(self, query: str) -> Scores:
        asked = self._columns(query)
        if not asked:
            return np.zeros(self.size, np.float32)
        spans = [slice(self.starts[column], self.starts[column + 1]) for column in asked]
        rows = np.concatenate([self.rows[span] for span in spans])
        weights = np.concatenate(
            [count * self.weights[span] for span, count in zip(spans, asked.values(), strict=True)]
        )
        return np.bincount(rows, weights, self.size).astype(np.float32)

    def weight(self, query: str) -> QueryWeight:
        unknown = float(np.log1p(2 * self.size + 1))
        powers = total = known = 0.0
        for of_word, count in _asked(query):
            weight, is_known = 0.0, False
            for feature in of_word:
                column = self.vocabulary.get(feature)
                is_stem = not feature.startswith(features.PIECE)
                if column is None and not is_stem:
                    continue  # too common, or nobody's: the stems of the word tell which
                idf = unknown if column is None else float(self.idf[column])
                powers += (count * idf) ** ORDER
                if is_stem:
                    weight = max(weight, idf)
                    is_known = is_known or column is not None
            total += weight
            known += weight * is_known
        return QueryWeight(powers ** (1 / ORDER), known / total if total else 1.0)

    def known(self, query: str) -> float:
        asked = sorted(set(without_function_words(words(query))))
        stems = [stems for word in asked if (stems := features.stems_of(word))]
        hits = [any(stem in self.vocabulary for stem in of_word) for of_word in stems]
        return sum(hits) / len(hits) if hits else 0.0

    def holding(self, word: str) -> int:
        columns = self._stems(word)
        return max((int(self.starts[at + 1] - self.starts[at]) for at in columns), default=0)

    def held(self, asked: Sequence[str], rows: Rows) -> tuple[NDArray[np.float64], float]:
        held, total = np.zeros(len(rows)), 0.0
        for word in asked:
            spans = [slice(self.starts[at], self.starts[at + 1]) for at in self._stems(word)]
            holding = min((span.stop - span.start for span in spans), default=0)
            weight = float(np.log1p((self.size - holding + 0.5) / (holding + 0.5)))
            total += weight
            there = [_among(self.rows[span], rows) for span in spans]
            held += weight * np.any(there, axis=0) if there else 0.0
        return held, total

    def _stems(self, word: str) -> list[int]:
        """The columns of a word's stems."""
        return [
            self.vocabulary[stem] for stem in features.stems_of(word) if stem in self.vocabulary
        ]

    def _columns(self, query: str) -> Counter[int]:
        """The columns of the query's features, each with how often it is asked for."""
        asked: Counter[int] = Counter()
        for of_word, count in _asked(query):
            for feature in of_word:
                if feature in self.vocabulary:
                    asked[self.vocabulary[feature]] += count
        return asked


@lru_cache(maxsize=64)
def _asked(query: str) -> tuple[tuple[Sequence[str], int], ...]:
    """Features of each distinct content word of a query, and how often it is said."""
    counts = Counter(without_function_words(words(query)))
    return tuple(zip(features.of_words(list(counts)), counts.values(), strict=True))


def _among(postings: NDArray[np.int32], rows: Rows) -> NDArray[np.bool_]:
    """Which rows are among postings, which ascend and are not empty."""
    at = np.minimum(np.searchsorted(postings, rows), len(postings) - 1)
    found: NDArray[np.bool_] = postings[at] == rows
    return found


def _word_counts(texts: Sequence[str], progress: Progress | None) -> tuple[dict[str, int], Any]:
    """The distinct words and a sparse (texts, words) table of how often each is said."""
    seen: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        said = without_function_words(words(text))
        columns += [seen.setdefault(word, len(seen)) for word in said]
        ends.append(len(columns))
        if progress:
            progress(1)
    table = sparse.csr_matrix(
        (np.ones(len(columns), np.int32), np.array(columns, np.int32), np.array(ends, np.int64)),
        shape=(len(texts), len(seen)),
    )
    table.sum_duplicates()
    return seen, table


def _feature_counts(some: list[str]) -> tuple[dict[str, int], Any]:
    """The distinct features and a sparse (words, features) table."""
    vocabulary: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for of_word in features.of_words(some):
        columns += [vocabulary.setdefault(feature, len(vocabulary)) for feature in of_word]
        ends.append(len(columns))
    table = sparse.csr_matrix(
        (np.ones(len(columns), np.int32), np.array(columns, np.int32), np.array(ends, np.int64)),
        shape=(len(some), len(vocabulary)),
    )
    table.sum_duplicates()
    return vocabulary, table


def _telling(
    vocabulary: dict[str, int], holding: NDArray[np.int32], size: int
) -> NDArray[np.bool_]:
    """Which features are kept: stems always, pieces only when not too common."""
    is_piece = np.array([feature.startswith(features.PIECE) for feature in vocabulary], np.bool_)
    return ~is_piece | (holding <= max(COMMON * size, RARE))
