"""What is asked of observations of citizens, counters and scores, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

ONE = {"id": "{observation}"}
NUMBER = {"number": "{observation}"}
POINT = {"id": "{point}"}
POINT_PAGE = {"number": "{point}"}
ALL = {"limit": "500"}
SAID = {"unit": "{unit}", "channel": "hotline", "kind": "empty"}
ANSWER = {"outcome": "cannot_tell", "reason": "Máy chưa đọc tới lúc đó", "answer": "Chưa đủ dữ liệu để kết luận"}
SCORE = {"unit": "{unit}", "year": 2026, "quarter": 3, "score": 4.2, "scale": 5, "n": 120, "document": "BC 9"}
_HERE = "tests/e2e/test_citizens_form.py"
_PLANS = "tests/e2e/test_citizens_looking.py"

API: dict[str, list[dict[str, Any]]] = {
    "listObservations": [{"query": ALL}, {"query": ALL | {"unit": "{unit}"}}],
    "getObservation": [{"path": ONE}],
    "addObservation": [{"body": SAID | {"date": "2026-11-20"}, "answers": 201}],
    "takeUpObservation": [{"path": ONE}],
    "answerObservation": [{"path": ONE, "body": ANSWER}],
    "eraseObservation": [{"path": ONE, "body": {"part": "text", "why": "Yêu cầu số 7"}}],
    "showCitizenContact": [{"path": ONE, "tells": False}],
    "askForVisit": [{"path": ONE}],
    "listFeedbackPoints": [{"query": ALL}, {"query": ALL | {"unit": "{unit}"}}],
    "addFeedbackPoint": [{"body": {"unit": "{unit}", "name": "Quầy 9"}, "answers": 201}],
    "renewFeedbackPoint": [{"path": POINT}],
    "revokeFeedbackPoint": [{"path": POINT}],
    "listSurveyScores": [{"query": ALL}, {"query": ALL | {"unit": "{unit}"}}],
    "addSurveyScore": [{"body": SCORE, "answers": 201}],
}
_SENT = {"answers": 303, "tells": False}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/observations"): [{}, {"query": {"unit": "{unit}"}}],
    ("GET", "/observations.csv"): [{}, {"query": {"unit": "{unit}"}}],
    ("GET", "/observations/{number}"): [{"path": NUMBER}],
    ("GET", "/observations/add"): [{"tells": False}],
    ("POST", "/observations/add"): [{"form": SAID | {"on": "20/11/2026"}, "tells": False}],
    ("POST", "/observations/{number}/looking"): [{"path": NUMBER, "form": {}, **_SENT}],
    ("POST", "/observations/{number}/answer"): [{"path": NUMBER, "form": ANSWER, **_SENT}],
    ("POST", "/observations/{number}/erase"): [
        {"path": NUMBER, "form": {"part": "text", "why": "Yêu cầu số 7"}, **_SENT}
    ],
    ("POST", "/observations/{number}/visit-request"): [{"path": NUMBER, "form": {}, **_SENT}],
    ("POST", "/observations/{number}/contact"): [{"path": NUMBER, "form": {}}],
    ("GET", "/observations/points"): [{}],
    ("POST", "/observations/points"): [{"form": {"unit": "{unit}", "name": "Quầy 9"}, **_SENT}],
    ("POST", "/observations/points/{number}/renew"): [{"path": POINT_PAGE, "form": {}, **_SENT}],
    ("POST", "/observations/points/{number}/revoke"): [{"path": POINT_PAGE, "form": {}, **_SENT}],
    ("GET", "/observations/points/{number}/sheet"): [{"path": POINT_PAGE}],
    ("GET", "/observations/scores"): [{}],
    ("POST", "/observations/scores"): [{"form": {name: str(value) for name, value in SCORE.items()}, **_SENT}],
}
ELSEWHERE = {
    ("POST", "/api/v1/observations/{id}/visits"): _PLANS,
    ("POST", "/observations/{number}/visit"): _PLANS,
    ("GET", "/gop-y"): _HERE,
    ("GET", "/gop-y/tra-cuu"): _HERE,
    ("POST", "/gop-y/tra-cuu"): _HERE,
    ("GET", "/gop-y/{token}"): _HERE,
    ("POST", "/gop-y/{token}"): _HERE,
}
