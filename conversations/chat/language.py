"""The language that a visitor is answered in."""

from collections.abc import Iterable

from conversations.chat.dialogue import Dialogue
from experts.search.languages import FUNCTION_WORDS, words
from experts.text.detection import LANGUAGES, probabilities

DEFAULT = "en"
# Prior odds of a language against each other one, by what it is expected from.
DIALOGUE_ODDS, PAGE_ODDS, DEFAULT_ODDS = 30.0, 20.0, 5.0
# Chance that a bare subject in English is a loanword of somebody who speaks another language.
LOANWORD = 0.1
LONGEST_LOAN = 3  # words


def visitor_language(message: str, dialogue: Dialogue, page: str = "") -> str:
    """Return the language to answer a message of this dialogue in."""
    earlier = dialogue.languages
    if dialogue.history_text:
        earlier = [language_of(dialogue.history_text, page=page)]
    return language_of(message, earlier, page)


def language_of(message: str, earlier: Iterable[str] = (), page: str = "") -> str:
    """Return the most probable language of a message, out of those we have texts for.

    The prior is the dialogue's language (`earlier`, the latest first), else that of the page, else
    English. It decides alone where the message is in a language that we do not speak.
    """
    expected, odds = _expected(earlier, page)
    chances = probabilities(message)
    if expected != DEFAULT and _is_bare_subject(message):
        chances[expected] += LOANWORD * chances[DEFAULT]
    chances[expected] *= odds
    best = max(chances, key=lambda code: chances[code])
    return best if best in LANGUAGES else expected


def _expected(earlier: Iterable[str], page: str) -> tuple[str, float]:
    for code in earlier:
        if code in LANGUAGES:
            return code, DIALOGUE_ODDS
    return (page, PAGE_ODDS) if page in LANGUAGES else (DEFAULT, DEFAULT_ODDS)


def _is_bare_subject(message: str) -> bool:
    """Whether these are a few words without any that English makes sentences of."""
    said = words(message)
    return len(said) <= LONGEST_LOAN and not FUNCTION_WORDS[DEFAULT].intersection(said)
