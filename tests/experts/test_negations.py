"""Who a message rules out, and every other "not"."""

import pytest

from experts.search import wiring
from experts.search.indexing import Report, rebuild
from experts.search.negations import is_known_trade, read_negations
from tests.experts.conftest import MakeExpert, names

RULED_OUT = [
    ("anyone but a bookkeeper for a VAT audit", "bookkeeper"),
    ("Anybody but a lawyer, please: we quarrel about a fence", "lawyer"),
    ("someone other than an architect to judge our attic", "architect"),
    ("not a lawyer, an accountant", "lawyer"),
    ("not a photographer but somebody who films", "photographer"),
    ("I need a coach, not a psychologist", "psychologist"),
    ("a copywriter for our site, no agencies please", "agencies"),
    ("no accountants, just someone who repairs printers", "accountants"),
    ("I don't want an architect, I want a builder", "architect"),
    ("we do not need a lawyer but help with the figures", "lawyer"),
    ("I want a mediator rather than a lawyer", "lawyer"),
    ("looking for a planner instead of an architect", "architect"),
    ("a coach, except psychologists", "psychologists"),
    ("geen architect, wel iemand die de muur narekent", "architect"),
    ("geen advocaat maar een bemiddelaar", "advocaat"),
    ("niet een boekhouder, een fiscalist", "boekhouder"),
    ("iemand anders dan een notaris voor onze schenking", "notaris"),
    ("iedereen behalve een jurist, graag", "jurist"),
    ("ik zoek een coach, geen therapeut", "therapeut"),
    ("ik wil geen fotograaf, wel een film", "fotograaf"),
    ("liever geen advocaat, iemand die bemiddelt bij ruzie", "advocaat"),
    ("ik zoek een tekenaar in plaats van een architect", "architect"),
    ("een vertaler voor ons contract, geen bureaus", "bureaus"),
    ("pas de photographe : je veux un film sur l'atelier", "photographe"),
    ("pas un avocat, plutôt une médiatrice", "avocat"),
    ("n'importe qui sauf un comptable pour le contrôle de la TVA", "comptable"),
    ("quelqu'un d'autre qu'un architecte pour nos plans", "architecte"),
    ("je ne veux pas de juriste, je veux un coach", "juriste"),
    ("je cherche un médiateur plutôt qu'un avocat", "avocat"),
    ("je cherche un coach, pas un psychologue", "psychologue"),
    ("surtout pas de notaire, quelqu'un qui explique simplement", "notaire"),
    ("un graphiste, pas d'agences", "agences"),
    ("je voudrais un coach au lieu d'un psychologue", "psychologue"),
]
NOT_RULED_OUT = [
    "my computer does not start",
    "I don't know who to ask",
    "we have no money for a lawyer",
    "I do not have an accountant yet",
    "I am not a lawyer, I need a contract",
    "it is not a bookkeeper's job, is it?",
    "no heating since Monday",
    "No water in the kitchen, who can come?",
    "not a single plumber answered",
    "no plumber can come before Friday",
    "everyone except my accountant agrees",
    "our architect did not answer",
    "a lawyer who does not charge by the hour",
    "nobody but you can help",
    "not only a lawyer but also a tax adviser",
    "we hired a plumber instead of an electrician and now the lights flicker",
    "I cannot find a photographer",
    "an alarm that is not connected",
    "ik krijg geen lening",
    "we hebben geen geld voor een advocaat",
    "geen internet sinds gisteren",
    "ik ben geen jurist en wil een contract",
    "mijn boekhouder antwoordt niet",
    "geen loodgieter gevonden",
    "ik weet niet wie ik moet vragen",
    "de architect heeft geen tijd",
    "iedereen behalve mijn notaris is akkoord",
    "wij vinden geen advocaat die tijd heeft",
    "il ne paie pas",
    "nous n'avons pas d'avocat",
    "pas de chauffage depuis lundi",
    "je ne suis pas comptable et je dois faire un bilan",
    "je ne trouve pas de photographe",
    "mon comptable ne répond pas",
    "l'architecte n'a pas le temps",
    "tout va bien sauf mon site",
    "je ne sais pas à qui demander",
]


def test_two_trades_are_ruled_out_together() -> None:
    both = {
        "neither a lawyer nor a notary, just someone who reads my lease": ("lawyer", "notary"),
        "noch advocaat noch notaris, wel iemand die mijn huurcontract naleest": (
            "advocaat",
            "notaris",
        ),
        "ni avocat ni notaire, juste quelqu'un pour relire mon bail": ("avocat", "notaire"),
    }
    for message, nouns in both.items():
        assert read_negations(message, is_known_trade).ruled_out == nouns


@pytest.mark.parametrize(("message", "noun"), RULED_OUT)
def test_what_a_request_rules_out_is_cut_from_what_is_searched(message: str, noun: str) -> None:
    said = read_negations(message, is_known_trade)
    assert said.ruled_out == (noun,)
    assert noun not in said.text.split()


@pytest.mark.parametrize("message", NOT_RULED_OUT)
def test_no_other_negation_rules_anybody_out(message: str) -> None:
    said = read_negations(message, is_known_trade)
    assert (said.text, said.ruled_out) == (message, ())


@pytest.mark.parametrize("message", ["not a lawyer", "everyone except lawyers", "geen advocaat"])
def test_nothing_is_left_to_search_of_a_message_that_only_rules_out(message: str) -> None:
    assert read_negations(message, is_known_trade).text == ""


def test_who_is_ruled_out_is_not_shown_even_when_called_otherwise(
    expert: MakeExpert, built: Report
) -> None:
    expert(
        "eva", job_title="Lawyer, tax and inheritance", bio="I answer letters of the tax office."
    )
    rebuild()
    asked = "I need help with a letter of the tax office"
    assert names(wiring.retriever().ask(asked))[0] in {"ada", "eva"}
    found = names(wiring.retriever().ask(f"{asked}, no lawyers please"))
    assert found
    assert not {"ada", "eva"} & set(found)
