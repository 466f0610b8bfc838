"""The parts of a case about terminals, people and punches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from attendance.facts import DIRECTIONS, Assignment, Coverage, Enrolment, TerminalSite, Unit
from attendance.rules.schedule import Schedule
from attendance.rules.tree import Tree
from attendance.scenario.moments import local, validity
from attendance.scenario.reading import Node

DIRECT = "employee:"  # a pin no terminal can send: the case names the person instead of a number


@dataclass(frozen=True, slots=True)
class Punch:
    """`wall` None: no calendar date, kept only to be quarantined. `received` None: when it was made."""

    terminal: str
    pin: str
    wall: datetime | None
    received: datetime | None
    state: int


def read_terminals(node: Node, units: tuple[Unit, ...]) -> tuple[TerminalSite, ...]:
    if node.value is None or node.value == []:
        return (TerminalSite("T-A", units[0].code),)
    sites: list[TerminalSite] = []
    for entry in node.each():
        if not entry.keys({"code", "unit", "direction", "first_sane_date", "read"}, {"code"}):
            continue
        code, unit = entry.child("code").text(), entry.child("unit").text(units[0].code)
        if code in {site.code for site in sites}:
            entry.refuse("overlap", f"there is already a terminal {code!r}")
        if unit not in {known.code for known in units}:
            entry.child("unit").refuse("unknown_reference", f"there is no unit {unit!r} in this case")
        sites.append(
            TerminalSite(
                code=code,
                unit=unit,
                direction=entry.child("direction").choice(DIRECTIONS, "none"),
                first_sane_on=entry.child("first_sane_date").day() or date(2010, 1, 1),
            )
        )
    return tuple(sites)


def read_coverage(node: Node, zone: str) -> dict[str, tuple[Coverage, ...]]:
    """Of the terminals that say it, from when to when each was read completely; no span: never."""
    found = {}
    for entry in node.each():
        if isinstance(entry.value, dict) and entry.value.get("read") is not None:
            code = entry.child("code").text()
            found[code] = tuple(
                Coverage(code, local(span.child("from"), zone), local(span.child("to"), zone))
                for span in entry.child("read").each()
                if span.keys({"from", "to"})
            )
    return found


def read_employees(
    node: Node,
    units: tuple[Unit, ...],
    schedules: dict[str, Schedule],
    terminals: tuple[TerminalSite, ...],
    zone: str,
) -> tuple[tuple[str, ...], tuple[Assignment, ...], tuple[Enrolment, ...]]:
    """People, their assignments and their numbers. A number is by default the person's code, on every terminal."""
    people: list[str] = []
    assignments: list[Assignment] = []
    enrolments: list[Enrolment] = []
    known = _Known({u.code for u in units}, set(schedules), {t.code for t in terminals}, units, schedules)
    entries = list(node.each()) or [Node({"code": "E1"}, "employees[0]", node.refusals)]
    for entry in entries:
        if not entry.keys({"code", "name", "assignments", "pins"}, {"code"}):
            continue
        code = entry.child("code").text()
        if code in people:
            entry.refuse("overlap", f"there is already an employee {code!r}")
        people.append(code)
        listed = list(entry.child("assignments").each()) or [Node({}, f"{entry.path}.assignments[0]", node.refusals)]
        own = [_assignment(at, code, known, zone, len(entries) == 1 or bool(at.value)) for at in listed]
        assignments += _without_overlaps(listed, own)
        enrolments += [Enrolment(site.code, DIRECT + code, code) for site in terminals]
        if "pins" in entry:
            enrolments += _pins(entry.child("pins"), code, known, enrolments)
        else:
            own_code = [Enrolment(site.code, code, code) for site in terminals]
            _refuse_taken(entry, own_code, enrolments)
            enrolments += own_code
    return tuple(people), tuple(assignments), tuple(enrolments)


@dataclass(frozen=True, slots=True)
class _Known:
    units: set[str]
    schedules: set[str]
    terminals: set[str]
    unit_list: tuple[Unit, ...]
    schedule_map: dict[str, Schedule]

    def refuse_unknown(self, node: Node, kind: str, code: str | None, among: set[str]) -> None:
        if code is not None and code not in among:
            node.refuse("unknown_reference", f"there is no {kind} {code!r} in this case")


