"""The edge registers what belongs to no single app: deployment checks, what listens to the talk."""

from django.apps import AppConfig
from django.conf import settings


class MatchmakerConfig(AppConfig):
    name = "matchmaker"

    def ready(self) -> None:
        from matchmaker import checks, schema, watching  # noqa: F401 - register themselves

        if settings.SENTRY_DSN:
            from matchmaker import sentry

            sentry.start()
