"""The facts of a case: every kind of the format, each read by its own few lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance.facts import (
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
    Protection,
    SiteFact,
)
from attendance.scenario.moments import local, month_start, validity
from attendance.scenario.reading import Node

COVERS = ("late", "early", "absent", "left_post", "missing_in", "missing_out", "unverified")
DECISIONS = ("approved", "refused")
FREE_KEYS = {"kind", "id", "note", "source"}


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything the facts of a case say, whenever it became known, in the order written."""

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
    lock_paths: dict[MonthEvent, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """The codes a fact may refer to, and the zone its moments are read in."""

    people: tuple[str, ...]
    terminals: tuple[str, ...]
    units: tuple[str, ...]
    zone: str

    def employee(self, entry: Node) -> str:
        return _reference(entry.child("employee"), "employee", self.people)

    def terminal(self, entry: Node) -> str:
        return _reference(entry.child("terminal"), "terminal", self.terminals)

    def unit(self, entry: Node) -> str:
        return _reference(entry.child("unit"), "unit", self.units)

    def moment(self, node: Node) -> datetime | None:
        return local(node, self.zone)


def _reference(node: Node, kind: str, codes: tuple[str, ...]) -> str:
    """A code that is known; one that is left out is the only one there is."""
    code = node.optional_text()
    if code is None:
        if len(codes) != 1 and node.value is None:
            node.refuse("ambiguous_default", f"several of them are possible; name the {kind}")
        return codes[0] if codes else ""
    if code not in codes:
        node.refuse("unknown_reference", f"there is no {kind} {code!r} in this case")
    return code


def _references(node: Node, kind: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_reference(entry, kind, codes) for entry in node.each())


def read_facts(
    node: Node, people: tuple[str, ...], terminals: tuple[str, ...], units: tuple[str, ...], zone: str
) -> Papers:
    """Every fact of a case; mistakes are collected as refusals, each with its path."""
    papers, known = Papers(), Known(people, terminals, units, zone)
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
            read(entry, known, papers)
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


def _leave(entry: Node, known: Known, papers: Papers) -> None:
    on = required_day(entry.child("date"))
    leave = (entry.child("code").text("P"), on, entry.child("session").text("all"))
    approved = known.moment(entry.child("approved_at"))
    employee = known.employee(entry)
    if on is not None:
        papers.leaves.append(Leave(employee, leave[0], on, leave[2], approved))


def _mission(entry: Node, known: Known, papers: Papers) -> None:
    employee, approved = known.employee(entry), known.moment(entry.child("approved_at"))
    if window := _window(entry, known):
        papers.missions.append(Mission(employee, *window, approved))


def _exemption(entry: Node, known: Known, papers: Papers) -> None:
    minutes = entry.child("minutes_per_day").integer(None, 0, 24 * 60)
    listed = tuple(on for at in entry.child("dates").each() if (on := at.day()) is not None)
    by_dates = minutes is not None or listed or all(_is_date(entry.child(side)) for side in ("from", "to"))
    from_on, to_on = validity(entry) if by_dates else (None, None)
    starts, ends = (None, None) if by_dates else _span(entry, known)
    if minutes is None and not (from_on or to_on or starts or ends) and not entry.child("minutes_per_day").value:
        entry.child("minutes_per_day").refuse("wrong_type", "write minutes_per_day, or from and to of a window")
    papers.exemptions.append(
        Exemption(
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
    )


def _is_date(node: Node) -> bool:
    """Whether a date without a time of day is written, or nothing."""
    value = node.value
    return value is None or (isinstance(value, date) and not isinstance(value, datetime)) or len(str(value)) == 10


def _explanation(entry: Node, known: Known, papers: Papers) -> None:
    on = required_day(entry.child("date"))
    for name in ("session", "covers"):
        if entry.child(name).value is None:
            entry.child(name).refuse("wrong_type", "this value is required")
    decision = entry.child("decision")
    paper = Explanation(
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
    papers.explanations.append(paper)


def _annulment(entry: Node, known: Known, papers: Papers) -> None:
    employee, terminal = known.employee(entry), known.terminal(entry)
    at, decided = _required_moment(entry.child("at"), known), known.moment(entry.child("decided_at"))
    decision = entry.child("decision")
    approved = decision.value is not None and decision.choice(DECISIONS, "refused") == "approved"
    reason = entry.child("reason").text()
    if at is not None and approved:
        papers.annulments.append(Annulment(employee, terminal, at, reason, decided))


def _duty(entry: Node, known: Known, papers: Papers) -> None:
    employee, approved = known.employee(entry), known.moment(entry.child("approved_at"))
    code, counts = entry.child("code").text("duty"), entry.child("counts_as_schedule").boolean(False)
    if window := _window(entry, known):
        papers.duties.append(Duty(employee, code, *window, counts, approved))


def _overtime(entry: Node, known: Known, papers: Papers) -> None:
    employee, approved = known.employee(entry), known.moment(entry.child("approved_at"))
    if window := _window(entry, known):
        papers.overtime_orders.append(OvertimeOrder(employee, *window, approved))


def _site(entry: Node, known: Known, papers: Papers) -> None:
    on, employee = required_day(entry.child("date")), known.employee(entry)
    terminals = _references(entry.child("terminals"), "terminal", known.terminals)
    if not terminals:
        entry.child("terminals").refuse("wrong_type", "at least one terminal is required here")
    session, approved = entry.child("session").optional_text(), known.moment(entry.child("approved_at"))
    if on is not None:
        papers.site_facts.append(SiteFact(employee, on, session, terminals, approved))


def _clock_offset(entry: Node, known: Known, papers: Papers) -> None:
    seconds = entry.child("offset_seconds").integer(0, -(2**31), 2**31)
    papers.clock_offsets.append(ClockOffset(known.terminal(entry), *_span(entry, known), seconds or 0))


def _clock_invalid(entry: Node, known: Known, papers: Papers) -> None:
    papers.clock_invalids.append(ClockInvalid(known.terminal(entry), *_span(entry, known)))


def _outage(entry: Node, known: Known, papers: Papers) -> None:
    mode, terminal = entry.child("mode").choice(("dead", "network"), "dead"), known.terminal(entry)
    if window := _window(entry, known):
        papers.outages.append(Outage(terminal, mode, *window))


def _inspection(entry: Node, known: Known, papers: Papers) -> None:
    unit, at = known.unit(entry), _required_moment(entry.child("at"), known)
    people = _references(entry.child("found_absent"), "employee", known.people)
    if at is not None:
        papers.inspections.append(Inspection(unit, at, people))


def _protection(entry: Node, known: Known, papers: Papers) -> None:
    code = entry.child("code").text()
    papers.protections.append(Protection(known.employee(entry), code, *validity(entry)))


def _month_event(entry: Node, known: Known, papers: Papers) -> None:
    unit, month = known.unit(entry), month_start(entry.child("month"))
    at, reason = _required_moment(entry.child("at"), known), entry.child("reason").text()
    if month is None or at is None:
        return
    event = MonthEvent(unit, month, at, entry.child("kind").value == "reopen", reason)
    papers.month_events.append(event)
    papers.lock_paths.setdefault(event, entry.path)


Reader = Callable[[Node, Known, Papers], None]
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
