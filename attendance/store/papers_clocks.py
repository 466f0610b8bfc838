"""Papers about the clocks of terminals: how far one was off, or that it was worth nothing."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from attendance.errors import Invalid
from attendance.store import office, touched
from attendance.store.paper_checks import check_order
from attendance.store.paper_tables import ClockInvalidRow, ClockOffsetRow
from attendance.store.tables import TerminalRow


def set_clock_offset(
    session: Session,
    terminal: str,
    offset_seconds: int,
    *,
    starts: datetime | None = None,
    ends: datetime | None = None,
    document: str = "",
    at: datetime,
) -> ClockOffsetRow:
    """The terminal was this many seconds fast (less than 0: slow) in a span of its own time; open where None.

    Inside the span it holds in place of what pulls measured.
    """
    site = office.get(session, TerminalRow, terminal)
    check_order(f"The clock offset of {terminal}", starts, ends)
    if not -(2**31) <= offset_seconds <= 2**31 - 1:
        raise Invalid(f"{offset_seconds} seconds are no offset of a clock; write how far it is fast.")
    row = ClockOffsetRow(
        terminal_id=office.key(site),
        starts=starts,
        ends=ends,
        offset_seconds=offset_seconds,
        document=document,
        recorded_at=at,
    )
    return touched.file_paper(session, row, at)


def distrust_clock(
    session: Session,
    terminal: str,
    *,
    starts: datetime | None = None,
    ends: datetime | None = None,
    document: str = "",
    at: datetime,
) -> ClockInvalidRow:
    """The terminal's clock was worth nothing in a span of its own time; open where None."""
    site = office.get(session, TerminalRow, terminal)
    check_order(f"The span of the invalid clock of {terminal}", starts, ends)
    row = ClockInvalidRow(terminal_id=office.key(site), starts=starts, ends=ends, document=document, recorded_at=at)
    return touched.file_paper(session, row, at)
