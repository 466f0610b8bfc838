"""What is asked of the routes of minutes and of what follows from them, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

_SEALED = {"path": {"key": "{sealed}"}}
_FIRST = {"path": {"key": "{sealed}", "number": "1"}}

API: dict[str, list[dict[str, Any]]] = {
    "getMinutes": [_SEALED],
    "getMinutesPdf": [_SEALED],
    "listAnnexes": [_SEALED],
    "getAnnexPdf": [_FIRST | {"tells": False}],
    "listFollowups": [{}],
    "listVisitFollowups": [_SEALED],
    "answerFollowup": [_FIRST | {"body": {"text": "Đã làm"}}],
    "writeMinutes": [{"path": {"key": "{plan}"}, "body": {"place": "Tân Mai"}, "answers": 409, "tells": False}],
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/inspections/followups"): [{}],
    ("GET", "/inspections/{key}/minutes"): [_SEALED],
    ("GET", "/inspections/{key}/minutes.pdf"): [_SEALED],
    ("GET", "/inspections/{key}/annexes/{number}.pdf"): [_FIRST | {"tells": False}],
    ("POST", "/inspections/{key}/followups/{number}/answer"): [
        _FIRST | {"form": {"text": "Đã làm"}, "answers": 303, "tells": False}
    ],
}
_HERE, _PAGES = "tests/e2e/test_api_minutes.py", "tests/e2e/test_minutes_pages.py"
ELSEWHERE = {
    ("POST", "/api/v1/inspections/{key}/minutes"): _HERE,
    ("POST", "/api/v1/inspections/{key}/annexes"): _HERE,
    ("POST", "/api/v1/inspections/{key}/followups/{number}/decision"): _HERE,
    ("POST", "/inspections/{key}/minutes"): _PAGES,
    ("GET", "/inspections/{key}/minutes/sign"): _PAGES,
    ("POST", "/inspections/{key}/minutes/seal"): _PAGES,
    ("GET", "/inspections/{key}/annexes/new"): _PAGES,
    ("POST", "/inspections/{key}/annexes"): _PAGES,
    ("POST", "/inspections/{key}/followups/{number}/decision"): _PAGES,
    ("GET", "/verify/{code}"): _PAGES,
    ("POST", "/verify/{code}"): _PAGES,
}
