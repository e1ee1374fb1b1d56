"""Where an expert has to be, and where something else is."""

import pytest

from experts.models import Expert
from experts.search import wiring
from experts.search.constraints import Constraints, read_constraints
from experts.search.constraints.gazetteer import lies_in
from experts.search.indexing import rebuild
from tests.experts.conftest import MakeExpert, names

PLACES = [
    ("in Hasselt?", "Hasselt"),
    ("or in Ostend?", "Ostend"),
    ("and what about Antwerp?", "Antwerp"),
    ("someone in Bruges for a gift to my children", "Bruges"),
    ("I need a roofer in Leuven", "Leuven"),
    ("roofer in Leuven", "Leuven"),
    ("wedding photographer Antwerp", "Antwerp"),
    ("an accountant from Ghent", "Ghent"),
    ("who can repair my bike near Mechelen?", "Mechelen"),
    ("closer to Bruges", "Bruges"),
    ("who is in Bruges?", "Bruges"),
    ("à Bruxelles, c'est possible ?", "Bruxelles"),
    ("de préférence à Liège", "Liège"),
    ("dichter bij Brugge", "Brugge"),
    ("I live in Ghent and my roof leaks", "Ghent"),
    ("a lawyer in Reading", "Reading"),
    ("a coach in Wallonia", "Wallonia"),
    ("en in Leuven?", "Leuven"),
    ("een loodgieter in gent", "Gent"),
    ("iemand uit Aalst", "Aalst"),
    ("hulp bij mijn tuin in Hasselt", "Hasselt"),
    ("liefst iemand in de buurt van Sint-Niklaas", "Sint-Niklaas"),
    ("ik zoek een coach in West-Vlaanderen", "West-Vlaanderen"),
    ("kinesist Kortrijk", "Kortrijk"),
    ("à Namur", "Namur"),
    ("Et Namur ?", "Namur"),
    ("un avocat à liège pour mon divorce", "Liège"),
    ("quelqu'un de Mons", "Mons"),
    ("je cherche un photographe près de Louvain-la-Neuve", "Louvain-la-Neuve"),
    ("un formateur en Flandre", "Flandre"),
    ("But Ghent?", "Ghent"),
    ("accountant in Ghent or Antwerp", "Ghent or Antwerp"),
    ("boekhouder Gent of Antwerpen", "Gent of Antwerpen"),
    ("je cherche un comptable à Gand ou Anvers", "Gand ou Anvers"),
]
NO_PLACES = [
    "I moved from Antwerp to Ghent and need a tax adviser",
    "My mother lives alone in Brussels while I'm in Madrid.",
    "hoeveel inwoners heeft Parijs",
    "I have a dispute about a lease in Brussels",
    "tax return for my house in Spain",
    "we sell to customers in France",
    "hire a programmer from Brazil",
    "the court in Namur decided against us",
    "somebody for Brussels law",
    "someone in nice condition",
    "he has problems with reading in class",
    "an expert in Phoenix framework",
    "expert in China tax law",
    "ruzie met de buren in Gent",
    "iemand uit de zorg",
    "een team leren te leiden",
    "iemand die scholen kan helpen en leiden",
    "hulp bij namen noemen in namen",
    "iemand die in nood helpt",
    "nous avons vendu notre maison à Mons",
    "un collaborateur à la défense",
    "à bientôt",
    "a lawyer, but not in Brussels",
    "een advocaat, maar niet in Brussel",
    "un avocat, mais pas à Bruxelles",
    "lawyer not in Antwerp",
    "lawyer outside Brussels",
    "lawyer, but not too close to Brussels",
    "advocaat buiten Brussel",
    "advocaat, niet te ver van Gent",
    "avocat hors de Bruxelles",
    "pas à Liège",
]


@pytest.mark.parametrize(("text", "place"), PLACES)
def test_where_the_expert_has_to_be_is_read(text: str, place: str) -> None:
    assert read_constraints(text).constraints == Constraints(place=place)


@pytest.mark.parametrize("text", NO_PLACES)
def test_where_something_else_is_is_left_alone(text: str) -> None:
    assert read_constraints(text).constraints == Constraints()


@pytest.mark.parametrize(
    ("location", "place", "is_there"),
    [
        ("Gent, Belgium", "Ghent", True),
        ("Gent", "Gand", True),
        ("Luik", "liège", True),
        ("Namur", "Wallonie", True),
        ("Brugge", "Vlaanderen", True),
        ("Kortrijk", "West-Vlaanderen", True),
        ("Lille, France", "Frankrijk", True),
        ("Ixelles", "Brussel", True),
        ("Remote", "remote", True),
        ("Mechelen", "Antwerpen", False),
        ("Belgium", "Ghent", False),
        ("Namur", "Flanders", False),
        ("", "Ghent", False),
        ("Antwerpen, Belgium", "Ghent or Antwerp", True),
        ("Namur", "Gent of Antwerpen", False),
        ("Sarajevo", "Bosnië en Herzegovina", True),
        ("Remote", "Ghent", False),
    ],
)
def test_a_place_is_known_by_its_names_and_by_what_lies_in_it(
    location: str, place: str, is_there: bool
) -> None:
    assert lies_in(location, place) is is_there


@pytest.fixture
def bakers(expert: MakeExpert) -> None:
    for number, location in enumerate(("Gent", "Antwerpen, Belgium", "Namur", "")):
        bio = "I teach bakeries to bake sourdough bread with less waste in their ovens."
        expert(f"baker{number}", job_title="Sourdough baker", bio=bio, location=location)
    for number in range(12):
        expert(f"other{number}", job_title="Lawyer", bio="I plead in court.", location="Oostende")
    rebuild()


@pytest.mark.parametrize(
    ("question", "who", "relaxed"),
    [
        ("a sourdough baker in Anvers", ["baker1"], ()),
        ("a sourdough baker in Flanders", ["baker0", "baker1"], ()),
        ("a sourdough baker in Namur or Antwerp", ["baker1", "baker2"], ()),
        ("a sourdough baker in Ostend", ["baker0", "baker1", "baker2", "baker3"], ("place",)),
        ("a sourdough baker in Charleroi", ["baker0", "baker1", "baker2", "baker3"], ("place",)),
    ],
)
def test_who_is_there_is_found_unless_nobody_there_answers(
    bakers: None, question: str, who: list[str], relaxed: tuple[str, ...]
) -> None:
    found = wiring.retriever().ask(question)
    assert sorted(names(found)[: len(who)]) == who
    assert found.relaxed == relaxed


def test_who_has_moved_since_the_build_is_not_found_there(bakers: None) -> None:
    Expert.objects.filter(username="baker1").update(location="Gent")
    found = wiring.retriever().ask("a sourdough baker in Antwerp")
    assert found.relaxed == ("place",)
