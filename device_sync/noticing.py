"""What a pull shows of the terminal itself: each thing a person must know becomes an alarm, once.

Called while the pull is filed, in its transaction. What the terminal did before it was first read is kept and raises
nothing: it is where the record of this service begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from attendance import clock
from attendance.plausible import BEFORE_FIRST_SANE, implausible
from attendance.services.terminal_health import failure_of
from attendance.store import office, operation_log, pulls, terminal_users
from attendance.store.alarms import TerminalAlarms
from attendance.store.database import Session
from attendance.store.evidence_tables import LogPositionRow
from attendance.store.log_fill import keep_fill
from attendance.store.operation_log import Operation
from attendance.store.pulls import Reading
from attendance.store.tables import TerminalRow
from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.operations import ALARMS, name_of, read_operations
from device_sync.sorting import Sorted
from device_sync.terminal import TerminalError, TerminalLog
from device_sync.zk.records import COUNT_BYTES, decode_times

if TYPE_CHECKING:
    from device_sync.intake import Filed

FAILURES = 3  # one attempt may fail by chance and two by a restart of the terminal
RING_SHARE = 0.95  # a log that overwrites its oldest records was full before, or a block short of it
FIRST_YEAR = 2000  # where a terminal's calendar begins, and its clock again after a power cut with a flat battery
BEFORE = "before"  # what the log held when the terminal was first read is told once, whatever its dates
MANY_USERS = 20  # an office that enrols more people in a night has one thing to look at, not so many
SETTING_SECONDS = 120  # how far the terminal's own line about its clock may lie from the moment we set it


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on something is worth an alarm, in seconds.

    `clock_off`: a clock that far from true time; `clock_jumped`: an offset that changed by more between two pulls;
    `ran_back`: a record that much earlier than the one before it in the log.
    """

    clock_off: int = 60  # terminals.md row 26; the rules of late and early arrivals count whole minutes
    clock_jumped: int = 60
    ran_back: int = 300  # two readers of one terminal write a minute or two out of order


USUAL = Thresholds()


@dataclass(frozen=True, slots=True)
class Pulled:
    """One good pull as it is being filed, and the good one `before` it, None where it is the first.

    `continues`: the log begins with exactly the bytes stored before.
    """

    terminal: TerminalRow
    before: Reading | None
    log: TerminalLog
    filed: Filed
    found: Sorted
    continues: bool
    pull_id: int
    zone: str
    at: datetime


def notice(session: Session, pulled: Pulled, position: LogPositionRow, limits: Thresholds = USUAL) -> None:
    """Raise and end the alarms of a terminal that was read, and keep its operation log. To be called once a pull."""
    number = office.key(pulled.terminal)
    alarms = TerminalAlarms(session, number, pulled.pull_id, pulled.at)
    position.failing_since = None
    for over in ("unreachable", "wrong_key", "serial_changed"):
        alarms.end(over)
    _notice_clock(session, alarms, pulled, limits)
    _notice_times(alarms, pulled, limits)
    _notice_log(alarms, pulled)
    _notice_fill(session, alarms, pulled)
    if pulled.log.users is not None:
        _notice_users(session, alarms, pulled)
    if pulled.log.operations:
        _notice_operations(session, alarms, pulled)


def notice_failure(
    session: Session, terminal: TerminalRow, error: TerminalError, pull_id: int, position: LogPositionRow, at: datetime
) -> None:
    """Raise the alarm of a pull that brought nothing; `position` counts this failure already."""
    alarms = TerminalAlarms(session, office.key(terminal), pull_id, at)
    if position.failing_since is None:
        position.failing_since = at
    failure = failure_of(error.outcome, error.params)
    reason = failure[1] if failure else ""
    if reason == "wrong_key":
        alarms.open("wrong_key")
    elif reason == "other_serial":
        alarms.open("serial_changed", str(error.params.get("found", "")), **_texts(error, "expected", "found"))
    elif error.params.get("reason") == "emptied" and error.params.get("known_bytes"):
        before = pulls.last_reading(session, office.key(terminal))
        if before is not None:
            alarms.open("log_shrank", records_before=before.read, records_after=0)
    if position.failures >= FAILURES and failure is not None and failure[0] == "unreachable":
        alarms.open("unreachable", failures=position.failures)


def _texts(error: TerminalError, *names: str) -> dict[str, str]:
    return {name: str(error.params.get(name, "")) for name in names}


