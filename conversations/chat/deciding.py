"""Match or clarification. Rules of first resort, in the order in which they are tried."""

from conversations.chat.clarifying import kinds
from conversations.chat.dialogue import Dialogue
from conversations.chat.protocols import Decision, Reason
from conversations.chat.words import subject_words
from experts.search.retrieval import Retrieval

ASK_AT_MOST = 2  # clarifications in one dialogue; then answer, and say what was assumed
FAINT = 0.42  # similarity under which shared words are asked for too
UNKNOWN = 0.5  # share of the words known to the directory under which meaning has to carry it
CLEAR = 0.35


def decide(retrieval: Retrieval, dialogue: Dialogue) -> Decision:
    """Whether the evidence of this retrieval carries a match in this dialogue."""
    if not retrieval.candidates:
        return Decision(False, "nobody", doubt=1.0)
    reason, doubt = _reason(retrieval), _doubt(retrieval)
    if reason is None:
        return Decision(True, "enough", doubt)
    if dialogue.clarifications >= ASK_AT_MOST:
        return Decision(True, "assumed", doubt)
    return Decision(False, reason, doubt)


def _doubt(retrieval: Retrieval) -> float:
    """Not calibrated: less for a longer question and for nearer evidence."""
    meaning = max(retrieval.signals.best_dense, retrieval.signals.best_passage)
    return (1 - min(1.0, max(0.0, meaning))) / (1 + len(subject_words(retrieval.query)) / 4)


def _reason(retrieval: Retrieval) -> Reason | None:
    subjects = subject_words(retrieval.query)
    if not subjects:
        return "no_question"
    if _without_evidence(retrieval):
        return "no_evidence"
    # One word names a field; whether it also names a kind of expert, those who were found tell.
    if len(subjects) == 1 and len(kinds(retrieval)) > 1:
        return "broad"
    return None


def _without_evidence(retrieval: Retrieval) -> bool:
    signals = retrieval.signals
    meaning = max(signals.best_dense, signals.best_passage)
    if signals.best_lexical <= 0:
        return meaning < FAINT
    return signals.known_words < UNKNOWN and meaning < CLEAR
