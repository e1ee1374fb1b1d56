"""The language of a text, down to a single word."""

import subprocess
import sys

import pytest

from experts.text.detection import OTHER, detect, detect_all, probabilities, prose_language

ENGLISH_SUBJECTS = """
accounting; tax advice; landlord disputes; quantum computing; beekeeping; supply chain; negotiation;
cloud migration; onboarding; customer service; photography; web design; cyber security; pricing;
public speaking; team building; patents; grant writing; user research; translation; leadership;
investor pitch; recruiting; network administration; video editing; content strategy; e-commerce;
employment law; interior design; event planning; statistics; carpentry; soil science; sales coaching
"""


@pytest.mark.parametrize("subject", ENGLISH_SUBJECTS.replace("\n", " ").split(";"))
def test_a_short_english_subject_is_neither_dutch_nor_french(subject: str) -> None:
    assert detect(subject, {"en": 5}) == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("loodgieter", "nl"),
        ("verbouwing", "nl"),
        ("sociale zekerheid", "nl"),
        ("wie kan mij helpen met een huurgeschil", "nl"),
        ("plombier", "fr"),
        ("expertise immobilière", "fr"),
        ("redaction web et referencement", "fr"),  # as typed without accents
        ("Quelqu'un pour l'isolation du grenier ?", "fr"),
        ("Steuerberater für ein kleines Unternehmen gesucht", OTHER),
        ("Necesito un abogado para mi empresa", OTHER),
        ("Cerco un commercialista che parli inglese", OTHER),
        ("Jag behöver hjälp med min bokföring", OTHER),
        ("Ищу бухгалтера для небольшой фирмы", OTHER),
        ("会計士を探しています", OTHER),
    ],
)
def test_a_clear_text_is_told_whatever_was_expected(text: str, language: str) -> None:
    assert detect(text) == language
    assert detect(text, {"en": 5}) == language


@pytest.mark.parametrize("shared", ["podcast", "crypto", "marketing", "consultant"])
def test_a_word_of_several_languages_is_left_to_what_is_expected(shared: str) -> None:
    for expected in ("en", "nl", "fr"):
        assert detect(shared, {expected: 20}) == expected


@pytest.mark.parametrize("nothing", ["", "...", "2024", "👋", "https://example.org/een/pagina"])
def test_where_no_word_stands_no_language_is_more_probable(nothing: str) -> None:
    found = probabilities(nothing)
    assert found["en"] == found["nl"] == found["fr"]


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Ik begeleid families die hun zaak willen overdragen.", "nl"),
        ("J'accompagne les familles qui transmettent leur entreprise.", "fr"),
        ("I help families to hand over their business.", "en"),
        ("Senior Brand Strategist, Maison Dubois Lefèvre & Fils", ""),
        ("Jan Peeters, Van den Broeck, De Smet", ""),
        ("Consultant SAP", ""),
        ("Ich begleite Familien, die ihr Unternehmen übergeben wollen.", ""),
    ],
)
def test_a_quotation_is_given_a_language_only_where_it_is_sure(
    sentence: str, language: str
) -> None:
    assert prose_language(sentence) == language


def test_a_title_is_read_in_the_language_of_its_directory() -> None:
    dutch = ["Zelfstandig boekhouder uit Gent", "Ik zoek mee naar uw volgende job"] * 10
    english = ["I keep the books of small firms", "Lawyer for people and their work"] * 10
    assert detect_all([*dutch, "Jurist"])[-1] == "nl"
    assert detect_all([*english, "Jurist"])[-1] == "en"


def test_importing_reads_no_weights() -> None:
    code = (
        "from experts.text import detection;"
        "assert not detection._model.cache_info().currsize, 'weights were read'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
