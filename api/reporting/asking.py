"""What somebody asks for, from texts as they come from an address, a form or a command line."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol

from api.reporting.entry import Asked, Entry, Format, Need
from attendance import clock
from attendance.clock import FIRST_DATE, LAST_DATE
from attendance.errors import Invalid, NotFound
from attendance.services.access import Permission
from attendance.services.timesheet.showing import read_month
from attendance.store import listing, office
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.within import EVERYTHING, Within

NAMES: Mapping[Need, tuple[str, ...]] = {
    "unit": ("unit",),
    "employee": ("employee",),
    "month": ("month",),
    "span": ("from", "to"),
    "year": ("year",),
    "violation": ("violation",),
}
"""By which names the values of a need are given."""
LONGEST: Mapping[str, int] = {"unit": 64, "employee": 64, "month": 7, "from": 10, "to": 10, "year": 4, "violation": 200}


class Reading(Protocol):
    """Whoever reads, for the permission of a paper: a reader of the API or of a page."""

    @property
    def within(self) -> Within: ...

    def elsewhere(self, session: Session, permission: Permission) -> Within: ...


class Operator:
    """Whoever gives commands on the machine of the service: they have the database and see all of it."""

    within = EVERYTHING

    def elsewhere(self, _session: Session, _permission: Permission) -> Within:
        return EVERYTHING


OPERATOR = Operator()


def names_of(entry: Entry) -> tuple[str, ...]:
    """What a paper may be asked with, in the order it is offered."""
    return tuple(name for need in entry.needs for name in NAMES[need])


def must_of(entry: Entry) -> frozenset[str]:
    """What has to be named; a month, a span and a year are this one if nothing is said."""
    return frozenset(name for need in entry.must - {"month", "span", "year"} for name in NAMES[need])


def kept_texts(entry: Entry, texts: Mapping[str, str]) -> dict[str, str]:
    """Of the values given those that the paper is asked with, without empty ones."""
    return {name: text for name in names_of(entry) if (text := texts.get(name, "").strip())}


def check_format(entry: Entry, format: str) -> Format:
    """Raises Invalid for one that a paper is not made in."""
    for known in entry.formats:
        if known == format:
            return known
    raise Invalid(f"{format[:20]!r} is not a format of {entry.key}; write {', '.join(entry.formats)}.")


def read_asked(
    session: Session, entry: Entry, texts: Mapping[str, str], reader: Reading, *, zone: str, at: datetime, lang: str
) -> Asked:
    """A paper as it is asked for. Raises Invalid naming what is missing or cannot be read, NotFound for a unit or a
    person that the reader may not see."""
    given = kept_texts(entry, texts)
    for name in names_of(entry):
        if name in must_of(entry) and name not in given:
            raise Invalid(f"{entry.key} is made for one {name}; name it.")
    for name in ("unit", "employee", "violation"):
        if name in given and (not given[name].isprintable() or len(given[name]) > LONGEST[name]):
            raise NotFound(name, given[name][:64])
    if "unit" in given:
        place = office.find(session, UnitRow, given["unit"])
        if place is None or not reader.within.names(place.id):
            raise NotFound("unit", given["unit"])
    if "employee" in given and listing.find_employee(session, given["employee"], reader.within) is None:
        raise NotFound("employee", given["employee"])
    today = clock.today(at, zone)
    from_on, to_on = _span(entry, given, today)

    def elsewhere(permission: Permission) -> Within:
        return reader.elsewhere(session, permission)

    return Asked(
        within=reader.within,
        elsewhere=elsewhere,
        zone=zone,
        today=today,
        at=at,
        lang=lang,
        unit=given.get("unit"),
        employee=given.get("employee"),
        from_on=from_on,
        to_on=to_on,
        others={name: given[name] for name in ("violation",) if name in given},
    )


def _span(entry: Entry, given: Mapping[str, str], today: date) -> tuple[date | None, date | None]:
    """The dates that are asked for, by the narrowest thing that was said; by itself the running month, or year."""
    readers: dict[Need, Callable[[], tuple[date, date]]] = {
        "month": lambda: _month(given.get("month"), today),
        "span": lambda: _from_to(given.get("from"), given.get("to"), today, entry.most_days),
        "year": lambda: _year(given.get("year"), today),
    }
    dated = [need for need in ("month", "span", "year") if need in entry.needs]
    said = [need for need in dated if any(name in given for name in NAMES[need])]
    if len(said) > 1:
        raise Invalid(f"Say either {' or '.join(NAMES[need][0] for need in said)}, not both.")
    for need in said or dated:
        return readers[need]()
    return None, None


def _month(text: str | None, today: date) -> tuple[date, date]:
    first = read_month(text) if text else today.replace(day=1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _year(text: str | None, today: date) -> tuple[date, date]:
    if text and not (len(text) == 4 and text.isascii() and text.isdecimal()):
        raise Invalid(f"{text[:20]!r} is not a year; write it as 2026.")
    year = int(text) if text else today.year
    if not FIRST_DATE.year <= year <= LAST_DATE.year:
        raise Invalid(f"Years go from {FIRST_DATE.year} to {LAST_DATE.year}; {year} is none of them.")
    return date(year, 1, 1), date(year, 12, 31)


def _from_to(from_text: str | None, to_text: str | None, today: date, most: int) -> tuple[date, date]:
    to_on = _day("to", to_text) if to_text else None
    first = _day("from", from_text) if from_text else (to_on or today).replace(day=1)
    last = to_on or max(today, first)
    if last < first:
        raise Invalid(f"The span ends on {last} before it begins on {first}; swap `from` and `to`.")
    if (last - first).days >= most:
        raise Invalid(f"The span from {first} to {last} is too long; ask for at most {most} days.")
    return first, last


def _day(name: str, text: str) -> date:
    try:
        if len(text) != 10:
            raise ValueError(text)
        found = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"`{name}` {text[:20]!r} is no date; write it as 2026-11-20.") from None
    if not FIRST_DATE <= found <= LAST_DATE:
        raise Invalid(f"Dates go from {FIRST_DATE} to {LAST_DATE}; {found} is none of them.")
    return found
