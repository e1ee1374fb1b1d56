"""What the talk tells whoever listens; nobody has to. A listener never costs an answer."""

from django.dispatch import Signal

# A turn begins to be answered: conversation=Conversation. One `turn_finished` follows.
turn_started = Signal()

# A turn reached its terminal status: conversation=Conversation, seconds={stage: float}.
turn_finished = Signal()

# The breaker before the language model moved: is_open=bool.
breaker_moved = Signal()
