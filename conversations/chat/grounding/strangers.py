"""Names of people of the directory who are not meant, found among the words of a text."""

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from conversations.chat.grounding.claims import is_content, is_name
from conversations.chat.grounding.facts import Facts, tokens
from experts.models import Expert
from experts.search.features import unaccented

LOOKED_UP = 40  # words in one query


def strangers(texts: Iterable[str], shown: Iterable[Expert]) -> frozenset[str]:
    """Words of the texts that are a first, last, full or user name of somebody not shown.

    Names and companies of those shown are theirs, even where somebody else is called so; the rest
    of their profiles is no licence to name others.
    """
    shown = list(shown)
    own = Facts.of(text for expert in shown for text in (expert.name, expert.company))
    said = {
        token.word: unaccented(token.word)
        for text in texts
        for token in tokens(text)
        if (is_content(token) or is_name(token)) and token.word not in own.words
    }
    others = Expert.objects.exclude(pk__in=[expert.pk for expert in shown])
    spelled = list(dict.fromkeys([*said, *said.values()]))
    known: set[str] = set()
    for at in range(0, len(spelled), LOOKED_UP):
        known |= _called(spelled[at : at + LOOKED_UP], others)
    return frozenset(word for word, plain in said.items() if {word, plain} & known)


def _called(words: Sequence[str], others: QuerySet[Expert]) -> set[str]:
    spelled = [form for word in words for form in (word, word.title(), word.upper())]
    named = Q(first_name__in=spelled) | Q(last_name__in=spelled) | Q(username__in=spelled)
    named |= Q(name__in=spelled)
    for word in words:
        named |= Q(name__istartswith=f"{word} ") | Q(name__iendswith=f" {word}")
    names = others.filter(named).values_list("first_name", "last_name", "name", "username")
    known = {part for row in names for name in row for part in name.casefold().split()}
    return known & set(words)
