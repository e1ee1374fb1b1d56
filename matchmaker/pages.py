"""The pages for visitors: the chat, and what is said about privacy unless an operator says it."""

from typing import Any

from django.conf import settings
from django.views.generic import TemplateView


class VisitorPage(TemplateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            policy_version=settings.PRIVACY_POLICY_VERSION,
            policy_url=settings.PRIVACY_POLICY_URL,
            **kwargs,
        )
