"""Offices that several contracts are tried on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance.store.database import Database, sqlite_url
from tests.contract.rule_office import build, judge, marks
from tests.contract.site_office import CentreOffice, Site, Ticking, open_centre, open_site


@pytest.fixture(scope="session")
def judged_office(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """Two units and two weeks of punches, judged, with nothing left to judge; closed, to be copied."""
    path = tmp_path_factory.mktemp("template") / "judged.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    build(database)
    judge(database)
    assert marks(database) == {}
    database.close()
    return path


@pytest.fixture
def office(tmp_path: Path, judged_office: Path) -> Iterator[Database]:
    """That office, of this test alone."""
    path = tmp_path / "attendance.db"
    shutil.copyfile(judged_office, path)
    database = Database(sqlite_url(path))
    yield database
    database.close()


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
