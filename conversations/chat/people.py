"""Whom a message means among those shown before: by name, by number, by what they do, or "she"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from conversations.chat.dialogue import Dialogue, Shown
from conversations.chat.words import stem, subject_words, word_set
from experts.search.constraints.tokens import fold
from experts.search.languages import words
from experts.search.names import UNSAID, key_of

ORDINALS = {
    0: word_set("1 1st 1e 1er 1re first eerste premier première"),
    1: word_set("2 2nd 2e 2de 2eme second tweede deuxième seconde"),
    2: word_set("3 3rd 3e 3de 3eme third derde troisième"),
    -1: word_set("last laatste dernier dernière"),
}
PLACE_OF = {fold(word): place for place, said in ORDINALS.items() for word in said}
SHORTEST = 3  # letters of a part of a name that is a name by itself

How = Literal["name", "number", "description", "context"]


@dataclass(frozen=True, slots=True)
class Meant:
    """Somebody shown before, and the message without what names them."""

    who: Shown
    how: How
    rest: str


def meant(message: str, dialogue: Dialogue) -> Meant | None:
    """Who is meant; without any sign of it the first of those shown last, None if nobody was."""
    last = dialogue.last_shown
    if named := _by_name(message, dialogue.all_shown):
        return named
    place, listed = ordinal(message), dialogue.last_list
    if place is not None and listed[place:]:
        return Meant(listed[place], "number", message)
    if described := _by_description(message, last):
        return Meant(described, "description", message)
    return Meant(last[0], "context", message) if last else None


def ordinal(message: str) -> int | None:
    """The place that a message chooses, -1 for the last; None when it names none or several."""
    found = {PLACE_OF[word] for word in map(fold, words(message)) if word in PLACE_OF}
    return found.pop() if len(found) == 1 else None


def without_places(message: str) -> str:
    """The message without "first" or "2nd"."""
    return " ".join(word for word in message.split() if not PLACE_OF.keys() & set(key_of(word)))


def _by_name(message: str, shown: Sequence[Shown]) -> Meant | None:
    """Whoever has the most words of their name said; of several alike, who was shown last."""
    said = set(key_of(message))
    best: Meant | None = None
    most = 0
    for one in shown:
        parts = {part for part in key_of(one.name) if _is_telling(part)} & said
        if len(parts) > most:
            rest = " ".join(word for word in message.split() if not parts & set(key_of(word)))
            best, most = Meant(one, "name", rest), len(parts)
    return best


def names_by_itself(name: str) -> list[str]:
    """The parts of a name that somebody is called by: "Ann" and "Maes"."""
    return [part for part in name.split() if all(map(_is_telling, key_of(part)))]


def _is_telling(part: str) -> bool:
    return len(part) >= SHORTEST and part not in UNSAID


def _by_description(message: str, shown: Sequence[Shown]) -> Shown | None:
    """The one of several whose job title alone has a word of the message."""
    said = set(map(stem, subject_words(message)))
    fitting = [one for one in shown if said & set(map(stem, words(one.title)))]
    return fitting[0] if len(fitting) == 1 and len(shown) > 1 else None
