"""Every figure that papers of a generated province-month print is what the slow judge recounts from raw punches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.month_exports import file_of
from api.reporting.timesheets import sheet_of
from reports.counted import SumsDiffer
from reports.timesheet import FORMATS
from tests import papers_recounted, registers_recounted
from tests.e2e.site import copied
from tests.papers_recounted import Papers, asked
from tests.province import ROOT, TREE, Province, document
from tests.recounted import Compared, Recount

LONG = [pytest.mark.long, pytest.mark.timeout(3600)]
SOME = ("S1B", "H1", "TTK")
"""Of the sample these have their sheets; of a thousand people every unit."""
SIZES = (
    pytest.param((1, 36, SOME), id="sample"),
    *(pytest.param((seed, 1000, tuple(TREE)), marks=LONG, id=f"seed{seed}") for seed in (2, 3, 4)),
)


@pytest.fixture(scope="module", params=SIZES)
def papers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[Papers]:
    seed, people, units = request.param
    folder = tmp_path_factory.mktemp("province")
    database, written = copied(migrated_sqlite, folder), document(seed, people)
    Province(database, written).file_all()
    made = Papers(database, folder, Recount(written), Compared(), units)
    yield made
    print(f"\nseed {seed}: {people} people, {len(made.recount.days)} days, {made.compared.figures} figures compared")
    database.close()


def settled(papers: Papers) -> None:
    found, papers.compared.differences = papers.compared.differences, []
    assert not found, "\n".join([f"{len(found)} differ", *found[:12]])


def test_the_month_has_something_of_everything(papers: Papers) -> None:
    days = papers.recount.days
    violations = {(each["type"], each["status"]) for day in days for each in day.row["violations"]}
    for kind in ("late", "early", "absent"):
        assert {(kind, status) for status in ("counted", "excused", "partly_excused")} <= violations
    for kind in ("missing_in", "missing_out"):
        assert {(kind, status) for status in ("counted", "excused", "pending")} <= violations
    signs = {sign for day in days for sign in day.row["symbols"].values()}
    assert {"+", "-", "?", "CT", "KP", "L", "N", "NX", "P", "Ô", "No"} <= signs
    assert {"NT", "NN", "NL"} == {line["kind"] for day in days for line in day.row["overtime"]}
    assert {"kept", "no_show"} <= {duty["state"] for duty in papers.recount.duties(ROOT)}
    assert {"workday", "weekend", "holiday", "swapped_work", "swapped_off"} == {day.row["day_kind"] for day in days}
    flags = {flag for day in days for flag in day.row["flags"]}
    assert {"terminal_outage", "terminal_clock_invalid", "clock_corrected", "explanation_after_deadline"} <= flags
    moved = {day.employee: set[str]() for day in days}
    for day in days:
        moved[day.employee].add(day.unit)
    assert 2 in map(len, moved.values()), "somebody has a line in two units"


def test_the_months_sheets(papers: Papers) -> None:
    for unit in papers.units:
        papers_recounted.timesheet(papers, unit)
    settled(papers)


def test_the_sheets_of_overtime(papers: Papers) -> None:
    for unit in papers.units:
        papers_recounted.overtime(papers, unit)
    settled(papers)


def test_the_statements_of_everybody(papers: Papers) -> None:
    papers_recounted.statements(papers, ROOT)
    settled(papers)


def test_the_registers(papers: Papers) -> None:
    registers_recounted.violations(papers, ROOT, printed=False)
    for unit in papers.units:
        registers_recounted.violations(papers, unit, printed=unit != ROOT)  # a paper holds 2,000 rows
        registers_recounted.missing_punches(papers, unit)
        registers_recounted.duties(papers, unit)
    settled(papers)


def test_compliance_seasons_and_years(papers: Papers) -> None:
    for unit in (ROOT, "S1", "TTK"):
        registers_recounted.units(papers, unit)
        registers_recounted.years(papers, unit)
    for unit in (ROOT, "S1"):
        registers_recounted.seasons(papers, unit)
    settled(papers)


def test_the_weekly_brief(papers: Papers) -> None:
    for unit in (ROOT, "H1"):
        registers_recounted.brief(papers, unit)
    settled(papers)


@pytest.mark.parametrize("format", FORMATS)
def test_a_sheet_whose_sums_do_not_hold_is_made_in_no_format(papers: Papers, format: str) -> None:
    with papers.database.reading() as session:
        page = sheet_of(session, asked(unit="H1"))
    assert file_of(page, format, "vi")
    lost = replace(page, table=replace(page.table, lines=page.table.lines[1:]))
    with pytest.raises(SumsDiffer, match=r"H1 sums to .* by person and to .* by day"):
        file_of(lost, format, "vi")
