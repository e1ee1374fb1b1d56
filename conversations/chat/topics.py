"""What a dialogue is about: the phrase that an elliptical message leaves out.

Only a phrase, not the question before: whatever else was said there would be searched for again.
"""

import re
from collections.abc import Iterator, Sequence

from conversations.chat.words import stem, subject_words, word_set
from experts.search.languages import WORD, words

# Words that a question is put with; what it is about stands beside them.
RELATIONAL = word_set(
    """
    type types fact facts example examples role impact cost costs price purpose relationship
    process benefit benefits pros cons difference differences effect effects cause causes reason
    reasons symptom symptoms risk risks importance history average number ways part parts use uses
    used using interesting biggest important different main better worse worst top common popular
    typical similar new newer newest old oldest first second day days tell play plays treatment
    improve bad big small learn begin began become becomes works happen happens happened choose
    start started stop stopped makes affect affects describe explain compare compared differ mean
    means take takes long often treat influence famous great notable last years time times ago
    current currently run open like say said give given change changes changed live lived possible
    called known considered cheap cheaper expensive experienced nieuw nieuwe oud oude eerste tweede
    dag dagen soorten verschil verschillen gevolg gevolgen oorzaak oorzaken reden redenen voordeel
    voordelen nadeel nadelen voorbeeld voorbeelden prijs kost kosten aantal manier manieren deel
    gebruik gebruiken grootste belangrijk belangrijkste verschillende slecht groot kleine leren
    beginnen gebeurt kiezen starten stoppen uitleggen vergelijken betekent duurt lang vaak jaar
    jaren tijd huidige mogelijk duur goedkoop ervaren nouveau nouvelle premier première jour jours
    exemple exemples rôle effet effets raison raisons avantage avantages inconvénient inconvénients
    différence différences prix coût coûts nombre façon manière partie utiliser utilisé importants
    principal mauvais grand petit apprendre commencer devenir choisir arrêter expliquer comparer
    signifie durée longtemps souvent ans année années temps actuel cher chère
    """
)
INTRODUCED = re.compile(
    r"\b(?:of|in|for|about|the|an?|on|with|my|our|your|between|by|de|het|een|van|voor|over|met|mijn"
    r"|ons|onze|le|la|les|des?|du|une?|sur|pour|mon|ma|mes|notre|nos)\s+$|[dl]['’]$",
    re.IGNORECASE,
)
JOINING = re.compile(r"[\s\-/]*")
LONGEST = 3  # words of a phrase
NAMED, DETERMINED = 1.5, 1.0  # what a capital, or an article or preposition before, adds
PASSING = 2.0  # a phrase under this was mentioned only in passing
AGAIN, WITHIN = 0.5, 0.3  # shares of what earlier mentions, and parts of the phrase, add


def topic(said: Sequence[str]) -> list[str]:
    """The words of the phrase that stands out most in what was asked so far; empty when none."""
    weights: dict[frozenset[str], float] = {}
    spelled: dict[frozenset[str], list[str]] = {}
    for at, text in enumerate(said):
        for phrase, weight in _phrases(text):
            key = frozenset(map(stem, phrase))
            # The first question sets the subject, and later ones mention things beside it.
            now = weight if weight >= PASSING or not at else weight / 2
            before = weights.get(key, 0.0)
            weights[key] = max(before, now) + AGAIN * min(before, now)
            spelled[key] = phrase
    whole = {
        key: weight + WITHIN * sum(other for part, other in weights.items() if part < key)
        for key, weight in weights.items()
    }
    return spelled[max(whole, key=lambda key: whole[key])] if whole else []


def _phrases(text: str) -> Iterator[tuple[list[str], float]]:
    """Runs of subject words and how much each looks like what the text is about."""
    subjects = set(subject_words(text)) - RELATIONAL
    run: list[str] = []
    weight, end = 0.0, 0
    for match in WORD.finditer(text):
        word = words(match.group())[0]
        is_subject = word in subjects and not word.endswith("ly")
        if run and not (is_subject and JOINING.fullmatch(text[end : match.start()])):
            yield run, weight + len(run)
            run, weight = [], 0.0
        if is_subject:
            if not run and INTRODUCED.search(text[: match.start()]):
                weight += DETERMINED
            if match.start() and match.group()[0].isupper():
                weight = max(weight, NAMED + weight % NAMED)
            run = [*run, word][-LONGEST:]
        end = match.end()
    if run:
        yield run, weight + len(run)
