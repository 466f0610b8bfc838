"""Filing a list of facts, as case files write them, in a database: all of it, or nothing and every mistake named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from attendance import clock
from attendance.engine.roster import RosterError
from attendance.errors import AttendanceError
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
    Paper,
    Protection,
    SiteFact,
)
from attendance.scenario.facts_section import Known, Papers, read_facts
from attendance.scenario.reading import Node, Refusal, Refused
from attendance.services import months
from attendance.services.verdicts import refused_duties
from attendance.store import dirty, office, papers, papers_clocks, papers_decided, papers_roster, people
from attendance.store.database import Database, Session
from attendance.store.trail import CONSOLE, Actor, record


@dataclass(slots=True)
class Filing:
    """How many facts of each kind were filed, how many days are to be judged again, which duties are refused."""

    filed: Counter[str] = field(default_factory=Counter)
    days_marked: int = 0
    roster_errors: tuple[RosterError, ...] = ()


_REASONS = ("code", "document", "reason", "note")
"""What the trail is not told of a fact: who reads it may not know why somebody was away."""


class _NotKept(Exception):
    """Ends a trial: everything was filed, and is rolled back."""


def file_facts(
    database: Database,
    zone: str,
    content: Any,
    *,
    now: datetime,
    by: str = "",
    dry_run: bool = False,
    actor: Actor = CONSOLE,
) -> Filing:
    """File `{facts: [...]}`, or the list alone. Moments left out (approved, handed in, decided) are `now`.

    `by` is whoever decided what has a decision. Raises Refused with every mistake and its path, and files nothing then;
    with `dry_run` it files nothing either.
    """
    done = Filing()
    try:
        with database.writing() as session:
            _file_all(session, zone, content, now, by, done, actor)
            _record(session, actor, content, now, by, done)
            if dry_run:
                raise _NotKept
    except _NotKept:
        pass
    return done


def _record(session: Session, actor: Actor, content: Any, now: datetime, by: str, done: Filing) -> None:
    facts = content["facts"] if isinstance(content, dict) else content
    whose = people.numbers(session, (str(fact.get("employee") or "") for fact in facts))
    told = [{name: value for name, value in fact.items() if name not in _REASONS} for fact in facts]
    after = {"by": by, "filed": dict(done.filed), "days_marked": done.days_marked, "facts": told}
    record(session, actor, "papers.filed", kind="papers", key="", employees=whose, after=after, at=now)


def _file_all(session: Session, zone: str, content: Any, now: datetime, by: str, done: Filing, actor: Actor) -> None:
    refusals: list[Refusal] = []
    written = _read(session, zone, content, refusals)
    if refusals:
        raise Refused(refusals)
    marked_before = dirty.count(session)
    pen = _Pen(session, zone, now, by, actor)
    for entry, paper in written.written:
        try:
            pen.file(entry, paper)
        except AttendanceError as error:
            refusals.append(Refusal(entry.path, error.code, str(error)))
        done.filed[entry.child("kind").text()] += 1
    if refusals:
        raise Refused(refusals)
    done.days_marked = dirty.count(session) - marked_before
    if written.duties or written.protections:
        dates = [duty.starts.date() for duty in written.duties]
        dates += [on for paper in written.protections for on in (paper.from_on, paper.to_on) if on is not None]
        if dates:
            done.roster_errors = refused_duties(session, zone, min(dates), max(dates))


def _read(session: Session, zone: str, content: Any, refusals: list[Refusal]) -> Papers:
    root = Node(content, "", refusals)
    listed = root
    if isinstance(content, dict):
        root.keys({"facts"}, {"facts"})
        listed = root.child("facts")
    if not isinstance(listed.value, list) or not listed.value:
        Node(listed.value, listed.path or "facts", refusals).refuse("wrong_type", "a list of facts is expected here")
        return Papers()
    known = Known(
        tuple(code for code, _ in people.everybody(session)),
        tuple(row.code for row in office.terminals(session)),
        tuple(row.code for row in office.units(session)),
        zone,
        "in this database",
    )
    return read_facts(listed, known)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Files one fact at a time through the verb of its kind."""

    session: Session
    zone: str
    now: datetime
    by: str
    actor: Actor

    def file(self, entry: Node, paper: Paper) -> None:
        _VERBS[type(paper)](self, entry, paper)

    def instant(self, wall: datetime | None) -> datetime:
        """The instant of a moment as written; left out, it is now."""
        return clock.to_instant(wall, self.zone) if wall is not None else self.now


def _common(pen: _Pen, entry: Node) -> dict[str, Any]:
    """What every verb is given."""
    return {"document": entry.child("document").text(), "at": pen.now}


def _signed(pen: _Pen, entry: Node) -> dict[str, Any]:
    """What a verb of the register is given besides: who signed it."""
    return {**_common(pen, entry), "approved_by": pen.by, "actor": pen.actor}


def _leave(pen: _Pen, entry: Node, paper: Leave) -> None:
    papers.add_leave(
        pen.session, paper.employee, paper.on, code=paper.code, part=paper.session,
        approved_at=pen.instant(paper.approved_at), **_signed(pen, entry),
    )  # fmt: skip


