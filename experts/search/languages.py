"""Words, and those that only carry sentences: English, Dutch and French."""

import re
import unicodedata
from collections.abc import Sequence

from experts.text.detection import detect

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
ELISION = re.compile(r"^(?:l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu)['’](?=\w)")

ENGLISH = """
a about above after again all also am an and any are as at be because been before being below
between both but by can could did do does doing down during each few for from further get had has
have having he her here hers him his how i if in into is it its itself just like me mine more most
my need no nor not now of off on once one only or other our out over own same she should so some
someone such than that the their them then there these they this those through to too under until
up us very was we were what when where which while who whom why will with without would you your
yours
"""
DUTCH = """
aan al alle alles als altijd andere ben bij daar dan dat de der deze die dit doch doe doen door
dus een eens en er ge geen geweest haar had heb hebben heeft hem het hier hij hoe hun iemand iets
ik in is ja je jij jouw jullie kan kon kunnen maar me meer men met mij mijn moet na naar niet
niets nog nu of om omdat onder ons onze ook op over reeds te ten ter tegen toch toen tot u uit uw
van veel voor waar wanneer want waren was wat we welke werd wezen wie wij wil worden wordt zal ze
zelf zich zij zijn zo zoek zoeken zonder zou
"""
FRENCH = """
afin ai alors as au aussi aux avec avez avoir avons ce ces cet cette ceux chez comme comment dans
de des dont du elle elles en entre est et eu eux fait il ils j je l la le les leur leurs lui ma
mais me mes moi mon même ne nos notre nous on ont ou où par pas peut plus pour qu que quel quelle
quelles quels qui sa sans se ses si son sont sous suis sur ta te tes toi ton tous tout toute
toutes tu un une vos votre vous y à été être c d m n s t
"""
# The words that carry a sentence and not its subject.
FUNCTION_WORDS = {
    "en": frozenset(ENGLISH.split()),
    "nl": frozenset(DUTCH.split()),
    "fr": frozenset(FRENCH.split()),
}
# Subjects in one language and particles in another: dropped only from texts in the latter.
TWO_FACED = frozenset(
    ["dans", "die", "door", "men", "mine", "over", "plus", "son", "ton", "van", "want", "was"]
)
ALL_FUNCTION_WORDS = frozenset[str]().union(*FUNCTION_WORDS.values()) - TWO_FACED


def words(text: str) -> list[str]:
    """Lower-case words in order, any script; French elisions (l', d', qu') are cut off."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [ELISION.sub("", word) for word in WORD.findall(folded)]


def content_words(text: str) -> list[str]:
    """The words of a text without those that only carry its sentences."""
    return without_function_words(words(text))


def without_function_words(some: Sequence[str]) -> list[str]:
    dropped = ALL_FUNCTION_WORDS
    if not TWO_FACED.isdisjoint(some):
        dropped |= TWO_FACED & FUNCTION_WORDS.get(detect(" ".join(some)), frozenset())
    return [word for word in some if word not in dropped]
