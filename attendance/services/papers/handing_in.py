"""Handing papers in: each verb checks what a paper says, enters it in the register, and files its facts unapproved.

Nothing of it counts before somebody else approves it (`deciding`). A paper that says what cannot be is refused with a
sentence, and nothing of it is kept: the caller's transaction must not be committed when a verb raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from attendance.errors import Invalid
from attendance.store import calendar_filing, office, paper_register, papers, papers_roster
from attendance.store.database import Session
from attendance.store.paper_register import last_date, number_of
from attendance.store.register_tables import PaperRow
from attendance.store.tables import EmployeeRow, TerminalRow, UnitRow
from attendance.store.trail import Actor

LEAVE_SYMBOLS = ("P", "Ô", "Cô", "Ts", "T", "H", "Nb", "No", "N", "LĐ")
"""Kinds of leave of the official sheet; an office may have adopted others (`leave.X` of its rules)."""
LONGEST_DAYS = 366
PAIRED = {"swapped_off": "swapped_work", "swapped_work": "swapped_off"}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Handed:
    """Who hands a paper in and when, and what may stand on any paper."""

    by: Actor
    at: datetime
    document: str = ""
    place: str = ""
    note: str = ""


def leave(
    session: Session,
    handed: Handed,
    employee: str,
    from_on: date,
    to_on: date,
    *,
    code: str = "P",
    part: str = "all",
    first_part: str | None = None,
    last_part: str | None = None,
) -> PaperRow:
    """Leave on every date of a span, of all sessions or of one (`part`); the first and last date may differ."""
    _check_span(f"The leave of {employee}", from_on, to_on)
    _check_kind(session, "leave", code, LEAVE_SYMBOLS)
    parts = [part] * ((to_on - from_on).days + 1)
    parts[-1] = last_part or part
    parts[0] = first_part or part
    paper = entered(session, handed, "leave", employee, from_on, to_on, code)
    for number, each in enumerate(parts):
        on = from_on + number * _DAY
        other = papers.leave_on(session, employee, on, each)
        if other is not None:
            raise Invalid(f"{employee} has leave on {on} already (paper {other}); take that one back first.")
        papers.add_leave(session, employee, on, code=code, part=each, **_of(handed, paper))
    return paper


def mission(
    session: Session, handed: Handed, employee: str, starts: datetime, ends: datetime, *, kind: str = "mission"
) -> PaperRow:
    """A window away on orders: a `mission` or a `meeting`, with its place."""
    if kind not in ("mission", "meeting"):
        raise Invalid(f"{kind!r} is neither a mission nor a meeting.")
    first, last = _dates(f"The {kind} of {employee}", starts, ends)
    paper = entered(session, handed, kind, employee, first, last)
    papers.add_mission(session, employee, starts, ends, **_of(handed, paper))
    return paper


def exemption(
    session: Session,
    handed: Handed,
    employee: str,
    *,
    code: str,
    minutes_per_day: int | None = None,
    placement: str = "day_end",
    from_on: date | None = None,
    to_on: date | None = None,
    dates: Sequence[date] = (),
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> PaperRow:
    """A statutory exemption: minutes of each day at one end of it, or a window of time."""
    if minutes_per_day is None and not (starts and ends):
        raise Invalid(f"The exemption of {employee} has neither minutes of a day nor a window; write one of them.")
    if minutes_per_day is not None and not (dates or from_on):
        raise Invalid(f"The exemption of {employee} has no first date; write from when it holds, or on which dates.")
    first = min(dates, default=from_on or (starts.date() if starts else None))
    last = max(dates, default=to_on or last_date(ends))
    paper = entered(session, handed, "exemption", employee, first, last, code)
    papers.add_exemption(
        session, employee, code=code, minutes_per_day=minutes_per_day, placement=placement, from_on=from_on,
        to_on=to_on, dates=dates, starts=starts, ends=ends, **_of(handed, paper),
    )  # fmt: skip
    return paper


def protection(
    session: Session, handed: Handed, employee: str, *, code: str, from_on: date | None, to_on: date | None
) -> PaperRow:
    """A protection by law during these dates, such as `pregnancy_m7`."""
    paper = entered(session, handed, "protection", employee, from_on, to_on, code)
    papers_roster.protect(
        session, employee, code, from_on=from_on, to_on=to_on, approved=False, **_of_unsigned(handed, paper)
    )
    return paper


def overtime(session: Session, handed: Handed, employee: str, starts: datetime, ends: datetime) -> PaperRow:
    """An order of overtime."""
    first, last = _dates(f"The overtime of {employee}", starts, ends)
    paper = entered(session, handed, "overtime", employee, first, last)
    papers_roster.order_overtime(session, employee, starts, ends, **_of(handed, paper))
    return paper


def site(
    session: Session, handed: Handed, employee: str, on: date, terminals: Sequence[str], *, part: str | None = None
) -> PaperRow:
    """On a date the person works elsewhere and depends on these terminals."""
    paper = entered(session, handed, "site", employee, on, on)
    papers_roster.send_to(session, employee, on, terminals, part=part, **_of(handed, paper))
    return paper


def outage(
    session: Session, handed: Handed, terminal: str, starts: datetime, ends: datetime, *, mode: str = "dead"
) -> PaperRow:
    """A terminal was out of order."""
    first, last = _dates(f"The outage of {terminal}", starts, ends)
    place = office.get(session, TerminalRow, terminal)
    paper = _enter(session, handed, "outage", first, last, mode, terminal_id=office.key(place), unit_id=place.unit_id)
    papers.add_outage(session, terminal, starts, ends, mode=mode, approved=False, **_of_unsigned(handed, paper))
    return paper


def calendar(
    session: Session,
    handed: Handed,
    on: date,
    kind: str,
    *,
    for_on: date | None = None,
    unit: str | None = None,
    part: str | None = None,
) -> PaperRow:
    """A decision about a date; a swap is two entries that name each other. `workday` takes an entry back."""
    if not handed.document:
        raise Invalid("A decision about the calendar rests on a document; write its number.")
    if (kind in PAIRED) != (for_on is not None) and kind != "compensation":
        raise Invalid(f"A day that is {kind} {'names' if kind in PAIRED else 'has no'} date it is swapped with.")
    if for_on == on:
        raise Invalid(f"{on} cannot be swapped with itself.")
    unit_id = office.key(office.get(session, UnitRow, unit)) if unit else None
    dates = [on, for_on] if kind in PAIRED and for_on is not None else [on]
    paper = _enter(session, handed, "calendar", min(dates), max(dates), kind, unit_id=unit_id)
    for date_on, its_kind, other in [(on, kind, for_on)] + [(d, PAIRED[kind], on) for d in dates[1:]]:
        calendar_filing.propose(
            session, date_on, its_kind, pair_on=other, unit_id=unit_id, part=part, document=handed.document,
            paper=number_of(paper), at=handed.at,
        )  # fmt: skip
    return paper


def entered(
    session: Session,
    handed: Handed,
    kind: str,
    employee: str,
    from_on: date | None,
    to_on: date | None,
    code: str = "",
    unit_id: int | None = None,
) -> PaperRow:
    """A paper of a person, in the register without its facts. `unit_id` None: where they serve on its first date."""
    person = office.key(office.get(session, EmployeeRow, employee))
    serves_in = unit_id or office.unit_on(session, person, from_on or handed.at.date())
    return _enter(session, handed, kind, from_on, to_on, code, employee_id=person, unit_id=serves_in)


def _enter(
    session: Session, handed: Handed, kind: str, from_on: date | None, to_on: date | None, code: str, **whose: Any
) -> PaperRow:
    return paper_register.enter(
        session, kind, handed.by, code=code, from_on=from_on, to_on=to_on, document=handed.document,
        place=handed.place, note=handed.note, at=handed.at, **whose,
    )  # fmt: skip


def _of_unsigned(handed: Handed, paper: PaperRow) -> dict[str, Any]:
    return {"document": handed.document, "paper": number_of(paper), "actor": handed.by, "at": handed.at}


def _of(handed: Handed, paper: PaperRow) -> dict[str, Any]:
    """What every fact of a paper is filed with: it is not approved yet."""
    return {"approved_at": None, **_of_unsigned(handed, paper)}


def _dates(what: str, starts: datetime, ends: datetime) -> tuple[date, date]:
    if ends <= starts:
        raise Invalid(f"{what} ends at {ends:%Y-%m-%d %H:%M} before it begins at {starts:%Y-%m-%d %H:%M}; swap them.")
    last = last_date(ends) or starts.date()
    _check_span(what, starts.date(), last)
    return starts.date(), last


def _check_span(what: str, from_on: date, to_on: date) -> None:
    if to_on < from_on:
        raise Invalid(f"{what} ends on {to_on} before it begins on {from_on}; swap the dates.")
    if (to_on - from_on).days >= LONGEST_DAYS:
        raise Invalid(f"{what} would last over {LONGEST_DAYS} days; hand in a paper for each year.")


def _check_kind(session: Session, family: str, code: str, known: Sequence[str]) -> None:
    adopted = {rule.split(".", 1)[1] for rule in office.rule_names(session) if rule.startswith(f"{family}.")}
    if code not in adopted and code not in known:
        raise Invalid(f"{code!r} is no kind of {family}; write one of {', '.join(sorted({*known, *adopted}))}.")
