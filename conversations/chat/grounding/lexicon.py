# ruff: noqa: E501, SIM905 - word lists are easier to read in long lines of words
"""Words that claim nothing, words that claim too much, and numbers in words: English, Dutch, French."""

# fmt: off
# What may be said of anyone in an answer. Verbs of helping are here; those of a trade are not.
NEUTRAL = frozenset(
    # Small words that may be missing elsewhere
    "over under within across through during between while per via off down back much many such than being "
    "having done does tussen tijdens binnen buiten zodat want sinds al nu daar heb hebt vers entre pendant "
    "depuis lors dès étant ayant soit sur since until before after several various some few dans hors "
    "could would pourrait pourraient peuvent saurait zou zouden mogelijk eventueel sinds voordat nadat "
    "spent spend spends cause causes makes company companies business organisation team bedrijf bedrijven "
    "onderneming entreprise entreprises société équipe best-suited concrete concreet concret "
    # English
    "answer answers apply applies area areas around ask asked asking background based because brings "
    "choice close closely closest come comes consider context cover covers deal deals describe described "
    "describes description directly directory especially exactly expert experts expertise experience field "
    "fields find fit fits fitting focus focused focuses following found good here help helped helpful helps "
    "including involve involves issue kind know knowledge knows line look looking looks match matches "
    "matching mention mentions name need needed needs offer offers one options own part particular people "
    "person plain point problem problems profile profiles provide provides question questions reason "
    "recommend relate related relates relevant role say says search see seem seems situation skills "
    "someone specialise specialised specialises specialist specialists specialize specialized specializes "
    "specific speaks start state stated states suggest suit suitable suited suits support supports "
    "therefore title topic touch trade use used uses useful way well while work worked working works "
    "write writes wrote both each either everyone two three given yes sure certainly hello thanks thank "
    "above below first second third also may might want wants looked likely makes make right "
    "professional professionals advisor advisors adviser advisers consultant consultants advice advise "
    "advises assist assists assistance challenge challenges need's let me know start talk contact "
    # Dutch
    "doet doen aansluiten aansluit aanpak achtergrond advies adviseert adviseur adviseurs antwoord behoefte bekijk "
    "beschreven beschrijft beschrijving bezig biedt daarom deskundige deskundigen direct eigen ervaring "
    "expert experts expertise functie gaat geeft gebied gericht gevonden gids goed helpen helpt hiervoor "
    "hulp iemand juist kandidaten kennis keuze kent kiezen komt komen passen passend past personen persoon "
    "precies probleem problemen profiel profielen richt rol samen schrijft situatie sluit specialisatie "
    "specialist specialisten staat steunt titel twee drie vakgebied vermeldt vertelt vinden vindt vond "
    "volgende voorstel vraag vragen waarom werkt werken werk zegt zoekt zoekopdracht zowel beide beiden "
    "elk ieder hieronder hierboven eerste tweede derde waarmee waarbij bij daarbij dankzij onderwerp "
    "specifiek specifieke relevant relevante mensen vak nodig noemt genoemd eveneens ondersteunt "
    "ondersteuning bieden kunt uitleg hallo dag bedankt begeleidt begeleiding terecht gespecialiseerd "
    "rond daarnaast aan sluiten ligt dicht dichtst nauw zoals hebt zit "
    # French
    "accompagne accompagner aide aider aident annuaire appuie besoin besoins bien car cas cela celle celui "
    "cerne cherche cherchez choix choisir concerne conseil conseille conseiller conseils convient "
    "conviennent correspond correspondent correspondant couvre cadre décrit décrite décrivez demande "
    "deux directement domaine domaines donc effet expert experte experts expertes expertise expérience "
    "fait faire fonction indique intervient justement lien mentionne métier notamment offre parcours "
    "parle personne personnes peut peuvent pouvez précis précisément présente problème problèmes profil "
    "profils propose proposent proposer question questions raison recherche recherchez répond répondent "
    "répondre rôle selon situation spécialisé spécialisée spécialise spécialiste spécialistes souhaitez "
    "soutien soutient sujet sujets titre traite travaille travail travaillent trois trouvé trouver voici "
    "voir voulez ici première premier deuxième troisième également ainsi autour chacun chacune connaît "
    "connaissance connaissances dit elle-même texte adapté adaptée bonjour merci assure approche "
    "proche proches apporte apportent touche porte portent côté outre".split()
)
# "The best", "always", "award-winning": nobody's profile backs these unless it says them itself.
TOO_MUCH = frozenset(
    "absolute absolutely always award awarded awards award-winning best biggest brilliant celebrated certain "
    "certified every everything excellent exceptional expert-level extensive fastest famous finest flawless "
    "foremost greatest guarantee guaranteed guarantees highest highly ideal impressive incredible largest "
    "leading legendary master most never number-one only outstanding perfect perfectly prestigious prize "
    "proven qualified recognised recognized renowned seasoned senior strongest superior tested top trusted "
    "ultimate undisputed unique unmatched unparalleled vetted veteran world-class years year decade decades "
    "all none every cheapest experienced accredited licensed "
    "absoluut allerbeste altijd beroemd beroemde beste bekroond bekroonde bewezen buitengewoon ervaren "
    "enige erkend erkende excellent gecertificeerd gediplomeerd gegarandeerd garandeert goedkoopste grootste "
    "ideaal ideale jaar jaren decennia decennium kwalitatief leidend leidende meest meeste nooit onovertroffen perfect perfecte "
    "prijs prijzen snelste super toonaangevend toonaangevende uitgebreid uitgebreide uitmuntend uitstekend "
    "uitstekende uniek unieke vermaard vooraanstaand vooraanstaande wereldberoemd zeer alle alles elke "
    "absolument année années ans décennie décennies certifié certifiée célèbre diplômé diplômée exceptionnel exceptionnelle "
    "expérimenté expérimentée excellent excellente éprouvé éprouvée garanti garantie garantit grand-prix "
    "idéal idéale incontournable incomparable inégalé jamais leader meilleur meilleure meilleurs meilleures "
    "parfait parfaite parfaitement primé primée prix prestigieux reconnu reconnue renommé renommée "
    "réputé réputée seul seule toujours unique vaste moins-cher tous toutes tout".split()
)
# A clause that speaks to the visitor may repeat the visitor's words; one about the expert may not.
VISITOR = frozenset(
    "you your yours u uw je jij jou jouw jullie vous votre vos ton ta tes toi tu".split()
)
EXPERT = frozenset(
    "she he they her his their him them who this these expert profile zij ze hij haar zijn hen hun hem deze "
    "dit die profiel elle il elles ils son sa ses leur leurs qui cette ce ces profil lui experte".split()
)
NEGATORS = frozenset(
    "no not never without neither nor none cannot except hardly isn't aren't doesn't don't didn't won't can't "
    "wasn't geen niet nooit zonder noch behalve nauwelijks ne pas jamais sans aucun aucune ni sauf "
    "non".split()
)
SPOKEN = {  # what a profile's languages are called
    "en": "english engels engelstalig engelse anglais anglaise anglophone",
    "nl": "dutch nederlands nederlandse nederlandstalig flemish vlaams néerlandais néerlandophone",
    "fr": "french frans franse franstalig français française francophone",
    "de": "german duits duitse duitstalig allemand allemande germanophone",
    "es": "spanish spaans spaanse espagnol espagnole hispanophone",
    "it": "italian italiaans italiaanse italien italienne",
    "pt": "portuguese portugees portugese portugais portugaise",
}
# fmt: on

