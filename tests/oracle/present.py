"""What may be said of one person at one minute, from rules.md §1.4, §3 and §4: told minute by minute, slowly."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .expected import NoVersionError, Session
from .seen import Punch, dead_moments, sent_time, true_time, watermark
from .verdict import Case, Knowledge
from .words import MINUTE, Doc, date_of, during, facts, known, policy


@dataclass(frozen=True)
class Said:
    """`late` is None where it is not asked: the state is another."""

    state: str
    session: str = ""
    excuse: str = ""
    why: str = ""
    late: int | None = None


def said_of(document: Doc, employee: str, minute: datetime, as_of: datetime | None) -> Said:
    """The state of a person at a minute of a prepared document, as known at a moment (None: everything)."""
    so_far = {**document, "punches": [p for p in document["punches"] if _was_made(document, p, minute + MINUTE)]}
    knowledge = Knowledge(so_far, as_of)
    for on in (date_of(document, minute), date_of(document, minute) - timedelta(days=1)):
        try:
            case = knowledge.case(employee, on)
        except NoVersionError:
            continue
        if case is None:
            continue
        running = [s for s in case.plan.sessions if s.start <= minute < s.end]
        if running:
            return _said_of_session(case, running[-1], minute)
    return Said("not_scheduled")


def _was_made(document: Doc, punch: Doc, before: datetime) -> bool:
    sent = sent_time(document, punch)
    return sent is not None and true_time(document, punch, sent) < before


def _said_of_session(case: Case, session: Session, minute: datetime) -> Said:
    about = {"session": session.name}
    if session.leave is not None:
        return Said("excused", excuse="leave", **about)
    group = case.together(session) if session.required else []
    punches = sorted((p for s in group for p in case.evidence.of(s)), key=lambda p: p.true)
    if minute not in session.required:
        missions = [m for m in facts(case.document, "mission", case.employee) if known(m, "approved_at", case.as_of)]
        if any(during(m, minute) for m in missions):
            return Said("excused", excuse="mission", **about)
        if not punches:
            return Said("excused", excuse="exemption", **about)
    if punches:
        return Said("seen", late=_late(case, group, punches), **about)
    for paper in facts(case.document, "explanation", case.employee):
        meant = (paper["date"], paper["session"], paper["covers"]) == (str(session.date), session.name, "absent")
        if meant and paper.get("decision") == "approved" and known(paper, "decided_at", case.as_of):
            return Said("excused", excuse="explanation", **about)
    why = _why(case, group, session, minute)
    return Said("unknown" if why else "not_seen", why=why, **about)


def _late(case: Case, group: list[Session], punches: list[Punch]) -> int:
    """Whole required minutes before the first punch, if it is an arrival and no outage can have hidden one."""
    sessions = [s for s in group if not s.duty]
    regime = case.plans[sessions[0].date].regime
    if regime == "exempt":
        return 0
    required = sorted(m for s in sessions for m in s.required)
    start = group[0].start if group[0].duty else required[0]
    end = group[-1].end if group[-1].duty else required[-1] + MINUTE
    came, _ = case.sides(punches, start, end, regime)
    if came is None:
        return 0
    lost = len([m for m in required if m + MINUTE <= came])
    hidden = dead_moments(case.document, sessions[0].terminals, required[0], came, closed=False)
    return 0 if hidden or lost <= policy(case.document, "late_grace_minutes", 0) else lost


def _why(case: Case, group: list[Session], session: Session, minute: datetime) -> str:
    """Why a missing punch says nothing at the minute; empty where it says that none was made."""
    document, after = case.document, minute + MINUTE
    sessions = [s for s in group if not s.duty]
    if case.plans[sessions[0].date].regime == "exempt":
        return "no_punch"
    required = min(m for s in sessions for m in s.required)
    if dead_moments(document, session.terminals, required, after, closed=False):
        return "outage"
    invalid = [f for f in facts(document, "clock_invalid") if f["terminal"] in session.terminals]
    if any(during(f, required) or required <= (f.get("from") or datetime.min) < after for f in invalid):
        return "clock"
    if any(id(s) in case.evidence.doubtful for s in group):
        return "clock"
    if case.as_of is not None:
        marks = [watermark(document, terminal, case.as_of) for terminal in session.terminals]
        if not marks or any(mark <= required or mark < minute for mark in marks):
            return "not_read"
    return ""
