"""Languages the expert must speak, kept apart from those a message is merely about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from experts.search.constraints import language_words as words
from experts.search.constraints.model import Constraints, Finding, Span
from experts.search.constraints.people_words import EXPERTS, PLEASE
from experts.search.constraints.tokens import (
    Token,
    Tokens,
    clause_after,
    clause_before,
    ends_clause,
    norm_at,
    skip_back,
)

REACH = 8
LONGEST_ROW = 8


@dataclass(frozen=True, slots=True)
class Named:
    """Languages named in a row, in tokens `start` to `end`."""

    start: int
    end: int
    codes: frozenset[str]


def find_languages(tokens: Tokens) -> Iterator[Finding]:
    at = 0
    while at < len(tokens):
        read = _speakers_at(tokens, at) or _demanded_at(tokens, at)
        if read is None:
            at += 1
            continue
        span = Span(tokens[read.start].start, tokens[read.end - 1].end, "language")
        yield Finding(span, Constraints(languages=read.codes))
        at = read.end


def _demanded_at(tokens: Tokens, at: int) -> Named | None:
    named = _names_at(tokens, at, language_of)
    if named is None or _is_choice(tokens, named):
        return None
    for rule in RULES:
        read = rule(tokens, named)
        if read:
            return None if words.OPTIONAL.starting(tokens, read.end) else read
    return None


def language_of(token: Token) -> str | None:
    if token.capital and token.norm in words.CODES:
        return token.norm
    return words.LANGUAGES.get(token.norm)


def _speaker_of(token: Token) -> str | None:
    """The language in one-word speakers: "francophones", "Nederlandstalige"."""
    for ending in words.SPEAKER_ENDINGS:
        stem = token.norm.removesuffix(ending)
        if stem != token.norm:
            return words.LANGUAGES.get(stem) or words.LANGUAGES.get(stem.removesuffix("s"))
    return words.SPEAKERS.get(token.norm) or words.SPEAKERS.get(token.norm.removesuffix("s"))


def _names_at(tokens: Tokens, at: int, language: Callable[[Token], str | None]) -> Named | None:
    """The longest row of languages at `at`: "Dutch, French and English", "NL/FR"."""
    codes: list[str] = []
    end = here = at
    while here < len(tokens) and len(codes) < LONGEST_ROW:
        code = language(tokens[here])
        if code is None or (codes and not _is_linked(tokens, end, here)):
            break
        codes.append(code)
        end = here = here + 1
        while here < min(len(tokens), end + 3) and tokens[here].norm in words.AND:
            if language(tokens[here]) and not _starts_another(tokens, here, language):
                break  # "NL/EN": the code, not the conjunction
            here += 1
        while here > end and norm_at(tokens, here) in words.ARTICLES:
            here += 1
    return Named(at, end, frozenset(codes)) if codes else None


def _is_linked(tokens: Tokens, end: int, here: int) -> bool:
    return here > end or tokens[here].joined


def _starts_another(tokens: Tokens, at: int, language: Callable[[Token], str | None]) -> bool:
    return at + 1 < len(tokens) and language(tokens[at + 1]) is not None


def _is_choice(tokens: Tokens, named: Named) -> bool:
    """Whether "or" stands on either side of the names, joining them to another language."""
    for joint, other in ((named.end, named.end + 1), (named.start - 1, named.start - 2)):
        if norm_at(tokens, joint) in words.OR and 0 <= other < len(tokens):
            named_there = language_of(tokens[other]) or _speaker_of(tokens[other])
            if named_there or words.SPEAKING_AFTER.ending(tokens, other + 1):
                return True
    return False


def _speakers_at(tokens: Tokens, at: int) -> Named | None:
    named = _names_at(tokens, at, _speaker_of)
    named = _with_elided(tokens, named) if named else None
    if named is None or _is_choice(tokens, named):
        return None
    return named if _describes_the_expert(tokens, named) else None


def _with_elided(tokens: Tokens, named: Named) -> Named:
    """With the first of "Nederlands- en Franstalige"."""
    start = named.start - 3
    if start < 0 or tokens[start + 1].norm != "-" or tokens[start + 2].norm not in words.AND:
        return named
    code = language_of(tokens[start])
    return Named(start, named.end, named.codes | {code}) if code else named


def _describes_the_expert(tokens: Tokens, named: Named) -> bool:
    """For "Dutch-speaking …": not the visitor, the visitor's people, things, or a denial."""
    start = skip_back(tokens, named.start, lambda token: token.norm in words.SMALL)
    others = words.OTHERS | words.THINGS
    before = {norm_at(tokens, start - 1), norm_at(tokens, named.start - 1)}
    noun = named.end + (norm_at(tokens, named.end) in words.ADJECTIVES)
    if before & (words.NOT | others) or norm_at(tokens, noun) in others:
        return False
    if words.SELF.ending(tokens, start) or _is_told_of_others(tokens, start):
        return False
    return words.OPTIONAL.starting(tokens, named.end) is None


def _is_told_of_others(tokens: Tokens, start: int) -> bool:
    """ "My team is …", "our customers are …", but not "the expert is …"."""
    if norm_at(tokens, start - 1) not in words.IS:
        return False
    who, whose = norm_at(tokens, start - 2), norm_at(tokens, start - 3)
    return who in words.OTHERS or (whose in words.OWN and who not in EXPERTS)


