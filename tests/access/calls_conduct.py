"""What is asked of the routes of conduct, of the index and of comparisons, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

PERIOD = {"unit": "{unit}", "period": "2026-11"}
DECISION = {"decision": "not", "note": "Đã trao đổi"}
THRESHOLD = {
    "unit": "{unit}", "code": "MOI", "label": "Nhắc nhở", "proposes": "reminder", "at_least": 3, "from": "2027-01-01",
    "document": "QC 3",
}  # fmt: skip
FORMULA = {"unit": "{unit}", "weights": {"late": 50}, "from": "2027-01-01", "document": "QC 4"}
LIST = {"limit": "500"}

API: dict[str, list[dict[str, Any]]] = {
    "listProposals": [
        {"query": LIST}, {"query": {**LIST, "unit": "{unit}"}}, {"query": {**LIST, "employee": "{employee}"}},
    ],
    "refreshProposals": [{"body": None, "tells": False}],
    "listThresholds": [{"above": True}],
    "addThreshold": [{"body": THRESHOLD, "answers": 201}],
    "endThreshold": [{"path": {"id": "{threshold}"}, "body": {"on": "2026-12-31"}}],
    "getGoodLists": [{"query": {"unit": "{unit}", "period": "2026-Q4"}}],
    "getProposal": [{"path": {"id": "{proposal}"}}],
    "decideProposal": [{"path": {"id": "{proposal}"}, "body": DECISION}],
    "acceptGrades": [{"body": {"proposals": ["{proposal}"], "note": "Đã xem"}, "tells": False}],
    "getIndex": [{"query": PERIOD}],
    "listFormulas": [{"above": True}],
    "addFormula": [{"body": FORMULA, "answers": 201}],
    "endFormula": [{"path": {"id": "{formula}"}, "body": {"on": "2026-12-31"}}],
    "listPublications": [{}],
    "publishIndex": [{"body": {"unit": "{unit}", "period": "2026-10"}, "answers": 422, "tells": False}],
    "getPublication": [{"path": {"id": "{publication}"}}],
    "exportIndex": [{"query": {**PERIOD, "format": "json"}}],
    "exportPersons": [{"query": {**PERIOD, "format": one}} for one in ("json", "csv")],
}  # fmt: skip
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/conduct"): [{}, {"query": {"unit": "{unit}"}}, {"query": {"employee": "{employee}"}}],
    ("GET", "/conduct/thresholds"): [{"above": True}],
    ("GET", "/conduct/good"): [{"query": {"unit": "{unit}", "period": "2026-Q4"}}],
    ("GET", "/conduct/{number}"): [{"path": {"number": "{proposal}"}}],
    ("POST", "/conduct/refresh"): [{"form": {}, "answers": 303, "tells": False}],
    ("POST", "/conduct/thresholds/{number}/end"): [
        {"path": {"number": "{threshold}"}, "form": {"on": "31/12/2026"}, "answers": 303, "tells": False}
    ],
    ("POST", "/conduct/{number}/decision"): [
        {"path": {"number": "{proposal}"}, "form": DECISION, "answers": 303, "tells": False}
    ],
    ("GET", "/index"): [{"query": PERIOD, "above": True}],
    ("GET", "/charts"): [{}, {"query": {"unit": "{unit}", "from": "1/11/2026"}}],
    ("GET", "/charts/compliance"): [{}, {"query": {"unit": "{unit}", "from": "1/11/2026"}}],
    ("GET", "/charts/seasons"): [{}, {"query": {"unit": "{unit}"}}],
    ("GET", "/charts/years"): [{}, {"query": {"unit": "{unit}", "year": "2026"}}],
    ("GET", "/charts.csv"): [{"query": {"table": "weekdays"}, "tells": False}],
    ("GET", "/index/file.{format}"): [{"path": {"format": "csv"}, "query": PERIOD, "tells": False}],
    ("GET", "/index/persons.{format}"): [{"path": {"format": "csv"}, "query": PERIOD}],
    ("GET", "/index/published/{number}"): [{"path": {"number": "{publication}"}}],
    ("POST", "/index/formulas/{number}/end"): [
        {"path": {"number": "{formula}"}, "form": {"on": "31/12/2026"}, "answers": 303, "tells": False}
    ],
}
ELSEWHERE = {
    ("POST", "/conduct/grades"): "tests/e2e/test_conduct_pages.py",
    ("POST", "/conduct/thresholds"): "tests/e2e/test_conduct_pages.py",
    ("POST", "/index/publish"): "tests/e2e/test_conduct_pages.py",
    ("POST", "/index/formulas"): "tests/e2e/test_conduct_pages.py",
}
