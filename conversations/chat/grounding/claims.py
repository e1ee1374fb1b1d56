"""Whether one sentence about an expert is backed by that expert's own fields."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

from conversations.chat.contact_details import has_contact_details
from conversations.chat.grounding import lexicon
from conversations.chat.grounding.facts import Facts, Token, numbers, tokens
from conversations.chat.masking import CONTROL, INVISIBLE
from experts.search.languages import ALL_FUNCTION_WORDS

MARKUP = re.compile(r"[<>{}\[\]`|\\*_~=^]|(?<!\w)#|\]\(|&[a-z#0-9]+;")
RATE = re.compile(
    r"[€$£]\s?\d|\d\s?(?:[€$£]|eur\b|usd\b|gbp\b|euros?\b|dollars?\b|pounds?\b)"
    r"|\b(?:per|an|par|de\s+l['’])\s?(?:hour|uur|heure)\b|\b(?:hourly|uurtarief|taux\s+horaire|tarief|rate)\b",
    re.IGNORECASE,
)
# "gdpr.shop", where no blank follows the stop; the trades' own names are none.
ADDRESS = re.compile(r"(?<![\w.])(?!\w+\.(?:js|net)\b)[\w-]{2,}\.[a-z]{2,}")
# Letters one by one, or each under a mark of its own: a word that is to be read and not found.
SPACED = re.compile(r"(?<!\w)\w(?:\W{1,3}\w){4,}(?!\w)")
MARKS = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]")
OPENING = 5  # words within which a clause turns to the visitor


def objection(sentence: str, facts: Facts, topic: Facts) -> str:
    """Why the sentence may not be said, as a word to count by; empty when the fields back it.

    `topic` is what the visitor wrote: a clause that speaks to the visitor may repeat it, but it is
    evidence of nothing.
    """
    found = tokens(sentence)
    return (
        foreign(sentence)
        or ("number" if numbers(sentence, found) - facts.numbers else "")
        or _unsupported(found, facts, topic)
        or ("negation" if any(_flipped(token, facts) for token in found) else "")
    )


def foreign(text: str) -> str:
    """What no sentence of ours holds: links, contacts, rates, markup, hidden signs."""
    if has_contact_details(text) or ADDRESS.search(text):
        return "contact"
    if RATE.search(text):
        return "rate"
    if MARKUP.search(text) or INVISIBLE.search(text) or CONTROL.search(text):
        return "markup"
    if SPACED.search(text) or MARKS.search(unicodedata.normalize("NFKC", text)):
        return "markup"
    return ""


def _unsupported(found: list[Token], facts: Facts, topic: Facts) -> str:
    backed = 0
    for _, clause in groupby(found, key=lambda token: token.clause):
        said = list(clause)
        allowed = topic if _speaks_to_visitor(said) else None
        for token in said:
            problem = _problem(token, facts, allowed)
            if problem:
                return problem
        backed += sum(is_content(token) and facts.back(token.word) for token in said)
    return "" if backed else "vacuous"


def _speaks_to_visitor(clause: list[Token]) -> bool:
    opening = {token.word for token in clause[:OPENING]}
    return bool(opening & lexicon.VISITOR) and not any(
        token.word in lexicon.EXPERT for token in clause
    )


def _problem(token: Token, facts: Facts, topic: Facts | None) -> str:
    if token.word in lexicon.TOO_MUCH:
        return "" if token.word in facts.words else "praise"
    if is_name(token):
        known = token.word in facts.words or facts.back(token.word)
        return "" if known or (topic and topic.back(token.word)) else "name"
    if not is_content(token) or facts.back(token.word):
        return ""
    return "" if topic and topic.back(token.word) else "claim"


def is_content(token: Token) -> bool:
    """Whether the word says something that a profile can back."""
    word = token.word
    if word in lexicon.NUMERALS or word.isdigit() or len(word) == 1:
        return False
    return word not in ALL_FUNCTION_WORDS and word not in lexicon.NEUTRAL | lexicon.NEGATORS


def is_name(token: Token) -> bool:
    """Capitals where grammar asks for none: a person, an organisation, an acronym."""
    letters = token.text
    if letters == "I" or not letters[0].isalpha():
        return False
    if len(letters) > 1 and letters.isupper():
        return True
    return letters[0].isupper() and not token.opens


def _flipped(token: Token, facts: Facts) -> bool:
    """Whether the fields say the word only denied and the sentence affirms it, or the reverse."""
    if not is_content(token):
        return False
    said = facts.stance(token.word)
    return bool(said) and token.negated not in said


def unknown(found: list[Token], *known: Facts) -> Iterator[Token]:
    """Content words and names that none of the facts has."""
    for token in found:
        if (is_content(token) or is_name(token)) and not any(one.back(token.word) for one in known):
            yield token
