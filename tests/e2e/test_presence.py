"""Presence at a minute over HTTP, on its page and as a command: read on the spot, by whom it may be seen, how much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.pulling import pull_json
from attendance.store import papers, registering
from attendance.store.database import Database
from device_sync.simulator import SimulatedTerminal
from tests.builders import ZONE, puller_for, record, rows
from tests.e2e.conftest import JUDGED_AT, Office
from tests.e2e.test_my_page import at_page
from tests.e2e.test_unit_commands import Office as Shell
from tests.e2e.test_unit_commands import office as shell  # noqa: F401 - a fixture

API = "/api/v1"
ARRIVAL = datetime(2026, 11, 25, 0, 45, tzinfo=UTC)  # 07:45 of a working Wednesday
AT = "2026-11-18T08:20:00+07:00"  # E2 of A1 is seen; E3 and E1 of B have a session since 06:00


def states(answer: dict[str, Any]) -> dict[str, str]:
    return {person["employee"]: person["state"] for person in answer["people"]}


def add_commune(database: Database, port: int) -> None:
    """Unit K with two people and a terminal of its own, on which K1 is 1 and K2 is 2."""
    at = datetime(2026, 10, 1, tzinfo=UTC)
    with database.writing() as session:
        registering.add_unit(session, "K", name="UBND xã Khe Sim", parent="H", at=at)
        registering.add_terminal(session, "T-K", unit="K", host="127.0.0.1", port=port, at=at)
        for number in (1, 2):
            registering.add_employee(session, f"K{number}", name=f"Vàng Thị {number}", at=at)
            registering.assign(session, f"K{number}", "K", from_on=date(2026, 1, 1), at=at)
            registering.enrol(session, "T-K", str(number), f"K{number}", at=at)


def test_the_punch_of_a_minute_before_arrival_is_in_once_the_terminal_was_read(
    make_office: Callable[..., Office],
) -> None:
    """A real terminal on loopback: without `refresh` nothing is known, with it the punch of 07:44 is in."""
    body = record("1", datetime(2026, 11, 24, 7, 20), uid=1) + record("1", datetime(2026, 11, 25, 7, 44), uid=2)
    terminal = SimulatedTerminal(records=body, users=2)
    terminal.machine.clock.now = lambda: ARRIVAL
    office: Office

    def pull(codes: Sequence[str], full: bool) -> list[dict[str, Any]]:
        puller = puller_for(office.database, now=office.clock)
        return [pull_json(puller.pull(code, full=full), ZONE) for code in codes]

    with terminal.running():
        office = make_office(puller=pull)
        add_commune(office.database, terminal.port)
        office.clock.at = ARRIVAL
        before = office.get("hr", "/units/K/presence")
        assert (before["at"], before["working"]) == ("2026-11-25T07:45:00+07:00", True)
        assert states(before) == {"K1": "unknown", "K2": "unknown"}
        assert before["terminals"] == [
            {"code": "T-K", "name": "T-K", "read_to": None, "state": before["terminals"][0]["state"]}
        ]

        found = office.get("inspector", "/units/K/presence", refresh=True)
        assert [each["outcome"] for each in found["pulls"]] == ["ok"]
        first, second = found["people"]
        assert (first["state"], first["since"], first["late_min"]) == ("seen", "2026-11-25T07:44:00+07:00", 14)
        assert second["state"] == "not_seen"
        assert found["counts"] == {
            "seen": 1, "not_seen": 1, "excused": 0, "unknown": 0, "not_scheduled": 0, "expected": 2, "total": 2,
        }  # fmt: skip
        assert found["terminals"][0]["state"] == "healthy"
        # as it was known before the terminal was read, nothing was known
        then = office.get("hr", "/units/K/presence", known_at="2026-11-25T07:44:59+07:00")
        assert states(then) == states(before)
        assert ("pull.asked", "T-K") in rows(office.database, "SELECT act, key FROM trail")


def test_a_past_minute_as_known_then_and_now(office: Office) -> None:
    judged = JUDGED_AT.isoformat()
    then = office.get("hr", "/units/A/presence", at=AT, known_at=judged)
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    with office.database.writing() as session:
        papers.add_leave(session, "E2", date(2026, 11, 18), document="ĐP muộn", approved_at=at, at=at)
    now = office.get("hr", "/units/A/presence", at=AT)
    assert (states(then), states(now)) == ({"E2": "seen"}, {"E2": "excused"})
    assert now["people"][0]["excuse"] == {
        "kind": "leave", "code": "P", "document": "ĐP muộn", "approved_at": "2026-11-23T15:00:00+07:00",
        "approved_after": True,
    }  # fmt: skip
    assert office.client("hr").get(f"{API}/units/A/presence", params={"at": AT, "known_at": judged}).json() == then
    assert then["hours"]["document"] == "QĐ 41/QĐ-UBND"


def test_who_may_not_know_reasons_is_told_that_there_is_a_paper(office: Office) -> None:
    at = datetime(2026, 11, 16, 8, tzinfo=UTC)
    with office.database.writing() as session:
        papers.add_leave(session, "E2", date(2026, 11, 18), code="Ô", document="Giấy 9", approved_at=at, at=at)
    told = {user: office.get(user, "/units/A1/presence", at=AT)["people"][0]["excuse"] for user in ("hr", "inspector")}
    assert (told["hr"]["code"], told["hr"]["document"]) == ("Ô", "Giấy 9")
    assert (told["inspector"]["kind"], told["inspector"]["code"], told["inspector"]["document"]) == ("leave", "", "")


def test_each_sees_their_own_part_of_the_tree(office: Office) -> None:
    whole = states(office.get("hr", "/units/H/presence", at=AT))
    assert set(whole) == {"E1", "E2", "E3"}
    assert set(states(office.get("e1", "/units/B/presence", at=AT))) == {"E1"}  # an official: their own line
    for user, unit in (("leader.b", "A"), ("leader.b", "H"), ("hr.a", "B"), ("e1", "A1")):
        assert office.client(user).get(f"{API}/units/{unit}/presence").status_code == 404, (user, unit)
    assert office.client("root").get(f"{API}/units/B/presence").status_code == 403


def test_an_inspector_of_another_province_and_one_whose_time_is_over_see_nothing(office: Office) -> None:
    office.accounts.create_user(
        "tinh.khac", "mưa rơi trên mái ngói", "inspector", "A",
        ends_at=office.clock.at + timedelta(days=2), visit="Kiểm tra đợt 5",
    )  # fmt: skip
    assert office.client("tinh.khac").get(f"{API}/units/A1/presence").status_code == 200
    assert office.client("tinh.khac").get(f"{API}/units/B/presence").status_code == 404
    office.clock.pass_by(days=2, minutes=1)
    assert office.client("tinh.khac").get(f"{API}/units/A1/presence").status_code in (401, 403)


def test_what_cannot_be_asked_is_said_in_a_sentence(make_office: Callable[..., Office]) -> None:
    office = make_office(puller=lambda codes, full: [])
    for params in ({"at": "2030-01-01T08:00"}, {"at": AT, "known_at": "2030-01-01T08:00"}, {"at": "gestern"}):
        answer = office.client("hr").get(f"{API}/units/A/presence", params=params)
        assert answer.status_code == 422, answer.text
        assert answer.json()["detail"].endswith(("minute.", "+07:00."))
    assert office.client("e2").get(f"{API}/units/A1/presence", params={"refresh": True}).status_code == 403


def test_the_page_sets_then_beside_now(paged_office: Office) -> None:
    office = paged_office
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    with office.database.writing() as session:
        papers.add_leave(session, "E2", date(2026, 11, 18), document="ĐP muộn", approved_at=at, at=at)
    client = at_page(office, "hr")
    asked = {"day": "18/11/2026", "at": "08:20", "known_day": "21/11/2026", "known_at": "09:05"}
    page = client.get("/units/A/presence", params=asked)
    assert page.status_code == 200
    assert "1 người có thay đổi" in page.text
    assert "Duyệt sau thời điểm này: 15:00 23/11/2026" in page.text
    assert "/days/E2/2026-11-18" in page.text
    differing = client.get("/units/A/presence", params=asked | {"state": "differs"})
    assert "Trần Văn Nam" in differing.text
    same = client.get("/units/A/presence", params=asked | {"state": "not_scheduled"})
    assert "Trần Văn Nam" not in same.text
    assert client.get("/units/A/presence", params={"day": "x", "at": "25:99"}).status_code == 200


@pytest.mark.usefixtures("shell")
def test_the_command_says_it_in_words_and_as_json(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Shell(tmp_path, monkeypatch)
    (tmp_path / "people.csv").write_text("code,name,unit,from\nE1,Lò Thị Mai,A,2026-01-01\n", encoding="utf-8")
    office.run("import", "employees", "people.csv")
    found = office.json("presence", "A", "--at", "2026-11-18T08:20")
    assert (found["unit"], found["working"], found["counts"]["total"]) == ("A", True, 1)
    assert states(found) == {"E1": "unknown"}  # there is no terminal yet
    told = office.run("presence", "A", "--at", "2026-11-18T08:20").stdout
    assert told.splitlines()[1:] == [
        "am, schedule.HC", "seen 0/1, not seen 0, excused 0, not known 1, not scheduled 0 of 1 on the list",
        "E1\tLò Thị Mai\tA\tunknown\tnot_read",
    ]  # fmt: skip
    assert "outside working time (workday)" in office.run("presence", "A", "--at", "2026-11-18T12:20").stdout
    assert "has not come yet" in office.run("presence", "A", "--at", "2099-01-01T08:00", code=2).stderr
    assert office.json("presence", "A", "--at", "2026-11-18T08:20", "--known-at", "2020-01-01T00:00")["people"] == []
