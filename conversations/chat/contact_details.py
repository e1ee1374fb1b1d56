"""Whether a text tells how to reach somebody, which a visitor learns from us and not from a quote.

That a profile names LinkedIn, Instagram or a date is no contact detail: it may be the very work.
"""

import re

from conversations.chat import masking

_DOMAINS = "com|be|nl|fr|eu|org|net|io|co|uk|de|info|biz|me|app|dev|ai"
LINK = re.compile(
    rf"\S@\S|https?:|www\.|\b(?!(?:asp|vb|ado)\.net)[\w-]+\.(?:{_DOMAINS})\b", re.IGNORECASE
)
_CHANNEL = (
    r"(?:whats\s?app|linked\s?in|instagram|facebook|messenger|skype|telegram|signal|e-?mail|sms|gsm"
    r"|phone|telefoon|téléphone)"
)
_ME = r"(?:me|mij|moi|us|ons|nous|him|her|them|hem|haar|hen|lui|elle)"
# "Find me on LinkedIn", "WhatsApp me", "Skype: jan.peeters", "@jan".
INVITATION = re.compile(
    rf"\b{_ME}\b(?:\s+(?:a|an|een|un)\s+\w+)?\s+(?:on|via|through|by|op|per|sur|par)\s+(?:\w+\s+)?{_CHANNEL}\b"
    rf"|\b{_CHANNEL}\s+{_ME}\b|\be-?mailez\b"
    r"|\b(?:skype|telegram|whats\s?app|instagram|linked\s?in|facebook)(?:\s+id)?\s*[:=]\s*[\w@/]*[\d._/@]\w*"
    r"|(?<![\w@])@\w[\w.]{2,}",
    re.IGNORECASE,
)


def has_contact_details(text: str) -> bool:
    """Whether it holds an address, a link, a telephone number, a handle or a call to use one."""
    return bool(LINK.search(text) or INVITATION.search(text)) or masking.mask(text) != (
        masking.clean(text)
    )
