"""Rosters: what is refused, substitutes, posts and gaps, who was not there, the public sheet."""

from __future__ import annotations

from datetime import date
from typing import Any

from attendance.store import papers, registering
from tests.e2e.conftest import NOW, Office
from tests.e2e.test_api_papers import API, approve, post

WEEK = {"from": "2026-11-09", "to": "2026-11-15"}


def duty(
    office: Office, employee: str, starts: str, ends: str, *, user: str = "hr", status: int = 201, **more: Any
) -> Any:
    given = {"employee": employee, "starts": f"2026-11-{starts}", "ends": f"2026-11-{ends}", **more}
    return post(office, user, "/rosters", given, status)


def rostered(office: Office, employee: str, starts: str, ends: str, **more: Any) -> int:
    paper = duty(office, employee, starts, ends, **more)["id"]
    approve(office, "hr2", "rosters", paper)
    return int(paper)


def states(office: Office, user: str = "hr", **span: str) -> dict[int, str]:
    return {row["paper"]: row["state"] for row in office.get(user, "/rosters/duties", **(span or WEEK))["items"]}


def test_what_nobody_can_hold_is_refused_with_a_sentence(office: Office) -> None:
    with office.database.writing() as session:
        registering.add_employee(session, "E9", name="Hoàng Văn Bình", at=NOW)
        registering.assign(session, "E9", "A", from_on=date(2026, 1, 1), to_on=date(2026, 10, 31), at=NOW)
    left = duty(office, "E9", "10T07:30", "10T11:30", status=422)
    assert (left["code"], "does not serve in any unit on 2026-11-10" in left["detail"]) == ("duty_not_employed", True)
    rostered(office, "E2", "10T07:30", "10T11:30", kind="one_stop", desk="Hộ tịch")
    twice = duty(office, "E2", "10T11:00", "10T12:00", status=422)
    assert twice["code"] == "duty_overlaps"
    duty(office, "E2", "10T11:30", "10T12:00")
    assert "no Saturday" in duty(office, "E2", "11T07:30", "11T11:30", kind="saturday", status=422)["detail"]
    assert "48 hours" in duty(office, "E2", "11T07:30", "14T07:30", status=422)["detail"]
    assert "write an end" in duty(office, "E2", "11T09:30", "11T07:30", status=422)["detail"]


def test_night_duty_under_a_protection_tells_the_reason_only_to_those_who_may_know_it(office: Office) -> None:
    paper = post(office, "hr", "/protections", {"employee": "E2", "code": "pregnancy_m7", "from": "2026-11-01"})
    waiting = duty(office, "E2", "12T20:00", "13T06:00", kind="night")
    approve(office, "hr2", "protections", paper["id"])
    known = duty(office, "E2", "11T21:00", "12T06:00", kind="night", status=422)
    assert known["code"] == "night_duty_forbidden_pregnancy_m7"
    assert "seventh month" in known["detail"]
    refused = approve(office, "leader.h", "rosters", waiting["id"], 422)
    assert refused["code"] == "duty_not_possible"
    assert "pregnancy" not in str(refused)
    assert "protection on file" in refused["detail"]
    duty(office, "E2", "11T18:00", "11T22:00", kind="night")


def test_a_substitute_takes_over_and_the_holders_duty_is_taken_back_with_the_reason(office: Office) -> None:
    holder = rostered(office, "E2", "10T07:30", "10T11:30", kind="one_stop", desk="Hộ tịch")
    taken = post(office, "hr", f"/rosters/{holder}/substitute", {"employee": "E3", "note": "Thay đi họp"})
    assert office.get("hr", f"/rosters/{holder}")["status"] == "approved"
    approve(office, "hr2", "rosters", taken["id"])
    gone = office.get("hr", f"/rosters/{holder}")
    assert (gone["status"], gone["withdrawal_note"]) == ("withdrawn", f"taken over: paper {taken['id']}")
    (line,) = office.get("hr", "/rosters/duties", **WEEK)["items"]
    assert (line["employee"], line["desk"], line["unit"], line["in_place_of"]) == ("E3", "Hộ tịch", "A1", holder)
    post(office, "hr", f"/rosters/{holder}/substitute", {"employee": "E1"}, 409)


def test_a_substitute_who_is_on_duty_is_refused(office: Office) -> None:
    holder = rostered(office, "E2", "10T07:30", "10T11:30")
    rostered(office, "E3", "10T10:00", "10T12:00")
    assert post(office, "hr", f"/rosters/{holder}/substitute", {"employee": "E3"}, 422)["code"] == "duty_overlaps"
    assert (
        "holds this duty already"
        in post(office, "hr", f"/rosters/{holder}/substitute", {"employee": "E2"}, 422)["detail"]
    )


POST = {
    "unit": "A1",
    "kind": "one_stop",
    "desk": "Hộ tịch",
    "weekdays": ["mon", "tue"],
    "starts": "07:30",
    "ends": "11:30",
}


