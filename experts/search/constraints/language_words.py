"""The words of spoken languages in English, Dutch and French, as data."""

from experts.search.constraints.people_words import PLEASE
from experts.search.constraints.tokens import phrases, word_set

LANGUAGES = {
    name: code
    for code, names in {
        "nl": "dutch nederlands neerlandais flemish vlaams flamand",
        "fr": "french frans francais",
        "en": "english engels anglais",
        "de": "german duits allemand",
        "es": "spanish spaans espagnol",
        "it": "italian italiaans italien",
        "pt": "portuguese portugees portugais",
        "pl": "polish pools polonais",
        "tr": "turkish turks turc",
        "ar": "arabic arabisch arabe",
        "ru": "russian russisch russe",
        "uk": "ukrainian oekraiens ukrainien",
        "ro": "romanian roemeens roumain",
        "bg": "bulgarian bulgaars bulgare",
        "el": "greek grieks grec",
        "hu": "hungarian hongaars hongrois",
        "cs": "czech tsjechisch tcheque",
        "sk": "slovak slovaaks slovaque",
        "sq": "albanian albanees albanais",
        "sv": "swedish zweeds suedois",
        "da": "danish deens danois",
        "no": "norwegian noors norvegien",
        "fi": "finnish fins finnois",
        "zh": "chinese mandarin chinees chinois",
        "ja": "japanese japans japonais",
        "hi": "hindi",
        "fa": "farsi persian perzisch persan",
        "he": "hebrew hebreeuws hebreu",
        "ca": "catalan catalaans",
        "lb": "luxembourgish luxemburgs luxembourgeois",
    }.items()
    for name in names.split()
}
# In capitals, and only where speaking is named too: "in IT" is no Italian, "in NL" a country.
CODES = frozenset({"nl", "fr", "en", "de"})
SPEAKERS = {
    "francophone": "fr",
    "neerlandophone": "nl",
    "anglophone": "en",
    "germanophone": "de",
    "hispanophone": "es",
    "italophone": "it",
    "lusophone": "pt",
    "arabophone": "ar",
    "russophone": "ru",
    "turcophone": "tr",
}
SPEAKER_ENDINGS = ("talige", "talig", "sprekende", "sprekend")

AND = frozenset(
    {"and", "en", "et", "&", "/", ",", "+", "-", "–", "as", "als", "ook", "also", "both"}
)
OR = frozenset({"or", "of", "ou"})
ARTICLES = frozenset({"het", "le", "la", "l", "the"})
ADVERBS = word_set(
    "also both fluent fluently good excellent perfect native only well very"
    " ook zowel vloeiend goed vlot perfect uitstekend enkel alleen"
    " aussi bien couramment parfaitement uniquement tres bon"
)

SMALL = ADVERBS | word_set("a an een un une")
ADJECTIVES = word_set(
    "young small local new existing potential elderly jonge kleine lokale nieuwe bestaande"
    " potentiele jeunes petits petites nouveaux nouvelles"
)

SPEAKING_AFTER = phrases("speaking | speaker | sprekend | sprekende | native speaker")
# These close a Dutch relative clause or follow "moet"; see RELATIVE.
SPEAKS_AFTER = phrases(
    "spreekt | spreken | kan spreken | kunnen spreken | kan praten | praat | beheerst | verstaat"
    " | machtig is | kan"
)
RELATIVE = frozenset({"die", "dat", "wie", "moet", "moeten"})
SPEAKS_BEFORE = phrases(
    "speaks | spreekt | parle | parlent | parlant | maitrise | maitrisant | who speak | that speak"
    " | must speak | should speak | can speak | has to speak | have to speak | needs to speak"
    " | able to speak | fluent in | proficient in | is fluent in | with fluent | native speaker of"
    " | speaker of | speaking | doit parler | doivent parler | s exprime en | s exprimant en"
    " | peut parler | sait parler"
    " | sache parler | puisse parler | capable de parler"
)
# "speaking French" asks for an expert right before it, for it is as often something to learn.
NEEDS_EXPERT = frozenset({"speaking"})
MAY_LEAD = word_set(
    "who that which and but must also he she to is are can"
    " die dat wie en maar ook"
    " qui et mais elle il"
)
BILINGUAL = phrases(
    "bilingual | trilingual | tweetalig | tweetalige | drietalig | drietalige"
    " | bilingue | bilingues | trilingue | trilingues"
)
BILINGUAL_LINKS = frozenset({"in", "(", ":", "en", "het"})

