"""A case file as an office: filed in a fresh database through the verbs every office uses, in the order of its moments.

After each step the days it marked are judged, so that a fact which fails to mark a day leaves a stale ruling behind.
`OfficeOfCase` then answers for the case as `attendance.scenario.answers` does, from what the database holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from attendance import clock
from attendance.engine.after_lock import PersonDay
from attendance.engine.period import Blocker
from attendance.engine.roster import RosterError
from attendance.engine.verdict import DayVerdict
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
from attendance.rules.policy import MEASURES, Policy
from attendance.scenario.document import load
from attendance.scenario.known import received_at
from attendance.scenario.moments import month_dates
from attendance.services import months
from attendance.services.evaluate import evaluate_dirty
from attendance.services.verdicts import judge_span, refused_duties
from attendance.store import papers, papers_clocks, papers_decided, papers_roster, registering, rulings
from attendance.store.database import Database, Session
from attendance.store.paper_tables import ExplanationRow
from attendance.store.tables import RuleVersionRow
from device_sync.intake import file_log
from device_sync.layouts import ZK40
from device_sync.terminal import Sizes, TerminalLog
from tests.builders import bad_date, record
from tests.units_of_case import begin_units, change_units

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)  # what has no moment in a case was always known
AROUND = timedelta(days=5)
OFFICE, PULLS, UNDATED, DATED, MONTHS = range(5)  # of one moment: what can be known of it, then what is said of it

Act = Callable[[Session], object]


def file_policy(session: Session, policy: Policy) -> None:
    """The thresholds of a case that differ from the defaults, as a decision of the whole nation."""
    for rule in MEASURES:
        value = getattr(policy, rule)
        if value != getattr(Policy(), rule):
            session.add(RuleVersionRow(rule=rule, scope="nation", value=value, allows=[], recorded_at=ALWAYS))


class OfficeOfCase:
    """One case in one database."""

    def __init__(self, database: Database, document: dict[str, Any]) -> None:
        self.database, self.document = database, document
        self.scenario, _ = load(document)
        self.zone = self.scenario.zone
        self.begin, self.end = self._span()
        self._explanations: dict[int, int] = {}

    def file(self, *, judged_each: bool = True) -> None:
        """Everything of the case, one transaction a step, with a judgement after each, or one at the end."""
        steps = [*self._office(), *self._pulls(), *self._papers()]
        first_lock = min((e.at for e in self.scenario.papers.month_events if not e.reopened), default=None)
        settled = self._instant(first_lock) if first_lock else self.end
        now = ALWAYS
        for moment, rank, act in sorted(
            ((settled if rank == UNDATED else at, rank, act) for at, rank, act in steps), key=lambda step: step[:2]
        ):
            if rank == PULLS:
                act()  # type: ignore[call-arg]
            else:
                with self.database.writing() as session:
                    act(session)
            now = max(now, moment)
            if judged_each:
                evaluate_dirty(self.database, self.zone, now)
        evaluate_dirty(self.database, self.zone, self.end)

    # the answers of the database ------------------------------------------------------------------------------------

    def on(self, dates: Iterable[date], as_of: datetime | None) -> dict[PersonDay, DayVerdict]:
        """Rulings as stored; with `as_of`, judged as known then."""
        asked = sorted(set(dates))
        with self.database.reading() as session:
            if as_of is None:
                found = [verdict for _, verdict in rulings.current(session, asked[0], asked[-1])]
            else:
                moment = self._instant(as_of)
                found = [
                    verdict
                    for first, last in _runs(asked)
                    for part in judge_span(session, self.zone, first, last, as_of=moment)
                    for _, verdict in part.verdicts
                ]
        return {(verdict.employee, verdict.on): verdict for verdict in found if verdict.on in asked}

    def dates(self) -> list[date]:
        """Every date there are rulings of, but for the first and last few, whose neighbours no terminal was read on."""
        first, last = (clock.today(moment, self.zone) for moment in (self.begin, self.end))
        inside = range(AROUND.days - 2, (last - first).days - AROUND.days + 2)
        return [first + timedelta(days=n) for n in inside]

    def blockers(self, unit: str, month: date, as_of: datetime | None) -> list[Blocker]:
        return list(self.sheet(unit, month, as_of).blockers)

    def version(self, unit: str, month: date, as_of: datetime | None) -> int:
        return self.sheet(unit, month, as_of).state.version

    def roster_errors(self, as_of: datetime | None) -> tuple[RosterError, ...]:
        moment = self._instant(as_of) if as_of else None
        with self.database.reading() as session:
            return refused_duties(session, self.zone, date(2000, 1, 1), date(2100, 1, 1), as_of=moment)

    def sheet(self, unit: str, month: date, as_of: datetime | None) -> months.Sheet:
        with self.database.reading() as session:
            return months.sheet(session, self.zone, unit, month, as_of=self._instant(as_of) if as_of else None)

    # steps ----------------------------------------------------------------------------------------------------------

    def _office(self) -> Iterator[tuple[datetime, int, Act]]:
        scenario = self.scenario
        yield ALWAYS, OFFICE, self._frame
        for code, written in self.document["schedules"].items():
            for version in written.get("versions", [written]):
                at = self._instant(_moment(version.get("recorded_at")))
                yield at, OFFICE, partial(_file_version, code=code, version=version, at=at)
        for entry in scenario.calendar:
            at = self._instant(entry.recorded_at)
            yield at, OFFICE, partial(
                registering.add_calendar_entry, on=entry.on, kind=entry.kind, pair_on=entry.pair_on, unit=entry.unit,
                part=entry.session, at=at,
            )  # fmt: skip
        for held in scenario.assignments:
            at = self._instant(held.recorded_at)
            yield at, OFFICE, partial(
                registering.assign, employee=held.employee, unit=held.unit, from_on=held.from_on, to_on=held.to_on,
                schedule=held.schedule, terminals=held.terminals, at=at,
            )  # fmt: skip
        yield ALWAYS, OFFICE, partial(change_units, written=scenario.units)

    def _frame(self, session: Session) -> None:
        scenario = self.scenario
        file_policy(session, scenario.policy)
        for code in scenario.schedules:
            registering.add_schedule(session, code, at=ALWAYS)
        begin_units(session, scenario.units)
        for site in scenario.terminals:
            registering.add_terminal(
                session,
                site.code,
                unit=site.unit,
                direction=site.direction,
                first_sane_on=site.first_sane_on,
                at=ALWAYS,
            )
        for person in scenario.people:
            registering.add_employee(session, person, at=ALWAYS)
        for number in scenario.enrolments:
            registering.enrol(
                session, number.terminal, number.pin, number.employee, from_on=number.from_on, to_on=number.to_on,
                at=ALWAYS,
            )  # fmt: skip

    def _pulls(self) -> Iterator[tuple[datetime, int, Callable[[], None]]]:
        """Each terminal is read whenever something of it arrives, somebody asks, or a month is locked.

        While its line is broken it cannot be; the last reading was when that began.
        """
        asked = [self._instant(row["as_of"]) for row in self.scenario.expect if row.get("as_of")]
        asked += [self._instant(event.at) for event in self.scenario.papers.month_events]
        for site in self.scenario.terminals:
            arrived: dict[datetime, bytes] = defaultdict(bytes)
            written: dict[tuple[str, Any, int], int] = defaultdict(int)
            for punch in self.scenario.punches:
                if punch.terminal == site.code:
                    received = received_at(self.scenario, punch)
                    wall = punch.wall if punch.wall is not None else bad_date()
                    key = punch.pin, wall, punch.state
                    written[key] += 1  # the same punch written twice is two punches in a case
                    at = max(self._instant(received), self.begin) if received else self.begin
                    arrived[at] += record(punch.pin, wall, punch.state, verify=written[key])
            broken = [
                (self._instant(outage.starts), self._instant(outage.ends))
                for outage in self.scenario.papers.outages
                if outage.mode == "network" and outage.terminal == site.code
            ]
            moments = {self.begin, self.end, *asked, *(moment for span in broken for moment in span)}
            moments = {at for at in moments if self.begin <= at <= self.end and not any(a < at < b for a, b in broken)}
            body = b""
            for at in sorted(moments | set(arrived)):
                body += arrived.get(at, b"")
                yield at, PULLS, partial(self._pull, site.code, body, at)

    def _pull(self, terminal: str, body: bytes, at: datetime) -> None:
        sizes = Sizes(users=1, records=len(body) // ZK40.size, record_capacity=100_000)
        log = TerminalLog(
            serial=f"SN-{terminal}",
            firmware="Ver 6.60",
            payload=len(body).to_bytes(4, "little") + body,
            read_at=at,
            clock_offset_seconds=None,
            sizes_before=sizes,
            sizes_after=sizes,
        )
        filed = file_log(self.database, terminal, log, zone=self.zone, started_at=at, finished_at=at)
        assert filed.outcome == "ok"

    def _papers(self) -> Iterator[tuple[datetime, int, Act]]:
        for number, (_, paper) in enumerate(self.scenario.papers.written):
            if isinstance(paper, Explanation):
                yield from self._explanation(number, paper)
                continue
            moment = _known_at(paper)
            at = self._instant(moment)
            rank = MONTHS if isinstance(paper, MonthEvent) else DATED if moment else UNDATED
            yield at, rank, partial(self._file_paper, paper=paper, at=at)

    def _explanation(self, number: int, paper: Explanation) -> Iterator[tuple[datetime, int, Act]]:
        about: dict[str, Any] = {
            "employee": paper.employee, "on": paper.on, "part": paper.session, "covers": paper.covers,
            "minutes": paper.minutes,
        }  # fmt: skip
        decided = self._instant(paper.decided_at)
        if paper.by_head:
            rank = DATED if paper.decided_at else UNDATED
            yield (
                decided,
                rank,
                partial(papers_decided.decide_alone, **about, decision=paper.decision, decided_at=decided, at=decided),
            )
            return
        at = self._instant(paper.submitted_at)
        hand_in = partial(self._hand_in, number, paper, about, at)
        decided = max(decided, at)  # a decision without a moment is made at once
        if paper.decision is None or paper.submitted_at:
            yield at, DATED if paper.submitted_at else UNDATED, hand_in
        elif decided > ALWAYS:
            yield decided, DATED, hand_in
        else:
            yield at, UNDATED, hand_in
        if paper.decision is not None:
            yield decided, DATED if decided > ALWAYS else UNDATED, partial(self._decide, number, paper, decided)

    def _hand_in(self, number: int, paper: Explanation, about: dict[str, Any], at: datetime, session: Session) -> None:
        row = papers_decided.explain(session, **about, submitted_at=at if paper.submitted_at else None, at=at)
        assert row.id is not None
        self._explanations[number] = row.id

    def _decide(self, number: int, paper: Explanation, at: datetime, session: Session) -> None:
        row: ExplanationRow = papers_decided.explanation(session, self._explanations[number])
        assert paper.decision is not None
        papers_decided.decide(
            session, row, paper.decision, decided_by="head", decided_at=at,
            accepted_after_deadline=paper.accepted_after_deadline, at=at,
        )  # fmt: skip

    def _file_paper(self, session: Session, paper: Paper, at: datetime) -> None:
        known: dict[str, Any] = {"approved_at": at, "at": at}
        if isinstance(paper, Leave):
            papers.add_leave(session, paper.employee, paper.on, code=paper.code, part=paper.session, **known)
        elif isinstance(paper, Mission):
            papers.add_mission(session, paper.employee, paper.starts, paper.ends, **known)
        elif isinstance(paper, Exemption):
            values = asdict(paper)
            papers.add_exemption(session, values.pop("employee"), **(values | known))
        elif isinstance(paper, Annulment):
            papers_decided.annul(
                session, paper.employee, paper.terminal, paper.at, decision=paper.decision, decided_at=at, at=at
            )
        elif isinstance(paper, Duty):
            papers_roster.add_duty(
                session, paper.employee, paper.starts, paper.ends, code=paper.code,
                counts_as_schedule=paper.counts_as_schedule, **known,
            )  # fmt: skip
        elif isinstance(paper, OvertimeOrder):
            papers_roster.order_overtime(session, paper.employee, paper.starts, paper.ends, **known)
        elif isinstance(paper, SiteFact):
            papers_roster.send_to(session, paper.employee, paper.on, paper.terminals, part=paper.session, **known)
        elif isinstance(paper, Protection):
            papers_roster.protect(session, paper.employee, paper.code, from_on=paper.from_on, to_on=paper.to_on, at=at)
        elif isinstance(paper, Inspection):
            papers_roster.inspect(session, paper.unit, paper.at, paper.found_absent, at=at)
        elif isinstance(paper, ClockOffset):
            papers_clocks.set_clock_offset(
                session, paper.terminal, paper.offset_seconds, starts=paper.starts, ends=paper.ends, at=at
            )
        elif isinstance(paper, ClockInvalid):
            papers_clocks.distrust_clock(session, paper.terminal, starts=paper.starts, ends=paper.ends, at=at)
        elif isinstance(paper, Outage):
            papers.add_outage(session, paper.terminal, paper.starts, paper.ends, mode=paper.mode, at=at)
        elif isinstance(paper, MonthEvent) and paper.reopened:
            months.reopen(session, paper.unit, paper.month, reason=paper.reason, moment=at, now=at)
        elif isinstance(paper, MonthEvent):
            months.lock(session, self.zone, paper.unit, paper.month, moment=at, now=at)

    # moments --------------------------------------------------------------------------------------------------------

    def _instant(self, wall: datetime | None) -> datetime:
        return clock.to_instant(wall, self.zone) if wall is not None else ALWAYS

    def _span(self) -> tuple[datetime, datetime]:
        """From before all that is asked of the case, or happens in it, to after it."""
        scenario = self.scenario
        asked = [on for row in scenario.expect for on in _dates(row)]
        walls = [datetime.combine(on, time()) for on in asked]
        walls += [punch.wall for punch in scenario.punches if punch.wall and punch.wall.year > 2010]
        walls += [row["as_of"] for row in scenario.expect if row.get("as_of")]
        walls += [event.at for event in scenario.papers.month_events]
        walls += [moment for _, paper in scenario.papers.written if (moment := _known_at(paper))]
        walls += [duty.ends for duty in scenario.papers.duties]
        return self._instant(min(walls) - AROUND), self._instant(max(walls) + AROUND)


def _known_at(paper: Paper) -> datetime | None:
    """When a paper became known; None: always was."""
    if isinstance(paper, Annulment | Explanation):
        return paper.decided_at
    if isinstance(paper, Inspection | MonthEvent):
        return paper.at
    return getattr(paper, "approved_at", None)


def _file_version(session: Session, *, code: str, version: dict[str, Any], at: datetime) -> None:
    registering.add_schedule_version(
        session, code, sessions=version["sessions"], weekdays=version["weekdays"], regime=version["regime"],
        by_weekday=version.get("by_weekday"), from_on=_day(version.get("from")), to_on=_day(version.get("to")), at=at,
    )  # fmt: skip


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _dates(row: dict[str, Any]) -> list[date]:
    return month_dates(row["month"]) if "month" in row else [row["date"]] if "date" in row else []


def _runs(dates: list[date]) -> Iterator[tuple[date, date]]:
    """Consecutive dates as (first, last)."""
    start = 0
    for index in range(len(dates)):
        if index + 1 == len(dates) or dates[index + 1] - dates[index] > timedelta(days=1):
            yield dates[start], dates[index]
            start = index + 1
