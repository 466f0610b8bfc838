"""Months in the database: a lock freezes what was known, says what came after it, and is undone only with a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from attendance import clock
from attendance.engine.after_lock import AFTER_LOCK
from attendance.engine.verdict import DayVerdict
from attendance.errors import Invalid, MonthNotLockable, NotFound
from attendance.services import months
from attendance.services.evaluate import evaluate_dirty, evaluate_span
from attendance.services.explain.stored import explain_day
from attendance.store import case_reading, month_events, papers, papers_decided, registering, ruling_log, rulings
from attendance.store.database import Database, Session
from attendance.store.tables import AbsenceRow
from tests.builders import RECORDED_AT, ZONE, bring, build_office, export_of, file_body, rows

MARCH = date(2026, 3, 1)
WEDNESDAY = date(2026, 3, 4)
READ = datetime(2026, 4, 2, 8)
LOCKED = datetime(2026, 4, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def build(database: Database, *, people: int = 2) -> None:
    """Nobody ever came in March, and the terminal was read: nothing is open."""
    build_office(database, people=people)
    file_body(database, b"", read_at=datetime(2026, 2, 27, 8), offset=None)
    file_body(database, b"", read_at=READ, offset=None)
    evaluate_dirty(database, ZONE, LOCKED)


def file(database: Database, act: Callable[[Session], Any], *, at: datetime | None = None) -> Any:
    """One transaction, and what it marked judged."""
    with database.writing() as session:
        done = act(session)
    evaluate_dirty(database, ZONE, at or LOCKED + 9 * HOUR)
    return done


def lock(database: Database, at: datetime = LOCKED) -> None:
    file(database, lambda s: months.lock(s, ZONE, "A", MARCH, by="head", now=at), at=at)


def leave(on: date, at: datetime, who: str = "E1") -> Callable[[Session], Any]:
    return lambda session: papers.add_leave(session, who, on, approved_at=at, at=at)


def day(database: Database, on: date = WEDNESDAY, who: str = "E1") -> DayVerdict:
    with database.reading() as session:
        return next(verdict for _, verdict in rulings.current(session, on, on) if verdict.employee == who)


def sheet(database: Database, as_of: datetime | None = None) -> months.Sheet:
    with database.reading() as session:
        return months.sheet(session, ZONE, "A", MARCH, as_of=as_of)


def test_what_comes_after_the_lock_changes_nothing_and_is_said(any_database: Database) -> None:
    build(any_database)
    lock(any_database)
    assert day(any_database).flags == ()
    file(any_database, leave(WEDNESDAY, LOCKED + HOUR))
    assert (day(any_database).leave_min, day(any_database).flags) == (0, (AFTER_LOCK,))
    assert (day(any_database, who="E2").flags, day(any_database, date(2026, 3, 5)).flags) == ((), ())
    revised = rows(any_database, "SELECT employee_id, work_date, cause FROM ruling WHERE revision > 1")
    assert [(who, str(on)[:10], cause) for who, on, cause in revised] == [(1, "2026-03-04", "paper")]


def test_a_reopened_month_is_judged_with_all_facts_as_its_next_version(any_database: Database) -> None:
    build(any_database)
    lock(any_database)
    file(any_database, leave(WEDNESDAY, LOCKED + HOUR))
    opened = LOCKED + 2 * HOUR
    file(any_database, lambda s: months.reopen(s, "A", MARCH, reason="leave paper found", now=opened))
    assert (day(any_database).leave_min, day(any_database).flags) == (480, ())
    lock(any_database, LOCKED + 3 * HOUR)
    assert day(any_database).leave_min == 480
    versions = [sheet(any_database, as_of).state.version for as_of in (LOCKED, LOCKED + HOUR, opened, None)]
    assert versions == [1, 1, 2, 2]
    causes = rows(
        any_database, "SELECT cause FROM ruling WHERE employee_id = 1 AND work_date = '2026-03-04' ORDER BY id"
    )
    assert causes == [("first",), ("paper",), ("reopened",)]


@pytest.mark.parametrize("judge_again", ["the marks", "the span"])
def test_a_paper_taken_back_after_the_lock_still_holds_in_it(any_database: Database, judge_again: str) -> None:
    build(any_database)
    row = file(any_database, leave(WEDNESDAY, LOCKED - HOUR))
    lock(any_database)
    file(any_database, lambda s: papers.withdraw(s, s.get_one(AbsenceRow, row.id), LOCKED + HOUR))
    if judge_again == "the span":
        evaluate_span(any_database, ZONE, LOCKED + 9 * HOUR, date(2026, 2, 20), date(2026, 4, 10))
    assert (day(any_database).leave_min, day(any_database).flags) == (480, (AFTER_LOCK,))


def test_a_decision_after_the_lock_on_a_paper_handed_in_before_it_is_said(any_database: Database) -> None:
    build(any_database)
    about = {"part": "am", "covers": "absent", "submitted_at": LOCKED - HOUR, "at": LOCKED - HOUR}
    row = file(any_database, lambda s: papers_decided.explain(s, "E1", WEDNESDAY, **about))
    lock(any_database)
    assert day(any_database).flags == ()
    at = LOCKED + HOUR
    file(
        any_database,
        lambda s: papers_decided.decide(
            s, papers_decided.explanation(s, row.id), "approved", decided_at=LOCKED - HOUR, at=at
        ),
    )
    assert (day(any_database).credited_min, day(any_database).flags) == (0, (AFTER_LOCK,))


def test_punches_brought_after_the_lock_are_said_and_do_not_count(any_database: Database) -> None:
    build(any_database)
    lock(any_database)
    keys = [("1001", clock.wall_seconds(datetime(2026, 3, 4, hour)), 0, 1) for hour in (7, 12)]
    bring(any_database, export_of(keys), at=LOCKED + HOUR)
    evaluate_dirty(any_database, ZONE, LOCKED + 2 * HOUR)
    assert (day(any_database).worked_min, day(any_database).flags) == (0, (AFTER_LOCK,))


def test_a_number_given_to_somebody_after_the_lock_is_said(any_database: Database) -> None:
    """Else punches that were nobody's would stay lost in the locked month without a sign."""
    build(any_database)
    keys = [("77", clock.wall_seconds(datetime(2026, 3, 4, hour)), 0, 1) for hour in (7, 12)]
    bring(any_database, export_of(keys), at=LOCKED - HOUR)
    lock(any_database)
    file(
        any_database,
        lambda s: registering.enrol(s, "T-A", "77", "E1", from_on=WEDNESDAY, to_on=WEDNESDAY, at=LOCKED + HOUR),
    )
    assert (day(any_database).worked_min, day(any_database).flags) == (0, (AFTER_LOCK,))
    assert day(any_database, date(2026, 3, 5)).flags == ()


