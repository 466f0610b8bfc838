"""Rules as data: which version holds, whose decision is nearest, and that nothing is judged without one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.errors import NoHours, NotFound, NoVersionInForce
from attendance.facts import Unit
from attendance.rules.calendar import Calendar, CalendarEntry
from attendance.rules.citation import Citation
from attendance.rules.policy import Policy
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import Schedule, ScheduleVersion, SessionHours, parse_minutes, session_hours

AM, PM, SAT = SessionHours("am", 450, 720), SessionHours("pm", 810, 1020), SessionHours("am", 450, 660)
DAY = date(2026, 3, 4)  # a Wednesday


def version(from_on: date | None = None, to_on: date | None = None, document: str = "") -> ScheduleVersion:
    return ScheduleVersion(
        regime="per_session",
        sessions=(AM, PM),
        weekdays=frozenset(range(6)),
        by_weekday=((5, (SAT,)),),
        from_on=from_on,
        to_on=to_on,
        citation=Citation("schedule.W", from_on, to_on, document),
    )


def rulebook(*entries: CalendarEntry, **options: object) -> Rulebook:
    units = [
        Unit("P", schedule="W"),
        Unit("A", parent="P"),
        Unit("B", parent="P", schedule="W"),
        Unit("A1", parent="A"),
    ]
    schedules = {"W": Schedule("W", (version(),))}
    return Rulebook(units, schedules, Calendar(entries), **options)  # type: ignore[arg-type]


def kind(rules: Rulebook, unit: str, on: date = DAY) -> str:
    return rules.plan(unit, None, on).kind


# times of day --------------------------------------------------------------------------------------------------------


@given(minutes=st.integers(0, 47 * 60 + 59))
def test_a_time_of_day_is_read_as_it_is_written(minutes: int) -> None:
    assert parse_minutes(f"{minutes // 60:02}:{minutes % 60:02}") == minutes


@pytest.mark.parametrize(
    "text", ["", "7", "07.30", "07:3", "07:60", "48:00", "-1:00", "07:30:00", "7h30", "٠٧:٣٠x", "007:30"]
)
def test_what_is_no_time_of_day_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="07:30"):
        parse_minutes(text)


def test_an_end_at_or_before_the_start_lies_on_the_next_day() -> None:
    assert session_hours("night", "22:00", "06:00") == SessionHours("night", 1320, 1800)
    assert session_hours("round", "07:00", "07:00") == SessionHours("round", 420, 1860)
    assert session_hours("late", "24:30", "26:00") == SessionHours("late", 1470, 1560)


# versions ------------------------------------------------------------------------------------------------------------


def test_each_date_has_the_version_whose_span_includes_it() -> None:
    winter, summer = version(date(2025, 10, 16), date(2026, 4, 15)), version(date(2026, 4, 16), date(2026, 10, 15))
    schedule = Schedule("NA", (winter, summer))
    assert schedule.on(date(2026, 4, 15)) is winter
    assert schedule.on(date(2026, 4, 16)) is summer
    assert schedule.on(date(2025, 10, 16)) is winter
    for outside in (date(2025, 10, 15), date(2026, 10, 16)):
        with pytest.raises(NoVersionInForce) as caught:
            schedule.on(outside)
        assert "schedule NA" in str(caught.value)
        assert outside.isoformat() in str(caught.value)


def test_the_hours_of_a_weekday_replace_the_ordinary_ones() -> None:
    rules = rulebook()
    assert [session.hours for session in rules.plan("A", None, date(2026, 3, 7)).sessions] == [SAT]
    assert [session.hours for session in rules.plan("A", None, DAY).sessions] == [AM, PM]
    assert rules.plan("A", None, date(2026, 3, 8)).sessions == ()


# the tree ------------------------------------------------------------------------------------------------------------


def test_a_schedule_is_the_persons_own_or_that_of_the_nearest_unit() -> None:
    units = [Unit("P", schedule="W"), Unit("A", parent="P"), Unit("B", parent="P", schedule="S")]
    rules = Rulebook(units, {"W": Schedule("W", (version(),)), "S": Schedule("S", (version(),))})
    assert rules.schedule_of("A", None, DAY).code == "W"
    assert rules.schedule_of("B", None, DAY).code == "S"
    assert rules.schedule_of("B", "W", DAY).code == "W"
    with pytest.raises(NotFound):
        rules.schedule_of("B", "X", DAY)
    with pytest.raises(NotFound):
        rules.schedule_of("Z", None, DAY)
    with pytest.raises(NoHours, match="Unit Q has no schedule"):
        Rulebook([Unit("Q")], {}).schedule_of("Q", None, DAY)


def test_a_tree_that_turns_in_a_circle_ends() -> None:
    rules = Rulebook([Unit("X", parent="Y"), Unit("Y", parent="X", schedule="W")], {"W": Schedule("W", (version(),))})
    assert rules.path("X", DAY) == ("X", "Y")


def test_the_nearest_unit_decides_and_a_whole_day_outweighs_a_session() -> None:
    rules = rulebook(
        CalendarEntry(DAY, "holiday"),
        CalendarEntry(DAY, "stoppage", unit="A"),
        CalendarEntry(DAY, "compensation", unit="A", session="am"),
    )
    assert (kind(rules, "P"), kind(rules, "B"), kind(rules, "A"), kind(rules, "A1")) == (
        "holiday", "holiday", "stoppage", "stoppage",
    )  # fmt: skip


def test_of_two_decisions_the_one_recorded_last_holds_in_whatever_order_they_are_written() -> None:
    early = CalendarEntry(DAY, "stoppage", recorded_at=datetime(2026, 3, 1))
    late = CalendarEntry(DAY, "workday", recorded_at=datetime(2026, 3, 2))
    always = CalendarEntry(DAY, "holiday")
    for entries in ((early, late, always), (late, always, early), (always, early, late)):
        assert kind(rulebook(*entries), "A") == "workday"
    assert kind(rulebook(early, always), "A") == "stoppage"


def test_a_session_taken_away_leaves_a_workday() -> None:
    plan = rulebook(CalendarEntry(DAY, "stoppage", session="pm")).plan("A", None, DAY)
    assert (plan.kind, [(s.hours.name, s.taken) for s in plan.sessions]) == (
        "workday",
        [("am", None), ("pm", "stoppage")],
    )


def test_a_worked_sunday_follows_the_hours_of_the_day_it_stands_for() -> None:
    sunday, saturday = date(2026, 3, 8), date(2026, 3, 7)
    plan = rulebook(CalendarEntry(sunday, "swapped_work", pair_on=saturday)).plan("A", None, sunday)
    assert (plan.kind, [session.hours for session in plan.sessions]) == ("swapped_work", [SAT])


# citations and fingerprints ------------------------------------------------------------------------------------------


def test_a_plan_cites_the_hours_and_the_decision_it_rests_on() -> None:
    entry = CalendarEntry(DAY, "holiday", citation=Citation("calendar", DAY, DAY, "NQ 5"))
    plan = rulebook(entry).plan("A", None, DAY)
    assert [(citation.rule, citation.document) for citation in plan.citations] == [
        ("schedule.W", ""),
        ("calendar", "NQ 5"),
    ]
    assert [citation.version for citation in plan.citations] == ["always", DAY.isoformat()]


def test_a_fingerprint_is_the_same_for_the_same_rules_and_changes_with_any_of_them() -> None:
    base = rulebook(CalendarEntry(DAY, "holiday"))
    assert base.fingerprint == rulebook(CalendarEntry(DAY, "holiday")).fingerprint
    assert len(base.fingerprint) == 16
    others = [
        rulebook(),
        rulebook(CalendarEntry(DAY, "compensation")),
        rulebook(CalendarEntry(DAY + timedelta(days=1), "holiday")),
        rulebook(CalendarEntry(DAY, "holiday", unit="A")),
        rulebook(CalendarEntry(DAY, "holiday", citation=Citation("calendar", document="QD 1"))),
        rulebook(CalendarEntry(DAY, "holiday"), policy=Policy(late_grace_minutes=1)),
        Rulebook(
            [Unit("P", schedule="W")], {"W": Schedule("W", (version(),))}, Calendar([CalendarEntry(DAY, "holiday")])
        ),
    ]
    prints = [base.fingerprint, *(rules.fingerprint for rules in others)]
    assert len(set(prints)) == len(prints)
