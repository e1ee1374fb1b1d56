"""The composer that needs no model: phrases of ours around words of the profiles."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from conversations.chat import asides, evidence
from conversations.chat.clarifying import assumption, clarify, refine
from conversations.chat.follow_ups import wants_cheaper
from conversations.chat.protocols import Turn
from conversations.chat.standalone import CENT
from conversations.chat.texts import Phrases, language_name, listed, money, phrases
from conversations.chat.tiers import worth_showing
from conversations.replies import Evidence, Pick, Reply
from experts.search.constraints import Constraints
from experts.search.names import key_of
from experts.search.retrieval import Candidate
from experts.text.detection import prose_language

MOST_SUGGESTIONS = 5

Why = tuple[str, tuple[Evidence, ...]]  # a sentence, and what it quotes


class OfflineComposer:
    name = "offline"

    def compose(self, turn: Turn) -> Reply:
        if turn.decision.is_aside:
            return asides.answer(turn)
        if not turn.decision.is_match:
            narrative, suggestions = clarify(turn)
            return _reply(turn, narrative, (), suggestions)
        picks = _picks(turn)
        narrative, follow_ups = _narrative(turn, picks), _follow_ups(turn, picks)
        if turn.decision.reason != "broad":
            return _reply(turn, narrative, picks, follow_ups)
        question, choices = refine(turn)
        suggestions = (*choices, *follow_ups)[:MOST_SUGGESTIONS]
        reply = _reply(turn, f"{narrative} {question}".strip(), picks, suggestions)
        return replace(reply, refining=question)


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
    """One to three, each with a reason of its own."""
    picks: list[Pick] = []
    for candidate in worth_showing(turn.retrieval):
        why, shown = _why(candidate, turn, {pick.why for pick in picks})
        picks.append(Pick(candidate.expert, candidate.score, candidate.tier, why, shown))
    return tuple(picks)


def _why(candidate: Candidate, turn: Turn, taken: set[str]) -> Why:
    """The reason in the visitor's language around verbatim words; never one already given."""
    text, expert = phrases(turn.language), candidate.expert
    reasons = _reasons(candidate, turn, text)
    first = next(reasons)
    for why, shown in chain([first], reasons):
        if why not in taken:
            return why, shown
    # Two profiles alike in every word: what still differs is who they are.
    why, shown = first
    name = text.named.format(name=expert.name, why=why)
    return name if name not in taken else f"{name} ({expert.username})", shown


def _reasons(candidate: Candidate, turn: Turn, text: Phrases) -> Iterator[Why]:
    """What in the profile answers, the best first; else that nothing does. One at least."""
    expert, is_quoted = candidate.expert, False
    found = evidence.quotations(candidate, turn.retrieval.query)
    whole = evidence.closest(candidate) if candidate.tier == "strong" else iter(())
    for shown in chain(found, whole):
        is_quoted = True
        yield _reason(shown, turn, text), shown
    if not is_quoted:
        shown = next(evidence.title_line(expert), ())
        said = [_reason(shown, turn, text)] if shown else []
        if not said or expert.username not in turn.retrieval.named:
            said.append(text.unmentioned.format(name=expert.name or expert.username))
        yield " ".join(said), shown


def _reason(shown: tuple[Evidence, ...], turn: Turn, text: Phrases) -> str:
    quotes = [" ".join(one.text.split()) for one in shown]
    if shown[0].field == "tags":
        return text.skills.format(quotes=listed(quotes, text.and_))
    if shown[0].field == "job_title":
        return text.title.format(quote=quotes[0])
    written = prose_language(quotes[0])
    is_foreign = written in text.quote_in and written != turn.language
    return (text.quote_in[written] if is_foreign else text.quote).format(quote=quotes[0])


def _narrative(turn: Turn, picks: tuple[Pick, ...]) -> str:
    text, relaxed = phrases(turn.language), turn.retrieval.relaxed
    sentences = [_let_go(name, turn, text) for name in relaxed]
    if turn.decision.reason == "assumed":
        sentences.append(text.assumed.format(about=assumption(turn.retrieval)))
    sentences.append(_beyond(turn, picks, text) or _introduction(turn, picks, text))
    return " ".join(dict.fromkeys(sentences))


def _introduction(turn: Turn, picks: tuple[Pick, ...], text: Phrases) -> str:
    first = picks[0].expert
    who = ", ".join(filter(None, (first.name, evidence.readable_title(first.job_title))))
    if first.username in turn.retrieval.named:
        called = [
            pick.expert.name for pick in picks if pick.expert.username in turn.retrieval.named
        ]
        is_shared = sum(_is_same_name(name, first.name) for name in called) > 1
        return text.by_name[is_shared].format(who=who)
    # Whose profile says nothing about it is not introduced as who was looked for.
    silent = picks[0].why.endswith(text.unmentioned.format(name=first.name or first.username))
    is_weak = silent or all(pick.tier == "possible" for pick in picks)
    forms = text.nearest if is_weak else text.matches
    return forms[len(picks) - 1].format(who=who)


def _is_same_name(one: str, other: str) -> bool:
    return sorted(key_of(one)) == sorted(key_of(other))


def _beyond(turn: Turn, picks: tuple[Pick, ...], text: Phrases) -> str:
    """Who comes nearest to the one limit that was let go, and what they charge."""
    if len(turn.retrieval.relaxed) != 1 or turn.retrieval.relaxed[0] not in text.beyond:
        return ""
    limit = turn.retrieval.relaxed[0]
    people = [
        f"{one.name} ({amount})" if amount else one.name
        for one in (pick.expert for pick in picks)
        for amount in [money(one.hourly_rate, one.currency, turn.language)]
    ]
    forms = text.beyond["cheaper" if _is_cheaper(limit, turn) else limit]
    return forms[len(people) > 1].format(people=listed(people, text.and_))


def _let_go(name: str, turn: Turn, text: Phrases) -> str:
    asked = turn.retrieval.constraints
    spoken = [language_name(code, turn.language) for code in sorted(asked.languages)]
    amount = _amount(asked, name, turn.language)
    if name in text.beyond and not amount:
        name = "budget"
    elif _is_cheaper(name, turn):
        name = "cheaper"
    return text.relaxed.get(name, text.relaxed[""]).format(
        amount=amount,
        currency=asked.currency or "",
        languages=listed(spoken, text.and_),
        place=asked.place or "",
    )


def _is_cheaper(limit: str, turn: Turn) -> bool:
    """Whether the limit is what those charge who were shown before."""
    shown = any(past.shown for past in turn.dialogue.past)
    return limit == "max_hourly_rate" and shown and wants_cheaper(turn.message)


def _amount(asked: Constraints, name: str, language: str) -> str:
    """The limit; one just under a whole amount, as "cheaper" sets it, is told as that amount."""
    rate = asked.min_hourly_rate if name == "min_hourly_rate" else asked.max_hourly_rate
    if rate is not None and name == "max_hourly_rate" and rate % 1 == 1 - CENT:
        rate += CENT
    return money(rate, asked.currency or "", language)


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
