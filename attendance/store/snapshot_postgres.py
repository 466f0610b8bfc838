"""PostgreSQL as rows: every table out of one snapshot by COPY, and into a schema that was built anew.

No program of PostgreSQL is needed beside the server. COPY in its text form is read by every later server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from attendance.errors import AttendanceError
from attendance.store.every_table import every_table

VERSION = "alembic_version"
TAKEN_AWAY = frozenset({"policy"})
"""Tables that older schemas have and this one has no more."""
_SETTINGS = (
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO'",
    "SET LOCAL extra_float_digits = 3",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL statement_timeout = 0",
)
_TABLES = (
    "SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FROM pg_class c "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname"
)
_KEYS = (
    "SELECT a.attname FROM pg_index i JOIN unnest(i.indkey) WITH ORDINALITY k(num, place) ON true "
    "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num "
    "WHERE i.indisprimary AND i.indrelid = to_regclass(:name) ORDER BY k.place"
)
_FOREIGN = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
)
_SEQUENCES = (
    "SELECT t.relname, a.attname, s.oid::regclass::text FROM pg_class s "
    "JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') "
    "JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid "
    "WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace"
)
_FUNCTIONS = (
    "SELECT DISTINCT p.oid::regprocedure::text FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid "
    "JOIN pg_proc p ON p.oid = g.tgfoid WHERE NOT g.tgisinternal AND c.relnamespace = current_schema()::regnamespace "
    "AND c.relname = ANY(:names)"
)


class DoesNotFit(AttendanceError):
    """Rows that the schema they are said to be of does not take."""


def revision_of(session: Session) -> str | None:
    """The schema that stands there; None: none does."""
    if session.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
        return None
    found = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def copy_out(session: Session, take: Callable[[str, Iterable[bytes]], str]) -> dict[str, dict[str, Any]]:
    """Hand every table of a reading session to `take` (name, rows as COPY writes them); answers of each its columns,
    how many rows it has and their digest."""
    connection = session.connection()
    for setting in _SETTINGS:
        connection.exec_driver_sql(setting)
    found: dict[str, dict[str, Any]] = {}
    for name, columns in connection.exec_driver_sql(_TABLES).all():
        if name not in every_table() and name not in TAKEN_AWAY:  # of another program, or the version
            continue
        keys = list(connection.execute(text(_KEYS), {"name": _quoted(name)}).scalars())
        order = f" ORDER BY {_columns(keys)}" if keys else ""
        query = f"COPY (SELECT {_columns(columns)} FROM {_quoted(name)}{order}) TO STDOUT"  # noqa: S608 - of the schema
        counted = _Counted(_copied(connection, query))
        digest = take(f"tables/{name}", counted)
        found[name] = {"columns": list(columns), "rows": counted.rows, "sha256": digest}
    return found


class _Counted:
    """Pieces on their way, counted: a row of COPY's text form is a line."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self.rows = pieces, 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.rows += piece.count(b"\n")
            yield piece


def _copied(connection: Connection, query: str) -> Iterator[bytes]:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(query) as copying:
        for piece in copying:
            yield bytes(piece)


def copy_in(connection: Connection, tables: dict[str, dict[str, Any]], rows: Callable[[str], Iterable[bytes]]) -> None:
    """Fill a schema that was built just now, in its transaction: only what the backup holds is in it afterwards.

    Triggers and foreign keys rest until all rows are there and stand as before when it ends. Raises DoesNotFit.
    """
    try:
        _copy_in(connection, tables, rows)
    except DBAPIError as error:
        raise DoesNotFit(str(error.orig).splitlines()[0]) from error
    except psycopg.Error as error:
        raise DoesNotFit(str(error).splitlines()[0]) from error


def _copy_in(connection: Connection, tables: dict[str, dict[str, Any]], rows: Callable[[str], Iterable[bytes]]) -> None:
    run = connection.exec_driver_sql
    for setting in _SETTINGS:
        run(setting)
    names = [name for name, _ in run(_TABLES).all() if name in tables]
    if missing := sorted(set(tables) - set(names)):
        raise DoesNotFit(f"there is no table {missing[0]} in its schema")
    quoted = {_quoted(name) for name in names} | set(names)
    foreign = [each for each in run(_FOREIGN).all() if each[0] in quoted]
    for table, name, _ in foreign:
        run(f"ALTER TABLE {table} DROP CONSTRAINT {_quoted(name)}")
    for name in names:
        run(f"ALTER TABLE {_quoted(name)} DISABLE TRIGGER USER")
    run(f"TRUNCATE {', '.join(map(_quoted, names))}")  # what building the schema put there
    driver: Any = connection.connection.driver_connection
    for name, said in tables.items():
        query = f"COPY {_quoted(name)} ({_columns(said['columns'])}) FROM STDIN"
        with driver.cursor() as cursor, cursor.copy(query) as copying:
            for piece in rows(f"tables/{name}"):
                copying.write(piece)
    for table, column, sequence in run(_SEQUENCES).all():
        if table not in tables:
            continue
        top = f"(SELECT max({_quoted(column)}) FROM {_quoted(table)})"  # noqa: S608 - names of the schema
        run(f"SELECT setval('{sequence}', greatest(coalesce({top}, 0), 1), {top} IS NOT NULL)")
    for name in names:
        run(f"ALTER TABLE {_quoted(name)} ENABLE TRIGGER USER")
    for table, name, definition in foreign:
        run(f"ALTER TABLE {table} ADD CONSTRAINT {_quoted(name)} {definition}")


def digests(session: Session, tables: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The digest of each of these tables as it stands, over the same columns."""
    found: dict[str, str] = {}

    def take(name: str, pieces: Iterable[bytes]) -> str:
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        return digest.hexdigest()

    for name, said in copy_out(session, take).items():
        if name in tables:
            found[name] = said["sha256"]
    return found


def clear(connection: Connection) -> None:
    """Take every table of this program away, with what guards them, in the transaction of the caller."""
    run = connection.exec_driver_sql
    ours = {*every_table(), VERSION}
    names = [name for name, _ in run(_TABLES).all() if name in ours]
    functions = list(connection.execute(text(_FUNCTIONS), {"names": names}).scalars())
    if names:
        run(f"DROP TABLE {', '.join(map(_quoted, names))} CASCADE")
    for function in functions:
        run(f"DROP FUNCTION {function} CASCADE")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _columns(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))
