"""Restorations and drills: what a backup that was put back lacks, which terminals owe their log again; every query."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, exists, text, update
from sqlalchemy import select as select_core
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, select

from attendance.errors import AttendanceError, NotFound
from attendance.store import intake_log, office, push_commands, push_devices
from attendance.store.bulk import is_sqlite
from attendance.store.evidence_tables import DirtyDayRow, RulingRow
from attendance.store.polling_tables import PollStateRow
from attendance.store.push_tables import PushCommandRow, PushDeviceRow
from attendance.store.questions import answers, core
from attendance.store.restoration_tables import DrillRow, ReadAgainRow, RestorationRow
from attendance.store.tables import TerminalRow
from attendance.store.trail_chain import instant, micros
from attendance.store.trail_tables import TrailHeadRow, TrailRow

MOST_LOST = 500
"""So many acts of those that are lost are named; all of them are counted."""
NUMBERS_LEFT = 100_000
"""A pushing terminal may still answer questions of the days that are lost: new ones begin so many numbers later."""
_AROUND = timedelta(hours=1)
_NOT_OFFICE = ("looked", "looks.lost", "trail.verified", "trail.broken", "days.evaluated", "pull.asked")
_NOT_OFFICE_OF = (
    "account.", "backup.", "notice", "view.", "today.", "export.", "report.", "checkpoint.",
    "draw.", "visit.", "minutes.written",  # whoever reads what was lost is told of no plan and of no visit that runs
)  # fmt: skip
_OWED = select_core(core(ReadAgainRow.restoration_id)).where(
    core(ReadAgainRow.terminal_id) == bindparam("terminal"), core(ReadAgainRow.read_at).is_(None)
)
_OWED_SINCE = select_core(func.max(core(RestorationRow.restored_at))).where(
    core(RestorationRow.id) == core(ReadAgainRow.restoration_id),
    core(ReadAgainRow.terminal_id) == bindparam("terminal"),
    core(ReadAgainRow.read_at).is_(None),
)


@dataclass(frozen=True, slots=True)
class Later:
    """What the database that gives way knows beyond a moment: its links around it, and acts of the office after it.

    `links`: by number, from before that moment on; `acts`: (number, what) of them.
    """

    links: Mapping[int, bytes]
    acts: Sequence[tuple[int, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Lost:
    """Acts that are not in what was restored; `is_known` False: nobody can say which."""

    is_known: bool = False
    total: int = 0
    acts: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class TerminalAgain:
    """A terminal after a restoration. `state`: waiting, read, or gap (its log no longer reaches back to `since`).

    `since`: until when the backup had read it, `read_until` until when it is read now; wall time, None: never.
    """

    code: str
    name: str
    way: str
    since: datetime | None
    read_until: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Restoration:
    """As `RestorationRow` describes it, with its terminals by code."""

    id: int
    restored_at: datetime
    data_at: datetime
    file_name: str
    restored_by: str
    lost: Lost
    settled_at: datetime | None
    settled_by: str
    settled_note: str
    terminals: tuple[TerminalAgain, ...] = field(default=())

    @property
    def waiting(self) -> int:
        return sum(each.state == "waiting" for each in self.terminals)


def later_than(session: Session, data_at: datetime) -> Later | None:
    """What a database says of the time after a moment; None where it cannot say it."""
    try:
        begin = micros(data_at - _AROUND)
        first = session.exec(select(func.max(col(TrailRow.seq))).where(TrailRow.at < begin)).one() or 0
        entries = select(TrailRow).where(TrailRow.seq >= first).order_by(col(TrailRow.seq))
        links: dict[int, bytes] = {}
        acts: list[tuple[int, dict[str, Any]]] = []
        for row in session.exec(entries.execution_options(yield_per=2000)):
            links[row.seq] = bytes(row.link)
            if row.act not in _NOT_OFFICE and not row.act.startswith(_NOT_OFFICE_OF):
                at = instant(row.at).isoformat(timespec="seconds")
                acts.append((row.seq, {"at": at, "act": row.act, "kind": row.kind, "key": row.key, "by": row.actor}))
    except (AttendanceError, DBAPIError):
        return None
    return Later(links, acts)


def lost_of(session: Session, later: Later | None) -> Lost:
    """What of that is not in this database. Known only where the other one went on from this one's newest entry."""
    head = session.exec(select(TrailHeadRow)).first()
    if later is None or head is None:
        return Lost()
    if head.count and later.links.get(head.count) != bytes(head.link):
        return Lost()
    acts = [act for seq, act in later.acts if seq > head.count]
    return Lost(True, len(acts), tuple(acts[:MOST_LOST]))


