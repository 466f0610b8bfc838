"""Groups of the catalogue that the sheet of overtime takes its words from; see test_i18n."""

from __future__ import annotations

from collections.abc import Iterable

from attendance.services.timesheet import forms
from reports import overtime_files, overtime_sheet, sheet_forms

OVERTIME_WORDS: dict[str, Iterable[str]] = {
    "overtime": (*overtime_sheet.WORDS, "unknown", "stretches"),
    "sheet_forms": tuple(f"column.{name}" for name in ("unit", "form", "number", "issued", "budget", "document")),
    "sheet_form": tuple(forms.shipped()),
    "sheet_forms_done": sheet_forms.DONE,
    "sheet_forms_problem": ("document", "invalid", "sign"),
    "overtime_column": overtime_sheet.COLUMNS,
    "overtime_symbol": (*overtime_sheet.COLUMNS, "unknown"),
    "overtime_signer": overtime_sheet.SIGNERS,
    "overtime_stretch": overtime_files.TITLES,
}
