"""Exactly the filtered rows, as a file that a spreadsheet opens without running anything."""

from conversations.leads.exporting.columns import SHEETS, Sheet
from conversations.leads.exporting.files import as_csv, as_xlsx

__all__ = ["SHEETS", "Sheet", "as_csv", "as_xlsx"]