_UNITS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien "
    "zestien zeventien achttien negentien",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "fr": "vingt trente quarante cinquante soixante septante huitante nonante",
}
_SCALES = {
    "hundred": 100, "honderd": 100, "cent": 100, "cents": 100, "thousand": 1000, "duizend": 1000,
    "mille": 1000, "million": 10**6, "millions": 10**6, "miljoen": 10**6, "dozen": 12,
    "dozijn": 12, "douzaine": 12, "dizaine": 10, "vingtaine": 20, "trentaine": 30, "centaine": 100,
    "octante": 80, "vingts": 20, "score": 20, "billion": 10**9, "miljard": 10**9,
    "dozens": 12, "hundreds": 100, "thousands": 1000, "billions": 10**9, "tiental": 10,
    "tientallen": 10, "honderden": 100, "duizenden": 1000, "miljoenen": 10**6, "dizaines": 10,
    "douzaines": 12, "cinquantaine": 50, "centaines": 100, "millier": 1000, "milliers": 1000,
}  # fmt: skip


def _numerals() -> dict[str, int]:
    found = dict(_SCALES) | _dutch()
    for language, units in _UNITS.items():
        found |= {word: value for value, word in enumerate(units.split())}
        found |= {word: 10 * at for at, word in enumerate(_TENS[language].split(), start=2)}
    return found


def _dutch() -> dict[str, int]:
    """Those written as one word: "vijfentwintig", "tweehonderd", "honderdtien", "tienduizend"."""
    units, tens = _UNITS["nl"].split(), _TENS["nl"].split()
    small = {word: value for value, word in enumerate(units) if value}
    small |= {word: 10 * at for at, word in enumerate(tens, start=2)}
    for value, unit in enumerate(units[1:10], start=1):
        joint = "ën" if unit.endswith("e") else "en"
        small |= {unit + joint + word: 10 * at + value for at, word in enumerate(tens, start=2)}
    found = dict(small)
    for word, value in small.items():
        found |= {f"{word}honderd": 100 * value, f"honderd{word}": 100 + value}
        found[f"{word}duizend"] = 1000 * value
    return found


NUMERALS = _numerals()
ARTICLES = frozenset({"one", "een", "un", "une", "één"})  # as often an article as a number


def value_of(words: list[str]) -> int:
    """Consecutive numerals as one number: "twenty" "five", "quatre" "vingt" "dix", "nine" "thousand"."""
    total = current = 0
    for word in words:
        value = NUMERALS[word]
        if value >= 1000:
            total, current = total + max(1, current) * value, 0
        elif value == 100 or (value == 20 and 1 < current < 10):
            current = max(1, current) * value
        else:
            current += value
    return total + current
