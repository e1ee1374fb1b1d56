"""Who is called so: people, usernames and companies that a message names.

The generation says which rows go by a name; whether they still do is asked of the database. A name
has to be said in full, two words at least, and one of them must be no word of the profiles: a
"Rose", a "Mark" or a company "Digital Marketing" is not meant by an ordinary question. A company
counts in a short message, and a last name or one word alone when it is hardly more than that.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from experts.search.constraints.tokens import Kind, Token, fold, tokenise, word_set
from experts.search.languages import ALL_FUNCTION_WORDS, TWO_FACED
from experts.search.mentions import Role, goes_on, role_of
from experts.search.subjects import GENERIC, GREETINGS

BRIEF = 12  # words: in a longer message a company is what somebody works with
MOST = 3  # as many as a visitor is shown
LONGEST = 8  # words of a name
MANY = 100  # of a company that are looked at
MOST_FOUND = 24  # names that are read in one message
LEGAL_FORMS = word_set(
    "bv bvba nv vof cv cvba comm commv sa srl sprl scrl snc asbl vzw aisbl ltd llc llp plc inc corp"
    " gmbh ag ug sas sasu sarl eurl"
)
ASKING_FOR_NAMES = word_set(
    "profile profiles page mr mrs ms miss dr prof mister named called name listed registered"
    " profiel profielen pagina fiche meneer mevrouw mevr dhr heer juffrouw naam heet genaamd"
    " ingeschreven firma kantoor bureau"
    " profil profils monsieur madame mademoiselle mme mlle maitre nom nomme nommee appelle inscrit"
    " inscrite societe cabinet"
)
EMPTY = ALL_FUNCTION_WORDS | TWO_FACED | GENERIC | GREETINGS | ASKING_FOR_NAMES
UNSAID = frozenset(map(fold, EMPTY))  # words around a name that ask for nothing else
MARKS = frozenset("._@")  # what a word has that can only be a username

WORD = re.compile(r"[^\W\d_]+|\d+")

Key = tuple[str, ...]
Holding = Callable[[str], int]  # how many profiles hold a word


def key_of(name: str) -> Key:
    """Its words as `tokenise` folds them, at a tenth of the cost."""
    return tuple(WORD.findall(fold(name)))


def full_names(name: str) -> Iterator[Key]:
    """First name first, and last name first; none of a single word."""
    key = key_of(name)
    if len(key) > 1:
        yield key
        yield (*key[1:], key[0])
        if len(key) > 2:
            yield (key[-1], *key[:-1])


def company_names(company: str) -> Iterator[Key]:
    key = key_of(company)
    yield key
    while key and key[-1] in LEGAL_FORMS:
        key = key[:-1]
    yield key


def keys_of(username: str, name: str, company: str) -> dict[Key, bool]:
    """Everything that this expert goes by, and whether it is the full name of a person."""
    short = key_of(name)[1:] or key_of(name)
    found = {short: False, key_of(username): False}
    found |= dict.fromkeys(company_names(company), False)
    found |= dict.fromkeys(full_names(name), True)
    found.pop((), None)
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that go by one name in a message."""

    key: Key
    rows: tuple[int, ...]
    start: int  # characters of the message
    end: int
    is_whole: bool  # the message says hardly anything else, other names apart
    is_person: bool = False  # called so in full, which is no subject
    role: Role = "wished"
    begin: int = 0  # characters of the words that say so
    finish: int = 0


class _Message:
    """One message cut once, and how much of it says something beside a name."""

    def __init__(self, text: str) -> None:
        self.tokens = tokenise(text)
        self.at = [
            at for at, token in enumerate(self.tokens) if token.kind in (Kind.WORD, Kind.NUMBER)
        ]
        self.said = [self.tokens[at] for at in self.at]
        self._starts = [token.start for token in self.said]
        self._telling = [0, *accumulate(token.norm not in UNSAID for token in self.said)]

    def within(self, start: int, end: int) -> tuple[int, int]:
        """The words from one character to another."""
        return bisect_left(self._starts, start), bisect_left(self._starts, end)

    def beside(self, first: int, last: int) -> int:
        """How many words beside these say anything."""
        return self._telling[-1] - (self._telling[last] - self._telling[first])


