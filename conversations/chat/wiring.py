"""The one wiring file of the talk: which composer answers over which finding."""

from conversations.chat.assistant import Assistant
from conversations.chat.backends.offline import OfflineComposer
from experts.search import wiring


def assistant() -> Assistant:
    return Assistant(wiring.retriever(), OfflineComposer())
