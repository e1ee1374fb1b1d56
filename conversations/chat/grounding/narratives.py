"""Whether a text to the visitor may be shown: it names only who is shown, and promises nothing."""

from collections.abc import Collection, Iterable
from itertools import pairwise

from conversations.chat.grounding import lexicon
from conversations.chat.grounding.claims import foreign, is_content, is_name
from conversations.chat.grounding.facts import Facts, Token, numbers, tokens
from experts.search.languages import words
from experts.text.detection import detect

LONGEST = 700  # characters
LEAKED = 6  # words in a row that are also ours
STRANGE = 0.25  # share of unknown words from which a text is about something else
LATIN_ENDS = "\u0250"
MEANT = 1e4  # prior odds that a text is in the language it was asked for in


def objection(
    text: str, facts: Facts, topic: Facts, strange: Collection[str], shown: int, language: str
) -> str:
    """Why the text may not be shown, as a word to count by; empty when it may.

    `facts` are those of everybody shown, `topic` is what the visitor wrote, `strange` are names of
    others, and `shown` is how many are.
    """
    found = tokens(text)
    if not found or len(text) > LONGEST:
        return "length"
    return (
        foreign(text)
        or ("number" if numbers(text, found) - facts.numbers - {str(shown)} else "")
        or ("language" if is_other_language(text, language) else "")
        or _wording(found, facts, topic)
        or ("name" if any(token.word in strange for token in found) else "")
    )


def leaks(text: str, secrets: Iterable[str]) -> bool:
    """Whether the text repeats a stretch of what only the model was told."""
    said = _stretches(text)
    return any(said & _stretches(secret) for secret in secrets)


def _stretches(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[at : at + LEAKED]) for at in range(len(said) - LEAKED + 1)}


def is_other_language(text: str, language: str) -> bool:
    """Whether it is clearly in another language than it should be."""
    return detect(text, {language: MEANT}) != language


def _wording(found: list[Token], facts: Facts, topic: Facts) -> str:
    content = [token for token in found if is_content(token) or is_name(token)]
    strange = [token for token in content if not _is_known(token, facts, topic)]
    if any(token.word in lexicon.TOO_MUCH and token.word not in facts.words for token in found):
        return "praise"
    if any(_is_conspicuous(token) for token in strange):
        return "name"
    if len(strange) > STRANGE * len(content) or _side_by_side(found, strange):
        return "claim"
    return "name" if _is_called(found, facts) else ""


def _is_known(token: Token, facts: Facts, topic: Facts) -> bool:
    return facts.back(token.word) or (_is_latin(token) and topic.back(token.word))


def _is_conspicuous(token: Token) -> bool:
    return token.text[0].isupper() or not token.text.isalpha() or not _is_latin(token)


def _is_latin(token: Token) -> bool:
    """Other letters look like these and would spell the names of others."""
    return max(token.text) < LATIN_ENDS


def _side_by_side(found: list[Token], strange: list[Token]) -> bool:
    """Two unknown words in a row are a name in lower case or a claim of its own."""
    return any(one in strange and other in strange for one, other in pairwise(found))


def _is_called(found: list[Token], facts: Facts) -> bool:
    """Two capitalised words in a row that only the visitor wrote: a person of their choosing."""
    loose = [
        token.text[0].isupper()
        and (is_content(token) or is_name(token))
        and not facts.back(token.word)
        for token in found
    ]
    return any(one and other for one, other in pairwise(loose))
