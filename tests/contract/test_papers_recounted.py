"""Every figure that papers of a generated province-month print is what the slow judge recounts from raw punches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import papers_recounted
from tests.e2e.site import copied
from tests.papers_recounted import Papers
from tests.province import ROOT, TREE, Province, document
from tests.recounted import Compared, Recount

LONG = [pytest.mark.long, pytest.mark.timeout(3600)]
SIZES = ((1, 36), *(pytest.param((seed, 1000), marks=LONG) for seed in (2, 3)))


@pytest.fixture(scope="module", params=SIZES, ids=str)
def papers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[Papers]:
    seed, people = request.param
    folder = tmp_path_factory.mktemp("province")
    database, written = copied(migrated_sqlite, folder), document(seed, people)
    Province(database, written).file(judged_each=False)
    made = Papers(database, folder, Recount(written), Compared())
    yield made
    print(f"\nseed {seed}: {people} people, {len(made.recount.days)} days, {made.compared.figures} figures compared")
    database.close()


def settled(papers: Papers) -> None:
    found, papers.compared.differences = papers.compared.differences, []
    assert not found, "\n".join([f"{len(found)} differ", *found[:12]])


def test_the_months_sheets(papers: Papers) -> None:
    for unit in TREE:
        papers_recounted.timesheet(papers, unit)
    settled(papers)


def test_the_sheets_of_overtime(papers: Papers) -> None:
    for unit in TREE:
        papers_recounted.overtime(papers, unit)
    settled(papers)


def test_the_statements_of_everybody(papers: Papers) -> None:
    papers_recounted.statements(papers, ROOT)
    settled(papers)
