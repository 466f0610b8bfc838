"""Orders of overtime × what was counted under each: worked, not worked, or not known because nobody read that far.

Beside the ledger, as duties are. What is missing is never "did not work": an order whose window was not read to its end
says nothing yet, also where some minutes of it are counted already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attendance.engine.columns import Ints
from attendance.engine.overtime import OrderWindow, OvertimeLine, overtime
from attendance.engine.read_past import ReadPast
from attendance.engine.run import Judgement
from attendance.engine.spans import rows_of
from attendance.facts import OvertimeOrder

WORKED, NOT_WORKED, UNKNOWN = "worked", "not_worked", "unknown"


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order that reaches outside sessions. `on`: the date it belongs to; `unit`: where the person serves then."""

    order: OvertimeOrder
    on: date
    unit: str
    state: str


def ordered(judgement: Judgement) -> list[Ordered]:
    """Each order that starts on the dates judged, of somebody employed then, in the order written."""
    days = judgement.expected.days
    read = ReadPast(judgement)
    counted = lines_of(judgement)
    found = []
    for window in judgement.orders:
        on = window.order.starts.date()
        if not judgement.from_on <= on <= judgement.to_on:
            continue
        unit = judgement.case.assignments[days.assignment[window.day_row]].unit
        lines = counted.get((window.order.employee, on), [])
        there = any(line.starts < window.order.ends and line.ends > window.order.starts for line in lines)
        state = WORKED if there else NOT_WORKED
        found.append(Ordered(window.order, on, unit, state if _is_known(judgement, read, window) else UNKNOWN))
    return found


def lines_of(judgement: Judgement) -> dict[tuple[str, date], list[OvertimeLine]]:
    """The lines of overtime by person and date."""
    if not judgement.orders:
        return {}
    rows = overtime(
        judgement.case, judgement.expected, judgement.claims, judgement.paired, judgement.evidence, judgement.orders
    )
    whose = {window.day_row: (window.order.employee, window.order.starts.date()) for window in judgement.orders}
    return {whose[row]: lines for row, lines in rows.items()}


def _is_known(judgement: Judgement, read: ReadPast, window: OrderWindow) -> bool:
    """Whether no punch can be missing that would make it longer: before the first of its punches, or after the last.

    One at or past the end of the order settles that end; else its window must have been read to its own end.
    """
    start, end = window.parts[0][0], window.parts[-1][1]
    punches = _punches(judgement, window)
    first, last = (int(punches[0]), int(punches[-1])) if punches.size else (end, start)
    depends = int(judgement.expected.days.depends[window.day_row])
    open_parts = [(start, first)] if first > start else []
    open_parts += [(last, end)] if last < end else []
    return (
        read.reaches(depends, start, end if last >= end else window.hi)
        and not any(read.is_dead(depends, *part) for part in open_parts)
        and not _is_doubtful(judgement, read, window, first, last)
    )


def _is_doubtful(judgement: Judgement, read: ReadPast, window: OrderWindow, first: int, last: int) -> bool:
    """As of sessions (rules.md §5): whether a clock worth nothing covers an end that no punch settles, or a punch under
    one lies in the window, unless others settle both ends."""
    start, end = window.parts[0][0], window.parts[-1][1]
    if first <= start and last >= end:
        return False
    depends = int(judgement.expected.days.depends[window.day_row])
    covered = read.are_invalid(depends, [start, end])
    low, high = rows_of(judgement.claims.person, window.person)
    at = judgement.claims.at[low:high]
    under = judgement.claims.timeless[low:high] & ~judgement.claims.annulled[low:high]
    taken = bool((under & (at >= window.lo) & (at <= window.hi)).any())
    return taken or (covered[0] and first > start) or (covered[1] and last < end)


def _punches(judgement: Judgement, window: OrderWindow) -> Ints:
    low, high = rows_of(judgement.claims.person, window.person)
    counts = judgement.paired.kept[low:high] & judgement.paired.counts[low:high]
    at: Ints = judgement.claims.at[low:high][counts]
    return at[(at >= window.lo) & (at <= window.hi)]
