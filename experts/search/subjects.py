"""Words that carry a request but not its subject, in English, Dutch and French."""

import re
from collections.abc import Iterable

from experts.search.languages import CJK, HIRAGANA, WORD, content_words


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Each list is English, then Dutch, then French.
GREETINGS = word_set(
    """
    hello hi hey hiya howdy greetings good morning afternoon evening day welcome bye goodbye
    thanks thank thx cheers ok okay yes no nope yeah please sorry great nice cool fine test
    lol haha yo sup bot robot chatbot
    hallo hoi dag goedendag goeiedag goedemorgen goeiemorgen goedemiddag goeiemiddag goedenavond
    goeieavond bedankt dank dankjewel merci ja nee neen oke oké graag alstublieft alsjeblieft aub
    doei tot ziens leuk prima
    bonjour bonsoir salut coucou bonne journée soirée oui non merci svp stp plaît d'accord au
    revoir super parfait allô
    """
)
GENERIC = word_set(
    """
    help helping helps need needs needed looking look search searching find finding found seek
    seeking want wanted wants wish hire hiring know knows anyone anybody somebody person people
    expert experts specialist specialists professional professionals consultant consultants
    advice advise freelancer freelancers question questions problem problems issue
    issues thing things something anything stuff matter project projects work working job business
    company urgent urgently today tomorrow soon asap quick quickly fast best good right really
    very much many lot bit kind sort way going tell give show recommend suggest suggestion
    suggestions recommendation possible maybe talk speak discuss contact call information info
    general support assist assistance make get got let start don't can't
    hulp help helpen nodig gezocht vind vinden zoekt gezocht graag weten kent ken persoon mensen
    deskundige deskundigen experten specialisten advies raad vraag vragen
    probleem problemen iets ding dingen zaak zaken werk werken bedrijf onderneming dringend
    vandaag morgen snel goede goed beste echt heel veel beetje soort aanraden aanbevelen misschien
    praten spreken bellen informatie algemeen algemene maken krijgen hebt hier daar eens even wel
    aide aider besoin cherche cherchons chercher recherche recherchons trouver trouve veux
    voudrais voudrions souhaite souhaitons aimerais connaître connaissez quelqu'un quelqu personne
    personnes gens experts experte spécialiste spécialistes professionnel professionnels conseil
    conseils question questions problème problèmes quelque chose truc choses affaire
    affaires travail projet entreprise société urgent urgence aujourd'hui demain vite rapidement
    bon bonne meilleur vraiment très beaucoup peu genre sorte recommander conseillez proposer
    peut-être parler discuter appeler renseignements informations général générale faire avoir
    dire donner celui celle ça cela là
    """
)
CONTRACTED = re.compile(
    r"n['’]t$|^(?:i|you|he|she|it|we|they|that|there|what|who|how|here|let)['’]"
)
REPEATED = re.compile(r"(.)\1{3,}")
GRAMMAR = re.compile(f"[{HIRAGANA}]+")  # what Japanese writes so are particles and endings
LETTERS = 6  # of a word: a Dutch compound says what two or three words do elsewhere
OF_BIGRAM = 0.5  # words that two neighbouring characters of Chinese, Japanese or Korean say
ACRONYM = 5  # letters at most


def subject_words(text: str) -> list[str]:
    """The words that say what it is about, in order, each once, case folded.

    "IT" and "R" are subjects where they are all there is, though "it" and a letter are none.
    """
    found = [
        word
        for word in dict.fromkeys(content_words(text))
        if word not in GENERIC
        and word not in GREETINGS
        and not GRAMMAR.fullmatch(word)
        and not REPEATED.search(word)
        and not CONTRACTED.search(word)
    ]
    subjects = [word for word in found if len(word) > 1 or CJK.match(word)]
    letters = [word for word in found if word.isalpha()]
    return subjects or letters or _acronyms(text)


def extent(subjects: Iterable[str]) -> float:
    """How much these words say, in English words."""
    return sum(OF_BIGRAM if CJK.match(word) else max(1.0, len(word) / LETTERS) for word in subjects)


def _acronyms(text: str) -> list[str]:
    capitals = [word.casefold() for word in WORD.findall(text) if word.isupper()]
    return [
        word
        for word in dict.fromkeys(capitals)
        if 1 < len(word) <= ACRONYM
        and word not in GREETINGS | GENERIC
        and not REPEATED.search(word)
    ]
