"""The index of the parts of a unit in a period, from stored verdicts: counted, merged where small, ranked where fair.

Who need not punch, and who follows a schedule that the formula leaves out, is in neither number; how many sessions that
is, is said. As known at a moment, for a published index to be reproduced.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from attendance.services.periods import Span
from attendance.services.unit_index.arithmetic import index_tenths, percent_tenths, ranks, standing_together, weighed
from attendance.services.unit_index.formulas import TYPES, Rule, in_force
from attendance.services.unit_index.schedules import Schedules
from attendance.store import counted_sessions, office
from attendance.store.counted_sessions import UnitSessions
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import Spread, StoredTree, holds_in
from attendance.store.within import Within

NO_DATA, LITTLE_DATA, SMALL, ABOVE, ALONE = REASONS = ("no_data", "little_data", "small", "above", "alone")
"""Why a line has no rank: nothing is known, too little is known, units too small for figures of their own together, the
unit above all the others, nobody to compare it with."""


@dataclass(frozen=True, slots=True)
class Line:
    """A unit with all below it. `tenths` the index (None: no figure), `coverage` in tenths of a percent; `group`: what
    it is compared with. `code` empty: `folded` small units together. `times`: counted occurrences by type."""

    code: str
    name: str
    people: int
    due: int
    known: int
    times: dict[str, int]
    lost: int
    tenths: int | None
    coverage: int | None
    rank: int | None
    reason: str
    group: str = ""
    folded: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """`left_out`: sessions of people left out, by schedule code (`exempt`: who need not punch). `too_few`: so few
    people in all that there is no figure."""

    unit: str
    name: str
    from_on: date
    to_on: date
    formula: Rule | None
    lines: tuple[Line, ...]
    left_out: dict[str, int]
    too_few: bool = False


def standing(
    session: Session,
    within: Within,
    unit: UnitRow,
    span: Span,
    *,
    formula: Rule | None = None,
    as_of: datetime | None = None,
) -> Standing:
    """The units right below one, with those below them, and its own people; each compared with its like."""
    stored, unit_id = StoredTree(session, as_of), office.key(unit)
    rule = formula or in_force(session, stored, unit_id, span[1])
    name = stored.name(unit.code, span[1])
    if rule is None:
        return Standing(unit.code, name, *span, None, (), {})
    part = stored.spread(unit_id, *span)
    schedules = Schedules(session, stored, set(rule.excluded), as_of)
    below = [row for row in stored.shown(span[1]) if row.parent == unit.code]
    places = _Places(stored, unit.code, {row.code: stored.spread(row.id, *span) for row in below})
    parts, left_out = defaultdict[str, list[UnitSessions]](list), Counter[str]()
    for cell in counted_sessions.of_units(session, within, part, *span, as_of):
        out = schedules.left_out(cell.unit_id, cell.schedule_id, cell.on)
        if out:
            left_out[out] += cell.due
        elif cell.due:
            parts[places.of(cell.unit_id, cell.on)].append(cell)
    times = defaultdict[str, Counter[str]](Counter)
    for found in counted_sessions.occurrences_of_units(session, within, part, *span, as_of):
        if not schedules.left_out(found.unit_id, found.schedule_id, found.on):
            times[places.of(found.unit_id, found.on)][found.type] += found.times
    return _told(stored, unit.code, name, span, rule, parts, times, dict(sorted(left_out.items())))


def _told(
    stored: StoredTree,
    top: str,
    name: str,
    span: Span,
    rule: Rule,
    parts: dict[str, list[UnitSessions]],
    times: dict[str, Counter[str]],
    left_out: dict[str, int],
) -> Standing:
    people = {code: _people(cells) for code, cells in parts.items()}
    together = standing_together(people, rule.fewest)
    merged = [cell for code in together for cell in parts[code]]
    if together == frozenset(parts) and _people(merged) < rule.fewest:
        return Standing(top, name, *span, rule, (), left_out, too_few=bool(parts))
    lines = [
        _line(code, stored.name(code, span[1]), parts[code], times[code], rule, group=_group(code, top, rule))
        for code in sorted(parts, key=lambda code: (code != top, code))
        if code not in together
    ]
    if together:
        sums = sum((times[code] for code in together), Counter[str]())
        lines.append(_line("", "", merged, sums, rule, group="", folded=len(together)))
    return Standing(top, name, *span, rule, _ranked(lines, top), left_out)


def _line(
    code: str,
    name: str,
    cells: list[UnitSessions],
    times: Counter[str],
    rule: Rule,
    *,
    group: str,
    folded: int = 0,
) -> Line:
    due, known = sum(cell.due for cell in cells), sum(cell.known for cell in cells)
    lost = weighed(times, rule.weights)
    reason = ""
    if not known:
        reason = NO_DATA
    elif known * 100 < due * rule.coverage:
        reason = LITTLE_DATA
    elif folded:
        reason = SMALL
    return Line(
        code=code, name=name, people=_people(cells), due=due, known=known,
        times={kind: times[kind] for kind in TYPES if times[kind]}, lost=lost, tenths=index_tenths(lost, known),
        coverage=percent_tenths(known, due), rank=None, reason=reason, group=group, folded=folded,
    )  # fmt: skip


def _ranked(lines: list[Line], top: str) -> tuple[Line, ...]:
    """Ranked within each group, the best first; then what has no rank, in the order it came in."""
    found: list[Line] = []
    fair = [line for line in lines if not line.reason and line.code != top]
    for group in sorted({line.group for line in fair}):
        mine = [line for line in fair if line.group == group]
        placed = ranks({line.code: line.tenths or 0 for line in mine})
        if len(mine) == 1:
            found.append(_with(mine[0], None, ALONE))
            continue
        found += [_with(line, placed[line.code], "") for line in sorted(mine, key=lambda line: placed[line.code])]
    kept = [line if line.reason else _with(line, None, ABOVE) for line in lines if line not in fair]
    return (*found, *kept)


def _with(line: Line, rank: int | None, reason: str) -> Line:
    fields: dict[str, Any] = {name: getattr(line, name) for name in Line.__slots__}
    return Line(**{**fields, "rank": rank, "reason": reason})


def _group(code: str, top: str, rule: Rule) -> str:
    """The kind of a unit where one is named; empty: those of the same level without a kind."""
    return "" if code == top else rule.kinds.get(code, "")


def _people(cells: Iterable[UnitSessions]) -> int:
    """The most people with a session due on one date."""
    at_once = Counter[date]()
    for cell in cells:
        at_once[cell.on] += cell.people
    return max(at_once.values(), default=0)


class _Places:
    """The part below a unit that a row belongs to on its date; the unit itself where none."""

    def __init__(self, stored: StoredTree, top: str, spreads: dict[str, Spread]) -> None:
        self._top, self._spreads = top, spreads
        self.of = cache(self._of)

    def _of(self, unit_id: int | None, on: date) -> str:
        if unit_id is None:
            return self._top
        return next((code for code, spread in self._spreads.items() if holds_in(spread, unit_id, on)), self._top)
