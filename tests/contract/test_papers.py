"""Filing papers: what is refused, what counts when, and what taking one back means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from attendance.engine.verdict import DayVerdict
from attendance.errors import AttendanceError, Invalid, NotFound
from attendance.services.evaluate import evaluate_dirty
from attendance.services.explain.stored import explain_day
from attendance.services.verdicts import judge_span
from attendance.store import case_reading, papers, papers_clocks, papers_decided, papers_roster, registering
from attendance.store.database import Database, Session
from attendance.store.tables import AbsenceRow, RuleVersionRow
from tests import builders
from tests.builders import RECORDED_AT, ZONE, bring, build_office, clear_marks, file_body, marked, record, rows

WEDNESDAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}")


def build(database: Database, *times: str) -> None:
    """E1 punched at these times of the 4th; that day was read on the 5th, all up to the 20th, and judged."""
    build_office(database)
    file_body(database, b"", read_at=wall("01T06:00"), offset=None)
    body = b"".join(record("1001", wall(f"04T{text}")) for text in times)
    for read_at in ("05T06:00", "20T08:00"):
        file_body(database, body, read_at=wall(read_at), offset=None)
    evaluate_dirty(database, ZONE, NOW)


def file(database: Database, act: Callable[[Session], Any]) -> Any:
    with database.writing() as session:
        return act(session)


def verdict(database: Database, *, as_of: datetime | None = None, on: date = WEDNESDAY, who: str = "E1") -> DayVerdict:
    with database.reading() as session:
        parts = judge_span(session, ZONE, on, on, as_of=as_of)
    return next(v for part in parts for _, v in part.verdicts if v.employee == who)


# what is refused ------------------------------------------------------------------------------------------------------

GIVEN: dict[str, Any] = {"approved_at": NOW, "at": NOW}
DECIDED: dict[str, Any] = {"decision": "approved", "decided_at": NOW, "at": NOW}
ON = date(2026, 3, 4)
REFUSED: dict[str, Callable[[Session], Any]] = {
    "leave of nobody": lambda s: papers.add_leave(s, "E9", ON, **GIVEN),
    "leave of a session nobody has": lambda s: papers.add_leave(s, "E1", ON, part="night", **GIVEN),
    "leave approved tomorrow": lambda s: papers.add_leave(s, "E1", ON, approved_at=NOW + HOUR, at=NOW),
    "a mission backwards": lambda s: papers.add_mission(s, "E1", wall("04T09:00"), wall("04T08:00"), **GIVEN),
    "an exemption of nothing": lambda s: papers.add_exemption(s, "E1", **GIVEN),
    "an exemption at noon": lambda s: papers.add_exemption(s, "E1", minutes_per_day=60, placement="noon", **GIVEN),
    "an exemption of 25 hours": lambda s: papers.add_exemption(s, "E1", minutes_per_day=1500, **GIVEN),
    "an exemption backwards": lambda s: papers.add_exemption(
        s, "E1", minutes_per_day=60, from_on=ON, to_on=ON - timedelta(days=1), **GIVEN
    ),
    "an explanation of sleep": lambda s: papers_decided.explain(
        s, "E1", ON, part="am", covers="sleepy", submitted_at=NOW, at=NOW
    ),
    "an explanation of a session nobody has": lambda s: papers_decided.explain(
        s, "E1", ON, part="noon", covers="late", submitted_at=NOW, at=NOW
    ),
    "an explanation handed in tomorrow": lambda s: papers_decided.explain(
        s, "E1", ON, part="am", covers="late", submitted_at=NOW + HOUR, at=NOW
    ),
    "a head who decides on their own": lambda s: papers_decided.decide_alone(
        s, "E1", ON, part="am", covers="late", decided_by=" e1", **DECIDED
    ),
    "a decision of no kind": lambda s: papers_decided.decide_alone(
        s, "E1", ON, part="am", covers="late", decision="perhaps", decided_at=NOW, at=NOW
    ),
    "an annulment of one's own punch": lambda s: papers_decided.annul(
        s, "E1", "T-A", wall("04T07:30"), decided_by="E1", **DECIDED
    ),
    "an annulment at no terminal": lambda s: papers_decided.annul(s, "E1", "T-9", wall("04T07:30"), **DECIDED),
    "a duty backwards": lambda s: papers_roster.add_duty(s, "E1", wall("04T19:00"), wall("04T19:00"), **GIVEN),
    "overtime of nobody": lambda s: papers_roster.order_overtime(s, "E9", wall("04T19:00"), wall("04T20:00"), **GIVEN),
    "a site without terminals": lambda s: papers_roster.send_to(s, "E1", ON, [], **GIVEN),
    "a site nobody knows": lambda s: papers_roster.send_to(s, "E1", ON, ["T-9"], **GIVEN),
    "a protection without a code": lambda s: papers_roster.protect(s, "E1", " ", at=NOW),
    "an inspection of no unit": lambda s: papers_roster.inspect(s, "Z", wall("04T09:00"), ["E1"], at=NOW),
    "an inspection of nobody": lambda s: papers_roster.inspect(s, "A", wall("04T09:00"), ["E9"], at=NOW),
    "an outage of no kind": lambda s: papers.add_outage(
        s, "T-A", wall("04T09:00"), wall("04T10:00"), mode="slow", at=NOW
    ),
    "a clock nobody knows": lambda s: papers_clocks.set_clock_offset(s, "T-9", 60, at=NOW),
    "a clock off by an age": lambda s: papers_clocks.set_clock_offset(s, "T-A", 2**31, at=NOW),
    "an invalid clock backwards": lambda s: papers_clocks.distrust_clock(
        s, "T-A", starts=wall("04T09:00"), ends=wall("04T08:00"), at=NOW
    ),
    "a moment with a zone": lambda s: papers.add_mission(s, "E1", NOW, NOW + HOUR, **GIVEN),
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_kept(sqlite_database: Database, what: str) -> None:
    build(sqlite_database)
    with pytest.raises(AttendanceError) as caught, sqlite_database.writing() as session:
        REFUSED[what](session)
    assert isinstance(caught.value, Invalid | NotFound)
    assert len(str(caught.value)) > 20
    assert "\n" not in str(caught.value)
    assert marked(sqlite_database) == set()


def test_duties_and_overtime_may_overlap(any_database: Database) -> None:
    build(any_database)
    for _ in range(2):
        file(any_database, lambda s: papers_roster.add_duty(s, "E1", wall("04T17:00"), wall("04T21:00"), **GIVEN))
        file(any_database, lambda s: papers_roster.order_overtime(s, "E1", wall("04T18:00"), wall("04T20:00"), **GIVEN))
    evaluate_dirty(any_database, ZONE, NOW)
    assert len(verdict(any_database).duties) == 2


# what counts when -----------------------------------------------------------------------------------------------------


def test_an_unapproved_paper_excuses_nothing(any_database: Database) -> None:
    build(any_database)
    file(any_database, lambda s: papers.add_leave(s, "E1", WEDNESDAY, approved_at=None, at=NOW))
    file(any_database, lambda s: papers.add_exemption(s, "E1", minutes_per_day=480, approved_at=None, at=NOW))
    file(
        any_database,
        lambda s: papers_roster.add_duty(
            s, "E1", wall("07T08:00"), wall("07T12:00"), counts_as_schedule=True, approved_at=None, at=NOW
        ),
    )
    assert verdict(any_database).leave_min == 0
    assert verdict(any_database).credited_min == 0
    assert verdict(any_database, on=date(2026, 3, 7)).scheduled_min == 0


def test_a_paper_counts_from_when_it_was_both_approved_and_recorded(any_database: Database) -> None:
    """It was signed on the 5th and reached the office on the 10th: on the 7th nobody could know it."""
    build(any_database)
    signed, recorded = datetime(2026, 3, 5, 3, tzinfo=UTC), datetime(2026, 3, 10, 3, tzinfo=UTC)
    file(any_database, lambda s: papers.add_leave(s, "E1", WEDNESDAY, approved_at=signed, at=recorded))
    assert verdict(any_database, as_of=recorded - HOUR).leave_min == 0
    assert verdict(any_database, as_of=recorded).leave_min == 480
    assert verdict(any_database).leave_min == 480


def test_a_decision_counts_from_when_it_was_both_made_and_recorded(any_database: Database) -> None:
    build(any_database, "07:50:00", "12:01:00", "13:20:00", "17:05:00")
    handed_in, decided, recorded = (datetime(2026, 3, day, 3, tzinfo=UTC) for day in (5, 6, 9))
    row = file(
        any_database,
        lambda s: papers_decided.explain(
            s, "E1", WEDNESDAY, part="am", covers="late", submitted_at=handed_in, at=handed_in
        ),
    )

    def decide(session: Session) -> None:
        paper = papers_decided.explanation(session, row.id)
        papers_decided.decide(session, paper, "approved", decided_by="head", decided_at=decided, at=recorded)

    file(any_database, decide)
    statuses = [verdict(any_database, as_of=at).violations[0].status for at in (handed_in, decided, recorded)]
    assert statuses == ["counted", "counted", "excused"]
    with pytest.raises(Invalid, match="decided before"):
        file(any_database, decide)


def test_nobody_decides_on_their_own_explanation(any_database: Database) -> None:
    build(any_database)
    row = file(
        any_database,
        lambda s: papers_decided.explain(s, "E1", WEDNESDAY, part="am", covers="absent", submitted_at=NOW, at=NOW),
    )
    with pytest.raises(Invalid, match="their own"):
        file(
            any_database,
            lambda s: papers_decided.decide(
                s, papers_decided.explanation(s, row.id), "approved", decided_by="E1", decided_at=NOW, at=NOW
            ),
        )
    with pytest.raises(NotFound):
        file(any_database, lambda s: papers_decided.explanation(s, 99))


def test_a_withdrawn_paper_counted_until_then(any_database: Database) -> None:
    build(any_database)
    filed, withdrawn = datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
    row = file(any_database, lambda s: papers.add_leave(s, "E1", WEDNESDAY, approved_at=filed, at=filed))
    file(any_database, lambda s: papers.withdraw(s, s.get_one(AbsenceRow, row.id), withdrawn))
    assert verdict(any_database, as_of=filed).leave_min == 480
    assert verdict(any_database, as_of=withdrawn).leave_min == 0
    assert verdict(any_database).leave_min == 0
    with pytest.raises(Invalid, match="withdrawn before"):
        file(any_database, lambda s: papers.withdraw(s, s.get_one(AbsenceRow, row.id), NOW))


def test_whether_leave_was_approved_before_a_visit_is_told_on_the_wall_of_the_office(any_database: Database) -> None:
    """Approved at 08:00 of Hanoi, which is 01:00 UTC, before a visit at 09:15 of Hanoi."""
    build(any_database)
    for who, hour in (("E1", 1), ("E2", 3)):
        approved = datetime(2026, 3, 4, hour, tzinfo=UTC)
        file(any_database, lambda s, who=who, at=approved: papers.add_leave(s, who, WEDNESDAY, approved_at=at, at=at))
    file(any_database, lambda s: papers_roster.inspect(s, "A", wall("04T09:15"), ["E1", "E2"], at=NOW))
    found = [verdict(any_database, who=who).findings[0].result for who in ("E1", "E2")]
    assert found == ["absent_with_reason", "absent_no_reason"]


# deadlines ------------------------------------------------------------------------------------------------------------


def test_the_deadline_counts_the_working_days_of_a_post_that_begins_long_after_the_day(any_database: Database) -> None:
    build_office(any_database, people=0)
    with any_database.writing() as session:
        session.add(RuleVersionRow(rule="explanation_deadline_workdays", value=3, recorded_at=RECORDED_AT))
        registering.add_employee(session, "E1", at=RECORDED_AT)
        for from_on, to_on in ((date(2026, 1, 1), date(2026, 3, 4)), (date(2026, 3, 16), None)):
            registering.assign(session, "E1", "A", from_on=from_on, to_on=to_on, at=RECORDED_AT)
        registering.enrol(session, "T-A", "1001", "E1", at=RECORDED_AT)
    file_body(any_database, b"", read_at=wall("01T06:00"), offset=None)
    file_body(any_database, b"", read_at=wall("31T08:00"), offset=None)
    late = {"part": "am", "covers": "absent"}
    for day, flagged in ((18, False), (19, True)):
        at = datetime(2026, 3, day, 3, tzinfo=UTC)
        file(any_database, lambda s, at=at: papers_decided.explain(s, "E1", WEDNESDAY, submitted_at=at, at=at, **late))
        assert ("explanation_after_deadline" in verdict(any_database).flags) is flagged


def test_a_holiday_announced_later_puts_an_explanation_back_in_time(any_database: Database) -> None:
    build(any_database, "07:50:00", "12:01:00", "13:20:00", "17:05:00")
    with any_database.writing() as session:
        session.add(RuleVersionRow(rule="explanation_deadline_workdays", value=1, recorded_at=RECORDED_AT))
    at = datetime(2026, 3, 6, 3, tzinfo=UTC)
    about = {"part": "am", "covers": "late", "submitted_at": at, "at": at}
    file(any_database, lambda s: papers_decided.explain(s, "E1", WEDNESDAY, **about))
    evaluate_dirty(any_database, ZONE, NOW)
    file(any_database, lambda s: registering.add_calendar_entry(s, date(2026, 3, 5), "holiday", at=NOW))
    assert ("E1", WEDNESDAY) in marked(any_database)
    evaluate_dirty(any_database, ZONE, NOW + HOUR)
    flags = rows(
        any_database, "SELECT flags FROM ruling WHERE employee_id = 1 AND work_date = '2026-03-04' ORDER BY id"
    )
    assert ["explanation_after_deadline" in str(flag) for (flag,) in flags][-2:] == [True, False]


# clocks ---------------------------------------------------------------------------------------------------------------


def test_what_somebody_found_of_a_clock_holds_inside_its_span_and_the_measured_offset_outside(
    any_database: Database,
) -> None:
    build_office(any_database)
    file_body(any_database, b"", read_at=wall("02T08:00"), offset=100)
    file_body(any_database, b"", read_at=wall("06T08:00"), offset=200)
    file(
        any_database,
        lambda s: papers_clocks.set_clock_offset(s, "T-A", 900, starts=wall("03T00:00"), ends=wall("07T00:00"), at=NOW),
    )
    with any_database.reading() as session:
        case = case_reading.read_case(session, ZONE, date(2026, 3, 1), date(2026, 3, 10)).case
        before = case_reading.read_case(session, ZONE, WEDNESDAY, WEDNESDAY, as_of=NOW - HOUR).case
    found = sorted((o.starts or datetime.min, o.ends or datetime.max, o.offset_seconds) for o in case.clock_offsets)
    measured_from = wall("02T08:01:40")  # the time of the first reading as the terminal had it
    assert found == [
        (datetime.min, measured_from, 100),
        (measured_from, wall("03T00:00"), 200),
        (wall("03T00:00"), wall("07T00:00"), 900),
        (wall("07T00:00"), datetime.max, 200),
    ]
    assert {offset.offset_seconds for offset in before.clock_offsets} == {100, 200}


def test_an_offset_measured_after_a_file_was_brought_judges_its_days_again(any_database: Database) -> None:
    """The stick came first; the first pull then finds the clock seven minutes fast, as far back as the log goes."""
    build_office(any_database)
    keys = [("1001", builders.clock.wall_seconds(wall(f"04T{text}")), 0, 1) for text in ("07:36:00", "12:09:00")]
    bring(any_database, builders.export_of(keys), at=datetime(2026, 3, 8, 3, tzinfo=UTC))
    evaluate_dirty(any_database, ZONE, NOW)
    assert [v.type for v in verdict(any_database).violations][:1] == ["late"]
    clear_marks(any_database)
    file_body(any_database, b"", read_at=wall("20T08:00"), offset=420)
    causes = dict(rows(any_database, "SELECT work_date, cause FROM dirty_day WHERE employee_id = 1"))
    assert {str(on)[:10] for on, cause in causes.items() if cause == "clock"} == {
        "2026-03-03",
        "2026-03-04",
        "2026-03-05",
    }
    evaluate_dirty(any_database, ZONE, NOW + HOUR)
    assert "clock_corrected" in verdict(any_database).flags
    cause = rows(
        any_database, "SELECT cause FROM ruling WHERE employee_id = 1 AND work_date = '2026-03-04' ORDER BY id"
    )
    assert cause[-1] == ("clock",)


def test_a_first_reading_without_an_offset_marks_nothing_as_the_fault_of_a_clock(any_database: Database) -> None:
    build_office(any_database)
    keys = [("1001", builders.clock.wall_seconds(wall("04T07:36:00")), 0, 1)]
    bring(any_database, builders.export_of(keys), at=datetime(2026, 3, 8, 3, tzinfo=UTC))
    file_body(any_database, b"", read_at=wall("20T08:00"), offset=0)
    assert rows(any_database, "SELECT count(*) FROM dirty_day WHERE cause = 'clock'") == [(0,)]


# reach ----------------------------------------------------------------------------------------------------------------


def test_a_duty_over_a_weekend_is_settled_when_monday_was_read(any_database: Database) -> None:
    """The stretch of Friday afternoon ends with the window of the duty, which the pulls of Friday never see."""
    build_office(any_database)
    file_body(any_database, b"", read_at=wall("05T18:00"), offset=None)
    file(
        any_database,
        lambda s: papers_roster.add_duty(
            s, "E1", wall("06T17:00"), wall("08T06:30"), approved_at=RECORDED_AT, at=RECORDED_AT
        ),
    )
    body = b"".join(record("1001", wall(f"06T{text}")) for text in ("07:25:00", "12:01:00", "13:20:00"))
    for at in ("06T18:00", "07T18:00", "08T06:00", "08T23:30"):
        file_body(any_database, body, read_at=wall(at), offset=None)
        evaluate_dirty(any_database, ZONE, datetime(2026, 3, 20, tzinfo=UTC))
    stored = rows(
        any_database, "SELECT flags FROM ruling WHERE work_date = '2026-03-06' AND employee_id = 1 ORDER BY id"
    )
    assert "terminal_not_synced" in str(stored[0])
    assert "terminal_not_synced" not in str(stored[-1])


def test_people_without_terminals_of_their_own_depend_on_those_of_their_unit_alone(any_database: Database) -> None:
    with any_database.writing() as session:
        registering.add_schedule(session, "HC", at=RECORDED_AT)
        registering.add_schedule_version(session, "HC", sessions=builders.HOURS, weekdays=builders.WEEK, at=RECORDED_AT)
        registering.add_unit(session, "A", schedule="HC", at=RECORDED_AT)
        for unit in ("B", "C"):
            registering.add_unit(session, unit, parent="A", at=RECORDED_AT)
        for terminal, unit in (("T-A", "A"), ("T-B", "B")):
            registering.add_terminal(session, terminal, unit=unit, at=RECORDED_AT)
        for person, unit in (("E1", "A"), ("E2", "B"), ("E3", "C")):
            registering.add_employee(session, person, at=RECORDED_AT)
            registering.assign(session, person, unit, from_on=date(2026, 1, 1), at=RECORDED_AT)
    for terminal in ("T-A", "T-B"):
        for at in ("01T06:00", "20T08:00"):
            file_body(any_database, b"", terminal=terminal, read_at=wall(at), serial=terminal, offset=None)
    for terminal, people in (("T-A", {"E1", "E3"}), ("T-B", {"E2"})):
        clear_marks(any_database)
        file(
            any_database,
            lambda s, code=terminal: papers.add_outage(s, code, wall("04T07:00"), wall("04T08:00"), at=NOW),
        )
        assert marked(any_database) == {(person, WEDNESDAY) for person in people}


def test_a_person_sent_elsewhere_is_judged_again_when_that_terminal_was_dead(any_database: Database) -> None:
    build_office(any_database, terminals=("T-A", "T-B"))
    with any_database.writing() as session:
        registering.add_terminal(session, "T-C", unit="A", at=RECORDED_AT)
        papers_roster.send_to(session, "E1", WEDNESDAY, ["T-C"], approved_at=RECORDED_AT, at=RECORDED_AT)
    for at in ("01T06:00", "20T08:00"):
        file_body(any_database, b"", read_at=wall(at), offset=None)
    clear_marks(any_database)
    file(any_database, lambda s: papers.add_outage(s, "T-C", wall("04T07:00"), wall("04T08:00"), at=NOW))
    assert marked(any_database) == {("E1", WEDNESDAY)}


def test_why_is_told_of_papers_as_of_a_moment(any_database: Database) -> None:
    build(any_database)
    file(any_database, lambda s: papers.add_leave(s, "E1", WEDNESDAY, approved_at=NOW, at=NOW))
    with any_database.reading() as session:
        states = [
            explain_day(session, ZONE, 1, WEDNESDAY, as_of=as_of).account.sessions[0].state
            for as_of in (NOW - HOUR, None)
        ]
    assert states == ["absent", "leave"]
