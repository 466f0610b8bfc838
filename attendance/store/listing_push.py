"""Lists of terminals that push, and of what only one side says. No key and no option that could be one is in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from attendance import clock
from attendance.store import intake_log, listing, office, push_commands, push_devices, push_evidence
from attendance.store.listing import Listed, Row
from attendance.store.push_tables import PushDifferenceRow
from attendance.store.tables import EnrolmentRow
from attendance.store.within import Within

_SHOWN = (
    "serial", "status", "shape", "firmware", "push_version", "first_seen_at", "last_seen_at", "bound_to",
    "refused_address", "refused_at", "decided_by", "decided_at", "photo_days",
)  # fmt: skip


def devices(session: Session, zone: str) -> list[Row]:
    """Every serial number that knocked: those that wait first."""
    found = push_devices.listed(session)
    until = intake_log.watermarks(session, [row.terminal_id for row, _ in found if row.terminal_id is not None])
    asked, differing = push_commands.open_counts(session), push_evidence.difference_counts(session)
    return [
        {name: getattr(row, name) for name in _SHOWN}
        | {
            "terminal": code,
            "device": row.options.get("device"),
            "records": row.options.get("records"),
            "address": row.last_address,
            "complete_until": _placed(until.get(row.terminal_id or 0), zone),
            "open_questions": asked.get(row.id or 0, 0),
            "differences": differing.get(row.terminal_id or 0, 0),
        }
        for row, code in found
    ]


def differences(
    session: Session, terminal_id: int, code: str, zone: str, within: Within, *, limit: int, offset: int
) -> Listed:
    """Punches of a terminal that only one side says, in order of time: of nobody, and of people whose day is seen."""
    enrolled = office.enrolments_of_terminal(session, terminal_id)
    found = [row for row in push_evidence.differences(session, terminal_id) if _is_seen(session, enrolled, row, within)]
    rows: list[dict[str, Any]] = [
        {
            "terminal": code,
            "side": row.side,
            "pin": row.pin,
            "at": _placed(clock.from_wall_seconds(row.wall), zone),
            "state": row.state,
            "verify": row.verify,
            "found_at": row.found_at,
        }
        for row in found
    ]
    return Listed(rows[offset : offset + limit], len(rows))


def _is_seen(session: Session, enrolled: list[EnrolmentRow], row: PushDifferenceRow, within: Within) -> bool:
    if within.is_all:
        return True
    on = clock.from_wall_seconds(row.wall).date()
    held = (one for one in enrolled if one.pin == row.pin and (one.from_on or on) <= on <= (one.to_on or on))
    person = next((one.employee_id for one in held), None)
    return person is None or listing.sees_employee(session, person, on, within)


def _placed(wall: datetime | None, zone: str) -> datetime | None:
    """Wall time with the offset of the office."""
    return None if wall is None else wall.replace(tzinfo=clock.zone(zone))
