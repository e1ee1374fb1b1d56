"""Give a person what is known of them."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from conversations.leads import privacy
from conversations.models import Erasure


class Command(BaseCommand):
    help = "Print everything that is stored about a lead as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> str:
        known = privacy.everything_about(email)
        if known is None:
            raise CommandError("Nothing is known of this address.")
        Erasure.objects.create(kind=Erasure.Kind.EXPORT)
        return json.dumps(known, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
