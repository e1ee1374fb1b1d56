"""Whether a text to the visitor may be shown: it names only who is shown, and promises nothing."""

from collections.abc import Collection, Iterable, Sequence
from itertools import islice, pairwise

from django.db.models import Q

from conversations.chat.grounding import lexicon
from conversations.chat.grounding.claims import foreign, is_content, is_name
from conversations.chat.grounding.facts import Facts, Token, numbers, tokens
from experts.models import Expert
from experts.search.languages import FUNCTION_WORDS, words

LONGEST = 700  # characters
LEAKED = 6  # words in a row that are also ours
STRANGE = 0.25  # share of unknown words from which a text is about something else
LOOKED_UP = 24  # words of a text that are held against the names of the directory
TELLING = 6  # function words from which a language is told


def objection(text: str, facts: Facts, topic: Facts, shown: Sequence[Expert], language: str) -> str:
    """Why the text may not be shown, as a word to count by; empty when it may.

    `facts` are those of everybody shown, `topic` is what the visitor wrote.
    """
    found = tokens(text)
    if not text.strip() or len(text) > LONGEST:
        return "length"
    return (
        foreign(text)
        or ("number" if numbers(text, found) - facts.numbers - {str(len(shown))} else "")
        or ("language" if _is_other_language(text, language) else "")
        or _wording(found, facts, topic)
        or ("name" if _names_others(found, facts, shown) else "")
    )


def leaks(text: str, secrets: Iterable[str]) -> bool:
    """Whether the text repeats a stretch of what only the model was told."""
    said = _stretches(text)
    return any(said & _stretches(secret) for secret in secrets)


def _stretches(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[at : at + LEAKED]) for at in range(len(said) - LEAKED + 1)}


def _is_other_language(text: str, language: str) -> bool:
    """Whether its function words are clearly another language's."""
    said = words(text)
    counts = {name: sum(word in known for word in said) for name, known in FUNCTION_WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    return counts[best] >= TELLING and counts[best] > 2 * counts.get(language, 0)


def _wording(found: list[Token], facts: Facts, topic: Facts) -> str:
    content = [token for token in found if is_content(token) or is_name(token)]
    strange = [token for token in content if not _is_known(token, facts, topic)]
    if any(token.word in lexicon.TOO_MUCH and token.word not in facts.words for token in found):
        return "praise"
    if any(token.text[0].isupper() or not token.text.isalpha() for token in strange):
        return "name"
    if len(strange) > STRANGE * len(content) or _side_by_side(found, strange):
        return "claim"
    return "name" if _is_called(found, facts) else ""


def _is_known(token: Token, facts: Facts, topic: Facts) -> bool:
    return facts.back(token.word) or topic.back(token.word)


def _side_by_side(found: list[Token], strange: list[Token]) -> bool:
    """Two unknown words in a row are a name in lower case or a claim of its own."""
    return any(one in strange and other in strange for one, other in pairwise(found))


def _is_called(found: list[Token], facts: Facts) -> bool:
    """Two capitalised words in a row that only the visitor wrote: a person of their choosing."""
    loose = [token.text[0].isupper() and not facts.back(token.word) for token in found]
    return any(one and other for one, other in pairwise(loose))


def _names_others(found: list[Token], facts: Facts, shown: Sequence[Expert]) -> bool:
    """Whether a word is the name of somebody in the directory who is not shown."""
    loose = dict.fromkeys(
        token.word
        for token in found
        if (is_content(token) or is_name(token)) and not facts.back(token.word)
    )
    return bool(loose) and _somebody(list(islice(loose, LOOKED_UP)), [one.pk for one in shown])


def _somebody(some: Sequence[str], shown: Collection[int]) -> bool:
    spelled = [form for word in some for form in (word, word.title(), word.upper())]
    called = Q(first_name__in=spelled) | Q(last_name__in=spelled) | Q(username__in=spelled)
    for word in some:
        called |= Q(name__istartswith=f"{word} ") | Q(name__iendswith=f" {word}")
    return Expert.objects.exclude(pk__in=shown).filter(called).exists()
