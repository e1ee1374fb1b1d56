"""Words that carry a message but not its subject, and which words are kin."""

from experts.search.subjects import subject_words, word_set

__all__ = ["stem", "subject_words", "word_set"]


def stem(word: str) -> str:
    """Near enough to tell that two words are kin, in all three languages."""
    return word[:5] if len(word) > 6 else word[:4] if len(word) > 4 else word
