"""What rules.md §4 and §5 conclude of each session of one person's day, before any paper about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from .expected import Plan, Session
from .seen import Evidence, Punch, Window, dead_moments, watermark
from .words import MINUTE, Doc, during, facts, policy

DAY_REGIMES = ("first_last", "check_in_only", "exempt")  # the sessions of a date are judged together


@dataclass
class Outcome:
    """What is concluded about one session: sets of its minutes, and its violations."""

    session: Session
    worked: set[datetime] = field(default_factory=set)
    credited: set[datetime] = field(default_factory=set)
    leave: set[datetime] = field(default_factory=set)
    unverified: set[datetime] = field(default_factory=set)
    why: str = ""  # of unverified minutes: not_synced, outage, clock or missing
    flags: set[str] = field(default_factory=set)
    violations: list[dict[str, Any]] = field(default_factory=list)


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


def unverified(session: Session, why: str) -> Outcome:
    """§5 unverified are the minutes that nothing else covers: what missions and exemptions cover stays credited."""
    named = {"not_synced": "terminal_not_synced", "outage": "terminal_outage", "clock": "terminal_clock_invalid"}
    flags = {named[why]} if why in named else set()
    covered = session.minutes - session.required
    return Outcome(session, credited=covered, unverified=session.required, why=why, flags=flags)


@dataclass
class Judging:
    """One person and one day with all that is known of it."""

    document: Doc
    employee: str
    plan: Plan
    as_of: datetime | None
    all_windows: list[Window]
    evidence: Evidence
    plans: dict[date, Plan]

    def policy(self, key: str, default: Any) -> Any:
        return policy(self.document, key, default)

    def groups(self) -> Iterator[list[Session]]:
        """What is judged together, each once; sessions and parts of duties in order of time."""
        done: list[Session] = []
        for session in self.plan.sessions:
            if session.required and not any(session is d for d in done):
                group = self.together(session)
                done += group
                yield group

    def together(self, session: Session) -> list[Session]:
        """§4 the day under a regime of the day, sessions of a date that touch, and whatever a duty touches."""
        group = [w for w in self.all_windows if w.session is session]
        while True:
            more = [
                w
                for w in self.all_windows
                if not any(w is g for g in group) and any(self.linked(w, g) or self.linked(g, w) for g in group)
            ]
            if not more:
                return sorted((w.session for w in group), key=lambda s: s.start)
            group += more

    def linked(self, one: Window, two: Window) -> bool:
        touch = one.session.end == two.session.start
        if one.session.duty or two.session.duty:
            return touch or self.lies_within(one, two)
        overlap = one.session.start < two.session.end and two.session.start < one.session.end
        if (touch or overlap) and (one.session.counted or two.session.counted):
            return True
        return one.plan is two.plan and (touch or one.plan.regime in DAY_REGIMES)

    def lies_within(self, part: Window, other: Window) -> bool:
        """True for a duty between two sessions of a date that is judged as a whole."""
        if not part.session.duty or other.session.duty or other.plan.regime not in DAY_REGIMES:
            return False
        day_sessions = [w.session for w in self.all_windows if w.plan is other.plan and not w.session.duty]
        before = any(s.end <= part.session.start for s in day_sessions)
        return before and any(s.start >= part.session.end for s in day_sessions)

    def judge(self, group: list[Session]) -> list[Outcome]:
        """§4 regimes and lone punches, §5 what is concluded: unsettled, outage, clock, missing, then the rest."""
        sessions = [s for s in group if not s.duty]
        regime = self.plans[sessions[0].date].regime
        if regime == "exempt":
            return [Outcome(s, credited=s.minutes) for s in sessions]
        required = sorted(m for s in sessions for m in s.required)
        start = group[0].start if group[0].duty else required[0]
        end = group[-1].end if group[-1].duty else required[-1] + MINUTE
        punches = sorted((p for s in group for p in self.evidence.of(s)), key=lambda p: p.true)
        came, left = self.sides(punches, start, end, regime)
        lone = (came is None) != (left is None)

        if not self.settled(group, end, left if came is not None else None):
            return [unverified(s, "not_synced") for s in sessions]

        present: list[Session] = []
        if came is not None and left is not None:
            present = [s for s in sessions if s.end > came and s.start < left]
        blind = self.blind(sessions, required, (start, end), came, left, present, regime)
        doubtful = self.doubtful(group, sessions, required, (start, end), came, left, present, regime)
        gaps = self.gaps(punches, came, left, regime)

        judged = []
        for session in sessions:
            if session in doubtful or session in blind:
                outcome = unverified(session, "clock" if session in doubtful else "outage")
                if session in blind:
                    outcome.flags.add("terminal_outage")
            elif lone:
                outcome = unverified(session, "missing")
                if came is None and session is sessions[0]:
                    outcome.violations.append(violation("missing_in", session.name, None))
                if left is None and session is sessions[-1]:
                    outcome.violations.append(violation("missing_out", session.name, None))
            elif came is None or left is None or session not in present:
                outcome = Outcome(session, credited=session.minutes - session.required)
                outcome.violations.append(violation("absent", session.name, len(session.required)))
            else:
                outcome = self.attended(session, came, left, gaps or [])
                if regime == "check_in_only":
                    outcome.worked = set()
            judged.append(outcome)
        if gaps is None and any(o.why == "" for o in judged):
            judged[0].flags.add("odd_inner_punch")
        return judged

    def sides(
        self, punches: list[Punch], start: datetime, end: datetime, regime: str
    ) -> tuple[datetime | None, datetime | None]:
        """§4 the in and the out; one of them is None where that side is missing, both where nobody punched."""
        if not punches:
            return None, None
        if regime == "check_in_only":  # a punch is only ever the in, and presence lasts
            came = next((p.true for p in punches if p.way != "out"), punches[0].true)
            return came, max(came, end)
        first, last = punches[0].true, punches[-1].true
        ways = {p.way for p in punches}
        if self.are_one([p.true for p in punches], start, end):
            if ways == {"in"}:
                return first, None
            if ways == {"out"}:
                return None, last
            return (first, None) if abs(first - start) < abs(last - end) else (None, last)
        ins, outs = [p.true for p in punches if p.way != "out"], [p.true for p in punches if p.way != "in"]
        if not ins:
            return None, last
        if not outs or any(p.way == "in" and p.true > outs[-1] for p in punches):
            return ins[0], None
        if ins[0] == outs[-1]:  # the others are outs before it: evidence only
            return (ins[0], None) if abs(ins[0] - start) < abs(outs[-1] - end) else (None, outs[-1])
        return ins[0], outs[-1]

    def gaps(
        self, punches: list[Punch], came: datetime | None, left: datetime | None, regime: str
    ) -> list[tuple[datetime, datetime]] | None:
        """§4 inner punches pair as out and in; None: they do not pair, so no gap is concluded."""
        tracked = self.policy("track_mid_session", False) and regime in ("per_session", "first_last")
        if not tracked or came is None or left is None:
            return []
        inner = [p for p in punches if came < p.true < left]
        outs, ins = inner[0::2], inner[1::2]
        if len(outs) != len(ins) or any(p.way == "in" for p in outs) or any(p.way == "out" for p in ins):
            return None
        return [(o.true, i.true) for o, i in zip(outs, ins, strict=True)]

    def doubtful(
        self,
        group: list[Session],
        sessions: list[Session],
        required: list[datetime],
        outer: tuple[datetime, datetime],
        came: datetime | None,
        left: datetime | None,
        present: list[Session],
        regime: str,
    ) -> list[Session]:
        """§5 an invalid clock: a punch under it in the window or at a required time, unless others meet both."""
        if came is not None and left is not None:
            late = len([m for m in required if m + MINUTE <= came])
            early = len([m for m in required if left <= m])
            graces = self.policy("late_grace_minutes", 0), self.policy("early_grace_minutes", 0)
            if late <= graces[0] and early <= graces[1]:
                return []

        def invalid(at: datetime, session: Session) -> bool:
            spans = [f for f in facts(self.document, "clock_invalid") if f["terminal"] in session.terminals]
            return any(during(fact, at) for fact in spans)

        hit = [s for s in group if id(s) in self.evidence.doubtful]
        # a duty at the end of a stretch stands for the requirement there
        at_start = invalid(outer[0], sessions[0]) or (group[0] in hit and group[0].duty)
        at_end = invalid(outer[1], sessions[-1]) and regime != "check_in_only"
        at_end = at_end or (group[-1] in hit and group[-1].duty)
        lone = came is None or left is None
        if lone or not present:  # with one punch or none, all
            return sessions if at_start or at_end or (hit and lone) else hit
        if at_start:
            hit += sessions[: sessions.index(present[0]) + 1]
        if at_end:
            hit += sessions[sessions.index(present[-1]) :]
        return hit

    def are_one(self, punches: list[datetime], start: datetime, end: datetime) -> bool:
        """§4 one punch, or several that are one lone punch after all."""
        close = punches[-1] - punches[0] <= timedelta(minutes=self.policy("repeat_minutes", 15))
        return len(punches) == 1 or close or punches[-1] <= start or punches[0] >= end

    def settled(self, group: list[Session], end: datetime, out_of_pair: datetime | None) -> bool:
        """§5 both sides there and the last at or after the required end, or all terminals read past the window."""
        if self.as_of is None or (out_of_pair is not None and out_of_pair >= end):
            return True
        closes = max(w.end for w in self.all_windows if any(w.session is s for s in group))
        terminals = {t for s in group if not s.duty for t in s.terminals}
        return all(watermark(self.document, t, self.as_of) > closes for t in terminals)

    def blind(
        self,
        group: list[Session],
        required: list[datetime],
        outer: tuple[datetime, datetime],
        came: datetime | None,
        left: datetime | None,
        present: list[Session],
        regime: str,
    ) -> list[Session]:
        """§5 the sessions that an outage of every terminal leaves unverified."""
        start, end = required[0], required[-1] + MINUTE
        if came is None:
            at_start = dead_moments(self.document, group[0].terminals, outer[0], outer[0], closed=True)
        else:
            met = len([m for m in required if m + MINUTE <= came]) <= self.policy("late_grace_minutes", 0)
            at_start = not met and dead_moments(self.document, group[0].terminals, start, came, closed=False)
        if regime == "check_in_only":
            at_end = False
        elif left is None:
            at_end = dead_moments(self.document, group[-1].terminals, outer[1], outer[1], closed=True)
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

    def attended(
        self, session: Session, came: datetime, left: datetime, gaps: list[tuple[datetime, datetime]]
    ) -> Outcome:
        """§5 late, early and gaps of a session in which the person was present, minute by minute (§2)."""
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
        else:
            if late:
                outcome.violations.append(violation("late", session.name, len(late)))
            if early:
                outcome.violations.append(violation("early", session.name, len(early)))
        for out, back in gaps:
            self.leave_post(outcome, out, back)
        return outcome

    def leave_post(self, outcome: Outcome, out: datetime, back: datetime) -> None:
        """§4 a gap cut to the session: whole minutes of it, of which only those count that nothing covers."""
        session = outcome.session

        def shared(minutes: set[datetime]) -> int:
            spans = [min(m + MINUTE, back) - max(m, out) for m in minutes if m < back and m + MINUTE > out]
            return int(sum(spans, timedelta()) / MINUTE)

        away, lost = shared(session.minutes), shared(session.required)
        touched = sorted(m for m in outcome.worked if m < back and m + MINUTE > out)
        asked = [m for m in touched if m in session.required]
        gone = set(asked[:lost])
        rest = [m for m in touched if m not in session.required] + asked[lost:]
        outcome.worked -= gone | set(rest[: away - lost])
        outcome.credited -= gone
        if lost:
            outcome.violations.append(violation("left_post", session.name, lost))
