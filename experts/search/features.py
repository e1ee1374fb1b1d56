"""What a word is matched by: its stem in each language, and its pieces of four letters.

No language is guessed per text: a word is stemmed as English, as Dutch and as French, for visitors
and profiles mix them. The pieces carry compounds ("belastingadvies" and "advies") and cognates
across languages; on the judged sets they were the largest single gain. Words in other than Latin
letters are not stemmed: their pieces carry what their endings change.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from threading import local
from typing import Any

import Stemmer

from experts.search.languages import CJK, NOT_LATIN

ALGORITHMS = {"en": "english", "nl": "dutch", "fr": "french"}
PIECE = "#"  # begins the name of a piece; a stem begins with its language
WHOLE = "x"  # in the place of a language: a word that is not stemmed
LENGTH = 4
_thread = local()


def of_words(some: Sequence[str]) -> list[list[str]]:
    """The features of each word, in order; a single digit or sign has none."""
    stems = [
        [f"{language}:{stem}" for stem in _stemmer(algorithm).stemWords(list(some))]
        for language, algorithm in ALGORITHMS.items()
    ]
    return [_features(word, own) for word, *own in zip(some, *stems, strict=True)]


@lru_cache(maxsize=32768)
def stems_of(word: str) -> frozenset[str]:
    """The features of one word without its pieces."""
    return frozenset(one for one in of_words([word])[0] if not one.startswith(PIECE))


def _features(word: str, stems: list[str]) -> list[str]:
    if CJK.match(word):
        return [f"{WHOLE}:{word}"]  # two characters, which are a piece already
    if len(word) == 1:
        return [f"{WHOLE}:{word}"] if word.isalpha() else []  # the language R; initials are common
    if NOT_LATIN.search(word):
        stems = [f"{WHOLE}:{word}"]
    return [*stems, *pieces(word)]


def pieces(word: str) -> list[str]:
    """Character 4-grams of a word without its accents, its ends marked: `_tax`, `tax_`."""
    marked = f"_{unaccented(word)}_"
    return [PIECE + marked[at : at + LENGTH] for at in range(max(1, len(marked) - LENGTH + 1))]


def unaccented(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def _stemmer(algorithm: str) -> Any:
    """A Snowball stemmer of this thread; they hold a buffer and cannot be shared."""
    stemmers: dict[str, Any] = _thread.__dict__
    if algorithm not in stemmers:
        stemmers[algorithm] = Stemmer.Stemmer(algorithm)
    return stemmers[algorithm]