# Of whom a language is told without being asked of the expert.
OTHERS = word_set(
    "clients client customers customer audience audiences public market markets employees employee"
    " children child kids students student pupils users user region regions part parts community"
    " communities staff patients patient tenants tenant country countries readers visitors people"
    " team teams company companies colleagues colleague wife husband son daughter mother father"
    " parents partner boss neighbour neighbours workers refugees guests suppliers supplier"
    " jobs job vacancies belgium canada africa brussels world"
    " klanten klant publiek doelgroep markt werknemers werknemer kinderen kind leerlingen leerling"
    " studenten student gebruikers regio gemeenschap personeel patienten huurders huurder landen"
    " lezers bezoekers mensen bedrijf bedrijven collega collegas vrouw man zoon dochter moeder"
    " vader ouders buren buur baas medewerkers medewerker leveranciers belgie brussel gezin"
    " vacature vacatures clientele audience marche salaries employes employe enfants enfant"
    " eleves eleve etudiants"
    " etudiant utilisateurs region communaute personnel locataires locataire pays lecteurs gens"
    " equipe entreprise entreprises societe collegues collegue femme mari fils fille mere pere"
    " voisins voisin emploi patron fournisseurs belgique bruxelles afrique monde canada suisse"
)
# What is in a language without anybody speaking it.
THINGS = word_set(
    "website websites site sites webshop text texts contract contracts document documents letter"
    " letters book books blog blogs content copy article articles video videos podcast newsletter"
    " chatbot app application version versions manual brochure cv resume thesis novel poem"
    " subtitles menu email emails course courses class classes lesson lessons club exam test school"
    " schools skills grammar homework translate translated translating translation translations"
    " write written writing rewrite proofread proofreading draft drafting edit editing learn"
    " learning teach teaching teaches improve practise practice study studying publish reviews"
    " ads campaign campaigns label labels forms form"
    " tekst teksten contracten brief brieven boek boeken inhoud artikel artikels versie handleiding"
    " brochures scriptie roman gedicht ondertitels cursus cursussen les lessen bijles examen"
    " huiswerk vertalen vertaald vertaling vertalingen schrijven geschreven herschrijven nalezen"
    " opstellen leren leert verbeteren oefenen studeren onderwijs campagne campagnes formulier"
    " formulieren documenten mails mail"
    " texte textes contrat contrats lettre lettres livre livres contenu contenus manuel memoire"
    " poeme cours lecon lecons ecole examen devoirs traduire traduit traduite traduction"
    " traductions ecrire ecrit ecrite rediger redige redaction relire relecture apprendre"
    " apprentissage enseigner ameliorer pratiquer etudier publicite campagne formulaire"
    " formulaires soutien scolaire courrier courriers"
)
SELF = phrases(
    "i am | i m | we are | we re | i am not | as a | as an | my | our | i | we | they | you"
    " | ik ben | wij zijn | we zijn | als | mijn | onze | ik | wij | we"
    " | je suis | nous sommes | en tant que | je | nous | on est | mon | ma | mes | notre | nos"
)
NOT = word_set(
    "not non no doesn don never without niet geen nooit zonder pas jamais sans become becoming"
    " get getting worden devenir"
)
IS = word_set("is are zijn est sont was were")
OWN = word_set("my our mijn onze ons mon ma mes notre nos the de het le la les")
OPTIONAL = phrases(
    "is a plus | is not | not required | not needed | not necessary | isn t | is optional"
    " | is geen | is een plus | niet vereist | niet nodig | hoeft niet | is niet"
    " | est un plus | n est pas | pas necessaire | pas requis | not a must"
)

IN_LANGUAGE = phrases("in | in het | en")
# Beside these, "in Dutch" is the language the expert talks in.
TALKING = word_set(
    "advice consultation consultations consult talk speak communicate communicates communication"
    " explain explains discuss conversation conversations meeting meetings session sessions"
    " coaching support assistance help helps assist advise helped contact guidance call calls"
    " counselling therapy service services answer"
    " advies consultatie consultaties praten spreken communiceren communiceert communicatie"
    " uitleggen uitleg gesprek gesprekken overleg sessies sessie begeleiding hulp helpen helpt"
    " bijstand bijstaan adviseren contact ondersteuning therapie dienstverlening geholpen"
    " conseil conseils parler communiquer communique expliquer explique discuter entretien"
    " entretiens reunion reunions seance seances accompagnement accompagner aide aider assister"
    " conseiller plaider plead pleiten echanger echange suivi consultations"
)
MAY_FOLLOW = (
    word_set(
        "with about on over met bij rond voor avec sur pour for and en et but maar mais who that"
        " die qui kan kunnen kunt kun wil zou mag peut pourrait puisse because want car or op"
        " aan regarding concernant can could"
    )
    | PLEASE
    | TALKING
)
