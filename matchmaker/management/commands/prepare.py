"""Everything a first start needs; a second one finds it done and repeats nothing."""

import hashlib
import re
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

from experts.models import Expert

DOTENV_HEADER = "# Made by the first `make run`; .env.example lists what can be set here."


class Command(BaseCommand):
    help = "Prepare a server to start: key, database, directory, index, first staff account."
    requires_system_checks = ()

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--experts", type=Path, default=settings.BASE_DIR / "data/experts.csv")

    def handle(self, *args: Any, experts: Path, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        self.make_secret_key()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("recompute_leads", if_needed=True, stdout=self.stdout)
        call_command("sweep_conversations", older_than="10m", stdout=self.stdout)
        self.import_directory(experts)
        call_command("rebuild_index", if_needed=True, stdout=self.stdout, stderr=self.stderr)
        self.make_staff_account()

    def make_secret_key(self) -> None:
        if not settings.SECRET_KEY_MISSING:
            return
        dotenv = settings.BASE_DIR / ".env"
        lines = dotenv.read_text().splitlines() if dotenv.exists() else [DOTENV_HEADER]
        kept = [line for line in lines if not re.fullmatch(r"\s*SECRET_KEY\s*=\s*", line)]
        dotenv.touch(mode=0o600)
        dotenv.write_text("\n".join([*kept, f"SECRET_KEY={secrets.token_urlsafe(50)}"]) + "\n")
        self.stdout.write("Made a random SECRET_KEY in .env.")

    def import_directory(self, path: Path) -> None:
        """Import the file once for each of its versions, so that edits made in the admin stay."""
        if not path.is_file():
            self.stdout.write(f"No {path.name} to import.")
            return
        seen = settings.DATA_DIR / "imported.sha256"
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        known = seen.read_text().strip() if seen.exists() else ""
        if digest == known and Expert.objects.exists():
            return
        call_command("import_experts", str(path), stdout=self.stdout, stderr=self.stderr)
        seen.write_text(digest + "\n")

    def make_staff_account(self) -> None:
        users = get_user_model().objects
        if users.filter(is_staff=True).exists():
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser("admin", "", password)
        self.stdout.write(
            f"First staff account for /admin/: admin, password {password} (shown only this once)."
        )
