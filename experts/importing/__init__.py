"""A CSV of experts → one plan → a preview of it, or its application. The command and the admin
both go `read_directory` → `make_plan` → `plan.apply`, so what was shown is what is done."""

from experts.importing.planning import make_plan
from experts.importing.plans import Action, Plan, PlanRow
from experts.importing.reading import Directory, read_directory
from experts.importing.reasons import explain
from experts.importing.reports import summary, write_report

__all__ = [
    "Action",
    "Directory",
    "Plan",
    "PlanRow",
    "explain",
    "make_plan",
    "read_directory",
    "summary",
    "write_report",
]
