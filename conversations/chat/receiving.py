"""What a message asks besides finding somebody, read from its acts; unsure means it is a search."""

from dataclasses import dataclass

from conversations.chat.acts.classifier import NEW_PROBLEM, REFINE, Acts
from conversations.chat.dialogue import Dialogue
from conversations.chat.follow_ups import rejected_words, wants_someone_else, without_frame
from conversations.chat.people import Meant, meant, ordinal, without_places
from conversations.chat.protocols import Decision, Finder, Reader, Reason
from conversations.chat.standalone import recent_turns
from conversations.chat.words import subject_words
from experts.search.constraints import read_constraints
from experts.search.languages import words

SEARCHED = frozenset((NEW_PROBLEM, REFINE))
TURNED_DOWN = frozenset(("reject", "someone_else", "complaint", "drop_limit"))
COURTESIES: dict[str, Reason] = {  # the one that is answered first
    "thanks": "thanks",
    "goodbye": "goodbye",
    "contact_details": "noted",
    "greeting": "greeting",
}
NO_QUESTIONS = frozenset(("off_topic", "nonsense"))
DISSATISFIED = frozenset(("complaint", "reject", "no"))
SURE, VERY_SURE = 0.8, 0.95  # chances from which something is taken for no question at all
LIKELY = 0.5  # chance from which "she" is taken for somebody shown
STORY = 3  # subject words with which a complaint says what it is about
FEW = 3  # words around "second" that ask for nothing: "and the … one"
BARE = 2  # words that may name what is looked for and nothing else
INTRODUCED = frozenset(("about", "chosen"))  # decisions that offer to introduce somebody
LIMITS = {
    "budget": ("min_hourly_rate", "max_hourly_rate", "currency"),
    "place": ("place",),
    "languages": ("languages",),
}
ANSWERED = 6  # words at most of a choice among answers to click


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that is answered without a search for somebody."""

    decision: Decision
    meant: Meant | None = None
    is_tentative: bool = False  # somebody found for it wins


@dataclass(frozen=True, slots=True)
class Read:
    """A message as what it does; `message` with a choice in the words that were offered."""

    acts: Acts
    message: str  # empty when it adds nothing to the question of the dialogue
    aside: Aside | None = None
    refused: frozenset[str] = frozenset()  # usernames
    let_go: frozenset[str] = frozenset()  # names of demands that are taken back


def receive(message: str, dialogue: Dialogue, reader: Reader, finder: Finder) -> Read:
    """What is to be done with a message. Errors: ExpertsError."""
    acts = reader.acts(message, dialogue.last_reply)
    if not _is_read(message):
        return Read(acts, message)
    if chosen := _chosen_answer(message, acts, dialogue):
        return Read(acts, chosen)
    if aside := _of_people(message, acts, dialogue, reader):
        return Read(acts, message, aside)
    if change := _change(message, acts, dialogue, reader):
        return change
    return Read(acts, message, _of_service(message, acts, dialogue, reader, finder))


def _is_read(message: str) -> bool:
    """Whether most letters are of the script that the acts were learnt in."""
    letters = [letter for letter in message if letter.isalpha()]
    return 2 * sum(letter < "\u0250" for letter in letters) > len(letters)


def _of_people(message: str, acts: Acts, dialogue: Dialogue, reader: Reader) -> Aside | None:
    """A choice, a question or a wish about somebody shown before."""
    who = meant(message, dialogue)
    if who is None:
        return None
    if (answer := _to_the_offer(acts, dialogue)) is not None:
        return Aside(Decision(True, answer), who)
    if acts.chosen & TURNED_DOWN:
        return None
    is_certain = acts.is_certain and not acts.chosen & SEARCHED
    # A name that the acts cannot know says that an unclear message is about that person.
    is_unclear = (
        bool(acts.probabilities) and not acts.is_certain and not wants_someone_else(message)
    )
    about = "ask_about_expert" in acts or (is_unclear and who.how == "name")
    if "book" in acts and (is_certain or who.how == "name"):
        return (
            None if "human" in acts and who.how != "name" else Aside(Decision(True, "booked"), who)
        )
    likely = acts.probabilities.get("ask_about_expert", 0.0) >= LIKELY
    if about and (who.how == "name" or (is_certain and (likely or who.how != "context"))):
        topic, rest = reader.fact(who.rest), without_places(who.rest)
        is_bare = not subject_words(rest) and (not topic or len(words(rest)) <= FEW)
        if who.how != "context" and is_bare:  # "and the second?"
            return Aside(Decision(True, "chosen"), who)
        return Aside(Decision(True, "about", topic=topic), who)
    is_one = len(dialogue.last_shown) == 1 and not subject_words(message)
    if "select" in acts and is_certain and (is_one or who.how != "context"):
        return Aside(Decision(True, "chosen"), who)
    return None


def _to_the_offer(acts: Acts, dialogue: Dialogue) -> Reason | None:
    """A yes or no after an introduction was offered."""
    last = dialogue.last
    if last is None or not acts.is_certain or acts.chosen & SEARCHED:
        return None
    if "no" in acts and last.decision in {*INTRODUCED, "booked"} and "someone_else" not in acts:
        return "declined"
    if acts.chosen & {"ask_about_expert", "thanks"}:
        return None
    return "booked" if "yes" in acts and last.decision in INTRODUCED else None


def _chosen_answer(message: str, acts: Acts, dialogue: Dialogue) -> str:
    """The words offered to click that a message chooses by their number, or all of them: "both"."""
    last = dialogue.last
    likeliest = max(acts.probabilities, key=lambda act: acts.probabilities[act], default="")
    if last is None or likeliest != "select" or len(words(message)) > ANSWERED:
        return ""
    # After people, only what the question names is an answer; the rest are other wishes.
    offered = [one for one in last.suggestions if last.asked_back or one in last.reply]
    if len(offered) < 2:
        return ""
    if (place := ordinal(message)) is not None:
        return offered[place] if last.asked_back and offered[place:] else ""
    if len(words(message)) > 1 and subject_words(message):
        return ""
    named = [one for one in offered if one in last.reply] or offered[:2]
    return ", ".join(named)


def _change(message: str, acts: Acts, dialogue: Dialogue, reader: Reader) -> Read | None:
    """Others than those shown, or a demand taken back, for the question as it stands."""
    standing = recent_turns(dialogue)
    if not acts.is_certain or acts.chosen & SEARCHED or not any(one.question for one in standing):
        return None
    if "drop_limit" in acts and (wishes := standing[-1].wishes.names()):
        return Read(acts, "", let_go=_taken_back(message, wishes, reader))
    is_other = "someone_else" in acts
    if not (is_other or "reject" in acts) or not read_constraints(message).constraints.is_empty():
        return None
    who = meant(message, dialogue)
    is_named = who is not None and who.how == "name" and not subject_words(who.rest)
    if rejected_words(message) and not is_named:
        return None
    refused = dialogue.all_shown if is_other else dialogue.last_shown
    if who is not None and who.how in ("name", "number"):
        refused = (who.who,)
    if not refused:
        return None
    adds = is_other and subject_words(without_frame(message))
    return Read(acts, message if adds else "", refused=frozenset(one.username for one in refused))


def _taken_back(message: str, wishes: set[str], reader: Reader) -> frozenset[str]:
    """Which of these demands; all of them when none of them is meant."""
    limits = {name: limit for limit, names in LIMITS.items() for name in names}
    asked = {limits[name] for name in wishes}
    limit = reader.limit(message) if len(asked) > 1 else ""
    return frozenset(name for name in wishes if limit not in asked or limits[name] == limit)


def _of_service(
    message: str, acts: Acts, dialogue: Dialogue, reader: Reader, finder: Finder
) -> Aside | None:
    """Small talk, and what is asked about the service itself."""
    if not acts.is_certain or acts.chosen & SEARCHED:
        return None
    likely = max(acts.probabilities[act] for act in acts.chosen)
    is_first, is_courteous = not dialogue.last_reply, acts.chosen <= set(COURTESIES)
    if is_first and likely < (SURE if is_courteous else VERY_SURE):
        return None
    subjects = subject_words(message)
    is_bare = subjects and len(words(message)) <= BARE  # "agent", "data stewardship": a trade
    if is_bare and not (is_courteous and likely >= VERY_SURE):
        return None
    if acts.chosen & {"service_question", "human"}:
        if likely < SURE:
            return None
        topic = "human" if "service_question" not in acts else reader.service(message)
        return Aside(Decision(False, "service", topic=topic)) if topic else None
    reason: Reason
    if acts.chosen <= DISSATISFIED:
        is_told = len(subjects) >= STORY or not dialogue.all_shown
        return None if is_told else Aside(Decision(False, "sorry"))
    if acts.chosen <= NO_QUESTIONS and likely >= SURE:
        reason = "off_topic" if "off_topic" in acts else "nonsense"
    elif is_courteous:
        reason = next(COURTESIES[act] for act in COURTESIES if act in acts)
    else:
        return None
    if finder.named(message):
        return None
    return Aside(Decision(False, reason), is_tentative=is_first and not is_courteous)
