"""What is asked of the routes of forms of the sheet, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

FORM = {"unit": "{unit}", "form": "enterprise", "number": "01a-LĐTL", "document": "QĐ 15"}

API: dict[str, list[dict[str, Any]]] = {
    "listSheetForms": [{"query": {"limit": "500"}}],
    "saySheetForm": [{"body": FORM}],
    "listSheetSigns": [{"query": {"limit": "500"}, "tells": False}],
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/sheet-forms"): [{}],
    ("GET", "/sheet-forms/one"): [{"query": {"unit": "{unit}"}}],
    ("POST", "/sheet-forms"): [{"form": FORM, "answers": 303, "tells": False}],
}
ELSEWHERE = {  # of the whole office, or storing nothing
    ("POST", "/sheet-forms/preview"): "tests/e2e/test_sheet_forms.py",
    ("POST", "/sheet-forms/signs"): "tests/e2e/test_sheet_forms.py",
    ("POST", "/api/v1/sheet-signs"): "tests/e2e/test_sheet_forms.py",
}
