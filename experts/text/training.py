"""Train the weights of `experts.text.detection`; about ten minutes on one core.

    pip install wordfreq==3.1.1
    python -m experts.text.training titles.tsv

Learns from word frequencies (wordfreq, 20 languages), from occupational titles and from
`phrases.tsv`, what visitors say in a word or two. `titles.tsv` has a language code, a tab and a
title in each line; the packaged weights come from the ESCO labels of 20 languages, without those
of the occupations that are kept for measuring.
"""

import argparse
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

from experts.text.detection import CLASSES, MODEL, features, tokenize

PHRASES = Path(__file__).parent / "phrases.tsv"
WORDLISTS = (
    *("en", "nl", "fr", "de", "es", "it", "pt", "ca", "cs", "da", "fi"),
    *("hu", "id", "lt", "lv", "nb", "pl", "ro", "sk", "sl", "sv", "tr"),
)
RAREST, RAREST_OF_REST = 10**-6.6, 10**-6  # share of all words, by whether it has a class
BUCKETS = 2**17
TEXTS, BATCH = 5_000_000, 8192
STEP = 0.2  # of Adagrad
# How often a text is of a language: of ours, of the four others with a class, of all the rest.
OURS, NEIGHBOURS, REST = 0.17, 0.09, 0.13
TITLES, SAID = 0.25, 0.05  # share of texts that are titles, and phrases of visitors
SUBJECTS = 0.65  # share of the drawn texts that are subjects of 1 to 4 words, not sentences
FLATTENED = 0.6  # frequent words are drawn less in subjects: by their greatest frequency, so raised
FORGOTTEN = 0.2  # share of words learnt from their n-grams alone
UNACCENTED = 0.08  # share of texts typed without accents
TEMPERATURE = 0.8  # divides no class more than another; fitted on texts of one to ten words
LATIN = re.compile(r"^[a-z\u00df-\u024f\u1e00-\u1eff']+$")

Ids = NDArray[np.int64]


class Corpus:
    """Words of all languages by number, and texts drawn as lists of such numbers."""

    def __init__(self, titles: Iterable[str], seed: int = 0) -> None:
        self.draw = np.random.default_rng(seed)
        self.ids: dict[str, int] = {}
        frequencies = {code: self._frequencies(code) for code in WORDLISTS}
        self.titles = self._texts(titles)
        self.phrases = self._texts(PHRASES.read_text(encoding="utf-8").splitlines())
        bare = [self._id(_without_accents(word)) for word in list(self.ids)]
        self.unaccented = np.array(bare, np.int64)
        shares = {code: self._column(found) for code, found in frequencies.items()}
        greatest = np.maximum(np.max(list(shares.values()), axis=0), 1e-9)
        self.sentences = {code: np.cumsum(share) for code, share in shares.items()}
        # The same factor for every language, so that a word keeps its odds between them.
        self.subjects = {
            code: np.cumsum(share * greatest**-FLATTENED) for code, share in shares.items()
        }

    def texts(self) -> Iterator[tuple[Ids, int]]:
        """Yield words and class of one text after the other, without end."""
        odds = np.array([_odds(code) for code in WORDLISTS])
        while True:
            for at in self.draw.choice(len(WORDLISTS), BATCH, p=odds / odds.sum()):
                code = WORDLISTS[at]
                words = self._text(code)
                if self.draw.random() < UNACCENTED:
                    words = self.unaccented[words]
                yield words, _class(code)

    def _text(self, code: str) -> Ids:
        kind = self.draw.random()
        if kind < TITLES and code in self.titles:
            title = self._one_of(self.titles[code])
            if self.draw.random() < 0.4:  # a part of it
                first = self.draw.integers(len(title))
                title = title[first : self.draw.integers(first, len(title)) + 1]
            return title
        phrases = self.phrases.get(CLASSES[_class(code)])
        if kind < TITLES + SAID and phrases:
            return self._one_of(phrases)
        if self.draw.random() < SUBJECTS:
            size = 1 if self.draw.random() < 0.5 else int(self.draw.integers(2, 5))
            return self._words(self.subjects[code], size)
        return self._words(self.sentences[code], int(self.draw.integers(2, 13)))

    def _words(self, sums: NDArray[np.float64], size: int) -> Ids:
        found = np.searchsorted(sums, self.draw.random(size) * sums[-1])
        words: Ids = np.minimum(found, len(sums) - 1).astype(np.int64)
        return words

    def _one_of(self, texts: list[Ids]) -> Ids:
        return texts[self.draw.integers(len(texts))]

    def _id(self, word: str) -> int:
        return self.ids.setdefault(word, len(self.ids))

    def _frequencies(self, code: str) -> dict[int, float]:
        from wordfreq import get_frequency_dict  # type: ignore[import-not-found]

        rarest = RAREST if code in CLASSES else RAREST_OF_REST
        found: defaultdict[int, float] = defaultdict(float)
        for text, share in get_frequency_dict(code, "best").items():
            words = list(tokenize(text))
            if share >= rarest and len(words) == 1 and LATIN.match(words[0]):
                found[self._id(words[0])] += share
        return found

    def _texts(self, lines: Iterable[str]) -> dict[str, list[Ids]]:
        found: defaultdict[str, list[Ids]] = defaultdict(list)
        for line in lines:
            code, text = line.rstrip("\n").split("\t")
            words = [self._id(word) for word in tokenize(text) if LATIN.match(word)]
            if words:
                found[code].append(np.array(words, np.int64))
        return dict(found)

    def _column(self, found: dict[int, float]) -> NDArray[np.float64]:
        column = np.zeros(len(self.unaccented))
        column[list(found)] = list(found.values())
        shares: NDArray[np.float64] = column / column.sum()
        return shares


