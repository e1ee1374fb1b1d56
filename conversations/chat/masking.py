"""What the model is not told: e-mail addresses and telephone numbers in anybody's words.

Best effort, for the model only; search and lead keep the words as they are. Every pattern is
bounded, so that the time grows with the text and not with its square.
"""

import re
import unicodedata

EMAIL, PHONE = "[e-mail]", "[phone]"
# Zero-width, bidirectional, variation and tag characters: invisible, and used to hide words.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u20e3\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

NAME = r"[\w.+%'-]{1,64}"
LABEL = r"[\w-]{1,63}"
AT = (
    r"(?:\s{0,3}@\s{0,3}|\s{0,3}[(\[{<]\s{0,3}(?:at|@|a|bij|arobase|apenstaart(?:je)?)\s{0,3}[)\]}>]\s{0,3}"
    r"|\s{1,3}(?:arobase|apenstaart(?:je)?|at\s{0,3}sign)\s{1,3}|,?[\s_-]at,?[\s_-])"
)
DOT = (
    r"(?:\s{0,3}\.\s{0,1}|\s{0,3}[(\[{<]\s{0,3}(?:dot|punt|point|\.)\s{0,3}[)\]}>]\s{0,3}"
    r"|,?[\s_-](?:dot|punt|point),?[\s_-])"
)
PLAIN_EMAIL = re.compile(
    r"(?:\"[^\"\n]{1,64}\"|(?<![\w.+%-])[\w.+%'!#$&*/=?^`{|}~-]{1,64})@\[?[^\s@,;<>()\[\]\"]{1,255}\]?"
)
# A spelled-out address must end in something like a domain; "look at page two" does not, nor does
# "good at maths. My", where a sentence ends.
SPELLED_EMAIL = re.compile(
    rf"(?<![\w.+%-]){NAME}(?:{DOT}{NAME}){{0,3}}{AT}{LABEL}(?:{DOT}{LABEL}){{0,3}}(?:{DOT}"
    rf"(?:com|org|net|nl|fr|eu|uk|lu|io|info|biz|dev|app)|(?!\.\s){DOT}(?:[a-z]{{2}}|example))\b",
    re.IGNORECASE,
)
# Joined by up to three separators; what is a telephone number among these is decided below.
DIGITS = re.compile(r"(?<![\w.,])(?:\+\s?)?\(?\d(?:[\s.\-/()·_‐-―−•~]{0,3}\d){6,16}(?![\w])")
CALLED = re.compile(
    r"\b(?:tel|télé?|phone|gsm|mobile?|cell|whats\s?app|sms|call|ring|text|bel|belt|bellen|nummer|number|numéro"
    r"|appele[rz]|telefoon\w*|téléphone\w*|telephone)\b[^\d\n+(]{0,10}$",
    re.IGNORECASE,
)
DATE = re.compile(
    r"(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?:\D.*)?"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d{2}(?:\D.*)?"
    r"|(?:19|20)\d{2}\s?[-/]\s?(?:19|20)\d{2}"
)
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[ .]000|(?:[ .]\d{3}){2,})")
SPOKEN = re.compile(
    r"(?<!\w)(?:\+|plus\s)?(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|nul|een|één|twee|drie|vier"
    r"|vijf|zes|zeven|acht|negen|dubbel|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf|\d{1,3})[\s,.-]{1,3}){6,20}"
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|nul|een|één|twee|drie|vier|vijf|zes|zeven"
    r"|acht|negen|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf|\d{1,3})(?!\w)",
    re.IGNORECASE,
)


def clean(text: str) -> str:
    """Without characters that nobody sees, compatibility forms made plain (`＠` is `@`)."""
    visible = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return CONTROL.sub(" ", visible)


def mask(text: str) -> str:
    """Clean, with e-mail addresses and telephone numbers replaced by a word for them."""
    text = clean(text)
    text = PLAIN_EMAIL.sub(EMAIL, text)
    text = SPELLED_EMAIL.sub(EMAIL, text)
    text = DIGITS.sub(_phone_or_not, text)
    return SPOKEN.sub(PHONE, text)


def _phone_or_not(found: re.Match[str]) -> str:
    text = found.group()
    before = found.string[max(0, found.start() - 40) : found.start()]
    is_called = CALLED.search(before) and not DATE.fullmatch(text)
    return PHONE if is_called or is_phone(text.strip()) else text


def is_phone(text: str) -> bool:
    """Whether digits with separators are a number to call: not a date, a sum or a range of years.

    Belgian, Dutch and French numbers begin with 0 or a country code; an American one has its area
    code apart, and so have others in brackets.
    """
    digits = re.sub(r"\D", "", text)
    if DATE.fullmatch(text) or not 8 <= len(digits) <= 16:
        return False
    if text.startswith(("+", "0", "(0", "(+")) or re.match(r"\(\d{2,3}\)", text):
        return True
    if THOUSANDS.fullmatch(text):
        return False
    american = r"(?:1[\s.‐-―-]?)?\(?[2-9]\d{2}\)?[\s.‐-―-]?\d{3}[\s.‐-―-]\d{4}"
    return bool(re.fullmatch(american, text)) or (
        digits.startswith(("32", "31", "33", "44", "49", "352")) and 10 <= len(digits) <= 13
    )
