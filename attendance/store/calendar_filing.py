"""Filing decisions about dates: what is decided already is left alone, what is announced waits to be confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from attendance.errors import Invalid
from attendance.rules.calendar import ENTRY_KINDS, CalendarEntry
from attendance.rules.overlay import same_decision
from attendance.rules.written import WrittenEntry
from attendance.store import dirty, office, registering
from attendance.store.filing import Filing, under
from attendance.store.known_rows import known_rows
from attendance.store.rulebook_reading import entry_of
from attendance.store.tables import CalendarEntryRow, UnitRow


def file_entries(filing: Filing, written: Sequence[WrittenEntry]) -> None:
    """File entries at the unit of the adoption (nation: the whole tree).

    An entry that was filed once is not filed again, also where a later one took it back.
    """
    days = {w.entry.on for w in written}
    unit_id, unit = filing.unit_id, filing.scope.code or None
    rows = known_rows(filing.session, CalendarEntryRow, None, CalendarEntryRow.unit_id == unit_id) if days else []
    by_place: dict[tuple[date, str | None], list[CalendarEntryRow]] = {}
    for row in rows:
        by_place.setdefault((row.on, row.session), []).append(row)
    # in the order in which they became known, because of two for one date the one recorded last holds
    for w in sorted(written, key=lambda w: (w.entry.recorded_at is not None, w.entry.recorded_at or datetime.min)):  # noqa: DTZ901
        there = by_place.get((w.entry.on, w.entry.session), [])
        if any(_stands(w, entry_of(row, unit), row.status) for row in there):
            filing.standing += 1
            continue
        holds = next((row for row in reversed(there) if row.status == "confirmed"), None)
        if holds is not None and w.status == "confirmed":
            said = f"{w.entry.on} is decided already: {holds.kind}{under(holds.document)}"
            if not filing.replace:
                filing.refuse(w.path, f"{said}; adopt with --replace to decide it anew, or take the entry out")
                continue
            filing.cut.append(said)
        for row in there:
            if row.status == "announced":
                filing.withdraw(row)
        filing.announced += w.status == "announced"
        filing.add(_row(w.entry, unit_id, w.status, w.entry.citation.document, filing.at), (w.entry.on, w.entry.on))


def _stands(written: WrittenEntry, held: CalendarEntry, status: str) -> bool:
    """Whether this was filed before. What is announced was also where it is confirmed by now, under its document."""
    entry = replace(written.entry, unit=held.unit)
    if written.status == "announced":
        entry = replace(entry, citation=held.citation)
    return same_decision(entry, held) and status in (written.status, "confirmed")


def confirm(
    session: Session, on: date, unit: str | None, document: str, at: datetime
) -> tuple[list[CalendarEntry], list[CalendarEntry]]:
    """Confirm what is announced for a date and unit, with the other half of a swap, under its document.

    Answers what is confirmed by this, and what is confirmed already.
    """
    unit_id = office.key(office.get(session, UnitRow, unit)) if unit else None
    rows = known_rows(session, CalendarEntryRow, None, CalendarEntryRow.unit_id == unit_id)
    waiting = [row for row in rows if row.status == "announced"]
    here = [row for row in waiting if row.on == on]
    here += [row for row in waiting if row.pair_on == on and row.on in {half.pair_on for half in here}]
    for row in here:
        row.withdrawn_at = at
        session.add(row)
        session.add(_row(entry_of(row, unit), unit_id, "confirmed", document, at))
    session.flush()
    before = [row for row in rows if row.on == on and row.status == "confirmed"]
    return [entry_of(row, unit) for row in here], [entry_of(row, unit) for row in before]


def propose(
    session: Session,
    on: date,
    kind: str,
    *,
    pair_on: date | None,
    unit_id: int | None,
    part: str | None,
    document: str,
    paper: int,
    at: datetime,
) -> None:
    """An entry that decides nothing before its paper is approved. Raises Invalid for an unknown kind of day."""
    if kind not in ENTRY_KINDS:
        raise Invalid(f"{kind!r} is not a kind of day; write one of {', '.join(sorted(ENTRY_KINDS))}.")
    entry = CalendarEntry(on, kind, session=part, pair_on=pair_on)
    row = _row(entry, unit_id, "proposed", document, at)
    row.paper_id = paper
    session.add(row)
    session.flush()


def approve(session: Session, row: CalendarEntryRow, at: datetime) -> None:
    """A proposed entry makes room for the same one, which decides from now on."""
    row.withdrawn_at = at
    session.add(row)
    session.flush()
    entry = CalendarEntry(row.on, row.kind, session=row.session, pair_on=row.pair_on)
    decides = _row(entry, row.unit_id, "confirmed", row.document, at)
    decides.paper_id = row.paper_id
    session.add(decides)
    session.flush()
    mark(session, row.on, at)


def mark(session: Session, on: date, at: datetime) -> None:
    """Mark the days that a decision about a date may change."""
    registering.mark_everybody(session, on - timedelta(days=1), on + timedelta(days=1), "calendar", at)
    dirty.mark_explained(session, on, on, "calendar", at)


def announced(session: Session) -> list[CalendarEntry]:
    """What waits for confirmation, by date."""
    units = {row.id: row.code for row in session.exec(select(UnitRow))}
    rows = known_rows(session, CalendarEntryRow, None, CalendarEntryRow.status == "announced")
    return sorted((entry_of(row, units.get(row.unit_id)) for row in rows), key=lambda entry: entry.on)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A decision about a date that decides nothing yet; `paper`: the one somebody else has to approve."""

    entry: CalendarEntry
    unit_id: int | None
    paper: int


def proposed(session: Session, from_on: date, to_on: date) -> list[Proposed]:
    """What papers propose for dates of a span, by date. The other half of a swap may lie outside of it."""
    units = {row.id: row.code for row in session.exec(select(UnitRow))}
    rows = session.exec(
        select(CalendarEntryRow)
        .where(col(CalendarEntryRow.withdrawn_at).is_(None), CalendarEntryRow.status == "proposed")
        .where(CalendarEntryRow.on >= from_on, CalendarEntryRow.on <= to_on)
        .order_by(col(CalendarEntryRow.on), col(CalendarEntryRow.id))
    )
    return [
        Proposed(entry_of(row, units.get(row.unit_id)), row.unit_id, row.paper_id)
        for row in rows
        if row.paper_id is not None
    ]


def _row(entry: CalendarEntry, unit_id: int | None, status: str, document: str, at: datetime) -> CalendarEntryRow:
    return CalendarEntryRow(
        on=entry.on,
        kind=entry.kind,
        pair_on=entry.pair_on,
        unit_id=unit_id,
        session=entry.session,
        status=status,
        document=document,
        recorded_at=at,
    )
