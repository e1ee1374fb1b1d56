"""One specific question from what was found, with answers to click that split the candidates."""

from collections.abc import Iterator

from django.db.models import Count

from conversations.chat.commands import reads_as_command
from conversations.chat.evidence import shared_words
from conversations.chat.protocols import Turn
from conversations.chat.texts import Phrases, listed, phrases
from conversations.chat.words import stem, subject_words
from experts.models import Expert
from experts.search.languages import words
from experts.search.retrieval import Candidate, Retrieval

LOOKED_AT = 12  # candidates whose kinds are compared
MOST = 4
SHORTEST = 3  # letters of a word that may be the beginning of another
TOO_LONG = 60  # characters of a choice


def clarify(turn: Turn) -> tuple[str, tuple[str, ...]]:
    """The question and 2 to 4 answers to click; neither was used before in this dialogue."""
    text, reason = phrases(turn.language), turn.decision.reason
    offered = turn.dialogue.offered
    if reason == "broad":
        choices = [kind for kind in kinds(turn.retrieval) if kind.casefold() not in offered][:MOST]
        if len(choices) > 1:
            return _unused(text, text.choices, turn, listed(choices, text.or_)), tuple(choices)
    variants = text.opens.get(reason, text.opens["broad"])
    suggested = (text.help_with.format(subject=subject) for subject in _subjects(turn))
    fresh = [one for one in suggested if one.casefold() not in offered][:MOST]
    return _unused(text, variants, turn), tuple(fresh)


def _unused(text: Phrases, variants: tuple[str, ...], turn: Turn, choices: str = "") -> str:
    for variant in variants:
        question = variant.format(choices=choices)
        if question not in turn.dialogue.replies:
            return question
    return text.last_resort.format(number=len(turn.dialogue.past) + 1)


def kinds(retrieval: Retrieval) -> list[str]:
    """Tags, categories or titles that split those who may fit, each covering others than the ones
    before it. Empty or one when they are all of a kind."""
    candidates = _fitting(retrieval)
    asked = {stem(word) for word in subject_words(retrieval.query)}
    holders: dict[str, set[int]] = {}
    spelled: dict[str, str] = {}
    for rank, candidate in enumerate(candidates):
        for label in _labels(candidate.expert):
            key = label.casefold()
            if any(not _is_kin(stem(word), asked) for word in words(label)):
                holders.setdefault(key, set()).add(rank)
                spelled.setdefault(key, label)
    return [spelled[key] for key in _splitting(holders, len(candidates))]


def _is_kin(word: str, asked: set[str]) -> bool:
    """Whether a stem was asked for, in the singular or the plural: "tax" and "taxes"."""
    if len(word) < SHORTEST:
        return word in asked
    return any(word.startswith(one) or one.startswith(word) for one in asked)


def _fitting(retrieval: Retrieval) -> list[Candidate]:
    """Those who have the question's words; for want of two, those who are not far off."""
    found = retrieval.candidates[:LOOKED_AT]
    named = [one for one in found if shared_words(retrieval.query, one.expert.document().text)]
    if len(named) > 1:
        return named
    return [one for one in found if one.tier != "possible"]


def _labels(expert: Expert) -> Iterator[str]:
    for label in [*expert.tags, expert.category, expert.job_title]:
        is_short = isinstance(label, str) and 2 < len(label.strip()) <= TOO_LONG
        if is_short and not reads_as_command(label):
            yield label.strip()


def _splitting(holders: dict[str, set[int]], total: int) -> Iterator[str]:
    """Greedily the label that best covers candidates not covered yet; early ranks weigh more."""
    covered: set[int] = set()
    left = {key: ranks for key, ranks in holders.items() if len(ranks) <= max(1, total // 2)}
    for _ in range(MOST):
        gains = {
            key: sum(1 / (2 + rank) for rank in ranks - covered)
            for key, ranks in left.items()
            if not ranks & covered
        }
        if not gains:
            return
        best = max(gains, key=lambda key: gains[key])
        covered |= left.pop(best)
        yield best


def _subjects(turn: Turn) -> list[str]:
    """Examples of what the directory covers: its largest categories, else what was found."""
    rows = Expert.objects.recommendable().exclude(category="").values_list("category")
    largest = [name for (name, _) in rows.annotate(n=Count("id")).order_by("-n", "category")[:12]]
    return largest or kinds(turn.retrieval)


def assumption(retrieval: Retrieval) -> str:
    """What an answer without a clear question is about: words the first candidate's profile has."""
    expert = retrieval.candidates[0].expert
    return next(_labels(expert), expert.job_title)
