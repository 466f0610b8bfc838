"""What is asked of the papers of the catalogue, as the fields of `calls.Call`: of each of them, whatever there is.

Those of months stand with them.
"""

from __future__ import annotations

from typing import Any

from api.http.routers.report_catalogue import OWN_ADDRESS, operation_id
from api.reporting.asking import names_of
from api.reporting.catalogue import entries
from api.reporting.entry import Entry
from tests.access import calls_months

VALUES = {
    "unit": "{unit}", "employee": "{employee}", "month": "2026-11", "from": "2026-11-16", "to": "2026-11-20",
    "year": "2026", "violation": "{violation}",
}  # fmt: skip
JOB = "0" * 24


def query(entry: Entry) -> dict[str, str]:
    """Everything a paper may be asked with; but one of month, span and year."""
    return {name: VALUES[name] for name in names_of(entry)}


def _format(entry: Entry) -> str:
    return next((one for one in ("json", "csv") if one in entry.formats), entry.formats[0])


API: dict[str, list[dict[str, Any]]] = {
    **calls_months.API,
    "listReports": [{"tells": False}],
    "listReportJobs": [{"tells": False}],
    "orderReport": [
        {
            "body": {"report": "violations", "unit": "{unit}", "from": "2026-11-16", "to": "2026-11-20"},
            "answers": 202,
            "tells": False,
        }
    ],
    **{
        operation_id(entry): [{"query": {**query(entry), "format": _format(entry)}, "tells": False}]
        for entry in entries()
        if entry.key not in OWN_ADDRESS
    },
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    **calls_months.PAGES,
    ("GET", "/reports"): [{"tells": False}],
    ("GET", "/reports/jobs/live"): [{"tells": False}],
    ("GET", "/reports/papers/timesheet"): [{"query": {"unit": "{unit}", "month": "2026-11"}}],
    ("GET", "/reports/papers/violations"): [
        {"query": {"unit": "{unit}", "from": "2026-11-16", "to": "2026-11-20"}},
        {"query": {"employee": "{employee}", "from": "2026-11-16", "to": "2026-11-20"}, "refused": 422},
    ],
    ("GET", "/reports/papers/violations/file"): [
        {"query": {"unit": "{unit}", "employee": "{employee}", "format": "csv"}}
    ],
}
ELSEWHERE = {
    ("GET", "/api/v1/reports/jobs/{id}"): "tests/e2e/test_report_jobs.py",
    ("GET", "/api/v1/reports/jobs/{id}/file"): "tests/e2e/test_report_jobs.py",
    ("DELETE", "/api/v1/reports/jobs/{id}"): "tests/e2e/test_report_jobs.py",
    **{  # one function answers at all of them
        ("GET", where): "tests/e2e/test_report_pages.py"
        for entry in entries()
        for where in (f"/reports/papers/{entry.key}", f"/reports/papers/{entry.key}/file")
        if ("GET", where) not in PAGES
    },
    ("POST", "/reports/jobs"): "tests/e2e/test_report_pages.py",
    ("GET", "/reports/jobs/{name}/file"): "tests/e2e/test_report_pages.py",
    ("POST", "/reports/jobs/{name}/drop"): "tests/e2e/test_report_pages.py",
}
