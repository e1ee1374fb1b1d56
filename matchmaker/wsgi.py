"""Serving, and the one place that warms model weights."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from matchmaker.bodies import WholeBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
application = WholeBodies(get_wsgi_application())

from django.conf import settings  # noqa: E402

if settings.SECRET_KEY_MISSING:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set; a server does not start without one (`make run` makes one in .env)."
    )

from conversations.chat.wiring import model as language_model  # noqa: E402
from experts.search import wiring  # noqa: E402
from matchmaker import garbage, logs, wal  # noqa: E402

logs.catch_what_nobody_caught()
wal.keep(settings.DATABASES["default"])
wiring.warm()
language_model()

garbage.Collector().take_over()
