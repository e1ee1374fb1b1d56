"""The finding: experts, their import, and the search over them."""

import logging

from django.apps import AppConfig
from django.conf import settings

logger = logging.getLogger(__name__)


class ExpertsConfig(AppConfig):
    name = "experts"
    verbose_name = "Experts"

    def ready(self) -> None:
        from experts import checks  # noqa: F401 - registers the system checks

        if settings.OPEN_INDEX_AT_START:
            from experts.search import wiring

            # A missing or unfit index never stops a process: readiness and a check say so.
            wiring.snapshots().open()
