"""Accounts of days from case files: judged as the file says, locked months as known at the lock, no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.pages.explain import Speaker
from api.pages.i18n import Translator
from attendance import clock
from attendance.engine.after_lock import AFTER_LOCK
from attendance.engine.locks import MonthState
from attendance.engine.run import Judgement, evaluate
from attendance.scenario.answers import Answers
from attendance.scenario.document import Scenario, load
from attendance.scenario.known import case_at
from attendance.scenario.moments import month_dates
from attendance.services.explain.account import DayAccount, account_of
from reports.view import Citation, DayPunch, DaySession, DayViolation, WhyPage

OFFICE = {
    "regime": "per_session",
    "sessions": {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]},
    "weekdays": ["mon", "tue", "wed", "thu", "fri"],
}


def document(**parts: Any) -> dict[str, Any]:
    """A case of one person under official hours; `day` "03-04" and times in `punches` are of 2026."""
    at = parts.pop("punches", ())
    day = parts.pop("day", "03-04")
    punches = [{"at": f"2026-{day}T{each}:00"} if isinstance(each, str) else each for each in at]
    return {"scenario": 1, "id": "why", "schedules": {"OFFICE": OFFICE}, "punches": punches, **parts}


def on_the_day(kind: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    """A fact from a time to a time of the day."""
    return {"kind": kind, "from": f"2026-03-04T{start}", "to": f"2026-03-04T{end}", **more}


def explanation(covers: str, session: str = "am", **more: Any) -> dict[str, Any]:
    """A paper about the day."""
    return {"kind": "explanation", "date": date(2026, 3, 4), "session": session, "covers": covers, **more}


def hours(regime: str = "per_session", **sessions: list[str]) -> dict[str, Any]:
    """Schedules with one set of hours for Wednesday and Thursday."""
    return {"S": {"regime": regime, "sessions": sessions or OFFICE["sessions"], "weekdays": ["wed", "thu"]}}


@dataclass(frozen=True)
class Told:
    """One day of a case: the judgement it comes from, its account, and the page a reader would see."""

    judgement: Judgement
    account: DayAccount
    page: WhyPage

    def say(self, lang: str = "vi", *parts: str) -> list[str]:
        """The sentences of some parts (none: of all)."""
        speaker = Speaker(self.page, Translator(lang))
        return [speaker.say(each) for each in self.account.statements if not parts or each.part in parts]

    def of(self, session: int, *parts: str, lang: str = "vi") -> list[str]:
        """What is said of a session in some parts (none: in all)."""
        speaker = Speaker(self.page, Translator(lang))
        mine = [each for each in self.account.statements if each.session == session]
        return [speaker.say(each) for each in mine if not parts or each.part in parts]

    def both(self, session: int, *parts: str) -> tuple[list[str], list[str]]:
        return self.of(session, *parts), self.of(session, *parts, lang="en")


def tell(
    content: dict[str, Any], on: str = "2026-03-04", employee: str = "E1", as_of: datetime | None = None, **page: Any
) -> Told:
    """The account of one day of a case file's content."""
    return of_day(load(content)[0], employee, date.fromisoformat(on), as_of, **page)


def of_day(scenario: Scenario, employee: str, on: date, as_of: datetime | None = None, **page: Any) -> Told:
    month, locked = _month(scenario, employee, on, as_of)
    answers = Answers(scenario).on([on], as_of).get((employee, on))
    judgement = evaluate(case_at(scenario, locked or as_of), on, on, unruled=[])
    late = answers is not None and AFTER_LOCK in answers.flags
    account = account_of(judgement, employee, on, month=month, fact_after_lock=late)
    return Told(judgement, account, page_of(judgement, account, **page))


