"""What a visitor's words demand of an expert: a budget, a currency, languages.

English, Dutch and French are read together, for a Belgian visitor mixes them. A wrong reading hides
good experts, a missed one only leaves words in the search text, so every doubt is decided by
reading nothing.

Budget
    With words of an hour ("/h", "per uur", "taux horaire") an amount counts when it also has a
    currency, a bound, a range, or such a noun before it; without a bound it is a maximum.
    Without them it needs a currency, a clear bound ("under", "vanaf", "entre … et …"), lie between
    5 and 500, and be of no other thing: a fine, a turnover, a day rate, a project as a whole. The
    word "budget" alone binds up to 200, for a larger one is the budget of a project.
    "Around 80 an hour" allows a fifth more, "a budget around 80 an hour" does not. What visitors
    earn or charge themselves is not read, nor is a number in words.
    A bound includes its amount; of two the last said counts; crossed bounds change places.
Currency
    That of the amount, or "in USD" beside a word of paying, beside an expert, or on its own.
    None means that none was named: whoever compares must say in which currency it was done.
Languages
    Only those the expert must speak, every one of them: "Dutch-speaking", "die Frans spreekt",
    "bilingue FR/NL", "advice in Dutch". Never the subject ("English teacher", "into German",
    "Dutch tax law", "for French-speaking clients"), never "Dutch or French", which a demand for
    all cannot say. A preference is read like a demand, since demands are relaxed when none is left.

Place
    Where the expert is: "someone in Bruges", "près de Namur", or "in Hasselt?" alone. Not where
    something else is ("the court in Ghent", "clients in France"), nor where from and where to.

Vague wishes ("cheap") are left in the text, where the search weighs them.
A further reader, such as one of relative wishes in a follow-up, is one more function from tokens to
findings, listed in `reading.FINDERS`; its result joins the earlier demands by `overridden_by`.
"""

from experts.search.constraints.model import Constraints, Reading, Span
from experts.search.constraints.reading import read_constraints

__all__ = ["Constraints", "Reading", "Span", "read_constraints"]
