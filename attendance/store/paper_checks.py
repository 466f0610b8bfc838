"""What a paper must be before it is filed. Each check raises Invalid with what was written and what is expected."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from sqlmodel import Session

from attendance.errors import Invalid
from attendance.facts import COVERS, DECISIONS
from attendance.store import office

ADDED = "duty"  # the name of a session that only the roster brings


def check_session(session: Session, part: str) -> None:
    """`all`, or a session that some schedule or the roster has."""
    known = {"all", ADDED, *office.session_names(session)}
    if part not in known:
        raise Invalid(f"No schedule has a session {part!r}; write one of {', '.join(sorted(known))}.")


def check_order(what: str, starts: datetime | None, ends: datetime | None) -> None:
    if starts is not None and ends is not None and ends <= starts:
        raise Invalid(f"{what} ends at {ends} before it begins at {starts}; swap the times.")
    if any(moment is not None and moment.tzinfo is not None for moment in (starts, ends)):
        raise Invalid(f"{what} is written with a zone; write the time on the wall of the office.")


def check_dates(what: str, from_on: date | None, to_on: date | None) -> None:
    if from_on is not None and to_on is not None and to_on < from_on:
        raise Invalid(f"{what} ends on {to_on} before it begins on {from_on}; swap the dates.")


def check_known_by(at: datetime, **moments: datetime | None) -> None:
    """Nothing is approved, handed in or decided after the moment at which it is filed."""
    for name, moment in moments.items():
        if moment is not None and moment > at:
            raise Invalid(f"{name} {moment:%Y-%m-%d %H:%M} UTC lies ahead of now; write when it happened.")


def check_covers(covers: str) -> None:
    if covers not in COVERS:
        raise Invalid(f"{covers!r} is nothing to explain; write one of {', '.join(COVERS)}.")


def check_decision(decision: str | None) -> None:
    if decision is not None and decision not in DECISIONS:
        raise Invalid(f"{decision!r} is no decision; write {' or '.join(DECISIONS)}.")


def check_not_own(employee: str, decided_by: str) -> None:
    """Nobody decides on their own paper (§6), whichever way the name is typed."""
    if decided_by and _alike(decided_by) == _alike(employee):
        raise Invalid(f"{employee} cannot decide on their own paper; somebody else has to.")


def _alike(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()
