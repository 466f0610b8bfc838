"""Charts count what is stored, on both databases: each figure is counted again here, day by day, from the verdicts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest

from attendance.engine.verdict import DayVerdict
from attendance.services import transfers
from attendance.services.evaluate import evaluate_dirty, evaluate_span
from attendance.store import counted_days, office, papers, papers_decided, person_days, registering, rulings
from attendance.store.counted_days import Cell
from attendance.store.database import Database, sqlite_url
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.trail import CONSOLE
from attendance.store.tree import spread_of
from attendance.store.within import EVERYTHING, NOTHING, Within
from bench.office import FROM_ON, TO_ON, ZONE, invent_punches
from bench.storing import NOW, prepare
from reports import charts
from reports.charts import FEWEST_PEOPLE, ChartsPage, Rate, charts_page
from reports.compared import compared
from tests.e2e.conftest import FIRST, LAST, _build

LATER = datetime(2026, 7, 6, tzinfo=UTC)
PEOPLE = 112  # a full unit and one of twelve


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A month of an invented office: two units side by side, some lateness excused, two people moved to a unit of
    their own, one on leave for a week."""
    path = tmp_path_factory.mktemp("charts") / "office.db"
    prepare(path, PEOPLE, invent_punches(PEOPLE))
    database = Database(sqlite_url(path))
    evaluate_span(database, ZONE, NOW, FROM_ON, TO_ON)
    with database.reading() as session:
        late = [
            (verdict.employee, verdict.on, each.session)
            for _, verdict in rulings.current(session, FROM_ON, TO_ON)
            for each in verdict.violations
            if each.type == "late"
        ]
    with database.writing() as session:
        for employee, on, part in late[::3]:
            papers_decided.decide_alone(
                session, employee, on, part=part, covers="late", decision="approved", decided_at=LATER, at=LATER
            )
        registering.add_unit(session, "U-SMALL", schedule="office", at=LATER)
        for code in ("P3", "P4"):
            transfers.transfer(session, code, "U-SMALL", on=date(2026, 6, 15), actor=CONSOLE, at=LATER)
        for number in range(5):
            papers.add_leave(
                session, "P7", date(2026, 6, 8) + timedelta(days=number), code="P", approved_at=LATER, at=LATER
            )
    evaluate_dirty(database, ZONE, LATER)
    yield database
    database.close()


def counted(verdicts: list[DayVerdict]) -> Rate:
    """The same by counting each day by hand."""
    late = excused = known = unknown = 0
    at_once: Counter[date] = Counter(v.on for v in verdicts if v.scheduled_min > v.leave_min)
    for verdict in verdicts:
        due = verdict.scheduled_min - verdict.leave_min
        lates = [each for each in verdict.violations if each.type == "late"]
        late += bool(lates)
        excused += bool(lates) and all(each.status == "excused" for each in lates)
        unknown += due > 0 and verdict.unverified_min >= due
        known += due > 0 and verdict.unverified_min < due
    return Rate(late, excused, known, unknown, people=max(at_once.values(), default=0))


def same(found: Rate, expected: Rate) -> bool:
    names = ("late", "excused", "known", "unknown", "people")
    return all(getattr(found, name) == getattr(expected, name) for name in names)


def asked(
    database: Database, within: Within = EVERYTHING, unit: str = "", first: date = FROM_ON, last: date = TO_ON
) -> ChartsPage:
    with database.reading() as session:
        part = spread_of(session, unit, first, last) if unit else None
        return charts_page(session, within, unit=unit, part=part, from_on=first, to_on=last)


def verdicts_of(database: Database) -> list[DayVerdict]:
    with database.reading() as session:
        return [verdict for _, verdict in rulings.current(session, FROM_ON, TO_ON)]


def test_every_figure_is_what_counting_day_by_day_gives(database: Database) -> None:
    page, verdicts = asked(database), verdicts_of(database)
    assert same(page.whole, counted(verdicts))
    assert page.whole.excused > 0
    assert page.whole.unknown > 0
    for rate in page.weekdays:
        assert rate.on is not None
        assert same(rate, counted([v for v in verdicts if v.on.weekday() == rate.on.weekday()]))
    assert page.by_week
    for rate in page.times:
        assert rate.on is not None
        assert same(rate, counted([v for v in verdicts if rate.on <= v.on < rate.on + timedelta(days=7)]))
    minutes = Counter(e.minutes for v in verdicts for e in v.violations if e.type == "late")
    assert {each.minutes: each.sessions for each in page.minutes if each.sessions and each.minutes} == {
        minute: count for minute, count in minutes.items() if minute is not None and minute <= charts.LONGEST_MINUTE
    }
    assert page.late_sessions == sum(minutes.values())