def train(corpus: Corpus, texts: int = TEXTS) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit a softmax regression by Adagrad; return weights (BUCKETS, classes) and biases."""
    of_words = [features(word, BUCKETS) for word in corpus.ids]
    starts = np.cumsum([0, *map(len, of_words)])
    buckets = np.concatenate([np.array(one, np.int32) for one in of_words])
    weights = np.zeros((BUCKETS, len(CLASSES)), np.float32)
    biases = np.zeros(len(CLASSES), np.float32)
    squares, bias_squares = np.full_like(weights, 1e-10), np.full_like(biases, 1e-10)
    stream = corpus.texts()
    steps = texts // BATCH
    for step in range(steps):
        batch = [next(stream) for _ in range(BATCH)]
        words = np.concatenate([text for text, _ in batch])
        sizes = starts[words + 1] - starts[words]
        ends = np.cumsum(sizes)
        columns = buckets[np.arange(ends[-1]) + np.repeat(starts[words] - ends + sizes, sizes)]
        values = np.ones(len(columns), np.float32)
        values[(ends - sizes)[corpus.draw.random(len(words)) < FORGOTTEN]] = 0
        text_ends = np.concatenate([[0], ends])[np.cumsum([0, *(len(text) for text, _ in batch)])]
        seen = sparse.csr_matrix((values, columns, text_ends), shape=(BATCH, BUCKETS))
        scores = seen @ weights + biases
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances[np.arange(BATCH), [label for _, label in batch]] -= 1
        chances /= BATCH
        rate = STEP * (1 - step / steps) + 0.01
        slopes, bias_slopes = seen.T @ chances, chances.sum(axis=0)
        squares += slopes**2
        bias_squares += bias_slopes**2
        weights -= rate * slopes / np.sqrt(squares)
        biases -= rate * bias_slopes / np.sqrt(bias_squares)
        if step % 50 == 0:
            print(f"{step} of {steps}", flush=True)
    return weights, biases


def save(path: Path, weights: NDArray[np.float32], biases: NDArray[np.float32]) -> None:
    """Write them as `detection` reads them: 8-bit weights and their scale."""
    scale = np.percentile(np.abs(weights), 99.97) / 127
    rounded = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    np.savez_compressed(
        path,
        weights=rounded,
        scale=np.float32(scale * TEMPERATURE),
        biases=(biases * TEMPERATURE).astype(np.float32),
    )


def _class(code: str) -> int:
    return CLASSES.index(code if code in CLASSES else "mis")


def _odds(code: str) -> float:
    if code in CLASSES[:3]:
        return OURS
    rest = [one for one in WORDLISTS if one not in CLASSES]
    return NEIGHBOURS if code in CLASSES else REST / len(rest)


def _without_accents(word: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("titles", type=Path, help="lines of a language code, a tab and a title")
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--texts", type=int, default=TEXTS, help="how many are learnt from")
    asked = parser.parse_args()
    corpus = Corpus(asked.titles.read_text(encoding="utf-8").splitlines())
    save(asked.out, *train(corpus, asked.texts))


if __name__ == "__main__":
    main()
