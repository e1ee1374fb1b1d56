"""Which words of a profile answer a question."""

import re
from collections.abc import Iterator

from conversations.chat.commands import reads_as_command
from conversations.chat.words import stem, subject_words
from conversations.replies import Evidence
from experts.models import Expert
from experts.search.languages import words
from experts.search.passages import sentences
from experts.search.retrieval import Candidate

TRAILING = " ,;:-–—("
LONGEST = 240  # characters of one quotation
CONTACT = re.compile(
    r"\S@\S|https?:|www\.|\b(?!(?:asp|vb|ado)\.net)[\w-]+\.(?:com|be|nl|fr|eu|org|net|io|co|uk|de|info|biz|me|app|dev|ai)\b"
    r"|(?:\+|\b00|\b0|\(0)\s*\d(?:[\s./()-]*\d){6,}|\b\d{3,4}[\s./-]\d{2,3}[\s./-]\d{2,3}"
    r"|\b(?:whats\s?app|e-?mail(?:\s+me|\s+mij|ez)|linkedin|instagram|facebook|skype|telegram)\b",
    re.IGNORECASE,
)
A_SENTENCE = 5  # words; a shorter piece of a bio is quoted only for want of a longer


def quotations(candidate: Candidate, question: str) -> Iterator[Evidence]:
    """Verbatim pieces of the profile, the one that answers best first, none with contact details.

    Sentences of the bio that retrieval chose by meaning come first, or else those that share words
    with the question, then the labels the expert goes by; commands to a machine come last.
    """
    seen: set[str] = set()
    # Stable: what reads as a command to a machine is quoted only for want of anything else.
    found = sorted(_pieces(candidate, question), key=lambda one: reads_as_command(one.text))
    for evidence in found:
        if evidence.text not in seen and holds(candidate.expert, evidence):
            seen.add(evidence.text)
            yield evidence


def holds(expert: Expert, evidence: Evidence) -> bool:
    """Whether the text stands verbatim in that field of this expert's row."""
    value = getattr(expert, evidence.field, "")
    return bool(evidence.text) and evidence.text in value


def _pieces(candidate: Candidate, question: str) -> Iterator[Evidence]:
    expert = candidate.expert
    ranked = sorted(candidate.passages, key=lambda one: (_is_fragment(one.text), -one.similarity))
    bio = [one.text for one in ranked if one.field == "bio"] or _sharing(expert.bio, question)
    for text in bio:
        if not CONTACT.search(text):
            yield Evidence("bio", shortened(text))
    asked = {stem(word) for word in subject_words(question)}
    tags = [tag for tag in expert.tags if isinstance(tag, str) and not CONTACT.search(tag)]
    for tag in sorted(tags, key=lambda tag: -len(asked & _stems(tag))):
        yield Evidence("tags", tag)
    for field in ("job_title", "category", "company"):
        value = getattr(expert, field).strip()
        if not CONTACT.search(value):
            yield Evidence(field, value)


def _is_fragment(text: str) -> bool:
    return len(text.split()) < A_SENTENCE


def _sharing(bio: str, question: str) -> list[str]:
    asked = {stem(word) for word in subject_words(question)}
    return sorted(sentences(bio), key=lambda sentence: -len(asked & _stems(sentence)))


def shortened(text: str) -> str:
    """The text, cut between words when it is long: still verbatim, for it is a beginning."""
    text = text.strip()
    if len(text) <= LONGEST:
        return text.rstrip(TRAILING)
    cut = text.rfind(" ", LONGEST // 2, LONGEST)
    return text[: cut if cut > 0 else LONGEST].rstrip(TRAILING)


def shared_words(question: str, text: str) -> list[str]:
    """The question's subject words that the text has too, spelled as the visitor did."""
    there = _stems(text)
    return [_spelled(word, question) for word in subject_words(question) if stem(word) in there]


def _spelled(word: str, text: str) -> str:
    """A folded word as it stands in the text: VAT, not vat."""
    found = re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)
    return found[0] if found else word


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(text)}
