"""What a visitor says it must not be: "anyone but a bookkeeper", "geen architect, wel …".

Few a "not" is one of those: "it does not start", "we have no money for a lawyer". Read is only what
rules out a kind of person: after words that stand for a person ("anyone but"), or a trade that the
directory or the language knows, where a request says so. Every doubt is decided by reading nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

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
    tokenise,
    word_set,
)
from experts.search.languages import ALL_FUNCTION_WORDS
from experts.search.subjects import subject_words

# Whatever follows these is a person by grammar.
NOBODY_OF = phrases(
    "anyone but | anybody but | someone but | everyone but | everybody but"
    " | anyone except | anybody except | everyone except | everybody except | anyone except for"
    " | anybody except for | anyone other than | anybody other than | someone other than"
    " | somebody other than | someone else than | anyone besides | anybody besides"
    " | iedereen behalve | iemand behalve | iemand anders dan | eender wie behalve"
    " | gelijk wie behalve | om het even wie behalve | iedereen maar geen | iemand maar geen"
    " | n importe qui sauf | tout le monde sauf | quelqu un d autre qu | quelqu un d autre que"
    " | n importe qui d autre qu | n importe qui d autre que | n importe qui hormis"
    " | n importe qui a part | quelqu un sauf | toute personne sauf | tous sauf"
)
# After these only a trade is; the meaning says where they may stand.
NOT_A = Phrases(
    {
        "opening": "not | no | neither | geen | niet | noch | ni | pas de | pas d | pas"
        " | aucun | aucune"
        " | surtout pas de"
        " | surtout pas d | surtout pas | certainly not | definitely not | zeker geen | liever geen"
        " | vooral geen | but not | but no | maar geen | maar niet | mais pas de | mais pas d"
        " | mais pas | and not | and no | en geen | en niet | et pas de | et pas d | et pas"
        " | preferably not | preferably no",
        "asking": "except | except for | other than | rather than | instead of | excluding"
        " | behalve | uitgezonderd | anders dan | in plaats van | liever dan | eerder dan"
        " | sauf | excepte | hormis | a part | autre qu | autre que | plutot qu | plutot que"
        " | au lieu d | au lieu de",
        "refusing": "don t want | do not want | don t need | do not need | not looking for"
        " | wil geen | wil liever geen | willen geen | zoek geen | zoeken geen"
        " | veux pas de | veux pas d | veux pas | voulons pas de | voulons pas d | cherche pas de"
        " | cherche pas d | cherche pas | cherchons pas de | cherchons pas | souhaite pas de"
        " | souhaite pas d | souhaite pas",
    }
)
ARTICLES = word_set("a an any een eender un une des de d du another")
REQUESTS = word_set(
    "want need needs looking look seek seeking prefer rather like find someone somebody anyone"
    " anybody zoek zoeken wil willen liever graag nodig iemand gezocht cherche cherchons recherche"
    " veux voulons voudrais voudrions prefere preferons souhaite besoin quelqu faut"
)
TOLD_BY = word_set(
    "i we he she they you it ik wij we hij zij ze jij je nous on il elle ils elles ce c"
)
JOINING = word_set("or nor of noch ou ni")
TURNING = word_set("but maar mais and en et preferably liever")
PROVIDERS = word_set(  # who is no trade, and still who it may not be
    "agency agencies firm firms intern interns student students junior juniors beginner beginners"
    " bureau bureaus stagiair stagiairs studenten agence agences etudiant etudiants stagiaire"
    " stagiaires debutant debutants"
)
GOING_ON = (
    word_set(
        "but just only rather and then for maar wel alleen enkel enkele liever en voor nodig mais"
        " plutot seulement et pour juste merci thanks"
    )
    | PLEASE
    | JOINING
)
EXPLAINING = word_set("so dus donc because want car hence therefore")
FIRST_IS_NOUN = word_set("pas sauf excepte hormis part qu que lieu aucun aucune autre")
NEAR = 4  # words of a request that says no more than whom it is for
LONGEST = 3  # words of what it must not be

IsTrade = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Said:
    """A question without what it rules out, and that."""

    text: str
    ruled_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Negation:
    start: int
    end: int
    nouns: tuple[str, ...]


def read_negations(text: str, is_trade: IsTrade) -> Said:
    """Cut out who must not be shown; nothing is left of a text that asks nothing else."""
    tokens = tokenise(text)
    found: list[_Negation] = []
    at = 0
    while at < len(tokens):
        read = _negation_at(tokens, at, is_trade)
        if read is not None:
            found.append(read)
        at = read.end if read else at + 1
    if not found:
        return Said(text)
    left, end = "", 0
    for one in found:
        left += text[end : tokens[one.start].start].rstrip(" ,;:") + " "
        end = tokens[one.end - 1].end
    left = " ".join((left + text[end:].lstrip(" ,;:.")).split())
    ruled_out = tuple(noun for one in found for noun in one.nouns)
    return Said(left if subject_words(left) else "", ruled_out)


def _negation_at(tokens: Tokens, at: int, is_trade: IsTrade) -> _Negation | None:
    person = NOBODY_OF.starting(tokens, at)
    if person is not None:
        noun = _noun(tokens, person[0], is_trade, by_grammar=True)
        return _with_others(tokens, at, *noun, is_trade) if noun else None
    hit = NOT_A.starting(tokens, at)
    if hit is None:
        return None
    end, place = hit
    noun = _noun(tokens, end, is_trade, first=tokens[end - 1].norm in FRENCH)
    if noun is None or not _may_stand(tokens, at, place):
        return None
    read = _with_others(tokens, at, *noun, is_trade)
    if place == "opening" and not _goes_on(tokens, read.end):
        return None
    if place == "refusing" and not (
        ends_clause(tokens, read.end) or norm_at(tokens, read.end) in GOING_ON
    ):
        return None
    return read


FRENCH = FIRST_IS_NOUN | {"de", "d"}


def _may_stand(tokens: Tokens, at: int, place: str) -> bool:
    if place == "refusing":
        return True
    start = clause_before(tokens, at, 12)
    if place == "opening" and tokens[at].norm not in TURNING:
        return start == at
    before = [token.norm for token in tokens[start:at]]
    if REQUESTS.intersection(before):
        return True
    return len(before) <= NEAR and not TOLD_BY.intersection(before)


def _goes_on(tokens: Tokens, end: int) -> bool:
    """Whether the sentence goes on as one that asks for something else, or is over."""
    here = norm_at(tokens, end)
    if ends_clause(tokens, end) or here == ":":
        return norm_at(tokens, end + 1) not in EXPLAINING
    return here in GOING_ON or here in {"-", "–", "—"}


def _noun(
    tokens: Tokens, at: int, is_trade: IsTrade, *, first: bool = False, by_grammar: bool = False
) -> tuple[int, str] | None:
    """Where a trade ends, and the words of it: "bookkeeper", "tax lawyers"."""
    has_article = False
    while norm_at(tokens, at) in ARTICLES:
        has_article = True
        at += 1
    end = at
    while end < min(len(tokens), at + LONGEST) and _is_noun(tokens[end]):
        end += 1
    if end == at:
        return None
    is_name = by_grammar and tokens[at].spelled[:1].isupper()
    while is_name and end < len(tokens) and tokens[end].spelled[:1].isupper():
        end += 1  # "Wouter De Coster"
    phrase = " ".join(token.spelled for token in tokens[at:end])
    if is_name or (by_grammar and has_article):
        return end, phrase  # anybody, by name too
    head = tokens[at] if first or by_grammar else tokens[end - 1]
    if not subject_words(head.norm):
        return None  # no expert at all is nobody's trade
    if is_trade(head.norm) or (by_grammar and is_trade(tokens[end - 1].norm)):
        return end, phrase
    return None


def _is_noun(token: Token) -> bool:
    return (
        token.kind is Kind.WORD
        and token.norm not in ALL_FUNCTION_WORDS
        and token.norm not in GOING_ON
    )


def _with_others(tokens: Tokens, start: int, end: int, noun: str, is_trade: IsTrade) -> _Negation:
    """With the second of "no lawyers or notaries"."""
    nouns = [noun]
    while norm_at(tokens, end) in JOINING:
        more = _noun(tokens, end + 1, is_trade)
        if more is None:
            break
        end, other = more
        nouns.append(other)
    return _Negation(start, end, tuple(nouns))


def is_provider(word: str) -> bool:
    return word.casefold() in PROVIDERS


def is_known_trade(word: str) -> bool:
    """A trade in the language, in the singular or the plural."""
    forms = {word, word.removesuffix("s"), word.removesuffix("en")}
    return not forms.isdisjoint(EXPERTS | PROVIDERS)
