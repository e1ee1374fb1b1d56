"""The tokenizer of multilingual-e5-small: the most probable cut of each word into known pieces.

The model's vocabulary has a quarter of a million pieces of a hundred languages. As objects they
take 60 to 200 MB of every process; here they are a trie and a table that are mapped from disk, so
processes share them and hold only what they look up.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import marisa_trie
import numpy as np

PIECES, SCORES = "pieces.marisa", "pieces.npy"
START, END, UNKNOWN = 0, 2, 3  # the ids of <s>, </s> and <unk>
SPECIAL = frozenset(("<s>", "<pad>", "</s>", "<unk>", "<mask>"))  # never cut out of a text
WORD_MARK = "\u2581"  # begins a piece that begins a word
LONGEST_PIECE = 16  # characters
UNKNOWN_PENALTY = 10.0  # under the least probable piece, as sentencepiece has it
CHARACTERS = 16_384  # of a text that are cut
CACHED_WORDS = 8192
LONGEST_CACHED = 24  # characters of a word; whole texts of scripts without spaces are one word
# Control characters are dropped and rare spaces are spaces (the rule "nmt" of sentencepiece).
DROPPED = (*range(0x01, 0x09), 0x0B, *range(0x0E, 0x20), 0x7F, 0x8F, 0x9F)
SPACES = (0x09, 0x0A, 0x0C, 0x0D, 0x1680, *range(0x200B, 0x2010), 0x2028, 0x2029)
SPACES += (0x2581, 0xFEFF, 0xFFFD)
CLEANED = dict.fromkeys(DROPPED) | dict.fromkeys(SPACES, " ")


@dataclass(frozen=True, slots=True)
class Cut:
    """A word as ids of pieces, and how many of its letters no piece has."""

    ids: tuple[int, ...]
    unknown: int


class Tokenizer:
    """Read access to the vocabulary in a model's folder. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._pieces = marisa_trie.Trie()
        self._pieces.mmap(str(folder / PIECES))
        table = np.load(folder / SCORES, mmap_mode="r").view(np.ndarray)
        # Single values are read from these four times as fast as from arrays.
        self._ids, self._scores = memoryview(table["id"]), memoryview(table["score"])
        self._unknown = float(table["score"].min()) - UNKNOWN_PENALTY
        self._cached = lru_cache(CACHED_WORDS)(self._cut)

    def encode(self, text: str, longest: int) -> list[int]:
        """Ids of the text, `<s>` and `</s>` included, cut off after `longest`."""
        ids = [START]
        for word in _words(text):
            ids += self._known(word).ids
            if len(ids) >= longest:
                break
        return [*ids[: longest - 1], END]

    def reads(self, text: str) -> float:
        """Share of the letters and digits that pieces are made of, 1 for a text without any."""
        found = _words(text)
        total = sum(map(_letters, found))
        unknown = sum(self._known(word).unknown for word in found)
        return 1 - unknown / total if total else 1.0

    def _known(self, word: str) -> Cut:
        return (self._cached if len(word) <= LONGEST_CACHED else self._cut)(word)

    def _cut(self, word: str) -> Cut:
        """The cut whose pieces' log probabilities sum highest (Viterbi)."""
        text = WORD_MARK + word
        best = [0.0] + [-math.inf] * len(text)
        last = [(0, UNKNOWN)] * len(best)  # of the piece that ends here: its start and id
        for start in range(len(text)):
            reached, is_known = best[start], False
            ahead = text[start : start + LONGEST_PIECE]
            for piece, key in self._pieces.iter_prefixes_with_ids(ahead):
                end, score = start + len(piece), reached + self._scores[key]
                is_known |= len(piece) == 1
                if score > best[end]:
                    best[end], last[end] = score, (start, self._ids[key])
            if not is_known and reached + self._unknown > best[start + 1]:
                best[start + 1], last[start + 1] = reached + self._unknown, (start, UNKNOWN)
        return _traced(text, last)


def write_vocabulary(pieces: Sequence[str], scores: Sequence[float], folder: Path) -> None:
    """Write the files that a Tokenizer maps; a piece's position is its id."""
    ids = {piece: at for at, piece in enumerate(pieces) if piece not in SPECIAL}
    if max(map(len, ids)) > LONGEST_PIECE:
        raise ValueError(f"a piece has more than {LONGEST_PIECE} characters")
    trie = marisa_trie.Trie(ids)
    table = np.empty(len(ids), np.dtype([("id", "i4"), ("score", "f4")]))
    for piece, at in ids.items():
        table[trie[piece]] = at, scores[at]
    trie.save(str(folder / PIECES))
    np.save(folder / SCORES, table)


def _words(text: str) -> list[str]:
    # A lone surrogate, which JSON can carry, is no character.
    clean = text[:CHARACTERS].encode("utf-8", "replace").decode().translate(CLEANED)
    return unicodedata.normalize("NFKC", clean).split()


def _traced(text: str, last: Sequence[tuple[int, int]]) -> Cut:
    """The ids on the best way to the end of the text; neighbouring unknown ones are one."""
    ids: list[int] = []
    unknown, end = 0, len(text)
    while end:
        start, found = last[end]
        if found == UNKNOWN:
            unknown += _letters(text[start:end])
        if found != UNKNOWN or not ids or ids[-1] != UNKNOWN:
            ids.append(found)
        end = start
    return Cut(tuple(reversed(ids)), unknown)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))
