"""Why somebody is shown: the profile's own words, chosen for this question, nobody's twice."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from conversations.chat import evidence
from conversations.chat.texts import LANGUAGE_NAMES, PHRASES, listed
from experts.models import Expert
from tests.conversations.conftest import Ask
from tests.conversations.directory import add_expert

pytestmark = pytest.mark.django_db

QUESTIONS = [
    "Who can check our webshop for the GDPR?",
    "cross-border VAT for our webshop in Europe",
    "Ik zoek een boekhouder in Gent voor mijn webshop",
    "J'ai besoin d'un avocat pour un licenciement",
    "tax return and VAT declarations",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_evidence_is_verbatim_and_stands_in_the_reason(
    experts: None, ask: Ask, question: str
) -> None:
    answer = ask(question)

    assert answer["experts"]
    for card in answer["experts"]:
        expert = Expert.objects.get(username=card["id"])
        assert card["evidence"]
        for one in card["evidence"]:
            assert one["text"] in getattr(expert, one["field"])
            assert " ".join(one["text"].split()) in card["why"]


def test_the_reason_depends_on_the_question(experts: None, ask: Ask) -> None:
    def why(question: str) -> str:
        cards = ask(question, filters={"min_hourly_rate": 115, "max_hourly_rate": 125})["experts"]
        return next(str(card["why"]) for card in cards if card["id"] == "tax-tom")

    assert "cross-border VAT" in why("cross-border VAT for a webshop")
    assert "yearly tax return" in why("yearly tax return of a small company")


def test_no_two_experts_have_the_same_reason(db: None, reindex: Ask, ask: Ask) -> None:
    for number in range(3):
        add_expert(
            f"twin-{number}",
            name="Jan Jansen",
            job_title="Beekeeper",
            company="Honey",
            bio="I move bee swarms out of chimneys.",
            tags=["Bees"],
        )
    reindex()

    cards = ask("a bee swarm sits in our chimney")["experts"]
    assert len(cards) == 3
    assert len({card["why"] for card in cards}) == 3


def test_contact_details_of_a_profile_are_not_quoted(experts: None, ask: Ask) -> None:
    answer = ask("call about GDPR webshops")

    text = str(answer)
    assert "noor@example.com" not in text
    assert "470 12 34 56" not in text


@pytest.mark.parametrize(
    "text",
    [
        "Mail me at jan@example.com today.",
        "See https://example.com/me for more.",
        "Look at www.example.be.",
        "Visit my-site.be for prices.",
        "Call +32 470 12 34 56 now.",
        "Bel 0470/12.34.56 voor info.",
        "Tel: (02) 123 45 67.",
        "Find me on LinkedIn.",
        "WhatsApp me any time.",
    ],
)
def test_a_sentence_with_contact_details_is_recognised(text: str) -> None:
    assert evidence.CONTACT.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "I have 20 years of experience since 2004.",
        "We handle 1,500 cases a year for companies of 10 to 250 people.",
        "I know ISO 27001 and the GDPR (2016/679).",
        "From 2010 to 2015 I led a team. Then I founded two firms.",
        "Ik werk met btw-aangiften, e.g. voor webshops.",
        "I write ASP.NET and VB.NET.",
        "Rates from 95.00 to 120.00 EUR.",
    ],
)
def test_ordinary_sentences_can_be_quoted(text: str) -> None:
    assert not evidence.CONTACT.search(text)


def test_a_profile_without_a_bio_is_explained_by_what_it_has(
    db: None, reindex: Ask, ask: Ask
) -> None:
    add_expert(
        "quiet", name="Q", job_title="Arborist", company="Trees", tags=["Pruning", "Old oaks"]
    )
    reindex()

    card = ask("pruning of old oaks by an arborist")["experts"][0]
    assert "Old oaks" in card["why"]
    assert {one["field"] for one in card["evidence"]} <= {
        "tags",
        "job_title",
        "category",
        "company",
    }


def test_a_weak_third_is_left_out(experts: None, ask: Ask) -> None:
    answer = ask("Ik zoek een boekhouder in Gent")

    assert [card["id"] for card in answer["experts"]] == ["books-bea"]


@examples(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=900))
def test_a_shortened_text_is_still_verbatim(text: str) -> None:
    short = evidence.shortened(text)

    assert short in text
    assert len(short) <= evidence.LONGEST


def test_every_language_has_every_phrase() -> None:
    fields = PHRASES["en"].__dataclass_fields__
    for phrases in PHRASES.values():
        for name in fields:
            value: Any = getattr(phrases, name)
            assert value, name
            if isinstance(value, (tuple, dict)):
                assert len(value) == len(getattr(PHRASES["en"], name)), name
    assert set(PHRASES) == set(LANGUAGE_NAMES)


def test_lists_read_like_language() -> None:
    assert listed(["a"], "or") == "a"
    assert listed(["a", "b"], "or") == "a or b"
    assert listed(["a", "b", "c"], "or") == "a, b or c"
