#!/usr/bin/env python
"""Django's command line for matchmaker."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
    # A command opens the index only when it asks for it: `migrate` imports neither faiss nor torch.
    os.environ.setdefault("OPEN_INDEX_AT_START", "off")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import InterfaceError, OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"matchmaker cannot start: {error}")
    except (InterfaceError, OperationalError, ProgrammingError, OSError) as error:
        if "--traceback" in sys.argv:
            raise
        said = str(error).strip().partition("\n")[0]
        if isinstance(error, OSError):
            sys.exit(f"The system refused: {said}.")
        sys.exit(f"The database refused: {said}. Does it run, has it room, was it migrated?")


if __name__ == "__main__":
    main()
