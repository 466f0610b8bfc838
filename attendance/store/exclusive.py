"""One holder of a name at a time, in whatever thread or process; what a killed process held is free at once.

SQLite: an advisory `flock` on a file in the folder FILE.locks beside the database, which the kernel gives up with the
process. PostgreSQL: session advisory locks on one connection of their own, which the server gives up with it.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from attendance.errors import StoreUnavailable
from attendance.store.database import Database

LOOK_AGAIN_SECONDS = 0.1
"""How often a waiter asks whether another process has let go; inside this process it is woken."""


class Taken(Exception):
    """Somebody else holds the name, and waiting was not wanted (any longer)."""


class _Locks(Protocol):
    """Names that processes take from each other. `wish` says beside a name that somebody waits for it."""

    def take(self, name: str) -> bool: ...
    def give_back(self, name: str) -> None: ...
    def wish(self, name: str) -> bool: ...
    def unwish(self, name: str) -> None: ...
    def is_wished(self, name: str) -> bool: ...


class Exclusion:
    """Names over one database. Safe to use from many threads."""

    def __init__(self, database: Database) -> None:
        self._locks: _Locks = _Files(database) if database.is_sqlite else _Server(database.engine)
        self._held: set[str] = set()
        self._waiting: Counter[str] = Counter()
        self._wished: set[str] = set()
        self._changed = threading.Condition()

    @contextmanager
    def hold(
        self,
        name: str,
        *,
        wait: bool = True,
        on_wait: Callable[[], object] = lambda: None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> Iterator[Held]:
        """Hold a name until the block ends. `on_wait` is called once when another holds it.

        Raises Taken where `wait` is not wanted or `give_up` says so, StoreUnavailable where the server cannot be asked.
        """
        self._take(name, wait, on_wait, give_up)
        try:
            yield Held(self, name)
        finally:
            with self._changed:
                self._held.discard(name)
                self._locks.give_back(name)
                self._changed.notify_all()

    def is_wanted(self, name: str) -> bool:
        """Whether somebody here or in another process waits for a name that is held here."""
        with self._changed:
            return bool(self._waiting[name]) or self._locks.is_wished(name)

    def is_wanted_here(self, name: str) -> bool:
        """The same, of this process alone: costs nothing."""
        return bool(self._waiting[name])

    def _take(self, name: str, wait: bool, on_wait: Callable[[], object], give_up: Callable[[], bool]) -> None:
        if self._try(name):
            return
        if not wait:
            raise Taken(name)
        on_wait()
        with self._changed:
            self._waiting[name] += 1
        try:
            while not self._try(name):
                if give_up():
                    raise Taken(name)
                with self._changed:
                    # one wish stands for all who wait here
                    if name not in self._wished and self._locks.wish(name):
                        self._wished.add(name)
                    self._changed.wait(LOOK_AGAIN_SECONDS)
        finally:
            with self._changed:
                self._waiting[name] -= 1
                if not self._waiting[name] and name in self._wished:
                    self._wished.discard(name)
                    self._locks.unwish(name)

    def _try(self, name: str) -> bool:
        with self._changed:
            if name in self._held or not self._locks.take(name):
                return False
            self._held.add(name)
            return True


@dataclass(frozen=True, slots=True)
class Held:
    """A name while it is held."""

    exclusion: Exclusion
    name: str

    def is_wanted(self) -> bool:
        return self.exclusion.is_wanted(self.name)

    def is_wanted_here(self) -> bool:
        return self.exclusion.is_wanted_here(self.name)


class _Files:
    """Files are never deleted: whoever had opened one a moment before would lock a file that is no longer there."""

    def __init__(self, database: Database) -> None:
        path = Path(os.path.realpath(database.engine.url.database or ""))
        self._folder = path.with_name(path.name + ".locks")
        self._open: dict[str, int] = {}

    def take(self, name: str) -> bool:
        return self._lock(name, fcntl.LOCK_EX)

    def give_back(self, name: str) -> None:
        os.close(self._open.pop(name))

    def wish(self, name: str) -> bool:
        return self._lock(f"wish {name}", fcntl.LOCK_SH)

    def unwish(self, name: str) -> None:
        self.give_back(f"wish {name}")

    def is_wished(self, name: str) -> bool:
        if not self._lock(f"look {name}", fcntl.LOCK_EX, file=f"wish {name}"):
            return True
        self.give_back(f"look {name}")
        return False

    def _lock(self, name: str, kind: int, file: str = "") -> bool:
        self._folder.mkdir(exist_ok=True)
        path = self._folder / sha256((file or name).encode()).hexdigest()[:32]
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        except BaseException:
            os.close(handle)
            raise
        self._open[name] = handle
        return True


class _Server:
    """One connection for all names, lent from the pool while any is held: one per name would use the server up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._kept: Counter[str] = Counter()

    def take(self, name: str) -> bool:
        return self._lock(name, "pg_try_advisory_lock")

    def give_back(self, name: str) -> None:
        self._unlock(name, "pg_advisory_unlock")

    def wish(self, name: str) -> bool:
        return self._lock(f"wish {name}", "pg_try_advisory_lock_shared")

    def unwish(self, name: str) -> None:
        self._unlock(f"wish {name}", "pg_advisory_unlock_shared")

    def is_wished(self, name: str) -> bool:
        # a wish of our own session would not stand in our way, but those are counted by `Exclusion`
        if not self._lock(f"wish {name}", "pg_try_advisory_lock"):
            return True
        self._unlock(f"wish {name}", "pg_advisory_unlock")
        return False

    def _lock(self, name: str, function: str) -> bool:
        try:
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if not self._ask(function, name):
                self._leave_if_idle()
                return False
        except DBAPIError as error:
            self._drop()
            raise StoreUnavailable(
                f"The database could not be asked who reads the terminal ({str(error.orig).splitlines()[0]})."
            ) from error
        self._kept[name] += 1
        return True

    def _unlock(self, name: str, function: str) -> None:
        self._kept[name] -= 1
        self._kept += Counter()  # forgets what is back to nought
        with suppress(DBAPIError):  # a connection that is gone has let go of everything
            if self._connection is not None:
                self._ask(function, name)
            self._leave_if_idle()

    def _ask(self, function: str, name: str) -> bool:
        assert self._connection is not None
        key = int.from_bytes(sha256(f"attendance {name}".encode()).digest()[:8], signed=True)
        return bool(self._connection.execute(text(f"SELECT {function}(:key)"), {"key": key}).scalar())

    def _leave_if_idle(self) -> None:
        if self._connection is not None and not self._kept:
            self._connection.close()
            self._connection = None

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(DBAPIError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None
