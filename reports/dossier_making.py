"""Reads what stands behind a violation, or behind the days of a person, for one reader. See `reports.dossier`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.services.disclosure import Disclosed
from attendance.services.dossier.replaying import Replay, around, replay
from attendance.services.evidence.checkpoints import kept
from attendance.services.explain.stored import Explanation, explain_day
from attendance.services.papers.telling import as_told
from attendance.store import (
    chain_heads,
    checkpoints,
    listing,
    listing_explanations,
    listing_papers,
    listing_rulings,
    people,
    pulls,
    rulings,
)
from attendance.store.chain_writing import PAPERS, RULINGS, terminal_chain
from attendance.store.database import Session
from attendance.store.evidence_tables import PullRow
from attendance.store.listing_keys import read_violation_id
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.compared import Compared, compared
from reports.day import page_of
from reports.dossier import BroughtBy, Dossier, DossierDay, RawRecord, Ruling, Sealed, Subject
from reports.dossier_facts import rule_texts, terminal_spans
from reports.explanation_view import Line, RequestLine
from reports.explanations import lines_of, request_line
from reports.papers import PaperLine, line_of
from reports.trail import looks_of_day
from reports.view import DayPunch, WhyPage

MOST_DAYS = 92
"""A quarter: of more, a dossier would be a book that nobody reads, and takes minutes to make."""
MOST_PAPERS = 200
MOST_LOOKS = 50
MOST_CHANGES = 12
_UNSERVED = ("not_employed", "no_hours")

Records = Callable[[PullRow, Iterable[int]], Mapping[int, bytes]]
"""Finds the records at these places of a pull's log again, in what is kept of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows a reader may see: days, reasons, papers, explanations."""

    within: Within
    reasons: Within
    papers: Within
    explanations: Within


def of_violation(session: Session, zone: str, now: datetime, reading: Reading, records: Records, id: str) -> Dossier:
    """The dossier of one violation: its day with everything that decided it. Raises NotFound."""
    key = read_violation_id(id)
    if key is None or listing_rulings.violation(session, reading.within, key) is None:
        raise NotFound("violation", id[:64])
    return _made(session, zone, now, reading, records, key.employee_id, key.on, key.on, [key.on], str(key))


def of_person(
    session: Session,
    zone: str,
    now: datetime,
    reading: Reading,
    records: Records,
    employee: str,
    from_on: date,
    to_on: date,
) -> Dossier:
    """The dossier of the days of a person that the reader may see. Raises NotFound, Invalid for a span too long."""
    if to_on < from_on:
        raise Invalid(f"The last date {to_on} lies before the first {from_on}; swap them.")
    if (to_on - from_on).days >= MOST_DAYS:
        raise Invalid(f"A dossier holds at most {MOST_DAYS} days; ask for a quarter at a time.")
    employee_id = listing.find_employee(session, employee, reading.within)
    if employee_id is None:
        raise NotFound("employee", employee[:64])
    dates = [from_on + timedelta(days=n) for n in range((to_on - from_on).days + 1)]
    seen = [on for on in dates if listing.sees_employee(session, employee_id, on, reading.within)]
    if not seen:
        raise NotFound("employee", employee[:64])
    return _made(session, zone, now, reading, records, employee_id, from_on, to_on, seen, "")


def _made(
    session: Session,
    zone: str,
    now: datetime,
    reading: Reading,
    records: Records,
    employee_id: int,
    from_on: date,
    to_on: date,
    dates: Sequence[date],
    violation: str,
) -> Dossier:
    days: list[DossierDay] = []
    idle: list[date] = []
    brought: dict[int, PullRow] = {}
    for on in dates:
        day = _day(session, zone, now, reading, records, employee_id, on, violation or None, brought)
        if day is None:
            idle.append(on)
        else:
            days.append(day)
    code, name = people.names(session, [employee_id])[employee_id]
    unit = next((day.page.unit for day in reversed(days) if day.page.unit), "")
    names = pulls.terminal_names(session)
    chains = {terminal_chain(pull.terminal_id) for pull in brought.values()} | {RULINGS, PAPERS}
    return Dossier(
        subject=Subject(
            employee=code,
            name=name,
            unit=unit,
            unit_name=StoredTree(session).name(unit, days[-1].page.day) if unit else "",
            from_on=from_on,
            to_on=to_on,
            violation=violation,
        ),
        zone=zone,
        made_at=clock.to_wall(now, zone).replace(microsecond=0),
        days=tuple(days),
        idle=tuple(idle),
        papers=_papers(session, zone, reading, employee_id, dates),
        pulls=tuple(_told(brought[number], zone, names) for number in sorted(brought)),
        heads=chain_heads.heads(session, chains),
        employee_id=employee_id,
        sealed=_sealed(session, zone),
        rulings=tuple(
            Ruling(row.id or 0, row.work_date, row.rulebook)
            for day in days
            for row in rulings.revisions(session, employee_id, day.page.day)
        ),
    )


