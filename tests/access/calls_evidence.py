"""What is asked of the routes of checkpoints, as the fields of `calls.Call`: they hold nobody's records, so they tell
nothing of a place; none is made in this office, so one is not found by whoever may ask."""

from __future__ import annotations

from typing import Any

ONE = {"number": "1"}

API: dict[str, list[dict[str, Any]]] = {
    "listCheckpoints": [{"tells": False}],
    "getLatestCheckpoint": [{"answers": 404, "tells": False}],
    "getCheckpoint": [{"path": ONE, "answers": 404, "tells": False}],
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/evidence"): [{"tells": False}],
    ("POST", "/evidence/check"): [{"form": {"text": "none"}, "answers": 422, "refused": 422, "tells": False}],
    ("GET", "/evidence/verify_bundle.py"): [{"tells": False}],
    ("GET", "/evidence/{number}"): [{"path": ONE, "answers": 404, "tells": False}],
    ("GET", "/evidence/{number}/print.pdf"): [{"path": ONE, "answers": 404, "tells": False}],
    ("GET", "/evidence/{number}/checkpoint.txt"): [{"path": ONE, "answers": 404, "tells": False}],
}
