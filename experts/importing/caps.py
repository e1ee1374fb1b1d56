"""How many experts one import may deactivate: a file cut short must not empty the directory."""

import re
from dataclasses import dataclass
from decimal import Decimal

from experts.errors import ImportFailed


@dataclass(frozen=True, slots=True)
class Cap:
    """A share of the active experts, or a number of them."""

    value: Decimal
    is_share: bool

    @classmethod
    def parse(cls, text: str) -> "Cap":
        """`20%` or `20`. ImportFailed for anything else."""
        match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(%?)", str(text).strip())
        if not match:
            raise ImportFailed(
                "How many experts may be deactivated is a share such as 20% or a number, "
                f"not {text!r}."
            )
        cap = cls(Decimal(match[1]), match[2] == "%")
        if cap.is_share and cap.value > 100:
            raise ImportFailed("The share of experts to deactivate cannot be over 100%.")
        return cap

    def refusal(self, absent: int, active: int) -> str:
        """The sentence that refuses an import; empty when it may go on."""
        allowed = int(active * self.value / 100) if self.is_share else int(self.value)
        if absent <= allowed:
            return ""
        limit = f"{self.value.normalize():f}% of them" if self.is_share else f"{allowed}"
        return (
            f"Refused, nothing was written: this file would deactivate {absent} of {active} active "
            f"experts, and at most {allowed} ({limit}) may be deactivated at once."
        )