class Names:
    """The names of one generation."""

    def __init__(
        self,
        usernames: Sequence[str],
        names: Sequence[str],
        companies: Sequence[str],
        holding: Holding,
    ) -> None:
        self._holding = holding
        self._rows: dict[Key, tuple[int, ...]] = {}
        self._persons: set[Key] = set()
        self._companies: set[Key] = set()
        self._spelled = usernames
        self._usernames: dict[str, list[int]] = defaultdict(list)
        self._own: Counter[str] = Counter()
        self._longest: dict[str, int] = {}
        for row, told in enumerate(zip(usernames, names, companies, strict=True)):
            keys = keys_of(*told)
            of_company = set(company_names(told[2]))
            for key, is_person in keys.items():
                if len(key) > LONGEST:
                    continue
                rows = self._rows.get(key, ())
                if len(rows) < MANY:
                    self._rows[key] = (*rows, row)
                self._longest[key[0]] = max(self._longest.get(key[0], 0), len(key))
                if is_person:
                    self._persons.add(key)
                elif key in of_company and len(key) > 1:
                    self._companies.add(key)
            self._usernames[told[0].casefold()].append(row)
            self._own.update({word for key in keys for word in key})

    def find(self, text: str) -> list[Found]:
        """Names in the order they are said; the longest of those that begin together."""
        message = _Message(text)
        found: list[Found] = []
        at = 0
        while at < len(message.said) and len(found) < MOST_FOUND:
            name = self._at(message, at)
            if name is not None:
                found.append(name)
                at += len(name.key)
            else:
                at += 1
        found += self._named_by_username(text, message, found)
        return _read_as_said(message, sorted(found, key=lambda one: one.start)[:MOST_FOUND])

    def _at(self, message: _Message, at: int) -> Found | None:
        for length in range(self._longest.get(message.said[at].norm, 0), 0, -1):
            some = message.said[at : at + length]
            key = tuple(token.norm for token in some)
            rows = self._rows.get(key)
            if len(some) < length or not rows:
                continue
            is_whole = not message.beside(at, at + length)
            if self._is_meant(key, some, len(message.said), is_whole=is_whole):
                is_person = key in self._persons
                return Found(key, rows, some[0].start, some[-1].end, is_whole, is_person)
        return None

    def _is_meant(self, key: Key, some: Sequence[Token], words: int, *, is_whole: bool) -> bool:
        is_person = key in self._persons
        if not any(map(self._is_telling, key)):
            return is_person and all(_is_name(token) for token in some)
        if is_person or (key in self._companies and words <= BRIEF):
            return True
        return is_whole and len(self._rows[key]) == 1 and self._is_no_phrase(key)

    def _is_no_phrase(self, key: Key) -> bool:
        """Whether no word of it is an ordinary one: "e-commerce" is what a site is."""
        parts = [word for word in key if len(word) > 1 and word not in UNSAID]
        return bool(parts) and all(map(self._is_telling, parts))

    def _is_telling(self, word: str) -> bool:
        """Whether profiles other than those that are called so hardly say it."""
        return word not in UNSAID and self._holding(word) <= self._own[word]

    def _named_by_username(
        self, text: str, message: _Message, found: Sequence[Found]
    ) -> Iterable[Found]:
        """What is written as only a username is ("c.legrand", "@Pauline"), or one alone; of two
        that differ in case, the one that is meant."""
        taken = {row for one in found for row in one.rows}
        at = 0
        for piece in text.split():
            start = text.index(piece, at)
            at = start + len(piece)
            bare = piece.strip("\"'“”‘’«»()[]{}<>,;:!?.")
            name = bare.removeprefix("@")
            rows = [row for row in self._usernames.get(name.casefold(), ()) if row not in taken]
            rows = [row for row in rows if self._spelled[row] == name] or rows
            if not rows or not self._is_telling(fold(name)):
                continue
            first, last = message.within(start, at)
            if first == last:
                continue
            is_whole = not message.beside(first, last)
            if _is_marked(bare) or ((is_whole or "-" in name) and self._is_no_phrase(key_of(name))):
                yield Found(key_of(name), tuple(rows), start, at, is_whole)


def _is_marked(word: str) -> bool:
    """Whether it is written as no other word is."""
    is_mixed = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return is_mixed or not MARKS.isdisjoint(word)


def _read_as_said(message: _Message, found: Sequence[Found]) -> list[Found]:
    """The names with why each is said, and whether they are all there is."""
    spans = [message.within(one.start, one.end) for one in found]
    taken = {at for first, last in spans for at in range(first, last)}
    is_whole = all(at in taken or token.norm in UNSAID for at, token in enumerate(message.said))
    read: list[Found] = []
    told = -1  # token after the last name of an introduction
    for one, (first, last) in zip(found, spans, strict=True):
        start, end = message.at[first], message.at[last - 1] + 1
        role, begin, finish = role_of(message.tokens, start, end)
        if role == "wished" and 0 <= told <= start and goes_on(message.tokens, told, start):
            role, begin = "told", told
        told = end if role == "told" else -1
        since, until = message.tokens[begin].start, max(one.end, message.tokens[finish - 1].end)
        read.append(replace(one, is_whole=is_whole, role=role, begin=since, finish=until))
    return read


def _is_name(token: Token) -> bool:
    """Written as names are: with one capital."""
    return token.spelled[:1].isupper() and not token.capital
