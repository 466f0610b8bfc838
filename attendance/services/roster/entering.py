"""Entering duties: what cannot be is refused with a sentence, before it is entered and again before it is approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from attendance.engine.roster import NIGHT_FORBIDDEN, NOT_EMPLOYED, review
from attendance.errors import Invalid
from attendance.facts import Duty
from attendance.services.papers.handing_in import Handed, entered
from attendance.store import case_reading, duties, office, paper_register, papers_roster
from attendance.store.database import Session
from attendance.store.paper_register import number_of
from attendance.store.paper_tables import DutyRow
from attendance.store.register_tables import PaperRow
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.trail import Actor

KINDS = ("one_stop", "saturday", "night", "holiday", "reception", "duty")
"""One-stop desk, Saturday, night, holiday duty, a leader's citizen reception, any other."""
LONGEST = timedelta(hours=48)
_SATURDAY = 5


class DutyRefused(Invalid):
    """A duty that cannot be held. `code` tells programs why, unless the reason is not theirs to know."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def enter(
    session: Session,
    zone: str,
    handed: Handed,
    employee: str,
    starts: datetime,
    ends: datetime,
    *,
    kind: str,
    desk: str = "",
    unit: str | None = None,
    counts_as_schedule: bool = False,
    in_place_of: PaperRow | None = None,
    may_know_reasons: bool = False,
) -> PaperRow:
    """Enter a duty, in the roster of a unit (None: where the person serves). With `in_place_of` it takes over that
    duty's hours and desk once it is approved, and that one is taken back. Raises DutyRefused, Invalid.
    """
    if kind not in KINDS:
        raise Invalid(f"{kind!r} is no kind of duty; write one of {', '.join(KINDS)}.")
    if ends <= starts or ends - starts > LONGEST:
        raise Invalid(f"The duty of {employee} goes from {starts} to {ends}; write an end at most 48 hours later.")
    if kind == "saturday" and starts.weekday() != _SATURDAY:
        raise Invalid(f"{starts:%Y-%m-%d} is no Saturday; write another kind of duty or another date.")
    person = office.key(office.get(session, EmployeeRow, employee))
    unit_id = office.key(office.get(session, UnitRow, unit)) if unit else None
    _check(session, zone, employee, person, starts, ends, may_know_reasons, besides=in_place_of)
    paper = entered(session, handed, "duty", employee, starts.date(), paper_register.last_date(ends), kind, unit_id)
    instead_of = held(session, in_place_of).id if in_place_of is not None else None
    papers_roster.add_duty(
        session, employee, starts, ends, code=kind, counts_as_schedule=counts_as_schedule, desk=desk,
        unit_id=paper.unit_id, in_place_of=instead_of, document=handed.document,
        approved_at=None, paper=number_of(paper), actor=handed.by, at=handed.at,
    )  # fmt: skip
    return paper


def substitute(
    session: Session, zone: str, handed: Handed, paper: PaperRow, employee: str, *, may_know_reasons: bool = False
) -> PaperRow:
    """Somebody takes over a duty: an entry of their own, whose approval takes the holder's back. Raises as `enter`."""
    if paper.status not in ("proposed", "approved"):
        raise paper_register.NotAsItWas(f"{paper_register.last_change(paper)} Nobody holds that duty any more.")
    duty = held(session, paper)
    if duty.employee_id == office.key(office.get(session, EmployeeRow, employee)):
        raise Invalid(f"{employee} holds this duty already; name somebody else.")
    unit = office.code_of(session, UnitRow, duty.unit_id) if duty.unit_id else None
    return enter(
        session, zone, handed, employee, duty.starts, duty.ends, kind=duty.code if duty.code in KINDS else "duty",
        desk=duty.desk, unit=unit, counts_as_schedule=duty.counts_as_schedule, in_place_of=paper,
        may_know_reasons=may_know_reasons,
    )  # fmt: skip


def check_before_approval(session: Session, zone: str, paper: PaperRow) -> None:
    """What was right when it was entered may not be any more. Raises DutyRefused, NotAsItWas."""
    if paper.kind != "duty":
        return
    duty = held(session, paper)
    person = office.code_of(session, EmployeeRow, duty.employee_id)
    besides = None
    if duty.in_place_of_id is not None:
        besides = duties.paper_of(session, duty.in_place_of_id)
        if besides is None or besides.status not in ("proposed", "approved"):
            raise paper_register.NotAsItWas("The duty this one takes over is not held any more; enter an own duty.")
    _check(session, zone, person, duty.employee_id, duty.starts, duty.ends, False, besides=besides, but=paper)


def take_over(session: Session, paper: PaperRow, by: Actor, at: datetime) -> None:
    """With the approval of a substitute's duty the holder's is taken back, with the reason."""
    if paper.kind != "duty":
        return
    duty = held(session, paper)
    if duty.in_place_of_id is not None:
        holder = duties.paper_of(session, duty.in_place_of_id)
        if holder is not None:
            paper_register.withdraw(session, holder, by, note=f"taken over: paper {paper.id}", at=at)


def held(session: Session, paper: PaperRow) -> DutyRow:
    """The duty a paper enters. Raises Invalid for another kind of paper."""
    found = [fact for fact in paper_register.facts_of(session, paper) if isinstance(fact, DutyRow)]
    if not found:
        raise Invalid(f"Paper {paper.id} is no duty.")
    return found[0]


def _check(
    session: Session,
    zone: str,
    employee: str,
    person: int,
    starts: datetime,
    ends: datetime,
    may_know_reasons: bool,
    *,
    besides: PaperRow | None,
    but: PaperRow | None = None,
) -> None:
    ours = [number_of(paper) for paper in (besides, but) if paper is not None]
    other = duties.overlapping(session, person, starts, ends, but=ours)
    if other is not None:
        raise DutyRefused(
            "duty_overlaps",
            f"{employee} has a duty from {other.starts:%Y-%m-%d %H:%M} to {other.ends:%Y-%m-%d %H:%M} already (paper "
            f"{other.paper_id}); take that one back first, or change the hours.",
        )
    on = starts.date()
    read = case_reading.read_case(session, zone, on, ends.date(), employee_ids=[person])
    errors = review(replace(read.case, duties=(Duty(employee, "duty", starts, ends),))).errors
    if not errors:
        return
    if errors[0].code == NOT_EMPLOYED:
        raise DutyRefused(
            NOT_EMPLOYED,
            f"{employee} does not serve in any unit on {on}; name somebody who does, or assign them first.",
        )
    if may_know_reasons:
        raise DutyRefused(
            NIGHT_FORBIDDEN,
            f"{employee} is protected from night work then (from the seventh month of pregnancy); the duty of {on} has "
            "minutes between 22:00 and 06:00. Name somebody else.",
        )
    raise DutyRefused(
        "duty_not_possible", f"This duty of {employee} on {on} is not possible under a protection on file; name "
        "somebody else.",
    )  # fmt: skip
