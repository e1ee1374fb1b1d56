"""Thousands of requests made from the OpenAPI document against the running product."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.live.conftest import DIRECTORY, write_directory
from tests.live.server import Deployment

pytestmark = pytest.mark.live

CASES = 2000
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
)


def run(url: str, folder: Path) -> dict[str, Any]:
    """What schemathesis reports of its run; the folder keeps its report."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/schema/"]
    options = {
        "--checks": ",".join(CHECKS),
        "--phases": "examples,coverage,fuzzing",
        "--max-examples": "370",
        "--request-timeout": "60",
        "--suppress-health-check": "all",  # of the generator: a busy machine makes it slow
        "--seed": "7",
        # Python 3.11 counts the depth of its parser for all threads together, and the generator
        # parses source as it works.
        "--workers": "1",
        "--report": "json",
        "--report-json-path": str(report),
        "--warnings": "off",
    }
    command += [word for pair in options.items() for word in pair]
    command += ["--no-color", "--continue-on-failure", "--no-shrink"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    result: dict[str, Any] = json.loads(report.read_text())
    return result


def test_thousands_of_generated_requests_find_no_fault_and_no_undocumented_answer(
    tmp_path: Path,
) -> None:
    server = Deployment(tmp_path / "data", LOG_LEVEL="error")
    server.data.mkdir()
    server.log = tmp_path / "server.log"
    server.manage("migrate", "--verbosity=0")
    server.manage("import_experts", str(write_directory(tmp_path / "experts.csv", DIRECTORY)))
    server.manage("rebuild_index")
    server.start()
    try:
        report = run(server.url, tmp_path)
    finally:
        server.stop()
    assert report["failures"] == []
    assert report["test_cases"]["generated"] >= CASES
    assert report["operations"]["tested"] == report["operations"]["total"] == 6
    assert server.log.read_text().count('"level": "error"') == 0
