"""One turn, a straight line from what was asked to what is answered."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from conversations.chat.cheaper import find_cheaper
from conversations.chat.deciding import decide
from conversations.chat.dialogue import Dialogue, demands, shown_as
from conversations.chat.evidence import holds
from conversations.chat.language import visitor_language
from conversations.chat.llm.budget import with_tokens
from conversations.chat.protocols import Composer, Decision, Finder, Reader, Rewriter, Turn
from conversations.chat.receiving import Aside, Read, receive
from conversations.chat.standalone import Question, recent_turns, standalone_query
from conversations.chat.telling import Told
from conversations.chat.texts import phrases
from conversations.errors import ComposerUnavailable
from conversations.models import Conversation
from conversations.replies import Pick, Reply
from conversations.stages import stage
from experts.models import Expert
from experts.search.constraints import Constraints, read_constraints
from experts.search.retrieval import Retrieval, Signals

logger = logging.getLogger(__name__)

HEARD = 12  # lines of a client's history that are looked at
NO_DEMANDS = Constraints()
NOTHING = Retrieval("", (), NO_DEMANDS, (), "", Signals())
LIMIT = 24  # candidates looked at: a few are shown, a dozen decide what to ask back


class Assistant:
    """Answers turns. Thread-safe when its finder and composers are."""

    def __init__(
        self,
        finder: Finder,
        offline: Composer,
        model: Composer | None = None,
        rewriter: Rewriter | None = None,
        reader: Reader | None = None,
    ) -> None:
        self.finder = finder
        self.offline = offline
        self.model = model
        self.rewriter = rewriter
        self.reader = reader

    def take_turn(self, conversation: Conversation, told: Told | None = None) -> Reply:
        """The answer to a received exchange, not yet stored; its narrative begins with what was
        `told` before it was whole. Errors: ExpertsError."""
        started = perf_counter()
        turn = replace(self.understand(conversation), told=told or Told())
        found = perf_counter()
        with stage("compose"):
            reply = still_true(self.compose(turn), turn, self.offline)
            reply = replace(reply, narrative=continued(reply.narrative, turn))
        return replace(
            reply,
            usage={
                "decision": turn.decision.reason,  # unless the composer settled it
                **({"contact": True} if turn.decision.wants_contact else {}),
                **({"refused": sorted(turn.refused)} if turn.refused else {}),
                **with_tokens(reply.usage, turn.question.cost),
                "find_ms": round((found - started) * 1000, 1),
                "compose_ms": round((perf_counter() - found) * 1000, 1),
            },
        )

    def understand(self, conversation: Conversation, limit: int = LIMIT) -> Turn:
        """What is asked after this dialogue, whom it finds, and whether that is an answer."""
        dialogue = Dialogue.of(conversation)
        read = None
        if self.reader is not None:
            dialogue = self._recalled(dialogue, conversation.filters)
            with stage("read"):
                read = receive(conversation.query, dialogue, self.reader, self.finder)
            if read.aside is not None and not read.aside.is_tentative:
                turn = self._aside(conversation, dialogue, read, read.aside)
                if turn is not None:
                    return turn
        said = read.message if read is not None else conversation.query
        reading = read_constraints(said)
        question = standalone_query(reading, said, dialogue)
        if read is not None:
            question = _changed(question, read)
        if self.rewriter is not None:
            with stage("rewrite"):
                question = self.rewriter.rewrite(question, conversation.query, dialogue)
        filters = demands(conversation.filters)
        constraints = question.wishes.overridden_by(filters)
        with stage("retrieve"):
            if question.cheaper_than:
                retrieval = find_cheaper(self.finder, question, filters, limit, said)
            else:
                retrieval = self.finder.retrieve(
                    question.text,
                    constraints,
                    limit,
                    question.excluded,
                    firm=filters,
                    message=said,
                )
        with stage("decide"):
            decision = decide(retrieval, dialogue)
        if read is not None and read.aside is not None and not decision.is_match:
            decision = read.aside.decision
        language = visitor_language(conversation.query, dialogue, conversation.page_language)
        turn = Turn(conversation.query, question, language, dialogue, retrieval, decision)
        return replace(turn, refused=read.refused) if read is not None else turn

    def _aside(
        self, conversation: Conversation, dialogue: Dialogue, read: Read, aside: Aside
    ) -> Turn | None:
        """The turn of a message that nobody is searched for; the question of the dialogue stands.
        None when whoever is meant has left."""
        who = aside.meant
        found = self.finder.about(who.rest, [who.who.username]) if who else NOTHING
        if who and not found.candidates:
            return None
        if who:
            candidates = tuple(replace(one, tier=who.who.tier) for one in found.candidates)
            found = replace(found, candidates=candidates)
        follows = next((turn.standing for turn in recent_turns(dialogue)[::-1]), "")
        question = Question(conversation.query, dialogue.wishes, follows=follows)
        language = visitor_language(conversation.query, dialogue, conversation.page_language)
        return Turn(conversation.query, question, language, dialogue, found, aside.decision)

    def _recalled(self, dialogue: Dialogue, filters: Mapping[str, Any]) -> Dialogue:
        """With those who were shown when the last reply of a client's history that names anybody
        was given."""
        heard = dialogue.heard[-HEARD:]
        for at in range(len(heard) - 1, 0, -1):
            if heard[at]["role"] != "assistant" or heard[at - 1]["role"] != "user":
                continue
            if names := self.finder.named(heard[at]["content"]):
                names = self._again(heard, at - 1, filters, names)
                living = Expert.objects.recommendable().filter(username__in=names)
                found = {one.username: one for one in living}
                shown = (found[name] for name in names if name in found)
                return replace(dialogue, recalled=tuple(map(shown_as, shown)))
        return dialogue

    def _again(
        self,
        heard: Sequence[Mapping[str, str]],
        at: int,
        filters: Mapping[str, Any],
        named: tuple[str, ...],
    ) -> tuple[str, ...]:
        """Who is shown for this line of a history, where the first of them was named then; else
        those who were named."""
        before = Conversation(
            query=heard[at]["content"], history=list(heard[:at]), filters=dict(filters)
        )
        alone = Assistant(self.finder, self.offline)
        picks = self.offline.compose(alone.understand(before)).picks
        shown = tuple(pick.expert.username for pick in picks)
        return shown if shown and shown[0] in named else named

    def compose(self, turn: Turn) -> Reply:
        """By the language model where one is configured; by the offline composer when it fails, and
        whenever nobody is searched for."""
        if self.model is None or turn.decision.is_aside:
            return self.offline.compose(turn)
        try:
            return self.model.compose(turn)
        except ComposerUnavailable as error:
            logger.warning("The offline composer answers: %s", error)
            usage = {**error.usage, "reason": error.reason, "note": str(error)}
            reply = error.so_far or self.offline.compose(turn)
            return replace(reply, degraded=True, usage=usage)


def _changed(question: Question, read: Read) -> Question:
    """The question without whom, and what demand, the message takes out of it."""
    unset = {name: getattr(NO_DEMANDS, name) for name in read.let_go}
    return replace(
        question,
        wishes=replace(question.wishes, **unset),
        excluded=question.excluded | read.refused,
    )


def continued(narrative: str, turn: Turn) -> str:
    """The narrative after what was told already, which cannot be taken back."""
    told = turn.told.text
    if narrative.startswith(told):
        return narrative
    return f"{told} {phrases(turn.language).changed} {narrative}"


def still_true(reply: Reply, turn: Turn, offline: Composer) -> Reply:
    """The reply, if every expert in it was retrieved and stands today as it says.

    Otherwise the turn is composed again from those candidates who may still be shown.
    """
    retrieved = {candidate.expert.pk for candidate in turn.retrieval.candidates}
    living = Expert.objects.recommendable().in_bulk([pick.expert.pk for pick in reply.picks])
    if all(pick.expert.pk in retrieved and _stands(pick, living) for pick in reply.picks):
        return reply
    return replace(offline.compose(_today(turn)), degraded=reply.degraded, usage=reply.usage)


def _stands(pick: Pick, living: Mapping[int, Expert]) -> bool:
    now = living.get(pick.expert.pk)
    return (
        now is not None
        and now.public_profile() == pick.expert.public_profile()
        and all(holds(now, one) for one in pick.evidence)
    )


def _today(turn: Turn) -> Turn:
    """The turn with the candidates as their rows stand now, without who may no longer be shown."""
    found = turn.retrieval.candidates
    living = Expert.objects.recommendable().in_bulk([one.expert.pk for one in found])
    candidates = tuple(
        replace(one, expert=living[one.expert.pk]) for one in found if one.expert.pk in living
    )
    decision = turn.decision if candidates else Decision(False, "nobody")
    retrieval = replace(turn.retrieval, candidates=candidates)
    return replace(turn, retrieval=retrieval, decision=decision)
