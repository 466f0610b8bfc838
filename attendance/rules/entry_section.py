"""`[[entry]]` of a rule file: decisions about dates, with what makes them one decision and not two."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attendance.reading import Node, local
from attendance.rules.calendar import CalendarEntry
from attendance.rules.calendar_section import OTHER_HALF, read_entry, refuse_lone_swaps
from attendance.rules.rule_section import FREE_KEYS
from attendance.rules.written import STATUSES, WrittenEntry


def read_entries(node: Node, zone: str) -> tuple[WrittenEntry, ...]:
    """Decisions by date, in the order written. A swap names its other half and is decided with it."""
    nodes: list[Node] = []
    found: list[CalendarEntry] = []
    statuses: list[str] = []
    keys = {"date", "dates", "kind", "for", "session", "status", "document", "recorded"} | FREE_KEYS
    for written in node.each():
        if not written.keys(keys, {"kind"}):
            continue
        status = written.child("status").choice(STATUSES, STATUSES[0])
        recorded_at = local(written.child("recorded"), zone)
        for at, on in _dates(written):
            entry = read_entry(written, on, recorded_at=recorded_at)
            if entry.pair_on is not None and entry.kind not in OTHER_HALF:
                written.child("for").refuse("unknown_key", f"only {' and '.join(OTHER_HALF)} have `for`; take it out")
            nodes.append(at)
            found.append(entry)
            statuses.append(status)
    refuse_lone_swaps(nodes, found)
    _refuse_half_announced(nodes, found, statuses)
    _refuse_twice(nodes, found)
    return tuple(WrittenEntry(at.path, entry, status) for at, entry, status in zip(nodes, found, statuses, strict=True))


def _dates(written: Node) -> Iterable[tuple[Node, date]]:
    """The date or dates of an entry, each with the node to name it by."""
    if ("date" in written) == ("dates" in written):
        written.child("date").refuse("wrong_type", "one of `date` and `dates` is required, not both")
        return
    if "date" in written:
        if (on := written.child("date").day()) is not None:
            yield written, on
        return
    for at in written.child("dates").each():
        if at.value is None or (on := at.day()) is None:
            continue
        yield at, on


def _refuse_half_announced(nodes: list[Node], entries: list[CalendarEntry], statuses: list[str]) -> None:
    by_half = {(entry.on, entry.pair_on): status for entry, status in zip(entries, statuses, strict=True)}
    for node, entry, status in zip(nodes, entries, statuses, strict=True):
        other = by_half.get((entry.pair_on, entry.on)) if entry.pair_on else None
        if status == "confirmed" and other == "announced":
            node.refuse("lone_swap", "its other half is only announced; give both halves the same status")


def _refuse_twice(nodes: list[Node], entries: list[CalendarEntry]) -> None:
    """Two decisions about the same date and session, unless it is said which was recorded later."""
    seen: set[tuple[date, str | None, object]] = set()
    for node, entry in zip(nodes, entries, strict=True):
        key = (entry.on, entry.session, entry.recorded_at)
        if key in seen:
            node.refuse("overlap", f"{entry.on} is decided above; take one out, or say by `recorded` which came later")
        seen.add(key)