def _mission(pen: _Pen, entry: Node, paper: Mission) -> None:
    papers.add_mission(
        pen.session, paper.employee, paper.starts, paper.ends, approved_at=pen.instant(paper.approved_at),
        **_signed(pen, entry),
    )  # fmt: skip


def _exemption(pen: _Pen, entry: Node, paper: Exemption) -> None:
    papers.add_exemption(
        pen.session, paper.employee, code=paper.code, minutes_per_day=paper.minutes_per_day, placement=paper.placement,
        from_on=paper.from_on, to_on=paper.to_on, dates=paper.dates, starts=paper.starts, ends=paper.ends,
        approved_at=pen.instant(paper.approved_at), **_signed(pen, entry),
    )  # fmt: skip


def _explanation(pen: _Pen, entry: Node, paper: Explanation) -> None:
    about: dict[str, Any] = {
        "part": paper.session, "covers": paper.covers, "minutes": paper.minutes,
        "reason": entry.child("reason").text(), **_common(pen, entry),
    }  # fmt: skip
    decided_at = pen.instant(paper.decided_at)
    if paper.by_head:
        decision = paper.decision or ""
        papers_decided.decide_alone(
            pen.session, paper.employee, paper.on, decision=decision, decided_by=pen.by, decided_at=decided_at, **about
        )
        return
    row = papers_decided.explain(
        pen.session, paper.employee, paper.on, submitted_at=pen.instant(paper.submitted_at), **about
    )
    if paper.decision is not None:
        papers_decided.decide(
            pen.session, row, paper.decision, decided_by=pen.by, decided_at=decided_at,
            accepted_after_deadline=paper.accepted_after_deadline, at=pen.now,
        )  # fmt: skip


def _annulment(pen: _Pen, entry: Node, paper: Annulment) -> None:
    papers_decided.annul(
        pen.session, paper.employee, paper.terminal, paper.at, decision=paper.decision, decided_by=pen.by,
        decided_at=pen.instant(paper.decided_at), reason=paper.reason, **_common(pen, entry),
    )  # fmt: skip


def _duty(pen: _Pen, entry: Node, paper: Duty) -> None:
    papers_roster.add_duty(
        pen.session, paper.employee, paper.starts, paper.ends, code=paper.code,
        counts_as_schedule=paper.counts_as_schedule, approved_at=pen.instant(paper.approved_at), **_signed(pen, entry),
    )  # fmt: skip


def _overtime(pen: _Pen, entry: Node, paper: OvertimeOrder) -> None:
    papers_roster.order_overtime(
        pen.session, paper.employee, paper.starts, paper.ends, approved_at=pen.instant(paper.approved_at),
        **_signed(pen, entry),
    )  # fmt: skip


def _site(pen: _Pen, entry: Node, paper: SiteFact) -> None:
    papers_roster.send_to(
        pen.session, paper.employee, paper.on, paper.terminals, part=paper.session,
        approved_at=pen.instant(paper.approved_at), **_signed(pen, entry),
    )  # fmt: skip


def _protection(pen: _Pen, entry: Node, paper: Protection) -> None:
    papers_roster.protect(
        pen.session, paper.employee, paper.code, from_on=paper.from_on, to_on=paper.to_on, **_signed(pen, entry)
    )


def _inspection(pen: _Pen, entry: Node, paper: Inspection) -> None:
    papers_roster.inspect(pen.session, paper.unit, paper.at, paper.found_absent, **_common(pen, entry))


def _clock_offset(pen: _Pen, entry: Node, paper: ClockOffset) -> None:
    papers_clocks.set_clock_offset(
        pen.session, paper.terminal, paper.offset_seconds, starts=paper.starts, ends=paper.ends, **_common(pen, entry)
    )


def _clock_invalid(pen: _Pen, entry: Node, paper: ClockInvalid) -> None:
    papers_clocks.distrust_clock(
        pen.session, paper.terminal, starts=paper.starts, ends=paper.ends, **_common(pen, entry)
    )


def _outage(pen: _Pen, entry: Node, paper: Outage) -> None:
    papers.add_outage(pen.session, paper.terminal, paper.starts, paper.ends, mode=paper.mode, **_signed(pen, entry))


def _month_event(pen: _Pen, entry: Node, paper: MonthEvent) -> None:
    moment = pen.instant(paper.at)
    if paper.reopened:
        months.reopen(pen.session, paper.unit, paper.month, reason=paper.reason, by=pen.by, moment=moment, now=pen.now)
    else:
        months.lock(pen.session, pen.zone, paper.unit, paper.month, by=pen.by, moment=moment, now=pen.now)


_VERBS: dict[type, Callable[[_Pen, Node, Any], None]] = {
    Leave: _leave,
    Mission: _mission,
    Exemption: _exemption,
    Explanation: _explanation,
    Annulment: _annulment,
    Duty: _duty,
    OvertimeOrder: _overtime,
    SiteFact: _site,
    Protection: _protection,
    Inspection: _inspection,
    ClockOffset: _clock_offset,
    ClockInvalid: _clock_invalid,
    Outage: _outage,
    MonthEvent: _month_event,
}
