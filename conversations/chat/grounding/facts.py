"""What the fields of profiles say, in a form that sentences can be held against."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from conversations.chat.grounding import lexicon
from experts.models import Expert
from experts.search.features import stems_of, unaccented
from experts.search.languages import ELISION

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
NUMBER = re.compile(r"(?<!\w)\d+(?:[.,'’ \u00a0\u202f]\d+)*(?!\w)")
GROUPED = re.compile(r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+")
CLAUSE_END = re.compile(r"[.!?…;:,–—()\n]|\s-\s")
REACH = 3  # words that a negation reaches on either side
SHORTEST_PART = 4  # letters of each part of a compound that is there
LONG_PART = 7  # letters of a part that may stand for itself: the "belasting" of "belastingadvies"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text."""

    text: str  # as written
    word: str  # case folded, without an elided article or an "'s"
    opens: bool  # whether a sentence begins with it
    clause: int
    negated: bool = False


def tokens(text: str) -> list[Token]:
    text = unicodedata.normalize("NFKC", text)
    found: list[Token] = []
    clause, last = 0, 0
    for match in WORD.finditer(text):
        between = text[last : match.start()]
        clause += bool(CLAUSE_END.search(between))
        opens = not found or bool(re.search(r"[.!?…:\n“\"«]", between))
        folded = ELISION.sub("", match.group().casefold().replace("’", "'"))
        found.append(Token(match.group(), folded.removesuffix("'s"), opens, clause))
        last = match.end()
    return _with_stance(found)


def _with_stance(found: list[Token]) -> list[Token]:
    deniers = [at for at, token in enumerate(found) if token.word in lexicon.NEGATORS]
    if not deniers:
        return found
    return [
        Token(one.text, one.word, one.opens, one.clause, negated=True)
        if any(abs(at - there) <= REACH and found[there].clause == one.clause for there in deniers)
        else one
        for at, one in enumerate(found)
    ]


@lru_cache(maxsize=16384)
def forms(word: str) -> tuple[str, ...]:
    """The word's stems in the three languages, and itself without accents."""
    return (*stems_of(word), f"={unaccented(word)}")


def numbers(text: str, words: Iterable[Token]) -> set[str]:
    """Every number of a text, in digits or in words, written one way."""
    found = {_plain(match.group()) for match in NUMBER.finditer(text)}
    return found | {str(value) for value in _written(words)}


def _plain(digits: str) -> str:
    if GROUPED.fullmatch(digits):
        digits = re.sub(r"\D", "", digits)
    whole, _, rest = re.sub(r"[,'’ \u00a0\u202f]", ".", digits).partition(".")
    rest = rest.rstrip("0")
    return f"{int(whole)}.{rest}" if rest else str(int(whole))


def _written(words: Iterable[Token]) -> Iterator[int]:
    for is_numeral, run in groupby(words, key=lambda token: token.word in lexicon.NUMERALS):
        said = [token.word for token in run]
        if is_numeral and not (len(said) == 1 and said[0] in lexicon.ARTICLES):
            yield lexicon.value_of(said)


@dataclass(frozen=True)
class Facts:
    """The words, numbers and denials of some texts."""

    stances: dict[str, set[bool]] = field(default_factory=dict)  # form → negated or not
    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Facts":
        stances: dict[str, set[bool]] = {}
        seen: set[str] = set()
        counted: set[str] = set()
        for text in texts:
            found = tokens(text)
            counted |= numbers(text, found)
            for token in found:
                seen.add(token.word)
                for form in forms(token.word):
                    stances.setdefault(form, set()).add(token.negated)
        return cls(stances, frozenset(seen), frozenset(counted))

    @classmethod
    def about(cls, *experts: Expert) -> "Facts":
        """All that the profiles say, but for rates and links, which the cards show."""
        return cls.of(text for expert in experts for text in _texts(expert))

    def back(self, word: str) -> bool:
        return bool(self.stance(word)) or self._backs_compound(word)

    def stance(self, word: str) -> set[bool]:
        """Whether it is said denied, affirmed, both, or (empty) not at all."""
        found: set[bool] = set()
        for form in forms(word):
            found |= self.stances.get(form, set())
        return found

    def _backs_compound(self, word: str) -> bool:
        """A Dutch compound of two words that are both there, or a part of one that is."""
        if len(word) >= LONG_PART and any(
            one.startswith(word) or one.endswith(word) for one in self.words
        ):
            return True
        for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
            head, tail = word[:cut], word[cut:]
            if self.stance(tail) and (self.stance(head) or self.stance(head.removesuffix("s"))):
                return True
        return False


def _texts(expert: Expert) -> Iterator[str]:
    yield from (expert.name, expert.first_name, expert.last_name)
    yield from (expert.job_title, expert.company, expert.bio, expert.category, expert.location)
    yield from map(str, expert.tags)
    yield from (lexicon.SPOKEN.get(str(code), "") for code in expert.languages)
