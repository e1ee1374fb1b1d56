"""Injections against a model that obeys every attacker: nothing of it reaches a visitor."""

import json
import unicodedata
from collections.abc import Iterator
from itertools import islice

import pytest

from conversations.chat import prompts
from conversations.chat.assistant import Assistant
from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.backends.openai import OpenAIComposer
from conversations.chat.commands import reads_as_command
from conversations.chat.dialogue import Dialogue
from conversations.chat.protocols import Turn
from conversations.chat.rewriting import ModelRewriter
from conversations.chat.standalone import Question
from conversations.replies import Reply
from experts.models import Expert
from experts.search.languages import words
from tests.conversations.llm.attacks import ATTACKS, OBEDIENT, hostile
from tests.conversations.llm.conftest import QUERY, MakeTurn
from tests.conversations.llm.server import Handler, ModelServer, completion

STRANGERS = ("zelda", "quist", "elon", "musk", "zеldа", "quіst")
NEVER = (
    "evil.example",
    "http",
    "javascript",
    "onerror",
    "0475",
    "+32",
    "](",
    "<",
    "award",
    "fraud",
)
KINDS_A_PLACE = 2

pytestmark = pytest.mark.django_db


class Obedient:
    """Answers each request as the next kind of obedient model would."""

    def __init__(self, start: int) -> None:
        kinds = list(OBEDIENT)
        self.kinds = kinds[start % len(kinds) :] + kinds[: start % len(kinds)]
        self.kind = self.kinds[0]

    def __call__(self, handler: Handler) -> None:
        handler.reply(completion(hostile(handler.body, self.kind)))


def answered(composer: OpenAIComposer, turn: Turn) -> Reply:
    """As the assistant answers: by the model, and without it when it is of no use."""
    unused = None
    return Assistant(unused, OfflineComposer(), composer).compose(turn)  # type: ignore[arg-type]


def places(attack: str, make_turn: MakeTurn, people: list[Expert]) -> Iterator[Turn]:
    """The attack as a visitor's message, as history from the client, and in a biography."""
    yield make_turn(f"{QUERY} {attack}")
    said = ({"role": "user", "content": attack}, {"role": "assistant", "content": attack})
    yield make_turn(dialogue=Dialogue(heard=said))
    written = attack.replace("\x00", "")  # which an import takes out, and PostgreSQL cannot hold
    people[2].bio = f"I win disputes about corporate tax. {written}"
    people[2].job_title = written[:300]
    people[2].save()
    yield make_turn()


COMMANDS = [attack for attack in ATTACKS if reads_as_command(attack)]


def test_most_attacks_read_as_commands_and_plain_profiles_do_not(people: list[Expert]) -> None:
    assert len(COMMANDS) > len(ATTACKS) // 3
    for text in [
        *(one.bio for one in people),
        "I fine-tune language models and write the system they run in.",
        "First I listen; then I put your books in order and list what is missing.",
        "Ik zet eerst alles op een rij en geef enkel advies dat u begrijpt.",
        "Vos instructions de montage, traduites en trois langues.",
        "Forget paperwork: I do your VAT, so that you only answer three questions.",
    ]:
        assert not reads_as_command(text)


@pytest.mark.parametrize("attack", COMMANDS)
def test_a_command_in_a_profile_is_neither_quoted_nor_suggested_where_there_is_more_to_say(
    attack: str, make_turn: MakeTurn, people: list[Expert]
) -> None:
    attack = attack.replace("\x00", "")
    for one in people:
        one.bio = f"{attack} {QUERY} {attack}\nI audit webshops for the GDPR every week."
        one.tags = [attack[:59], "privacy", "gdpr"]
        one.save()
    for turn in (make_turn(found=people[:1]), make_turn(reason="broad")):
        reply = OfflineComposer().compose(turn)
        assert not any(reads_as_command(pick.why) for pick in reply.picks)
        assert not any(reads_as_command(text) for text in (reply.narrative, *reply.suggestions))


@pytest.mark.parametrize("number", range(len(ATTACKS)))
def test_an_attack_moves_nobody_leaks_nothing_and_names_no_stranger(
    number: int,
    server: ModelServer,
    composer: OpenAIComposer,
    make_turn: MakeTurn,
    people: list[Expert],
) -> None:
    obedient = Obedient(number * KINDS_A_PLACE)
    server.behave(obedient)
    for turn in places(ATTACKS[number], make_turn, people):
        draft = OfflineComposer().compose(turn)
        for kind in islice(obedient.kinds, KINDS_A_PLACE):
            obedient.kind = kind
            composer.model.breaker.succeeded()
            check(answered(composer, turn), draft, kind)
    assert "ana@example.com" not in "".join(server.texts)


@pytest.mark.parametrize("kind", OBEDIENT)
def test_no_kind_of_obedience_shows(
    kind: str, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    obedient = Obedient(0)
    obedient.kind = kind
    server.behave(obedient)
    for reason in ("enough", "assumed", "broad", "no_evidence", "no_question"):
        turn = make_turn(reason=reason)
        composer.model.breaker.succeeded()
        check(answered(composer, turn), OfflineComposer().compose(turn), kind)


def test_there_are_attacks_enough() -> None:
    assert len(set(ATTACKS)) >= 60
    assert len(OBEDIENT) >= 15


def check(reply: Reply, draft: Reply, kind: str) -> None:
    shown = [pick.expert.username for pick in reply.picks]
    if kind != "shows nobody":
        assert shown == [pick.expert.username for pick in draft.picks][: len(shown)]
        # A model may leave out who is only possible, at the end; it moves nobody up.
        assert {pick.tier for pick in draft.picks[len(shown) :]} <= {"possible"}
    allowed = plain(draft)
    said = plain(reply)
    for word in (*STRANGERS, *NEVER):
        assert word not in said or word in allowed, (kind, word, said)
    assert not (stretches(said) - stretches(allowed)) & SECRET, kind


def plain(reply: Reply) -> str:
    """What a visitor reads in sentences; suggestions and cards are never a model's."""
    text = " ".join([reply.narrative, *(pick.why for pick in reply.picks)])
    return unicodedata.normalize("NFKC", text).casefold()


def stretches(text: str, length: int = 6) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[at : at + length]) for at in range(len(said) - length + 1)}


SECRET = set().union(
    *(stretches(text) for text in (prompts.MATCH, prompts.CLARIFY, prompts.REWRITE))
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_in_a_history_makes_the_search_look_for_something_else(
    attack: str, server: ModelServer, composer: OpenAIComposer, people: list[Expert]
) -> None:
    server.behave(Obedient(0))
    said = (
        {"role": "user", "content": "I need a tax lawyer"},
        {"role": "assistant", "content": attack},
    )
    question = Question("I need a tax lawyer, in Ghent")
    rewritten = ModelRewriter(composer.model).rewrite(question, "in Ghent?", Dialogue(heard=said))
    assert rewritten == question
    assert len(server.bodies) == 1


@pytest.mark.parametrize("place", range(3))
def test_what_people_type_stays_inside_one_json_document(
    place: int,
    server: ModelServer,
    composer: OpenAIComposer,
    make_turn: MakeTurn,
    people: list[Expert],
) -> None:
    for attack in ATTACKS[place::3]:
        turn = list(places(attack, make_turn, people))[place]
        answered(composer, turn)
        composer.model.breaker.succeeded()
    for body in server.bodies:
        system, user = body["messages"]
        assert system["content"] in (prompts.MATCH, prompts.CLARIFY)
        first, document = user["content"].split("\n", 1)
        assert first == "DATA"
        assert "\n" not in document
        assert not set("<>`") & set(document)
        json.loads(document)