def _day(
    session: Session,
    zone: str,
    now: datetime,
    reading: Reading,
    records: Records,
    employee_id: int,
    on: date,
    focus: str | None,
    brought: dict[int, PullRow],
) -> DossierDay | None:
    """A date; None: nothing was due on it and nothing happened. Pulls that were met are added to `brought`."""
    reasons = listing.sees_employee(session, employee_id, on, reading.reasons)
    told = explain_day(session, zone, employee_id, on)
    shown = Disclosed(reasons, alarms=not reading.within.is_person)
    page = page_of(session, zone, now, employee_id, on, told, focus=focus, shown=shown)
    if focus is None and _is_idle(page):
        return None
    new = {punch.pull_id for punch in page.punches} - brought.keys()
    brought |= pulls.rows(session, new)
    looks = None
    if reasons:
        own = people.accounts_of(session, employee_id)
        looks = looks_of_day(session, zone, employee_id, own[0] if own else -1, on, limit=MOST_LOOKS)
    return DossierDay(
        page=page,
        reasons=reasons,
        records=_records(told, page, records, brought, zone),
        terminals=terminal_spans(told.read.case, page),
        rules=rule_texts(told.read.case, page),
        explanations=_explanations(session, zone, reading, employee_id, on),
        asked=_asked(session, zone, now, reading, employee_id, on),
        changes=_changes(session, zone, reading, employee_id, on, page, reasons),
        looks=looks.lines if looks is not None else None,
        looks_total=looks.total if looks is not None else 0,
        replay=None if page.day_kind in _UNSERVED else _replay(session, reading, told, employee_id),
    )


def _sealed(session: Session, zone: str) -> Sealed | None:
    row = checkpoints.newest(session)
    return Sealed(row.number, clock.to_wall(row.at, zone), kept(row).note.code) if row is not None else None


def _replay(session: Session, reading: Reading, told: Explanation, employee_id: int) -> Replay:
    """The case file tells of the dates around too: of those alone that the reader may see, and reasons only where they
    may know those of each."""

    def closed_to(within: Within) -> list[date]:
        return [on for on in around(told.read) if not listing.sees_employee(session, employee_id, on, within)]

    served = {on for on in around(told.read) for each in told.read.case.assignments if each.holds(on)}
    hidden, untold = set(closed_to(reading.within)) & served, set(closed_to(reading.reasons)) & served
    return replay(told.read, told.account.verdict, hidden, reasons=not untold)


def _is_idle(page: WhyPage) -> bool:
    return not (page.ledger["scheduled"] or page.punches or page.violations or page.flags or len(page.revisions) > 1)


def _records(
    told: Explanation, page: WhyPage, records: Records, brought: Mapping[int, PullRow], zone: str
) -> tuple[RawRecord, ...]:
    stored = told.read.stored
    by_pull: dict[int, list[int]] = {}
    for punch in page.punches:
        by_pull.setdefault(punch.pull_id, []).append(punch.log_index)
    bytes_of = {number: records(brought[number], places) for number, places in by_pull.items()}

    def one(punch: DayPunch) -> RawRecord:
        row = punch.row
        received = clock.to_wall(datetime.fromtimestamp(int(stored.received[row]), clock.UTC), zone)
        return RawRecord(
            terminal=punch.terminal,
            sequence=punch.sequence,
            pull=punch.pull_id,
            place=punch.log_index,
            pin=stored.pins[int(stored.pin[row])],
            state=int(stored.state[row]),
            verify=int(stored.verify[row]),
            received_at=received,
            record=bytes_of[punch.pull_id].get(punch.log_index),
            file=f"records/{int(stored.terminal[row])}-{punch.sequence}.bin",
        )

    return tuple(one(punch) for punch in page.punches)


def _told(pull: PullRow, zone: str, names: Mapping[int, tuple[str, str]]) -> BroughtBy:
    code, name = names[pull.terminal_id]
    return BroughtBy(
        number=pull.id or 0,
        terminal=code,
        terminal_name=name,
        source=pull.source,
        format=pull.format,
        file_name=pull.file_name,
        outcome=pull.outcome,
        started_at=clock.to_wall(pull.started_at, zone),
        finished_at=clock.to_wall(pull.finished_at, zone),
        read=pull.read,
        new=pull.new,
        repeated=pull.repeated,
        quarantined=pull.quarantined,
        log_bytes=pull.log_bytes,
        log_digest=pull.log_digest or "",
        serial=pull.serial or "",
        clock_offset_seconds=pull.clock_offset_seconds,
        complete_from=pull.complete_from,
        complete_until=pull.complete_until,
    )


def _papers(
    session: Session, zone: str, reading: Reading, employee_id: int, dates: Sequence[date]
) -> tuple[PaperLine, ...]:
    asked = listing_papers.Asked(employee_id=employee_id, from_on=dates[0], to_on=dates[-1])
    found = listing_papers.papers(session, reading.papers, reading.reasons, asked, limit=MOST_PAPERS, offset=0)
    return tuple(line_of(as_told(row, reading.reasons), zone) for row in reversed(found.rows))


def _explanations(session: Session, zone: str, reading: Reading, employee_id: int, on: date) -> tuple[Line, ...]:
    asked = listing_explanations.Asked(employee_id=employee_id, from_on=on, to_on=on)
    found = listing_explanations.explanations(
        session, reading.explanations, reading.reasons, asked, limit=MOST_PAPERS, offset=0
    )
    return lines_of(session, zone, list(reversed(found.rows)), reading.reasons)


def _asked(
    session: Session, zone: str, now: datetime, reading: Reading, employee_id: int, on: date
) -> tuple[RequestLine, ...]:
    found = listing_explanations.requests(session, reading.explanations, employee_id=employee_id, limit=MOST_PAPERS)
    today = clock.today(now, zone)
    return tuple(request_line(row, zone, today) for row in reversed(found.rows) if row["date"] == on)


def _changes(
    session: Session, zone: str, reading: Reading, employee_id: int, on: date, page: WhyPage, reasons: bool
) -> tuple[Compared, ...]:
    numbers = [revision.number for revision in page.revisions][-MOST_CHANGES - 1 :]
    found = [
        compared(
            session, zone, employee_id, on, pair, titles=page.rule_titles, papers=reading.papers,
            reasons=reading.reasons, disclosed=reasons,
        )
        for pair in pairwise(numbers)
    ]  # fmt: skip
    return tuple(each for each in found if each is not None)
