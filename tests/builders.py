"""Small offices, logs and punches for tests, made through the same verbs every office uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import event, text
from sqlmodel import col, select

from attendance import clock
from attendance.store import intake_log, office, punch_log, registering
from attendance.store.database import Database
from attendance.store.evidence_tables import CoverageRow, DirtyDayRow, PullRow
from attendance.store.tables import EmployeeRow, TerminalRow
from device_sync import wire
from device_sync.files import read_export
from device_sync.intake import Filed, file_export, file_log
from device_sync.layouts import ZK40, PunchLayout, pack_punch
from device_sync.pulling import Puller
from device_sync.simulator import SimulatedTerminal
from device_sync.terminal import Sizes, TerminalLog, TerminalUser
from device_sync.zk.transport import Limits

ZONE = "Asia/Ho_Chi_Minh"
RECORDED_AT = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]}
WEEK = ("mon", "tue", "wed", "thu", "fri")
MONDAY = datetime(2026, 3, 2, 7, 25)  # wall time of the first punch of most tests
SERIAL = "SIM0000000001"
QUICK = Limits(connect_seconds=1.0, idle_seconds=1.0, total_seconds=8.0, goodbye_seconds=0.5)

RECEIVED = datetime(2026, 3, 8, 3, tzinfo=UTC)  # when files are brought

Key = tuple[str, int, int, int]
"""A punch: number, wall seconds, state, verify mode."""


def build_office(
    database: Database,
    *,
    people: int = 3,
    terminals: Sequence[str] = ("T-A",),
    addresses: dict[str, int] | None = None,
    poll_seconds: int = 300,
    has_comm_key: bool = False,
    transport: str = "tcp",
) -> None:
    """One unit with official hours, people E1.. under the numbers 1001.. on every terminal, employed since 2020.

    `addresses` are loopback ports by terminal.
    """
    with database.writing() as session:
        registering.add_schedule(session, "HC", at=RECORDED_AT)
        registering.add_schedule_version(session, "HC", sessions=HOURS, weekdays=WEEK, document="QD 1", at=RECORDED_AT)
        registering.add_unit(session, "A", schedule="HC", at=RECORDED_AT)
        for code in terminals:
            port = (addresses or {}).get(code)
            registering.add_terminal(
                session,
                code,
                unit="A",
                host="127.0.0.1" if port else None,
                port=port or 4370,
                transport=transport,
                has_comm_key=has_comm_key,
                poll_seconds=poll_seconds,
                at=RECORDED_AT,
            )
        for number in range(1, people + 1):
            registering.add_employee(session, f"E{number}", at=RECORDED_AT)
            registering.assign(
                session, f"E{number}", "A", from_on=date(2020, 1, 1), terminals=terminals, at=RECORDED_AT
            )
            for code in terminals:
                registering.enrol(session, code, str(1000 + number), f"E{number}", at=RECORDED_AT)


def record(pin: str, at: datetime | int, state: int = 0, verify: int = 1, uid: int = 1) -> bytes:
    """One 40-byte record; a number in place of the moment is the terminal's own u32, which need not be a date."""
    return pack_punch(ZK40, uid, pin, verify, at if isinstance(at, int) else wire.encode_time(at), state)


def records(count: int, *, first: datetime = MONDAY, people: int = 3, step_seconds: int = 61) -> bytes:
    """That many punches of people 1001.. in rising time."""
    return b"".join(
        record(str(1001 + n % people), first + timedelta(seconds=step_seconds * n), uid=n + 1) for n in range(count)
    )


def bad_date() -> int:
    """31 February 2000 as a terminal would send it."""
    return (31 + 30) * 86_400


def log_of(
    body: bytes,
    *,
    read_at: datetime | None = None,
    serial: str = SERIAL,
    offset: int | None = 0,
    capacity: int = 100_000,
    layout: PunchLayout = ZK40,
    users: tuple[TerminalUser, ...] | None = None,
) -> TerminalLog:
    """A complete reading of these packed records; `read_at` is wall time, by default an hour after the last of them."""
    if read_at is None:
        times = np.frombuffer(body, layout.dtype)["time"].tolist()
        walls = [wire.decode_time(time) for time in times if time != bad_date()]
        read_at = max(walls, default=MONDAY) + timedelta(hours=1)
    count = len(body) // layout.size
    sizes = Sizes(users=3, records=count, record_capacity=capacity)
    return TerminalLog(
        serial=serial,
        firmware="Ver 6.60",
        payload=len(body).to_bytes(4, "little") + body,
        read_at=clock.to_instant(read_at, ZONE),
        clock_offset_seconds=offset,
        sizes_before=sizes,
        sizes_after=sizes,
        layout=layout.name,
        users=users,
    )


