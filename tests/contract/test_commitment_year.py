"""Commitments over a whole stored year: every figure with its list, also after a transfer and a change of the limit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from attendance.services.commitments import reviewing
from attendance.services.commitments.progress import Progress, progress, progress_of
from attendance.store import commitments, office
from attendance.store.database import Database, sqlite_url
from attendance.store.tables import EmployeeRow
from reports.own_commitments import own_commitments
from tests.builders import ZONE, statements_of
from tests.committed_year import AFTER, build


@dataclass(frozen=True)
class Year:
    database: Database
    numbers: dict[str, int]

    def of(self, name: str, at: datetime = AFTER) -> Progress:
        with self.database.reading() as session:
            return progress(session, ZONE, commitments.get(session, self.numbers[name]), at)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Year]:
    path = tmp_path_factory.mktemp("year") / "year.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    yield Year(database, build(database))
    database.close()


def listed(found: Progress, kind: str) -> list[tuple[str, str, str]]:
    return [(f"{item.on:%d/%m}", item.counts, item.why) for item in clause(found, kind).items]


def clause(found: Progress, kind: str):
    return next(each for each in found.judged.clauses if each.clause.kind == kind)


def test_late_and_early_by_month_each_with_its_list(year: Year) -> None:
    found = year.of("E1 from July")
    counted = clause(found, "late_early_per_month")
    assert {each.month.month: (each.n, each.limit, each.state) for each in counted.months} == {
        1: (0, 2, "kept"), 2: (2, 2, "kept"), 3: (3, 2, "broken"), 4: (2, 2, "kept"), 5: (1, 2, "kept"),
        6: (0, 2, "kept"), 7: (3, 1, "broken"), 8: (1, 1, "kept"), **dict.fromkeys((9, 10, 11, 12), (0, 1, "kept")),
    }  # fmt: skip
    assert listed(found, "late_early_per_month") == [
        ("03/02", "yes", "counted"), ("10/02", "no", "excused"), ("17/02", "yes", "counted"),
        ("03/03", "yes", "counted"), ("04/03", "yes", "counted"), ("05/03", "yes", "refused"),
        ("07/04", "yes", "counted"), ("08/04", "no", "excused"), ("09/04", "yes", "explained_late"),
        ("05/05", "yes", "partly_excused"),
        ("02/07", "yes", "counted"), ("07/07", "yes", "counted"), ("21/07", "yes", "counted"),
        ("04/08", "yes", "counted"),
    ]  # fmt: skip
    assert [f"{item.on:%d/%m}" for item in counted.items if item.breaks] == ["05/03", "21/07"]
    assert (counted.state, counted.items[9].minutes, counted.items[9].counted_min) == ("broken", 20, 10)


def test_it_goes_with_the_person_to_the_other_unit_and_says_where_each_was(year: Year) -> None:
    items = clause(year.of("E1 from July"), "late_early_per_month").items
    before = {item.unit_id for item in items if item.on < date(2026, 7, 1)}
    after = {item.unit_id for item in items if item.on >= date(2026, 7, 1)}
    assert len(before) == len(after) == 1
    assert before != after


def test_the_first_text_and_the_one_in_its_place_are_one_promise(year: Year) -> None:
    assert year.of("E1").judged.clauses[0].months == year.of("E1 from July").judged.clauses[0].months
    assert (year.of("E1").from_on, year.of("E1").to_on) == (date(2026, 1, 8), date(2026, 12, 31))


def test_sessions_missing_punches_and_duties(year: Year) -> None:
    found = year.of("E1")
    assert listed(found, "no_unexcused_session") == [
        ("20/10", "no", "excused"), ("18/11", "yes", "counted"), ("24/11", "no", "inspection"),
    ]  # fmt: skip
    assert listed(found, "missing_explained_within") == [
        ("12/02", "no", "in_time"), ("13/05", "yes", "not_explained"), ("16/09", "no", "settled"),
        ("06/10", "no", "accepted_late"),
    ]  # fmt: skip
    missing = clause(found, "missing_explained_within")
    assert (missing.state, missing.n, missing.of) == ("broken", 2, 3)
    assert missing.items[1].until == date(2026, 5, 18)  # Thursday, Friday, Monday
    assert listed(found, "roster_kept") == [("14/03", "no", "duty_kept"), ("21/03", "yes", "duty_no_show")]
    duties = clause(found, "roster_kept")
    assert (duties.state, duties.n, duties.of) == ("broken", 1, 2)
    assert clause(found, "signed_before").state == "kept"
    assert clause(found, "text").state == "open"


def test_days_nobody_knows_are_counted_apart(year: Year) -> None:
    judged = year.of("E1").judged
    # the terminal was dead on 8 December, and nobody settled the missing punch of 13 May
    assert (judged.known_days, judged.unknown_days) == (254, 2)


def test_a_day_before_signing_does_not_count(year: Year) -> None:
    kept = year.of("E2")
    assert [f"{item.on:%d/%m}" for item in kept.judged.clauses[0].items] == ["04/02", "01/07", "02/07", "03/07"]
    assert (kept.from_on, clause(kept, "signed_before").state) == (date(2026, 2, 2), "broken")


def test_a_collective_answers_for_who_served_in_it_on_the_day(year: Year) -> None:
    whole, part = year.of("A"), year.of("B")
    july = next(each for each in whole.judged.clauses[0].months if each.month.month == 7)
    assert (july.n, july.limit, july.state) == (6, 4, "broken")
    assert [f"{item.on:%d/%m}" for item in whole.judged.clauses[0].items if item.breaks] == ["07/07", "21/07"]
    assert [f"{item.on:%d/%m}" for item in part.judged.clauses[0].items] == ["02/07", "07/07", "21/07", "04/08"]
    assert part.state == "kept"
    assert part.judged.known_days < whole.judged.known_days


def test_it_is_told_as_it_was_known(year: Year) -> None:
    """On 2 March the explanation of 10 February was accepted and that of 12 February refused; March was not read."""
    then = year.of("E1", datetime(2026, 3, 2, 2, tzinfo=UTC))
    assert (then.state, then.is_over) == ("kept", False)
    assert listed(then, "late_early_per_month")[-1] == ("17/02", "yes", "counted")
    in_april = year.of("E1", datetime(2026, 5, 2, 2, tzinfo=UTC))
    assert clause(in_april, "missing_explained_within").state == "kept"
    assert clause(in_april, "late_early_per_month").state == "broken"


def test_before_a_month_was_read_nothing_of_it_was_known(year: Year) -> None:
    then = year.of("E1", datetime(2026, 2, 20, 2, tzinfo=UTC))
    assert listed(then, "late_early_per_month") == []
    assert (then.judged.known_days, then.judged.unknown_days) == (17, 14)  # 8 to 31 January, 2 to 19 February


def test_what_is_asked_of_the_database_does_not_grow_with_them(year: Year) -> None:
    with year.database.reading() as session:
        rows = [commitments.get(session, number) for name, number in year.numbers.items() if name.startswith("E")]

        def ask(count: int) -> int:
            chosen = [row for row in rows if row.replaces_id is None][:count]
            return statements_of(year.database, lambda: progress_of(session, ZONE, chosen, AFTER))

        assert ask(1) == ask(2)


def test_it_is_reviewed_after_its_last_day_with_the_text_that_stands(year: Year) -> None:
    with year.database.reading() as session:

        def obstacle(name: str, at: datetime) -> str:
            return reviewing.sheet(session, ZONE, commitments.get(session, year.numbers[name]), at).obstacle

        assert obstacle("B", datetime(2026, 12, 31, 2, tzinfo=UTC)) == "not_over"
        assert obstacle("B", AFTER) == ""
        assert obstacle("E1", AFTER) == "replaced"


def test_it_stands_on_ones_own_page(year: Year) -> None:
    with year.database.reading() as session:
        person = office.key(office.get(session, EmployeeRow, "E1"))
        (mine,) = own_commitments(session, ZONE, datetime(2026, 12, 20, 2, tzinfo=UTC), person)
    assert mine.stands is not None
    assert [(each.kind, each.state, each.n, each.of) for each in mine.stands.figures] == [
        ("late_early_per_month", "broken", 3, 1), ("no_unexcused_session", "broken", 1, 0),
        ("missing_explained_within", "broken", 2, 3), ("roster_kept", "broken", 1, 2), ("signed_before", "kept", 1, 1),
    ]  # fmt: skip


@pytest.mark.long
@pytest.mark.postgres
def test_postgresql_tells_the_same(year: Year, postgres_database: Database) -> None:
    there = Year(postgres_database, build(postgres_database))
    for name in ("E1", "E2", "A", "B"):
        for at in (AFTER, datetime(2026, 5, 2, 2, tzinfo=UTC)):
            mine, other = year.of(name, at).judged, there.of(name, at).judged
            assert [each.items for each in mine.clauses] == [each.items for each in other.clauses]
            assert (mine.known_days, mine.unknown_days) == (other.known_days, other.unknown_days)
