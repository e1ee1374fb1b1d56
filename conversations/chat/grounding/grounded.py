"""A model's answer to one turn, checked and put in the place of the offline draft."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conversations.chat import prompts
from conversations.chat.deciding import ASK_AT_MOST
from conversations.chat.grounding.matches import Match
from conversations.chat.grounding.questions import Question
from conversations.chat.grounding.writing import Grounded, Writing
from conversations.chat.llm.errors import Unusable
from conversations.chat.protocols import Composer, Decision, Turn
from conversations.replies import Reply


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
    writing = begun(content.get("picks"), turn, draft, offline, asking)
    return writing.close(content.get(writing.member))


def begun(
    picks: object, turn: Turn, draft: Reply, offline: Composer, asking: Reply | None = None
) -> Writing:
    """What becomes of an answer of which only the picks are there yet: a match, where it is one.

    Errors: Unusable.
    """
    if not draft.picks:
        return Question(turn, draft)
    reasons = _reasons(picks, draft)
    if reasons or not _may_ask_back(turn):
        match = Match(turn, draft, offline)
        if match.choose(reasons):
            return match
    if asking is None:
        asking = offline.compose(replace(turn, decision=Decision(False, "no_evidence")))
    return Question(turn, asking)


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
    """Who was asked back often enough gets an answer, and who asks for somebody by name."""
    return (
        turn.decision.reason not in ("assumed", "named")
        and turn.dialogue.clarifications < ASK_AT_MOST
    )
