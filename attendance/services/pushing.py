"""Deciding about terminals that push: who they are, and whether what they push is taken."""

from __future__ import annotations

from datetime import datetime

from attendance.errors import Invalid
from attendance.store import office, push_devices, registering
from attendance.store.database import Session
from attendance.store.tables import TerminalRow
from attendance.store.trail import CONSOLE, Actor, record

PHOTO_DAYS = 30
ASKED_EVERY_SECONDS = 3600
"""How often a terminal that is only pushed is asked what came, which is what proves its log complete."""


def approve(
    session: Session,
    serial: str,
    *,
    by: str,
    at: datetime,
    terminal: str | None = None,
    create: str | None = None,
    unit: str | None = None,
    network: str | None = None,
    photos: bool | None = None,
    actor: Actor = CONSOLE,
) -> str:
    """Take what a serial number pushes as claims of a terminal, which is named, made, or known by this number.

    Answers the terminal's code. `photos` turns its photographs on for `PHOTO_DAYS` days each, or off. Raises NotFound,
    Invalid, AlreadyExists.
    """
    if terminal is not None and create is not None:
        raise Invalid("Name a terminal there is, or one to be made; not both.")
    push_devices.get(session, serial)
    if create is not None:
        row = registering.add_terminal(
            session, create, unit=unit or office.first_unit(session), poll_seconds=ASKED_EVERY_SECONDS, at=at
        )
    elif terminal is not None:
        row = office.get(session, TerminalRow, terminal)
    else:
        row = _known_by(session, serial)
    days = None if photos is None else PHOTO_DAYS * photos
    push_devices.approve(session, serial, row, by=by, at=at, network=network, photo_days=days)
    after = {"terminal": row.code, "by": by, "network": network, "photos": photos, "made": create is not None}
    record(session, actor, "pushing.approved", kind="pushing", key=serial, after=after, at=at)
    return row.code


def _known_by(session: Session, serial: str) -> TerminalRow:
    known = [row for row in office.terminals(session) if row.serial == serial]
    if not known:
        raise Invalid(f"No terminal is known by the serial number {serial}; name the terminal it is, or make one.")
    return known[0]


def refuse(session: Session, serial: str, *, by: str, at: datetime, actor: Actor = CONSOLE) -> None:
    """Take nothing of a serial number; what it brought before stays. Raises NotFound, Invalid."""
    push_devices.refuse(session, serial, by=by, at=at)
    record(session, actor, "pushing.refused", kind="pushing", key=serial, after={"by": by}, at=at)
