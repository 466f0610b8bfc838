"""*Sổ theo dõi vi phạm*: what the list of violations shows for a filter, in its order, read a piece at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from attendance.store import listing_violations
from attendance.store.database import Session
from attendance.store.listing_violations import Wanted
from reports.register_table import Column, Figure, Register, Value
from reports.registers.asking import Asked, chosen
from reports.view import VIOLATION_STATUSES, VIOLATION_TYPES

COLUMNS = (
    Column("date", "date", 12),
    Column("employee", "text", 11),
    Column("name", "text", 27),
    Column("unit", "text", 13),
    Column("session", "code", 12, "session"),
    Column("type", "code", 24, "violation"),
    Column("minutes", "integer", 9),
    Column("excused_min", "integer", 10),
    Column("counted_min", "integer", 9),
    Column("status", "code", 20, "status"),
    Column("document", "text", 34),
)


def violations(session: Session, wanted: Wanted, *, newest_first: bool = False) -> Register:
    """Violations as listed. `unit`: code of the one they served in that day; `minutes`: whole, empty for a missing
    punch; `excused_min`: what an approved explanation excuses; `document`: what the hours were issued under."""
    tally = listing_violations.tally(session, wanted)
    total = sum(tally.values())
    by_status, by_type = Counter[str](), Counter[str]()
    for (kind, status), count in tally.items():
        by_status[status] += count
        by_type[kind] += count
    seen: set[int] = set()
    return Register(
        key="violations",
        columns=COLUMNS,
        rows=_rows(session, wanted, seen, newest_first=newest_first),
        people=seen,
        figures=(
            Figure("violations", total),
            Figure("violations_counted", by_status["counted"] + by_status["partly_excused"], total),
            Figure("violations_excused", by_status["excused"], total),
            Figure("violations_pending", by_status["pending"], total),
        ),
        bars={
            "violations_by_type": tuple(
                (f"violation.{kind}", by_type[kind]) for kind in VIOLATION_TYPES if by_type[kind]
            ),
            "violations_by_status": tuple(
                (f"status.{status}", by_status[status]) for status in VIOLATION_STATUSES if by_status[status]
            ),
        }
        if total
        else {},
        span=(wanted.from_on, wanted.to_on),
    )


def violations_asked(session: Session, asked: Asked) -> Register:
    """Those of a unit, a person and a span, the oldest first."""
    of_these = chosen(session, asked)
    wanted = Wanted(
        of_these.within, of_these.from_on, of_these.to_on, part=of_these.part, employee_id=of_these.employee_id
    )
    return violations(session, wanted)


def _rows(session: Session, wanted: Wanted, seen: set[int], *, newest_first: bool) -> Iterator[tuple[Value, ...]]:
    names = [column.name for column in COLUMNS[:-1]]
    for row in listing_violations.every_violation(session, wanted, newest_first=newest_first):
        seen.add(row["employee_id"])
        cited = (each["document"] for each in row["citations"] if each["rule"].startswith("schedule."))
        yield *(row[name] for name in names), next(cited, "")
