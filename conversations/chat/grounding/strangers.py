"""Names of people of the directory who are not meant, found among the words of a text."""

from collections.abc import Iterable

from django.db.models import Q

from conversations.chat.grounding.claims import is_content, is_name
from conversations.chat.grounding.facts import Facts, tokens
from experts.models import Expert

LOOKED_UP = 40  # words of one answer; the first that are not the shown experts' own names


def strangers(texts: Iterable[str], shown: Iterable[Expert]) -> frozenset[str]:
    """Words of the texts that are a first, last, full or user name of somebody not shown.

    One query for a whole answer. Names and companies of those shown are theirs, even where somebody
    else is called so; the rest of their profiles is no licence to name others.
    """
    shown = list(shown)
    own = Facts.of(text for expert in shown for text in (expert.name, expert.company))
    said = dict.fromkeys(
        token.word
        for text in texts
        for token in tokens(text)
        if (is_content(token) or is_name(token)) and token.word not in own.words
    )
    return _called(list(said)[:LOOKED_UP], [expert.pk for expert in shown]) if said else frozenset()


def _called(words: list[str], shown: list[int]) -> frozenset[str]:
    spelled = [form for word in words for form in (word, word.title(), word.upper())]
    named = Q(first_name__in=spelled) | Q(last_name__in=spelled) | Q(username__in=spelled)
    for word in words:
        named |= Q(name__istartswith=f"{word} ") | Q(name__iendswith=f" {word}")
    rows = Expert.objects.exclude(pk__in=shown).filter(named)
    names = rows.values_list("first_name", "last_name", "name", "username")[:200]
    known = {part for row in names for name in row for part in name.casefold().split()}
    return frozenset(known & set(words))
