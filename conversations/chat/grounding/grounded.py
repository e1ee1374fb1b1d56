"""A model's answer to one turn, checked and put in the place of the offline draft.

A match is checked as it is written: first who is shown and why, then the narrative sentence by
sentence. What stands is told at once and stays; from the first sentence that does not stand on, the
narrative is the offline composer's. An answer that comes whole goes the same way.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile
from typing import Any

from conversations.chat import prompts
from conversations.chat.deciding import ASK_AT_MOST
from conversations.chat.grounding import claims, narratives
from conversations.chat.grounding.facts import Facts, tokens
from conversations.chat.grounding.strangers import strangers
from conversations.chat.llm.errors import Unusable
from conversations.chat.protocols import Composer, Decision, Turn
from conversations.chat.texts import phrases
from conversations.replies import Pick, Reply

SENTENCES, LONGEST = 3, 500  # of one reason
LONGEST_QUESTION = 300
REFERENCE = re.compile(r"[{\[(]?\b(c[1-9])\b[}\])]?")
SECRETS = (prompts.MATCH, prompts.CLARIFY, prompts.REWRITE)


@dataclass(frozen=True, slots=True)
class Grounded:
    """The reply, and what had to be replaced in it."""

    reply: Reply
    narrative: str = ""  # why the model's was not shown; empty when it was
    objections: Mapping[str, int] = field(default_factory=dict)  # to sentences of reasons

    def as_usage(self) -> dict[str, Any]:
        usage: dict[str, Any] = {"replaced_sentences": sum(self.objections.values())}
        if self.narrative:
            usage["replaced_narrative"] = self.narrative
        if self.objections:
            usage["objections"] = dict(self.objections)
        return usage


def ground(
    content: Mapping[str, Any],
    turn: Turn,
    draft: Reply,
    offline: Composer,
    asking: Reply | None = None,
) -> Grounded:
    """The draft in the model's words as far as they stand. Errors: Unusable.

    `asking` is the question that is asked back when the model makes no match of it.
    """
    match = begun(content.get("picks"), turn, draft, offline)
    if match is not None:
        return match.close(content.get("narrative"))
    if draft.picks and asking is None:
        asking = offline.compose(replace(turn, decision=Decision(False, "no_evidence")))
    return _Question(turn, asking or draft).grounded(content)


def begun(picks: object, turn: Turn, draft: Reply, offline: Composer) -> "Match | None":
    """A match of which only the picks are there yet; None where it becomes a question.

    Errors: Unusable.
    """
    if not draft.picks:
        return None
    reasons = _reasons(picks, draft)
    if not reasons and _may_ask_back(turn):
        return None
    match = Match(turn, draft, offline)
    return match if match.choose(reasons) else None


def _reasons(listed: object, draft: Reply) -> dict[int, str]:
    """The model's words by primary key: unknown references dropped, the first of each counts."""
    if not isinstance(listed, list):
        raise Unusable("the model's answer has no picks")
    known = prompts.references(draft.picks)
    found: dict[int, str] = {}
    for one in listed[:20]:
        if not isinstance(one, Mapping) or not isinstance(one.get("why", ""), str):
            continue
        pick = known.get(str(one.get("ref", "")).strip(" {}[]").casefold())
        if pick is not None:
            found.setdefault(pick.expert.pk, one.get("why", ""))
    if listed and not found:
        raise Unusable("the model picked nobody who was offered")
    return found


def _may_ask_back(turn: Turn) -> bool:
    """Who was asked back often enough gets an answer."""
    return turn.decision.reason != "assumed" and turn.dialogue.clarifications < ASK_AT_MOST


