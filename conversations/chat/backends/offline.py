"""The composer that needs no model: phrases of ours around words of the profiles."""

from decimal import Decimal
from itertools import islice

from conversations.chat import evidence
from conversations.chat.clarifying import assumption, clarify
from conversations.chat.protocols import Turn
from conversations.chat.texts import LANGUAGE_NAMES, Phrases, listed, phrases
from conversations.chat.tiers import worth_showing
from conversations.replies import Evidence, Pick, Reply
from experts.search.constraints import Constraints
from experts.search.retrieval import Candidate
from experts.text.detection import prose_language

MOST = 3
WORDS_NAMED = 3


class OfflineComposer:
    name = "offline"

    def compose(self, turn: Turn) -> Reply:
        if turn.decision.is_match:
            picks = _picks(turn)
            return _reply(turn, _narrative(turn, picks), picks, _follow_ups(turn, picks))
        narrative, suggestions = clarify(turn)
        return _reply(turn, narrative, (), suggestions)


def _reply(
    turn: Turn, narrative: str, picks: tuple[Pick, ...], suggestions: tuple[str, ...]
) -> Reply:
    return Reply(
        narrative=narrative,
        picks=picks,
        suggestions=suggestions,
        interpreted=turn.retrieval.constraints.as_interpreted(),
        language=turn.language,
        question="" if turn.decision.reason == "no_question" else turn.question.text,
        follows=turn.question.follows,
        composer=OfflineComposer.name,
        generation=turn.retrieval.generation,
    )


def _picks(turn: Turn) -> tuple[Pick, ...]:
    """One to three, each with a reason of its own; who is clearly weaker stays out."""
    picks: list[Pick] = []
    for candidate in islice(worth_showing(turn.retrieval), MOST):
        taken = {pick.why for pick in picks}
        why, shown = _why(candidate, turn, taken)
        picks.append(Pick(candidate.expert, candidate.score, candidate.tier, why, shown))
    return tuple(picks)


def _why(candidate: Candidate, turn: Turn, taken: set[str]) -> tuple[str, tuple[Evidence, ...]]:
    """The reason in the visitor's language around verbatim words; never one already given."""
    text = phrases(turn.language)
    found = list(islice(evidence.quotations(candidate, turn.question.text), 12))
    for count in range(1, len(found) + 1):
        shown = _chosen(found, count)
        why = " ".join(_sentence(one, at, turn, text) for at, one in enumerate(shown))
        if why not in taken:
            return why, shown
    # Two profiles alike in every word: what still differs is who they are.
    expert = candidate.expert
    named = text.with_title.format(title=f"{expert.name} ({expert.username})", why="").strip()
    return named, tuple(found[:1])


def _chosen(found: list[Evidence], count: int) -> tuple[Evidence, ...]:
    """The best piece; when it is only a label, with the next one; more when asked for."""
    least = 1 if found[0].field == "bio" else 2
    return tuple(found[: max(least, count)])


def _sentence(one: Evidence, at: int, turn: Turn, text: Phrases) -> str:
    quote = " ".join(one.text.split())
    if at:
        return text.also.format(quote=quote)
    named = evidence.shared_words(turn.question.text, one.text)[:WORDS_NAMED]
    if named and one.field == "bio":
        return text.on.format(words=listed(named, text.and_), quote=quote)
    if one.field != "bio":
        return text.label.format(quote=quote)
    written = prose_language(quote)
    known = written in text.quote_in and written != turn.language
    return (text.quote_in[written] if known else text.quote).format(quote=quote)


def _narrative(turn: Turn, picks: tuple[Pick, ...]) -> str:
    text, first = phrases(turn.language), picks[0].expert
    sentences = [_let_go(name, turn, text) for name in turn.retrieval.relaxed]
    if turn.decision.reason == "assumed":
        sentences.append(text.assumed.format(about=assumption(turn.retrieval)))
    weak = all(pick.tier == "possible" for pick in picks)
    forms = text.nearest if weak else text.matches
    form = forms[len(picks) - 1]
    if first.username in turn.retrieval.named:
        form = text.named[len(picks) > 1]
    title = evidence.shortened(first.job_title)
    sentences.append(form.format(name=first.name, title=title))
    limits = {"max_hourly_rate", "min_hourly_rate"} & set(turn.retrieval.relaxed)
    if limits and (rates := _rates(picks)):
        sentences.append(text.rates.format(rates=rates))
    return " ".join(dict.fromkeys(sentences))


def _let_go(name: str, turn: Turn, text: Phrases) -> str:
    asked = turn.retrieval.constraints
    names = LANGUAGE_NAMES[turn.language]
    spoken = [names.get(code, code) for code in sorted(asked.languages)]
    return text.relaxed.get(name, text.relaxed[""]).format(
        amount=_amount(asked, name),
        currency=asked.currency or "",
        languages=listed(spoken, text.and_),
        place=asked.place or "",
    )


def _amount(asked: Constraints, name: str) -> str:
    rate = asked.min_hourly_rate if name == "min_hourly_rate" else asked.max_hourly_rate
    return "" if rate is None else _money(rate, asked.currency or "")


def _rates(picks: tuple[Pick, ...]) -> str:
    """What each of them charges, in that one's own currency."""
    experts = [pick.expert for pick in picks]
    return ", ".join(
        f"{one.name} {_money(one.hourly_rate, one.currency)}"
        for one in experts
        if one.hourly_rate is not None
    )


def _money(rate: Decimal, currency: str) -> str:
    return f"{rate:.2f}".removesuffix(".00") + f" {currency}".rstrip()


def _follow_ups(turn: Turn, picks: tuple[Pick, ...]) -> tuple[str, ...]:
    """What a next question may be: cheaper or other people, while there are any."""
    text = phrases(turn.language)
    shown = {pick.expert.pk for pick in picks}
    others = [one.expert for one in turn.retrieval.candidates if one.expert.pk not in shown]
    rates = [pick.expert.hourly_rate for pick in picks if pick.expert.hourly_rate is not None]
    suggestions: list[str] = []
    # Where a limit was let go, whoever is cheaper answers something else.
    was_let_go = "max_hourly_rate" in turn.retrieval.relaxed
    if (
        not was_let_go
        and rates
        and any(one.hourly_rate and one.hourly_rate < min(rates) for one in others)
    ):
        suggestions.append(text.cheaper)
    if others:
        suggestions.append(text.someone_else)
    speaking = {code for one in others for code in one.languages}
    foreign = any(one and turn.language not in one for one in (p.expert.languages for p in picks))
    if turn.language in speaking and foreign and not turn.retrieval.constraints.languages:
        suggestions.append(text.speaks[turn.language])
    return tuple(suggestions)
