"""The facts of a case: every kind of the format, each read by its own few lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance.facts import (
    COVERS,
    DECISIONS,
    Annulment,
    ClockInvalid,
    ClockOffset,
    Duty,
    Exemption,
    Explanation,
    Inspection,
    Leave,
    Mission,
    MonthEvent,
    Outage,
    OvertimeOrder,
    Paper,
    Protection,
    SiteFact,
)
from attendance.scenario.moments import local, month_start, validity
from attendance.scenario.reading import Node

FREE_KEYS = {"kind", "id", "note", "source"}


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything the facts of a case say, whenever it became known, in the order written.

    `written` are all of them in one order, each with the node it was written at.
    """

    leaves: list[Leave] = field(default_factory=list)
    missions: list[Mission] = field(default_factory=list)
    exemptions: list[Exemption] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)
    annulments: list[Annulment] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    overtime_orders: list[OvertimeOrder] = field(default_factory=list)
    site_facts: list[SiteFact] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    clock_offsets: list[ClockOffset] = field(default_factory=list)
    clock_invalids: list[ClockInvalid] = field(default_factory=list)
    inspections: list[Inspection] = field(default_factory=list)
    protections: list[Protection] = field(default_factory=list)
    month_events: list[MonthEvent] = field(default_factory=list)
    written: list[tuple[Node, Paper]] = field(default_factory=list)

    def add(self, entry: Node, paper: Paper) -> None:
        getattr(self, _LISTS[type(paper)]).append(paper)
        self.written.append((entry, paper))

    def path_of(self, event: MonthEvent) -> str:
        """Where a lock or reopening was written first."""
        return next(entry.path for entry, paper in self.written if paper == event)


_LISTS: dict[type, str] = {
    Leave: "leaves",
    Mission: "missions",
    Exemption: "exemptions",
    Explanation: "explanations",
    Annulment: "annulments",
    Duty: "duties",
    OvertimeOrder: "overtime_orders",
    SiteFact: "site_facts",
    Outage: "outages",
    ClockOffset: "clock_offsets",
    ClockInvalid: "clock_invalids",
    Inspection: "inspections",
    Protection: "protections",
    MonthEvent: "month_events",
}


@dataclass(frozen=True, slots=True)
class Known:
    """The codes a fact may refer to, where they are known, and the zone its moments are read in."""

    people: tuple[str, ...]
    terminals: tuple[str, ...]
    units: tuple[str, ...]
    zone: str
    where: str = "in this case"

    def employee(self, entry: Node) -> str:
        return self._reference(entry.child("employee"), "employee", self.people)

    def terminal(self, entry: Node) -> str:
        return self._reference(entry.child("terminal"), "terminal", self.terminals)

    def unit(self, entry: Node) -> str:
        return self._reference(entry.child("unit"), "unit", self.units)

    def employees(self, node: Node) -> tuple[str, ...]:
        return tuple(self._reference(entry, "employee", self.people) for entry in node.each())

    def terminals_in(self, node: Node) -> tuple[str, ...]:
        return tuple(self._reference(entry, "terminal", self.terminals) for entry in node.each())

    def moment(self, node: Node) -> datetime | None:
        return local(node, self.zone)

    def _reference(self, node: Node, kind: str, codes: tuple[str, ...]) -> str:
        """A code that is known; one that is left out is the only one there is."""
        code = node.optional_text()
        if code is None:
            if len(codes) != 1 and node.value is None:
                node.refuse("ambiguous_default", f"several of them are possible; name the {kind}")
            return codes[0] if codes else ""
        if code not in codes:
            node.refuse("unknown_reference", f"there is no {kind} {code!r} {self.where}")
        return code


def read_facts(node: Node, known: Known) -> Papers:
    """Every fact of a list; mistakes are collected as refusals, each with its path."""
    papers = Papers()
    for entry in node.each():
        if not isinstance(entry.value, dict):
            entry.refuse("wrong_type", "a mapping is expected here")
            continue
        kind = entry.child("kind").text()
        if kind not in KINDS:
            entry.child("kind").refuse("unknown_kind", f"{kind!r} is not one of {', '.join(KINDS)}")
            continue
        keys, read = KINDS[kind]
        if entry.keys(keys | FREE_KEYS):
            paper = read(entry, known)
            if paper is not None:
                papers.add(entry, paper)
    return papers


