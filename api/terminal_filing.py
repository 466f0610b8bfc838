"""Terminals added, changed, put out of use, their alarms acknowledged: once, for commands, API and pages.

A key goes into its file (decision 6) inside the transaction that says there is one, and is as it was when that fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from api.keys import read_comm_key, remove_comm_key, write_comm_key
from api.settings import Settings
from attendance.errors import Invalid
from attendance.store import alarms, office, registering, terminal_places, terminal_profiles
from attendance.store.alarms import Alarm
from attendance.store.database import Database, Session
from attendance.store.tables import TerminalRow, UnitRow
from attendance.store.trail import Actor, record
from device_sync.layouts import read_layout
from device_sync.zk.address import AddressRefused, parse_address


@dataclass(frozen=True, slots=True)
class Wanted:
    """A terminal to be added. `layout` as people write it. `comm_key` None: it has none, or none is known."""

    code: str
    unit: str
    name: str = ""
    host: str | None = None
    port: int = 4370
    transport: str = "tcp"
    poll_seconds: int = 300
    live: bool = False
    layout: str = "auto"
    direction: str = "none"
    serial: str | None = None
    counts_from: date | None = None
    comm_key: int | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be another way; None: it stays."""

    host: str | None = None
    port: int | None = None
    transport: str | None = None
    name: str | None = None
    unit: str | None = None
    poll_seconds: int | None = None
    live: bool | None = None
    layout: str | None = None
    comm_key: int | None = field(default=None, repr=False)


class KeyFiles:
    """Writes key files, and puts back what was there where the transaction around it fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before: dict[str, int | None] = {}

    def put(self, code: str, comm_key: int) -> None:
        self._before.setdefault(code, read_comm_key(self._folder, code))
        write_comm_key(self._folder, code, comm_key)

    def undo(self) -> None:
        for code, before in self._before.items():
            if before is None:
                remove_comm_key(self._folder, code)
            else:
                write_comm_key(self._folder, code, before)


@contextmanager
def filing(database: Database, settings: Settings) -> Iterator[tuple[Session, KeyFiles]]:
    """A transaction, and the key files that stand or fall with it."""
    files = KeyFiles(settings.keys_dir)
    try:
        with database.writing() as session:
            yield session, files
    except BaseException:
        files.undo()
        raise


def check_address(host: str, settings: Settings) -> str:
    """The address as it is stored. Raises Invalid for what is none, or lies outside the allowed networks."""
    try:
        return str(parse_address(host, settings.allowed_networks))
    except AddressRefused as error:
        raise Invalid(str(error)) from error


def add(session: Session, files: KeyFiles, wanted: Wanted, *, actor: Actor, at: datetime) -> TerminalRow:
    """Register a terminal, of which nothing is asked. Its address was checked. Raises NotFound, Invalid, AlreadyExists,
    and Invalid where its serial is another terminal's."""
    row = registering.add_terminal(
        session, wanted.code, unit=wanted.unit, name=wanted.name, host=wanted.host, port=wanted.port,
        transport=wanted.transport, has_comm_key=wanted.comm_key is not None, poll_seconds=wanted.poll_seconds,
        direction=wanted.direction, live=wanted.live, layout=read_layout(wanted.layout), serial=wanted.serial,
        counts_from=wanted.counts_from, at=at,
    )  # fmt: skip
    if wanted.serial is not None:
        office.check_serial_is_free(session, wanted.serial, row)
    if wanted.comm_key is not None:
        files.put(wanted.code, wanted.comm_key)
    after = {**_as_it_stands(session, row), "code": row.code}
    record(session, actor, "terminal.added", kind="terminal", key=row.code, after=after, at=at)
    return row


def change(
    session: Session, files: KeyFiles, code: str, changes: Changes, *, actor: Actor, at: datetime
) -> TerminalRow:
    """Change how a terminal is reached, called or read. Another unit is for terminals that brought nothing yet: what
    one brought is judged by where it stood. Raises NotFound, Invalid."""
    row = office.get(session, TerminalRow, code)
    before = _as_it_stands(session, row)
    registering.change_terminal(
        session, code, host=changes.host, port=changes.port, transport=changes.transport, name=changes.name,
        has_comm_key=None if changes.comm_key is None else True, poll_seconds=changes.poll_seconds, live=changes.live,
        at=at,
    )  # fmt: skip
    if changes.layout is not None:
        terminal_profiles.set_layout(session, code, read_layout(changes.layout))
    if changes.unit is not None and changes.unit != before["unit"]:
        terminal_places.move_terminal(session, code, changes.unit)
    after = _as_it_stands(session, row) | ({"comm_key": "another"} if changes.comm_key is not None else {})
    record(session, actor, "terminal.changed", kind="terminal", key=code, before=before, after=after, at=at)
    if changes.comm_key is not None:
        files.put(code, changes.comm_key)
    return row


def retire(session: Session, code: str, *, actor: Actor, at: datetime) -> None:
    """Read a terminal no more, and let nobody depend on it by default. What it brought stays. Raises NotFound."""
    registering.retire_terminal(session, code, at=at)
    record(session, actor, "terminal.retired", kind="terminal", key=code, before={"in_use": True},
           after={"in_use": False}, at=at)  # fmt: skip


def acknowledge(session: Session, terminal: TerminalRow, alarm: int, *, by: str, actor: Actor, at: datetime) -> Alarm:
    """Note that somebody has seen an alarm. Raises NotFound, Invalid."""
    seen = alarms.acknowledge(session, office.key(terminal), alarm, by=by, at=at)
    record(session, actor, "alarm.acknowledged", kind="terminal", key=terminal.code,
           after={"alarm": alarm, "kind": seen.kind, "by": by}, at=at)  # fmt: skip
    return seen


_Shown = Literal[
    "name", "host", "port", "transport", "has_comm_key", "poll_seconds", "live", "layout", "direction", "serial",
    "counts_from",
]  # fmt: skip


def _as_it_stands(session: Session, row: TerminalRow) -> dict[str, Any]:
    names = _Shown.__args__  # type: ignore[attr-defined]
    return {name: getattr(row, name) for name in names} | {"unit": office.code_of(session, UnitRow, row.unit_id)}
