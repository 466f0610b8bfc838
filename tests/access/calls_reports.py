"""What is asked of the papers of the catalogue, as the fields of `calls.Call`: of each of them, whatever there is."""

from __future__ import annotations

from typing import Any

from api.http.routers.report_catalogue import OWN_ADDRESS, operation_id
from api.reporting.asking import names_of
from api.reporting.catalogue import entries
from api.reporting.entry import Entry

VALUES = {
    "unit": "{unit}", "employee": "{employee}", "month": "2026-11", "from": "2026-11-16", "to": "2026-11-20",
    "year": "2026", "violation": "{violation}",
}  # fmt: skip
JOB = "0" * 24


def queries(entry: Entry) -> list[dict[str, str]]:
    """A paper with what it must be asked with, and besides with each other thing that it may be."""
    always = {name: VALUES[name] for name in names_of(entry) if name in entry.must | {"from", "to", "month", "year"}}
    more = [name for name in ("unit", "employee", "violation") if name in names_of(entry) and name not in always]
    return [always, *({**always, name: VALUES[name]} for name in more)]


def _format(entry: Entry) -> str:
    return next((one for one in ("json", "csv") if one in entry.formats), entry.formats[0])


API: dict[str, list[dict[str, Any]]] = {
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
        operation_id(entry): [{"query": {**query, "format": _format(entry)}} for query in queries(entry)]
        for entry in entries()
        if entry.key not in OWN_ADDRESS
    },
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/reports"): [{"tells": False}],
    ("GET", "/reports/jobs/live"): [{"tells": False}],
    **{
        ("GET", f"/reports/papers/{entry.key}"): [
            {"query": {**query, "show": "1"}, "refused": 422 if query.keys() - entry.must >= {"employee"} else 404}
            for query in queries(entry)
        ]
        for entry in entries()
    },
    **{
        ("GET", f"/reports/papers/{entry.key}/file"): [
            {"query": {**query, "format": _format(entry)}} for query in queries(entry)
        ]
        for entry in entries()
    },
}
ELSEWHERE = {
    ("GET", "/api/v1/reports/jobs/{id}"): "tests/e2e/test_report_jobs.py",
    ("GET", "/api/v1/reports/jobs/{id}/file"): "tests/e2e/test_report_jobs.py",
    ("DELETE", "/api/v1/reports/jobs/{id}"): "tests/e2e/test_report_jobs.py",
    ("POST", "/reports/jobs"): "tests/e2e/test_report_pages.py",
    ("GET", "/reports/jobs/{name}/file"): "tests/e2e/test_report_pages.py",
    ("POST", "/reports/jobs/{name}/drop"): "tests/e2e/test_report_pages.py",
}
