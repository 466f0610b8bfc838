"""*Sổ theo dõi ký cam kết*: everybody who serves, and every collective asked, with the commitment of the year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from attendance import clock
from attendance.errors import Invalid
from attendance.store import people
from attendance.store.commitment_tables import COLLECTIVE, PERSON
from attendance.store.database import Session
from attendance.store.tree import StoredTree
from reports.register_table import Column, Figure, Register, Value
from reports.registers.asking import Asked, NameKey, unit_number
from reports.who_signed import Line, SignedFilter, WhoSigned, who_signed

STATES = ("confirmed", "signed", "asked", "refused", "none")
EVERYBODY = 1_000_000
COLUMNS = (
    Column("unit", "text", 12, printed=False),
    Column("unit_name", "text", 26),
    Column("scope", "code", 10, "commitment_scope"),
    Column("employee", "text", 11),
    Column("name", "text", 24),
    Column("post", "code", 16, "head"),
    Column("commitment_state", "code", 16, "commitment_state"),
    Column("from", "date", 11),
    Column("to", "date", 11),
    Column("sign_by", "date", 11),
    Column("overdue", "yes", 8),
    Column("signed_at", "moment", 16),
    Column("confirmed_at", "moment", 16),
    Column("commitment", "integer", 9, printed=False),
)


def commitment_register(session: Session, asked: Asked, key: NameKey) -> Register:
    """The commitments of the year that `from_on` lies in (this year, if nothing is said): units in the order of the
    tree, in each its collective, its leaders, then people by given name."""
    if asked.employee is not None:
        raise Invalid("The register of commitments is of a unit and a year; a person's own stand on their page.")
    unit_number(session, asked)
    year = (asked.from_on or asked.today).year
    found = who_signed(
        session, asked.zone, asked.at, asked.within, SignedFilter(year, asked.unit or ""), key=key, size=EVERYBODY
    )
    counts, collectives = found.counts, found.collectives
    seen: set[int] = set()
    return Register(
        key="commitments",
        columns=COLUMNS,
        rows=_rows(session, asked.zone, found, seen),
        people=seen,
        figures=(
            Figure("commitments_signed", counts["signed"], counts["people"]),
            Figure("commitments_confirmed", counts["confirmed"], counts["signed"]),
            Figure("commitments_overdue", counts["overdue"], counts["people"]),
            Figure("commitments_refused", counts["refused"], counts["people"]),
            Figure("commitments_collectives", collectives["signed"], collectives["people"]),
        ),
        bars={
            "commitments_by_state": tuple(
                (f"commitment_state.{state}", count) for state, count in _by_state(found.lines) if count
            )
        }
        if found.lines
        else {},
        span=(date(year, 1, 1), date(year, 12, 31)),
    )


def _by_state(lines: Sequence[Line]) -> Iterator[tuple[str, int]]:
    for state in STATES:
        yield state, sum(line.state == state for line in lines)


def _rows(session: Session, zone: str, found: WhoSigned, seen: set[int]) -> Iterator[tuple[Value, ...]]:
    tree, on = StoredTree(session), min(found.today, date(found.filter.year, 12, 31))
    seen |= people.numbers(session, (line.employee for line in (*found.lines, *found.left)))
    of_unit: dict[str, list[Line]] = {}
    for line in found.lines:
        of_unit.setdefault(line.unit, []).append(line)
    for each in found.units:
        name = tree.name(each.unit.code, on)
        if each.collective is not None:
            yield _row(each.collective, COLLECTIVE, each.unit.code, name, zone)
        for line in of_unit.pop(each.unit.code, ()):
            yield _row(line, PERSON, line.unit, name, zone)
    for line in (*(line for lines in of_unit.values() for line in lines), *found.left):
        yield _row(line, PERSON, line.unit, tree.name(line.unit, on), zone)


def _row(line: Line, scope: str, unit: str, unit_name: str, zone: str) -> tuple[Value, ...]:
    return (
        unit,
        unit_name,
        scope,
        line.employee,
        line.name,
        line.post or None,
        line.state,
        line.from_on,
        line.to_on,
        line.due_on,
        line.is_overdue if line.due_on is not None else None,
        _instant(line.signed_at, zone),
        _instant(line.confirmed_at, zone),
        line.commitment,
    )


def _instant(wall: datetime | None, zone: str) -> datetime | None:
    return clock.to_instant(wall, zone) if wall is not None else None
