"""SQLite's write-ahead log, kept from one request to the next.

Whoever closes the last connection to a database copies its log into it, waits for the disk twice
and deletes the log. No thread keeps a connection between requests, so on a quiet server that would
be every one of them.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_kept: list[sqlite3.Connection] = []  # as long as the process lives


def keep(database: Mapping[str, Any]) -> None:
    """Open one connection more, which reads nothing and is never closed. Without SQLite, none."""
    if not database["ENGINE"].endswith("sqlite3"):
        return
    address = Path(database["NAME"]).resolve().as_uri()
    try:
        connection = sqlite3.connect(f"{address}?mode=rw", uri=True)
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # opens the log too
    except sqlite3.Error:
        return  # not there yet or not readable: requests will say so
    _kept.append(connection)