def _notice_clock(session: Session, alarms: TerminalAlarms, pulled: Pulled, limits: Thresholds) -> None:
    """The clock is off; or it jumped since the pull before, and it was not we who set it."""
    before, offset = pulled.before, pulled.log.clock_offset_seconds
    if offset is None:
        return
    alarms.settle("clock_off", abs(offset) > limits.clock_off, offset=offset)
    if before is None or before.clock_offset_seconds is None:
        return
    was = before.clock_offset_seconds
    if abs(offset - was) <= limits.clock_jumped:
        return
    settings = operation_log.clock_settings_of(session, office.key(pulled.terminal), before.started_at)
    after = [row.offset_after for row in settings if row.outcome == "ok" and row.offset_after is not None]
    if after and abs(offset - after[-1]) <= limits.clock_jumped:
        return
    alarms.open("clock_jumped", _day_of(pulled), offset_before=was, offset_after=offset)


def _notice_times(alarms: TerminalAlarms, pulled: Pulled, limits: Thresholds) -> None:
    """New records that lie before the record they follow, and new records of a clock that began again in 2000."""
    found, records = pulled.found, pulled.found.records
    kept_aside = np.isin(records.index, [index for index, _, _ in found.suspect])
    is_new = np.zeros(len(records), np.bool_)
    is_new[found.new] = True
    wall, is_new = records.wall[~kept_aside], is_new[~kept_aside]
    earlier = _last_of_before(pulled)
    if earlier is not None:
        wall, is_new = np.concatenate(([earlier], wall)), np.concatenate(([False], is_new))
    back = np.flatnonzero((np.diff(wall) < -limits.ran_back) & is_new[1:])
    if back.size:
        last = int(back[-1])
        was, came = (clock.from_wall_seconds(int(wall[last + step])) for step in (0, 1))
        subject = was.date().isoformat() if pulled.before is not None else BEFORE
        alarms.open("ran_back", subject, count=int(back.size), time_before=was.isoformat(), time_after=came.isoformat())
    reset = [index for index, _, reason in found.to_quarantine if reason == BEFORE_FIRST_SANE]
    walls = records.wall[np.isin(records.index, reset)]
    began_again = [moment for moment in map(clock.from_wall_seconds, walls.tolist()) if moment.year == FIRST_YEAR]
    if began_again:
        subject = _day_of(pulled) if pulled.before is not None else BEFORE
        alarms.open("clock_reset", subject, count=len(began_again), first=began_again[0].isoformat())


def _last_of_before(pulled: Pulled) -> int | None:
    """Wall seconds of the record before those that were decoded; None where there is none that can be believed."""
    log, found = pulled.log, pulled.found
    first = min([*found.records.index[:1].tolist(), *(index for index, _, _ in found.suspect)], default=0)
    if first == 0:
        return None
    layout = PUNCH_LAYOUTS[log.layout]
    place = (first - 1) * layout.size - log.begins_at
    if place < 0:  # it came with an earlier reading of a site
        return None
    row = np.frombuffer(log.payload, layout.dtype, count=1, offset=COUNT_BYTES + place)
    wall, is_date = decode_times(np.ascontiguousarray(row["time"]))
    if not is_date[0]:
        return None
    first_sane = clock.day_number(pulled.terminal.first_sane_on) * clock.DAY_SECONDS
    early, ahead = implausible(wall, int(pulled.at.timestamp()), first_sane, pulled.zone)
    return int(wall[0]) if not early[0] and not ahead[0] else None


def _notice_log(alarms: TerminalAlarms, pulled: Pulled) -> None:
    """The log lost records it had: its oldest because it was full, or others, which no terminal does by itself."""
    before, count = pulled.before, pulled.filed.read
    if before is None or pulled.continues:
        return
    params = {"records_before": before.read, "records_after": count}
    if pulled.filed.outcome == "changed":
        alarms.open("past_changed", **params)
    lost_oldest = pulled.filed.outcome == "ok" and before.read > 0
    was_full = before.capacity is not None and before.read >= before.capacity * RING_SHARE
    if lost_oldest and was_full:  # and it goes on doing so: a month hears of it once
        alarms.open_once("turned_over", _day_of(pulled)[:7], **params)
    elif count < before.read or lost_oldest:
        alarms.open("log_shrank", **params)