def begin(
    session: Session, *, restored_at: datetime, data_at: datetime, file_name: str, restored_by: str, lost: Lost
) -> RestorationRow:
    """Write a restoration down. From now on every terminal in use owes its whole log, and is asked for it at once."""
    row = RestorationRow(
        restored_at=restored_at, data_at=data_at, file_name=file_name[:255], restored_by=restored_by[:255],
        lost_is_known=lost.is_known, lost_total=lost.total, lost=list(lost.acts),
    )  # fmt: skip
    session.add(row)
    session.flush()
    marks = intake_log.watermarks(session)
    for terminal in office.terminals(session):
        if terminal.in_use and row.id is not None:
            number = office.key(terminal)
            session.add(ReadAgainRow(restoration_id=row.id, terminal_id=number, since=marks.get(number)))
    session.execute(delete(PollStateRow))  # whoever was left alone then is asked at once
    _ask_pushing(session, restored_at)
    session.flush()
    return row


def _ask_pushing(session: Session, at: datetime) -> None:
    """Questions of that day are no longer open, the next one bears a number no terminal was ever given."""
    given_up = update(PushCommandRow).where(col(PushCommandRow.state).in_(push_commands.OPEN))
    session.execute(given_up.values(state=push_commands.GIVEN_UP))
    devices = push_devices.approved(session)
    if not devices:
        return
    session.execute(
        update(PushDeviceRow).where(col(PushDeviceRow.status) == push_devices.APPROVED).values(whole_log_wanted=True)
    )
    number = (session.exec(select(func.max(col(PushCommandRow.id)))).one() or 0) + NUMBERS_LEFT
    session.add(
        PushCommandRow(
            id=number, device_id=push_devices.numbers(devices[0])[0], kind="CHECK", asked_by="restoration",
            created_at=at, state=push_commands.GIVEN_UP,
        )
    )  # fmt: skip
    session.flush()
    if not is_sqlite(session):
        session.execute(
            text("SELECT setval(pg_get_serial_sequence('push_command', 'id'), :number)"), {"number": number}
        )


def owes_log(session: Session, terminal_id: int) -> bool:
    """Whether the log of a terminal is to be read from its beginning, however much of it is stored."""
    return bool(answers(session, _OWED, {"terminal": terminal_id}))


def owing(session: Session) -> int:
    """How many terminals owe their log."""
    query = select(func.count(func.distinct(col(ReadAgainRow.terminal_id)))).where(col(ReadAgainRow.read_at).is_(None))
    return session.exec(query).one()


def owed_since(session: Session, terminal_id: int) -> datetime | None:
    """Since which restoration a terminal owes its log; None: it does not."""
    found: datetime | None = answers(session, _OWED_SINCE, {"terminal": terminal_id})[0][0]
    return found


def note_read(session: Session, terminal_id: int, pull_id: int, at: datetime) -> None:
    """All of its log was read and compared with what is stored."""
    session.execute(
        update(ReadAgainRow)
        .where(col(ReadAgainRow.terminal_id) == terminal_id, col(ReadAgainRow.read_at).is_(None))
        .values(read_at=at, pull_id=pull_id)
    )


def note_brought(
    session: Session, terminal_id: int, starts: datetime, until: datetime, pull_id: int, at: datetime
) -> None:
    """A file was brought that goes on from where the backup had read the terminal, in wall time."""
    since = col(ReadAgainRow.since)
    session.execute(
        update(ReadAgainRow)
        .where(
            col(ReadAgainRow.terminal_id) == terminal_id,
            col(ReadAgainRow.read_at).is_(None),
            since.is_(None) | ((since >= starts) & (since < until)),
        )
        .values(read_at=at, pull_id=pull_id)
    )