def _followed_by_speaking(tokens: Tokens, named: Named) -> Named | None:
    hit = words.SPEAKING_AFTER.starting(tokens, named.end)
    if hit is None:
        return None
    start = skip_back(tokens, named.start, lambda token: token.norm in words.ADVERBS)
    read = Named(start, hit[0], named.codes)
    return read if not _is_choice(tokens, read) and _describes_the_expert(tokens, read) else None


def _closing_dutch_clause(tokens: Tokens, named: Named) -> Named | None:
    """ "die vloeiend Nederlands en Frans spreekt", "moet ook Frans kunnen spreken"."""
    hit = words.SPEAKS_AFTER.starting(tokens, named.end)
    start = skip_back(tokens, named.start, _is_small)
    if hit is None or norm_at(tokens, start - 1) not in words.RELATIVE:
        return None
    read = Named(start - 1, hit[0], named.codes)
    return read if _is_of_the_expert(tokens, read.start) else None


def _is_small(token: Token) -> bool:
    return token.norm in words.ADVERBS or token.norm in words.ARTICLES


def _after_speaks(tokens: Tokens, named: Named) -> Named | None:
    verb_end = skip_back(tokens, named.start, _is_small)
    hit = words.SPEAKS_BEFORE.ending(tokens, verb_end) or words.SPEAKS_BEFORE.ending(
        tokens, verb_end + 1
    )
    if hit is None:
        return None
    start = skip_back(tokens, hit[0], lambda token: token.norm in words.ADVERBS)
    lead = norm_at(tokens, start - 1)
    if tokens[hit[0]].norm in words.NEEDS_EXPERT:
        licensed = lead in EXPERTS
    elif hit[0] + 1 < verb_end or tokens[hit[0]].norm in {"parlant", "maitrisant"}:
        licensed = lead != "en"
    else:
        licensed = lead in words.MAY_LEAD or lead in EXPERTS or ends_clause(tokens, start - 1)
    if not licensed or not _is_of_the_expert(tokens, start):
        return None
    if lead in {"who", "that", "qui", "die"}:
        start -= 1
    return Named(start, named.end, named.codes)


def _is_of_the_expert(tokens: Tokens, start: int) -> bool:
    """Whether the one who speaks can be the expert: not the visitor, nor others, nor a pupil."""
    before = norm_at(tokens, start - 1)
    if before in words.NOT or words.SELF.ending(tokens, start):
        return False
    for at in range(start - 1, clause_before(tokens, start, REACH) - 1, -1):
        if tokens[at].norm in EXPERTS:
            return True
        if tokens[at].norm in words.OTHERS or tokens[at].norm in words.THINGS:
            return False
    return True


def _bilingual(tokens: Tokens, named: Named) -> Named | None:
    if len(named.codes) < 2:
        return None
    start = skip_back(tokens, named.start, lambda token: token.norm in words.BILINGUAL_LINKS, 2)
    before = words.BILINGUAL.ending(tokens, start)
    after = words.BILINGUAL.starting(tokens, named.end)
    of_noun = norm_at(tokens, start - 1) in EXPERTS and words.BILINGUAL.ending(tokens, start - 1)
    if not before and not after and not of_noun:
        return None
    # The noun of "bilingual lawyer (NL/FR)" is still searched for.
    first = before[0] if before else start if of_noun else named.start
    last = after[0] if after else named.end + (norm_at(tokens, named.end) == ")")
    read = Named(first, last, named.codes)
    return read if _describes_the_expert(tokens, read) else None


def _talked_in(tokens: Tokens, named: Named) -> Named | None:
    """ "in Dutch", when it tells how to talk and nothing near is written or taught in it."""
    hit = words.IN_LANGUAGE.ending(tokens, named.start)
    if hit is None or not _is_free_of_things(tokens, hit[0], named.end):
        return None
    if any(token.norm in words.CODES for token in tokens[named.start : named.end]):
        return None
    after = norm_at(tokens, named.end)
    closed = ends_clause(tokens, named.end) or (after, norm_at(tokens, named.end + 1)) == (
        "s",
        "il",
    )
    alone = (ends_clause(tokens, hit[0] - 1) or norm_at(tokens, hit[0] - 1) in PLEASE) and (
        closed or after in PLEASE
    )
    if not alone and not (
        (closed or after in words.MAY_FOLLOW) and _is_about_talking(tokens, hit[0], named.end)
    ):
        return None
    return Named(hit[0], named.end, named.codes)


def _is_free_of_things(tokens: Tokens, start: int, end: int) -> bool:
    near = tokens[max(0, start - REACH) : end + REACH]
    return not any(token.norm in words.THINGS for token in near) and not any(
        token.norm in words.OTHERS for token in near
    )


def _is_about_talking(tokens: Tokens, start: int, end: int) -> bool:
    first, last = clause_before(tokens, start, 5), clause_after(tokens, end, 3)
    near = [*tokens[first:start], *tokens[end:last]]
    return any(token.norm in words.TALKING | PLEASE for token in near)


RULES = (_followed_by_speaking, _closing_dutch_clause, _after_speaks, _bilingual, _talked_in)