def test_of_few_people_nothing_is_drawn_however_many_are_free_that_day() -> None:
    """Who alone is on duty on a Saturday is told neither by that weekday nor by what is left of the sums."""
    friday = date(2026, 6, 5)
    full = [Cell(friday - timedelta(days=back), 1, 40 - back, 0, 3, 0) for back in range(5)]
    alone = Cell(friday + timedelta(days=1), 1, 1, 0, 1, 1)
    shown = charts._grouped([*full, alone], lambda on: on, own=False)
    assert [rate.on for rate in shown] == [friday - timedelta(days=back) for back in (3, 2, 1, 0)]
    assert charts._rate([alone]).people == 1
    assert len(charts._grouped([*full, alone], lambda on: on, own=True)) == 6


def test_units_stand_in_the_order_of_the_tree_and_small_ones_together_with_as_many_as_hide_them(
    database: Database,
) -> None:
    page, verdicts = asked(database), verdicts_of(database)
    by_unit = {rate.code: rate for rate in page.units}
    # two people alone would be told from the sums: the next smallest unit stands with them
    assert [rate.code for rate in page.units] == ["U0", ""]
    assert page.folded == 2
    assert by_unit[""].people >= FEWEST_PEOPLE
    assert same(by_unit["U0"], counted([v for v in verdicts if v.unit == "U0"]))
    assert same(by_unit[""], counted([v for v in verdicts if v.unit in ("U1", "U-SMALL")]))
    assert sum(rate.known for rate in page.units) == page.whole.known


def test_one_unit_and_part_of_a_month_count_their_own_days_alone(database: Database) -> None:
    first, last = date(2026, 6, 8), date(2026, 6, 19)
    page = asked(database, unit="U0", first=first, last=last)
    mine = [v for v in verdicts_of(database) if v.unit == "U0" and first <= v.on <= last]
    assert same(page.whole, counted(mine))


def test_who_sees_a_part_is_shown_its_figures_and_no_others(database: Database) -> None:
    with database.reading() as session:
        number = office.key(office.get(session, UnitRow, "U1"))
        person = office.key(office.get(session, EmployeeRow, "P9"))
    verdicts = verdicts_of(database)
    head = asked(database, Within(frozenset({number})))
    assert same(head.whole, counted([v for v in verdicts if v.unit == "U1"]))
    assert {rate.code for rate in head.units} == {"U1"}
    own = asked(database, Within(frozenset(), person))
    assert same(own.whole, counted([v for v in verdicts if v.employee == "P9"]))
    assert (own.is_own, own.units) == (True, ())
    assert asked(database, NOTHING).is_empty


def test_few_people_are_not_drawn_as_a_group(database: Database) -> None:
    page = asked(database, unit="U-SMALL")
    assert page.too_few
    assert (page.minutes, page.weekdays, page.units, page.times) == ((), (), (), ())


def test_a_span_without_a_conclusion_says_so(database: Database) -> None:
    page = asked(database, first=date(2026, 1, 1), last=date(2026, 1, 31))
    assert page.is_empty
    assert page.whole.unknown_share is None


@pytest.mark.long
def test_a_month_of_two_thousand_people_is_counted_within_three_tenths_of_a_second(tmp_path: Path) -> None:
    path = tmp_path / "large.db"
    prepare(path, 2000, invent_punches(2000))
    database = Database(sqlite_url(path))
    evaluate_span(database, ZONE, NOW, FROM_ON, TO_ON)
    taken = []
    for _ in range(7):
        begun = time.process_time()  # of this process alone: others may run beside it
        assert asked(database).whole.known > 40_000
        taken.append(time.process_time() - begun)
    database.close()
    assert median(taken) <= 0.3


def test_both_databases_count_the_same(any_database: Database) -> None:
    _build(any_database)  # three people, three weeks, Tuesdays late, a leave that came later
    with any_database.reading() as session:
        person = office.key(office.get(session, EmployeeRow, "E2"))
        verdicts = [verdict for _, verdict in rulings.current(session, FIRST, LAST)]
        found = counted_days.cells(session, EVERYTHING, None, FIRST, LAST)
        minutes = counted_days.late_minutes(session, EVERYTHING, None, FIRST, LAST)
        days = person_days.days_of(session, EVERYTHING, person, FIRST, LAST)
        beside = person_days.next_to(session, EVERYTHING, person, date(2026, 11, 9))
        two = compared(
            session, ZONE, person, date(2026, 11, 3), (2, 1), titles={}, papers=EVERYTHING, reasons=EVERYTHING,
            disclosed=True,
        )  # fmt: skip
    assert same(charts._rate(found), counted(verdicts))
    assert charts._rate(found).late > 0
    assert [(each.minutes, each.sessions, each.excused) for each in minutes] == [
        (minute, count, 0)
        for minute, count in sorted(
            Counter(e.minutes for v in verdicts for e in v.violations if e.type == "late" and e.minutes).items()
        )
    ]
    assert [row["date"] for row in days] == [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    assert beside == (date(2026, 11, 6), date(2026, 11, 10))
    assert two is not None
    assert [(fact.kind, fact.paper.document if fact.paper else "") for fact in two.facts] == [
        ("paper_filed", "ĐP 7"),
        ("paper_approved", "ĐP 7"),
    ]
    assert {line.name: (line.before, line.after) for line in two.differing if line.name}["leave"] == (0, 270)
