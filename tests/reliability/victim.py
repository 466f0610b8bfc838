"""The process that is killed: pulls one terminal, and writes down how far it got."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from attendance.store.database import Database
from device_sync.zk.session import Session
from tests.builders import puller_for

READING, GREETED, BEGUN, STATEMENT, COMMITTING, DONE = "r", "g", "b", "s", "c", "d"
"""What it writes: it sets about asking the terminal, the terminal has answered the greeting, a writing transaction
begins, a statement of it, its end, all is said."""


@dataclass(frozen=True, slots=True)
class Fate:
    """`die_at`: kill itself before the n-th statement of the transaction, -1 for its commit; None: wait for the parent.

    `pause_seconds` before each statement and the commit make the transaction long enough to be hit from outside.
    """

    url: str
    marks: Path
    die_at: int | None = None
    pause_seconds: float = 0.0


def pull_and_die(fate: Fate) -> None:
    """Entry of the process. Never returns by itself: whoever comes to the end waits to be killed."""
    database = Database(fate.url)
    mark = watch(database, fate)
    puller = puller_for(database)
    greet = Session.greet

    def greet_and_tell(session: Session) -> None:
        greet(session)
        mark(GREETED)
        time.sleep(fate.pause_seconds)

    Session.greet = greet_and_tell  # type: ignore[method-assign]
    mark(READING)
    time.sleep(fate.pause_seconds)
    puller.pull("T-A")
    mark(DONE)
    time.sleep(60)


def watch(database: Database, fate: Fate) -> Callable[[str], None]:
    """Have the writing transactions of this database written down, slowed and ended as `fate` says."""
    marks = os.open(fate.marks, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    statements = 0

    def mark(letter: str) -> None:
        os.write(marks, letter.encode())

    def writing(connection: Connection) -> bool:
        return bool(connection.get_execution_options().get("attendance_writing"))

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def on_begin(connection: Connection) -> None:
        if writing(connection):
            mark(BEGUN)

    def on_statement(connection: Connection, *_: Any) -> None:
        nonlocal statements
        if writing(connection):
            mark(STATEMENT)
            if statements == fate.die_at:
                die()
            statements += 1
            time.sleep(fate.pause_seconds)

    def on_commit(connection: Connection) -> None:
        if writing(connection):
            mark(COMMITTING)
            if fate.die_at == -1:
                die()
            time.sleep(fate.pause_seconds)

    event.listen(database.engine, "begin", on_begin)
    event.listen(database.engine, "before_cursor_execute", on_statement)
    event.listen(database.engine, "commit", on_commit)
    return mark
