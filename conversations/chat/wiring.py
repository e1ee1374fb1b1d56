"""The one wiring file of the talk: which composer answers over which finding, per process."""

from functools import lru_cache

from conversations.chat.assistant import Assistant
from conversations.chat.backends.offline import OfflineComposer
from experts.search import wiring


@lru_cache(maxsize=1)
def assistant() -> Assistant:
    return Assistant(wiring.retriever(), OfflineComposer())


def reset() -> None:
    """Forget what is cached; the next call reads the settings again."""
    assistant.cache_clear()
