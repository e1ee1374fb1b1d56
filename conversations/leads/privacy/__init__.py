"""What is known of a person: given to them, forgotten for them, or forgotten in time."""

from conversations.leads.privacy.forgetting import Report, forget
from conversations.leads.privacy.knowing import everything_about
from conversations.leads.privacy.purging import Purged, purge

__all__ = ["Purged", "Report", "everything_about", "forget", "purge"]
