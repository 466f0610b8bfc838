"""*Vì sao?*: one person's day with everything that decided it, down to the pull that brought each punch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from attendance import clock
from attendance.services import disclosure
from attendance.services.disclosure import WHOLE, Disclosed
from attendance.services.explain.account import DayAccount
from attendance.services.explain.stored import Explanation, explain_day
from attendance.store import people, pulls, ruling_log, rulings, schedule_names
from attendance.store.database import Session
from attendance.store.listing_keys import violation_id
from attendance.store.tree import StoredTree
from reports.freshness import freshness
from reports.view import Citation, DayPunch, DaySession, DayViolation, Revision, WhyPage


def why_page(
    session: Session,
    zone: str,
    now: datetime,
    employee_id: int,
    on: date,
    *,
    focus: str | None = None,
    as_of: datetime | None = None,
    shown: Disclosed = WHOLE,
) -> WhyPage:
    """The day as it is concluded from what is known at `as_of` (None: now). `focus` is the name of a violation.

    What is not `shown` is left out or masked by `attendance.services.disclosure`.

    `provisional` says that the day is not over, or that a newer judgement than the recorded one is on its way.
    """
    told = explain_day(session, zone, employee_id, on, as_of=as_of)
    return page_of(session, zone, now, employee_id, on, told, focus=focus, shown=shown)


def page_of(
    session: Session,
    zone: str,
    now: datetime,
    employee_id: int,
    on: date,
    told: Explanation,
    *,
    focus: str | None = None,
    shown: Disclosed = WHOLE,
) -> WhyPage:
    """The same of a day that was explained already."""
    account, read = told.account, told.read
    verdict = account.verdict
    code, name = people.names(session, [employee_id])[employee_id]
    stored = StoredTree(session)
    listed = _violations(account, employee_id, zone)
    recorded = rulings.revisions(session, employee_id, on)
    newest = recorded[-1] if recorded else None
    depends = [read.terminal_ids[index] for index in account.terminals]
    titles = schedule_names.titles(session)
    page = WhyPage(
        employee=code,
        name=name,
        unit_name=stored.name(verdict.unit, on) if verdict.unit else "",
        day=on,
        day_kind=verdict.day_kind,
        sessions=_sessions(account, zone),
        punches=_punches(session, told, zone),
        violations=listed,
        focus=next((violation for violation in listed if violation.id == focus), None),
        flags=verdict.flags,
        ledger={
            "scheduled": verdict.scheduled_min,
            "credited": verdict.credited_min,
            "leave": verdict.leave_min,
            "unverified": verdict.unverified_min,
            "counted": sum(v.counted_min for v in verdict.violations),
            "worked": verdict.worked_min,
        },
        symbols=dict(verdict.symbols),
        citations=tuple(
            Citation(c.rule, titles.get(c.rule, ""), c.version, c.document, c.article, c.from_on, c.to_on)
            for c in verdict.citations
        ),
        coverage=freshness(session, zone, now, depends, alarms=shown.alarms),
        revisions=tuple(
            Revision(row.revision, clock.to_wall(row.recorded_at, zone), row.cause, _summary(row, shown.reasons))
            for row in recorded
        ),
        statements=account.statements,
        terminal_names=dict(pulls.terminal_names(session).values()),
        rule_titles=titles,
        rulebook=newest.rulebook if newest else read.case.rulebook.fingerprint,
        unit=verdict.unit or "",
        provisional=newest is None or newest.digest != ruling_log.digest_of(verdict) or on >= clock.today(now, zone),
    )
    return page if shown.reasons else _masked(page)


def _masked(page: WhyPage) -> WhyPage:
    return replace(
        page,
        flags=tuple(disclosure.flags(page.flags)),
        symbols=disclosure.signs(page.symbols, page.day_kind, page.ledger["leave"]),
        citations=tuple(cited for cited in page.citations if disclosure.is_open_rule(cited.rule_id)),
        statements=disclosure.statements(page.statements),
    )


def _summary(row: Any, reasons: bool) -> str:
    """What a revision concluded, in figures and signs that need no language."""
    symbols = row.symbols if reasons else disclosure.signs(row.symbols, row.day_kind, row.leave_min)
    signs = " / ".join(sign for sign in symbols.values() if sign)
    return f"{row.credited_min + row.leave_min}/{row.scheduled_min} · {signs}" if row.scheduled_min else signs


def _wall(seconds: int, zone: str) -> datetime:
    return clock.to_wall(datetime.fromtimestamp(seconds, clock.UTC), zone)


def _violations(account: DayAccount, employee_id: int, zone: str) -> tuple[DayViolation, ...]:
    placed = {left.place: (_wall(left.starts, zone), _wall(left.ends, zone)) for left in account.posts_left}
    found = []
    for place, v in enumerate(account.verdict.violations):
        starts, ends = placed.get(place, (None, None))
        found.append(
            DayViolation(
                id=violation_id(employee_id, account.verdict.on, v.session, v.type),
                type=v.type,
                session=v.session,
                minutes=v.minutes,
                excused_min=v.excused_min,
                counted_min=v.counted_min,
                status=v.status,
                starts=starts,
                ends=ends,
            )
        )
    return tuple(found)


def _sessions(account: DayAccount, zone: str) -> tuple[DaySession, ...]:
    return tuple(
        DaySession(
            name=s.name,
            starts=_wall(s.starts, zone),
            ends=_wall(s.ends, zone),
            required_from=_wall(s.required_from, zone) if s.required_from is not None else None,
            required_to=_wall(s.required_to, zone) if s.required_to is not None else None,
            state=s.state,
            covered=tuple((_wall(a, zone), _wall(b, zone), kind) for a, b, kind in s.covered),
        )
        for s in account.sessions
    )


def _punches(session: Session, told: Explanation, zone: str) -> tuple[DayPunch, ...]:
    stored, punches = told.read.stored, told.account.punches
    brought = pulls.of(session, {int(stored.pull[p.row]) for p in punches})
    names = pulls.terminal_names(session)
    found = []
    for punch in punches:
        pull = brought[int(stored.pull[punch.row])]
        code, name = names[int(stored.terminal[punch.row])]
        found.append(
            DayPunch(
                at=_wall(punch.at, zone),
                terminal_time=clock.from_wall_seconds(int(stored.wall[punch.row])),
                terminal=code,
                terminal_name=name,
                use=punch.use,  # type: ignore[arg-type]
                note="clock_corrected" if punch.corrected else None,
                sequence=int(stored.sequence[punch.row]),
                pull_id=pull.id,
                pull_started_at=clock.to_wall(pull.started_at, zone),
                pull_digest=pull.log_digest or "",
                log_index=int(stored.index[punch.row]),
                source=pull.source,  # type: ignore[arg-type]
                row=punch.row,
            )
        )
    return tuple(sorted(found, key=lambda p: (p.at, p.sequence)))