def test_gaps_are_what_no_approved_duty_fills(office: Office) -> None:
    made = post(office, "hr", "/rosters/posts", {**POST, "needed": 2, "from": "2026-11-01"})

    def gaps() -> list[tuple[str, str, int]]:
        found = office.get("hr", "/rosters/gaps", **WEEK)["items"]
        return [(gap["starts"][8:16], gap["ends"][11:16], gap["missing"]) for gap in found]

    assert gaps() == [("09T07:30", "11:30", 2), ("10T07:30", "11:30", 2)]
    rostered(office, "E2", "09T07:30", "09T09:30", kind="one_stop", desk="Hộ tịch")
    rostered(office, "E3", "09T07:00", "09T12:00", kind="one_stop", desk="Hộ tịch", unit="A1")
    duty(office, "E1", "09T09:30", "09T11:30", kind="one_stop", desk="Hộ tịch", unit="A1")  # only proposed
    rostered(office, "E2", "10T07:30", "10T11:30", kind="one_stop", desk="Địa chính")  # another desk
    assert gaps() == [("09T09:30", "11:30", 1), ("10T07:30", "11:30", 2)]
    assert office.get("hr.a", "/rosters/gaps", **WEEK)["total"] == 2
    assert office.get("leader.b", "/rosters/gaps", **WEEK)["total"] == 0
    stale = {"If-Match": '"9-9"'}
    post(office, "hr", f"/rosters/posts/{made['id']}/withdraw", {}, 412, **stale)
    post(office, "hr", f"/rosters/posts/{made['id']}/withdraw", {}, 200)
    assert gaps() == []
    assert office.get("hr", "/rosters/posts")["total"] == 0


def test_posts_on_single_dates_and_over_midnight(office: Office) -> None:
    night = {"unit": "A", "kind": "night", "dates": ["2026-11-14"], "starts": "22:00", "ends": "06:00"}
    post(office, "hr", "/rosters/posts", night)
    (gap,) = office.get("hr", "/rosters/gaps", **WEEK)["items"]
    assert (gap["starts"], gap["ends"]) == ("2026-11-14T22:00:00+07:00", "2026-11-15T06:00:00+07:00")
    for wrong in ({"weekdays": [], "dates": []}, {"starts": "7h30"}, {"needed": 0}, {"kind": "tea"}):
        post(office, "hr", "/rosters/posts", {**POST, **wrong}, 422)
    post(office, "hr.a", "/rosters/posts", {**POST, "unit": "B"}, 404)
    post(office, "e2", "/rosters/posts", POST, 403)


def test_who_was_not_there_is_told_once_the_terminals_were_read_past_it(office: Office) -> None:
    """E2 punched on the 10th, E3 on the 10th; nobody came on Saturday 14; the terminals were read to the 20th."""
    inside = rostered(office, "E2", "10T07:30", "10T11:30", kind="one_stop")
    night = rostered(office, "E2", "12T19:00", "13T05:00", kind="night")
    saturday = rostered(office, "E2", "14T07:30", "14T11:30", kind="saturday")
    counting = rostered(office, "E3", "14T07:30", "14T11:30", kind="saturday", counts_as_schedule=True)
    unread = rostered(office, "E2", "21T07:30", "21T11:30", kind="saturday")
    to_come = rostered(office, "E2", "28T07:30", "28T11:30", kind="saturday")
    away = rostered(office, "E2", "11T07:30", "11T11:30", kind="one_stop")
    with office.database.writing() as session:
        papers.add_leave(session, "E2", date(2026, 11, 11), part="am", approved_at=NOW, at=NOW)
    found = states(office, **{"from": "2026-11-09", "to": "2026-11-29"})
    assert found == {
        inside: "kept",
        night: "no_show",
        saturday: "no_show",
        counting: "no_show",
        unread: "unverified",
        to_come: "open",
        away: "away",
    }
    missing = office.get("hr", "/rosters/duties", state="no_show", **WEEK)
    assert {row["paper"] for row in missing["items"]} == {night, saturday, counting}


def test_a_dead_terminal_is_no_no_show(office: Office) -> None:
    saturday = rostered(office, "E2", "14T07:30", "14T11:30", kind="saturday")
    assert states(office) == {saturday: "no_show"}
    given = {"terminal": "T-A", "starts": "2026-11-14T06:00", "ends": "2026-11-14T08:00"}
    outage = post(office, "hr", "/outages", given)["id"]
    assert states(office) == {saturday: "no_show"}
    approve(office, "hr2", "outages", outage)
    assert states(office) == {saturday: "unverified"}


def test_the_public_sheet_has_names_and_times_and_no_reasons(office: Office) -> None:
    rostered(office, "E2", "10T07:30", "10T11:30", kind="one_stop", desk="Hộ tịch", note="Vì cô ấy nghỉ ốm")
    duty(office, "E3", "10T07:30", "10T11:30", kind="one_stop", desk="Địa chính", unit="A1")
    sheet = office.get("e2", "/rosters/sheet", unit="A1", week="2026-11-12")
    assert (sheet["from"], sheet["to"], len(sheet["days"])) == ("2026-11-09", "2026-11-15", 7)
    assert [day["duties"] for day in sheet["days"] if day["duties"]] == [
        [
            {
                "name": "Trần Văn Nam",
                "kind": "one_stop",
                "desk": "Hộ tịch",
                "starts": "2026-11-10T07:30:00+07:00",
                "ends": "2026-11-10T11:30:00+07:00",
            }
        ]
    ]
    assert office.client("e2").get(f"{API}/rosters/sheet?unit=B").status_code == 404


def test_a_duty_of_two_days_fills_the_posts_of_its_last(office: Office) -> None:
    rostered(office, "E2", "10T12:00", "12T12:00", kind="holiday")
    given = {"unit": "A1", "kind": "holiday", "dates": ["2026-11-12"], "starts": "08:00", "ends": "11:00"}
    post(office, "hr", "/rosters/posts", given)
    for first in ("2026-11-11", "2026-11-12"):
        assert office.get("hr", "/rosters/gaps", **{"from": first, "to": "2026-11-12"})["items"] == []
