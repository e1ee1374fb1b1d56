"""The talk and its leads."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = "Leads and conversations"

    def ready(self) -> None:
        from conversations.leads.groups import make_groups

        post_migrate.connect(make_groups, sender=self)
