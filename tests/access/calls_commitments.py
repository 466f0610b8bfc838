"""What is asked of the routes of commitments, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

ALL = {"limit": "500"}
ONE, NUMBER = {"id": "{commitment}"}, {"number": "{commitment}"}
CLAUSES = [{"kind": "text", "text": "Không trễ hẹn"}]
SIGNING = {"digest": "0" * 64, "password": "mưa rơi trên mái ngói"}
MINE = "M-zOWNz"  # one of a unit above may be used too
WHY = {"why": "Mời nhầm"}
TEMPLATE = {"code": "NEW-1", "heading": "BẢN CAM KẾT", "unit": "{unit}", "clauses": CLAUSES}

API: dict[str, list[dict[str, Any]]] = {
    "listCommitmentTemplates": [{"query": ALL, "above": True}],
    "addCommitmentTemplate": [{"body": TEMPLATE, "answers": 201}],
    "withdrawCommitmentTemplate": [{"path": {"code": "{template}"}}],
    "listCommitments": [
        {"query": ALL},
        {"query": ALL | {"unit": "{unit}"}},
        {"query": ALL | {"employee": "{employee}"}},
        {"query": ALL | {"year": "2026", "state": "asked"}},
    ],
    "getCommitmentStanding": [{}, {"query": {"unit": "{unit}"}}],
    "askForCommitments": [
        {"body": {"template": MINE, "year": 2026, "employees": ["{employee}"]}, "answers": 201},
        {"body": {"template": MINE, "year": 2026, "unit": "{unit}"}, "answers": 201},
    ],
    "getCommitment": [{"path": ONE}],
    "getCommitmentPaper": [{"path": ONE, "tells": False}],
    "signCommitment": [{"path": ONE, "body": SIGNING, "answers": 409, "tells": False}],
    "confirmCommitment": [{"path": ONE, "body": {}, "answers": 409, "tells": False}],
    "noteCommitmentRefused": [{"path": ONE, "body": {"reason": "Đề nghị làm rõ"}}],
    "withdrawCommitment": [{"path": ONE, "body": WHY}],
}


def form(path: dict[str, str], **fields: str) -> list[dict[str, Any]]:
    return [{"path": path, "form": fields, "answers": 303, "tells": False}]


PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/commitments"): [{"above": True}, {"query": {"unit": "{unit}", "year": "2026"}, "above": True}],
    ("GET", "/commitments/templates"): [{"above": True}, {"query": {"code": "{template}"}, "above": True}],
    ("GET", "/commitments/{number}"): [{"path": NUMBER}],
    ("GET", "/commitments/{number}/paper.pdf"): [{"path": NUMBER, "tells": False}],
    ("POST", "/commitments/{number}/confirm"): [{"path": NUMBER, "form": {}, "answers": 409, "tells": False}],
    ("POST", "/commitments/{number}/refusal"): form(NUMBER, reason="Đề nghị làm rõ"),
    ("POST", "/commitments/{number}/withdraw"): form(NUMBER, **WHY),
    ("POST", "/commitments/templates/{code}/withdraw"): form({"code": "{template}"}),
}
ELSEWHERE = {
    ("POST", "/commitments"): "tests/e2e/test_commitment_pages.py",
    ("POST", "/commitments/templates"): "tests/e2e/test_commitment_pages.py",
    ("POST", "/commitments/{number}/sign"): "tests/e2e/test_commitment_pages.py",
}
