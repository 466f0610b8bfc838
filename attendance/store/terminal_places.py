"""Where terminals stand, and who depends on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session, select

from attendance.errors import Invalid
from attendance.store import office
from attendance.store.evidence_tables import CoverageRow
from attendance.store.tables import TerminalRow, UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within

Dependants = Mapping[int, int]
"""By number of a unit: how many of its people depend on a terminal."""


def was_read(session: Session, terminal_id: int) -> bool:
    """Whether anything of what a terminal holds was ever read completely."""
    query = select(CoverageRow.id).where(CoverageRow.terminal_id == terminal_id)
    return session.exec(query.limit(1)).first() is not None


def move_terminal(session: Session, code: str, unit: str) -> TerminalRow:
    """A terminal stands in another unit. Raises Invalid once it was read: what it brought is judged by where it was."""
    row = office.get(session, TerminalRow, code)
    if was_read(session, office.key(row)):
        raise Invalid(
            f"Terminal {code} was read already, and its punches are judged by the unit it stood in. Put it out of use, "
            "then add it again under another code in its new unit."
        )
    row.unit_id, row.place_id = office.key(office.get(session, UnitRow, unit)), None
    session.add(row)
    return row


def dependants(session: Session, sites: Sequence[TerminalRow], on: date, within: Within) -> dict[int, Dependants]:
    """Who depends on each of these terminals on a date, as far as the reader sees them; by number of the terminal.

    Those whose assignment names it, and those who name none and are served by the nearest terminals up the tree.
    """
    stored, everything = StoredTree(session), office.terminals(session)
    by_code = {row.code: office.key(row) for row in sites}
    served: dict[int, frozenset[int]] = {}  # terminals of one unit serve the same
    by_unit: defaultdict[int, list[int]] = defaultdict(list)
    for site in sites:
        if not site.in_use:
            continue
        if site.unit_id not in served:
            served[site.unit_id] = stored.depending(site, everything, on)
        for unit_id in served[site.unit_id]:
            by_unit[unit_id].append(office.key(site))
    found: dict[int, defaultdict[int, int]] = {office.key(site): defaultdict(int) for site in sites}
    for row in office.assignments_between(session, on, on):
        if not within.sees(row.unit_id, row.employee_id):
            continue
        named = [by_code[code] for code in row.terminals if code in by_code]
        for number in named if row.terminals else by_unit[row.unit_id]:
            found[number][row.unit_id] += 1
    return {number: dict(units) for number, units in found.items()}
