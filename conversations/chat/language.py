"""The visitor's language: English, Dutch or French."""

import re
from collections.abc import Iterable

from experts.search.languages import DEFAULT, FUNCTION_WORDS, words

LANGUAGES = ("en", "nl", "fr")
# Spellings that one of the three has and the others hardly, for messages of a word or two.
SPELLINGS = {
    "nl": re.compile(
        r"ij|aa|uu|oe[kmnrt]|ee[nrlt]|sch|[a-z]heid\b|[a-z]ingen\b|kund|dienst|belasting|btw\b|zoek|goed"
    ),
    "fr": re.compile(
        r"[éèêàçùœîô]|eau[x]?\b|tion\s+d|eur[s]?\b|ique[s]?\b|able[s]?\b|ment\b|ière?\b|tva\b|isme\b|oi[rtx]"
    ),
    "en": re.compile(r"th|wh|ing\b|ght|tax\b|law(yer)?\b|ship\b|ness\b|sh"),
}
SPOKEN_FOR = {
    "hello": "en", "hi": "en", "hey": "en", "help": "en", "thanks": "en", "cheaper": "en",
    "hallo": "nl", "hoi": "nl", "dag": "nl", "goedendag": "nl", "hulp": "nl", "bedankt": "nl",
    "goedkoper": "nl", "bonjour": "fr", "salut": "fr", "bonsoir": "fr", "aide": "fr", "merci": "fr",
}  # fmt: skip


def language_of(message: str, earlier: Iterable[str] = ()) -> str:
    """The language of the message; when it does not tell, that of `earlier`, latest first."""
    said = words(message)
    counts = {language: _weight(said, language) for language in LANGUAGES}
    best = max(counts.values())
    told = [language for language, count in counts.items() if count == best]
    if best and len(told) == 1:
        return told[0]
    for language in earlier:
        if language in LANGUAGES:
            return language
    spelled = {language: len(SPELLINGS[language].findall(message.casefold())) for language in told}
    leading = max(spelled, key=lambda language: spelled[language])
    return leading if spelled[leading] else told[0] if best else DEFAULT


def _weight(said: list[str], language: str) -> float:
    """Function words of this language; one that is another's too counts half."""
    weight = 0.0
    for word in said:
        if SPOKEN_FOR.get(word) == language:
            weight += 1
        elif word in FUNCTION_WORDS[language]:
            others = sum(word in FUNCTION_WORDS[other] for other in LANGUAGES if other != language)
            weight += 1 / (1 + others)
    return weight
