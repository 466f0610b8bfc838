"""Decisions about dates. What is decided otherwise already is decided anew: of two the one recorded last holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attendance.rules.calendar_section import OTHER_HALF
from attendance.services.imports.lookups import find_unit
from attendance.services.imports.taking import Taking, Values, day
from attendance.sheets import Row
from attendance.store import import_reading, office
from attendance.store.tables import CalendarEntryRow

Place = tuple[date, int | None, str | None]


def take(taking: Taking, rows: Sequence[Row]) -> None:
    """A swap is two entries that name each other; either half may be stored already."""
    held: dict[Place, Values] = {}
    for stored in import_reading.standing(taking.session, CalendarEntryRow):
        if stored["status"] == "confirmed":
            held[(stored["on"], stored["unit_id"], stored["session"])] = stored
    sessions = office.session_names(taking.session)
    seen: dict[Place, int] = {}
    places = [_place(taking, row, sessions) for row in rows]
    halves = {
        (row.values["kind"], row.values["date"], row.values["for"], p[1]) for row, p in zip(rows, places, strict=True)
    }
    halves |= {(each["kind"], each["on"], each["pair_on"], each["unit_id"]) for each in held.values()}
    for row, place in zip(rows, places, strict=True):
        on, unit_id, session = place
        kind, pair_on, document = row.values["kind"], row.values["for"], str(row.values["document"] or "")
        if place in seen:
            taking.refuse(row, "date", "repeated", row=seen[place])
        seen.setdefault(place, row.number)
        other = OTHER_HALF.get(str(kind))
        if other is not None and pair_on is None:
            taking.refuse(row, "for", "swap_without_half")
        elif other is not None and (other, pair_on, on, unit_id) not in halves:
            assert isinstance(pair_on, date)
            taking.refuse(row, "for", "lone_swap", other=day(pair_on))
        if taking.is_wrong(row):
            continue
        stands = held.get(place)
        if (
            stands is not None
            and (stands["kind"], stands["pair_on"]) == (kind, pair_on)
            and (document in ("", stands["document"]))
        ):
            taking.settle(row, "unchanged")
            continue
        held[place] = taking.add(
            CalendarEntryRow, row, on=on, kind=kind, pair_on=pair_on, unit_id=unit_id, session=session,
            status="confirmed", document=document,
        )  # fmt: skip
        taking.settle(row, "new" if stands is None else "changed")


def _place(taking: Taking, row: Row, sessions: set[str]) -> Place:
    """Date, unit (None: the whole tree) and session (None: the whole day) of an entry."""
    unit = find_unit(taking, row, "unit")
    if unit is None and not taking.known.within.is_all:
        unit = taking.known.first_unit
        if unit is None:
            taking.refuse(row, "unit", "no_unit")
    session = row.values["session"]
    if session == "all":
        session = None
    if session is not None and session not in sessions:
        taking.refuse(row, "session", "unknown_session", sessions=", ".join(sorted(sessions)))
    on = row.values["date"]
    assert isinstance(on, date)
    return on, unit["id"] if unit is not None else None, str(session) if session is not None else None
