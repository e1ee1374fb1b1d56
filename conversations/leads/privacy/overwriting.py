"""SQLite keeps what was deleted: in free pages, in full-text indexes, in its write-ahead log."""

import logging

from django.db import connection, transaction

logger = logging.getLogger(__name__)


def overwrite_what_is_deleted() -> None:
    """From here on in the file as well, and in the log as soon as this is committed."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete = ON")
    transaction.on_commit(_empty_log, robust=True)


def clean_index() -> None:
    """Deleted words stay in a full-text index until its parts are merged."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for table in ("conversations_leadwords", "conversations_words"):
                cursor.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608


def _empty_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, *_) = cursor.fetchone()
    if busy:
        logger.warning("The write-ahead log is in use; deleted words stay in it for a while.")