def file_body(database: Database, body: bytes, *, terminal: str = "T-A", full: bool = False, **options: Any) -> Filed:
    """File a reading of these records as a pull that took a second."""
    log = log_of(body, **options)
    return file_log(
        database,
        terminal,
        log,
        zone=ZONE,
        started_at=log.read_at - timedelta(seconds=1),
        finished_at=log.read_at,
        full=full,
    )


def puller_for(
    database: Database, *, comm_key: int = 0, limits: Limits = QUICK, now: clock.Now = clock.utc_now
) -> Puller:
    return Puller(database=database, zone=ZONE, comm_key=lambda _code: comm_key, now=now, limits=limits)


def terminal_id(database: Database, code: str = "T-A") -> int:
    with database.reading() as session:
        return office.key(office.get(session, TerminalRow, code))


def stored_punches(database: Database, code: str = "T-A") -> list[Key]:
    """Every stored punch of a terminal in the order of its numbers."""
    number = terminal_id(database, code)
    with database.reading() as session:
        found = punch_log.read(session, [number])
    assert found.sequence.tolist() == list(range(1, len(found) + 1))
    return [
        (found.pins[pin], wall, state, verify)
        for pin, wall, state, verify in zip(
            found.pin.tolist(), found.wall.tolist(), found.state.tolist(), found.verify.tolist(), strict=True
        )
    ]


def keys_of(body: bytes) -> list[Key]:
    """The punches in packed records whose date exists."""
    return [
        (pin.decode(), clock.wall_seconds(wire.decode_time(time)), state, verify)
        for pin, verify, time, state in np.frombuffer(body, ZK40.dtype)[["pin", "verify", "time", "state"]].tolist()
        if time != bad_date()
    ]


def truth_of(simulated: SimulatedTerminal) -> list[Key]:
    """The punches a simulated terminal holds, each once, in the order of its log."""
    keys = [
        (punch.pin, clock.wall_seconds(wire.decode_time(punch.time)), punch.state, punch.verify)
        for punch in simulated.truth
        if punch.time != bad_date()
    ]
    return list(dict.fromkeys(keys))


@dataclass(frozen=True, slots=True)
class Pulled:
    """A filed pull with its bytes unpacked."""

    row: PullRow
    payload: bytes


def pulls(database: Database) -> list[Pulled]:
    """All filed pulls in their order."""
    with database.reading() as session:
        found = list(session.exec(select(PullRow).order_by(col(PullRow.id))))
        session.expunge_all()
    return [Pulled(row, intake_log.decompress(row.payload) if row.payload else b"") for row in found]


def rows(database: Database, sql: str, **values: object) -> list[tuple[Any, ...]]:
    """What the database itself holds, past every layer of ours."""
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(sql), values)]


def count(database: Database, table: str) -> int:
    return int(rows(database, f"SELECT count(*) FROM {table}")[0][0])


def coverage(database: Database) -> list[tuple[datetime, datetime]]:
    with database.reading() as session:
        return sorted((span.starts, span.until) for span in session.exec(select(CoverageRow)))


def marked(database: Database) -> set[tuple[str, date]]:
    """Days to be judged again, by the code of the person."""
    with database.reading() as session:
        people = {row.id: row.code for row in session.exec(select(EmployeeRow))}
        return {(people[row.employee_id], row.work_date) for row in session.exec(select(DirtyDayRow))}


def clear_marks(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("DELETE FROM dirty_day"))


def export_of(keys: Iterable[Key]) -> bytes:
    """A USB export (attlog) of these punches."""
    lines = [
        f"{pin:>9}\t{clock.from_wall_seconds(wall):%Y-%m-%d %H:%M:%S}\t1\t{state}\t{verify}\t0\r\n"
        for pin, wall, state, verify in keys
    ]
    return "".join(lines).encode()


def bring(database: Database, data: bytes, *, at: datetime = RECEIVED, terminal: str = "T-A") -> Filed:
    """Import these bytes as a USB export."""
    return file_export(database, terminal, read_export(data, source="x.dat"), data, zone=ZONE, received_at=at)


def assert_counted(filed: Filed) -> None:
    assert filed.read == filed.new + filed.repeated + filed.quarantined
    assert sum(filed.reasons.values()) == filed.quarantined


def statements_of(database: Database, ask: Callable[[], object]) -> int:
    """How many questions this asks the database."""
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        ask()
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in asked)
