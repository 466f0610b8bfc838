"""Facts that may help to explain a question: shown beside the form and to whoever decides, never as a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from attendance.errors import NoVersionInForce
from attendance.store import listing_punches, office, punches_around
from attendance.store.database import Session
from attendance.store.listing_keys import ViolationKey
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tables import ScheduleRow, TerminalRow, UnitRow
from attendance.store.within import EVERYTHING

AROUND = timedelta(minutes=30)
MOST_TOLD = 6
KINDS = ("own", "no_own", "colleagues", "silent", "unknown", "outage", "paper")


@dataclass(frozen=True, slots=True)
class Fact:
    """One of KINDS with its values: codes, counts and wall times of the terminal or of the office."""

    kind: str
    values: dict[str, Any]


def proposals(session: Session, zone: str, key: ViolationKey, unit_id: int | None) -> list[Fact]:
    """The facts around a question, in the order of KINDS: the person's punches of the day, what others and unknown
    numbers did at their terminals around the required time, outages then, papers of the day.
    """
    facts = list(_own(session, zone, key))
    span = _required(session, key)
    if span is not None:
        facts += _around(session, key, unit_id, *span)
    facts += [
        Fact("paper", {"kind": row.kind, "number": row.id, "status": row.status})
        for row in punches_around.papers(session, key.employee_id, key.on)
    ]
    return facts


def _own(session: Session, zone: str, key: ViolationKey) -> Iterator[Fact]:
    found = listing_punches.punches(
        session, EVERYTHING, key.on, key.on, zone, employee_id=key.employee_id, limit=MOST_TOLD * 4
    )
    heard = [(row["terminal"], row["at"].replace(tzinfo=None)) for row in found.rows if not row["quarantined"]]
    if heard:
        yield Fact("own", {"seen": heard})
    else:
        yield Fact("no_own", {})


def _required(session: Session, key: ViolationKey) -> tuple[datetime, datetime] | None:
    """From when to when others are looked at: around the required time the question is about, or the whole session."""
    rows = office.assignments_between(session, key.on, key.on, [key.employee_id])
    if not rows:
        return None
    unit = office.code_of(session, UnitRow, rows[0].unit_id)
    schedule = office.code_of(session, ScheduleRow, rows[0].schedule_id) if rows[0].schedule_id else None
    try:
        plan = read_rulebook(session).plan(unit, schedule, key.on)
    except NoVersionInForce:
        return None
    hours = next((each.hours for each in plan.sessions if each.hours.name == key.session), None)
    if hours is None:
        return None
    midnight = datetime.combine(key.on, time())
    begins, ends = midnight + timedelta(minutes=hours.starts), midnight + timedelta(minutes=hours.ends)
    if key.type in ("missing_in", "late"):
        ends = begins
    elif key.type in ("missing_out", "early"):
        begins = ends
    return begins - AROUND, ends + AROUND


def _around(
    session: Session, key: ViolationKey, unit_id: int | None, starts: datetime, ends: datetime
) -> Iterator[Fact]:
    found = punches_around.around(session, key.employee_id, unit_id, key.on, starts, ends)
    span = {"starts": starts, "ends": ends}
    if found.terminals:
        if found.others:
            yield Fact("colleagues", {"count": found.colleagues, "of": found.unit_size, **span})
        else:
            yield Fact("silent", {"terminals": list(found.terminals), **span})
    if found.unknown:
        yield Fact("unknown", {"count": len(found.unknown), "seen": list(found.unknown[:MOST_TOLD])})
    for row in punches_around.outages(session, found.terminals, starts, ends):
        terminal = office.code_of(session, TerminalRow, row.terminal_id)
        yield Fact("outage", {"terminal": terminal, "mode": row.mode, "starts": row.starts, "ends": row.ends})
