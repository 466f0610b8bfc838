"""Decisions about dates as they are written, in case files and in rule files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from attendance.reading import Node
from attendance.rules.calendar import ENTRY_KINDS, CalendarEntry
from attendance.rules.citation import Citation

OTHER_HALF = {"swapped_off": "swapped_work", "swapped_work": "swapped_off"}


def read_entry(node: Node, on: date, *, unit: str | None = None, recorded_at: datetime | None = None) -> CalendarEntry:
    """What a written entry says of one date. Session `all` is the whole day."""
    session = node.child("session").optional_text()
    return CalendarEntry(
        on=on,
        kind=node.child("kind").choice(tuple(sorted(ENTRY_KINDS)), "workday"),
        unit=unit,
        session=None if session == "all" else session,
        pair_on=node.child("for").day(),
        recorded_at=recorded_at,
        citation=Citation("calendar", on, on, node.child("document").text()),
    )


def refuse_lone_swaps(nodes: Sequence[Node], entries: Sequence[CalendarEntry]) -> None:
    """A swap is two entries that name each other."""
    halves = {(entry.kind, entry.on, entry.pair_on) for entry in entries if entry.kind in OTHER_HALF}
    for node, entry in zip(nodes, entries, strict=True):
        other = OTHER_HALF.get(entry.kind)
        if other is not None and (other, entry.pair_on, entry.on) not in halves:
            node.refuse(
                "lone_swap",
                f"a {entry.kind} day needs its {other} half that names it in `for`; write both, each `for` the other",
            )
