"""A place to restore into: an empty database of either kind."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from attendance.store.database import Database, sqlite_url
from tests.conftest import _run

_NUMBERS = itertools.count()


@pytest.fixture
def empty_postgres(postgres: Callable[[str], str]) -> Iterator[str]:
    """The address of a database without any table."""
    name = f"empty_{os.getpid()}_{next(_NUMBERS)}"
    _run(postgres("postgres"), f"CREATE DATABASE {name} TEMPLATE template0")
    yield postgres(name)
    _run(postgres("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def elsewhere(any_database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of a place of the same kind as `any_database` in which nothing is."""
    if any_database.is_sqlite:
        return sqlite_url(tmp_path / "new" / "attendance.db")
    found: str = request.getfixturevalue("empty_postgres")
    return found