def _assignment(node: Node, employee: str, known: _Known, zone: str, explicit: bool) -> Assignment:
    node.keys({"unit", "schedule", "terminals", "from", "to", "recorded_at"})
    unit = node.child("unit").text(known.unit_list[0].code)
    if node.child("unit").value is None and len(known.units) > 1:
        node.child("unit").refuse("ambiguous_default", "several units are possible; name one")
    known.refuse_unknown(node.child("unit"), "unit", unit, known.units)
    schedule = node.child("schedule").optional_text()
    known.refuse_unknown(node.child("schedule"), "schedule", schedule, known.schedules)
    from_on, to_on = validity(node)
    if schedule is None and not _has_schedule(unit, known.unit_list, from_on or date.min):
        if len(known.schedules) == 1:
            schedule = next(iter(known.schedules))
        else:
            node.child("schedule").refuse("ambiguous_default", "several schedules are possible; name one")
    terminals = [(at, at.text()) for at in node.child("terminals").each()]
    for at, terminal in terminals:
        known.refuse_unknown(at, "terminal", terminal, known.terminals)
    if not terminals and len(known.terminals) > 1:
        node.child("terminals").refuse("ambiguous_default", "several terminals are possible; name them")
    return Assignment(
        employee=employee,
        unit=unit,
        from_on=from_on or date.min,
        to_on=to_on,
        schedule=schedule,
        terminals=tuple(terminal for _, terminal in terminals) or tuple(known.terminals),
        recorded_at=local(node.child("recorded_at"), zone),
    )


def _has_schedule(unit: str, units: tuple[Unit, ...], on: date) -> bool:
    """Whether a unit works by a schedule on the first date of an assignment; one that is not there is refused."""
    known = {known.code for known in units}
    if unit not in known or any(above.parent not in {None, *known} for above in units):
        return False
    return any(step.schedule for step in Tree(units).steps(unit, on))


def _without_overlaps(nodes: list[Node], assignments: list[Assignment]) -> list[Assignment]:
    for later, (node, assignment) in enumerate(zip(nodes, assignments, strict=True)):
        for earlier in assignments[:later]:
            if assignment.from_on <= (earlier.to_on or date.max) and earlier.from_on <= (assignment.to_on or date.max):
                node.refuse("overlap", "this assignment holds on dates of an earlier one; end that one before")
    return assignments


def _pins(node: Node, employee: str, known: _Known, others: list[Enrolment]) -> list[Enrolment]:
    found: list[Enrolment] = []
    for entry in node.each():
        if not entry.keys({"terminal", "pin", "from", "to"}, {"pin"}):
            continue
        terminal = entry.child("terminal").optional_text()
        known.refuse_unknown(entry.child("terminal"), "terminal", terminal, known.terminals)
        if terminal is None and len(known.terminals) > 1:
            entry.child("terminal").refuse("ambiguous_default", "several terminals are possible; name one")
        enrolment = Enrolment(
            terminal or next(iter(known.terminals)),
            entry.child("pin").text(),
            employee,
            *validity(entry),
        )
        _refuse_taken(entry, [enrolment], [*others, *found])
        found.append(enrolment)
    return found


def _refuse_taken(node: Node, enrolments: list[Enrolment], others: list[Enrolment]) -> None:
    """A number on a terminal is one person's at a time."""
    for new in enrolments:
        for other in others:
            if (
                (other.terminal, other.pin) == (new.terminal, new.pin)
                and (new.from_on or date.min) <= (other.to_on or date.max)
                and (other.from_on or date.min) <= (new.to_on or date.max)
            ):
                node.refuse("overlap", f"number {new.pin} on {new.terminal} is somebody's on these dates")


def read_punches(
    node: Node, people: tuple[str, ...], terminals: tuple[TerminalSite, ...], zone: str
) -> tuple[Punch, ...]:
    punches = []
    codes = [terminal.code for terminal in terminals]
    for entry in node.each():
        if not entry.keys({"terminal", "employee", "pin", "at", "received_at", "state"}, {"at"}):
            continue
        terminal = entry.child("terminal").optional_text()
        if terminal is None:
            if len(codes) > 1:
                entry.child("terminal").refuse("ambiguous_default", "several terminals are possible; name one")
            terminal = codes[0] if codes else ""
        elif terminal not in codes:
            entry.child("terminal").refuse("unknown_reference", f"there is no terminal {terminal!r} in this case")
        at = Node(entry.child("at").value, entry.child("at").path, [])
        wall = local(at, zone)
        if any(refusal.code != "bad_date" for refusal in at.refusals):
            node.refusals.extend(at.refusals)
        punches.append(
            Punch(
                terminal=terminal,
                pin=_whose(entry, people),
                wall=wall,
                received=local(entry.child("received_at"), zone),
                state=entry.child("state").integer(255, 0, 255) or 0,
            )
        )
    return tuple(punches)


def _whose(entry: Node, people: tuple[str, ...]) -> str:
    if "pin" in entry:
        return entry.child("pin").text()
    employee = entry.child("employee").optional_text()
    if employee is None:
        if len(people) != 1:
            entry.child("employee").refuse("ambiguous_default", "several people are possible; name one, or a pin")
        employee = people[0] if people else ""
    elif employee not in people:
        entry.child("employee").refuse("unknown_reference", f"there is no employee {employee!r} in this case")
    return DIRECT + employee