def required_day(node: Node) -> date | None:
    """A date that has to be written."""
    found = node.day()
    if found is None:
        node.refuse("wrong_type", "a date is required here")
    return found


def _required_moment(node: Node, known: Known) -> datetime | None:
    found = known.moment(node)
    if found is None:
        node.refuse("wrong_type", "a moment is required here")
    return found


def _window(entry: Node, known: Known) -> tuple[datetime, datetime] | None:
    """From and to of a fact that needs both; the end lies after the start."""
    starts, ends = _required_moment(entry.child("from"), known), _required_moment(entry.child("to"), known)
    if starts is None or ends is None:
        return None
    if ends <= starts:
        entry.child("to").refuse("bad_time", "the end lies after the start")
        return None
    return starts, ends


def _span(entry: Node, known: Known) -> tuple[datetime | None, datetime | None]:
    """From and to of a fact that may be open at either side."""
    starts, ends = known.moment(entry.child("from")), known.moment(entry.child("to"))
    if starts is not None and ends is not None and ends <= starts:
        entry.child("to").refuse("bad_time", "the end lies after the start")
    return starts, ends


def _leave(entry: Node, known: Known) -> Paper | None:
    on, employee = required_day(entry.child("date")), known.employee(entry)
    code, session = entry.child("code").text("P"), entry.child("session").text("all")
    approved, document = known.moment(entry.child("approved_at")), entry.child("document").text()
    return Leave(employee, code, on, session, approved, document) if on is not None else None


def _mission(entry: Node, known: Known) -> Paper | None:
    employee, approved = known.employee(entry), known.moment(entry.child("approved_at"))
    document = entry.child("document").text()
    window = _window(entry, known)
    return Mission(employee, *window, approved, document) if window else None


def _exemption(entry: Node, known: Known) -> Paper | None:
    minutes = entry.child("minutes_per_day").integer(None, 0, 24 * 60)
    listed = tuple(on for at in entry.child("dates").each() if (on := at.day()) is not None)
    by_dates = minutes is not None or listed or all(_is_date(entry.child(side)) for side in ("from", "to"))
    from_on, to_on = validity(entry) if by_dates else (None, None)
    starts, ends = (None, None) if by_dates else _span(entry, known)
    if minutes is None and not (from_on or to_on or starts or ends) and not entry.child("minutes_per_day").value:
        entry.child("minutes_per_day").refuse("wrong_type", "write minutes_per_day, or from and to of a window")
    return Exemption(
        employee=known.employee(entry),
        code=entry.child("code").text("exemption"),
        minutes_per_day=minutes,
        placement=entry.child("placement").choice(("day_start", "day_end"), "day_end"),
        from_on=from_on,
        to_on=to_on,
        dates=listed,
        starts=starts,
        ends=ends,
        approved_at=known.moment(entry.child("approved_at")),
    )


def _is_date(node: Node) -> bool:
    """Whether a date without a time of day is written, or nothing."""
    value = node.value
    return value is None or (isinstance(value, date) and not isinstance(value, datetime)) or len(str(value)) == 10


def _explanation(entry: Node, known: Known) -> Paper | None:
    on = required_day(entry.child("date"))
    for name in ("session", "covers"):
        if entry.child(name).value is None:
            entry.child(name).refuse("wrong_type", "this value is required")
    decision = entry.child("decision")
    return Explanation(
        employee=known.employee(entry),
        on=on or date.min,
        session=entry.child("session").text(),
        covers=entry.child("covers").choice(COVERS, "late"),
        minutes=entry.child("minutes").integer(None, 0),
        submitted_at=known.moment(entry.child("submitted_at")),
        decision=None if decision.value is None else decision.choice(DECISIONS, "approved"),
        decided_at=known.moment(entry.child("decided_at")),
        accepted_after_deadline=entry.child("accepted_after_deadline").boolean(False),
        by_head=entry.child("kind").value == "decision",
    )


def _annulment(entry: Node, known: Known) -> Paper | None:
    employee, terminal = known.employee(entry), known.terminal(entry)
    at, decided = _required_moment(entry.child("at"), known), known.moment(entry.child("decided_at"))
    decision = None if entry.child("decision").value is None else entry.child("decision").choice(DECISIONS, "refused")
    reason = entry.child("reason").text()
    return Annulment(employee, terminal, at, reason, decided, decision) if at is not None else None


