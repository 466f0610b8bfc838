"""Explanations and decisions: handed in, in time or not, decided, and what each changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np

from attendance.engine.columns import TYPES
from attendance.engine.decide import MISSING, UNVERIFIED, is_late
from attendance.facts import Explanation
from attendance.services.explain.conclusions import Session
from attendance.services.explain.look import DayLook
from attendance.services.explain.statements import (
    Minutes,
    Notes,
    Stamp,
    Statement,
    Value,
    Word,
    Workdays,
    notes,
    phrase,
)

LONGEST_SEARCH = 120  # days; a deadline further off is not told


def of_session(session: Session) -> Iterator[Statement]:
    """Every paper about the session in the order in which they were decided, then the deadline for further ones."""
    look = session.look
    mine = [paper for paper in look.case.explanations if _is_about(look, paper, look.name(session.at))]
    mine.sort(key=lambda paper: look.known(paper.decided_at) if paper.decided_at else datetime.min)  # noqa: DTZ901
    for number, paper in enumerate(mine):
        yield from _told(session, paper, mine[number + 1 :])
    concluded = any(look.judgement.violations.due[row] == session.at for row in session.places)
    until = deadline(look) if concluded else None
    if until is not None:
        workdays = Workdays(look.policy.explanation_deadline_workdays or 0)
        yield session.say("paper", "paper.deadline", date=until, workdays=workdays)


def of_no_session(look: DayLook) -> Iterator[Statement]:
    """Papers about a session that the day does not have."""
    names = {look.name(session) for session in look.sessions}
    for paper in look.case.explanations:
        here = (paper.employee, paper.on) == (look.employee, look.on)
        if here and not names & {paper.session} and not (names and paper.session == "all"):
            session = Word("session", paper.session)
            values: dict[str, Value] = {"about": Word("about", paper.covers), "session": session}
            yield Statement("beside", "paper.no_session", values | {"notes": _handed_in(look, paper)})


def _is_about(look: DayLook, paper: Explanation, name: str) -> bool:
    return paper.employee == look.employee and paper.on == look.on and paper.session in ("all", name)


def deadline(look: DayLook) -> date | None:
    """The last date on which an explanation of this day is in time; None where there is no deadline."""
    workdays = look.policy.explanation_deadline_workdays
    if workdays is None:
        return None
    for passed in range(LONGEST_SEARCH):
        on = look.on + timedelta(days=passed)
        handed_in = datetime.combine(on + timedelta(days=1), datetime.min.time())
        if is_late(look.case, Explanation(look.employee, look.on, "all", "late", submitted_at=handed_in), workdays):
            return on
    return None


def _is_late(look: DayLook, paper: Explanation) -> bool:
    return is_late(look.case, paper, look.policy.explanation_deadline_workdays)


def _counts(look: DayLook, paper: Explanation) -> bool:
    """Whether its decision holds: one handed in late only where it was accepted after all."""
    return paper.decision is not None and (not _is_late(look, paper) or paper.accepted_after_deadline)


def _told(session: Session, paper: Explanation, later: list[Explanation]) -> Iterator[Statement]:
    look = session.look
    about = Word("about", paper.covers)
    outcome = paper.decision or "undecided"
    if paper.by_head:
        yield session.say("paper", f"paper.head_{outcome}", about=about, notes=_decided(look, paper))
    else:
        yield session.say("paper", "paper.handed_in", about=about, notes=_handed_in(look, paper))
        yield session.say("paper", f"paper.{outcome}", notes=_decided(look, paper))
    if paper.decision is None:
        return
    if not _counts(look, paper):
        yield session.say("paper", "paper.void")
        return
    if _is_late(look, paper):
        yield session.say("paper", "paper.accepted_late")
    if any(other.covers == paper.covers and _counts(look, other) for other in later):
        yield session.say("paper", "paper.replaced")
        return
    yield from _effect(session, paper)


def _handed_in(look: DayLook, paper: Explanation) -> Notes:
    """When, and whether in time."""
    if paper.submitted_at is None:
        return notes()
    until, timely = deadline(look), None
    if until is not None:
        timely = phrase("note.after_deadline" if _is_late(look, paper) else "note.in_time", date=until)
    return notes(phrase("note.handed_in", at=Stamp(look.known(paper.submitted_at))), timely)


def _decided(look: DayLook, paper: Explanation) -> Notes:
    """When it was decided, and for how many minutes where that is limited."""
    limited = paper.decision == "approved" and paper.minutes is not None and paper.covers not in WITHOUT_MINUTES
    return notes(
        phrase("note.on_date", date=look.known(paper.decided_at).date()) if paper.decided_at else None,
        phrase("note.up_to", minutes=Minutes(paper.minutes or 0)) if limited else None,
    )


WITHOUT_MINUTES = (UNVERIFIED, *(TYPES[kind] for kind in MISSING))
"""What a paper settles whole, whatever its minutes."""


def _effect(session: Session, paper: Explanation) -> Iterator[Statement]:
    look, at = session.look, session.at
    evidence, violations = look.evidence, look.judgement.violations
    approved = paper.decision == "approved"
    if paper.covers == UNVERIFIED:
        blind = bool(evidence.outage[at] or evidence.clock_invalid[at])
        if not blind:
            yield session.say("paper", "paper.nothing")
        else:
            yield session.say("paper", "paper.credited" if approved else "paper.no_fault", minutes=session.minutes)
        return
    kind = TYPES.index(paper.covers)
    rows = np.flatnonzero((violations.due == at) & (violations.kind == kind)).tolist()
    if not rows:
        yield session.say("paper", "paper.nothing")
    elif kind in MISSING:
        yield from _settled(session, session.places[rows[0]], approved=approved)
    elif approved:
        yield from (_excused(session, row) for row in rows)
    else:
        yield session.say("paper", "paper.stays", session.places[rows[0]])


def _excused(session: Session, row: int) -> Statement:
    """What is left of an occurrence: minutes - excused = counted."""
    violations = session.look.judgement.violations
    amounts: dict[str, Value] = {
        "minutes": Minutes(int(violations.minutes[row])),
        "excused": int(violations.excused[row]),
        "counted": Minutes(int(violations.counted[row])),
    }
    return session.say("sum", "sum.excused", session.places[row], **amounts)


def _settled(session: Session, place: int, *, approved: bool) -> Iterator[Statement]:
    """The paper about a missing punch settles all sessions it left open."""
    look = session.look
    group = look.group(session.at)
    others = [at for at in look.together(group) if at != session.at and look.evidence.missing[at]]
    minutes = sum(int(look.evidence.away[at]) for at in [session.at, *others])
    against = int(look.judgement.decided.against[session.at])
    if approved:
        yield session.say("paper", "paper.credited", place, minutes=Minutes(minutes))
    elif not against:
        yield session.say("paper", "paper.closed", place, minutes=Minutes(minutes))
    else:
        yield session.say("paper", "paper.counted", place, minutes=Minutes(against))
        if minutes > against:
            yield session.say("paper", "paper.others_credited", place, minutes=Minutes(minutes - against))
