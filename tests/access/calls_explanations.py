"""What is asked of the routes of explanations, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

ALL = {"limit": "500"}
NOTE = {"note": "được"}
GROUND = {"ground": "other", "text": "kẹt cầu"}
FILE = {"id": "{explanation}", "digest": "{attachment}"}
ONE, OPEN = {"id": "{explanation}"}, {"id": "{early}"}
NUMBER, EARLY = {"number": "{explanation}"}, {"violation": "{early}"}

API: dict[str, list[dict[str, Any]]] = {
    "listExplanations": [
        {"query": ALL},
        {"query": ALL | {"unit": "{unit}"}},
        {"query": ALL | {"employee": "{employee}"}},
        {"query": ALL | {"status": "decide", "ground": "other"}, "tells": False},
    ],
    "getExplanation": [{"path": ONE}],
    "getExplanationAttachment": [{"path": FILE, "tells": False}],
    "listExplanationRequests": [
        {"query": ALL},
        {"query": ALL | {"unit": "{unit}"}},
        {"query": ALL | {"employee": "{employee}"}},
    ],
    "askForExplanations": [{"body": {"violations": ["{early}"]}, "answers": 201, "tells": False}],
    "addExplanation": [{"path": OPEN, "body": GROUND, "answers": 201}],
    "addExplanationAttachment": [{"path": ONE, "file": True, "answers": 422, "tells": False}],
    "confirmExplanation": [{"path": ONE, "body": NOTE}],
    "decideExplanation": [{"path": ONE, "body": NOTE | {"decision": "approved"}}],
    "withdrawExplanation": [{"path": ONE, "body": NOTE}],
    "decideOnViolation": [{"path": OPEN, "body": {"decision": "approved", "reason": "được"}, "answers": 201}],
}


def form(path: dict[str, str], answers: int = 303, **fields: str) -> list[dict[str, Any]]:
    return [{"path": path, "form": fields, "answers": answers, "tells": False}]


PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/explanations"): [
        *({"query": {"tab": tab}} for tab in ("confirm", "decide", "closed")),
        {"query": {"tab": "asked"}, "tells": False},
    ],
    ("GET", "/explanations/{number}"): [{"path": NUMBER}],
    ("GET", "/explanations/{number}/attachments/{digest}"): [
        {"path": NUMBER | {"digest": "{attachment}"}, "tells": False}
    ],
    ("GET", "/violations/{violation}/explain"): [{"path": {"violation": "{violation}"}}],
    ("POST", "/violations/{violation}/explain"): form(EARLY, **GROUND),
    ("POST", "/violations/{violation}/ask"): form(EARLY),
    ("POST", "/violations/{violation}/decide"): form(EARLY, decision="refused", **NOTE),
    ("POST", "/explanations/{number}/confirm"): form(NUMBER, version="2", **NOTE),
    ("POST", "/explanations/{number}/decide"): form(NUMBER, version="2", decision="approved", **NOTE),
    ("POST", "/explanations/{number}/withdraw"): form(NUMBER),
    ("POST", "/explanations/{number}/attachments"): form(NUMBER, 422),
}
