"""What is asked of the routes of one visit, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

_PLAN = {"path": {"key": "{plan}"}}
_UNBEGUN = _PLAN | {"answers": 409, "tells": False}
BATCH = {"marks": [], "checks": []}
POINT = {"text": "Có sổ trực", "about": "unit"}

API: dict[str, list[dict[str, Any]]] = {
    "getInspection": [_PLAN],
    "beginInspection": [_PLAN | {"whole": False}],
    "noteInspection": [_UNBEGUN | {"body": BATCH}],
    "closeInspection": [_UNBEGUN],
    "addChecklistPoint": [_PLAN | {"body": POINT, "answers": 201}],
    "removeChecklistPoint": [{"path": {"key": "{plan}", "code": "hours_posted"}}],
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/inspections/worker.js"): [{"tells": False}],
    ("GET", "/inspections/{key}"): [_PLAN],
    ("POST", "/inspections/{key}/checklist"): [_PLAN | {"form": POINT, "answers": 303, "tells": False}],
    ("POST", "/inspections/{key}/checklist/{code}/remove"): [
        {"path": {"key": "{plan}", "code": "hours_posted"}, "form": {}, "answers": 303, "tells": False}
    ],
}
_HERE = "tests/e2e/test_visit.py"
ELSEWHERE = {
    ("GET", "/inspections/{key}/state"): _HERE,
    ("POST", "/inspections/{key}/begin"): _HERE,
    ("POST", "/inspections/{key}/marks"): _HERE,
    ("POST", "/inspections/{key}/close"): _HERE,
    ("POST", "/inspections/{key}/photos"): _HERE,
    ("GET", "/inspections/{key}/photos/{digest}"): _HERE,
    ("POST", "/api/v1/inspections/{key}/photos"): _HERE,
    ("GET", "/api/v1/inspections/{key}/photos/{digest}"): _HERE,
}
