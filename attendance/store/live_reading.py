"""Whose punch was heard: the one question a live punch asks of the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, or_, select

from attendance.store import listing, office
from attendance.store.tables import EmployeeRow, EnrolmentRow, TerminalRow
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class Heard:
    """A terminal and the person behind a number there; `name` None: the number belongs to nobody yet."""

    terminal_name: str
    name: str | None
    employee: str | None = None


def heard(session: Session, terminal: str, pin: str | None, on: date, within: Within) -> Heard | None:
    """What a reader may be told of a punch on a date; None: nothing.

    A person is named to those who may see their day, wherever the terminal stands. A number nobody has is told to
    those who see the terminal's own unit.
    """
    row = office.find(session, TerminalRow, terminal)
    if row is None:
        return None
    person = None
    if pin is not None:
        query = (
            select(EmployeeRow)
            .join(EnrolmentRow, col(EnrolmentRow.employee_id) == EmployeeRow.id)
            .where(
                EnrolmentRow.terminal_id == row.id,
                EnrolmentRow.pin == pin,
                col(EnrolmentRow.withdrawn_at).is_(None),
                or_(col(EnrolmentRow.from_on).is_(None), col(EnrolmentRow.from_on) <= on),
                or_(col(EnrolmentRow.to_on).is_(None), col(EnrolmentRow.to_on) >= on),
            )
        )
        person = session.exec(query).first()
    if person is None:
        return Heard(row.name, None) if within.sees(row.unit_id) else None
    return (
        Heard(row.name, person.name, person.code)
        if listing.sees_employee(session, office.key(person), on, within)
        else None
    )
