"""Papers made of counts: every figure against a recount by the oracle; what does not add up is not printed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.reporting import briefs
from api.reporting.entry import Asked, Format
from attendance.errors import Invalid, NotFound
from attendance.services.access import Permission
from attendance.store import listing, office
from attendance.store.database import Database
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import EVERYTHING, NOTHING, Within
from reports import compliance, counted, monthly_statement, periods_compared, weekly_brief
from reports.counted import Figures, SumsDiffer
from reports.monthly_statement import BLOCKS, COUNTS
from reports.weekly_brief import Seen
from tests import month_office
from tests.counted_office import CHANGE, FIRST, LAST, STAFF, Recount, document
from tests.e2e.site import copied
from tests.office_of_case import OfficeOfCase

ZONE = "Asia/Ho_Chi_Minh"
TODAY = date(2026, 5, 4)
NOW = datetime(2026, 5, 4, 1, tzinfo=UTC)
APRIL = (date(2026, 4, 1), date(2026, 4, 30))
_DAY = timedelta(days=1)


SEEDS = (7, *(pytest.param(seed, marks=pytest.mark.long) for seed in (8, 9, 10)))


@pytest.fixture(scope="module", params=SEEDS)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[tuple[Database, Recount]]:
    database = copied(migrated_sqlite, tmp_path_factory.mktemp("counted"))
    written = document(request.param)
    OfficeOfCase(database, written).file(judged_each=False)
    yield database, Recount(written)
    database.close()


def _same(figures: Figures, sums: Counter[str], where: str) -> None:
    told = {"due": figures.due, "known": figures.known, "counted": figures.counted, "excused": figures.excused}
    assert told == {name: sums[name] for name in told}, where
    times = {f"{kind} {status}": count for (kind, status), count in figures.occurrences.items() if count}
    assert times == {name: count for name, count in sums.items() if " " in name and count}, where


def test_each_figure_of_each_unit_is_what_the_oracle_recounts(made: tuple[Database, Recount]) -> None:
    database, recount = made
    with database.reading() as session:
        part = StoredTree(session).spread(office.key(office.get(session, UnitRow, "A")), *APRIL)
        found = compliance.compliance(session, EVERYTHING, unit="A", part=part, from_on=APRIL[0], to_on=APRIL[1])
    assert [line.code for line in found.lines] == ["A", "B", "C", "C1", "D"]
    for line in found.lines:
        _same(line.figures, recount.sums(line.code, *APRIL), line.code)
        assert line.figures.people == recount.people(line.code, *APRIL)
    assert found.whole == found.lines[0].figures
    assert [line.code for line in found.below] == ["", "B", "C", "D"], "its own people, then the units right below"
    assert sum(line.figures.known for line in found.below) == found.whole.known
    assert found.left_out == 2 * sum((APRIL[0] + n * _DAY).weekday() < 5 for n in range(29)), "B-5 need not punch"
    assert all((found.whole.counted, found.whole.excused, found.whole.unverified)), "a case that shows something"
    assert [line.code for line in found.lines if line.is_small] == ["B", "C1", "D"]


def test_the_brief_of_two_weeks_is_what_the_oracle_recounts(made: tuple[Database, Recount]) -> None:
    database, recount = made
    weeks = ((date(2026, 4, 20), date(2026, 4, 26)), (date(2026, 4, 13), date(2026, 4, 19)))
    with database.reading() as session:
        brief = weekly_brief.weekly_brief(session, ZONE, NOW, Seen(EVERYTHING), "A", weeks[0][0])
    for week, span in zip((brief.week, brief.before), weeks, strict=True):
        sums = recount.sums("A", *span)
        assert (week.from_on, week.to_on) == span
        _same(week.figures, sums, str(span))
        assert week.unverified_days == sums["unverified_days"]
    assert brief.week.unverified["outage"] == 5, "who depends on the terminal of D, dead for five days"
    assert [(part.code, part.folded) for part in brief.parts] == [("C", 0), ("", 3)], "A, B and D are few: together"
    assert sum(part.figures.due for part in brief.parts) == brief.week.figures.due
    assert {one.kind for one in brief.days_off} == {"holiday"}, "the week after has two holidays"
    assert (brief.explanations, brief.visited) == (None, ()), "what the reader may not count is not said"


def test_a_statement_lists_what_the_oracle_recounts_of_its_person(made: tuple[Database, Recount]) -> None:
    database, recount = made
    with database.reading() as session:
        part = StoredTree(session).spread(office.key(office.get(session, UnitRow, "A")), *APRIL)
        people = monthly_statement.people_of(session, EVERYTHING, part, *APRIL)
        seen = monthly_statement.Seen(EVERYTHING, EVERYTHING, EVERYTHING)
        found = {
            each.code: each
            for each in monthly_statement.statements(session, ZONE, NOW, seen, people, *APRIL, part=part)
        }
    assert len(found) == sum(STAFF.values())
    wanted: dict[str, Counter[str]] = {code: Counter() for code in found}
    for code, _, _, row in recount.days(*APRIL):
        for each in row["violations"]:
            wanted[code][_block(each)] += 1
        wanted[code]["finding"] += len(row["findings"])
    for code, statement in found.items():
        told = {name: len(statement.blocks[name]) for name in BLOCKS if name != "no_show"}
        assert told == {name: wanted[code][name] for name in told}, code
        assert statement.counted == sum(wanted[code][name] for name in COUNTS)
    assert wanted["B-2"]["finding"] == 1
    assert found["B-4"].units == ("B", "C1"), "who moves has both units on one sheet"
    assert all(item.basis == "" for item in found["B-1"].blocks["late"]), "hours of the case have no document"


def _block(violation: dict[str, Any]) -> str:
    status, kind = violation["status"], violation["type"]
    if status == "excused":
        return "excused"
    if status == "pending":
        return "missing"
    return "refused" if kind.startswith("missing") else kind


def test_seasons_are_cut_where_hours_change_and_windows_are_whole_weeks(made: tuple[Database, Recount]) -> None:
    database, recount = made
    with database.reading() as session:
        found = periods_compared.seasons(session, EVERYTHING, "A", FIRST, LAST)
    assert [(each.from_on, each.to_on) for each in found.stretches] == [(FIRST, CHANGE - _DAY), (CHANGE, LAST)]
    for each in found.stretches:
        _same(each.figures, recount.sums("A", each.from_on, each.to_on), str(each.from_on))
    assert found.change == CHANGE
    assert found.before is not None
    assert found.after is not None
    length = (found.after.to_on - found.after.from_on).days + 1
    assert length == 14
    assert (found.before.to_on, found.after.from_on) == (CHANGE - _DAY, CHANGE)
    for each in (found.before, found.after):
        _same(each.figures, recount.sums("A", each.from_on, each.to_on), str(each.from_on))
    with database.reading() as session:
        short = periods_compared.seasons(session, EVERYTHING, "A", CHANGE - 3 * _DAY, LAST)
    assert (short.change, short.before, short.is_compared) == (None, None, False), "three days are not a week"


def test_a_year_without_data_is_neither_better_nor_worse(made: tuple[Database, Recount]) -> None:
    database, recount = made
    with database.reading() as session:
        found = periods_compared.years(session, EVERYTHING, "A", 2026, TODAY)
        next_year = periods_compared.years(session, EVERYTHING, "A", 2027, date(2027, 4, 11))
    assert [pair.month for pair in found.months] == [3, 4]
    assert (found.compared, found.earlier.known, found.later.known) == (0, 0, 0)
    _same(found.months[1].later.figures, recount.sums("A", *APRIL), "April")
    assert not any(pair.is_compared for pair in found.months)
    april = next_year.months[-1]
    assert (april.earlier.to_on, april.later.to_on) == (date(2026, 4, 10), date(2027, 4, 10)), "both end on a day"
    assert periods_compared.difference_tenths(april.earlier.figures, april.later.figures) is None
    assert periods_compared._a_year_before(date(2028, 2, 29)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("known", "with_counted", "tenths"),
    [
        (16, 7, 563),
        (8, 1, 875),
        (3, 1, 667),
        (2000, 1, 1000),
        (2000, 3, 999),
        (400, 1, 998),
        (1, 0, 1000),
        (0, 0, None),
    ],
)
def test_percentages_are_rounded_half_up_to_one_decimal(known: int, with_counted: int, tenths: int | None) -> None:
    assert Figures(1, known, known, with_counted).tenths == tenths


def test_enough_is_four_fifths_and_nothing_is_not_enough() -> None:
    assert Figures(due=10, known=8).is_enough
    assert not Figures(due=1000, known=799).is_enough
    assert not Figures().is_enough


# as papers -----------------------------------------------------------------------------------------------------------


def _asked(within: Within = EVERYTHING, others: dict[Permission, Within] | None = None, **given: Any) -> Asked:
    def elsewhere(permission: Permission) -> Within:
        return within if others is None else others.get(permission, NOTHING)

    return Asked(within, elsewhere, ZONE, TODAY, NOW, "vi", **given)


def _write(database: Database, key: str, asked: Asked, format: Format, path: Path) -> Any:
    entry = next(each for each in briefs.ENTRIES if each.key == key)
    with database.reading() as session:
        return entry.write(session, asked, format, path)


def test_every_paper_is_made_in_every_format_it_offers(made: tuple[Database, Recount], tmp_path: Path) -> None:
    database, recount = made
    asked = _asked(from_on=APRIL[0], to_on=APRIL[1])
    for entry in briefs.ENTRIES:
        for kind in entry.formats:
            file = tmp_path / f"{entry.key}.{kind}"
            told = _write(database, entry.key, asked, kind, file)
            assert told.rows, file.name
            if kind == "pdf":
                assert file.read_bytes().startswith(b"%PDF")
    units = json.loads((tmp_path / "units.json").read_text())
    line = next(each for each in units["items"] if each["unit"] == "C")
    sums = recount.sums("C", *APRIL)
    assert (line["clear"], line["known"]) == (sums["known"] - sums["counted"], sums["known"])
    assert line["compliance_percent"] == round(line["clear"] / line["known"] * 1000 + 1e-9) / 10
    csv = (tmp_path / "units.csv").read_text("utf-8-sig").splitlines()
    assert f",{line['clear']},{line['known']},{line['compliance_percent']}," in next(
        row for row in csv if row[:2] == "C,"
    )


def test_a_reader_gets_papers_of_their_own_part_alone(made: tuple[Database, Recount], tmp_path: Path) -> None:
    database, recount = made
    with database.reading() as session:
        tree = StoredTree(session)
        head = Within(tree.below([tree.numbers["C"]], TODAY))
        number = listing.find_employee(session, "C-1", EVERYTHING)
    april = {"from_on": APRIL[0], "to_on": APRIL[1]}
    file = tmp_path / "units.json"
    _write(database, "units", _asked(head, **april), "json", file)
    told = json.loads(file.read_text())
    assert [line["unit"] for line in told["items"]] == ["C", "C1"]
    _same_whole(told["figures"], recount, "C")
    with pytest.raises(NotFound):
        _write(database, "units", _asked(head, unit="B", **april), "json", file)
    with pytest.raises(NotFound):
        _write(database, "statement", _asked(head, employee="B-1", **april), "json", file)
    own = Within(frozenset(), number)
    made_of = _write(database, "statement", _asked(own, **april), "json", file)
    assert made_of.people == {number}
    assert [each["employee"] for each in json.loads(file.read_text())] == ["C-1"]


def _same_whole(figures: dict[str, Any], recount: Recount, unit: str) -> None:
    sums = recount.sums(unit, *APRIL)
    assert (figures["due"], figures["known"], figures["with_counted"]) == (sums["due"], sums["known"], sums["counted"])


def test_a_paper_whose_figures_do_not_add_up_is_not_made(
    made: tuple[Database, Recount], tmp_path: Path, migrated_sqlite: Path
) -> None:
    database, _ = made
    with database.reading() as session:
        stored = StoredTree(session)
        found = counted.counted(session, stored, EVERYTHING, None, *APRIL)
        rows = [row for row in stored.shown(TODAY) if row.code in ("A", "B", "C", "C1", "D")]
        lost = replace(found, cells=(*found.cells, replace(found.cells[0], unit_id=None)))
        with pytest.raises(SumsDiffer, match=r"not made.*figures of A.*judged again"):
            compliance.unit_lines(stored, lost, rows, "A")


def test_a_month_that_has_not_begun_and_a_unit_without_people_are_said(
    made: tuple[Database, Recount], tmp_path: Path
) -> None:
    database, _ = made
    with pytest.raises(Invalid, match="No day from 2026-06-01"):
        _write(database, "statement", _asked(from_on=date(2026, 6, 1)), "pdf", tmp_path / "x.pdf")
    assert not (tmp_path / "x.pdf").exists()
    assert weekly_brief.week_of(None, date(2026, 5, 4))[0] == (date(2026, 4, 27), date(2026, 5, 3))
    assert weekly_brief.week_of(date(2026, 5, 4), date(2026, 5, 7)) == (
        (date(2026, 5, 4), date(2026, 5, 6)), (date(2026, 4, 27), date(2026, 4, 29)),
    )  # fmt: skip
    with pytest.raises(Invalid, match="earlier week"):
        weekly_brief.week_of(date(2026, 5, 4), date(2026, 5, 4))


@pytest.mark.postgres
def test_both_databases_count_the_same(postgres_database: Database, sqlite_database: Database) -> None:
    found = []
    for database in (postgres_database, sqlite_database):
        month_office.fill(database)
        month_office.settle(database)
        march = (month_office.MARCH, date(2026, 3, 31))
        with database.reading() as session:
            stored = StoredTree(session)
            part = stored.spread(stored.numbers["A"], *march)
            people = monthly_statement.people_of(session, EVERYTHING, part, *march)
            seen = Seen(EVERYTHING, EVERYTHING, EVERYTHING, EVERYTHING, EVERYTHING, EVERYTHING, EVERYTHING)
            found.append(
                (
                    compliance.compliance(session, EVERYTHING, unit="A", part=part, from_on=march[0], to_on=march[1]),
                    periods_compared.years(session, EVERYTHING, "A", 2026, date(2026, 4, 3)),
                    weekly_brief.weekly_brief(session, ZONE, month_office.AT, seen, "A", month_office.LATE_ON),
                    monthly_statement.statements(
                        session, ZONE, month_office.AT, monthly_statement.Seen(EVERYTHING, EVERYTHING, EVERYTHING),
                        people, *march, part=part,
                    ),
                )
            )  # fmt: skip
    assert found[0] == found[1]
    assert found[0][0].whole.counted == 1
    assert found[0][0].whole.excused == 1