def test_somebody_assigned_to_a_locked_month_afterwards_was_not_employed_in_it(any_database: Database) -> None:
    build(any_database)
    lock(any_database)
    with any_database.writing() as session:
        registering.add_employee(session, "E9", at=LOCKED + HOUR)
    file(any_database, lambda s: registering.assign(s, "E9", "A", from_on=WEDNESDAY, at=LOCKED + HOUR))
    held = day(any_database, who="E9")
    assert (held.day_kind, held.unit, held.flags) == ("not_employed", None, (AFTER_LOCK,))
    file(any_database, lambda s: months.reopen(s, "A", MARCH, reason="a post was forgotten", now=LOCKED + 2 * HOUR))
    assert (day(any_database, who="E9").day_kind, day(any_database, who="E9").flags) == ("workday", ())


def test_a_month_with_a_question_mark_is_not_locked_and_every_one_is_named(any_database: Database) -> None:
    build(any_database)
    keys = [("1001", clock.wall_seconds(datetime(2026, 3, day, 7, 25)), 0, 1) for day in (4, 5)]
    bring(any_database, export_of(keys), at=LOCKED - HOUR)
    evaluate_dirty(any_database, ZONE, LOCKED)
    with pytest.raises(MonthNotLockable) as caught:
        lock(any_database)
    assert caught.value.blockers == [("E1", date(2026, 3, 4), "am"), ("E1", date(2026, 3, 5), "am")]
    assert "and 1 more" in str(caught.value)
    assert not sheet(any_database).lockable
    with any_database.reading() as session:
        assert month_events.states(session) == {}
    for on in (4, 5):
        file(
            any_database,
            lambda s, on=on: papers_decided.decide_alone(
                s,
                "E1",
                date(2026, 3, on),
                part="am",
                covers="missing_out",
                decision="refused",
                decided_at=LOCKED,
                at=LOCKED,
            ),
        )
    assert sheet(any_database).lockable
    lock(any_database, LOCKED + HOUR)


def test_a_month_is_not_locked_before_its_terminals_were_read(any_database: Database) -> None:
    build(any_database)
    with pytest.raises(MonthNotLockable), any_database.writing() as session:
        months.lock(session, ZONE, "A", date(2026, 4, 1), now=LOCKED)
    with pytest.raises(MonthNotLockable), any_database.writing() as session:
        months.lock(session, ZONE, "A", MARCH, moment=datetime(2026, 3, 20, tzinfo=UTC), now=LOCKED)


