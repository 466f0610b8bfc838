"""What is asked of the routes of teams, plans and draws, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

ALL = {"limit": "500"}
_TEAM = {"path": {"id": "{team}"}}
INSPECTOR = "r-inspector-holds-zOWNz"
OTHER = "r-leader-later-zOWNz"
NEW = {
    "name": "Tổ mới", "document": "QĐ 9", "unit": "{unit}", "from": "2026-11-24", "to": "2026-12-24",
    "members": [{"user": INSPECTOR, "part": "head"}],
}  # fmt: skip

API: dict[str, list[dict[str, Any]]] = {
    "listTeams": [{"query": ALL}],
    "formTeam": [{"body": NEW, "answers": 201}],
    "getTeam": [_TEAM],
    "joinTeam": [_TEAM | {"body": {"user": OTHER}, "answers": 201}],
    "leaveTeam": [{"path": {"id": "{team}", "member": "{member}"}}],
    "endTeam": [_TEAM],
    "listInspections": [{"query": ALL}],
    "planInspection": [{"body": {"unit": "{unit}", "kind": "regular"}, "answers": 201}],
    "listNeverVisited": [{"query": ALL, "tells": False}],  # every unit of the marked office was visited
    "listProposedUnits": [{"query": ALL}],
    "listDraws": [{"query": ALL, "tells": False}],
    "drawUnits": [{"body": {"way": "chance", "count": 1}, "answers": 201, "tells": False}],
    "dropPlan": [{"path": {"key": "{plan}"}, "body": {"why": "Trùng lịch"}}],
}
_SENT = {"answers": 303, "tells": False}
_PLAN = {"unit": "{unit}", "kind": "regular"}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/teams"): [{}],
    ("POST", "/teams"): [
        {"form": {"name": "Tổ mới", "document": "QĐ 9", "unit": "{unit}", "from": "24/11/2026", "to": "24/12/2026",
                  "head": INSPECTOR}, "refused": 422} | _SENT
    ],
    ("GET", "/teams/{number}"): [{"path": {"number": "{team}"}}],
    ("POST", "/teams/{number}/members"): [{"path": {"number": "{team}"}, "form": {"user": OTHER}} | _SENT],
    ("POST", "/teams/{number}/members/{member}/leave"): [
        {"path": {"number": "{team}", "member": "{member}"}, "form": {}} | _SENT
    ],
    ("POST", "/teams/{number}/end"): [{"path": {"number": "{team}"}, "form": {}} | _SENT],
    ("GET", "/inspections"): [{}],
    ("GET", "/inspections/plan"): [{}],
    ("POST", "/inspections/plan"): [{"form": _PLAN, "refused": 422} | _SENT],
    ("POST", "/inspections/draw"): [{"form": {"way": "chance", "count": "1"}} | _SENT],
    ("POST", "/inspections/{key}/drop"): [{"path": {"key": "{plan}"}, "form": {"why": "Trùng lịch"}} | _SENT],
}  # fmt: skip
ELSEWHERE = {
    ("GET", "/api/v1/inspections/draws/{key}"): "tests/access/test_draws_over_http.py",
    ("GET", "/inspections/draws/{key}"): "tests/access/test_draws_over_http.py",
}
