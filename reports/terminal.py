"""One terminal as its page shows it: how it is, how its log fills, its clock, its pulls, its alarms."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from attendance import clock
from attendance.services import terminal_health
from attendance.services.terminal_health import health_of_terminal
from attendance.store import (
    alarms,
    listing_terminals,
    log_fill,
    office,
    operation_log,
    polling,
    terminal_places,
    terminal_profiles,
)
from attendance.store import terminal_health as stored_health
from attendance.store.alarms import Alarm
from attendance.store.database import Session
from attendance.store.operation_log import ClockSetting
from attendance.store.tables import TerminalRow
from attendance.store.terminal_health import ClockSpan
from attendance.store.tree_tables import PlaceRow
from attendance.store.within import Within
from reports.terminals import TerminalLine, lines_of

SHOWN = 30
PULLS_PER_PAGE = 20
CURVE_DAYS = 180


@dataclass(frozen=True, slots=True)
class PullLine:
    """`reason` names a sentence of the health of terminals that `params` fill; None: a whole log came."""

    id: int
    source: str
    at: datetime
    outcome: str
    reason: str | None
    params: dict[str, Any]
    file_name: str
    read: int
    new: int
    repeated: int
    quarantined: int
    offset_seconds: int | None
    complete_until: datetime | None


@dataclass(frozen=True, slots=True)
class Operation:
    at: datetime | None
    code: int


@dataclass(frozen=True, slots=True)
class Reached:
    """How a terminal is reached and read; never its key, only whether there is one."""

    serial: str | None
    host: str | None
    port: int
    transport: str
    has_comm_key: bool
    poll_seconds: int
    live: bool
    direction: str
    counts_from: date | None


@dataclass(frozen=True, slots=True)
class TerminalPage:
    """`alarms` are open, `past` have ended; moments of alarms, settings and pulls are on the wall of the office.

    `curve`: day, records, capacity, in order; `set_aside`: reason, how many, when the last came.
    """

    line: TerminalLine
    now: datetime
    row: Reached
    place: str
    firmware: str
    model: str
    curve: tuple[tuple[date, int, int | None], ...]
    alarms: tuple[Alarm, ...]
    past: tuple[Alarm, ...]
    clock: tuple[ClockSpan, ...]
    settings: tuple[ClockSetting, ...]
    operations: tuple[Operation, ...]
    set_aside: tuple[tuple[str, int, datetime], ...]
    pulls: tuple[PullLine, ...]
    pulls_total: int
    page: int
    pages: int
    was_read: bool


def terminal_line(
    session: Session, zone: str, now: datetime, row: TerminalRow, within: Within, pulled: Within
) -> TerminalLine:
    """How one terminal is at this instant."""
    health = {office.key(row): health_of_terminal(session, zone, now, office.key(row))}
    may_pull = frozenset(polling.pullable(session, pulled.places))
    return lines_of(session, zone, now, [row], health, within, may_pull)[0]


def terminal_page(
    session: Session, zone: str, now: datetime, row: TerminalRow, *, within: Within, pulled: Within, page: int
) -> TerminalPage:
    """A terminal the reader sees, with page `page` of its pulls, newest first."""
    number = office.key(row)
    found = listing_terminals.pulls(
        session, number, row.code, zone, limit=PULLS_PER_PAGE, offset=(page - 1) * PULLS_PER_PAGE
    )
    params = listing_terminals.params_of(session, [each["id"] for each in found.rows])
    told = [_on_wall(alarm, zone) for alarm in alarms.alarms_of(session, number, 10 * SHOWN)]
    profile = terminal_profiles.profile_of(session, row.serial)
    place = session.get(PlaceRow, row.place_id) if row.place_id is not None else None
    since = clock.today(now, zone) - timedelta(days=CURVE_DAYS)
    return TerminalPage(
        line=terminal_line(session, zone, now, row, within, pulled),
        now=clock.to_wall(now, zone),
        row=Reached(**{each.name: getattr(row, each.name) for each in fields(Reached)}),
        place=place.name if place is not None else "",
        firmware=profile.firmware if profile is not None else "",
        model=profile.options.get("~DeviceName", "") if profile is not None else "",
        curve=tuple(log_fill.samples(session, number, since)),
        alarms=tuple(alarm for alarm in told if alarm.ended_at is None),
        past=tuple(alarm for alarm in told if alarm.ended_at is not None)[:SHOWN],
        clock=tuple(stored_health.clock_history(session, number, SHOWN)),
        settings=tuple(
            replace(setting, set_at=clock.to_wall(setting.set_at, zone))
            for setting in reversed(operation_log.clock_settings_of(session, number)[-SHOWN:])
        ),
        operations=tuple(Operation(kept.at, kept.code) for kept in operation_log.operations_of(session, number, SHOWN)),
        set_aside=tuple(
            (reason, count, clock.to_wall(last, zone))
            for reason, count, last in listing_terminals.set_aside(session, number)
        ),
        pulls=tuple(_pull(each, params[each["id"]], zone) for each in found.rows),
        pulls_total=found.total,
        page=page,
        pages=max(1, -(-found.total // PULLS_PER_PAGE)),
        was_read=terminal_places.was_read(session, number),
    )


def _pull(row: dict[str, Any], params: dict[str, Any], zone: str) -> PullLine:
    failure = terminal_health.failure_of(row["outcome"], params)
    changed = row["outcome"] == "changed" and failure is None
    until = row["complete_until"]
    return PullLine(
        id=row["id"],
        source=row["source"],
        at=clock.to_wall(row["finished_at"], zone),
        outcome=row["outcome"],
        reason="log_changed" if changed else failure[1] if failure is not None else None,
        params=params,
        file_name=row["file_name"],
        read=row["read"],
        new=row["new"],
        repeated=row["repeated"],
        quarantined=row["quarantined"],
        offset_seconds=row["clock_offset_seconds"],
        complete_until=until.replace(tzinfo=None) if until is not None else None,
    )


def _on_wall(alarm: Alarm, zone: str) -> Alarm:
    return replace(
        alarm,
        raised_at=clock.to_wall(alarm.raised_at, zone),
        ended_at=clock.to_wall(alarm.ended_at, zone) if alarm.ended_at is not None else None,
        seen_at=clock.to_wall(alarm.seen_at, zone) if alarm.seen_at is not None else None,
    )