class Match:
    """One match in the model's words: `choose`, `hear` whenever there is more, and `close`."""

    def __init__(self, turn: Turn, draft: Reply, offline: Composer) -> None:
        self.turn = turn
        self.draft = draft
        self.offline = offline
        self.topic = _topic(turn)
        self.strange: frozenset[str] = frozenset()  # words that are names of others
        self.objections: Counter[str] = Counter()
        self.picks: tuple[Pick, ...] = ()
        self.facts = Facts()  # of all who are shown
        self.heard: list[str] = []  # sentences as the model wrote them
        self.narrative = ""
        self.objection = ""  # to the narrative, from where on it is ours

    def choose(self, reasons: Mapping[int, str]) -> bool:
        """Who is shown and why, settled before anything is said of them. False: nobody is.

        Where it was a close call, only those whom the model chose, from the first on, and of whom
        it said something that the profile backs.
        """
        is_close = self.turn.decision.reason == "close"
        kept = _chosen(self.draft.picks, reasons) if is_close else _kept(self.draft.picks, reasons)
        self.strange = strangers(reasons.values(), [pick.expert for pick in kept])
        picks: list[Pick] = []
        for pick in kept:
            why = self._why(pick, reasons.get(pick.expert.pk, ""))
            if is_close and why == pick.why:
                break
            given = {one.why for one in picks}
            picks.append(pick if why in given else replace(pick, why=why))
        if not picks:
            return False
        self.picks = tuple(picks)
        self.facts = Facts.about(*(pick.expert for pick in picks))
        self.turn.told.show(self.picks)
        if self.turn.retrieval.relaxed or self.turn.decision.reason == "assumed":
            self._finish_ourselves("ours_to_say")  # what was let go has to be told
        return True

    def has_news(self, text: str) -> bool:
        """Whether the narrative as far as it is written holds more than was heard."""
        return not self.objection and len(narratives.pieces(text)) - 1 > len(self.heard)

    def hear(self, text: str) -> None:
        """The narrative as far as it is written: its last sentence may go on."""
        self._take(narratives.pieces(text)[:-1])

    def close(self, text: object) -> Grounded:
        """With the whole narrative, or what came in its place."""
        if isinstance(text, str):
            self._take(narratives.pieces(text))
        if not self.objection and not (isinstance(text, str) and self.narrative):
            self._finish_ourselves("length" if isinstance(text, str) else "missing")
        reply = replace(self.draft, picks=self.picks, narrative=self.narrative)
        return Grounded(reply, self.objection, self.objections)

    def _why(self, pick: Pick, text: str) -> str:
        """The sentences that the profile backs; for each other one, words of the profile."""
        facts = Facts.about(pick.expert)
        said: dict[str, None] = {}
        failed = 0
        for sentence in claims.sentences(self._named(text[:LONGEST]))[:SENTENCES]:
            if objection := self._objection(sentence, facts):
                self.objections[objection] += 1
                failed += 1
            else:
                said[sentence] = None
        if not said:
            return pick.why
        return " ".join([*said, *islice(self._quotations(pick), failed)])

    def _objection(self, sentence: str, facts: Facts) -> str:
        if narratives.leaks(sentence, SECRETS):
            return "leak"
        if any(token.word in self.strange for token in tokens(sentence)):
            return "name"
        return claims.objection(sentence, facts, self.topic)

    def _quotations(self, pick: Pick) -> Iterator[str]:
        for one in pick.evidence:
            yield phrases(self.turn.language).quote.format(quote=" ".join(one.text.split()))

    def _named(self, text: str) -> str:
        """References as names, which are the database's."""
        known = prompts.references(self.draft.picks)

        def name(match: re.Match[str]) -> str:
            pick = known.get(match[1])
            return pick.expert.name if pick and pick.expert.name else match[0]

        return REFERENCE.sub(name, text)

    def _take(self, sentences: list[str]) -> None:
        """Tells those that are new, each held against all that is said before it too."""
        if self.objection:
            return
        if sentences[: len(self.heard)] != self.heard:
            self._finish_ourselves("rewritten")
            return
        news = sentences[len(self.heard) :]
        if news:
            shown = [pick.expert for pick in self.picks]
            self.strange |= strangers([self._named(one) for one in news], shown)
        for sentence in news:
            self.heard.append(sentence)
            so_far = " ".join([self.narrative, *self._named(sentence).split()]).strip()
            if objection := self._objection_to_all(so_far):
                self._finish_ourselves(objection)
                return
            self._say(so_far)

    def _objection_to_all(self, narrative: str) -> str:
        if narratives.leaks(narrative, SECRETS):
            return "leak"
        return narratives.objection(
            narrative, self.facts, self.topic, self.strange, len(self.picks), self.turn.language
        )

    def _finish_ourselves(self, objection: str) -> None:
        self.objection = objection
        self._say(f"{self.narrative} {self._ours()}".strip())

    def _say(self, narrative: str) -> None:
        self.turn.told.say(narrative[len(self.narrative) :])
        self.narrative = narrative

    def _ours(self) -> str:
        if len(self.picks) == len(self.draft.picks):
            return self.draft.narrative
        shown = {pick.expert.pk for pick in self.picks}
        found = self.turn.retrieval
        fewer = tuple(one for one in found.candidates if one.expert.pk in shown)
        turn = replace(self.turn, retrieval=replace(found, candidates=fewer))
        return self.offline.compose(turn).narrative


def _chosen(picks: Sequence[Pick], chosen: Mapping[int, str]) -> Sequence[Pick]:
    return list(takewhile(lambda pick: pick.expert.pk in chosen, picks))


def _kept(picks: Sequence[Pick], chosen: Mapping[int, str]) -> Sequence[Pick]:
    """All but those at the end whose evidence is weak and whom the model left out.

    Whoever stands before somebody who is kept is kept too, so that leaving out lifts nobody.
    """
    left_out = takewhile(
        lambda pick: pick.tier == "possible" and pick.expert.pk not in chosen, reversed(picks)
    )
    return picks[: len(picks) - len(list(left_out))] or picks[:1]


class _Question:
    """One clarification: the model's question when it is one and new, else ours."""

    def __init__(self, turn: Turn, draft: Reply) -> None:
        self.turn = turn
        self.draft = draft

    def grounded(self, content: Mapping[str, Any]) -> Grounded:
        text = content.get("question")
        text = " ".join(text.split()) if isinstance(text, str) else ""
        objection = self._objection(text)
        reply = self.draft if objection else replace(self.draft, narrative=text)
        return Grounded(reply, objection)

    def _objection(self, text: str) -> str:
        if not text.endswith("?") or len(text) > LONGEST_QUESTION:
            return "no_question"
        if text in self.turn.dialogue.replies:
            return "asked_before"
        if narratives.leaks(text, SECRETS):
            return "leak"
        choices = Facts.of(self.draft.suggestions)
        strange = strangers([text], ())
        return narratives.objection(
            text, choices, _topic(self.turn), strange, 0, self.turn.language
        )


def _topic(turn: Turn) -> Facts:
    return Facts.of([turn.message, turn.question.text])
