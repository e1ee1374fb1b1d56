"""Sentences held against one profile."""

import pytest

from conversations.chat.grounding.claims import objection
from conversations.chat.grounding.facts import Facts
from experts.models import Expert

ENGLISH = Expert(
    name="Gio Dep",
    job_title="Privacy counsel",
    company="Shield",
    bio="I audit webshops for the GDPR since 2015. No success fees. Seventeen shops in Ghent had "
    "their cookies mended by me, with a budget of 1,500 each. I was trained at KU Leuven. "
    "I am not afraid of judges.",
    tags=["gdpr", "cookie banners"],
    languages=["en", "nl"],
    location="Ghent",
)
DUTCH = Expert(
    name="Bea Jacobs",
    job_title="Boekhouder",
    company="Jacobs",
    bio="Ik doe de boekhouding van zelfstandigen en kleine winkels in Gent. Geen vennootschappen. "
    "Belastingadvies geef ik vijfentwintig jaar.",
    languages=["nl"],
)
FRENCH = Expert(
    name="Luc Dubois",
    job_title="Avocat en droit du travail",
    company="Dubois Avocats",
    bio="J'aide les employeurs lors d'un licenciement. Je négocie avec les syndicats, sans grève, "
    "depuis quatre-vingt-dix jours.",
    languages=["fr"],
)
TOPIC = Facts.of(["We sell toys in Hungary and need VAT help for our Magento webshop"])


def check(sentence: str, expert: Expert = ENGLISH) -> str:
    return objection(sentence, Facts.about(expert), TOPIC)


@pytest.mark.parametrize(
    "sentence",
    [
        "Audits webshops for the GDPR.",
        "Gio audits webshops and mends cookies.",
        "The profile mentions GDPR audits of webshops since 2015.",
        "He mended the cookies of 17 shops in Ghent.",
        "She has mended cookies for seventeen shops.",
        "A privacy counsel at Shield who was trained at KU Leuven.",
        "Each shop had a budget of 1500.",
        "Speaks Dutch and works from Ghent on cookie banners.",
        "Works without success fees.",
        "Not afraid of judges.",
        "For your Magento webshop in Hungary, this privacy counsel audits for the GDPR.",
    ],
)
def test_what_the_profile_says_may_be_said(sentence: str) -> None:
    assert check(sentence) == ""


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("Audits webshops since 2010.", "number"),
        ("Audited 18 shops.", "number"),
        ("Audited eighteen shops.", "number"),
        ("Has twenty-five years with webshops.", "number"),
        ("Audits webshops for Google.", "name"),
        ("Audits webshops for NASA.", "name"),
        ("Zelda Quist audits webshops.", "claim"),
        ("The best privacy counsel.", "praise"),
        ("An award-winning privacy counsel.", "praise"),
        ("Always audits webshops.", "praise"),
        ("Audits hospitals.", "claim"),
        ("Handles VAT in Hungary.", "claim"),
        ("He audits Magento webshops in Hungary.", "name"),
        ("He audits toys in webshops.", "claim"),
        ("Works for success fees.", "negation"),
        ("Afraid of judges.", "negation"),
        ("Does not audit webshops.", "negation"),
        ("Costs 95 EUR per hour for webshops.", "rate"),
        ("Audits webshops, see https://shield.example.", "contact"),
        ("Audits webshops: mail gio@shield.example.", "contact"),
        ("Audits webshops, call 0475 12 34 56.", "contact"),
        ("Audits [webshops](/x).", "markup"),
        ("Audits <b>webshops</b>.", "markup"),
        ("Audits web\u200bshops.", "markup"),
        ("A good fit for your question.", "vacuous"),
        ("Аудит webshops.", "claim"),
    ],
)
def test_what_the_profile_does_not_say_may_not(sentence: str, why: str) -> None:
    assert check(sentence) == why


@pytest.mark.parametrize(
    "sentence",
    [
        "Doet de boekhouding van kleine winkels in Gent.",
        "Bea helpt zelfstandigen met hun boekhouding.",
        "Geeft advies over belasting aan zelfstandigen.",
        "Geeft 25 jaar belastingadvies.",
        "Werkt niet voor vennootschappen.",
    ],
)
def test_dutch_is_read_in_other_forms_and_in_compounds(sentence: str) -> None:
    assert check(sentence, DUTCH) == ""


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("Doet de boekhouding van vennootschappen.", "negation"),
        ("Doet al dertig jaar boekhouding.", "number"),
        ("De beste boekhouder van Gent.", "praise"),
        ("Erkende boekhouder.", "praise"),
        ("Doet de boekhouding van ziekenhuizen.", "claim"),
    ],
)
def test_dutch_claims_without_support_are_refused(sentence: str, why: str) -> None:
    assert check(sentence, DUTCH) == why


@pytest.mark.parametrize(
    "sentence",
    [
        "Luc aide les employeurs en cas de licenciement.",
        "Il négocie avec des syndicats.",
        "Avocat en droit du travail depuis 90 jours.",
    ],
)
def test_french_is_read_in_other_forms(sentence: str) -> None:
    assert check(sentence, FRENCH) == ""


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("Il négocie avec les ministres.", "claim"),
        ("Le meilleur avocat en droit du travail.", "praise"),
        ("Il négocie les grèves.", "negation"),
        ("Avocat depuis quinze jours.", "number"),
        ("Il ne négocie pas avec les syndicats.", "negation"),
    ],
)
def test_french_claims_without_support_are_refused(sentence: str, why: str) -> None:
    assert check(sentence, FRENCH) == why
