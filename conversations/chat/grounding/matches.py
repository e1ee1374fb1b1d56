"""One match: who is shown and why, then the narrative."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, takewhile
from typing import ClassVar

from conversations.chat import prompts
from conversations.chat.grounding import claims, narratives
from conversations.chat.grounding.facts import Facts, tokens
from conversations.chat.grounding.strangers import strangers
from conversations.chat.grounding.writing import SECRETS, Grounded, Writing
from conversations.chat.protocols import Composer, Turn
from conversations.chat.texts import phrases
from conversations.replies import Pick, Reply
from experts.search.passages import all_sentences

SENTENCES, LONGEST = 3, 500  # of one reason
REFERENCE = re.compile(r"[{\[(]?\b(c[1-9])\b[}\])]?")


class Match(Writing):
    """One match in the model's words: first `choose`, then what is said of it."""

    member: ClassVar[str] = "narrative"

    def __init__(self, turn: Turn, draft: Reply, offline: Composer) -> None:
        super().__init__(turn, draft)
        self.offline = offline
        self.objections: Counter[str] = Counter()

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

    def close(self, text: object) -> Grounded:
        if isinstance(text, str):
            self._take(all_sentences(text))
        if not self.objection and not (isinstance(text, str) and self.narrative):
            self._finish_ourselves("length" if isinstance(text, str) else "missing")
        self._refine()
        reply = replace(self.draft, picks=self.picks, narrative=self.narrative)
        return Grounded(reply, self.objection, self.objections)

    def _refine(self) -> None:
        """End with our question: the suggestions are its answers, whoever wrote the rest."""
        if self.draft.refining and not self.narrative.endswith(self.draft.refining):
            self._say(f"{self.narrative} {self.draft.refining}")

    def _why(self, pick: Pick, text: str) -> str:
        """The sentences that the profile backs; for each other one, words of the profile."""
        facts = Facts.about(pick.expert)
        said: dict[str, None] = {}
        failed = 0
        for sentence in all_sentences(self._named(text[:LONGEST]))[:SENTENCES]:
            if objection := self._objection(sentence, facts):
                self.objections[objection] += 1
                failed += 1
            else:
                said[sentence] = None
        if said and narratives.is_other_language(" ".join(said), self.turn.language):
            self.objections["language"] += 1
            return pick.why  # which says in what language the profile is
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

    def _objection_to(self, sentence: str) -> str:
        """What is said of one of them, another one's profile does not back."""
        known = prompts.references(self.draft.picks)
        meant = {known[ref].expert.pk for ref in REFERENCE.findall(sentence) if ref in known}
        named = [pick.expert for pick in self.picks if pick.expert.pk in meant]
        if not named or len(named) == len(self.picks):
            return ""
        return narratives.objection(
            self._named(sentence),
            Facts.about(*named),
            self.topic,
            self.strange,
            len(self.picks),
            self.turn.language,
        )

    def _ours(self) -> str:
        if len(self.picks) == len(self.draft.picks):
            return self.draft.narrative
        shown = {pick.expert.pk for pick in self.picks}
        found = self.turn.retrieval
        fewer = tuple(one for one in found.candidates if one.expert.pk in shown)
        turn = replace(self.turn, retrieval=replace(found, candidates=fewer))
        fewer_draft = self.offline.compose(turn)
        return fewer_draft.narrative.removesuffix(fewer_draft.refining).rstrip()


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