def _month(
    scenario: Scenario, employee: str, on: date, as_of: datetime | None
) -> tuple[MonthState | None, datetime | None]:
    """The state of the month of the unit in which the person serves, and when it was locked."""
    states = Answers(scenario).states(as_of)
    units = [
        a.unit
        for a in scenario.assignments
        if a.employee == employee and a.from_on <= on and (a.to_on is None or on <= a.to_on)
    ]
    found = [states[unit, on.replace(day=1)] for unit in units if (unit, on.replace(day=1)) in states]
    return (found[0], found[0].locked_at) if found else (None, None)


def days_of(content: dict[str, Any]) -> Iterator[Told]:
    """Every day the expected rows of a case speak of, of everybody they speak of; months day by day."""
    scenario = load(content)[0]
    asked = dict.fromkeys(
        (employee, on, row.get("as_of"))
        for row in scenario.expect
        for employee in ([row["employee"]] if row.get("employee") else scenario.people)
        for on in (month_dates(row["month"]) if "month" in row else [row["date"]] if "date" in row else [])
    )
    for employee, on, as_of in asked:
        yield of_day(scenario, employee, on, as_of)


def page_of(judgement: Judgement, account: DayAccount, **changes: Any) -> WhyPage:
    """The page of a day as `reports.day` makes it, with invented pulls."""
    zone, verdict, case = judgement.case.zone, account.verdict, judgement.case

    def wall(seconds: int) -> datetime:
        return clock.to_wall(datetime.fromtimestamp(seconds, clock.UTC), zone)

    placed = {left.place: (wall(left.starts), wall(left.ends)) for left in account.posts_left}
    return WhyPage(
        **{
            "employee": verdict.employee,
            "name": verdict.employee,
            "unit_name": verdict.unit or "",
            "day": verdict.on,
            "day_kind": verdict.day_kind,
            "sessions": tuple(
                DaySession(
                    s.name,
                    wall(s.starts),
                    wall(s.ends),
                    None if s.required_from is None else wall(s.required_from),
                    None if s.required_to is None else wall(s.required_to),
                    s.state,
                    tuple((wall(a), wall(b), kind) for a, b, kind in s.covered),
                )
                for s in account.sessions
            ),
            "punches": tuple(
                DayPunch(
                    at=wall(punch.at),
                    terminal_time=clock.from_wall_seconds(int(case.punches.wall[punch.row])),
                    terminal=case.sites[int(case.punches.site[punch.row])].code,
                    terminal_name=case.sites[int(case.punches.site[punch.row])].code,
                    use=punch.use,  # type: ignore[arg-type]
                    note="clock_corrected" if punch.corrected else None,
                    sequence=int(case.punches.sequence[punch.row]) + 1,
                    pull_id=1042,
                    pull_started_at=datetime.combine(verdict.on, datetime.min.time()).replace(hour=17, minute=45),
                    pull_digest="9f2c1e7a55d04b8896aa31c0d2e4f7b1c3a5968778695a4b3c2d1e0f00aa7d1c",
                    log_index=8810 + int(case.punches.sequence[punch.row]),
                    source="pull",
                    row=punch.row,
                )
                for punch in account.punches
            ),
            "violations": tuple(
                DayViolation(
                    f"v-{place + 1}", v.type, v.session, v.minutes, v.excused_min, v.counted_min, v.status,
                    *placed.get(place, (None, None)),
                )
                for place, v in enumerate(verdict.violations)
            ),
            "focus": None,
            "flags": verdict.flags,
            "ledger": {
                "scheduled": verdict.scheduled_min,
                "credited": verdict.credited_min,
                "leave": verdict.leave_min,
                "unverified": verdict.unverified_min,
                "counted": sum(v.counted_min for v in verdict.violations),
                "worked": verdict.worked_min,
            },
            "symbols": dict(verdict.symbols),
            "citations": tuple(
                Citation(c.rule, "", c.version, c.document, c.article, c.from_on, c.to_on) for c in verdict.citations
            ),
            "coverage": (),
            "revisions": (),
            "statements": account.statements,
            "rulebook": case.rulebook.fingerprint,
        }
        | changes
    )  # fmt: skip
