"""Bring a database to the schema of this version, and say whether it is there."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import Session

from attendance.errors import Invalid
from attendance.store import chain_adopting
from attendance.store.database import Database

_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps the migration that runs in a global of the process
_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Create or migrate every table. Safe to run at every start; a killed run leaves the schema as it was.

    `revision`: an earlier version, for whoever wants to see it migrated.
    """
    engine = database.engine.execution_options(attendance_writing=True)
    with _ONE_AT_A_TIME, engine.connect() as connection, connection.begin():
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4370)")  # two starters must not race
        current = MigrationContext.configure(connection).get_current_revision()
        _refuse_newer(current)
        if current != head():
            command.upgrade(_config(connection), revision)
            if revision == "head":
                chain_adopting.adopt(connection)


def head() -> str:
    """The revision this version of the program needs."""
    return _scripts().get_current_head() or ""


def is_current(database: Database) -> bool:
    with database.reading() as session:
        return revision(session) == head()


def revision(session: Session) -> str | None:
    """The revision a database has; None: it has no tables of ours."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def check_known(database: Database) -> None:
    """Raises Invalid for a database without tables of ours, or of a newer version."""
    with database.reading() as session:
        found = revision(session)
    if found is None:
        raise Invalid("There are no tables of this program in the database; make them with `attendance init`.")
    _refuse_newer(found)


def known(found: str) -> bool:
    """Whether this version of the program can bring a database of that revision to its own."""
    return found in {script.revision for script in _scripts().walk_revisions()}


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """The same as `upgrade` in a transaction of the caller, who alone works on the schema."""
    with _ONE_AT_A_TIME:
        command.upgrade(_config(connection), revision)


@cache
def _scripts() -> ScriptDirectory:
    """The migrations of this version, read once: reading them takes longer than many a command."""
    return ScriptDirectory(str(_MIGRATIONS))


def _refuse_newer(current: str | None) -> None:
    if current is not None and not known(current):
        raise Invalid(
            f"The database has schema {current}, which this version does not know: it was written by a newer version. "
            "Install that version again; nothing was changed."
        )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config
