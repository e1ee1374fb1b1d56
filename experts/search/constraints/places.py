"""Where the expert is, kept apart from where something else is."""

from collections.abc import Iterator

from experts.search.constraints.gazetteer import LONGEST, Named, named
from experts.search.constraints.model import Constraints, Finding, Span
from experts.search.constraints.people_words import EXPERTS, PLEASE
from experts.search.constraints.tokens import (
    Kind,
    Phrases,
    Token,
    Tokens,
    clause_before,
    ends_clause,
    norm_at,
    phrases,
    skip_back,
    word_set,
)
from experts.search.languages import ALL_FUNCTION_WORDS

# What stands before a place, by the languages in which it does.
BEFORE = Phrases(
    {
        "en nl": "in | in de buurt van",
        "en": "near | nearby | close to | closer to | closest to | around | based in"
        " | located in | somewhere in | within | in the area of | in the region of"
        " | in or around | in or near | in and around | at",
        "nl": "te | bij | nabij | rond | rondom | dichtbij | vlak bij | dicht bij | in regio"
        " | in de regio | regio | in de omgeving van | omgeving | in het centrum van | in hartje"
        " | in of rond | in en rond | in omgeving",
        "fr nl": "en",
        "fr": "a | dans | pres de | pres d | proche de | proche d | autour de | autour d"
        " | a cote de | aux environs de | aux alentours de | dans la region de | region de"
        " | dans les environs de"
        " | du cote de | sur | vers | au | aux",
    }
)
FROM = Phrases({"en": "from | out of", "nl": "uit", "fr": "de | d"})  # only right after a person
ARTICLES = word_set("the de het la le les l")
LIVING = phrases(  # where the visitor is, the expert is welcome
    "i live | we live | ik woon | wij wonen | we wonen | wonend"
    " | j habite | nous habitons | je vis | nous vivons"
)
ASKING = phrases(
    "i need | we need | need | needed | i want | we want | looking for | i look for | searching for"
    " | i seek | who can | who could | help with | find me | find | wanted | i would like"
    " | do you have | do you know | is there | any"
    " | zoek | zoeken | op zoek naar | gezocht | nodig | ik wil | wij willen | graag"
    " | hebben jullie | wie kan | hulp bij | hulp met | heb je | is er | zijn er | ken je | kent u"
    " | cherche | cherchons | recherche | recherchons | je veux | je voudrais | nous voulons"
    " | besoin | qui peut | qui pourrait | aide pour | il me faut | il nous faut | trouver"
    " | avez vous | y a t il | connaissez vous"
)
OPENERS = word_set(
    "and or but so then also what about how preferably en of maar dus wat met liefst"
    " et ou mais alors donc de preference"
)
TELLING = word_set(  # whoever tells a story says where that was
    "was were had have has been moved sold bought did went got came lives"
    " heb heeft hebben hadden waren ging verhuisd kocht verkocht"
    " avait avons avions ai ete etait etions demenage vendu achete"
)
NOT_THERE = word_set("not niet pas except behalve sauf outside buiten hors but never nooit jamais")
OR = word_set("or and of en ou et")
ADVERBS = word_set("too very far necessarily te ver trop loin necessairement")
ONE = word_set("a an een un une")
REQUEST = 6  # tokens of what is asked for, before its place
FEW = 3  # words of a noun: "wedding photographer Antwerp"
SHORT = 6  # words of a message that says what is asked for and nothing else


def find_places(tokens: Tokens) -> Iterator[Finding]:
    at = 0
    while at < len(tokens):
        read = _place_at(tokens, at)
        if read is None:
            at += 1
            continue
        start, end, name = read
        span = Span(tokens[start].start, tokens[end - 1].end, "place")
        yield Finding(span, Constraints(place=name))
        at = end


def _place_at(tokens: Tokens, at: int) -> tuple[int, int, str] | None:
    """Where the words of a demanded place begin and end, and its name."""
    hit = BEFORE.starting(tokens, at)
    is_origin = hit is None and _is_person(tokens, at - 1)
    if is_origin:
        hit = FROM.starting(tokens, at)
    if hit is None:
        return _alone(tokens, at)
    first, languages = hit
    needs_capital = tokens[first - 1].spelled.casefold() in {"te", "a"}  # "te leiden", "a nice"
    first += norm_at(tokens, first) in ARTICLES and _named_at(tokens, first, languages) is None
    found = _named_at(tokens, first, languages)
    if found is None or (needs_capital and not tokens[first].spelled[:1].isupper()):
        return None
    end, place = _with_others(tokens, found[0], languages), found[1]
    if tokens[first - 1].norm == "en" and not _is_region(place):  # "en" is the Dutch "and", too
        return None
    if is_origin and _is_abroad(place):  # "a programmer from Brazil" is not there
        return None
    return (
        (at, end, _spelled(tokens[first:end]))
        if _is_of_the_expert(tokens, at, end, place)
        else None
    )


def _is_region(place: Named) -> bool:
    return any(not one.population for one in place.places)


def _is_abroad(place: Named) -> bool:
    """Whether it is a country, in which more may be than an expert."""
    return not any(one.within for one in place.places)


