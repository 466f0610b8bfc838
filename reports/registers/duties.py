"""*Sổ trực*: duties of the roster, who held them, and who was not there; by time, as a roster is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from attendance import clock
from attendance.errors import NoVersionInForce
from attendance.services.roster import filling
from attendance.services.roster.filling import Held
from attendance.store import duties
from attendance.store.database import Session
from attendance.store.duties import RosterLine
from attendance.store.register_scope import Chosen
from attendance.store.tree import StoredTree, holds_in
from reports.register_table import Column, Figure, Register, Value
from reports.registers.asking import Asked, NameKey, chosen

STATES = ("kept", "no_show", "away", "unverified", "open", "refused")
COLUMNS = (
    Column("starts", "moment", 17),
    Column("ends", "moment", 17),
    Column("duty", "code", 18, "duty"),
    Column("desk", "text", 18),
    Column("employee", "text", 11),
    Column("name", "text", 24),
    Column("unit", "text", 12, printed=False),
    Column("unit_name", "text", 26),
    Column("duty_minutes", "integer", 9),
    Column("duty_state", "code", 24, "duty_state"),
    Column("instead", "yes", 9),
)


def duty_register(session: Session, asked: Asked, key: NameKey) -> Register:
    """Duties that start on the dates and were not taken back, proposed or approved. `duty_state`: kept, no_show (said
    once the terminals were read past the duty's window), away, unverified, refused by law, or open: not over, or not
    approved. `instead`: whether it takes over somebody's."""
    of_these = chosen(session, asked)
    held = sorted(
        _held(session, asked, of_these), key=lambda each: (each.line.starts, each.line.desk, key(each.line.name))
    )
    states = Counter(each.state for each in held)
    told = states["kept"] + states["no_show"]
    slots, open_slots = _slots(session, of_these) if of_these.employee_id is None else (0, 0)
    seen: set[int] = set()
    return Register(
        key="duties",
        columns=COLUMNS,
        rows=_rows(session, asked.zone, held, seen),
        people=seen,
        figures=(
            Figure("duties", len(held)),
            Figure("duties_kept", states["kept"], told),
            Figure("duties_no_show", states["no_show"], told),
            Figure("duties_unverified", states["unverified"], len(held)),
            Figure("posts_open", open_slots, slots),
        ),
        bars={"duties_by_state": tuple((f"duty_state.{state}", states[state]) for state in STATES if states[state])}
        if held
        else {},
        notes=("duties_basis",),
        span=(of_these.from_on, of_these.to_on),
    )


def _held(session: Session, asked: Asked, of_these: Chosen) -> Iterator[Held]:
    """Judged a month at a time, so that a long span takes no more memory than a month."""
    now = clock.to_wall(asked.at, asked.zone)
    listed = [
        line
        for line in duties.lines(session, of_these.within, of_these.from_on, of_these.to_on)
        if _is_chosen(line, of_these)
    ]
    listed.sort(key=lambda line: line.starts)
    for _, part in groupby(listed, key=lambda line: (line.starts.year, line.starts.month)):
        lines = list(part)
        yield from _standing(session, asked.zone, lines, now)


def _standing(session: Session, zone: str, lines: Sequence[RosterLine], now: datetime) -> Sequence[Held]:
    first, last = lines[0].starts.date(), lines[-1].starts.date()
    try:
        return filling.standing(session, zone, lines, first, last, now=now)
    except NoVersionInForce:
        return [Held(line, "open" if line.status != "approved" else "unverified") for line in lines]


def _is_chosen(line: RosterLine, of_these: Chosen) -> bool:
    if of_these.employee_id not in (None, line.employee_id):
        return False
    on: date = line.starts.date()
    return of_these.part is None or (line.unit_id is not None and holds_in(of_these.part, line.unit_id, on))


def _slots(session: Session, of_these: Chosen) -> tuple[int, int]:
    """How many times a post had to be filled, and how many of these were not filled whole."""
    within, from_on, to_on = of_these.within, of_these.from_on, of_these.to_on
    part = of_these.part

    def is_inside(slot: filling.Slot) -> bool:
        return part is None or holds_in(part, slot.unit_id, slot.starts.date())

    slots = [slot for slot in filling.slots(session, within, from_on, to_on) if is_inside(slot)]
    gaps = filling.gaps(session, within, from_on, to_on)
    return len(slots), len({(gap.slot.post, gap.slot.starts) for gap in gaps if is_inside(gap.slot)})


def _rows(session: Session, zone: str, held: Sequence[Held], seen: set[int]) -> Iterator[tuple[Value, ...]]:
    tree = StoredTree(session)
    for each in held:
        line = each.line
        seen.add(line.employee_id)
        yield (
            clock.to_instant(line.starts, zone),
            clock.to_instant(line.ends, zone),
            line.kind,
            line.desk,
            line.employee,
            line.name,
            line.unit or "",
            tree.name(line.unit, line.starts.date()) if line.unit else "",
            (line.ends - line.starts) // timedelta(minutes=1),
            each.state,
            line.in_place_of is not None,
        )
