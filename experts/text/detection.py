"""Language identification: which language a text is written in, as probabilities.

A linear model over hashed words and character n-grams (1 to 5 letters), made for texts of a few
words by `experts.text.training`. It adds what each word says, so a single name tells little and a
sentence much, and its probabilities are calibrated for words that several languages share.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LANGUAGES = ("en", "nl", "fr")  # those the product speaks
OTHER = "other"
# Those that the weights tell apart, ours first; mis: any other, as in ISO 639-2.
CLASSES = (*LANGUAGES, "de", "es", "it", "pt", "mis")
MODEL = Path(__file__).parent / "language_model.npz"

TOKEN = re.compile(r"[^\W\d_]+(?:'(?=[^\W\d_]))?")  # "l'" of "l'avocat" is a token
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
PROSE = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
SHORTEST_PROSE = 3  # words in lower case
SURE = 0.95
NAME_WEIGHT = 0.3  # of capitalised words that begin no sentence: names, in any language
LONGEST_TOKEN = 24  # letters
LONGEST_TEXT = 100  # tokens; more tell nothing new
LONGEST_NGRAM = 5
BEYOND_LATIN = "\u0250"  # the first letter after the Latin blocks
UNEXPECTED = 0.1  # prior odds of the languages that the product does not speak, all together

Scores = NDArray[np.float32]


def probabilities(text: str, weights: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the probability of each of LANGUAGES, and of OTHER.

    Args:
        text: Any text; one without letters is as probable in any language.
        weights: Prior odds by language, 1 where none is given (OTHER: UNEXPECTED).
    """
    found = _likelihoods(list(islice(_tokens(text), LONGEST_TEXT)))
    prior = {OTHER: UNEXPECTED, **(weights or {})}
    weighted = {code: found[code] * prior.get(code, 1.0) for code in found}
    total = sum(weighted.values())
    return {code: chance / total for code, chance in weighted.items()}


def detect(text: str, weights: Mapping[str, float] | None = None) -> str:
    """Return the most probable of LANGUAGES and OTHER."""
    found = probabilities(text, weights)
    return max(found, key=lambda code: found[code])


def detect_all(texts: Sequence[str]) -> list[str]:
    """Return the language of each text of a collection, whose own mix of languages is the prior."""
    found = [probabilities(text) for text in texts]
    codes = (*LANGUAGES, OTHER)
    mix = {code: 1 + sum(chances[code] for chances in found) for code in codes}
    return [max(codes, key=lambda code: chances[code] * mix[code]) for chances in found]


def prose_language(text: str) -> str:
    """Return the language that a sentence is surely in, one of LANGUAGES; "" when in doubt.

    Capitalised words are left out: names, and titles that are English in any language.
    """
    plain = [word for word in PROSE.findall(text) if word.islower()]
    found = probabilities(" ".join(plain), {OTHER: 1.0})
    best = max(found, key=lambda code: found[code])
    sure = len(plain) >= SHORTEST_PROSE and found[best] >= SURE and best != OTHER
    return best if sure else ""


def tokenize(text: str) -> Iterator[str]:
    """Yield the case-folded words of letters alone; addresses are left out."""
    return (token.casefold() for token in _tokens(text))


def _tokens(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", text).replace("’", "'")
    return (match[0] for match in TOKEN.finditer(ADDRESS.sub(" ", plain)))


def features(token: str, buckets: int) -> list[int]:
    """Return the buckets of a token: of the whole word first, then of its n-grams."""
    framed = f"<{token[:LONGEST_TOKEN]}>"
    ngrams = (
        framed[at : at + size]
        for size in range(1, LONGEST_NGRAM + 1)
        for at in range(len(framed) - size + 1)
    )
    named = [f"={token}", *(ngram for ngram in ngrams if ngram not in "<>")]
    return [zlib.crc32(name.encode("utf-8", "replace")) % buckets for name in named]


def _likelihoods(tokens: Sequence[str]) -> dict[str, float]:
    if not tokens:
        return dict.fromkeys((*LANGUAGES, OTHER), 1.0)
    if _is_beyond_latin(tokens):
        return {**dict.fromkeys(LANGUAGES, 0.0), OTHER: 1.0}
    is_name = [token.istitle() for token in tokens]
    is_name[0] = len(tokens) > 1 and all(is_name)  # else it is only the first of a sentence
    scores = _model().biases + sum(
        _token_scores(token.casefold()) * (NAME_WEIGHT if named else 1.0)
        for token, named in zip(tokens, is_name, strict=True)
    )
    likelihoods = np.exp(scores - scores.max())
    of_ours = dict(zip(LANGUAGES, likelihoods.tolist(), strict=False))
    return {**of_ours, OTHER: float(likelihoods[len(LANGUAGES) :].sum())}


def _is_beyond_latin(tokens: Sequence[str]) -> bool:
    letters = "".join(tokens)
    return sum(letter >= BEYOND_LATIN for letter in letters) * 2 > len(letters)


@dataclass(frozen=True)
class Model:
    """Weights of a linear softmax classifier."""

    weights: NDArray[np.int8]  # (buckets, classes)
    scale: np.float32  # of the weights
    biases: Scores  # (classes,)


@cache
def _model() -> Model:
    with np.load(MODEL) as table:
        return Model(table["weights"], table["scale"][()], table["biases"])


@lru_cache(maxsize=8192)
def _token_scores(token: str) -> Scores:
    model = _model()
    found = model.weights[features(token, len(model.weights))]
    summed: Scores = found.sum(axis=0, dtype=np.int32) * model.scale
    return summed
