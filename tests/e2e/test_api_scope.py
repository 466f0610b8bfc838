"""Nobody sees rows, counts or objects outside of their part of the tree."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Office

API = "/api/v1"
SPAN = {"from": "2026-11-01", "to": "2026-11-30"}
EVERYWHERE = ("/verdicts", "/violations", "/punches")


def values(rows: list[dict[str, Any]], name: str) -> set[Any]:
    return {row[name] for row in rows}


def test_who_is_limited_to_a_unit_sees_it_and_those_below(shared_office: Office) -> None:
    rows = shared_office.get("hr.a", "/units")
    assert [(row["code"], row["parent"]) for row in rows["items"]] == [("A", None), ("A1", "A")]
    assert rows["total"] == 2
    assert shared_office.get("hr", "/units")["total"] == 4


def test_people_are_those_who_serve_or_served_there(shared_office: Office) -> None:
    assert [row["code"] for row in shared_office.get("hr.a", "/employees")["items"]] == ["E1", "E2"]
    assert [row["code"] for row in shared_office.get("leader.b", "/employees")["items"]] == ["E1", "E3"]
    assert shared_office.get("hr", "/employees")["total"] == 4
    moved = shared_office.get("hr.a", "/employees")["items"][0]
    assert moved["unit"] is None  # where they serve now is not for A to know
    assert shared_office.get("leader.b", "/employees")["items"][0]["unit"] == "B"


@pytest.mark.parametrize("path", EVERYWHERE)
def test_rows_and_counts_are_of_the_units_seen(shared_office: Office, path: str) -> None:
    whole = shared_office.get("hr", path, **SPAN, limit=500)
    parts = [shared_office.get(user, path, **SPAN, limit=500) for user in ("hr.a", "leader.b")]
    assert whole["total"] == len(whole["items"]) > 0
    assert values(parts[0]["items"], "unit") == {"A", "A1"}
    assert values(parts[1]["items"], "unit") == {"B"}
    for part in parts:
        assert part["total"] == len(part["items"])
    assert sum(part["total"] for part in parts) == whole["total"]


def test_a_day_belongs_to_the_unit_of_that_day(shared_office: Office) -> None:
    before = shared_office.get("hr.a", "/verdicts", **SPAN, employee="E1")["items"]
    after = shared_office.get("leader.b", "/verdicts", **SPAN, employee="E1")["items"]
    assert max(values(before, "date")) == "2026-11-13"
    assert min(values(after, "date")) == "2026-11-14"


def test_punches_of_moved_people_follow_them_to_any_terminal(shared_office: Office) -> None:
    rows = shared_office.get("leader.b", "/punches", **SPAN, employee="E1", limit=500)["items"]
    assert values(rows, "terminal") == {"T-A"}
    assert min(values(rows, "at"))[:10] == "2026-11-16"
    strangers = [row for row in shared_office.get("hr.a", "/punches", **SPAN, limit=500)["items"] if row["pin"] == "9"]
    assert values(strangers, "employee") == {None}
    assert values(strangers, "terminal") == {"T-A"}


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        *((path, {"unit": "B"}) for path in (*EVERYWHERE, "/employees", "/assignments")),
        *((path, {"unit": "H"}) for path in EVERYWHERE),
        *((path, {"employee": "E3"}) for path in (*EVERYWHERE, "/assignments", "/enrolments")),
        *((path, {"employee": "E4"}) for path in EVERYWHERE),
        *((path, {"terminal": "T-B"}) for path in ("/punches", "/enrolments")),
        ("/terminals/T-B/pulls", {}),
        ("/terminals/T-B/health", {}),
        ("/violations/3-20261103-ca-s~C3~A1ng~20~7E1~25-late", {}),
        ("/violations/1-20261117-ca-s~C3~A1ng~20~7E1~25-late", {}),
    ],
)
def test_what_is_outside_is_not_there(shared_office: Office, path: str, filters: dict[str, str]) -> None:
    assert shared_office.client("hr").get(f"{API}{path}", params=filters).status_code == 200
    answer = shared_office.client("hr.a").get(f"{API}{path}", params=filters)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_outside_and_nowhere_are_answered_alike(shared_office: Office) -> None:
    client = shared_office.client("hr.a")
    outside = client.get(f"{API}/verdicts", params={"unit": "B"}).json()
    nowhere = client.get(f"{API}/verdicts", params={"unit": "Z"}).json()
    assert outside["detail"].replace("'B'", "'Z'") == nowhere["detail"]


def test_terminals_enrolments_and_assignments_are_limited(shared_office: Office) -> None:
    assert [row["code"] for row in shared_office.get("hr.a", "/terminals")["items"]] == ["T-A"]
    assert values(shared_office.get("hr.a", "/enrolments")["items"], "employee") == {"E1", "E2"}
    assert values(shared_office.get("hr.a", "/assignments")["items"], "unit") == {"A", "A1"}


def test_decisions_about_dates_are_those_that_hold_there(shared_office: Office) -> None:
    assert [row["date"] for row in shared_office.get("hr.a", "/calendar", **SPAN)["items"]] == ["2026-11-24"]
    assert shared_office.get("leader.b", "/calendar", **SPAN)["total"] == 2


@pytest.mark.parametrize(
    ("user", "path", "body", "status"),
    [
        ("inspector", "/units", {"code": "N"}, 403),
        ("leader.b", "/employees", {"code": "N"}, 403),
        ("inspector", "/assignments", {"employee": "E4", "unit": "A", "from": "2026-01-01"}, 403),
        ("inspector", "/enrolments", {"terminal": "T-A", "pin": "5", "employee": "E4"}, 403),
        ("hr", "/terminals", {"code": "N", "unit": "A"}, 403),
        ("leader.b", "/terminals/T-A/pull", None, 404),
        ("leader.b", "/terminals/T-B/pull", None, 503),
        ("leader.b", "/imports/punches", None, 403),
        ("hr.a", "/units", {"code": "N"}, 403),
        ("hr.a", "/units", {"code": "N", "parent": "B"}, 404),
        ("hr.a", "/units", {"code": "N", "parent": "A1"}, 201),
        ("hr.a", "/employees", {"code": "N"}, 403),
        ("hr.a", "/employees", {"code": "N", "unit": "H", "from": "2026-01-01"}, 404),
        ("hr.a", "/employees", {"code": "N", "unit": "A1", "from": "2026-01-01"}, 201),
        ("hr.a", "/assignments", {"employee": "E3", "unit": "A", "from": "2027-01-01"}, 404),
        ("hr.a", "/assignments", {"employee": "E4", "unit": "A", "from": "2027-01-01"}, 404),
        ("hr.a", "/assignments", {"employee": "E2", "unit": "B", "from": "2027-01-01"}, 404),
        ("hr.a", "/enrolments", {"terminal": "T-B", "pin": "5", "employee": "E2"}, 404),
        ("hr.a", "/enrolments", {"terminal": "T-A", "pin": "5", "employee": "E3"}, 404),
        ("hr.a", "/enrolments", {"terminal": "T-A", "pin": "5", "employee": "E2"}, 201),
        ("root.a", "/terminals", {"code": "N", "unit": "B"}, 404),
        ("root.a", "/terminals", {"code": "N", "unit": "A1"}, 201),
        ("hr.a", "/terminals/T-B/pull", None, 404),
        ("hr", "/terminals/T-A/alarms/1/acknowledge", None, 403),
        ("leader.b", "/terminals/T-B/alarms/1/acknowledge", None, 403),
        ("root.a", "/terminals/T-B/alarms/1/acknowledge", None, 404),
        ("root.a", "/terminals/T-A/alarms/1/acknowledge", None, 404),
    ],
)
def test_who_may_write_what_where(office: Office, user: str, path: str, body: Any, status: int) -> None:
    answer = office.client(user).post(f"{API}{path}", json=body)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert office.get("hr", "/employees")["total"] == 4
        assert office.get("hr", "/units")["total"] == 4
