"""What is asked of the routes of months and of forms of their sheets, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

from tests.access import calls_overtime

MONTH = {"unit": "{unit}", "month": "2026-11"}
EMPTY = {"unit": "{unit}", "month": "2024-05"}
SIGNING = {"as": "keeper", "digest": "0" * 64, "password": "mưa rơi trên mái ngói"}

API: dict[str, list[dict[str, Any]]] = {
    **calls_overtime.API,
    "getMonth": [{"path": MONTH}],
    "lockMonth": [{"path": EMPTY}],
    "reopenMonth": [{"path": MONTH, "body": {"reason": "Giấy nghỉ nộp muộn"}, "answers": 409}],
    "signMonth": [{"path": MONTH, "body": SIGNING, "answers": 409}],
    "getTimesheet": [{"query": {**MONTH, "format": one}} for one in ("json", "csv")],
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    **calls_overtime.PAGES,
    ("GET", "/months"): [{"query": {"month": "2026-11"}}],
    ("GET", "/months/{unit}/{month}"): [{"path": MONTH}],
    ("GET", "/months/{unit}/{month}/close"): [{"path": MONTH}],
    ("GET", "/months/{unit}/{month}/people/{employee}"): [{"path": {**MONTH, "employee": "{employee}"}}],
    ("GET", "/months/{unit}/{month}/sheet.{format}"): [{"path": {**MONTH, "format": "csv"}}],
    ("POST", "/months/{unit}/{month}/lock"): [{"path": EMPTY, "form": {}, "answers": 303, "tells": False}],
}
ELSEWHERE = {
    **calls_overtime.ELSEWHERE,
    ("GET", "/months/{unit}/{month}/versions/{version}"): "tests/e2e/test_month_pages.py",
    ("GET", "/months/{unit}/{month}/versions/{version}/difference"): "tests/e2e/test_month_pages.py",
    ("POST", "/months/{unit}/{month}/reopen"): "tests/e2e/test_month_pages.py",
    ("POST", "/months/{unit}/{month}/sign"): "tests/e2e/test_month_pages.py",
}
