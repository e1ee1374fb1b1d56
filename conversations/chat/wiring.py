"""The one wiring file of the talk: which composer answers over which finding."""

from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.signals import setting_changed

from conversations.chat.acts import classifier
from conversations.chat.acts.classifier import Acts, DialogueActClassifier
from conversations.chat.assistant import Assistant
from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.rewriting import ModelRewriter
from experts.search import wiring

if TYPE_CHECKING:
    from conversations.chat.backends.openai import OpenAIComposer

DECIDE = {"OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "LLM_DAILY_TOKENS", "WEB_THREADS"}
DECIDE_ACTS = {"EMBEDDING_MODEL", "DATA_DIR"}


def assistant() -> Assistant:
    composer = model()
    rewriter = ModelRewriter(composer.model) if composer else None
    return Assistant(wiring.retriever(), OfflineComposer(), composer, rewriter)


@cache
def model() -> "OpenAIComposer | None":
    """Where a key or an address is set; one per process, for it remembers its server."""
    if not settings.OPENAI_API_KEY and not settings.OPENAI_BASE_URL:
        return None
    from conversations.chat.backends.openai import OpenAIComposer

    return OpenAIComposer(
        OfflineComposer(),
        settings.OPENAI_MODEL,
        settings.OPENAI_BASE_URL,
        settings.OPENAI_API_KEY,
        settings.LLM_DAILY_TOKENS,
        at_once=settings.WEB_THREADS - settings.WEB_THREADS // 8,
    )


@cache
def act_classifier() -> DialogueActClassifier:
    """With the weights for the embedding model in use: this installation's, or shipped, or none."""
    folders = [settings.DATA_DIR / "acts"]
    return DialogueActClassifier(classifier.weights_for(wiring.embedder().fingerprint, folders))


def read_acts(message: str, reply: str) -> Acts:
    """Return the acts of a message after a reply, by the models in use. Errors: ExpertsError."""
    return classifier.read_acts(message, reply, wiring.embedder(), act_classifier())


def _forget(setting: str, **_: Any) -> None:
    if setting in DECIDE:
        model.cache_clear()
    if setting in DECIDE_ACTS:
        act_classifier.cache_clear()


setting_changed.connect(_forget, dispatch_uid="conversations.chat.wiring")
