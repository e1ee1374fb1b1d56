"""Why a message says a name: it wishes for that person, refuses them, or tells who is writing.

"Anyone but Eva" refuses. "My name is Eva", "kind regards, Eva", "I work at Acme" and "I spoke with
Eva last week" tell something about the visitor. Whatever is none of these is a wish.
"""

from typing import Literal

from experts.search.constraints.tokens import (
    Phrases,
    Token,
    Tokens,
    clause_after,
    clause_before,
    norm_at,
    phrases,
    skip_back,
    word_set,
)

Role = Literal["wished", "refused", "told"]

TITLES = word_set(
    "mr mrs ms miss dr prof mister meneer mevrouw mevr dhr heer juffrouw monsieur madame"
    " mademoiselle mme mlle maitre"
)
LINKS = word_set("by with from of to me for met door van bij voor avec par de d a chez pour")
REFUSING = phrases(
    "not | no | but not | except | except for | other than | rather than | instead of | excluding"
    " | anyone but | anybody but | someone but | everyone but | everybody but | besides | without"
    " | don t want | do not want | don t show | do not show | not interested"
    " | geen | niet | behalve | anders dan | in plaats van | liever dan | zonder | uitgezonderd"
    " | pas | sauf | excepte | hormis | autre que | autre qu | plutot que | plutot qu | au lieu"
    " | sans | a part"
)
WHY = word_set("why waarom pourquoi only enkel alleen seulement")  # "why not Eva?"
INTRODUCING = phrases(
    "my name is | my name s | name s | i am | i m | im | this is | we are | we re"
    " | on behalf of | my company | our company | my employer | my company is | our company is"
    " | mijn naam is | naam is | ik ben | ik heet | wij zijn | namens | mijn bedrijf | ons bedrijf"
    " | mijn werkgever"
    " | je m appelle | je suis | mon nom est | nous sommes | au nom de | ma societe"
    " | notre societe | mon entreprise | notre entreprise | mon employeur"
    " | kind regards | best regards | warm regards | regards | sincerely | yours truly | signed"
    " | groeten | groet | groetjes | mvg | hoogachtend"
    " | cordialement | bien a vous | salutations | salutations distinguees | bien a toi"
)
THANKING = phrases(  # sign a message that ends with the name
    "thanks | thank you | many thanks | thx | cheers | greetings | yours | best"
    " | bedankt | dank u | dank je | dank | merci | merci d avance"
)
AT = word_set("at for with bij voor chez pour a au")
WORKING = phrases(
    "i work | we work | i am working | i m working | we are working | employed | employee"
    " | ik werk | wij werken | we werken | werkzaam | werknemer | medewerker"
    " | je travaille | nous travaillons | salarie | salariee | employe | employee"
)
OWN = word_set("my our mijn onze ons mon ma notre")  # "my accountant Eva"
FIRST = word_set("i we ik wij ai avons")
HAD = FIRST | word_set("j have ve had heb hebben hadden already just al reeds deja net met")
MET = phrases(
    "spoke | spoken | talked | worked | contacted | emailed | mailed | hired | consulted"
    " | i met | we met | have met | already met | i called | we called | already called"
    " | sprak | gesproken | gewerkt | werkte | gecontacteerd | gebeld | belde | gemaild | ontmoet"
    " | geraadpleegd"
    " | parle | travaille | contacte | rencontre | discute | consulte | ai appele | avons appele"
)
AGAIN = word_set("again opnieuw weer terug nogmaals encore nouveau")
ANOTHER = word_set("another else other others different andere ander anders autre autres")
REACH = 12  # tokens before a name, and after it, in which its clause is read
NEAR = 3  # tokens between the names of one introduction: "I am Eva from Acme"


def role_of(tokens: Tokens, start: int, end: int) -> tuple[Role, int, int]:
    """Why the name in tokens `start` to `end` is said, and which tokens say so."""
    named = skip_back(tokens, start, _is_title)
    linked = skip_back(tokens, named, _is_link, 2)
    for before in (named, linked):
        hit = REFUSING.ending(tokens, before)
        if hit and norm_at(tokens, hit[0] - 1) not in WHY and norm_at(tokens, before) not in WHY:
            return "refused", hit[0], end
    signed = skip_back(tokens, named, _is_mark)
    hit = INTRODUCING.ending(tokens, signed)
    if hit is None and all(map(_is_mark, tokens[end:])):
        hit = THANKING.ending(tokens, signed)
    if hit:
        return "told", hit[0], end
    first, last = clause_before(tokens, start, REACH), clause_after(tokens, end, REACH)
    working = _held(WORKING, tokens, first, named)
    if norm_at(tokens, named - 1) in AT and working:
        return "told", working[0], end
    if norm_at(tokens, named - 2) in OWN and norm_at(tokens, named - 1) not in AT:
        return "told", start, end
    clause = {token.norm for token in tokens[first:last]}
    met = _held(MET, tokens, first, last)
    if met and not FIRST.isdisjoint(clause):
        said = {token.norm for token in tokens}
        begin = skip_back(tokens, min(start, met[0]), _is_had, 6)
        finish = met[1] if end < met[1] <= end + NEAR else end
        if not ANOTHER.isdisjoint(said):
            return "refused", begin, finish
        if AGAIN.isdisjoint(said):
            return "told", begin, finish
    return "wished", start, end


def goes_on(tokens: Tokens, end: int, start: int) -> bool:
    """Whether a name at `start` belongs to an introduction up to `end`: "I am Eva from Acme"."""
    between = tokens[end:start]
    return len(between) <= NEAR and all(
        _is_mark(token) or _is_link(token) or token.norm in AT for token in between
    )


def _held(table: Phrases[bool], tokens: Tokens, start: int, end: int) -> tuple[int, int] | None:
    """The first phrase of the table within tokens `start` to `end`."""
    hits = ((at, table.starting(tokens, at)) for at in range(start, end))
    return next(((at, hit[0]) for at, hit in hits if hit and hit[0] <= end), None)


def _is_had(token: Token) -> bool:
    return token.norm in HAD


def _is_title(token: Token) -> bool:
    return token.norm in TITLES


def _is_link(token: Token) -> bool:
    return token.norm in LINKS


def _is_mark(token: Token) -> bool:
    return not token.norm.isalnum()
