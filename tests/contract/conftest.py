"""Offices that several contracts are tried on."""

from __future__ import annotations

import pytest

from attendance.store.database import Database
from tests.contract.rule_office import build, judge, marks


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    """Two units and two weeks of punches, judged, with nothing left to judge."""
    build(sqlite_database)
    judge(sqlite_database)
    assert marks(sqlite_database) == {}
    return sqlite_database
