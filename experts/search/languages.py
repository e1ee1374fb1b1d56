"""Words, and those that only carry sentences: English, Dutch and French."""

import re
import unicodedata
from collections.abc import Sequence

from experts.text.detection import detect

# A mark belongs to the letter before it: without marks a word of Hindi falls into its consonants.
MARKS = "".join(chr(c) for c in range(0x300, 0x3100) if unicodedata.category(chr(c))[0] == "M")
LETTERS = rf"[^\W_]+(?:[{MARKS}]+[^\W_]*)*"
WORD = re.compile(rf"{LETTERS}(?:['’]{LETTERS})?")
HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HIRAGANA, KATAKANA, HANGUL = "\u3041-\u309f", "\u30a1-\u30ff\u31f0-\u31ff", "\uac00-\ud7a3"
SCRIPTS = HAN, HIRAGANA, KATAKANA, HANGUL  # of words that are not set apart by spaces alone
CJK = re.compile(f"[{''.join(SCRIPTS)}]")
RUN = re.compile("|".join([*(f"[{script}]+" for script in SCRIPTS), f"[^{''.join(SCRIPTS)}]+"]))
NOT_LATIN = re.compile(
    "[\u0370-\u1dff\u1f00-\u1fff\u2c80-\ua71f\ua800-\uffff\U00010000-\U0010ffff]"
)
ELISION = re.compile(r"^(?:l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu)['’](?=\w)")
DOTTED_I = "i\u0307"  # what the Turkish İ becomes in lower case, unlike the i that Turks write

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
    ["ai", "dans", "die", "door", "men", "mine", "over", "plus", "son", "ton", "van", "want", "was"]
)
ALL_FUNCTION_WORDS = frozenset[str]().union(*FUNCTION_WORDS.values()) - TWO_FACED


def lower(text: str) -> str:
    return text.lower().replace(DOTTED_I, "i")


def words(text: str) -> list[str]:
    """Lower-case words in order, any script; French elisions (l', d', qu') are cut off.

    Chinese, Japanese and Korean text gives every two neighbouring characters of one script: its
    words are not set apart, or not from their particles.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace(DOTTED_I, "i")
    found = [ELISION.sub("", word) for word in WORD.findall(folded)]
    if not CJK.search(folded):
        return found
    runs = [run for word in found for run in RUN.findall(word)]
    return [word for run in runs for word in (_bigrams(run) if CJK.match(run) else [run])]


def word_count(text: str) -> int:
    """Words between spaces; two characters of Chinese, Japanese or Korean are one."""
    return len(CJK.sub(" ", text).split()) + (len(CJK.findall(text)) + 1) // 2


def _bigrams(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(max(1, len(run) - 1))]


def content_words(text: str) -> list[str]:
    """The words of a text without those that only carry its sentences."""
    return without_function_words(words(text))


def without_function_words(some: Sequence[str]) -> list[str]:
    dropped = ALL_FUNCTION_WORDS
    if not TWO_FACED.isdisjoint(some):
        dropped |= TWO_FACED & FUNCTION_WORDS.get(detect(" ".join(some)), frozenset())
    return [word for word in some if word not in dropped]
