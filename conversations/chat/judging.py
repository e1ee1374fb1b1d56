"""Questions so near the line that a language model may settle them: a match, or a question back.

The model cannot reach beyond the evidence: it is offered only those whose own chance is better than
"possible", in the search's order, and each of them stays only for a reason that the profile backs.
"""

from dataclasses import replace
from itertools import takewhile

from conversations.chat.deciding import EVEN
from conversations.chat.protocols import Decision, Turn

CLOSE = 0.2  # a chance this little under one half is a close call


def as_match(turn: Turn) -> Turn | None:
    """The turn as a match that a model may make of it; None where asking back is no close call."""
    is_asking = not turn.decision.is_match and turn.decision.reason == "no_evidence"
    if not is_asking or turn.retrieval.signals.answerable < EVEN - CLOSE:
        return None
    found = turn.retrieval.candidates
    supported = tuple(takewhile(lambda one: one.tier != "possible", found))
    if not supported:
        return None
    retrieval = replace(turn.retrieval, candidates=supported)
    decision = Decision(True, "close", turn.decision.doubt)
    return replace(turn, retrieval=retrieval, decision=decision)
