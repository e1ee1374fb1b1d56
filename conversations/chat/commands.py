"""Sentences of a profile that speak to a machine and not to a reader.

Nothing here keeps a model from obeying them: that is what delimiting and grounding are for. It only
keeps our own quotations and suggestions from repeating them where there is something better to say.
"""

import re

from conversations.chat.masking import INVISIBLE, clean

_IGNORE = r"ignore[rz]?|disregard|forget|override|negeer|vergeet|oublie[rz]?|ignoriere|ignora"
_TOLD = (
    r"instructions?|prompts?|rules|guidelines|instructies|opdrachten|richtlijnen|consignes|règles"
    r"|anweisungen|instrucciones|istruzioni|previous|above|hierboven|ci-dessus"
)
_FIRST = r"first|top|number\s+one|only\s+me|eerste|bovenaan|premi(?:er|ère)"
COMMAND = re.compile(
    rf"\b(?:{_IGNORE})\b.{{0,60}}\b(?:{_TOLD})\b"
    r"|\bsystem\s+prompt\b|\b(?:translate|encode|repeat|print|affiche|herhaal|spell)\b.{0,30}"
    r"\b(?:instructions?|instructies|consignes|prompt)\b"
    r"|(?:^|[\n\"'{,])\s*[\"']?(?:system|assistant|human|role)[\"']?\s*:"
    r"|</?(?:system|data|user|assistant)>|<\|im_|\[/?INST\]|<</?SYS>>|###\s*(?:instruction|response)"
    r"|\b(?:from\s+now\s+on\s+you|you\s+are\s+now|vanaf\s+nu\s+ben\s+je|à\s+partir\s+de\s+maintenant\s+tu)\b"
    rf"|\b(?:rank|put|place|list|zet|place[sz]?)(?:\s+|-)(?:me|mij|moi)\b.{{0,30}}\b(?:{_FIRST})\b"
    r"|\balways\s+answer\s+with\b|\b(?:always|must|only)\s+(?:recommend|output|rank|pick|choose)\b"
    r"|\b(?:recommend|beveel|recommande)\b.{0,40}\b(?:only|enkel|alleen|seulement|first)\b"
    r"|\"picks\"\s*:|\\\"picks|\"candidates\"\s*:|\bfunction_call\b",
    re.IGNORECASE,
)
HIDDEN = 3  # invisible characters that are no accident of an editor any more


def reads_as_command(text: str) -> bool:
    """Whether it tells a machine what to do, or hides characters as only such a text does."""
    return len(INVISIBLE.findall(text)) >= HIDDEN or bool(COMMAND.search(clean(text)))