def _duty(entry: Node, known: Known) -> Paper | None:
    employee, approved = known.employee(entry), known.moment(entry.child("approved_at"))
    code, counts = entry.child("code").text("duty"), entry.child("counts_as_schedule").boolean(False)
    window = _window(entry, known)
    return Duty(employee, code, *window, counts, approved) if window else None


def _overtime(entry: Node, known: Known) -> Paper | None:
    employee, approved = known.employee(entry), known.moment(entry.child("approved_at"))
    window = _window(entry, known)
    return OvertimeOrder(employee, *window, approved) if window else None


def _site(entry: Node, known: Known) -> Paper | None:
    on, employee = required_day(entry.child("date")), known.employee(entry)
    terminals = known.terminals_in(entry.child("terminals"))
    if not terminals:
        entry.child("terminals").refuse("wrong_type", "at least one terminal is required here")
    session, approved = entry.child("session").optional_text(), known.moment(entry.child("approved_at"))
    return SiteFact(employee, on, session, terminals, approved) if on is not None else None


def _clock_offset(entry: Node, known: Known) -> Paper | None:
    seconds = entry.child("offset_seconds").integer(0, -(2**31), 2**31)
    return ClockOffset(known.terminal(entry), *_span(entry, known), seconds or 0)


def _clock_invalid(entry: Node, known: Known) -> Paper | None:
    return ClockInvalid(known.terminal(entry), *_span(entry, known))


def _outage(entry: Node, known: Known) -> Paper | None:
    mode, terminal = entry.child("mode").choice(("dead", "network"), "dead"), known.terminal(entry)
    window = _window(entry, known)
    return Outage(terminal, mode, *window) if window else None


def _inspection(entry: Node, known: Known) -> Paper | None:
    unit, at = known.unit(entry), _required_moment(entry.child("at"), known)
    people = known.employees(entry.child("found_absent"))
    return Inspection(unit, at, people) if at is not None else None


def _protection(entry: Node, known: Known) -> Paper | None:
    return Protection(known.employee(entry), entry.child("code").text(), *validity(entry))


def _month_event(entry: Node, known: Known) -> Paper | None:
    unit, month = known.unit(entry), month_start(entry.child("month"))
    at, reason = _required_moment(entry.child("at"), known), entry.child("reason").text()
    if month is None or at is None:
        return None
    return MonthEvent(unit, month, at, entry.child("kind").value == "reopen", reason)


Reader = Callable[[Node, Known], Paper | None]
KINDS: dict[str, tuple[set[str], Reader]] = {
    "leave": ({"employee", "code", "date", "session", "approved_at", "document"}, _leave),
    "mission": ({"employee", "code", "from", "to", "approved_at", "document"}, _mission),
    "exemption": (
        {"employee", "code", "minutes_per_day", "placement", "from", "to", "dates", "approved_at", "document"},
        _exemption,
    ),
    "explanation": (
        {
            "employee", "date", "session", "covers", "minutes", "submitted_at", "decision", "decided_at",
            "accepted_after_deadline", "reason",
        },
        _explanation,
    ),
    "decision": (
        {"employee", "date", "session", "covers", "minutes", "decision", "decided_at", "reason"}, _explanation
    ),
    "annulment": ({"employee", "terminal", "at", "reason", "decision", "decided_at"}, _annulment),
    "duty": ({"employee", "code", "from", "to", "counts_as_schedule", "approved_at"}, _duty),
    "overtime": ({"employee", "from", "to", "approved_at"}, _overtime),
    "site": ({"employee", "terminals", "date", "session", "approved_at"}, _site),
    "clock_offset": ({"terminal", "from", "to", "offset_seconds"}, _clock_offset),
    "clock_invalid": ({"terminal", "from", "to"}, _clock_invalid),
    "outage": ({"mode", "terminal", "from", "to"}, _outage),
    "inspection": ({"unit", "at", "found_absent"}, _inspection),
    "protection": ({"employee", "code", "from", "to"}, _protection),
    "lock": ({"unit", "month", "at"}, _month_event),
    "reopen": ({"unit", "month", "at", "reason"}, _month_event),
}  # fmt: skip
