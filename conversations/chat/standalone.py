"""History and message as one question that can be searched for by itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings

from conversations.chat import follow_ups
from conversations.chat.dialogue import NONE, Dialogue, Past, Shown
from conversations.chat.people import names_by_itself
from conversations.chat.topics import topic
from conversations.chat.words import stem, subject_words
from experts.search.constraints import Constraints, Reading, read_constraints
from experts.search.languages import words

LONGEST = 1500  # characters of a combined question; the newest words are kept
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Question:
    """One question, what it demands, and who is not to be offered."""

    text: str
    wishes: Constraints = NONE
    excluded: frozenset[str] = frozenset()
    follows: str = ""  # the question that a follow-up continues
    cheaper_than: tuple[Shown, ...] = ()  # whom somebody cheaper is asked for
    cost: Mapping[str, int] = field(default_factory=dict, compare=False)  # tokens, by kind


def standalone_query(reading: Reading, message: str, dialogue: Dialogue) -> Question:
    """The message as it reads after this dialogue.

    A follow-up joins the last question and keeps its demands; a later demand of the same kind takes
    the place of the earlier one. Whoever was refused before stays excluded in either case.
    """
    excluded = dialogue.refused | _refused(dialogue, message)
    recent = recent_turns(dialogue)
    before = _before(recent, message)
    if before is None:
        return Question(reading.text, reading.constraints, excluded)
    if _follows(reading, message, before):
        text = _joined(before.question, reading.text, message)
    elif follow_ups.leaves_out(message):
        text = _completed(reading.text, [turn.question for turn in recent if turn.question])
    else:
        return Question(reading.text, reading.constraints, excluded)
    wishes = before.wishes.overridden_by(reading.constraints)
    than = _priced(dialogue.last_shown) if follow_ups.wants_cheaper(message) else ()
    wishes = wishes.overridden_by(_below(than))
    return Question(text, wishes, excluded, before.standing, than)


def recent_turns(dialogue: Dialogue) -> Sequence[Past]:
    """The last turns, oldest first: stored, or told by the client and read the same way."""
    if not settings.HISTORY_TURNS:
        return ()
    asked = tuple(turn for turn in dialogue.past if not turn.is_aside)
    return (asked or _heard(dialogue))[-settings.HISTORY_TURNS :]


def _before(recent: Sequence[Past], message: str) -> Past | None:
    """The turn that offered these very words to click, else the last one that asked something."""
    offering = (turn for turn in reversed(recent) if _offers(turn, message))
    asking = (turn for turn in reversed(recent) if turn.question or turn.wishes != NONE)
    return next(offering, None) or next(asking, None)


def _heard(dialogue: Dialogue) -> tuple[Past, ...]:
    """Each turn as the ones before it explain it, so that the subject is carried along."""
    said = list(dialogue.heard)
    turns = [at for at, line in enumerate(said) if line["role"] == "user"]
    recent: tuple[Past, ...] = ()
    for at in turns:
        message = said[at]["content"][:LONGEST]
        reply = said[at + 1]["content"] if at + 1 < len(said) else ""
        question = standalone_query(read_constraints(message), message, Dialogue(recent))
        asked = question.text if subject_words(question.text) else ""
        asked_back = reply.rstrip().endswith("?")
        recent += (
            Past(
                message, asked, reply, asked_back, wishes=question.wishes, follows=question.follows
            ),
        )
    return recent


def _offers(turn: Past, message: str) -> bool:
    return message.casefold() in {text.casefold() for text in turn.suggestions}


def _follows(reading: Reading, message: str, before: Past) -> bool:
    if follow_ups.continues(message) or not subject_words(reading.text):
        return True
    if _offers(before, message):
        return not before.found_nobody
    # An answer to a question is short; a long one is a new, complete question.
    subjects = len(subject_words(message))
    if before.asked_back:
        return subjects <= 2 * follow_ups.FEW_SUBJECTS
    return before.reply.endswith("?") and subjects <= follow_ups.FEW_SUBJECTS


def _completed(text: str, asked: Sequence[str]) -> str:
    """The question with the phrase it leaves out: what the ones before were about."""
    known = {stem(word) for word in subject_words(text)}
    missing = [word for word in topic(asked) if stem(word) not in known]
    return f"{text} {' '.join(missing)}".strip() if missing else text


def _joined(question: str, added: str, message: str) -> str:
    rejected = follow_ups.rejected_words(message)
    if rejected:
        question, added = _replaced(question, added, rejected)
    added = follow_ups.without_frame(added)
    known = {stem(word) for word in words(question)}
    if all(stem(word) in known for word in subject_words(added)):
        return question[-LONGEST:]
    if not question:
        return added
    joint = " " if question[-1] in ".?!," else ", "
    return f"{question}{joint}{added}"[-LONGEST:]


def _replaced(question: str, added: str, rejected: list[str]) -> tuple[str, str]:
    """The question with what was rejected replaced by what was said instead, and the rest to add.

    "I need a lawyer" with "not a lawyer, an accountant" becomes "I need a accountant".
    """
    kin = {stem(word) for word in rejected}
    added = follow_ups.REJECTED.sub(" ", added)
    instead = " ".join(word for word in words(added) if word in set(subject_words(added)))
    out: list[str] = []
    for word in question.split():
        bare = words(word)
        if bare and stem(bare[-1]) in kin:
            if instead and instead not in out:
                out.append(instead)
        else:
            out.append(word)
    replaced = " ".join(out)
    return replaced, re.sub(r"^\W*(?:but|maar|mais)\b", "", added)


def _refused(dialogue: Dialogue, message: str) -> frozenset[str]:
    """Everyone shown before a wish for someone else, and whoever a "not" was said of by name."""
    seen: dict[str, Shown] = {}
    refused: set[str] = set()
    if follow_ups.wants_someone_else(message):
        refused |= {one.username for one in dialogue.recalled}
    for past, words_then in _with_next_message(dialogue, message):
        seen |= {one.username: one for one in past.shown}
        if follow_ups.wants_someone_else(words_then):
            refused |= set(seen)
        refused |= {one.username for one in seen.values() if _is_denied(one.name, words_then)}
    return frozenset(refused)


def _with_next_message(dialogue: Dialogue, message: str) -> Iterable[tuple[Past, str]]:
    following = [turn.message for turn in dialogue.past[1:]] + [message]
    return zip(dialogue.past, following, strict=False)


def _is_denied(name: str, message: str) -> bool:
    called = "|".join(map(re.escape, filter(None, (name, *names_by_itself(name)))))
    if not called:
        return False
    pattern = rf"\b(?:not|no|niet|geen|pas|without|zonder|sans)\s+(?:by\s+|met\s+)?(?:{called})\b"
    return re.search(pattern, message, re.IGNORECASE) is not None


def _priced(shown: Iterable[Shown]) -> tuple[Shown, ...]:
    """Those of them than whom somebody can be cheaper."""
    return tuple(one for one in shown if one.hourly_rate is not None and one.hourly_rate > CENT)


def _below(shown: Sequence[Shown]) -> Constraints:
    """A rate under the cheapest of those shown, in that one's currency."""
    if not shown:
        return NONE
    cheapest = min(shown, key=lambda one: one.hourly_rate or Decimal(0))
    rate = (cheapest.hourly_rate or Decimal(0)) - CENT
    return Constraints(max_hourly_rate=rate, currency=cheapest.currency or None)
