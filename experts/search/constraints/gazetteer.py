"""Places by their names in several languages, and which place lies in which.

The file is made by `benchmarks/gazetteer.py`; nothing else is asked, on disk or elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from experts.search.constraints.tokens import tokenise

FILE = Path(__file__).parent / "gazetteer.tsv"
WORD = "*"  # between a name that is also a word and the languages of that
RIVAL = 0.1  # share of the largest place's population under which a namesake is not meant
LONGEST = 5  # words of a name
OR = re.compile(r"\s+(?:or|and|of|en|ou|et)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A country, region or city."""

    code: str
    within: tuple[str, ...]  # codes of what contains it
    population: int


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for: one place, or several that share it."""

    places: tuple[Place, ...]
    words_of: frozenset[str] = frozenset()  # languages in which it is also a word

    def contains(self, other: "Named") -> bool:
        """Whether what `other` names can lie in what this names."""
        mine = {place.code for place in self.places}
        return any(not mine.isdisjoint((place.code, *place.within)) for place in other.places)


def folded(name: str) -> str:
    """The name as questions are read: without case, accents, hyphens and apostrophes."""
    return " ".join(token.norm for token in tokenise(name))


class Gazetteer:
    """The file in memory; what a name stands for is worked out when it is asked."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.of_names: dict[str, list[int]] = {}
        for number, line in enumerate(self.lines):
            for name in line.rpartition("\t")[2].split("|"):
                self.of_names.setdefault(name.partition(WORD)[0], []).append(number)

    def named(self, plain: str) -> Named | None:
        """Countries, regions and the largest cities of a folded name.

        What a place is called at home is not meant for one that is called so elsewhere.
        """
        own: list[Place] = []
        other: list[Place] = []
        words: set[str] = set()
        for number in self.of_names.get(plain, ()):
            code, within, population, names = self.lines[number].split("\t")
            place = Place(code, tuple(within.split()), int(population))
            for at, name in enumerate(names.split("|")):
                spelled, _, languages = name.partition(WORD)
                if spelled == plain:
                    (other if at and place.population else own).append(place)
                    words |= set(languages.split())
        places = own or other
        if not places:
            return None
        least = RIVAL * max(place.population for place in places)
        meant = [one for one in places if not one.population or one.population >= least]
        return Named(tuple(meant), frozenset(words))


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer(FILE.read_text(encoding="utf-8"))


@lru_cache(4096)
def named(plain: str) -> Named | None:
    """What a folded name stands for; None for no place's name."""
    return gazetteer().named(plain)


@lru_cache(4096)
def located(location: str) -> Named | None:
    """What a profile's location says: "Gent, Belgium" is the Ghent that lies in Belgium."""
    parts = [part for part in map(named, parts_of(location)) if part]
    if not parts:
        return None
    first, *others = parts
    for other in others:
        inside = tuple(p for p in first.places if other.contains(Named((p,))))
        first = Named(inside or first.places)
    return first


def _parts(location: str) -> Iterator[str]:
    for part in location.replace("/", ",").replace("(", ",").replace(")", ",").split(","):
        if part.strip():
            yield part.strip()


def alternatives(place: str) -> Sequence[str]:
    """The places of a demand: two of "Ghent or Antwerp", one of "Bosnia and Herzegovina"."""
    return [place] if named(folded(place)) else OR.split(place.strip())


def lies_in(location: str, place: str) -> bool:
    """Whether a profile's location lies in a place of that name, or is written like it."""
    return any(_lies_in_one(location, one) for one in alternatives(place))


def _lies_in_one(location: str, place: str) -> bool:
    there, here = named(folded(place)), located(location)
    if there and here:
        return there.contains(here)
    return folded(place) in parts_of(location)


def parts_of(location: str) -> Sequence[str]:
    """What a location names, folded: "gent" and "belgium" of "Gent, Belgium"."""
    return [folded(part) for part in _parts(location)]


def codes_of(location: str) -> frozenset[str]:
    """The codes of what a location can be, and of all that contains it."""
    here = located(location)
    places = here.places if here else ()
    return frozenset(code for place in places for code in (place.code, *place.within))
