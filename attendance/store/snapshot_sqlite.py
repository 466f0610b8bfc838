"""SQLite as files: a copy of one moment while others write, and a copy put in the place of what stands."""

from __future__ import annotations

import errno
import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from attendance.errors import StoreUnavailable
from attendance.store.database import BUSY_SECONDS, Database

MEMBER = "database.sqlite"
_PIECE = 1 << 20


class Damaged(StoreUnavailable):
    """The database itself cannot be read as it should."""

    code = "database_damaged"


@contextmanager
def _in_words() -> Iterator[None]:
    """What SQLite says of a disk as the OSError it is, what it says of a file as Damaged."""
    try:
        yield
    except sqlite3.OperationalError as error:
        number = errno.ENOSPC if "full" in str(error) else errno.EIO
        raise OSError(number, str(error)) from error
    except sqlite3.DatabaseError as error:
        raise Damaged(f"The database itself is damaged ({error}): restore the last good backup.") from error


def copy_to(database: Database, path: Path) -> None:
    """The database as it is at one moment, as a file that no log of changes belongs to; writers are not held up.

    One step of the online backup: it reads in one transaction, and in WAL nobody waits for a reader. Raises OSError,
    Damaged.
    """
    with _in_words(), closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as source:
        source.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        with closing(sqlite3.connect(path)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")


def damage(path: Path) -> str:
    """What SQLite finds wrong with a file, in its own words; empty: nothing. Raises StoreUnavailable where somebody
    does not let go of it."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            (first, *_) = connection.execute("PRAGMA quick_check(1)").fetchone()
            loose = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreUnavailable(
                "Another process holds the database: nothing was restored. Stop the service and try again."
            ) from error
        return str(error)
    if first != "ok":
        return str(first)
    return f"a row of {loose[0]} points to nothing" if loose is not None else ""


def revision_of(path: Path) -> str:
    with _in_words(), closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found)


def tables(path: Path) -> dict[str, dict[str, Any]]:
    """Of each table of a file how many rows it has, and the SHA-256 over them in the order of their primary key."""
    with _in_words(), closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )]  # fmt: skip
        return {name: _table(connection, name) for name in names}


def _table(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    columns = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
    keys = [f'"{column[1]}"' for column in sorted(columns, key=lambda each: each[5]) if column[5]]
    query = f'SELECT * FROM "{name}"'  # noqa: S608 - names out of the schema itself
    digest, rows = hashlib.sha256(), 0
    for row in connection.execute(f"{query} ORDER BY {', '.join(keys)}" if keys else query):
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
        rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def fold(path: Path) -> None:
    """Bring everything into the one file, so that it may be moved alone."""
    with _in_words(), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def put_in_place(path: Path, target: Path) -> None:
    """Copy a database over another in one transaction of it: whoever dies on the way leaves what was there.

    Raises StoreUnavailable where somebody does not let go of it.
    """
    until = time.monotonic() + BUSY_SECONDS

    def be_patient(_status: int, _left: int, _pages: int) -> None:
        if time.monotonic() > until:
            raise StoreUnavailable(
                "Another process holds the database: nothing was restored. Stop the service and try again."
            )

    with _in_words(), closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as written:
        written.execute("PRAGMA synchronous=FULL")
        source.backup(written, progress=be_patient)
        written.execute("PRAGMA wal_checkpoint(TRUNCATE)")
