"""*Máy chấm công*: the terminals a reader sees, how each is and who depends on it. Frozen values in no language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from attendance import clock
from attendance.services.terminal_health import STATES, TerminalHealth, terminals_health
from attendance.store import office, polling, terminal_places
from attendance.store.database import Session
from attendance.store.tables import TerminalRow
from attendance.store.tree import StoredTree, UnitOn
from attendance.store.within import Within

RETIRED = "retired"
FILTERS = (*STATES, RETIRED)
_URGENT = {state: rank for rank, state in enumerate(
    ("refused", "unverified", "unreachable", "late", "full_soon", "healthy", RETIRED)
)}  # fmt: skip
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class TerminalLine:
    """One terminal. `last_ok` is on the wall of the office; `people` depend on it, in the `units` named, and in others
    that the reader may not name."""

    code: str
    name: str
    unit: str
    unit_name: str
    health: TerminalHealth
    last_ok: datetime | None
    people: int
    units: tuple[str, ...]
    is_pullable: bool

    @property
    def state(self) -> str:
        return self.health.state or RETIRED


@dataclass(frozen=True, slots=True)
class TerminalsPage:
    """`counts` by state are of the chosen unit, `lines` of the chosen state too, those that need a look first."""

    now: datetime
    lines: tuple[TerminalLine, ...]
    counts: Mapping[str, int]
    total: int
    unit: str
    state: str
    units: tuple[UnitOn, ...]
    page: int
    pages: int
    pullable: tuple[str, ...]


def terminals_page(
    session: Session, zone: str, now: datetime, *, within: Within, part: Within, pulled: Within, unit: str, state: str,
    page: int,
) -> TerminalsPage:  # fmt: skip
    """Page `page` of the terminals in `part` of what the reader sees; `pulled`: those they may have read.

    A state that is none is no filter; a page beyond the last is the last.
    """
    on = clock.today(now, zone)
    rows = [row for row in office.terminals(session) if part.sees(row.unit_id)]
    health = {each.facts.id: each for each in terminals_health(session, zone, now, [office.key(row) for row in rows])}
    states = {office.key(row): health[office.key(row)].state or RETIRED for row in rows}
    chosen = state if state in FILTERS else ""
    kept = [row for row in rows if (states[office.key(row)] == chosen if chosen else row.in_use)]
    kept.sort(key=lambda row: (_URGENT[states[office.key(row)]], row.name.casefold(), row.code))
    pages = max(1, -(-len(kept) // PAGE_SIZE))
    page = min(page, pages)
    shown = kept[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    may_pull = frozenset(polling.pullable(session, pulled.places))
    return TerminalsPage(
        now=clock.to_wall(now, zone),
        lines=lines_of(session, zone, now, shown, health, within, may_pull),
        counts=Counter(states.values()),
        total=len(kept),
        unit=unit,
        state=chosen,
        units=tuple(StoredTree(session).shown(on, within)),
        page=page,
        pages=pages,
        pullable=tuple(row.code for row in kept if row.code in may_pull),
    )


def lines_of(
    session: Session,
    zone: str,
    now: datetime,
    rows: Sequence[TerminalRow],
    health: Mapping[int, TerminalHealth],
    within: Within,
    may_pull: frozenset[str],
) -> tuple[TerminalLine, ...]:
    """These terminals as they are shown to a reader."""
    on, stored = clock.today(now, zone), StoredTree(session)
    depending = terminal_places.dependants(session, rows, on, within)
    found = []
    for row in rows:
        number = office.key(row)
        units, state = depending[number], health[number]
        named = sorted(stored.name(stored.codes[unit], on) for unit in units if within.names(unit))
        code = stored.codes[row.unit_id]
        found.append(
            TerminalLine(
                code=row.code,
                name=row.name,
                unit=code,
                unit_name=stored.name(code, on),
                health=state,
                last_ok=clock.to_wall(state.facts.last_ok_at, zone) if state.facts.last_ok_at else None,
                people=sum(units.values()),
                units=tuple(named),
                is_pullable=row.code in may_pull,
            )
        )
    return tuple(found)
