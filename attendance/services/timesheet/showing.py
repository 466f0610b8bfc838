"""A month as somebody is shown it: the kept sheet where it is locked, else the one that stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attendance import clock
from attendance.engine.locks import MonthState
from attendance.engine.timesheet import Timesheet
from attendance.errors import Invalid
from attendance.services.timesheet import kept as keeping
from attendance.services.timesheet.kept import Kept
from attendance.services.timesheet.standing import masked, standing_sheet
from attendance.store import month_events, month_sheets, office
from attendance.store.database import Session
from attendance.store.tables import UnitRow


@dataclass(frozen=True, slots=True)
class ShownMonth:
    """`kept`: the locked version that is shown; None: the month is open, or was locked before sheets were kept."""

    unit: UnitRow
    month: date
    state: MonthState
    sheet: Timesheet
    kept: Kept | None
    version: int


def shown_month(
    session: Session, unit: UnitRow, month: date, today: date, *, reasons: bool, version: int | None = None
) -> ShownMonth:
    """`version` None: the month as it is now. Without `reasons` every kind of leave is one sign. Raises NotFound."""
    state = month_events.states(session).get((unit.code, month), MonthState())
    unit_id = office.key(unit)
    found = None
    if version is not None:
        found = keeping.kept(session, month_sheets.get(session, unit_id, month, version))
    elif state.locked_at is not None:
        found = keeping.find_kept(session, unit_id, month, state.version)
    sheet = found.sheet if found is not None else standing_sheet(session, unit, month, today)
    if not reasons:
        sheet = masked(sheet)
    return ShownMonth(unit, month, state, sheet, found, version or state.version)


def read_month(text: str) -> date:
    """The first day of a month written as 2026-11. Raises Invalid."""
    try:
        if len(text) != len("2026-11"):
            raise ValueError(text)
        found = date.fromisoformat(f"{text}-01")
        if not clock.FIRST_DATE <= found <= clock.LAST_DATE:
            raise ValueError(text)
        return found
    except ValueError:
        raise Invalid(f"{text[:20]!r} is not a month; write it as 2026-11.") from None
