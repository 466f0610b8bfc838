"""Months of a unit: how they stand, locking, reopening and signing them; and the sheet as a file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from api.http.answers import answer
from api.http.auth import came
from api.http.schemas.months import Lock, Month, Reopening, Signing
from api.http.scope import Reader, may
from api.http.service import Service, service
from attendance import clock
from attendance.engine.period import QUESTION_MARK
from attendance.errors import NotFound
from attendance.services import months, own_account
from attendance.services.timesheet import signing
from attendance.services.timesheet.differing import known_after_lock
from attendance.services.timesheet.obstacles import check_over, obstacles, settled
from attendance.services.timesheet.showing import ShownMonth, read_month, shown_month
from attendance.services.timesheet.signing import Signer
from attendance.store import office
from attendance.store.database import Session
from attendance.store.tables import UnitRow

router = APIRouter(prefix="/months", tags=["months"])
Unit = Annotated[str, Path(max_length=64, description="Code of the unit.", examples=["X-TAN-MAI"])]
MonthName = Annotated[
    str, Path(min_length=7, max_length=7, pattern=r"^\d{4}-\d{2}$", description="As 2026-11.", examples=["2026-11"])
]
ReadingMonth = Annotated[Reader, Depends(may("months.read"))]
Locking = Annotated[Reader, Depends(may("months.lock"))]


@router.get("/{unit}/{month}", operation_id="getMonth", summary="A month of a unit", response_model=Month)
def get_month(request: Request, reader: ReadingMonth, unit: Unit, month: MonthName) -> Response:
    """Open or locked, its version, what stands in the way of locking it, a line per person, who signed."""
    with service(request).database.reading() as session:
        return _told(request, session, reader, _unit(session, reader, unit), read_month(month))


@router.post("/{unit}/{month}/lock", operation_id="lockMonth", summary="Lock a month", response_model=Month)
def lock_month(
    request: Request, reader: Locking, unit: Unit, month: MonthName, given: Annotated[Lock | None, Body()] = None
) -> Response:
    """Later facts change nothing in it until it is reopened. Answers 409 while it has a question mark, or where
    somebody was faster. What it looks like is kept for ever."""
    parts, first = service(request), read_month(month)
    with parts.database.writing() as session:
        place = _unit(session, reader, unit)
        check_over(parts.settings.timezone, first, parts.now())
        months.lock(
            session, parts.settings.timezone, unit, first, by=reader.user.name,
            version=given.version if given is not None else None, now=parts.now(), actor=reader.actor,
        )  # fmt: skip
        return _told(request, session, reader, place, first)


@router.post("/{unit}/{month}/reopen", operation_id="reopenMonth", summary="Reopen a month", response_model=Month)
def reopen_month(request: Request, reader: Locking, unit: Unit, month: MonthName, given: Reopening) -> Response:
    """As its next version: all facts count in it. The version before stays kept, with who signed it. Answers 409 where
    it is not locked, or was opened and locked again since."""
    parts, first = service(request), read_month(month)
    with parts.database.writing() as session:
        place = _unit(session, reader, unit)
        months.reopen(
            session, unit, first, reason=given.reason, by=reader.user.name, version=given.version, now=parts.now(),
            actor=reader.actor,
        )  # fmt: skip
        return _told(request, session, reader, place, first)


@router.post(
    "/{unit}/{month}/signatures",
    operation_id="signMonth",
    summary="Sign a locked month",
    response_model=Month,
    status_code=201,
    openapi_extra={"x-no-idempotency-key": "It asks for a password; signing the same part again is refused."},
)
def sign_month(
    request: Request,
    reader: Annotated[Reader, Depends(may("months.sign"))],
    unit: Unit,
    month: MonthName,
    given: Signing,
) -> Response:
    """Who kept the sheet, then the head of the section, then the approver: three different people, each with their
    password once more. The digest of the sheet they saw is recorded with it."""
    parts, first = service(request), read_month(month)
    with parts.database.reading() as session:
        _unit(session, reader, unit)  # what is not there is told before anybody's password is tried
    own_account.prove(parts.accounts, reader.user, given.password, came(request, reader.user.name))
    with parts.database.writing() as session:
        place = _unit(session, reader, unit)
        may_lock = reader.elsewhere(session, "months.lock").sees(office.key(place))
        by = Signer(reader.user.user_id, reader.user.employee_id, reader.actor, may_lock)
        signing.sign(session, unit, first, given.as_, by, digest=given.digest, at=parts.now())
        return _told(request, session, reader, place, first, 201)


def _unit(session: Session, reader: Reader, code: str) -> UnitRow:
    """A unit whose months the reader sees. Raises NotFound for any other, also one they may but name."""
    found = reader.unit(session, code)
    if not reader.within.sees(office.key(found)):
        raise NotFound("unit", code)
    return found


def _told(
    request: Request, session: Session, reader: Reader, unit: UnitRow, month: date, status: int = 200
) -> Response:
    parts = service(request)
    reasons = reader.elsewhere(session, "reasons.read")
    shown = shown_month(session, unit, month, parts.today(), reasons=reasons.sees(office.key(unit)))
    is_locked = shown.state.locked_at is not None
    found = [] if is_locked else obstacles(
        session, parts.settings.timezone, unit, shown.sheet, parts.now(), reasons=reasons,
        explained=reader.elsewhere(session, "explanations.read"),
    )  # fmt: skip
    later = known_after_lock(session, unit, month) if is_locked else []
    named = {line.employee for line in shown.sheet.lines} | {who for who, _, _ in later}
    reader.saw(session, "month", named, at=parts.now())
    content = {
        **_state(shown, parts),
        "lockable": not is_locked and settled(found),
        "blockers": _marks(shown),
        "obstacles": [{"kind": one.kind, "total": one.total, "blocks": one.blocks} for one in found],
        "people": [
            {"employee": line.employee, "name": line.name, **asdict(line.sums)} for line in shown.sheet.lines
        ],
        "known_after_lock": [{"employee": who, "date": on} for who, _, on in later],
    }  # fmt: skip
    return answer(content, status)


def _state(shown: ShownMonth, parts: Service) -> dict[str, Any]:
    zone, found, locked_at = parts.settings.timezone, shown.kept, shown.state.locked_at
    signed = found.signatures if found is not None else ()
    return {
        "unit": shown.unit.code,
        "month": f"{shown.month:%Y-%m}",
        "state": "locked" if locked_at else "open",
        "version": shown.state.version,
        "locked_at": clock.local_iso(clock.to_wall(locked_at, zone), zone) if locked_at else None,
        "digest": found.digest if found is not None else None,
        "signatures": [
            {"as": row.part, "name": row.name, "at": clock.local_iso(clock.to_wall(row.signed_at, zone), zone)}
            for row in signed
        ],
    }


def _marks(shown: ShownMonth) -> list[dict[str, Any]]:
    cells = shown.sheet.cells
    return [
        {"employee": line.employee, "date": on, "session": part}
        for line in shown.sheet.lines
        for on, place in zip(shown.sheet.dates, line.days, strict=True)
        if place >= 0
        for part, sign in cells[place].symbols
        if sign == QUESTION_MARK
    ]
