"""The facts of a case. Kinds this version does not judge yet are read, named, and make the case fail honestly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from attendance.facts import ClockOffset, Leave, Mission, Outage
from attendance.scenario.moments import local
from attendance.scenario.reading import Node

# Every kind of the format with its keys; those outside SUPPORTED are known and not judged yet.
KINDS: dict[str, set[str]] = {
    "leave": {"employee", "code", "date", "session", "approved_at", "document"},
    "mission": {"employee", "from", "to", "approved_at", "document"},
    "exemption": {
        "employee", "code", "minutes_per_day", "placement", "from", "to", "dates", "approved_at", "document",
    },
    "explanation": {
        "employee", "date", "session", "covers", "minutes", "submitted_at", "decision", "decided_at",
        "accepted_after_deadline",
    },
    "decision": {"employee", "date", "session", "covers", "minutes", "decision", "decided_at"},
    "annulment": {"employee", "terminal", "at", "reason", "decision", "decided_at"},
    "duty": {"employee", "code", "from", "to", "counts_as_schedule", "approved_at"},
    "overtime": {"employee", "from", "to", "approved_at"},
    "site": {"employee", "terminals", "date", "session", "approved_at"},
    "clock_offset": {"terminal", "from", "to", "offset_seconds"},
    "clock_invalid": {"terminal", "from", "to"},
    "outage": {"mode", "terminal", "from", "to"},
    "inspection": {"unit", "at", "found_absent"},
    "protection": {"employee", "code", "from", "to"},
    "lock": {"unit", "month", "at"},
    "reopen": {"unit", "month", "at", "reason"},
}  # fmt: skip
SUPPORTED = {"leave", "mission", "clock_offset", "outage"}
FREE_KEYS = {"kind", "id", "note", "source"}


@dataclass(frozen=True, slots=True)
class Papers:
    leaves: tuple[Leave, ...]
    missions: tuple[Mission, ...]
    outages: tuple[Outage, ...]
    clock_offsets: tuple[ClockOffset, ...]
    unsupported: tuple[tuple[str, str], ...]


def read_facts(node: Node, people: tuple[str, ...], terminals: set[str], units: set[str], zone: str) -> Papers:
    leaves: list[Leave] = []
    missions: list[Mission] = []
    outages: list[Outage] = []
    offsets: list[ClockOffset] = []
    unsupported: list[tuple[str, str]] = []
    for entry in node.each():
        kind = entry.child("kind").text() if isinstance(entry.value, dict) else ""
        if kind not in KINDS:
            entry.child("kind").refuse("unknown_kind", f"{kind!r} is not one of {', '.join(KINDS)}")
            continue
        if not entry.keys(KINDS[kind] | FREE_KEYS):
            continue
        if kind not in SUPPORTED:
            unsupported.append((f"{entry.path}.kind", kind))
            continue
        employee = _employee(entry, people) if "employee" in KINDS[kind] else ""
        terminal = _terminal(entry, terminals) if "terminal" in KINDS[kind] else ""
        starts, ends = local(entry.child("from"), zone), local(entry.child("to"), zone)
        approved = local(entry.child("approved_at"), zone)
        if kind == "leave":
            on = entry.child("date").day()
            if on is None:
                entry.child("date").refuse("wrong_type", "a date is required here")
                continue
            leaves.append(
                Leave(employee, entry.child("code").text("P"), on, entry.child("session").text("all"), approved)
            )
        elif kind == "clock_offset":
            seconds = entry.child("offset_seconds").integer(0, -(2**31), 2**31)
            offsets.append(ClockOffset(terminal, starts, ends, seconds or 0))
        elif starts is None or ends is None:
            missing = entry.child("from" if starts is None else "to")
            missing.refuse("wrong_type", "a moment is required here")
        elif kind == "mission":
            missions.append(Mission(employee, starts, ends, approved))
        else:
            outages.append(Outage(terminal, entry.child("mode").choice(("dead", "network"), "dead"), starts, ends))
    return Papers(tuple(leaves), tuple(missions), tuple(outages), tuple(offsets), tuple(unsupported))


def _employee(entry: Node, people: tuple[str, ...]) -> str:
    employee = entry.child("employee").optional_text()
    if employee is None:
        if len(people) != 1:
            entry.child("employee").refuse("ambiguous_default", "several people are possible; name one")
        return people[0] if people else ""
    if employee not in people:
        entry.child("employee").refuse("unknown_reference", f"there is no employee {employee!r} in this case")
    return employee


def _terminal(entry: Node, terminals: set[str]) -> str:
    terminal = entry.child("terminal").optional_text()
    if terminal is None:
        if len(terminals) != 1:
            entry.child("terminal").refuse("ambiguous_default", "several terminals are possible; name one")
        return next(iter(terminals), "")
    if terminal not in terminals:
        entry.child("terminal").refuse("unknown_reference", f"there is no terminal {terminal!r} in this case")
    return terminal


def watermark(terminal: str, as_of: datetime, outages: tuple[Outage, ...]) -> datetime:
    """How far a terminal had been read at `as_of`: up to then, unless a broken line holds it at its beginning."""
    held = [o.starts for o in outages if o.terminal == terminal and o.mode == "network" and o.starts <= as_of < o.ends]
    return min([as_of, *held])


def arrival(terminal: str, wall: datetime, outages: tuple[Outage, ...]) -> datetime:
    """When a punch without `received_at` arrived: at once, or when the line it was made behind came back."""
    held = [o.ends for o in outages if o.terminal == terminal and o.mode == "network" and o.starts <= wall < o.ends]
    return max([wall, *held])
