"""What the calendar decides of dates, for one unit: each decision once, in the order of its dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.rules.calendar import CalendarEntry
from attendance.rules.rulebook import Rulebook
from attendance.rules.shipped import shipped

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """Dates of one kind under one document, `unit` empty: for the whole tree.

    `waiting`: `announced` or `proposed`, empty where it decides; `overruled`: another decision holds on its dates;
    `pair_on`: the other half of a swap; `paper`: the one that proposes it; `shipped`: it came with the package.
    """

    dates: tuple[date, ...]
    kind: str
    unit: str
    session: str
    pair_on: date | None
    document: str
    waiting: str = ""
    overruled: bool = False
    paper: int | None = None
    shipped: bool = False

    @property
    def runs(self) -> tuple[tuple[date, date], ...]:
        """Its dates as first and last of each unbroken run."""
        found: list[tuple[date, date]] = []
        for on in self.dates:
            if found and on - found[-1][1] == _DAY:
                found[-1] = (found[-1][0], on)
            else:
                found.append((on, on))
        return tuple(found)


def decisions(
    book: Rulebook,
    unit: str,
    from_on: date,
    to_on: date,
    announced: Iterable[CalendarEntry] = (),
    proposed: Iterable[tuple[CalendarEntry, int]] = (),
) -> tuple[Decision, ...]:
    """Every decision that was made for a unit, or for one above it, about dates of a span."""
    in_package = {(w.entry.on, w.entry.kind, w.entry.citation.document) for w in shipped("calendar").entries}
    found: list[Decision] = []

    def add(entry: CalendarEntry, waiting: str, overruled: bool, paper: int | None) -> None:
        is_here = entry.unit is None or entry.unit in book.path(unit, entry.on)
        if is_here and from_on <= entry.on <= to_on:
            known = (entry.on, entry.kind, entry.citation.document) in in_package
            found.append(
                Decision(
                    (entry.on,), entry.kind, entry.unit or "", entry.session or "", entry.pair_on,
                    entry.citation.document, waiting, overruled, paper, known,
                )
            )  # fmt: skip

    for entry in book.calendar.entries():
        ruling = book.calendar.of(entry.on, book.path(unit, entry.on))
        holds = ruling.whole is entry if ruling.whole is not None else entry in ruling.sessions
        add(entry, "", not holds, None)
    for entry in announced:
        decided = book.calendar.of(entry.on, book.path(unit, entry.on)).whole
        add(entry, "announced", decided is not None, None)
    for entry, number in proposed:
        add(entry, "proposed", False, number)
    return tuple(_joined(sorted(found, key=lambda each: each.dates)))


def _joined(listed: Iterable[Decision]) -> Iterable[Decision]:
    """Neighbours that say the same under the same document are one decision; swaps stay pairs."""
    held: Decision | None = None
    for each in listed:
        if held is not None and held.pair_on is None and _same(held, each):
            held = Decision(
                held.dates + each.dates, held.kind, held.unit, held.session, None, held.document, held.waiting,
                held.overruled, held.paper, held.shipped,
            )  # fmt: skip
            continue
        if held is not None:
            yield held
        held = each
    if held is not None:
        yield held


def _same(one: Decision, other: Decision) -> bool:
    return (one.kind, one.unit, one.session, one.pair_on, one.document, one.waiting, one.overruled, one.paper) == (
        other.kind, other.unit, other.session, other.pair_on, other.document, other.waiting, other.overruled,
        other.paper,
    )  # fmt: skip
