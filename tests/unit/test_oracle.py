"""The oracle agrees with the examples of the contract and with days judged by hand."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject

from tests.oracle import Undecided, judge_day
from tests.property.cases_strategy import FEATURES, Case, cases
from tests.property.packs import modest

BESIDE = [folder / "shared" / "contracts" / "examples.json" for folder in Path(__file__).resolve().parents]
EXAMPLES = next((path for path in BESIDE if path.exists()), BESIDE[-1])

WORKWEEK = ["mon", "tue", "wed", "thu", "fri"]
OFFICE = {"sessions": {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]}, "weekdays": WORKWEEK}
PUNCTUAL = ("07:25:00", "12:01:00", "13:29:00", "17:00:00")
DAY = "2026-03-04"  # a Wednesday


def example_rows() -> list[Any]:
    """Every day row of the examples, when the contract is at hand."""
    if not EXAMPLES.exists():
        return [pytest.param({}, {}, marks=pytest.mark.skip(reason="shared/contracts/examples.json is not here"))]
    return [
        pytest.param(document, row, id=f"{document['id']}-{number}")
        for document in json.loads(EXAMPLES.read_text(encoding="utf-8"))
        for number, row in enumerate(document["expect"])
        if "date" in row
    ]


@pytest.mark.parametrize(("document", "row"), example_rows())
def test_the_oracle_agrees_with_the_examples(document: dict[str, Any], row: dict[str, Any]) -> None:
    as_of = datetime.fromisoformat(row["as_of"]) if "as_of" in row else None
    actual = judge_day(document, row["employee"], date.fromisoformat(row["date"]), as_of)
    assert {k: actual[k] for k in row if k not in ("employee", "date", "as_of")} == {
        k: v for k, v in row.items() if k not in ("employee", "date", "as_of")
    }


def office(*times: str, regime: str = "per_session", on: str = DAY, **parts: Any) -> dict[str, Any]:
    """A case of one person at a split-day office; `times` are punches of the day, or of another when dated."""
    punches = [{"terminal": "T-A", "employee": "E1", "at": t if "T" in t else f"{on}T{t}"} for t in times]
    return {"scenario": 1, "schedules": {"OFFICE": {"regime": regime, **OFFICE}}, "punches": punches, **parts}


def violations(row: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    return [(v["type"], v["session"], v["minutes"]) for v in row["violations"]]


def amounts(row: dict[str, Any]) -> tuple[int, int, int, int, int]:
    """Scheduled, worked, credited, leave, unverified."""
    return tuple(row[f"{k}_min"] for k in ("scheduled", "worked", "credited", "leave", "unverified"))  # type: ignore[return-value]


def outage(mode: str, begins: str, ends: str) -> dict[str, Any]:
    return {"kind": "outage", "mode": mode, "terminal": "T-A", "from": f"{DAY}T{begins}", "to": f"{DAY}T{ends}"}


SATURDAY = {
    "calendar": [
        {"date": "2026-03-07", "kind": "swapped_work", "for": DAY},
        {"date": DAY, "kind": "swapped_off", "for": "2026-03-07"},
    ]
}
TRANSFER = {
    "units": [{"code": "A", "schedule": "OFFICE"}, {"code": "B", "schedule": "OFFICE"}],
    "employees": [
        {
            "code": "E1",
            "assignments": [
                {"unit": "A", "terminals": ["T-A"], "from": "2026-01-01", "to": "2026-03-03"},
                {"unit": "B", "terminals": ["T-A"], "from": DAY, "to": None},
            ],
        }
    ],
}
MISSION = {"kind": "mission", "employee": "E1", "from": f"{DAY}T06:00", "to": f"{DAY}T09:00"}
LEAVE = {"kind": "leave", "employee": "E1", "code": "P", "date": DAY, "session": "am"}

# document, date, as_of, (scheduled, worked, credited, leave, unverified), violations, flags, symbols
TABLE: dict[str, tuple[Any, ...]] = {
    "late by whole minutes only": (
        office("07:46:59", *PUNCTUAL[1:]), DAY, None, (480, 464, 464, 0, 0), [("late", "am", 16)], [], "++"),
    "59 seconds late is not late": (
        office("07:30:59", *PUNCTUAL[1:]), DAY, None, (480, 480, 480, 0, 0), [], [], "++"),
    "late and early within grace are credited, not worked": (
        office("07:35:30", "12:01:00", "13:29:00", "16:50:00", policy={"late_grace_minutes": 5}), DAY, None,
        (480, 465, 470, 0, 0), [("early", "pm", 10)], [], "++"),
    "lunch punches alone are lone: in its session each proves presence": (
        office("12:01:00", "13:29:00"), DAY, None,
        (480, 0, 0, 0, 480), [("missing_in", "am", None), ("missing_out", "pm", None)], [], "??"),
    "a lone punch is in when nearer to the start": (
        office("09:00:00", *PUNCTUAL[2:]), DAY, None, (480, 210, 210, 0, 270), [("missing_out", "am", None)], [], "?+"),
    "punches within a quarter are one lone punch": (
        office("07:31:00", "07:46:00", *PUNCTUAL[2:]), DAY, None,
        (480, 210, 210, 0, 270), [("missing_out", "am", None)], [], "?+"),
    "punches one second apart from that are a pair": (
        office("07:31:00", "07:46:01", *PUNCTUAL[2:]), DAY, None,
        (480, 226, 226, 0, 0), [("late", "am", 1), ("early", "am", 253)], [], "++"),
    "a chain of repeats is measured from the last kept": (
        office("07:20:00", "07:20:50", "07:21:00", "07:21:01", *PUNCTUAL[1:]), DAY, None,
        (480, 480, 480, 0, 0), [], ["duplicates_ignored:2"], "++"),
    "a punch on the border is the earlier session's": (
        office("07:25:00", "12:45:00", "17:00:00"), DAY, None,
        (480, 270, 270, 0, 210), [("missing_in", "pm", None)], [], "+?"),
    "a second later it is the later session's": (
        office("07:25:00", "12:45:01", "17:00:00"), DAY, None,
        (480, 210, 210, 0, 270), [("missing_out", "am", None)], [], "?+"),
    "first_last with the morning absent": (
        office("13:00:00", "16:30:00", regime="first_last"), DAY, None,
        (480, 180, 180, 0, 0), [("absent", "am", 270), ("early", "pm", 30)], [], {"am": "KP", "pm": "+"}),
    "dead at the start: the session is unverified": (
        office("08:10:00", *PUNCTUAL[1:], facts=[outage("dead", "07:00", "08:00")]), DAY, None,
        (480, 210, 210, 0, 270), [], ["terminal_outage"], "?+"),
    "dead up to the required time is no excuse": (
        office("08:10:00", *PUNCTUAL[1:], facts=[outage("dead", "07:00", "07:30")]), DAY, None,
        (480, 440, 440, 0, 0), [("late", "am", 40)], [], "++"),
    "dead from the required end on covers it": (
        office(*PUNCTUAL[:3], "16:30:00", facts=[outage("dead", "17:00", "18:00")]), DAY, None,
        (480, 270, 270, 0, 210), [], ["terminal_outage"], "+?"),
    "a network outage delays: unverified while its punches are not here": (
        office(*PUNCTUAL, facts=[outage("network", "12:30", "20:00")]), DAY, "2026-03-04T19:00",
        (480, 270, 270, 0, 210), [], ["terminal_not_synced"], "+?"),
    "after the network outage all is judged": (
        office(*PUNCTUAL, facts=[outage("network", "12:30", "20:00")]), DAY, "2026-03-04T20:00",
        (480, 480, 480, 0, 0), [], [], "++"),
    "absent only when read past the window": (
        office("07:25:00", "12:01:00"), DAY, "2026-03-04T23:00",
        (480, 270, 270, 0, 210), [], ["terminal_not_synced"], "+?"),
    "a minute after the window it is concluded": (
        office("07:25:00", "12:01:00"), DAY, "2026-03-04T23:01",
        (480, 270, 270, 0, 0), [("absent", "pm", 210)], [], {"am": "+", "pm": "KP"}),
    "a mission moves the start": (
        office("09:10:00", *PUNCTUAL[1:], facts=[MISSION]), DAY, None,
        (480, 380, 470, 0, 0), [("late", "am", 10)], [], "++"),
    "leave of half a day": (
        office(*PUNCTUAL[2:], facts=[LEAVE]), DAY, None, (480, 210, 210, 270, 0), [], [], "P+"),
    "the Saturday of a swap is worked": (
        office(*PUNCTUAL, on="2026-03-07", **SATURDAY), "2026-03-07", None, (480, 480, 480, 0, 0), [], [], "++"),
    "and its partner is off": (
        office("07:25:00", **SATURDAY), DAY, None,
        (0, 0, 0, 0, 0), [], ["off_schedule_punch"], {"am": "NX", "pm": "NX"}),
    "absent_over_minutes turns lost minutes into an absence": (
        office("09:00:00", "11:30:00", *PUNCTUAL[2:], policy={"absent_over_minutes": 119}), DAY, None,
        (480, 360, 360, 0, 0), [("absent", "am", 120)], [], {"am": "KP", "pm": "+"}),
    "a fast clock is corrected, and said": (
        office("07:36:00", *PUNCTUAL[1:], facts=[{"kind": "clock_offset", "terminal": "T-A", "from": f"{DAY}T00:00",
               "to": f"{DAY}T10:00", "offset_seconds": 420}]), DAY, None,
        (480, 480, 480, 0, 0), [], ["clock_corrected"], "++"),
    "an implausible date is quarantined": (
        office("2000-01-01T07:25:00", "2026-02-30T07:25:00", *PUNCTUAL), DAY, None,
        (480, 480, 480, 0, 0), [], [], "++"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_the_oracle_agrees_with_days_judged_by_hand(name: str) -> None:
    document, on, as_of, expected, found, flags, symbols = TABLE[name]
    row = judge_day(document, "E1", date.fromisoformat(on), datetime.fromisoformat(as_of) if as_of else None)
    assert amounts(row) == expected
    assert violations(row) == found
    assert row["flags"] == flags
    assert row["symbols"] == (symbols if isinstance(symbols, dict) else dict(zip(("am", "pm"), symbols, strict=True)))


def test_a_transfer_changes_the_unit_and_not_the_hours() -> None:
    document = office(*PUNCTUAL, *(f"2026-03-03T{t}" for t in PUNCTUAL), **TRANSFER)
    rows = [judge_day(document, "E1", date(2026, 3, d)) for d in (3, 4)]
    assert [(r["unit"], r["worked_min"]) for r in rows] == [("A", 480), ("B", 480)]
    before = judge_day(document, "E1", date(2025, 12, 31))
    assert (before["day_kind"], before["unit"], before["symbols"]) == ("not_employed", None, {"am": "", "pm": ""})


def test_a_night_session_belongs_to_the_date_it_starts_on() -> None:
    night = {"NIGHT": {"regime": "per_session", "sessions": {"night": ["22:00", "06:00"]}, "weekdays": WORKWEEK}}
    document = office("21:50:00", "2026-03-05T05:30:00") | {"schedules": night}
    row = judge_day(document, "E1", date(2026, 3, 4))
    assert (amounts(row), violations(row)) == ((480, 450, 450, 0, 0), [("early", "night", 30)])


def test_a_refused_missing_punch_counts_only_where_the_policy_says_so() -> None:
    decision = {"kind": "decision", "employee": "E1", "date": DAY, "session": "am", "covers": "missing_out"}
    document = office("07:25:00", *PUNCTUAL[2:], facts=[decision | {"decision": "refused"}])
    mild = judge_day(document, "E1", date(2026, 3, 4))
    assert (amounts(mild), mild["violations"][0]["status"]) == ((480, 210, 480, 0, 0), "counted")
    strict = judge_day(document | {"policy": {"missing_punch_refused": "session"}}, "E1", date(2026, 3, 4))
    assert (amounts(strict), strict["violations"][0]["counted_min"]) == ((480, 210, 210, 0, 0), 270)
    assert strict["symbols"] == {"am": "KP", "pm": "+"}


def test_what_the_rules_do_not_decide_is_refused_by_name() -> None:
    mission = MISSION | {"to": f"{DAY}T09:00:30"}
    with pytest.raises(Undecided, match="seconds"):
        judge_day(office(facts=[mission]), "E1", date(2026, 3, 4))


@modest(80)
@given(case=cases(FEATURES))
def test_generated_cases_are_judged_and_the_ledger_balances(case: Case) -> None:
    try:
        row = judge_day(case.document, case.employee, case.work_date, case.as_of)
    except Undecided:  # duties that overlap sessions of the next date
        reject()
    counted = sum(v["counted_min"] for v in row["violations"])
    assert row["scheduled_min"] == row["credited_min"] + row["leave_min"] + row["unverified_min"] + counted
    assert 0 <= row["worked_min"] <= row["credited_min"]
    assert row["flags"] == sorted(set(row["flags"]))
    assert ("?" in row["symbols"].values()) == (row["unverified_min"] > 0)
