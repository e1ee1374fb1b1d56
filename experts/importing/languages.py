"""Languages by code or by their English, Dutch or French name, to ISO 639-1 codes."""

import re

from experts.importing.text import folded, listed

CODES = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy
    hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li
    ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa
    pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th
    ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
# code: names in English, Dutch, French and the language itself, and three-letter codes; no accents.
NAMES = """
af: afrikaans afr
ar: arabic arabisch arabe ara
az: azerbaijani azerbeidzjaans azeri aze
be: belarusian wit-russisch bielorusse bel
bg: bulgarian bulgaars bulgare bul
bn: bengali bengaals ben
bs: bosnian bosnisch bosniaque bos
ca: catalan catalaans cat
cs: czech tsjechisch tcheque cestina ces cze
cy: welsh gallois cym wel
da: danish deens danois dansk dan
de: german duits allemand deutsch deu ger
el: greek grieks grec ell gre
en: english engels anglais eng
es: spanish spaans espagnol espanol castilian castellano spa
et: estonian estisch ests estonien est
eu: basque baskisch eus baq
fa: persian perzisch persan farsi fas per
fi: finnish fins finnois suomi fin
fr: french frans francais fra fre
fy: frisian fries frison frysk fry
ga: irish iers irlandais gle
gl: galician galicisch galicien glg
he: hebrew hebreeuws hebreu heb
hi: hindi hin
hr: croatian kroatisch croate hrvatski hrv
hu: hungarian hongaars hongrois magyar hun
hy: armenian armeens armenien hye arm
id: indonesian indonesisch indonesien ind
is: icelandic ijslands islandais isl ice
it: italian italiaans italien italiano ita
ja: japanese japans japonais jpn
ka: georgian georgisch georgien kat geo
kk: kazakh kazachs kaz
ko: korean koreaans coreen kor
ku: kurdish koerdisch kurde kur
la: latin latijn lat
lb: luxembourgish luxemburgs luxembourgeois ltz
lt: lithuanian litouws lituanien lit
lv: latvian lets letton lav
mk: macedonian macedonisch macedonien mkd mac
ms: malay maleis malais msa may
mt: maltese maltees maltais mlt
nl: dutch nederlands neerlandais flemish vlaams flamand hollands nld dut
no: norwegian noors norvegien norsk nor
pa: punjabi pendjabi pan
pl: polish pools polonais polski pol
pt: portuguese portugees portugais portugues por
ro: romanian roemeens roumain romana ron rum
ru: russian russisch russe rus
sk: slovak slowaaks slovaque slk slo
sl: slovenian slovene sloveens slovene slv
sq: albanian albanees albanais sqi alb
sr: serbian servisch serbe srp
sv: swedish zweeds suedois svenska swe
sw: swahili swa
ta: tamil tam
th: thai tha
tl: tagalog filipino tgl
tr: turkish turks turc turkce tur
uk: ukrainian oekraiens oekraiense ukrainien ukr
ur: urdu ourdou urd
vi: vietnamese vietnamees vietnamien vie
yo: yoruba yor
zh: chinese chinees chinois mandarin mandarijn cantonese kantonees zho chi
zu: zulu zoulou zul
"""
KNOWN_CODES = frozenset(CODES.split())
CODE_OF = {
    name: line.partition(":")[0]
    for line in NAMES.strip().splitlines()
    for name in line.partition(":")[2].split()
}
# `English (native)`, `Dutch: C1`, `nl-BE`: what follows the name tells how well or where.
LEVEL = re.compile(r"\s*[(:–].*$|\s+-.*$|\s+[abc][12]\b.*$|(?<=^[a-z]{2})[-_].*$")


def read_languages(cell: str) -> tuple[list[str], bool]:
    """ISO 639-1 codes in the order given, and whether all entries were recognised."""
    entries = listed(cell, ",;|/&+")
    codes = [code_of(part) for entry in entries for part in _conjoined(entry)]
    return list(dict.fromkeys(filter(None, codes))), all(codes)


def code_of(name: str) -> str:
    """The code of one language by code or name; empty when it is unknown."""
    word = LEVEL.sub("", folded(name).strip()).strip()
    return word if word in KNOWN_CODES else CODE_OF.get(word) or CODE_OF.get(word.split(" ")[0], "")


def _conjoined(entry: str) -> list[str]:
    return re.split(r"\s+(?:and|en|et)\s+", entry)