def test_locks_and_reopenings_follow_each_other(any_database: Database) -> None:
    build(any_database)
    reopen = {"reason": "x", "now": LOCKED + HOUR}
    with pytest.raises(Invalid, match="not locked"), any_database.writing() as session:
        months.reopen(session, "A", MARCH, **reopen)
    with pytest.raises(NotFound), any_database.writing() as session:
        months.lock(session, ZONE, "Z", MARCH, now=LOCKED)
    lock(any_database)
    with pytest.raises(Invalid, match="locked since"):
        lock(any_database, LOCKED + HOUR)
    with pytest.raises(Invalid, match="reason"), any_database.writing() as session:
        months.reopen(session, "A", MARCH, reason="  ", now=LOCKED + HOUR)
    with pytest.raises(Invalid, match="later"), any_database.writing() as session:
        months.reopen(session, "A", MARCH, reason="x", moment=LOCKED - HOUR, now=LOCKED + HOUR)
    with pytest.raises(Invalid, match="ahead"), any_database.writing() as session:
        months.reopen(session, "A", MARCH, reason="x", moment=LOCKED + 2 * HOUR, now=LOCKED + HOUR)


def test_a_lock_entered_late_holds_from_its_own_moment(any_database: Database) -> None:
    """The head signed at LOCKED; what was filed between then and now came after the lock."""
    build(any_database)
    file(any_database, leave(WEDNESDAY, LOCKED + HOUR))
    assert day(any_database).leave_min == 480
    entered = LOCKED + 2 * HOUR
    file(any_database, lambda s: months.lock(s, ZONE, "A", MARCH, moment=LOCKED, now=entered), at=entered)
    assert (day(any_database).leave_min, day(any_database).flags) == (0, (AFTER_LOCK,))
    cause = rows(
        any_database, "SELECT cause FROM ruling WHERE employee_id = 1 AND work_date = '2026-03-04' ORDER BY id"
    )
    assert cause[-1] == ("lock",)
    assert sheet(any_database, LOCKED + HOUR).state.locked_at is None, "then nobody knew of it"


def test_a_locked_ruling_names_the_rules_known_at_the_lock(any_database: Database) -> None:
    build(any_database)
    lock(any_database)
    file(any_database, lambda s: registering.add_calendar_entry(s, WEDNESDAY, "holiday", at=LOCKED + HOUR))
    file(any_database, leave(WEDNESDAY, LOCKED + HOUR))
    assert day(any_database).day_kind == "workday"
    with any_database.reading() as session:
        then = case_reading.read_rulebook(session, LOCKED).fingerprint
        now = case_reading.read_rulebook(session).fingerprint
    used = rows(any_database, "SELECT rulebook FROM ruling WHERE employee_id = 1 AND work_date = '2026-03-04'")
    assert then != now
    assert {book for (book,) in used} == {then}


def test_why_shows_a_locked_day_as_it_was_known_and_agrees_with_its_ruling(any_database: Database) -> None:
    build(any_database)
    lock(any_database)
    file(any_database, leave(WEDNESDAY, LOCKED + HOUR))
    with any_database.reading() as session:
        told = explain_day(session, ZONE, 1, WEDNESDAY)
        stored = ruling_log.newest(session, [1], WEDNESDAY, WEDNESDAY)[1, WEDNESDAY]
    assert told.account.verdict.flags == (AFTER_LOCK,)
    assert told.account.sessions[0].state == "absent"
    assert ruling_log.digest_of(told.account.verdict) == stored.digest


def test_a_unit_below_keeps_a_month_of_its_own(any_database: Database) -> None:
    build(any_database, people=1)
    with any_database.writing() as session:
        registering.add_unit(session, "B", parent="A", at=RECORDED_AT)
        registering.add_employee(session, "E5", at=RECORDED_AT)
        registering.assign(session, "E5", "B", from_on=MARCH, at=RECORDED_AT)
    evaluate_dirty(any_database, ZONE, LOCKED)
    lock(any_database)
    for who in ("E1", "E5"):
        file(any_database, leave(WEDNESDAY, LOCKED + HOUR, who))
    assert [day(any_database, who=who).leave_min for who in ("E1", "E5")] == [0, 480]
    assert [employee for employee, _ in sheet(any_database).lines] == ["E1"]


def test_a_month_has_the_same_lines_judged_as_stored(any_database: Database) -> None:
    build(any_database)
    file(any_database, leave(WEDNESDAY, LOCKED - HOUR))
    found = sheet(any_database)
    with any_database.reading() as session:
        policy = case_reading.read_rulebook(session).policy
        stored = months.month_lines((v for _, v in rulings.current(session, MARCH, date(2026, 3, 31))), policy)
    assert found.lines == stored
    line = dict(found.lines)["E1"]
    assert (line.workdays, line.occurrences, line.counted_min, line.proposed_grade) == (22, 42, 21 * 480, "D")


def test_an_empty_unit_has_an_empty_month(any_database: Database) -> None:
    build(any_database, people=0)
    assert sheet(any_database) == months.Sheet("A", MARCH, sheet(any_database).state, (), ())
