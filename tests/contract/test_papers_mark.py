"""A filed paper marks every day it changes, and few others: judged before and after, day by day, against everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from attendance.engine.after_lock import PersonDay
from attendance.engine.verdict import DayVerdict
from attendance.services import months
from attendance.services.evaluate import evaluate_dirty
from attendance.services.verdicts import judge_span
from attendance.store import papers, papers_clocks, papers_decided, papers_roster, registering, rulings, touched
from attendance.store.database import Database, Session
from attendance.store.tables import RuleVersionRow
from tests.builders import HOURS, RECORDED_AT, WEEK, ZONE, clear_marks, file_body, marked, record, rows

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
NOW = datetime(2026, 4, 2, 2, tzinfo=UTC)
PEOPLE = ("E1", "E2", "E3", "E4")
DAY = timedelta(days=1)
BEGIN, END = FIRST - 3 * DAY, LAST + DAY  # between the two readings of the terminals


def wall(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}")


def build(database: Database) -> None:
    """A month of two units: E1 to E3 on terminal T-A, E4 on T-B of unit B; everybody may punch everywhere."""
    with database.writing() as session:
        registering.add_schedule(session, "HC", at=RECORDED_AT)
        registering.add_schedule_version(session, "HC", sessions=HOURS, weekdays=WEEK, at=RECORDED_AT)
        for unit, terminal in (("A", "T-A"), ("B", "T-B")):
            registering.add_unit(session, unit, schedule="HC", at=RECORDED_AT)
            registering.add_terminal(session, terminal, unit=unit, at=RECORDED_AT)
        for number, person in enumerate(PEOPLE, 1001):
            registering.add_employee(session, person, at=RECORDED_AT)
            unit, terminals = ("B", ("T-B",)) if person == "E4" else ("A", ())
            registering.assign(session, person, unit, from_on=FIRST - 30 * DAY, terminals=terminals, at=RECORDED_AT)
            for terminal in ("T-A", "T-B"):
                registering.enrol(session, terminal, str(number), person, at=RECORDED_AT)
    for terminal, at in (("T-A", PEOPLE[:3]), ("T-B", PEOPLE[3:])):
        for read_at in (datetime.combine(FIRST - 3 * DAY, time(6)), datetime.combine(LAST + DAY, time(18))):
            body = b"" if read_at.date() < FIRST else b"".join(_punches(person) for person in at)
            file_body(database, body, terminal=terminal, read_at=read_at, offset=None, serial=terminal)
    evaluate_dirty(database, ZONE, NOW)


def _punches(person: str) -> bytes:
    """Ordinary days, but on the 4th late, on the 5th no departure, on the 6th nothing, on the 7th (a Saturday) two."""
    body = b""
    for day in range(FIRST.day, LAST.day + 1):
        on = FIRST.replace(day=day)
        times = ["07:25:00", "12:01:00", "13:20:00", "17:05:00"] if on.weekday() < 5 else []
        times = {4: ["07:50:00", *times[1:]], 5: times[:3], 6: [], 7: ["19:05:00", "21:40:00"]}.get(day, times)
        for text in times:
            body += record(str(1000 + int(person[1])), datetime.combine(on, time.fromisoformat(text)))
    return body


@dataclass(frozen=True)
class Paper:
    """How one is filed, and how many days it marks; `changes`: how many of them are judged otherwise."""

    file: Callable[[Session], Any]
    marks: int
    changes: int
    cause: str = "paper"
    before: Callable[[Session], Any] | None = None


def known(**options: Any) -> dict[str, Any]:
    return {"approved_at": NOW, "at": NOW, **options}


PAPERS: dict[str, Paper] = {
    "leave": Paper(lambda s: papers.add_leave(s, "E1", date(2026, 3, 6), **known()), 3, 1),
    "mission": Paper(lambda s: papers.add_mission(s, "E1", wall("06T07:30"), wall("06T12:00"), **known()), 3, 1),
    "exemption in minutes": Paper(
        lambda s: papers.add_exemption(s, "E1", minutes_per_day=60, placement="day_start", dates=[date(2026, 3, 4)],
                                       **known()), 3, 1,
    ),
    "exemption for a week": Paper(
        lambda s: papers.add_exemption(s, "E1", minutes_per_day=30, placement="day_start", from_on=date(2026, 3, 2),
                                       to_on=date(2026, 3, 6), **known()), 7, 2,
    ),
    "exemption as a window": Paper(
        lambda s: papers.add_exemption(s, "E1", code="not_enrolled", starts=wall("04T00:00"), ends=wall("05T00:00"),
                                       **known()), 3, 1,
    ),
    "explanation": Paper(
        lambda s: papers_decided.decide_alone(s, "E1", date(2026, 3, 4), part="am", covers="late", decision="approved",
                                              decided_at=NOW, at=NOW), 1, 1, "explanation",
    ),
    "explanation of a missing punch": Paper(
        lambda s: papers_decided.decide_alone(s, "E1", date(2026, 3, 5), part="pm", covers="missing_out",
                                              decision="refused", decided_at=NOW, at=NOW), 1, 1, "explanation",
    ),
    "annulment": Paper(
        lambda s: papers_decided.annul(s, "E1", "T-A", wall("03T12:01:00"), decision="approved", decided_at=NOW,
                                       at=NOW), 3, 1,
    ),
    "duty on a day off": Paper(
        lambda s: papers_roster.add_duty(s, "E1", wall("07T19:00"), wall("07T22:00"), counts_as_schedule=True,
                                         **known()), 3, 1,
    ),
    "duty of a night": Paper(
        lambda s: papers_roster.add_duty(s, "E1", wall("05T17:00"), wall("06T07:30"), **known()), 4, 2
    ),
    "overtime": Paper(
        lambda s: papers_roster.order_overtime(s, "E1", wall("07T19:00"), wall("07T22:00"), **known()), 3, 1
    ),
    "site": Paper(lambda s: papers_roster.send_to(s, "E1", date(2026, 3, 6), ["T-B"], **known()), 3, 0),
    "protection": Paper(
        lambda s: papers_roster.protect(s, "E1", "pregnancy_m7", from_on=date(2026, 3, 1), at=NOW), 4, 1,
        before=lambda s: papers_roster.add_duty(s, "E1", wall("10T19:00"), wall("11T01:00"), **known()),
    ),
    "outage": Paper(lambda s: papers.add_outage(s, "T-A", wall("06T06:00"), wall("06T09:00"), at=NOW), 3, 3),
    "broken line": Paper(
        lambda s: papers.add_outage(s, "T-A", wall("06T06:00"), wall("06T09:00"), mode="network", at=NOW), 0, 0
    ),
    "invalid clock": Paper(
        lambda s: papers_clocks.distrust_clock(s, "T-A", starts=wall("04T07:40"), ends=wall("04T08:00"), at=NOW), 9, 3,
        "clock",
    ),
    "clock offset": Paper(
        lambda s: papers_clocks.set_clock_offset(s, "T-A", 600, starts=wall("04T00:00"), ends=wall("05T00:00"), at=NOW),
        9, 3, "clock",
    ),
    "inspection": Paper(
        lambda s: papers_roster.inspect(s, "A", wall("06T09:15"), ["E1", "E2", "E4"], at=NOW), 6, 2
    ),
    "withdrawal": Paper(
        lambda s: papers.withdraw(s, s.get_one(touched.AbsenceRow, 1), NOW), 3, 1,
        before=lambda s: papers.add_leave(s, "E1", date(2026, 3, 6), **known()),
    ),
    "lock": Paper(lambda s: months.lock(s, ZONE, "B", FIRST, now=NOW), 31, 0, "lock", before=lambda s: settle(s, "E4")),
    "reopening": Paper(
        lambda s: months.reopen(s, "B", FIRST, reason="a paper was found", now=NOW), 31, 1, "reopened",
        before=lambda s: lock_and_learn(s),
    ),
}  # fmt: skip


def settle(session: Session, person: str) -> None:
    papers_decided.decide_alone(
        session, person, date(2026, 3, 5), part="pm", covers="missing_out", decision="refused", decided_at=NOW - DAY,
        at=NOW - DAY,
    )  # fmt: skip


def lock_and_learn(session: Session) -> None:
    settle(session, "E4")
    at = NOW - timedelta(hours=1)
    months.lock(session, ZONE, "B", FIRST, moment=at, now=at)
    papers.add_leave(session, "E4", date(2026, 3, 6), **known(approved_at=NOW - timedelta(minutes=1), at=NOW))


def test_what_a_duty_joins_is_judged_again_together(sqlite_database: Database) -> None:
    """Duty from Friday evening to Monday, and on to Tuesday: the stretch begins on Friday and ends on Tuesday."""
    build(sqlite_database)
    with sqlite_database.writing() as session:
        papers_roster.add_duty(session, "E1", wall("13T17:00"), wall("16T07:30"), **known())
        papers_roster.add_duty(session, "E1", wall("16T07:30"), wall("17T07:30"), **known())
    for act, first, last in (
        (lambda s: papers.add_leave(s, "E1", date(2026, 3, 17), part="am", **known()), 12, 18),
        (lambda s: papers_decided.decide_alone(s, "E1", date(2026, 3, 13), part="pm", covers="missing_out",
                                               decision="refused", decided_at=NOW, at=NOW), 12, 18),
        (lambda s: papers_decided.decide_alone(s, "E1", date(2026, 3, 20), part="pm", covers="missing_out",
                                               decision="refused", decided_at=NOW, at=NOW), 20, 20),
        (lambda s: papers.add_outage(s, "T-A", wall("17T06:00"), wall("17T09:00"), at=NOW), 12, 18),
    ):  # fmt: skip
        clear_marks(sqlite_database)
        with sqlite_database.writing() as session:
            act(session)
        days = {on.day for who, on in marked(sqlite_database) if who == "E1"}
        assert days == set(range(first, last + 1))
    assert {on.day for who, on in marked(sqlite_database) if who == "E2"} == {17}


def test_a_wide_window_reaches_further_than_the_next_day(sqlite_database: Database) -> None:
    build(sqlite_database)
    with sqlite_database.writing() as session:
        value = {"rule": "session_window_minutes", "value": 1440, "recorded_at": RECORDED_AT}
        session.add(RuleVersionRow(**value))
    with sqlite_database.writing() as session:
        papers.add_leave(session, "E1", date(2026, 3, 11), **known())
    assert {on.day for _, on in marked(sqlite_database)} == {9, 10, 11, 12, 13}


def stored(database: Database) -> dict[PersonDay, DayVerdict]:
    with database.reading() as session:
        return {(v.employee, v.on): plain(v) for _, v in rulings.current(session, BEGIN, END)}


def judged(database: Database) -> dict[PersonDay, DayVerdict]:
    with database.reading() as session:
        parts = judge_span(session, ZONE, BEGIN, END)
    return {(v.employee, v.on): plain(v) for part in parts for _, v in part.verdicts}


def plain(verdict: DayVerdict) -> DayVerdict:
    return replace(verdict, symbols=tuple(sorted(verdict.symbols)))


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_a_paper_marks_the_days_it_changes_and_few_others(sqlite_database: Database, name: str) -> None:
    paper = PAPERS[name]
    build(sqlite_database)
    if paper.before is not None:
        with sqlite_database.writing() as session:
            paper.before(session)
        evaluate_dirty(sqlite_database, ZONE, NOW)
    before = stored(sqlite_database)
    assert before == judged(sqlite_database)
    clear_marks(sqlite_database)
    later = NOW + timedelta(minutes=1)

    with sqlite_database.writing() as session:
        paper.file(session)
    marks, causes = marked(sqlite_database), rows(sqlite_database, "SELECT DISTINCT cause FROM dirty_day")
    after = judged(sqlite_database)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed <= marks
    assert (len(marks), len(changed)) == (paper.marks, paper.changes)
    assert causes == ([(paper.cause,)] if marks else [])

    evaluate_dirty(sqlite_database, ZONE, later)
    assert stored(sqlite_database) == after
    revised = rows(sqlite_database, "SELECT count(*) FROM ruling WHERE revision > 1 AND cause = :c", c=paper.cause)
    assert revised[0][0] >= len(changed)
