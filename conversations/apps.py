"""The talk and its leads."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = "Leads and conversations"

    def ready(self) -> None:
        from conversations.leads import listening
        from conversations.leads.groups import make_groups
        from conversations.models import Conversation, Lead, words

        post_delete.connect(words.forget_row, sender=Lead)
        post_delete.connect(words.forget_row, sender=Conversation)
        listening.connect()
        post_migrate.connect(make_groups, sender=self)
