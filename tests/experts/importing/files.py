"""Small directory files for the tests of the import."""

import csv
import io
from typing import Any

from experts.importing import Plan, PlanRow, make_plan, read_directory

COMPLETE = {
    "Username": "jdoe",
    "First Name": "Jan",
    "Last Name": "Doe",
    "Job Title": "Beekeeper",
    "Company": "Hive & Co",
    "Hourly Rate": "95",
    "Currency": "EUR",
}


def person(**cells: str) -> dict[str, str]:
    """A complete row with some cells changed: `person(hourly_rate="0")`."""
    return COMPLETE | {name.replace("_", " ").title(): cell for name, cell in cells.items()}


def csv_of(*rows: dict[str, str], delimiter: str = ",") -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def plan_of(*rows: dict[str, str], **options: Any) -> Plan:
    return make_plan(read_directory(csv_of(*rows)), **options)


def import_rows(*rows: dict[str, str], **options: Any) -> Plan:
    plan = plan_of(*rows, **options)
    plan.apply()
    return plan


def only_row(plan: Plan) -> PlanRow:
    (row,) = plan.rows
    return row
