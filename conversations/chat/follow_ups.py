"""How a follow-up is worded: cheaper, someone else, not this but that, and about what was said."""

import re

from conversations.chat.words import subject_words, word_set
from experts.search.languages import words

CHEAPER = re.compile(
    r"\b(?:cheaper|cheapest|less\s+expensive|less\s+costly|more\s+affordable|lower\s+(?:rates?|prices?|fees?)"
    r"|(?:too|so|bit|rather)\s+(?:expensive|pricey|costly|dear)"
    r"|goedkoper\w*|minder\s+duur|te\s+duur|voordeliger\w*|lager\s+tarief|lagere\s+prijs"
    r"|moins\s+ch[eè]re?s?|trop\s+ch[eè]re?s?|meilleur\s+march[ée]|plus\s+abordables?"
    r"|plus\s+[ée]conomiques?)\b",
    re.IGNORECASE,
)
SOMEONE_ELSE = re.compile(
    r"\b(?:(?:someone|somebody|anyone|anybody|who|nobody|no\s+one)\s+else"
    r"|(?:another|other|different|more|new)\s+(?:one|ones|person|people|experts?|options?|names?"
    r"|suggestions?|candidates?|profiles?|choices?|matches)"
    r"|others\b|any\s+others?|(?:none|neither)\s+of\s+(?:them|these|those)"
    r"|iemand\s+anders|anderen|nog\s+iemand|nog\s+anderen"
    r"|andere\s+(?:experts?|experten|personen|persoon|mensen|opties?|namen|kandidaten|profielen|voorstellen)"
    r"|geen\s+van\s+(?:hen|deze|die|allen)"
    r"|(?:quelqu|personne)['’]?\s*(?:un\s+)?d['’]autres?|d['’]autres?\s+(?:personnes?|experts?"
    r"|propositions?|options?|noms?|profils?|choix)|un\s+autre|une\s+autre|aucun(?:e)?\s+(?:d['’]entre|de)\s+\w+)",
    re.IGNORECASE,
)  # fmt: skip
REJECTED = re.compile(
    r"\b(?:not|no|geen|niet|pas|non|rather\s+than|instead\s+of|in\s+plaats\s+van|au\s+lieu\s+d[e’'u]s?"
    r"|plutôt\s+qu[e’'])\s*"
    r"(?:(?:an?|the|een|de|het|une?|des|les?|la|du|l['’]|d['’]une?|d['’]|de)\s*\b)?"
    r"(?P<what>[^\W\d_][\w-]{2,})",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"^\W*(?:(?:yes|yeah|ok|okay|sure|no|nope|ja|nee|neen|oui|non|si|well|hm+)\b[\s,.!]*)?"
    r"(?:(?:and|or|but|so|then|also|en|of|maar|dus|dan|ook|et|ou|mais|alors|donc|aussi)\b\s*)?"
    r"(?:(?:what|how)\s+about\b|wat\s+(?:met|dacht\s+je\s+van)\b|hoe\s+zit\s+het\s+met\b"
    r"|qu['’]en\s+est-il\s+d[eu]s?\b|(?:i|we)\s+(?:mean|meant)\b|ik\s+bedoel(?:de)?\b"
    r"|je\s+(?:parle|veux\s+dire)\b|more\s+(?:precisely|specifically)\b|specifically\b)?\s*",
    re.IGNORECASE,
)
CONTINUES = re.compile(
    r"^\W*(?:and|or|but|also|only|preferably|rather|instead|what\s+about|how\s+about|same|with|without"
    r"|near|around|in|within|at|closer|more|less|someone|somebody|anyone|one\s+(?:who|that|with)"
    r"|maar|ook|enkel|alleen|liever|wat\s+met|hoe\s+zit|dezelfde|met|zonder|bij|nabij|rond"
    r"|te|binnen|dichter|meer|minder|iemand|eentje|en|of"
    r"|et|ou|mais|aussi|seulement|uniquement|plutôt|avec|sans|près|autour|à|dans|chez|plus|moins"
    r"|quelqu['’]un|pareil|pour)\b",
    re.IGNORECASE,
)
REFERS = word_set(
    """
    it its that this those these them they their theirs he she him his her hers one ones there
    instead else same both former latter
    die dat deze dit hen hun haar hem ze ervoor daarvoor hiervoor daarover daarmee dezelfde
    ça cela celui celle ceux celles ceci leur lui eux elles ils elle il y
    """
)
ASKING = re.compile(
    r"^\W*(?:(?:and|so|but|ok|okay|en|dus|maar|et|donc|mais)\b[\s,.!]*)*"
    r"(?:what|how|why|when|where|which|is|are|was|were|does|do|did|can|could|should|tell"
    r"|wat|hoe|waarom|wanneer|waar|welke?|zijn|kan|moet|mag|vertel"
    r"|que|qu['’]\w+|quel(?:le)?s?|comment|pourquoi|quand|où|combien|est-ce|peut-on|faut-il)\b"
    r"|\?\s*$",
    re.IGNORECASE,
)
DEFINITE = re.compile(r"\b(?:the|de|het|le|la|les)\b|\bl['’]", re.IGNORECASE)
SHORT = 8  # words
FEW_SUBJECTS = 3


def wants_cheaper(message: str) -> bool:
    return bool(CHEAPER.search(message)) and len(words(message)) <= 2 * SHORT


def wants_someone_else(message: str) -> bool:
    return bool(SOMEONE_ELSE.search(message)) and len(words(message)) <= 2 * SHORT


def rejected_words(message: str) -> list[str]:
    """What the visitor says it is not: the "lawyer" of "not a lawyer, an accountant"."""
    if len(words(message)) > 2 * SHORT:
        return []
    found = (match["what"].casefold() for match in REJECTED.finditer(message))
    return [word for word in found if subject_words(word)]


def continues(message: str) -> bool:
    """Whether the message adds to the question before it, and asks nothing by itself."""
    said = words(message)
    if not subject_words(message) or wants_cheaper(message) or wants_someone_else(message):
        return True
    if rejected_words(message) and len(said) <= SHORT:
        return True
    return bool(CONTINUES.match(message)) and len(said) <= SHORT and not refers(message)


def leaves_out(message: str) -> bool:
    """Whether the message is a question of its own about something named before: "is it safe?"."""
    subjects = len(subject_words(message))
    if refers(message):
        return subjects <= FEW_SUBJECTS
    known = 2 if DEFINITE.search(message) else 1
    return bool(ASKING.search(message)) and subjects <= known


def refers(message: str) -> bool:
    return any(word in REFERS for word in words(message))


def without_frame(message: str) -> str:
    """What a follow-up adds, without its "and what about" and the wish for others."""
    text = CHEAPER.sub(" ", SOMEONE_ELSE.sub(" ", message))
    text = OPENING.sub("", text, count=1)
    return re.sub(r"\s+", " ", text).strip(" ,;:.?!")