def _notice_fill(session: Session, alarms: TerminalAlarms, pulled: Pulled) -> None:
    """How full the log is, and whether the terminal says how much it can hold at all."""
    number, today = office.key(pulled.terminal), clock.today(pulled.at, pulled.zone)
    capacity = pulled.log.sizes_after.record_capacity or None
    alarms.settle("sizes_unknown", capacity is None or pulled.log.sizes_after.records is None)
    fill = keep_fill(session, number, today, pulled.filed.read, capacity)
    alarms.settle(
        "full_soon",
        fill.is_soon_full,
        records=fill.records,
        capacity=fill.capacity,
        percent=int(fill.share * 100) if fill.share is not None else None,
        date=fill.full_on.isoformat() if fill.full_on else None,
    )


def _notice_users(session: Session, alarms: TerminalAlarms, pulled: Pulled) -> None:
    """Who was not in the user table at its last reading, and who may now do more at the terminal than before."""
    rows = terminal_users.rows_of(session, office.key(pulled.terminal))
    stood = [row for row in rows if row.pull_id != pulled.pull_id and row.ended_pull_id in (None, pulled.pull_id)]
    if not stood:  # the first reading of the table, or the first with anybody in it
        return
    allowed: dict[str, int] = {}
    for row in stood:
        allowed[row.pin] = max(row.privilege, allowed.get(row.pin, 0))
    promoted = [user for user in pulled.log.users or () if user.privilege > allowed.get(user.pin, 0)]
    for user in promoted:
        alarms.open("new_administrator", user.pin, pin=user.pin, privilege=user.privilege)
    new = [user for user in pulled.log.users or () if user.pin not in allowed and user not in promoted]
    if len(new) > MANY_USERS:
        alarms.open("many_users", str(pulled.pull_id), count=len(new))
        return
    for user in new:
        alarms.open("new_user", user.pin, pin=user.pin)


def _notice_operations(session: Session, alarms: TerminalAlarms, pulled: Pulled) -> None:
    """Keep the new lines of the operation log, and raise what matters of them."""
    assert pulled.log.operations is not None
    number = office.key(pulled.terminal)
    is_first = not operation_log.was_read(session, number)
    lines = read_operations(pulled.log.operations)
    new = operation_log.add_operations(session, number, lines, pull_id=pulled.pull_id, at=pulled.at)
    if is_first:  # of what it did before, only what happened since it is read regularly
        begun = pulls.first_reading(session, number) if pulled.before is not None else None
        since = clock.to_wall(begun.started_at, pulled.zone) if begun is not None else None
        new = [each for each in new if since is not None and each.at is not None and each.at > since]
    raise_operations(session, alarms, pulled.terminal, new, pulled.zone)


def raise_operations(
    session: Session, alarms: TerminalAlarms, terminal: TerminalRow, new: Sequence[Operation], zone: str
) -> None:
    """Raise what matters of new lines of an operation log, but for the clock being set by us."""
    ours = _clock_settings(session, terminal, zone) if any(name_of(each.code) == "clock_set" for each in new) else []
    for each in new:
        kind = ALARMS.get(name_of(each.code))
        if kind is None or (kind == "clock_set" and _is_ours(each, ours)):
            continue
        at = each.at.isoformat() if each.at else None
        # somebody in the menu changes many options at a time: one alarm a day tells it
        subject = (at or "")[:10] if kind == "options_changed" else (at or "")
        alarms.open(kind, subject, at=at, code=each.code)


def _clock_settings(session: Session, terminal: TerminalRow, zone: str) -> list[tuple[datetime, datetime]]:
    """When we set the clock: in the terminal's own time before and after, each with some seconds to spare."""
    found = []
    for row in operation_log.clock_settings_of(session, office.key(terminal)):
        if row.outcome == "ok":
            moment = clock.to_wall(row.set_at, zone)
            offsets = [offset for offset in (row.offset_before, row.offset_after) if offset is not None] or [0]
            slack = timedelta(seconds=SETTING_SECONDS)
            found += [(moment + timedelta(seconds=o) - slack, moment + timedelta(seconds=o) + slack) for o in offsets]
    return found


def _is_ours(operation: Operation, settings: list[tuple[datetime, datetime]]) -> bool:
    return operation.at is not None and any(first <= operation.at <= last for first, last in settings)


def _day_of(pulled: Pulled) -> str:
    return clock.today(pulled.at, pulled.zone).isoformat()
