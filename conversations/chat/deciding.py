"""Match or clarification, from chances that were fitted on judged questions."""

from conversations.chat.dialogue import Dialogue
from conversations.chat.protocols import Decision, Reason
from conversations.chat.words import subject_words
from experts.search.retrieval import Retrieval

ASK_AT_MOST = 2  # clarifications in one dialogue; then answer, and say what was assumed
EVEN = 0.5  # a chance under this speaks against


def decide(retrieval: Retrieval, dialogue: Dialogue) -> Decision:
    """Whether the evidence of this retrieval carries a match in this dialogue."""
    if not retrieval.candidates:
        return Decision(False, "nobody", doubt=1.0)
    reason, doubt = _reason(retrieval), _doubt(retrieval)
    if reason is None:
        return Decision(True, "enough", doubt)
    was_offered = retrieval.query.casefold() in dialogue.offered  # and leads to somebody
    if was_offered or (reason == "broad" and retrieval.signals.answerable >= EVEN):
        return Decision(True, "broad", doubt)
    if dialogue.clarifications >= ASK_AT_MOST:
        return Decision(True, "assumed", doubt)
    return Decision(False, reason, doubt)


def _doubt(retrieval: Retrieval) -> float:
    if not subject_words(retrieval.query):
        return 1.0
    return 1 - retrieval.signals.answerable * retrieval.signals.specific


def _reason(retrieval: Retrieval) -> Reason | None:
    if not subject_words(retrieval.query):
        return "no_question"
    signals = retrieval.signals
    unspecific = signals.specific < EVEN
    if signals.answerable < EVEN and (not unspecific or signals.known_words < EVEN):
        return "no_evidence"
    return "broad" if unspecific else None
