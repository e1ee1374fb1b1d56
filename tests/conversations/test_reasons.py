"""Why somebody is shown: the profile's own words, chosen for this question, nobody's twice."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from conversations.chat import evidence
from conversations.chat.contact_details import has_contact_details
from conversations.chat.texts import PHRASES, listed, money
from conversations.chat.tiers import worth_showing
from experts.models import Expert
from experts.search import wiring
from experts.search.constraints import Constraints
from experts.search.retrieval import Candidate, Retrieval, Signals
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
        "Suivez-moi sur Instagram.",
        "Stuur mij een bericht via WhatsApp.",
        "Skype: jan.peeters",
        "I am @janp there.",
    ],
)
def test_a_sentence_with_contact_details_is_recognised(text: str) -> None:
    assert has_contact_details(text)


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
        "Ik doe Instagram en Facebook voor bakkers en kappers.",
        "We run LinkedIn campaigns and e-mail marketing.",
        "The law of 25.05.2018 applies since 2018-05-25.",
    ],
)
def test_ordinary_sentences_can_be_quoted(text: str) -> None:
    assert not has_contact_details(text)


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


def test_a_sentence_that_several_profiles_have_is_no_evidence(db: None, reindex: Ask) -> None:
    banner = "Meet me at the yearly fair about falcons, hawks and owls."
    for number, own in enumerate(["I train falcons.", "I breed hawks.", "I feed owls at night."]):
        add_expert(
            f"f{number}",
            name=f"F {number}",
            job_title="Falconer",
            company="Birds",
            bio=f"{banner} {own}",
        )
    reindex()

    candidates = wiring.retriever().retrieve("falcons").candidates
    quoted = {
        one.expert.username: [each for some in evidence.quotations(one, "falcons") for each in some]
        for one in candidates
    }

    assert "I train falcons." in {one.text for one in quoted["f0"]}
    assert all(one.text not in banner for some in quoted.values() for one in some)


def test_a_profile_that_does_not_mention_it_is_not_quoted_for_something_else(
    db: None, reindex: Ask, ask: Ask
) -> None:
    add_expert(
        "vague", name="V", job_title="Arborist", company="Oak & Sons", category="Green & Grey",
        bio="Coffee is always ready. Parking is easy to find. We open at eight.",
    )  # fmt: skip
    reindex()

    card = ask("arborist")["experts"][0]

    assert card["why"] == "Job title: Arborist."
    assert card["evidence"] == [{"field": "job_title", "text": "Arborist"}]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("", ""), ("/", ""), ("-", ""), ("🚀", ""), (" . ", ""),
        ("🚀 Growth marketer ✨", "Growth marketer"),
        ("Tax manager.", "Tax manager"),
        ("CHIEF MARKETING OFFICER", "Chief Marketing Officer"),
        ("CTO", "CTO"), ("SEO EXPERT", "SEO Expert"),
    ],
)  # fmt: skip
def test_a_title_is_told_tidily_or_not_at_all(title: str, shown: str) -> None:
    assert evidence.readable_title(title) == shown


@pytest.mark.parametrize("title", ["", "/", "🙂"])
def test_somebody_without_a_title_is_told_by_name(
    title: str, db: None, reindex: Ask, ask: Ask, settings: Any
) -> None:
    settings.EXPERT_REQUIRED_FIELDS = ["name"]
    add_expert("plain", name="Plain Jane", job_title=title, bio="I train falcons for airports.")
    reindex()

    answer = ask("who trains falcons for an airport?")

    assert answer["narrative"].endswith("Plain Jane.")
    assert answer["experts"][0]["title"] == ""


@pytest.mark.parametrize(
    ("language", "currency", "shown"),
    [
        ("en", "EUR", "€75"), ("nl", "EUR", "€\u00a075"), ("fr", "EUR", "75\u00a0€"),
        ("en", "CHF", "CHF\u00a075"), ("en", "", ""),
    ],
)  # fmt: skip
def test_an_amount_is_told_with_its_currency_or_not_at_all(
    language: str, currency: str, shown: str
) -> None:
    assert money(Decimal("75.00"), currency, language) == shown


def test_whoever_is_nearly_as_likely_as_the_last_one_shown_is_shown_too() -> None:
    def shown(*chances: float) -> int:
        found = [Candidate(Expert(), 1.0, 0.5, 1.0, relevance=chance) for chance in chances]
        nothing = Constraints()
        return len(worth_showing(Retrieval("", tuple(found), nothing, (), "", Signals())))

    assert shown(0.9, 0.1, 0.05) == 1
    assert shown(0.6, 0.29, 0.28) == 1
    assert shown(0.6, 0.31, 0.2) == 3
    assert shown(0.6, 0.5, 0.1, 0.1) == 2


def test_beside_who_is_named_is_shown_who_answers_and_who_does_nearly_as_well() -> None:
    def shown(*chances: float) -> int:
        named = Candidate(Expert(username="eva"), 1.0, 0.5, 1.0, relevance=1.0, tier="strong")
        others = [Candidate(Expert(), 1.0, 0.5, 1.0, relevance=chance) for chance in chances]
        nothing = Constraints()
        found = (named, *others)
        return len(worth_showing(Retrieval("", found, nothing, (), "", Signals(), ("eva",))))

    assert shown() == 1
    assert shown(0.4, 0.4) == 1
    assert shown(0.6, 0.1) == 2
    assert shown(0.7, 0.4, 0.4) == 3


def test_several_of_one_name_are_told_from_several_names(db: None, reindex: Ask, ask: Ask) -> None:
    for number, name in enumerate(("Zoé Quillard", "Quillard Zoé", "Ötzi Vandromme", "Ana Brox")):
        add_expert(f"one-{number}", name=name, company="Aerie", job_title=f"Falconer {number}")
    reindex()

    assert "More than one" in ask("Zoé Quillard")["narrative"]
    assert "More than one" not in ask("Ana Brox or Ötzi Vandromme")["narrative"]


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


def test_lists_read_like_language() -> None:
    assert listed(["a"], "or") == "a"
    assert listed(["a", "b"], "or") == "a or b"
    assert listed(["a", "b", "c"], "or") == "a, b or c"
