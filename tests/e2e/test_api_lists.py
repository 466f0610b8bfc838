"""What lists hold: punches as they came, verdicts as they were known, violations with lasting names; page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from attendance.services.disclosure import Disclosed
from attendance.services.evaluate import evaluate_span
from attendance.store import papers
from attendance.store.listing_keys import ViolationKey, read_violation_id, violation_id
from tests.e2e.conftest import ODD_SESSION, ZONE, Office

API = "/api/v1"
SPAN = {"from": "2026-11-01", "to": "2026-11-30"}


def walk(office: Office, path: str, limit: int, **filters: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = office.get("hr", path, **SPAN, **filters, limit=limit, **cursor)
        assert len(page["items"]) <= limit
        rows += page["items"]
        if page["next"] is None:
            assert len(rows) == page["total"]
            return rows
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize("path", ["/punches", "/verdicts", "/violations"])
@pytest.mark.parametrize("limit", [3, 7, 500])
def test_walking_by_cursor_and_by_offset_meets_every_row_once(shared_office: Office, path: str, limit: int) -> None:
    if limit < 500 and path == "/punches":
        limit *= 10
    by_cursor = walk(shared_office, path, limit)
    by_offset: list[dict[str, Any]] = []
    while len(by_offset) < len(by_cursor):
        by_offset += shared_office.get("hr", path, **SPAN, limit=limit, offset=len(by_offset))["items"]
    assert by_cursor == by_offset
    assert len({repr(row) for row in by_cursor}) == len(by_cursor)


def test_a_page_behind_the_end_is_empty_and_knows_the_total(shared_office: Office) -> None:
    for path in ("/punches", "/verdicts", "/violations", "/units", "/employees", "/terminals/T-A/pulls"):
        page = shared_office.get("hr", path, offset=1_000_000)
        assert page["items"] == []
        assert page["next"] is None
        assert page["total"] > 0


def test_a_violation_that_is_judged_anew_is_met_once_in_a_walk(office: Office) -> None:
    first = office.get("hr", "/violations", **SPAN, limit=5)
    with office.database.writing() as session:  # a new document makes new rulings, with new rows, of the same days
        papers.add_leave(session, "E1", date(2026, 11, 3), part="pm", approved_at=office.clock.at, at=office.clock.at)
    evaluate_span(office.database, ZONE, office.clock.at, date(2026, 11, 2), date(2026, 11, 20))
    rest = office.get("hr", "/violations", **SPAN, cursor=first["next"])
    ids = [row["id"] for row in first["items"] + rest["items"]]
    assert len(ids) == len(set(ids)) == first["total"]


def test_a_violation_has_the_fields_of_a_day_row_and_a_lasting_id(shared_office: Office) -> None:
    row = shared_office.get("hr", "/violations", **SPAN, unit="A", employee="E1")["items"][0]
    assert row["id"] == "1-20261103-am-late"
    assert (row["employee"], row["unit"], row["date"]) == ("E1", "A", "2026-11-03")
    assert (row["type"], row["session"], row["minutes"], row["excused_min"]) == ("late", "am", 12, 0)
    assert (row["counted_min"], row["status"], row["revision"]) == (12, "counted", 1)


def test_violations_are_filtered_by_kind_and_state(shared_office: Office) -> None:
    everything = shared_office.get("hr", "/violations", **SPAN)["items"]
    for name in ("type", "status"):
        for value in {row[name] for row in everything}:
            found = shared_office.get("hr", "/violations", **SPAN, **{name: value})
            assert found["items"] == [row for row in everything if row[name] == value]
            assert found["total"] == len(found["items"])
    assert shared_office.get("hr", "/violations", **SPAN, type="left_post")["total"] == 0


def test_one_violation_comes_with_its_verdict_and_evidence(make_office: Callable[..., Office]) -> None:
    asked: list[tuple[ViolationKey, Disclosed]] = []

    def evidence(session: Any, key: ViolationKey, shown: Disclosed) -> dict[str, Any]:
        asked.append((key, shown))
        return {"punches": [1, 2]}

    office = make_office(evidence=evidence)
    found = office.get("hr", "/violations/1-20261103-am-late")
    assert asked == [(ViolationKey(1, date(2026, 11, 3), "am", "late"), Disclosed())]
    assert found["evidence"] == {"punches": [1, 2]}
    assert found["current"] is True
    assert found["verdict"]["scheduled_min"] == 480
    assert found["verdict"]["violations"][0]["id"] == found["id"]
    assert found["verdict"]["citations"][0]["document"] == "QĐ 41/QĐ-UBND"


def test_a_violation_that_was_revised_away_is_shown_as_it_last_stood(shared_office: Office) -> None:
    name = "2-20261103-am-late"
    assert name not in [row["id"] for row in shared_office.get("hr", "/violations", **SPAN)["items"]]
    found = shared_office.get("hr", f"/violations/{name}")
    assert found["current"] is False
    assert found["verdict"]["revision"] == 1
    assert found["verdict"]["superseded_at"] is not None


def test_a_session_with_an_odd_name_has_an_id_that_needs_no_quoting(shared_office: Office) -> None:
    name = violation_id(3, date(2026, 11, 3), ODD_SESSION, "late")
    assert name.isascii()
    assert "%" not in name
    assert read_violation_id(name) == ViolationKey(3, date(2026, 11, 3), ODD_SESSION, "late")
    assert shared_office.get("hr", f"/violations/{name}")["session"] == ODD_SESSION


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x",
        "1",
        "1-2-3-4",
        "1-20261103-am",
        "1-20261103-am-lateness",
        "1-20261131-am-late",
        "1-00000000-am-late",
        "01-20261103-am-late",
        "1-20261103-~41m-late",
        "1-20261103-am~00-late",
        "1-20261103-~FF-late",
        "0-20261103-am-late",
        "9223372036854775808-20261103-am-late",
        "2147483648-20261103-am-late",
        "-1-20261103-am-late",
        "١-20261103-am-late",
        "1-20261103-am-late ",
        "1-20261103-am-late\n",
        "1-20261103--late",
        "1-20261103-am-late-late",
        "1" * 400,
        "1-20261103-" + "a" * 900 + "-late",
    ],
)
def test_a_text_that_is_no_id_is_not_found(shared_office: Office, name: str) -> None:
    if name != "1-20261103-am-late-late":
        assert read_violation_id(name) is None
    if name:
        answer = shared_office.client("hr").get(f"{API}/violations/{name}".replace("\n", "%0A"))
        assert answer.status_code == 404


def test_verdicts_are_those_known_at_a_moment(shared_office: Office) -> None:
    asked = {"employee": "E2", "from": "2026-11-03", "to": "2026-11-03"}
    now = shared_office.get("hr", "/verdicts", **asked)["items"]
    then = shared_office.get("hr", "/verdicts", **asked, as_of="2026-11-22T00:00")["items"]
    before = shared_office.get("hr", "/verdicts", **asked, as_of="2026-11-21T08:59:59+07:00")
    assert [(row["revision"], row["leave_min"]) for row in now] == [(2, 270)]
    assert [(row["revision"], row["leave_min"]) for row in then] == [(1, 0)]
    assert [v["type"] for v in then[0]["violations"]] == ["late"]
    assert before["total"] == 0
    assert now[0]["cause"] != "first"


def test_a_verdict_has_every_field_of_a_day_row(shared_office: Office) -> None:
    row = shared_office.get("hr", "/verdicts", **SPAN, limit=1)["items"][0]
    expected = {"employee", "date", "day_kind", "scheduled_min", "worked_min", "credited_min", "leave_min"}
    expected |= {"unverified_min", "violations", "flags", "symbols", "unit"}
    expected |= {"revision", "rulebook", "citations", "recorded_at"}
    assert expected <= set(row)
    assert datetime.fromisoformat(row["recorded_at"]).tzinfo is not None


def test_the_ledger_holds_in_every_row(shared_office: Office) -> None:
    for row in shared_office.get("hr", "/verdicts", **SPAN, limit=500)["items"]:
        counted = sum(violation["counted_min"] for violation in row["violations"])
        assert row["scheduled_min"] == row["credited_min"] + row["leave_min"] + row["unverified_min"] + counted


def test_a_punch_is_as_the_terminal_said_with_the_pull_that_brought_it(shared_office: Office) -> None:
    row = shared_office.get("hr", "/punches", **SPAN, employee="E1", limit=1)["items"][0]
    assert row["at"] == "2026-11-02T07:18:00+07:00"
    assert (row["terminal"], row["sequence"], row["pin"], row["log_position"]) == ("T-A", 1, "1", 0)
    assert (row["state"], row["verify"], row["quarantined"]) == (0, 1, False)
    assert row["received_at"] == "2026-11-21T01:56:00+00:00"
    pull = shared_office.get("hr", "/terminals/T-A/pulls")["items"][0]
    assert row["pull_id"] == row["pull"]["id"] == pull["id"]
    assert row["pull"]["log_digest"] == pull["log_digest"] == "ab" * 32


def test_punches_are_filtered_by_person_terminal_and_date(shared_office: Office) -> None:
    everything = shared_office.get("hr", "/punches", **SPAN, limit=500)["items"]
    assert everything == sorted(everything, key=lambda row: (row["at"], row["terminal"] != "T-A", row["sequence"]))
    for filters, keep in [
        ({"terminal": "T-B"}, lambda row: row["terminal"] == "T-B"),
        ({"employee": "E2"}, lambda row: row["employee"] == "E2"),
        ({"unit": "A"}, lambda row: row["unit"] in ("A", "A1")),
        ({"terminal": "T-A", "employee": "E3"}, lambda row: False),
    ]:
        found = shared_office.get("hr", "/punches", **SPAN, **filters, limit=500)
        assert found["items"] == [row for row in everything if keep(row)]
    day = shared_office.get("hr", "/punches", **{"from": "2026-11-03", "to": "2026-11-03"}, limit=500)
    assert day["items"] == [row for row in everything if row["at"].startswith("2026-11-03")]


def test_terminals_show_their_last_pull_and_never_bytes_or_keys(shared_office: Office) -> None:
    row = shared_office.get("hr", "/terminals")["items"][0]
    assert row["complete_until"] == "2026-11-20T23:00:00+07:00"
    assert row["last_pull"]["outcome"] == "ok"
    text = str(shared_office.get("hr", "/terminals")) + str(shared_office.get("hr", "/terminals/T-A/pulls"))
    assert "payload" not in text
    assert "'comm_key'" not in text


def test_without_dates_lists_are_of_this_month(office: Office) -> None:
    assert office.get("hr", "/violations")["total"] == office.get("hr", "/violations", **SPAN)["total"] > 0
    office.clock.at = datetime(2026, 12, 1, tzinfo=UTC)
    office.tokens.clear()
    assert office.get("hr", "/violations")["total"] == 0
    assert office.get("hr", "/violations", **{"from": "2026-11-01"})["total"] > 0
    assert office.get("hr", "/violations", to="2026-11-30")["total"] > 0


def test_schedules_and_calendar_are_told_with_their_documents(shared_office: Office) -> None:
    found = {row["code"]: row for row in shared_office.get("leader.b", "/schedules")["items"]}
    assert found["HANH-CHINH"]["versions"][0]["document"] == "QĐ 41/QĐ-UBND"
    assert found["HANH-CHINH"]["versions"][0]["sessions"]["am"] == ["07:30", "12:00"]
    entry = shared_office.get("hr", "/calendar", **SPAN)["items"][-1]
    assert (entry["date"], entry["kind"], entry["document"]) == ("2026-11-24", "holiday", "NQ 80")