def _alone(tokens: Tokens, at: int) -> tuple[int, int, str] | None:
    """ "notary Ghent", "and Ghent?": a name with a capital that ends a short message."""
    if len(tokens) > REQUEST or not tokens[at].spelled[:1].isupper():
        return None
    found = _named_at(tokens, at, "en nl fr")
    if found is None or _is_denied(tokens, at):
        return None
    opened = all(token.norm in OPENERS for token in tokens[:at])
    is_noun = at <= FEW and not (
        found[1].words_of
        or _is_abroad(found[1])
        or _tells(tokens[:at])
        or any(map(_is_joint, tokens[:at]))
    )
    if not (opened or is_noun or _is_person(tokens, at - 1)):
        return None
    end = _with_others(tokens, found[0], "en nl fr")
    if not _closes(tokens, end):
        return None
    return at, end, _spelled(tokens[at:end])


def _with_others(tokens: Tokens, end: int, languages: str) -> int:
    """Where the last of "Ghent or Antwerp" ends."""
    while norm_at(tokens, end) in OR:
        more = _named_at(tokens, end + 1, languages)
        if more is None or not tokens[end + 1].spelled[:1].isupper():
            break
        end = more[0]
    return end


def _is_denied(tokens: Tokens, at: int) -> bool:
    """Whether the expert is not to be at the place at `at`: "not in Ghent", "outside Ghent"."""
    at -= norm_at(tokens, at - 1) in ARTICLES
    hit = BEFORE.ending(tokens, at) or FROM.ending(tokens, at)
    start = hit[0] if hit else at
    start = skip_back(tokens, start, lambda token: token.norm in ADVERBS, 2)
    # "But Ghent?" turns to it.
    return norm_at(tokens, start - 1) in NOT_THERE - (OPENERS if start == 1 else set())


def _is_person(tokens: Tokens, at: int) -> bool:
    return norm_at(tokens, at) in EXPERTS or (norm_at(tokens, at - 1), norm_at(tokens, at)) == (
        "quelqu",
        "un",
    )


def _named_at(tokens: Tokens, at: int, languages: str) -> tuple[int, Named] | None:
    """The longest name of a place at `at`: where it ends, and what it stands for.

    What is also a word in the language around it needs its capital: "in Nice", "in nice weather".
    """
    for end in range(min(len(tokens), at + LONGEST), at, -1):
        some = tokens[at:end]
        if any(token.kind is not Kind.WORD for token in some):
            continue
        found = named(" ".join(token.norm for token in some))
        if found is None:
            continue
        is_name = some[0].spelled[:1].isupper()
        if is_name or (
            sum(len(token.norm) for token in some) > 3
            and found.words_of.isdisjoint(languages.split())
        ):
            return end, found
    return None


def _spelled(some: Tokens) -> str:
    """The names as the visitor writes them, with capitals."""
    text = ""
    for token in some:
        word = token.spelled
        if token.norm not in OR and word.islower() and (len(word) > 3 or not text):
            word = word.capitalize()
        text += ("-" if token.joined else " ") * bool(text) + word
    return text


def _is_of_the_expert(tokens: Tokens, at: int, end: int, place: Named) -> bool:
    if not _closes(tokens, end) and norm_at(tokens, end) not in ALL_FUNCTION_WORDS:
        return False  # "in Brussels law" is about something
    if _is_denied(tokens, at):
        return False
    start = clause_before(tokens, at, 2 * REQUEST)
    while start < at and tokens[start].norm in OPENERS:
        start += 1
    if start == at:  # "In Ghent, …", "or in Ostend?"
        return _closes(tokens, end) or not _tells(tokens[end:])
    if _is_person(tokens, at - 1):
        return True
    if LIVING.ending(tokens, at):
        return True
    if _closes(tokens, end) and all(_is_small(token) for token in tokens[start:at]):
        return True  # "who is there in Bruges?"
    asked = _asked_from(tokens, start, at)
    if asked is not None:
        return True
    # At the end of a request it may be where the expert is to come; another country mostly is not.
    is_request = (
        tokens[0].norm in ONE
        or any(
            token.norm in EXPERTS or ASKING.starting(tokens, here)
            for here, token in enumerate(tokens)
        )
        or (len(tokens) <= SHORT and not any(map(_is_joint, tokens[:at])))
    )
    return (
        is_request
        and _closes(tokens, end)
        and not _tells(tokens[start:at])
        and not _is_abroad(place)
    )


def _asked_from(tokens: Tokens, start: int, at: int) -> int | None:
    """Where what is asked for begins, when the place follows it: "a roofer in Leuven"."""
    for here in range(at - 1, start - 1, -1):
        hit = ASKING.starting(tokens, here)
        if hit and hit[0] <= at:
            noun = tokens[hit[0] : at]
            is_plain = not any(_is_joint(token) for token in noun)
            return hit[0] if 0 < len(noun) <= REQUEST and is_plain else None
    return None


def _is_joint(token: Token) -> bool:
    """A word that hangs one thing on another, or says whose it is."""
    return token.norm in JOINTS


def _is_small(token: Token) -> bool:
    return token.norm in ALL_FUNCTION_WORDS and token.norm not in TELLING


def _tells(some: Tokens) -> bool:
    return any(token.norm in TELLING for token in some)


def _closes(tokens: Tokens, end: int) -> bool:
    return ends_clause(tokens, end) or norm_at(tokens, end) in PLEASE


JOINTS = word_set(
    "for with of about to on my our his her their your who that which from by at when because"
    " voor met van over aan mijn onze ons zijn haar die dat wie uit door op om"
    " pour avec de du des d sur mon ma mes notre nos votre qui que par"
)
