"""The one place that opens and commits. SQLite by default (WAL, FULL, one writer at a time), PostgreSQL beyond."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

import attendance.store.register_tables  # noqa: F401 - rows of every kind of paper point to it
from attendance.errors import Conflict, Invalid, StoreUnavailable, Unstorable
from attendance.store import chain_writing, trail
from attendance.store.looks import WAIT_SECONDS, Looks
from attendance.store.trail_chain import Sealer
from attendance.store.trail_writing import SEALER

BUSY_SECONDS = 30
_log = logging.getLogger(__name__)
_JSON: dict[str, Any] = {
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": orjson.loads,
}
_BUSY = f"{{}} has held the database for over {BUSY_SECONDS} s: nothing was stored. Try again."
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=FAST",  # what is deleted does not stay readable where overwriting it costs no writing
    "PRAGMA recursive_triggers=ON",  # else INSERT OR REPLACE would remove a row past the trigger that forbids it
)


class Database:
    """Transactions over one database. `reading()` sees one moment, `writing()` commits whole or leaves nothing."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sealer: Sealer | None = None
        self.engine = _engine(url)
        self._chained = False
        self._writer = self.engine.execution_options(attendance_writing=True)
        # SQLite lets one in; the others would each keep a connection of the pool and ask again and again
        self._turn = threading.Lock() if self.is_sqlite else None
        # SQLite sees one moment in every transaction; PostgreSQL must be asked, or each query sees a later one
        self._reader = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )
        self.looks = Looks(lambda: self.writing(wait_seconds=WAIT_SECONDS))

    def seal_with(self, secret: bytes) -> None:
        """Seal the trail with the secret key from now on: who has the database alone cannot rewrite it unnoticed."""
        self.sealer = Sealer(secret)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session whose changes are never kept. Raises StoreUnavailable in plain words.

        Looks at people's records that were noted in it are in the trail when it ends, or wait for it. Inside `joining`
        it is that transaction's own session, which sees what was written there.
        """
        under_way = self._under_way()
        if under_way is not None:
            under_way.flush()
            yield under_way
            return
        with Session(self._reader, expire_on_commit=False) as session:
            try:
                yield session
            except OperationalError as error:
                raise StoreUnavailable(_sentence(error)) from error
            finally:
                looks = trail.noted(session)
                session.rollback()
        if looks:
            self.looks.file(looks)

    @contextmanager
    def writing(self, *, wait_seconds: float = BUSY_SECONDS) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on any error.

        Raises StoreUnavailable, Conflict, Unstorable.

        `wait_seconds`: how long it waits for other writers. Inside `joining` it is a part of that transaction: undone
        alone on an error, committed with the whole.
        """
        under_way = self._under_way()
        if under_way is not None:
            with _in_words(), under_way.begin_nested():
                yield under_way
            return
        session = Session(self._patient(wait_seconds), expire_on_commit=False)
        with _in_words(), self._in_turn(wait_seconds), session:
            session.info[SEALER] = self.sealer
            try:
                if not self.is_sqlite and wait_seconds < BUSY_SECONDS:
                    session.execute(text(f"SET LOCAL lock_timeout = {int(wait_seconds * 1000)}"))
                chained = self._is_chained(session)
                if chained and chain_writing.check_foreign(session):
                    _log.error("ALARM rows of papers or rules were written past this program; see `attendance verify`")
                yield session
                if chained:
                    chain_writing.seal(session)
                session.commit()
            except BaseException:
                session.rollback()
                raise
        if self.looks.refused:
            self.looks.retry()

    def _is_chained(self, session: Session) -> bool:
        """Whether the schema is new enough to have chains; what is older is brought up to date first."""
        if not self._chained:
            self._chained = inspect(session.connection()).has_table("chain_head")
        return self._chained

    @contextmanager
    def destroying(self) -> Iterator[Session]:
        """`writing()`, where what is deleted is overwritten in the file too: SQLite would leave it in free pages."""
        with self.writing() as session:
            if self.is_sqlite:
                session.execute(text("PRAGMA secure_delete=ON"))
            yield session

    def settle(self) -> None:
        """Write the log of changes back and cut it, as far as nobody reads: old pages stay in it until then."""
        if self.is_sqlite:
            connection = self.engine.raw_connection()  # no transaction may be open around it
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def _patient(self, wait_seconds: float) -> Engine:
        waits = self.is_sqlite and wait_seconds < BUSY_SECONDS
        return self._writer.execution_options(attendance_wait=wait_seconds) if waits else self._writer

    @contextmanager
    def joining(self, session: Session) -> Iterator[None]:
        """Whoever reads or writes here, in this thread or task, takes part in a transaction that is under way."""
        token = _JOINED.set((self, session))
        try:
            yield
        finally:
            _JOINED.reset(token)

    def _under_way(self) -> Session | None:
        joined = _JOINED.get()
        return joined[1] if joined is not None and joined[0] is self else None

    @contextmanager
    def _in_turn(self, wait_seconds: float) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=wait_seconds):
            raise StoreUnavailable(_BUSY.format("A transaction of this process"))
        try:
            yield
        finally:
            self._turn.release()

    def close(self) -> None:
        self.looks.close()
        self.engine.dispose()


_JOINED: ContextVar[tuple[Database, Session] | None] = ContextVar("joined", default=None)


@contextmanager
def _in_words() -> Iterator[None]:
    """Errors of the database as ours."""
    try:
        yield
    except OperationalError as error:
        raise StoreUnavailable(_sentence(error)) from error
    except IntegrityError as error:
        if "append-only" in str(error.orig):
            raise  # what SQLite's triggers refuse is a fault of the caller and no conflict with anybody
        raise Conflict from error
    except DataError as error:
        raise Unstorable from error


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """A transaction that is under way, for a verb that would begin its own: what it writes becomes part of this one,
    and whoever began it commits."""

    session: Session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        yield self.session
        self.session.flush()


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def _engine(url: str) -> Engine:
    if url.startswith("sqlite"):
        memory = ":memory:" in url or url == "sqlite://"
        if memory:
            raise Invalid("The database must be a file: evidence in memory is gone with the process.")
        engine = create_engine(
            url, poolclass=QueuePool, pool_size=8, max_overflow=24, connect_args={"timeout": BUSY_SECONDS}, **_JSON
        )
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.startswith("postgresql+psycopg"):
        return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=24, **_JSON)
    raise Invalid(
        f"The database address begins with {url.split(':', 1)[0]!r}; write sqlite:///FILE or postgresql+psycopg://…"
    )


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN is replaced below, so that writers take the lock first
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    wait = options.get("attendance_wait", BUSY_SECONDS)
    if connection.info.get("waits", BUSY_SECONDS) != wait:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={int(wait * 1000)}")
        connection.info["waits"] = wait
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("attendance_writing") else "BEGIN")


def _sentence(error: OperationalError) -> str:
    said = str(error.orig).lower()
    if "disk is full" in said or "full" in said:
        return "The disk is full: nothing was stored. Free some space on the disk of the database and try again."
    if "locked" in said:
        return _BUSY.format("Another process")
    return f"The database refused the change ({str(error.orig).splitlines()[0]}): nothing was stored."


__all__ = ["BUSY_SECONDS", "Database", "OpenTransaction", "Session", "sqlite_url"]
