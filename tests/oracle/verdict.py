"""What rules.md §5, §6 and §7 conclude for one person and day from its plan and its punches."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from .expected import WORKING, NoVersionError, Plan, Session, plan_day, roster
from .inspected import findings
from .judging import Judging, Outcome
from .seen import OrderWindow, Window, gather, order_windows, windows
from .words import MINUTE, Doc, date_of, day, facts, is_night, known, minutes_between, policy, text_of

KIND_OF_OVERTIME = {"weekend": "NN", "compensation": "NN", "swapped_off": "NN", "holiday": "NL"}  # §8
AMOUNTS = ("scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min")


class Knowledge:
    """A prepared document as it was known at one moment (None: everything); the plan of each date is made once."""

    def __init__(self, document: Doc, as_of: datetime | None) -> None:
        self.document, self.as_of = document, as_of
        self._plans: dict[tuple[str, date], Plan | None] = {}
        self._duties: dict[str, list[Doc]] = {}

    def plan(self, employee: str, on: date) -> Plan | None:
        if (employee, on) not in self._plans:
            self._plans[employee, on] = plan_day(self.document, employee, on, self.as_of)
        return self._plans[employee, on]

    def is_working(self, employee: str, on: date) -> bool:
        """True on a working day of the person (§6); a date in no version is none."""
        try:
            plan = self.plan(employee, on)
        except NoVersionError:
            return False
        return plan is not None and plan.kind in WORKING

    def duties(self, employee: str) -> list[Doc]:
        """The roster of a person."""
        if employee not in self._duties:
            self._duties[employee] = roster(self.document, employee, self.as_of)
        return self._duties[employee]

    def around(self, employee: str, on: date) -> dict[date, Plan]:
        """The plans of a date and of the days on each side whose sessions may be neighbours."""
        far = timedelta(days=3 + 2 * policy(self.document, "session_window_minutes", 360) // 1440)
        first, last = on - far, on + far
        duties = [(date_of(self.document, d["from"]), date_of(self.document, d["to"])) for d in self.duties(employee)]
        for begins, ends in sorted(duties) + sorted(duties, reverse=True):  # one duty after another is one stretch
            if begins <= last and first <= ends:
                first, last = min(first, begins - far), max(last, ends + far)
        plans: dict[date, Plan] = {}
        for shift in range((last - first).days + 1):
            try:
                plan = self.plan(employee, first + timedelta(days=shift))
            except NoVersionError:
                continue
            if plan is not None:
                plans[plan.date] = plan
        return plans

    def windows(self, employee: str, on: date) -> list[Window]:
        """The windows on and near a date."""
        return windows(self.document, self.around(employee, on).values(), self.duties(employee))

    def case(self, employee: str, on: date) -> "Case | None":
        """All that is known of one day of one person; None when not employed."""
        plan = self.plan(employee, on)  # a date in no version is an error that names schedule and date (§3.3)
        if plan is None:
            return None
        plans, near = self.around(employee, on), self.windows(employee, on)
        evidence = gather(self.document, employee, on, self.as_of, plans, near)
        return Case(self.document, employee, plan, self.as_of, near, evidence, plans, self)

    def row(self, employee: str, on: date) -> dict[str, Any]:
        """The day row that §2 to §7 demand, as if no month were locked."""
        case = self.case(employee, on)
        return not_employed() if case is None else case.row()


def not_employed() -> dict[str, Any]:
    """§3.1 day kind not_employed, nothing else, no flags; §7 am and pm, empty."""
    zero = dict.fromkeys(AMOUNTS, 0)
    symbols = {"am": "", "pm": ""}
    nothing: dict[str, Any] = {"violations": [], "flags": [], "duty": [], "overtime": [], "findings": []}
    return {"day_kind": "not_employed", **zero, **nothing, "symbols": symbols, "unit": None}


@dataclass
class Case(Judging):
    """One person and one day: what the sessions come to, with papers, roster and overtime."""

    knowledge: Knowledge

    def row(self) -> dict[str, Any]:
        outcomes: dict[datetime, Outcome] = {}  # by start: two duties that count may have the same name
        found, later = findings(self.document, self.employee, self.plan, self.as_of)
        flags = self.plan.flags | self.evidence.flags | later
        for session in self.plan.sessions:
            outcomes[session.start] = outcome = Outcome(session)
            if session.leave is not None:
                outcome.leave = session.minutes  # §3.5
            elif not session.required:
                outcome.credited = session.minutes  # wholly covered: no punch needed, no window
        for group in self.groups():
            judged = self.judge(group)
            self.apply_papers(judged)
            for outcome in judged:
                if outcome.session.date == self.plan.date:
                    flags |= outcome.flags
                    outcomes[outcome.session.start] = outcome
        if self.has_late_explanation():
            flags.add("explanation_after_deadline")
        symbols = dict(self.plan.symbols)
        for outcome in outcomes.values():
            symbols[outcome.session.name] = symbol(outcome)
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
            "duty": self.duty_rows(),
            "overtime": self.overtime_rows(),
            "findings": found,
        }

    # --- §3.4, §8 ---------------------------------------------------------------------------------------------------

    def duty_rows(self) -> list[dict[str, Any]]:
        """Every duty that starts on the date, in the minutes of the roster."""
        rows = []
        for duty in self.knowledge.duties(self.employee):
            if date_of(self.document, duty["from"]) == self.plan.date:
                minutes = minutes_between(duty["from"], duty["to"])
                night = len([m for m in minutes if is_night(self.document, m)])
                ends = {name: text_of(self.document, duty[name]) for name in ("from", "to")}
                amounts = {"minutes": len(minutes), "night_min": night}
                rows.append({**ends, **amounts, "attributed_to": str(self.plan.date)})
        return rows

    def present_in(self, session: Session) -> tuple[datetime, datetime] | None:
        """In and out of what the session is judged with, where the person was present in it; a lone punch is not."""
        group = self.together(session)
        sessions = [s for s in group if not s.duty]
        regime = self.plans[sessions[0].date].regime
        required = sorted(m for s in sessions for m in s.required)
        start = group[0].start if group[0].duty else required[0]
        end = group[-1].end if group[-1].duty else required[-1] + MINUTE
        punches = sorted((p for s in group for p in self.evidence.of(s)), key=lambda p: p.true)
        came, left = self.sides(punches, start, end, regime)
        if regime == "exempt" or came is None or left is None or session.end <= came or session.start >= left:
            return None
        return came, left

    def overtime_rows(self) -> list[dict[str, Any]]:
        """§8 presence inside each order that starts on the date, second by second."""
        rows = []
        near = order_windows(self.document, self.employee, self.as_of, self.plans, self.all_windows)
        for window in near:
            if date_of(self.document, window.order["from"]) != self.plan.date:
                continue
            punches = [p.true for p in self.evidence.kept if window.holds(p.true)]
            if not punches:
                continue
            begin, finish = self.overtime_span(window, punches)
            there = {m: min(m + MINUTE, finish) - max(m, begin) for m in window.minutes}
            there = {m: span for m, span in there.items() if span > timedelta(0)}
            if sum(there.values(), timedelta()) >= MINUTE:
                night = sum((span for m, span in there.items() if is_night(self.document, m)), timedelta())
                last = max(there)
                rows.append(
                    {
                        "from": text_of(self.document, max(min(there), begin).replace(second=0)),
                        "to": text_of(self.document, min(last + MINUTE, finish).replace(second=0)),
                        "minutes": int(sum(there.values(), timedelta()) / MINUTE),
                        "night_min": int(night / MINUTE),
                        "kind": KIND_OF_OVERTIME.get(self.plan.kind, "NT"),
                    }
                )
        return rows

    def overtime_span(self, window: OrderWindow, inside: list[datetime]) -> tuple[datetime, datetime]:
        """From the first to the last punch, carried over from the session before or on to the one after."""
        starts, ends = min(window.minutes), max(window.minutes) + MINUTE
        begin, finish = inside[0], inside[-1]
        kept = [p.true for p in self.evidence.kept]
        own = [w for w in self.all_windows if not w.session.duty]
        before = [w for w in own if w.session.end <= starts]
        if before:
            last = before[-1]
            quiet = not any(last.session.end <= t < starts for t in kept)
            if self.present_in(last.session) and quiet and last.holds(inside[-1]):
                begin = starts
        after = [w for w in own if w.session.start >= ends]
        if after:
            following = after[0]
            came = self.present_in(following.session)
            quiet = not any(ends < t < following.session.start for t in kept)
            if came and (quiet or starts <= came[0] <= ends) and following.holds(inside[0]):
                finish = ends
        return begin, finish

    # --- §6 ---------------------------------------------------------------------------------------------------------

    def decided(self, session: Session, covers: str) -> Doc | None:
        """The paper on this question that is decided by as_of and counts; None: nothing is decided."""
        found = []
        papers = [p for p in self.document["facts"] if p["kind"] in ("explanation", "decision")]
        for paper in [p for p in papers if p["employee"] == self.employee]:
            if day(paper["date"]) != session.date or (paper["session"], paper["covers"]) != (session.name, covers):
                continue
            if paper.get("decision") not in ("approved", "refused") or not known(paper, "decided_at", self.as_of):
                continue
            if paper["kind"] == "explanation" and self.is_late(paper) and not paper.get("accepted_after_deadline"):
                continue
            found.append(paper)
        # of several about one question the one decided last holds, the one written later of two at the same time
        ordered = sorted(found, key=lambda p: p.get("decided_at") or datetime.min)
        return ordered[-1] if ordered else None

    def is_late(self, paper: Doc) -> bool:
        """True when submitted after the end of the N-th working day of the person after the date."""
        days = self.policy("explanation_deadline_workdays", None)
        if days is None or paper.get("submitted_at") is None:
            return False
        on = day(paper["date"])
        submitted = date_of(self.document, paper["submitted_at"])
        while days > 0 and on < submitted:
            on += timedelta(days=1)
            days -= self.knowledge.is_working(self.employee, on)
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
            left: dict[str, int] = {}
            for found in outcome.violations:
                paper = self.decided(session, found["type"])
                if paper is None:
                    continue
                if found["minutes"] is None:
                    self.close_missing(found, paper["decision"], outcome, judged)
                elif paper["decision"] == "approved":
                    given = paper.get("minutes")
                    if given is not None:  # several gaps share what one paper gives
                        given = left.setdefault(found["type"], given)
                        left[found["type"]] -= min(found["minutes"], given)
                    excused = found["minutes"] if given is None else min(found["minutes"], given)
                    found["excused_min"] = excused
                    found["counted_min"] = found["minutes"] - excused
                    if excused:
                        found["status"] = "partly_excused" if found["counted_min"] else "excused"
                    lost = sorted(session.minutes - outcome.credited)
                    outcome.credited = outcome.credited | set(lost[:excused])
            if outcome.why in ("outage", "clock"):
                paper = self.decided(session, "unverified")
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
