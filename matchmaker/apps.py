"""The edge registers what belongs to no single app: deployment checks."""

from django.apps import AppConfig


class MatchmakerConfig(AppConfig):
    name = "matchmaker"

    def ready(self) -> None:
        from matchmaker import checks, schema  # noqa: F401 - register themselves
