"""Papers of every kind through the API: handed in, approved by somebody else, into verdicts; taken back, not erased."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from attendance.engine.verdict import DayVerdict
from attendance.services.verdicts import judge_span
from tests.e2e.conftest import ZONE, Office

API = "/api/v1"
TUESDAY = "2026-11-10"  # everybody is late on Tuesdays


def post(
    office: Office, user: str, path: str, given: dict[str, Any] | None = None, status: int = 201, **headers: str
) -> Any:
    answer = office.client(user).post(f"{API}{path}", json=given or {}, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def approve(office: Office, user: str, noun: str, paper: int, status: int = 200) -> Any:
    office.clock.pass_by(minutes=1)
    return post(office, user, f"/{noun}/{paper}/approve", status=status)


def verdict(office: Office, who: str, on: str, as_of: datetime | None = None) -> DayVerdict:
    day = date.fromisoformat(on)
    with office.database.reading() as session:
        parts = judge_span(session, ZONE, day, day, as_of=as_of)
    return next(v for part in parts for _, v in part.verdicts if v.employee == who)


LEAVE = {"employee": "E2", "from": TUESDAY, "code": "P", "session": "am", "note": "Việc gia đình"}


def test_leave_counts_from_its_approval_until_it_is_taken_back_and_the_past_stays(office: Office) -> None:
    paper = post(office, "e2", "/absences", LEAVE)
    assert (paper["status"], paper["author"], paper["version"]) == ("proposed", "e2", 1)
    handed_in = office.clock.at
    assert verdict(office, "E2", TUESDAY).leave_min == 0
    done = approve(office, "hr", "absences", paper["id"])
    approved = office.clock.at
    assert (done["status"], done["decided_by"]) == ("approved", "hr")
    assert verdict(office, "E2", TUESDAY).leave_min == 270
    office.clock.pass_by(hours=1)
    gone = post(office, "e2", f"/absences/{paper['id']}/withdraw", {"note": "Vẫn đi làm"}, 200)
    assert (gone["status"], gone["withdrawn_by"]) == ("withdrawn", "e2")
    assert verdict(office, "E2", TUESDAY).leave_min == 0
    before = approved - timedelta(seconds=1)
    known = [verdict(office, "E2", TUESDAY, at).leave_min for at in (handed_in, before, approved, office.clock.at)]
    assert known == [0, 0, 270, 0]
    assert office.get("e2", f"/absences/{paper['id']}")["content"] == {"days": [{"date": TUESDAY, "session": "am"}]}


def test_one_paper_for_several_days_with_half_days_at_its_ends(office: Office) -> None:
    given = {"employee": "E2", "from": "2026-11-10", "to": "2026-11-12", "first_session": "pm", "last_session": "am"}
    paper = post(office, "e2", "/absences", given)
    approve(office, "hr", "absences", paper["id"])
    minutes = [verdict(office, "E2", f"2026-11-{day}").leave_min for day in ("09", 10, 11, 12, 13)]
    assert minutes == [0, 210, 480, 270, 0]


KINDS: dict[str, tuple[str, dict[str, Any], str, Any]] = {
    "mission": (
        "missions",
        {"employee": "E2", "starts": f"{TUESDAY}T07:30", "ends": f"{TUESDAY}T08:00", "place": "Sở Nội vụ"},
        TUESDAY,
        lambda v: [x.type for x in v.violations] == [],
    ),
    "meeting": (
        "missions",
        {
            "employee": "E2",
            "kind": "meeting",
            "starts": f"{TUESDAY}T07:30:00+07:00",
            "ends": f"{TUESDAY}T12:00:00+07:00",
        },
        TUESDAY,
        lambda v: dict(v.symbols)["am"] == "CT",
    ),
    "exemption in minutes": (
        "exemptions",
        {"employee": "E2", "code": "nursing", "minutes_per_day": 60, "placement": "day_start", "from": "2026-11-01"},
        TUESDAY,
        lambda v: [x.type for x in v.violations] == [],
    ),
    "exemption by a window": (
        "exemptions",
        {"employee": "E2", "code": "not_enrolled", "starts": f"{TUESDAY}T07:00", "ends": f"{TUESDAY}T09:00"},
        TUESDAY,
        lambda v: "not_enrolled" in v.flags and not v.violations,
    ),
    "overtime": (
        "overtime",
        {"employee": "E2", "starts": "2026-11-11T17:00", "ends": "2026-11-11T19:00"},
        "2026-11-11",
        lambda v: [line.minutes for line in v.overtime] == [5],
    ),
    "site": (
        "site-facts",
        {"employee": "E2", "date": "2026-11-11", "terminals": ["T-B"]},
        "2026-11-11",
        lambda v: True,
    ),
    "outage": (
        "outages",
        {"terminal": "T-A", "starts": f"{TUESDAY}T06:00", "ends": f"{TUESDAY}T08:00"},
        TUESDAY,
        lambda v: "terminal_outage" in v.flags and not v.violations,
    ),
    "holiday": (
        "calendar",
        {"date": TUESDAY, "kind": "holiday", "document": "QĐ 3/QĐ-TTg"},
        TUESDAY,
        lambda v: v.day_kind == "holiday",
    ),
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_changes_its_day_from_the_approval_on_and_not_before(office: Office, kind: str) -> None:
    noun, given, on, holds = KINDS[kind]
    before = verdict(office, "E2", on)
    paper = post(office, "hr", f"/{noun}", given)
    assert verdict(office, "E2", on) == before
    approve(office, "hr2", noun, paper["id"])
    after = verdict(office, "E2", on)
    assert holds(after), after
    office.clock.pass_by(minutes=1)
    post(office, "hr", f"/{noun}/{paper['id']}/withdraw", {}, 200)
    assert verdict(office, "E2", on) == before
    assert verdict(office, "E2", on, office.clock.at - timedelta(seconds=1)) == after


def test_a_refused_paper_never_counts_and_says_why(office: Office) -> None:
    paper = post(office, "e2", "/absences", LEAVE)
    post(office, "hr", f"/absences/{paper['id']}/refuse", {}, 422)
    done = post(office, "hr", f"/absences/{paper['id']}/refuse", {"note": "Đã hết phép năm"}, 200)
    assert (done["status"], done["decision_note"]) == ("refused", "Đã hết phép năm")
    assert verdict(office, "E2", TUESDAY).leave_min == 0
    assert "refused by hr" in approve(office, "hr", "absences", paper["id"], 409)["detail"]
    assert "nothing to take back" in post(office, "e2", f"/absences/{paper['id']}/withdraw", {}, 409)["detail"]
    again = post(office, "e2", "/absences", LEAVE)
    assert again["id"] != paper["id"]


def test_a_swap_is_two_entries_of_one_paper(office: Office) -> None:
    given = {"date": "2026-11-13", "kind": "swapped_off", "for": "2026-11-14", "document": "TB 5/TB-BNV"}
    paper = post(office, "hr", "/calendar", given)
    assert [entry["date"] for entry in paper["content"]["entries"]] == ["2026-11-13", "2026-11-14"]
    assert verdict(office, "E2", "2026-11-14").day_kind == "weekend"
    listed = office.get("hr", "/calendar", **{"from": "2026-11-13", "to": "2026-11-14"})
    assert listed["total"] == 0
    approve(office, "hr2", "calendar", paper["id"])
    assert [verdict(office, "E2", on).day_kind for on in ("2026-11-13", "2026-11-14")] == [
        "swapped_off",
        "swapped_work",
    ]
    back = post(office, "hr", "/calendar", {"date": "2026-11-13", "kind": "workday", "document": "TB 6/TB-BNV"})
    approve(office, "hr2", "calendar", back["id"])
    assert verdict(office, "E2", "2026-11-13").day_kind == "workday"


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "leave backwards": ("absences", {"employee": "E2", "from": "2026-11-12", "to": "2026-11-10"}),
    "leave of a year and a day": ("absences", {"employee": "E2", "from": "2026-01-01", "to": "2027-01-02"}),
    "leave of no kind": ("absences", {"employee": "E2", "from": "2026-11-12", "code": "XYZ"}),
    "leave of a session nobody has": ("absences", {"employee": "E2", "from": "2026-11-12", "session": "night"}),
    "a mission backwards": ("missions", {"employee": "E2", "starts": "2026-11-12T09:00", "ends": "2026-11-12T08:00"}),
    "a moment that is none": ("missions", {"employee": "E2", "starts": "2026-11-12T09:xx", "ends": "2026-11-12T10:00"}),
    "an exemption without dates": ("exemptions", {"employee": "E2", "code": "nursing", "minutes_per_day": 60}),
    "an exemption of nothing": ("exemptions", {"employee": "E2", "code": "nursing", "from": "2026-11-01"}),
    "a swap with nothing": ("calendar", {"date": "2026-11-13", "kind": "swapped_off", "document": "x"}),
    "a holiday without a document": ("calendar", {"date": "2026-11-13", "kind": "holiday"}),
    "an unknown field": ("absences", {"employee": "E2", "from": "2026-11-12", "approved_at": "2026-11-01"}),
}


def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_kept(office: Office) -> None:
    for what, (noun, given) in REFUSED.items():
        answer = office.client("hr").post(f"{API}/{noun}", json=given)
        assert answer.status_code == 422, (what, answer.text)
        assert len(answer.json()["detail"]) > 20, what
    assert office.get("hr", "/papers", status="proposed")["total"] == 0


def test_leave_is_not_handed_in_twice_for_the_same_session(office: Office) -> None:
    post(office, "e2", "/absences", LEAVE)
    assert (
        "has leave on 2026-11-10 already" in post(office, "e2", "/absences", {**LEAVE, "session": "all"}, 422)["detail"]
    )
    post(office, "e2", "/absences", {**LEAVE, "session": "pm"})


def test_lists_are_filtered_and_limited_to_what_one_sees(office: Office) -> None:
    mine = post(office, "e2", "/absences", LEAVE)
    other = post(office, "hr", "/absences", {"employee": "E3", "from": "2026-11-16"})
    ids = lambda user, **asked: [row["id"] for row in office.get(user, "/absences", **asked)["items"]]  # noqa: E731
    assert other["id"] not in ids("hr.a")
    assert mine["id"] in ids("hr.a")
    assert set(ids("e2")) == {mine["id"], 1}
    assert ids("hr", employee="E3") == [other["id"]]
    assert ids("hr", unit="B") == [other["id"]]
    assert set(ids("hr", status="proposed")) == {mine["id"], other["id"]}
    assert ids("hr", **{"from": "2026-11-11", "to": "2026-11-30"}) == [other["id"]]
    assert office.client("hr.a").get(f"{API}/absences/{other['id']}").status_code == 404
    assert office.client("e2").get(f"{API}/absences/{other['id']}").status_code == 404
    assert office.client("hr").get(f"{API}/missions/{other['id']}").status_code == 404
    assert office.client("auditor").get(f"{API}/absences").status_code == 403
    assert office.client("root").get(f"{API}/absences").status_code == 403


def test_reasons_are_for_those_who_may_know_them(office: Office) -> None:
    leave = post(office, "e2", "/absences", {**LEAVE, "code": "Ô", "document": "GCN 5"})
    post(office, "hr", "/protections", {"employee": "E2", "code": "pregnancy_m7", "from": "2026-11-01"})
    seen = office.get("inspector", f"/absences/{leave['id']}")
    assert seen["employee"] == "E2"
    assert [seen[name] for name in ("code", "document", "note")] == [""] * 3
    assert office.get("hr", f"/absences/{leave['id']}")["code"] == "Ô"
    assert office.get("e2", f"/absences/{leave['id']}")["code"] == "Ô"
    assert office.client("inspector").get(f"{API}/protections").status_code == 403
    text = office.client("inspector").get(f"{API}/papers").text
    assert "pregnancy" not in text
    assert "protection" not in text
    assert office.get("hr", "/protections")["total"] == 1


def test_the_trail_says_who_did_what_to_a_paper_and_no_reason(office: Office) -> None:
    leave = post(office, "e2", "/absences", {**LEAVE, "code": "Ô", "document": "GCN 5"})
    approve(office, "hr", "absences", leave["id"])
    mission = post(office, "hr", "/missions", KINDS["mission"][1] | {"document": "GM 118"})
    post(office, "hr", f"/missions/{mission['id']}/withdraw", {"note": "Hoãn họp"}, 200)
    told = office.get("auditor", "/audit")["items"]
    acts = [
        (row["actor"], row["act"], row["key"]) for row in told if row["act"].startswith("paper.") and row["key"] != "1"
    ]
    assert acts == [
        ("hr", "paper.withdrawn", str(mission["id"])),
        ("hr", "paper.filed", str(mission["id"])),
        ("hr", "paper.approved", str(leave["id"])),
        ("e2", "paper.filed", str(leave["id"])),
    ]
    assert "GM 118" in str(told)
    assert "Hoãn họp" in str(told)
    assert not any(reason in str(told) for reason in ("GCN 5", "'Ô'", LEAVE["note"]))


def test_officials_hand_in_their_own_alone(office: Office) -> None:
    assert office.client("e2").post(f"{API}/absences", json={**LEAVE, "employee": "E3"}).status_code == 404
    assert office.client("e2").post(f"{API}/outages", json=KINDS["outage"][1]).status_code == 404
    assert office.client("inspector").post(f"{API}/absences", json=LEAVE).status_code == 403
    paper = post(office, "hr", "/absences", LEAVE)
    assert office.client("e2").post(f"{API}/absences/{paper['id']}/approve", json={}).status_code == 403
    assert post(office, "e2", f"/absences/{paper['id']}/withdraw", {}, 403)["code"] == "forbidden"


def test_somebody_who_changed_it_meanwhile_is_named(office: Office) -> None:
    paper = post(office, "e2", "/absences", LEAVE)
    seen = office.client("hr").get(f"{API}/absences/{paper['id']}").headers["etag"]
    assert seen == f'"{paper["id"]}-1"'
    post(office, "hr2", f"/absences/{paper['id']}/refuse", {"note": "Trùng lịch"}, 200, **{"If-Match": seen})
    late = post(office, "hr", f"/absences/{paper['id']}/approve", {}, 412, **{"If-Match": seen})
    assert "refused by hr2 at 2026-11-24 02:00 UTC" in late["detail"]
    assert late["code"] == "changed_meanwhile"
    assert "refused by hr2" in post(office, "hr", f"/absences/{paper['id']}/approve", {}, 409)["detail"]
