"""What a model may say to the visitor beside the reasons, and what is not shown of it."""

from typing import Any

import pytest

from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.backends.openai import OpenAIComposer
from experts.models import Expert
from tests.conversations.llm.conftest import QUERY, MakeTurn, expert
from tests.conversations.llm.server import ModelServer, says
from tests.conversations.llm.test_composing import GOOD

pytestmark = pytest.mark.django_db

MANY = " ".join(f"subject{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(45))


@pytest.fixture
def others(people: list[Expert]) -> None:
    """In the directory, and retrieved by no question here."""
    expert(username="cher", name="Cher", bio="I sing.", job_title="Singer", company="Solo")
    expert(
        username="noemie", name="Noémie Wauters", first_name="Noemie", last_name="Wauters",
        bio="I bake.", job_title="Baker", company="Wauters",
    )  # fmt: skip


@pytest.mark.parametrize(
    "narrative",
    [
        "{c1} audits webshops for the GDPR.",
        "The GDPR is what {c1} audits webshops for.",
        "{c1} audits webshops and {c2} writes registers of processing.",
        "For your webshop, {c1} has mended the cookies of seventeen shops.",
        "Your webshop's cookies can be mended by {c1}.",
    ],
)
def test_what_stands_is_shown(
    narrative: str, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(says({**GOOD, "narrative": narrative}))
    shown = composer.compose(make_turn())
    assert shown.narrative == narrative.replace("{c1}", "Gio Dep").replace("{c2}", "Pia Kerk")


@pytest.mark.parametrize(
    "narrative",
    [
        # nothing said
        "...",
        "…",
        "-",
        # others, however they are written
        "Ask zelda about the GDPR for your webshop.",
        "Ask cher about the GDPR for your webshop.",
        "Ask noémie about the GDPR for your webshop.",
        "Ask zélda about the GDPR for your webshop.",
        "Ask ｚｅｌｄａ about the GDPR for your webshop.",
        "Ask zеldа about the GDPR for your webshop.",
        "Ask z e l d a about the GDPR for your webshop.",
        "Ask z.e.l.d.a about the GDPR for your webshop.",
        "Ask z\u0336e\u0336l\u0336d\u0336a\u0336 about the GDPR for your webshop.",
        "Ask z\u200delda about the GDPR for your webshop.",
        "Zelda's GDPR audits of webshops.",
        "zelda's GDPR audits of webshops.",
        # numbers in words and scales
        "{c1} has audited hundreds of webshops for the GDPR and mended the cookies of shops.",
        "{c1} has mended the cookies of tweehonderd shops and webshops for the GDPR.",
        "{c1} has audited webshops for the GDPR and mended cookies of shops for 25 years.",
        # what another one's profile says
        "{c2} audits webshops and mends cookies in Ghent.",
        "{c3} has mended the cookies of seventeen shops.",
        "{c2} audits webshops since 2015.",
        # ways out of the page
        "{c1} audits webshops, see gdpr.shop for more.",
        "{c1} audits webshops (www.gdpr.be).",
        "{c1} audits [webshops](gdpr).",
        "{c1} audits webshops. ![GDPR](/webshops.png)",
        "{c1} audits webshops: gio＠webshops.be",
    ],
)
def test_what_does_not_stand_is_ours(
    narrative: str,
    others: None,
    server: ModelServer,
    composer: OpenAIComposer,
    make_turn: MakeTurn,
) -> None:
    turn = make_turn()
    server.behave(says({**GOOD, "narrative": narrative}))
    reply = composer.compose(turn)
    assert "replaced_narrative" in reply.usage
    assert reply.narrative.endswith(OfflineComposer().compose(turn).narrative)
    assert "zelda" not in reply.narrative.casefold()


@pytest.mark.parametrize("words", ["Is Zelda's help with the GDPR any good?", "Zeldа or zelda?"])
def test_somebody_else_is_not_named_though_the_visitor_did(
    words: str, others: None, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    said = words.split()[0] if words.startswith("Z") else "Zelda's"
    server.behave(says({**GOOD, "narrative": f"For the GDPR there is {said} help too."}))
    reply = composer.compose(make_turn(f"{QUERY} {words}"))
    assert "Zel" not in reply.narrative


def test_a_name_after_many_words_is_still_found(
    others: None, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    narrative = f"{MANY} zelda"
    server.behave(says({**GOOD, "narrative": narrative}))
    reply = composer.compose(make_turn(f"{QUERY} {MANY}"))
    assert "zelda" not in reply.narrative


@pytest.mark.parametrize("question", ["?", "...?", "¿?", "Which gdpr.shop is it?"])
def test_a_question_that_asks_nothing_is_ours(
    question: str, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    turn = make_turn(reason="broad")
    server.behave(says({"question": question}))
    assert composer.compose(turn).narrative == OfflineComposer().compose(turn).narrative


def test_a_reason_in_another_language_than_the_visitors_is_quoted_as_what_it_is(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    why = "I audit webshops for the GDPR and their cookies had been mended by me in the shops."
    picks: list[dict[str, Any]] = [{"ref": "c1", "why": why}]
    server.behave(says({"picks": picks, "narrative": "", "question": ""}))
    turn = make_turn("Wie kan onze webshop controleren op de GDPR?", language="nl")
    reply = composer.compose(turn)
    assert reply.picks[0].why == OfflineComposer().compose(turn).picks[0].why
    assert reply.usage["objections"]["language"] == 1
    server.behave(says({"picks": picks, "narrative": "", "question": ""}))
    assert composer.compose(make_turn()).picks[0].why == why
