"""Groups of the catalogue that the sheet of overtime takes its words from; see test_i18n."""

from __future__ import annotations

from collections.abc import Iterable

from reports import overtime_files, overtime_sheet

OVERTIME_WORDS: dict[str, Iterable[str]] = {
    "overtime": (*overtime_sheet.WORDS, "unknown", "stretches"),
    "overtime_column": overtime_sheet.COLUMNS,
    "overtime_symbol": (*overtime_sheet.COLUMNS, "unknown"),
    "overtime_signer": overtime_sheet.SIGNERS,
    "overtime_stretch": overtime_files.TITLES,
}
