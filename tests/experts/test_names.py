"""People, companies and usernames that a message names."""

import pytest

from experts.models import Expert
from experts.search import wiring
from experts.search.indexing import rebuild
from experts.search.retrieval import Retriever
from tests.experts.conftest import MakeExpert


@pytest.fixture
def directory(expert: MakeExpert) -> None:
    """Names that are rare, shared, or words of the profiles."""
    plain = {"bio": "I help with digital marketing, data and the price of roses. We will mark it."}
    expert("c.dubreuil", name="Célestine Dubreuil", company="Quai des Brumes", job_title="Baker")
    expert("jpeeters", name="Jan Peeters", company="Marketing", job_title="Marketer", **plain)
    expert("janpeeters2", name="Jan Peeters", company="Data", job_title="Analyst", **plain)
    expert("rose", name="Rose Price", company="Digital Marketing", job_title="Florist", **plain)
    expert("wdecoster", name="Wouter De Coster", company="Taxatelier BV", job_title="Tax adviser")


@pytest.fixture
def retriever(directory: None) -> Retriever:
    rebuild()
    return wiring.retriever()


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("Is Célestine Dubreuil with you?", {"c.dubreuil"}),
        ("celestine dubreuil", {"c.dubreuil"}),
        ("DUBREUIL Célestine", {"c.dubreuil"}),
        ("ik zoek het profiel van mevrouw Dubreuil", {"c.dubreuil"}),
        ("c.dubreuil", {"c.dubreuil"}),
        ("janpeeters2?", {"janpeeters2"}),
        ("Quai des Brumes", {"c.dubreuil"}),
        ("je cherche la société quai des brumes", {"c.dubreuil"}),
        ("what does wouter de coster know of income tax under 20 euro an hour?", {"wdecoster"}),
        ("De Coster", {"wdecoster"}),
        ("Taxatelier", {"wdecoster"}),
        ("Jan Peeters", {"jpeeters", "janpeeters2"}),
        ("Rose Price", {"rose"}),
        # Words, not names.
        ("Peeters", set()),
        ("Jan", set()),
        ("Rose", set()),
        ("rose price in the shop", set()),
        ("marketing", set()),
        ("Data", set()),
        ("digital marketing for our shop", set()),
        ("will you mark the price?", set()),
        ("mail c.dubreuil@example.com about roses", set()),
        ("Quai des Orfèvres", set()),
    ],
)
def test_who_is_named_is_found_and_no_word_is_taken_for_a_name(
    retriever: Retriever, message: str, named: set[str]
) -> None:
    found = retriever.ask(message)
    assert set(found.named) == named
    assert {one.expert.username for one in found.candidates[: len(named)]} == named


def test_who_was_renamed_since_the_build_no_longer_goes_by_the_old_name(
    retriever: Retriever,
) -> None:
    Expert.objects.filter(username="c.dubreuil").update(name="Célestine Moreau")
    assert retriever.ask("Célestine Dubreuil").named == ()


def test_who_is_named_stands_alone_beside_demands_and_is_not_meant_by_a_negation(
    retriever: Retriever,
) -> None:
    found = retriever.ask("Rose Price, under 20 euro an hour")
    assert [one.expert.username for one in found.candidates] == ["rose"]
    assert found.relaxed == ()
    found = retriever.ask("someone for digital marketing, anyone but Rose Price")
    assert found.named == ()
    assert "rose" not in [one.expert.username for one in found.candidates]


def test_who_was_refused_is_not_found_by_name(retriever: Retriever) -> None:
    assert retriever.ask("Rose Price", excluded=["rose"]).named == ()


TAX = "I need help with income tax"


@pytest.mark.parametrize(
    ("message", "is_refused"),
    [
        (f"{TAX}, but not Wouter De Coster", True),
        (f"{TAX} from anyone other than Wouter De Coster", True),
        ("hulp met income tax, maar niet van meneer De Coster Wouter", True),
        ("aide pour income tax, sauf Wouter De Coster", True),
        (f"I already spoke with Wouter De Coster. {TAX} from another adviser", True),
        (f"My name is Wouter De Coster. {TAX}", False),
        (f"{TAX}. Kind regards,\nWouter De Coster", False),
        (f"{TAX}. Merci, Wouter De Coster", False),
        (f"Ik ben Wouter De Coster van Quai des Brumes. {TAX}", False),
        (f"Je m'appelle Wouter De Coster. {TAX}", False),
        (f"I work at Quai des Brumes. {TAX}", False),
        (f"Je travaille chez Quai des Brumes. {TAX}", False),
        (f"Wij werken voor Quai des Brumes. {TAX}", False),
        (f"I worked with Wouter De Coster last year. {TAX}", False),
    ],
)
def test_a_name_that_is_refused_or_that_the_visitor_goes_by_is_no_wish(
    retriever: Retriever, message: str, is_refused: bool
) -> None:
    found = retriever.ask(message)
    assert found.named == ()
    assert "income tax" in found.query
    assert not {"Wouter", "Coster", "Brumes"} & set(found.query.split())
    assert ("wdecoster" in [one.expert.username for one in found.candidates]) is not is_refused


def test_beside_who_is_named_those_who_answer_the_rest_are_found(retriever: Retriever) -> None:
    found = retriever.ask("Can Rose Price help with income tax?")
    assert found.named == ("rose",)
    assert found.query == "Can help with income tax?"
    assert "wdecoster" in [one.expert.username for one in found.candidates[1:]]


@pytest.mark.parametrize(
    "message",
    [
        "I am looking for Wouter De Coster",
        "why not Wouter De Coster?",
        "No, Wouter De Coster please",
        "I spoke with Wouter De Coster and want to speak with him again",
        "I want to work with Wouter De Coster",
    ],
)
def test_a_name_that_is_asked_for_is_a_wish(retriever: Retriever, message: str) -> None:
    assert retriever.ask(message).named == ("wdecoster",)


def test_a_username_of_ordinary_words_is_named_by_nobody_who_says_them(
    expert: MakeExpert, directory: None
) -> None:
    bio = "I build an e-commerce site for shops, and know tax."
    expert("e-commerce", name="Ada Byron", job_title="Developer", bio=bio)
    expert("ada2", name="Ada Lace", job_title="Developer", bio=bio)
    expert("z-dubreuil", name="Zoé Dubreuil", job_title="Developer", bio=bio)
    rebuild()
    retriever = wiring.retriever()
    assert retriever.ask("help with my e-commerce site").named == ()
    assert retriever.ask("e-commerce").named == ()
    assert retriever.ask("is z-dubreuil there for my site?").named == ("z-dubreuil",)
