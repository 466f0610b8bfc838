"""What a roster has to fill, where it does not, and who was not there for a duty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from attendance.engine.on_duty import presence_on_duty
from attendance.engine.run import evaluate
from attendance.errors import Invalid
from attendance.rules.schedule import WEEKDAYS
from attendance.services.roster.entering import KINDS, LONGEST
from attendance.store import case_reading, duties, office, trail
from attendance.store.database import Session
from attendance.store.duties import RosterLine
from attendance.store.register_tables import RosterPostRow
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor
from attendance.store.within import Within

_DAY = timedelta(days=1)
MOST_NEEDED = 50


@dataclass(frozen=True, slots=True)
class Slot:
    """One post on one date, in wall time."""

    post: int
    unit_id: int
    unit: str
    kind: str
    desk: str
    starts: datetime
    ends: datetime
    needed: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a slot for which `missing` people are not on the roster."""

    slot: Slot
    starts: datetime
    ends: datetime
    missing: int


@dataclass(frozen=True, slots=True)
class Held:
    """A duty of the roster and what is known of it: kept, no_show, away, unverified, or `open` before it is over."""

    line: RosterLine
    state: str


def add_post(
    session: Session,
    by: Actor,
    unit: str,
    *,
    kind: str,
    desk: str = "",
    weekdays: Sequence[str] = (),
    dates: Sequence[date] = (),
    starts: str,
    ends: str,
    needed: int = 1,
    from_on: date | None = None,
    to_on: date | None = None,
    document: str = "",
    at: datetime,
) -> RosterPostRow:
    """Say that a desk or duty must be filled. Raises Invalid."""
    place = office.get(session, UnitRow, unit)
    if kind not in KINDS:
        raise Invalid(f"{kind!r} is no kind of duty; write one of {', '.join(KINDS)}.")
    if unknown := [day for day in weekdays if day not in WEEKDAYS]:
        raise Invalid(f"{unknown[0]!r} is not a weekday; write one of {', '.join(WEEKDAYS)}.")
    if not weekdays and not dates:
        raise Invalid("A post has neither weekdays nor dates; write on which days it must be filled.")
    if not 1 <= needed <= MOST_NEEDED:
        raise Invalid(f"{needed} people cannot be needed at one desk; write 1 to {MOST_NEEDED}.")
    if from_on is not None and to_on is not None and to_on < from_on:
        raise Invalid(f"The post ends on {to_on} before it begins on {from_on}; swap the dates.")
    for text in (starts, ends):
        _time(text)
    row = RosterPostRow(
        unit_id=office.key(place),
        kind=kind,
        desk=desk,
        weekdays=[day for day in WEEKDAYS if day in weekdays],
        dates=sorted(on.isoformat() for on in dates),
        starts=starts,
        ends=ends,
        needed=needed,
        from_on=from_on,
        to_on=to_on,
        document=document,
        author=by.name,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    trail.record(session, by, "roster_post.added", kind="roster_post", key=str(row.id), after=_content(row), at=at)
    return row


def withdraw_post(session: Session, by: Actor, row: RosterPostRow, *, at: datetime) -> None:
    """It need not be filled any more, on no date. Raises Invalid for one taken back already."""
    if row.withdrawn_at is not None:
        raise Invalid(f"Post {row.id} was taken back by {row.withdrawn_by} before; nothing was changed.")
    before = _content(row)
    row.withdrawn_at, row.withdrawn_by = at, by.name
    session.add(row)
    trail.record(session, by, "roster_post.withdrawn", kind="roster_post", key=str(row.id), before=before, at=at)


def slots(session: Session, within: Within, from_on: date, to_on: date) -> list[Slot]:
    """Every post on every date of a span on which it must be filled, by time."""
    found = []
    for row, unit in duties.posts(session, within, from_on, to_on):
        for on in _dates(row, from_on, to_on):
            begins, finishes = datetime.combine(on, _time(row.starts)), datetime.combine(on, _time(row.ends))
            finishes += _DAY if finishes <= begins else timedelta()
            assert row.id is not None
            found.append(Slot(row.id, row.unit_id, unit, row.kind, row.desk, begins, finishes, row.needed))
    return sorted(found, key=lambda slot: (slot.starts, slot.unit, slot.kind, slot.desk, slot.post))


def gaps(session: Session, within: Within, from_on: date, to_on: date) -> list[Gap]:
    """Where posts are not filled by approved duties, by time."""
    listed = duties.lines(session, within, from_on - LONGEST, to_on + _DAY)
    approved = [line for line in listed if line.status == "approved"]
    return [gap for slot in slots(session, within, from_on, to_on) for gap in _unfilled(slot, approved)]


def held(session: Session, zone: str, within: Within, from_on: date, to_on: date, *, now: datetime) -> list[Held]:
    """Every duty of the roster on these dates, and whether its holder was there. Raises NoVersionInForce."""
    return standing(session, zone, duties.lines(session, within, from_on, to_on), from_on, to_on, now=now)


def standing(
    session: Session,
    zone: str,
    listed: Sequence[RosterLine],
    from_on: date,
    to_on: date,
    *,
    now: datetime,
    as_of: datetime | None = None,
) -> list[Held]:
    """The same of some lines of these dates, `now` being wall time. `as_of`: as known then (None: now)."""
    approved = [line for line in listed if line.status == "approved"]
    if not approved:
        return [Held(line, "open") for line in listed]
    people = duties.people_on_duty(approved)
    read = case_reading.read_case(session, zone, from_on, to_on, employee_ids=people, as_of=as_of)
    judgement = evaluate(read.case, from_on, to_on)
    states = {
        (seen.duty.employee, seen.duty.starts, seen.duty.ends): seen.state for seen in presence_on_duty(judgement)
    }
    told = []
    for line in listed:
        state = states.get((line.employee, line.starts, line.ends), "refused")
        if line.status != "approved" or (line.ends > now and state != "kept"):
            state = "open"
        told.append(Held(line, state))
    return told


def _dates(row: RosterPostRow, from_on: date, to_on: date) -> Iterator[date]:
    first, last = max(from_on, row.from_on or from_on), min(to_on, row.to_on or to_on)
    for number in range((last - first).days + 1):
        on = first + number * _DAY
        if WEEKDAYS[on.weekday()] in row.weekdays or on.isoformat() in row.dates:
            yield on


def _unfilled(slot: Slot, approved: Sequence[RosterLine]) -> Iterator[Gap]:
    """The stretches of a slot in which fewer people are on the roster than needed."""
    here = [
        (max(line.starts, slot.starts), min(line.ends, slot.ends))
        for line in approved
        if (line.unit_id, line.kind, line.desk) == (slot.unit_id, slot.kind, slot.desk)
        and line.starts < slot.ends
        and line.ends > slot.starts
    ]
    edges = sorted({slot.starts, slot.ends, *(moment for span in here for moment in span)})
    open_from: datetime | None = None
    missing_before = 0
    for begins, finishes in pairwise(edges):
        missing = slot.needed - sum(starts <= begins and finishes <= ends for starts, ends in here)
        if missing != missing_before and open_from is not None and missing_before > 0:
            yield Gap(slot, open_from, begins, missing_before)
        if missing != missing_before:
            open_from, missing_before = begins, missing
    if open_from is not None and missing_before > 0:
        yield Gap(slot, open_from, slot.ends, missing_before)


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text) if len(text) == 5 else _no_time(text)
    except ValueError:
        return _no_time(text)


def _no_time(text: str) -> time:
    raise Invalid(f"{text!r} is not a time of the day; write it as 07:30.")


def _content(row: RosterPostRow) -> dict[str, object]:
    return {
        "unit_id": row.unit_id,
        "kind": row.kind,
        "desk": row.desk,
        "weekdays": row.weekdays,
        "dates": row.dates,
        "starts": row.starts,
        "ends": row.ends,
        "needed": row.needed,
    }
