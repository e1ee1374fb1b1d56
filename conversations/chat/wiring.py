"""The one wiring file of the talk: which composer answers over which finding."""

from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.signals import setting_changed

from conversations.chat.acts import classifier, examples
from conversations.chat.acts.classifier import Acts, DialogueActClassifier
from conversations.chat.assistant import Assistant
from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.rewriting import ModelRewriter
from experts.search import wiring
from experts.search.protocols import Vector

if TYPE_CHECKING:
    from conversations.chat.backends.openai import OpenAIComposer

DECIDE = {"OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "LLM_DAILY_TOKENS", "WEB_THREADS"}
DECIDE_ACTS = {"EMBEDDING_MODEL", "DATA_DIR"}
REMEMBERED = 256  # vectors of messages and replies


def assistant() -> Assistant:
    composer = model()
    rewriter = ModelRewriter(composer.model) if composer else None
    return Assistant(wiring.retriever(), OfflineComposer(), composer, rewriter, Reader())


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
    return classifier.read_acts(message, reply, embedded, act_classifier())


def embedded(text: str) -> Vector:
    """The plain vector of a message or a reply, by the model in use. Errors: EmbedderError."""
    return _embedded(wiring.embedder().fingerprint, text)


@lru_cache(REMEMBERED)
def _embedded(fingerprint: str, text: str) -> Vector:
    return wiring.embedder().embed_question(text).plain


@cache
def _example(fingerprint: str, text: str) -> Vector:
    return wiring.embedder().embed_question(text).plain


class Reader:
    """What a message does and is about, by the models in use. Errors: ExpertsError."""

    def acts(self, message: str, reply: str) -> Acts:
        return read_acts(message, reply)

    def fact(self, question: str) -> str:
        """What is asked about an expert: a fact that a profile has a field for, or OTHER."""
        return self._nearest(question, examples.FACTS)

    def service(self, question: str) -> str:
        """What is asked about the service, or OTHER."""
        return self._nearest(question, examples.SERVICE)

    def limit(self, message: str) -> str:
        """Which demand is taken back, or OTHER."""
        return self._nearest(message, examples.LIMITS)

    def _nearest(self, question: str, topics: examples.Examples) -> str:
        known = partial(_example, wiring.embedder().fingerprint)
        return examples.nearest(embedded(question), topics, known)


def _forget(setting: str, **_: Any) -> None:
    if setting in DECIDE:
        model.cache_clear()
    if setting in DECIDE_ACTS:
        act_classifier.cache_clear()


setting_changed.connect(_forget, dispatch_uid="conversations.chat.wiring")
