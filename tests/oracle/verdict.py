"""What rules.md §5, §6 and §7 conclude for one person and day from its plan and its punches."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from .expected import MINUTE, WORKING, Doc, NoVersionError, Plan, Session, day, facts, known, moment, plan_day
from .seen import Evidence, Window, dead_moments, gather, watermark, windows

REGIMES = ("per_session", "first_last")
LATER_KINDS = ("annulment", "duty", "overtime", "protection")  # facts of a person that this judge does not cover
PLACE_KINDS = ("clock_invalid", "inspection", "lock", "reopen")  # facts of a terminal or unit, likewise


@dataclass
class Outcome:
    """What is concluded about one session: sets of its minutes, and its violations."""

    session: Session
    worked: set[datetime] = field(default_factory=set)
    credited: set[datetime] = field(default_factory=set)
    leave: set[datetime] = field(default_factory=set)
    unverified: set[datetime] = field(default_factory=set)
    why: str = ""  # of unverified minutes: not_synced, outage or missing
    violations: list[dict[str, Any]] = field(default_factory=list)


def judge_day(document: Doc, employee: str, work_date: date, as_of: datetime | None = None) -> dict[str, Any]:
    """The day row that rules.md demands for the person and date, with what was known at as_of (None: everything)."""
    refuse_what_is_not_covered(document, employee)
    reach = (document.get("policy") or {}).get("session_window_minutes", 360)
    around = 3 + 2 * reach // 1440  # days on each side whose sessions may be neighbours
    plans: dict[date, Plan] = {}
    for shift in range(-around, around + 1):
        on = work_date + timedelta(days=shift)
        try:
            plan = plan_day(document, employee, on, as_of)
        except NoVersionError:
            if shift == 0:
                raise  # a date in no version is an error that names schedule and date (§3.3)
            continue
        if plan is not None:
            plans[on] = plan
    if work_date not in plans:
        return not_employed()
    plan = plans[work_date]
    if plan.regime not in REGIMES:
        raise NotImplementedError(f"regime {plan.regime}")
    all_windows = windows(plans.values(), reach)
    evidence = gather(document, employee, work_date, as_of, plans, all_windows)
    case = Case(document, employee, plan, as_of, all_windows, evidence)
    return case.row()


def refuse_what_is_not_covered(document: Doc, employee: str) -> None:
    if document.get("timezone", "Asia/Ho_Chi_Minh") != "Asia/Ho_Chi_Minh":
        raise NotImplementedError("timezone")
    if (document.get("policy") or {}).get("track_mid_session"):
        raise NotImplementedError("policy track_mid_session")
    for fact in document.get("facts") or []:
        if fact["kind"] in PLACE_KINDS or (fact["kind"] in LATER_KINDS and fact["employee"] == employee):
            raise NotImplementedError(f"fact {fact['kind']}")


def not_employed() -> dict[str, Any]:
    """§3.1 day kind not_employed, nothing else, no flags; §7 am and pm, empty."""
    zero = dict.fromkeys(("scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min"), 0)
    symbols = {"am": "", "pm": ""}
    return {"day_kind": "not_employed", **zero, "violations": [], "flags": [], "symbols": symbols, "unit": None}


def violation(kind: str, session: str, minutes: int | None) -> dict[str, Any]:
    """A violation that no paper speaks of yet: counted, or pending for a missing punch (§6)."""
    return {
        "type": kind,
        "session": session,
        "minutes": minutes,
        "excused_min": 0,
        "counted_min": minutes or 0,
        "status": "pending" if minutes is None else "counted",
    }


@dataclass
class Case:
    """One person and one day with all that is known of it."""

    document: Doc
    employee: str
    plan: Plan
    as_of: datetime | None
    all_windows: list[Window]
    evidence: Evidence

    def policy(self, key: str, default: Any) -> Any:
        return (self.document.get("policy") or {}).get(key, default)

    def row(self) -> dict[str, Any]:
        outcomes: dict[str, Outcome] = {}
        flags = self.plan.flags | self.evidence.flags
        for session in self.plan.sessions:
            outcomes[session.name] = outcome = Outcome(session)
            if session.leave is not None:
                outcome.leave = session.minutes  # §3.5
            elif not session.required:
                outcome.credited = session.minutes  # wholly covered: no punch needed, no window
        for group in self.groups():
            judged = self.judge(group)
            for outcome in judged:
                if outcome.why in ("not_synced", "outage"):
                    flags.add({"not_synced": "terminal_not_synced", "outage": "terminal_outage"}[outcome.why])
                outcomes[outcome.session.name] = outcome
            self.apply_papers(judged)
        if self.has_late_explanation():
            flags.add("explanation_after_deadline")
        symbols = dict(self.plan.symbols)
        for name, outcome in outcomes.items():
            symbols[name] = symbol(outcome)
        done = list(outcomes.values())
        return {
            "day_kind": self.plan.kind,
            "scheduled_min": sum(len(s.minutes) for s in self.plan.sessions),
            "worked_min": sum(len(o.worked) for o in done),
            "credited_min": sum(len(o.credited) for o in done),
            "leave_min": sum(len(o.leave) for o in done),
            "unverified_min": sum(len(o.unverified) for o in done),
            "violations": [v for o in done for v in o.violations],
            "flags": sorted(flags),
            "symbols": symbols,
            "unit": self.plan.unit,
        }

    def groups(self) -> Iterator[list[Session]]:
        """What is judged together: the day under first_last, else each stretch of sessions that touch (§4)."""
        needed = [s for s in self.plan.sessions if s.required]
        group: list[Session] = []
        for session in needed:
            together = self.plan.regime == "first_last" or (group and group[-1].end == session.start)
            if group and not together:
                yield group
                group = []
            group.append(session)
        if group:
            yield group

    def judge(self, group: list[Session]) -> list[Outcome]:
        """§4 regimes and lone punches, §5 what is concluded: unsettled, outage, missing, then the rest."""
        required = sorted(m for s in group for m in s.required)
        start, end = required[0], required[-1] + MINUTE
        punches = sorted(p for s in group for p in self.evidence.by_session[s.name])

        lone = bool(punches) and self.are_one(punches, start, end)
        came = punches[0] if punches else None  # a lone punch: as in the first of them, as out the last
        left = punches[-1] if punches else None
        if came is not None and left is not None and lone:
            if abs(came - start) < abs(left - end):
                left = None  # nearer to the required start: it is the in
            else:
                came = None

        if not self.settled(group, end, left if came is not None else None):
            return [unverified(s, "not_synced") for s in group]

        present: list[Session] = []
        if came is not None and left is not None:
            present = [s for s in group if s.end > came and s.start < left]
        blind = self.blind(group, required, came, left, present)

        judged = []
        for session in group:
            if session in blind:
                outcome = unverified(session, "outage")
            elif lone:
                outcome = unverified(session, "missing")
                if came is None and session is group[0]:
                    outcome.violations.append(violation("missing_in", session.name, None))
                if left is None and session is group[-1]:
                    outcome.violations.append(violation("missing_out", session.name, None))
            elif came is None or left is None or session not in present:
                outcome = Outcome(session, credited=session.minutes - session.required)
                outcome.violations.append(violation("absent", session.name, len(session.required)))
            else:
                outcome = self.attended(session, came, left)
            judged.append(outcome)
        return judged

    def are_one(self, punches: list[datetime], start: datetime, end: datetime) -> bool:
        """§4 one punch, or several that are one lone punch after all."""
        close = punches[-1] - punches[0] <= timedelta(minutes=self.policy("repeat_minutes", 15))
        return len(punches) == 1 or close or punches[-1] <= start or punches[0] >= end

    def settled(self, group: list[Session], end: datetime, out_of_pair: datetime | None) -> bool:
        """§5 both sides there and the last at or after the required end, or all terminals read past the window."""
        if self.as_of is None or (out_of_pair is not None and out_of_pair >= end):
            return True
        closes = max(w.end for w in self.all_windows if any(w.session is s for s in group))
        terminals = {t for s in group for t in s.terminals}
        return all(watermark(self.document, t, self.as_of) > closes for t in terminals)

    def blind(
        self,
        group: list[Session],
        required: list[datetime],
        came: datetime | None,
        left: datetime | None,
        present: list[Session],
    ) -> list[Session]:
        """§5 the sessions that an outage of every terminal leaves unverified."""
        start, end = required[0], required[-1] + MINUTE
        if came is None:
            at_start = dead_moments(self.document, group[0].terminals, start, start, closed=True)
        else:
            met = len([m for m in required if m + MINUTE <= came]) <= self.policy("late_grace_minutes", 0)
            at_start = not met and dead_moments(self.document, group[0].terminals, start, came, closed=False)
        if left is None:
            at_end = dead_moments(self.document, group[-1].terminals, end, end, closed=True)
        else:
            met = len([m for m in required if left <= m]) <= self.policy("early_grace_minutes", 0)
            at_end = not met and dead_moments(self.document, group[-1].terminals, left, end, closed=True)
        if not at_start and not at_end:
            return []
        if not present:
            return group  # with one punch or none, all
        hit = []
        if at_start:
            hit += group[: group.index(present[0]) + 1]
        if at_end:
            hit += group[group.index(present[-1]) :]
        return hit

    def attended(self, session: Session, came: datetime, left: datetime) -> Outcome:
        """§5 late and early of a session in which the person was present, minute by minute (§2)."""
        outcome = Outcome(session)
        outcome.worked = {m for m in session.minutes if m + MINUTE > came and m < left}
        late = {m for m in session.required if m + MINUTE <= came}  # only whole minutes lost count
        early = {m for m in session.required if left <= m}
        # grace is a threshold: within it the time is credited, beyond it the whole counts
        late = late if len(late) > self.policy("late_grace_minutes", 0) else set()
        early = early if len(early) > self.policy("early_grace_minutes", 0) else set()
        outcome.credited = session.minutes - late - early
        most = self.policy("absent_over_minutes", None)
        if most is not None and len(late) + len(early) > most:
            outcome.violations.append(violation("absent", session.name, len(late) + len(early)))
            return outcome
        if late:
            outcome.violations.append(violation("late", session.name, len(late)))
        if early:
            outcome.violations.append(violation("early", session.name, len(early)))
        return outcome

    # --- §6 ---------------------------------------------------------------------------------------------------------

    def decided(self, session: str, covers: str) -> Doc | None:
        """The paper on this question that is decided by as_of and counts; None: nothing is decided."""
        found = []
        for paper in [p for kind in ("explanation", "decision") for p in facts(self.document, kind, self.employee)]:
            if day(paper["date"]) != self.plan.date or (paper["session"], paper["covers"]) != (session, covers):
                continue
            if paper.get("decision") not in ("approved", "refused") or not known(paper, "decided_at", self.as_of):
                continue
            if paper["kind"] == "explanation" and self.is_late(paper) and not paper.get("accepted_after_deadline"):
                continue
            found.append(paper)
        if len(found) > 1:
            raise NotImplementedError("several decided papers about one violation")
        return found[0] if found else None

    def is_late(self, paper: Doc) -> bool:
        """True when submitted after the end of the N-th working day of the person after the date."""
        days = self.policy("explanation_deadline_workdays", None)
        if days is None or paper.get("submitted_at") is None:
            return False
        on = self.plan.date
        submitted = moment(paper["submitted_at"]).date()
        while days > 0 and on < submitted:
            on += timedelta(days=1)
            plan = plan_day(self.document, self.employee, on, self.as_of)
            days -= plan is not None and plan.kind in WORKING
        return days == 0 and submitted > on

    def has_late_explanation(self) -> bool:
        return any(
            day(p["date"]) == self.plan.date and known(p, "submitted_at", self.as_of) and self.is_late(p)
            for p in facts(self.document, "explanation", self.employee)
        )

    def apply_papers(self, judged: list[Outcome]) -> None:
        """§6 explanations and decisions about the violations and unverified minutes of what is judged together."""
        for outcome in judged:
            session = outcome.session
            for found in outcome.violations:
                paper = self.decided(session.name, found["type"])
                if paper is None:
                    continue
                if found["minutes"] is None:
                    self.close_missing(found, paper["decision"], outcome, judged)
                elif paper["decision"] == "approved":
                    given = paper.get("minutes")
                    excused = found["minutes"] if given is None else min(found["minutes"], given)
                    found["excused_min"] = excused
                    found["counted_min"] = found["minutes"] - excused
                    if excused:
                        found["status"] = "partly_excused" if found["counted_min"] else "excused"
                    lost = sorted(session.minutes - outcome.credited)
                    outcome.credited = outcome.credited | set(lost[:excused])
            if outcome.why == "outage":
                paper = self.decided(session.name, "unverified")
                if paper is not None and paper["decision"] == "approved":
                    outcome.credited, outcome.unverified = session.minutes, set()

    def close_missing(self, found: dict[str, Any], decision: str, stands: Outcome, judged: list[Outcome]) -> None:
        """A decision about one missing punch settles all sessions it left unverified."""
        against = decision == "refused" and self.policy("missing_punch_refused", "none") == "session"
        found["status"] = "excused" if decision == "approved" else "counted"
        for outcome in judged:
            if outcome.why == "missing":
                if against and outcome is stands:
                    found["counted_min"] = len(outcome.unverified)
                else:
                    outcome.credited = outcome.session.minutes
                outcome.unverified = set()


def unverified(session: Session, why: str) -> Outcome:
    """§5 unverified are the minutes that nothing else covers: what missions and exemptions cover stays credited."""
    return Outcome(session, credited=session.minutes - session.required, unverified=session.required, why=why)


def symbol(outcome: Outcome) -> str:
    """§7 the sign of a scheduled session."""
    session = outcome.session
    if session.leave is not None:
        return session.leave
    if not session.required:
        return "CT" if session.mission else "+"
    if outcome.unverified:
        return "?"
    if any(v["counted_min"] for v in outcome.violations if v["type"] in ("absent", "missing_in", "missing_out")):
        return "KP"
    return "+"
