"""Offices that several contracts are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance.store.database import Database
from tests.contract.rule_office import build, judge, marks
from tests.contract.site_office import CentreOffice, Site, Ticking, open_centre, open_site


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    """Two units and two weeks of punches, judged, with nothing left to judge."""
    build(sqlite_database)
    judge(sqlite_database)
    assert marks(sqlite_database) == {}
    return sqlite_database


@pytest.fixture
def clock() -> Ticking:
    """The clock of a centre and its site."""
    return Ticking()


@pytest.fixture
def centre(sqlite_database: Database, clock: Ticking) -> CentreOffice:
    """An office one of whose terminals hangs at a site."""
    return open_centre(sqlite_database, clock)


@pytest.fixture
def site(migrated_sqlite: Path, tmp_path: Path, centre: CentreOffice, clock: Ticking) -> Iterator[Site]:
    """That site, with its simulated terminal GATE."""
    with open_site(migrated_sqlite, tmp_path, centre, clock) as opened:
        yield opened
