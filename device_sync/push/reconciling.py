"""Comparing what a terminal pushed with what was read from its log; what only one side says is kept and shown.

Both sides are taken from the bytes they came in, for a stored punch names only the way that brought it first.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance import clock
from attendance.errors import Invalid
from attendance.store import office, push_devices, push_evidence
from attendance.store.database import Database, Session
from attendance.store.push_evidence import PULL, PULLED_ONLY, PUSH, PUSHED_ONLY, Punch
from attendance.store.tables import TerminalRow
from attendance.store.trail import TIMETABLE, record
from device_sync.push.attlog import ATTLOG, read_attlog
from device_sync.push.filing import pulled_records
from device_sync.push.rtlog import RTLOG, read_rtlog
from device_sync.sorting import SAME_VERIFY
from device_sync.terminal import Records

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=7)
ARRIVAL = timedelta(minutes=15)
"""A punch this young may still be on its way by one of the two."""
AHEAD = timedelta(days=1)

_READ = {ATTLOG: read_attlog, RTLOG: read_rtlog}
_Key = tuple[int, str, int, int]


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison: `both` punches said by both sides, and those that one alone says, in order of time.

    `was_read`: its log was read completely over some of the window; without that nothing pushed can be missing in it.
    """

    terminal: str
    starts: datetime
    ends: datetime
    both: int
    pushed_only: tuple[Punch, ...]
    pulled_only: tuple[Punch, ...]
    settled: int
    was_read: bool

    @property
    def sentence(self) -> str:
        span = f"{self.starts:%Y-%m-%d %H:%M} to {self.ends:%Y-%m-%d %H:%M}"
        if not self.was_read:
            return (
                f"{self.terminal}, {span}: its log was not read completely in these days, so there is nothing to "
                "compare what it pushed with; pull it first."
            )
        if not self.pushed_only and not self.pulled_only:
            return f"{self.terminal}, {span}: push and log agree on {self.both} punches."
        parts = [f"{self.terminal}, {span}: push and log agree on {self.both} punches."]
        if self.pushed_only:
            parts.append(
                f"{len(self.pushed_only)} were pushed and are not in the log of the terminal: somebody else may "
                "have sent them. They stay stored; look at each before anything is concluded from it."
            )
        if self.pulled_only:
            parts.append(
                f"{len(self.pulled_only)} are in the log and were not pushed: the line was down, or pushing is off."
            )
        return " ".join(parts)


def reconcile(
    database: Database,
    terminal_code: str,
    *,
    zone: str,
    at: datetime,
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> Compared:
    """Compare a window (wall time; default: the last days) and file what only one side says. Raises NotFound, Invalid.

    A punch counts as pushed only where a pull read the log completely over its second and did not find it; as pulled
    only from the approval of the terminal on.
    """
    now = clock.to_wall(at, zone)
    with database.writing() as session:
        terminal = office.get(session, TerminalRow, terminal_code)
        number = office.key(terminal)
        device = push_devices.of_terminal(session, number)
        if device is None or device.decided_at is None:
            raise Invalid(f"Terminal {terminal_code} does not push, so there is nothing to compare.")
        begin = starts or now - LOOK_BACK
        end = min(ends or now, now - ARRIVAL)
        if end <= begin:
            raise Invalid(f"The window ends at {end} before it begins at {begin}; punches need some minutes to arrive.")
        low, high = clock.wall_seconds(begin), clock.wall_seconds(end)
        since = clock.to_instant(begin, zone) - AHEAD  # a punch dated further ahead of its receipt is not believed
        pulled = _said(session, number, PULL, since, low, high)
        pushed = _said(session, number, PUSH, since, low, high)
        read = [
            (clock.wall_seconds(a), clock.wall_seconds(b)) for a, b in push_evidence.readings(session, number, since)
        ]
        approved = clock.wall_seconds(clock.to_wall(device.decided_at, zone))
        pushed_only = sorted(
            punch
            for key, punch in pushed.items()
            if key not in pulled and any(a <= punch[0] <= b - ARRIVAL.seconds for a, b in read)
        )
        pulled_only = sorted(punch for key, punch in pulled.items() if key not in pushed and punch[0] >= approved)
        for side, found in ((PUSHED_ONLY, pushed_only), (PULLED_ONLY, pulled_only)):
            push_evidence.note_differences(session, number, side, found, at)
        settled = push_evidence.settle_differences(session, number, low, high, {*pushed_only, *pulled_only}, at)
    both = len(pulled.keys() & pushed.keys())
    was_read = bool(pulled) or any(a <= high and b >= low for a, b in read)
    return Compared(terminal_code, begin, end, both, tuple(pushed_only), tuple(pulled_only), settled, was_read)


def reconcile_all(database: Database, *, zone: str, at: datetime) -> list[Compared]:
    """Every terminal that is both pulled and pushed; trouble with one does not stop the others."""
    with database.reading() as session:
        codes = [
            office.code_of(session, TerminalRow, row.terminal_id)
            for row in push_devices.approved(session)
            if row.terminal_id is not None and session.get_one(TerminalRow, row.terminal_id).host
        ]
    done = []
    for code in codes:
        try:
            done.append(reconcile(database, code, zone=zone, at=at))
        except Invalid as error:
            log.info("%s", error)
            continue
        if done[-1].pushed_only:
            log.warning("%s", done[-1].sentence)
    return done


def delete_old_photos(database: Database, *, zone: str, at: datetime) -> int:
    """Delete the photographs whose days are over."""
    with database.writing() as session:
        deleted = push_evidence.delete_photos(session, clock.today(at, zone))
        if deleted:
            record(session, TIMETABLE, "photos.deleted", kind="photos", key="", after={"count": deleted}, at=at)
    return deleted


def _said(session: Session, terminal_id: int, source: str, since: datetime, low: int, high: int) -> dict[_Key, Punch]:
    """The punches of a window that came one way, by what makes them the same."""
    found: dict[_Key, Punch] = {}
    formats = _READ if source == PUSH else None
    for pull, body in push_evidence.bodies(session, terminal_id, source, formats=formats, since=since):
        if source == PULL:
            records = pulled_records(session, terminal_id, pull.format, body)
        else:
            records = _READ[pull.format](body).records
        found |= {_key(punch): punch for punch in _punches(records) if low <= punch[0] <= high}
    return found


def _punches(records: Records) -> list[Punch]:
    pins = [records.pins[code] for code in records.pin_code.tolist()]
    return list(zip(records.wall.tolist(), pins, records.state.tolist(), records.verify.tolist(), strict=True))


def _key(punch: Punch) -> _Key:
    return (*punch[:3], int(SAME_VERIFY[punch[3]]))
