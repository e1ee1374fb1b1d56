"""The members of a JSON object whose text is still arriving."""

import json
import re
from typing import Any

from conversations.chat.llm.tolerant import THOUGHTS

OPENING = re.compile(r'\{\s*"')
MEMBER = re.compile(r'\s*([{,])\s*("(?:[^"\\]|\\.)*")\s*:\s*')
UNFINISHED_THOUGHT = "<think>"
HALF = re.compile("[\ud800-\udfff]")  # of a character, which nothing can store
LOOSE = json.JSONDecoder(strict=False)


class Unfolding:
    """Reads the first object. Thoughts, prose or a fence before it are passed over; where it is not
    the one that counts in the end, the whole answer says so."""

    def __init__(self) -> None:
        self.text = ""
        self.at = -1  # where the next member begins, once there is an object
        self.members: dict[str, Any] = {}  # those that are complete; the first of each name
        self.growing = ("", "")  # name and text so far of the string that is being written

    def feed(self, text: str) -> None:
        self.text += text
        if self.at < 0:
            self.at = self._opening()
        while self.at >= 0 and self._took_member():
            pass

    def text_of(self, name: str) -> str:
        """A member that is a text, as far as it is written."""
        growing, text = self.growing
        whole = self.members.get(name)
        return text if growing == name else whole if isinstance(whole, str) else ""

    def _opening(self) -> int:
        plain = THOUGHTS.sub(lambda found: " " * len(found[0]), self.text)
        found = None if UNFINISHED_THOUGHT in plain else OPENING.search(plain)
        return found.start() if found else -1

    def _took_member(self) -> bool:
        self.growing = ("", "")
        found = MEMBER.match(self.text, self.at)
        if found is None or found[1] != ("," if self.members else "{"):
            return False
        name, start = json.loads(found[2], strict=False), found.end()
        try:
            value, end = LOOSE.raw_decode(self.text, start)
        except (ValueError, RecursionError):
            self.growing = (name, self._string_from(start))
            return False
        if end == len(self.text) or HALF.search(json.dumps(value, ensure_ascii=False)):
            return False  # a number may go on; half a character is for the tolerant reading
        self.members.setdefault(name, value)
        self.at = end
        return True

    def _string_from(self, start: int) -> str:
        """The beginning of a string, as far as it can be read already."""
        written = self.text[start:]
        if not written.startswith('"'):
            return ""
        written = re.sub(r"\\(?:u[0-9a-fA-F]{0,3})?$", "", written)
        try:
            text: str = json.loads(f'{written}"', strict=False)
        except ValueError:
            return ""
        return HALF.split(text)[0]
