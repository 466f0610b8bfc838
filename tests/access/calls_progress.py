"""What is asked of the routes that say how commitments stand, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

ONE, NUMBER = {"id": "{commitment}"}, {"number": "{commitment}"}
REVIEW = {"outcome": "kept", "remark": "Thực hiện tốt", "facts_digest": "0" * 64}

API: dict[str, list[dict[str, Any]]] = {
    "listCommitmentProgress": [{"tells": False}, {"query": {"unit": "{unit}"}, "tells": False}],
    "getCommitmentProgress": [{"path": ONE, "tells": False}],
    "getCommitmentReview": [{"path": ONE, "tells": False}],
    "reviewCommitment": [{"path": ONE, "body": REVIEW, "answers": 409, "tells": False}],
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/commitments/progress"): [{"query": {"unit": "{unit}"}}],
    ("GET", "/commitments/{number}/progress"): [{"path": NUMBER}],
    ("GET", "/commitments/{number}/review"): [{"path": NUMBER}],
    ("POST", "/commitments/{number}/review"): [
        {"path": NUMBER, "form": {"outcome": "kept", "remark": "Tốt"}, "answers": 409, "tells": False}
    ],
}
