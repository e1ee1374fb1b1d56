"""What a model wrote, held against what the database says; only what stands is shown.

Who is shown and in which order is the search's doing. A model may leave out the last ones where
the evidence itself is weak, or all of them: then it asks back. Nothing it writes moves anybody up.

Known limits. Support is by words, not by meaning: words of one profile put together in a new way
pass; a paraphrase, or a translation of a profile in another language, does not, and is replaced by
a quotation. Denials are read a few words around "not"; irony, tense and comparison are not read.
A single unknown word in lower case passes in a narrative unless it is a name of the directory, in
the letters that it has there.
"""

from conversations.chat.grounding.grounded import begun, ground
from conversations.chat.grounding.writing import Grounded, Writing

__all__ = ["Grounded", "Writing", "begun", "ground"]
