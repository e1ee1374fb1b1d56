"""Show experts, show them with a refining question, or ask back: from calibrated evidence."""

from math import exp, log1p

from conversations.chat.dialogue import Dialogue
from conversations.chat.protocols import Decision, Reason
from conversations.chat.words import subject_words
from experts.search.retrieval import Retrieval, Signals

ASK_AT_MOST = 2  # clarifications in one dialogue; then answer, and say what was assumed
EVEN = 0.5  # a chance under this speaks against
BROAD = log1p(3)  # query length up to which a refining question comes with the experts


def decide(retrieval: Retrieval, dialogue: Dialogue) -> Decision:
    """Whether this retrieval answers the message, and whether with a refining question."""
    signals = retrieval.signals
    if not retrieval.candidates:
        return Decision(False, "nobody", doubt=1.0)
    if retrieval.named:
        return Decision(True, "named")
    if signals.readable < EVEN:  # the ranking is chance, however often one asks
        return Decision(False, "no_evidence", doubt=1.0)
    if not subject_words(retrieval.query):
        return _asking("no_question", 1.0, dialogue)
    doubt = _doubt(signals)
    if retrieval.query.casefold() in dialogue.offered:  # and leads to somebody
        return Decision(True, "broad", doubt)
    if signals.answerable < EVEN:
        return _asking("no_evidence", doubt, dialogue)
    return Decision(True, "broad" if signals.query_length <= BROAD else "enough", doubt)


def _asking(reason: Reason, doubt: float, dialogue: Dialogue) -> Decision:
    if dialogue.clarifications >= ASK_AT_MOST:
        return Decision(True, "assumed", doubt)
    return Decision(False, reason, doubt)


def _doubt(signals: Signals) -> float:
    """How much a question is needed: nobody may answer it, or too little is said to choose."""
    return 1 - signals.answerable * (1 - exp(-signals.query_length))