def restorations(session: Session, wall: Any) -> list[Restoration]:
    """Every restoration, the newest first. `wall`: turns an instant into wall time of the office."""
    rows = session.exec(select(RestorationRow).order_by(col(RestorationRow.id).desc())).all()
    return [_told(session, row, wall) for row in rows]


def unsettled(session: Session, wall: Any) -> list[Restoration]:
    """Those that nobody called settled, or of which a terminal was not read again; the newest first."""
    return [each for each in restorations(session, wall) if each.settled_at is None or each.waiting]


def _told(session: Session, row: RestorationRow, wall: Any) -> Restoration:
    query = (
        select(ReadAgainRow, TerminalRow)
        .join(TerminalRow, col(TerminalRow.id) == col(ReadAgainRow.terminal_id))
        .where(ReadAgainRow.restoration_id == row.id)
        .order_by(col(TerminalRow.code))
    )
    pushing = {device.terminal_id for device in push_devices.approved(session)}
    data_at, restored_at = wall(row.data_at), wall(row.restored_at)
    terminals = []
    for again, terminal in session.exec(query):
        number = office.key(terminal)
        spans = intake_log.spans(session, number)
        begins = min(again.since or data_at, data_at)
        joined = next((until for starts, until in reversed(spans) if starts <= begins <= until), None)
        latest = max((until for _, until in spans), default=None)
        if again.read_at is None:
            state = "read" if joined is not None and joined >= restored_at else "waiting"
        else:
            state = "read" if joined is not None and joined == latest else "gap"
        way = "pull" if terminal.host else "push" if number in pushing else "file"
        if terminal.in_use or state != "waiting":
            terminals.append(TerminalAgain(terminal.code, terminal.name, way, again.since, latest, state))
    assert row.id is not None
    return Restoration(
        row.id, row.restored_at, row.data_at, row.file_name, row.restored_by,
        Lost(row.lost_is_known, row.lost_total, tuple(row.lost)), row.settled_at, row.settled_by, row.settled_note,
        tuple(terminals),
    )  # fmt: skip


def get(session: Session, number: int) -> RestorationRow:
    """Raises NotFound."""
    found = session.get(RestorationRow, number, with_for_update=True)
    if found is None:
        raise NotFound("restoration", str(number))
    return found


def some_days(session: Session, many: int) -> set[tuple[int, date]]:
    """Employee number and date of so many days with a ruling that stands, from all over them; none that waits to be
    judged again. Drawn anew each time."""
    first, last = session.exec(select(func.min(RulingRow.id), func.max(RulingRow.id))).one()
    if first is None or last is None:
        return set()
    found: set[tuple[int, date]] = set()
    waits = exists().where(
        col(DirtyDayRow.employee_id) == col(RulingRow.employee_id),
        col(DirtyDayRow.work_date) == col(RulingRow.work_date),
    )
    for begin in sorted(random.randint(first, last) for _ in range(many)):  # which days are drawn is no secret
        query = select(col(RulingRow.employee_id), col(RulingRow.work_date)).where(
            col(RulingRow.id) >= begin, col(RulingRow.superseded_at).is_(None), ~waits
        )
        found.update(session.exec(query.order_by(col(RulingRow.id)).limit(1)).all())
    return found


# -- drills -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drilled:
    """As `DrillRow` describes it."""

    drilled_at: datetime
    file_name: str
    data_at: datetime | None
    seconds: float
    size: int
    rows: int
    days: int
    differing: int
    outcome: str
    said: str
    source: str
    made_by: str


def keep_drill(session: Session, drilled: Drilled) -> None:
    session.add(DrillRow(**{name: getattr(drilled, name) for name in Drilled.__dataclass_fields__}))
    session.flush()


def drills(session: Session, limit: int = 20, *, ok: bool = False) -> list[Drilled]:
    """The newest first; with `ok` only those that found everything as it should be."""
    query = select(DrillRow).order_by(col(DrillRow.id).desc()).limit(limit)
    if ok:
        query = query.where(DrillRow.outcome == "ok")
    return [Drilled(*(getattr(row, name) for name in Drilled.__dataclass_fields__)) for row in session.exec(query)]
