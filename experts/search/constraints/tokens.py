"""Text cut into folded tokens that remember their place, and tables of phrases matched on them.

Words lose case and accents. Hyphens and apostrophes between letters are dropped, so that
"Dutch-speaking", "l'heure" and "max. 80" are plain sequences of words. Every step looks at a
bounded number of neighbours: reading takes time linear in the text.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

Meaning = TypeVar("Meaning")


class Kind(Enum):
    WORD = auto()
    NUMBER = auto()
    SYMBOL = auto()
    MARK = auto()


class Token(NamedTuple):
    kind: Kind
    norm: str
    start: int
    end: int
    value: Decimal | None = None  # of a number that can be an amount
    glued: bool = False  # nothing stands between it and the token before
    joined: bool = False  # a hyphen or an apostrophe does
    capital: bool = False  # all of it
    spelled: str = ""  # as it was written


Tokens = Sequence[Token]

PIECES = re.compile(
    r"""
    (?P<NUMBER>
        (?: [0-9]{1,3} (?:[ \u00a0\u202f][0-9]{3})+ (?![0-9]) (?:[.,][0-9]{1,2}(?![0-9]))?
          | [0-9]+ (?:[.,'’][0-9]+)* )
        (?: [.,][-–—](?![0-9]) )?                                       # the Dutch "80,-"
    )
  | (?P<SYMBOL> (?:(?<![^\W_])(?:US|CA|AU|NZ|HK|C|A|S|R))?\$ | [€£¥₹₺₴₪] )
  | (?P<WORD> (?:[^\W\d_]|[\u0300-\u036f])+ )
  | (?P<MARK> \S | \n )
    """,
    re.VERBOSE,
)
JOINERS = frozenset("-‐‑'’")
ABBREVIATIONS = frozenset({"max", "min", "ca", "env", "excl", "incl", "p"})
CLAUSE_ENDS = frozenset(".!?;,\n()…")
LONGEST_AMOUNT = 15


@lru_cache(maxsize=32)
def tokenise(text: str) -> tuple[Token, ...]:
    """The tokens of a text; remembered, for several readers read the same message."""
    tokens: list[Token] = []
    joined = False
    for piece in PIECES.finditer(text):
        kind, start, end = Kind[str(piece.lastgroup)], piece.start(), piece.end()
        if kind is Kind.MARK and _is_silent(text, start, tokens):
            joined = piece[0] in JOINERS
            continue
        glued = bool(tokens) and tokens[-1].end == start
        value = parse_number(piece[0]) if kind is Kind.NUMBER else None
        capital = kind is Kind.WORD and piece[0].isupper()
        norm = fold(piece[0]) if kind is Kind.WORD else piece[0]
        tokens.append(Token(kind, norm, start, end, value, glued, joined, capital, piece[0]))
        joined = False
    return tuple(tokens)


def _is_silent(text: str, at: int, before: Tokens) -> bool:
    if not before or before[-1].kind is not Kind.WORD or before[-1].end != at:
        return False
    if text[at] == ".":
        return before[-1].norm in ABBREVIATIONS
    return text[at] in JOINERS and text[at + 1 : at + 2].isalpha()


def fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def parse_number(written: str) -> Decimal | None:
    """The value of a number as Belgians, the French, the British and the Swiss write it.

    Of two kinds of separator the last is the decimal one. A single kind groups thousands when each
    group has three digits, and is decimal when one or two digits follow it once.
    """
    written = re.sub(r"[.,][-–—]$", "", written)
    groups = re.split(r"[^0-9]", written)
    marks = re.findall(r"[^0-9]", written)
    if len(written) > LONGEST_AMOUNT or (len(groups[0]) > 1 and groups[0].startswith("0")):
        return None
    cents = ""
    if marks and marks[-1] in ".," and marks.count(marks[-1]) == 1 and len(groups[-1]) <= 2:
        cents = groups.pop()
        marks.pop()
    grouped = all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3
    if len(set(marks)) > 1 or (marks and (not grouped or groups[0] == "0")):
        return None
    return Decimal("".join(groups) + "." + (cents or "0"))


class Phrases(Generic[Meaning]):
    """Phrases by meaning; where several fit, the longest does.

    >>> Phrases({"max": "at most | no more than"}).starting(tokenise("no more than 5"), 0)
    (3, 'max')
    """

    def __init__(self, table: Mapping[Meaning, str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Meaning]]] = {}
        self._by_last: dict[str, list[tuple[tuple[str, ...], Meaning]]] = {}
        entries = [
            (tuple(token.norm for token in tokenise(phrase)), meaning)
            for meaning, phrases in table.items()
            for phrase in phrases.split(" | ")
        ]
        for words, meaning in sorted(entries, key=lambda entry: -len(entry[0])):
            self._by_first.setdefault(words[0], []).append((words, meaning))
            self._by_last.setdefault(words[-1], []).append((words, meaning))

    def starting(self, tokens: Tokens, at: int) -> tuple[int, Meaning] | None:
        """The phrase that begins at `at`: where it ends (exclusive), and its meaning."""
        if not 0 <= at < len(tokens):
            return None
        for words, meaning in self._by_first.get(tokens[at].norm, ()):
            end = at + len(words)
            if end <= len(tokens) and all(
                tokens[at + offset].norm == word for offset, word in enumerate(words)
            ):
                return end, meaning
        return None

    def ending(self, tokens: Tokens, end: int) -> tuple[int, Meaning] | None:
        """The phrase that ends just before `end`: where it begins, and its meaning."""
        if not 0 < end <= len(tokens):
            return None
        for words, meaning in self._by_last.get(tokens[end - 1].norm, ()):
            start = end - len(words)
            if start >= 0 and all(
                tokens[start + offset].norm == word for offset, word in enumerate(words)
            ):
                return start, meaning
        return None


def phrases(listed: str) -> Phrases[bool]:
    return Phrases({True: listed})


def word_set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def norm_at(tokens: Tokens, at: int) -> str:
    """The folded word at `at`; empty outside the text."""
    return tokens[at].norm if 0 <= at < len(tokens) else ""


def ends_clause(tokens: Tokens, at: int) -> bool:
    return not 0 <= at < len(tokens) or tokens[at].norm in CLAUSE_ENDS


def clause_before(tokens: Tokens, at: int, reach: int) -> int:
    """Where the clause around `at` begins, `reach` tokens back at most."""
    start = at
    while start > max(0, at - reach) and not ends_clause(tokens, start - 1):
        start -= 1
    return start


def clause_after(tokens: Tokens, at: int, reach: int) -> int:
    """Where the clause around `at` ends (exclusive), `reach` tokens on at most."""
    end = at
    while end < min(len(tokens), at + reach) and not ends_clause(tokens, end):
        end += 1
    return end


def holds(table: Phrases[bool], tokens: Tokens, start: int, end: int) -> bool:
    """Whether a phrase of the table lies within tokens `start` to `end`."""
    for at in range(max(0, start), end):
        hit = table.starting(tokens, at)
        if hit and hit[0] <= end:
            return True
    return False


def skip_back(tokens: Tokens, at: int, passing: Callable[[Token], bool], most: int = 4) -> int:
    """`at` moved back over at most `most` tokens that may be passed over."""
    limit = max(0, at - most)
    while at > limit and passing(tokens[at - 1]):
        at -= 1
    return at
