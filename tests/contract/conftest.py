"""Offices that several contracts are tried on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from attendance.store import office as places
from attendance.store.database import Database, sqlite_url
from attendance.store.tables import UnitRow
from attendance.store.within import Within
from tests import register_office as made
from tests.contract.register_making import ENTRIES, Made, asking
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


@pytest.fixture(scope="session")
def planned_office(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[tuple[Database, made.Planned]]:
    path = tmp_path_factory.mktemp("registers") / "attendance.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(sqlite_url(path))
    planned = made.build(database)
    yield database, planned
    database.close()


@pytest.fixture(scope="session")
def make(planned_office: tuple[Database, made.Planned]) -> Callable[..., Made]:
    database, _ = planned_office

    def made_of(key: str, **more: Any) -> Made:
        with database.reading() as session:
            preview = ENTRIES[key].preview
            assert preview is not None
            return Made(preview(session, asking(**more)))

    return made_of


@pytest.fixture(scope="session")
def planned(planned_office: tuple[Database, made.Planned]) -> made.Planned:
    return planned_office[1]


@pytest.fixture(scope="session")
def unit_a(planned_office: tuple[Database, made.Planned]) -> Within:
    """What the head of A sees."""
    with planned_office[0].reading() as session:
        return Within(units=frozenset({places.key(places.get(session, UnitRow, "A"))}))
