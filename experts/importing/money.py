"""Rates as people write them, to an exact amount and its currency."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HIGHEST = Decimal("99999999.99")
CENT = Decimal("0.01")
ISO_4217 = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
    KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
    SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES
    VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(ISO_4217.split())
# What a mark may stand for, the usual meaning first: a dollar column beside `$` is no conflict.
MARKS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "euro": ("EUR",),
    "euros": ("EUR",),
    "us$": ("USD",),
    "ca$": ("CAD",),
    "c$": ("CAD",),
    "au$": ("AUD",),
    "a$": ("AUD",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD"),
    "dollar": ("USD", "CAD", "AUD", "NZD"),
    "dollars": ("USD", "CAD", "AUD", "NZD"),
    "£": ("GBP",),
    "pound": ("GBP",),
    "pounds": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₽": ("RUB",),
    "₺": ("TRY",),
    "₴": ("UAH",),
    "₪": ("ILS",),
    "zł": ("PLN",),
    "kč": ("CZK",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "fr": ("CHF",),
    "sfr": ("CHF",),
}
MARK = re.compile(r"(?:us|ca?|au?)\$|[€$£¥₹₽₺₴₪]|(?<![^\W\d_])[^\W\d_]+(?![^\W\d_])")
PER_HOUR = re.compile(
    r"(?:/|\b(?:per|par|pro|an|de l'|p/|p\.)|à l')\s*(?:hours?|hrs?|h|uur|u|heures?|stunde)\b\.?"
    r"|(?:\b|(?<=\d))(?:hourly|hrs?|h|uur|u)\b"
)
OTHER_UNIT = re.compile(
    r"(?:/|\b(?:per|par|pro|a|an))\s*(?:d|day|dag|jour|tag|week|semaine|woche|month|maand|mois|"
    r"year|jaar|an|project|projet|projekt|minute|minuut|min|word|woord|mot)\b|\b(?:daily|weekly|"
    r"monthly|yearly|dagtarief)\b"
)
TAX = re.compile(
    r"(?:(?:\+|\b(?:excl|exclusief|excluding|ex|plus|hors)\b)\.?\s*)?\b(?:btw|vat|tva|ht|htva|mwst)\b\.?"
)
RANGE = re.compile(r"\d\s*(?:[-–—]|to|tot|à|bis)\s*\d")
SIGNS = str.maketrans({"−": "-", "﹣": "-", "－": "-", "‐": "-", "‑": "-", "’": "'", "`": "'"})


@dataclass(frozen=True, slots=True)
class Rate:
    """An amount per hour, the currencies written beside it may mean, and what was wrong with it."""

    amount: Decimal | None = None
    currencies: tuple[str, ...] = ()
    reason: str = ""


def read_rate(cell: str) -> Rate:
    """`95`, `1.234,50`, `€ 95/h`, `USD 90`, … An unreadable one has no amount and a reason."""
    text = unicodedata.normalize("NFKC", cell.translate(SIGNS)).casefold().translate(SIGNS).strip()
    if not text:
        return Rate()
    if OTHER_UNIT.search(text):
        return Rate(reason="rate_not_hourly")
    text = TAX.sub(" ", PER_HOUR.sub(" ", text))
    text, currencies = _without_currency(text)
    if RANGE.search(text):
        return Rate(currencies=currencies, reason="rate_range")
    amount, reason = _amount(text, currencies)
    return Rate(amount, currencies, reason)


def read_currency(cell: str) -> tuple[str, ...]:
    """The ISO 4217 codes a currency cell may mean, the usual one first; none when it is unknown."""
    text = unicodedata.normalize("NFKC", cell).strip(" .()").casefold()
    return MARKS.get(text) or ((text.upper(),) if text.upper() in CURRENCIES else ())


def _without_currency(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its one currency; a text that names several keeps them and is no amount."""
    found = [(mark.group(), read_currency(mark.group())) for mark in MARK.finditer(text)]
    named = [(word, codes) for word, codes in found if codes]
    if not named or any(set(codes).isdisjoint(named[0][1]) for _, codes in named):
        return text, ()
    for word, _ in named:
        text = text.replace(word, " ", 1)
    return text, min((codes for _, codes in named), key=len)


def _amount(text: str, currencies: tuple[str, ...]) -> tuple[Decimal | None, str]:
    number = re.sub(r"[.,]\s*-{1,2}$", "", text.strip())  # the Dutch `95,-`
    negative = number.startswith("-")
    number = number.lstrip("+-").strip()
    if not re.fullmatch(r"[0-9][0-9.,' ]{0,99}|[.,][0-9]{1,9}", number):
        return None, "rate_unreadable"
    plain = _plain_number(number.rstrip(".,"))
    if plain is None:
        return None, "rate_unreadable"
    amount = Decimal(plain)
    if amount > HIGHEST:
        return None, "rate_too_high"
    amount = amount.quantize(CENT, ROUND_HALF_UP)
    if amount == 0:
        return None, "rate_zero"
    if negative:
        return None, "rate_negative"
    if _could_be_decimals(number, amount, currencies):
        return None, "rate_ambiguous"
    return amount, ""


def _plain_number(number: str) -> str | None:
    """`1.234,50` and `1,234.50` as `1234.50`; None when the groups make no sense."""
    point = max(number.rfind("."), number.rfind(","))
    mark = number[point] if point >= 0 else ""
    whole, decimals = (number[:point], number[point + 1 :]) if mark else (number, "")
    single = number.count(mark) == 1 if mark else False
    if not (single and decimals.isdigit()):
        whole, decimals = number, ""  # a mark that comes back parts thousands
    elif single and len(decimals) == 3 and re.fullmatch(r"[1-9][0-9]{0,2}", whole):
        whole, decimals = number, ""  # `1,500` is no one and a half
    groups = re.split(r"[.,' ]", whole)
    marks = set(re.findall(r"[.,' ]", whole))
    if len(marks) > 1 or (marks and decimals and mark in marks):
        return None
    if len(groups) > 1 and not (
        re.fullmatch(r"[0-9]{1,3}", groups[0]) and all(len(group) == 3 for group in groups[1:])
    ):
        return None
    return f"{''.join(groups) or '0'}.{decimals or '0'}"


def _could_be_decimals(number: str, amount: Decimal, currencies: tuple[str, ...]) -> bool:
    """`95.000` is 95 with three decimals or 95 thousand; where an hour costs that, it is clear."""
    cheap_units = {"JPY", "KRW", "IDR", "VND", "HUF", "CLP", "COP", "ISK", "INR", "RUB", "CZK"}
    if amount < 10_000 or (currencies and set(currencies) <= cheap_units | {"CNY"}):
        return False
    return re.fullmatch(r"[0-9]{2,3}[.,][0-9]{3}", number) is not None
