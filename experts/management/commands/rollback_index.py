"""Serve the generation before the current one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from experts.errors import ExpertsError
from experts.search.indexing import rollback


class Command(BaseCommand):
    help = "Serve the index generation before the current one; run it again to return."

    def handle(self, **_: Any) -> str:
        try:
            manifest = rollback().manifest
        except ExpertsError as error:
            raise CommandError(str(error)) from error
        return f"Generation {manifest.generation} of {manifest.created_at} serves again."
