"""The month before this one of the one-stop desk: locked and signed by three, and a paper that came too late for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from api.cli.demo.office import DemoOffice
from attendance import clock
from attendance.errors import MonthNotLockable
from attendance.services import months
from attendance.services.evaluate import evaluate_dirty
from attendance.services.timesheet import signing
from attendance.services.timesheet.kept import PARTS
from attendance.services.timesheet.signing import Signer
from attendance.store import accounts, month_reading, month_sheets, office, papers, papers_decided
from attendance.store.database import Database, Session
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.trail import Actor

UNIT = "X1-MC"
SIGNERS = (("nhansu", "hr"), ("truongphong", "head"), ("lanhdao", "leader"))
"""Who signs as keeper, head of section and approver."""


def close_last_month(database: Database, demo: DemoOffice, at: datetime) -> None:
    """Settle what is open in it, lock it, let three people sign it; then a paper for one of its days comes in.

    Where its terminal could not be read to the end, for it breaks lines off, the month stays open and its page says so.
    """
    month = (demo.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    with database.writing() as session:
        _settle(session, month, at)
    evaluate_dirty(database, demo.zone, at)
    try:
        with database.writing() as session:
            head = _actor(session, *SIGNERS[1])
            months.lock(session, demo.zone, UNIT, month, by=head.name, now=at, actor=head)
    except MonthNotLockable:
        return
    with database.writing() as session:
        _sign(session, month, at)
    later = at + timedelta(seconds=1)
    with database.writing() as session:
        _come_too_late(session, demo, month, later)
    evaluate_dirty(database, demo.zone, later)


def _settle(session: Session, month: date, at: datetime) -> None:
    """Missing punches of the month are accepted: colleagues saw them at their desks."""
    unit = office.key(office.get(session, UnitRow, UNIT))
    for employee, on, kind, part, *_ in month_reading.violations(session, unit, month, clock.month_end(month)):
        if kind in ("missing_in", "missing_out"):
            code = office.code_of(session, EmployeeRow, employee)
            row = papers_decided.explain(
                session, code, on, part=part, covers=kind, reason="Quên chấm, có mặt tại quầy", submitted_at=at, at=at
            )
            papers_decided.decide(session, row, "approved", decided_by=SIGNERS[2][0], decided_at=at, at=at)


def _sign(session: Session, month: date, at: datetime) -> None:
    unit = office.key(office.get(session, UnitRow, UNIT))
    sheet = month_sheets.get(session, unit, month, 1)
    for part, (name, role) in zip(PARTS, SIGNERS, strict=True):
        actor = _actor(session, name, role)
        signer = Signer(actor.user_id or 0, None, actor, may_lock=part != PARTS[0])
        signing.sign(session, UNIT, month, part, signer, digest=sheet.digest, at=at)


def _actor(session: Session, name: str, role: str) -> Actor:
    return Actor(name, accounts.get_user(session, name).id, "page", "", role)


def _come_too_late(session: Session, demo: DemoOffice, month: date, at: datetime) -> None:
    on = max(day for day in demo.working_days if day <= clock.month_end(month))
    who = next(each.employee for each in demo.assignments if each.unit == UNIT and each.to_on is None)
    papers.add_leave(session, who, on, code="Ô", document="Giấy ra viện 31/BV-MAU", approved_at=at, at=at)
