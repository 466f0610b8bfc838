"""*Giấy tờ* and *Lịch trực*: papers as people read them, and the roster of a week as it is posted at the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from attendance import clock
from attendance.services.papers import deciding
from attendance.services.papers.deciding import Decider
from attendance.services.papers.telling import as_told
from attendance.services.roster import sheet
from attendance.store import listing_papers
from attendance.store.database import Session
from attendance.store.listing_papers import Asked
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.view import UnitOption

STATUSES = ("proposed", "approved", "refused", "withdrawn")
KINDS = (
    "leave", "mission", "meeting", "exemption", "protection", "overtime", "site", "duty", "outage", "calendar",
)  # fmt: skip
DUTIES = ("one_stop", "saturday", "night", "holiday", "reception", "duty")
DONE = ("handed_in", "approve", "refuse", "withdraw")
PROBLEMS = (
    "no_date", "backwards", "invalid", "not_theirs_to_decide", "not_as_it_was", "changed_meanwhile", "no_note",
    "duty_not_employed", "duty_not_possible", "duty_overlaps", "no_person",
)  # fmt: skip
MOST_WAITING, MOST_MINE = 100, 50


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper. Moments are wall time of the office; `code` is empty where it is not for the reader.

    `may_decide`, `may_withdraw`: whether the reader may do that now; `about_self`: it waits for somebody else.
    """

    id: int
    version: int
    kind: str
    status: str
    whose: str
    name: str
    unit: str
    code: str
    parts: tuple[tuple[date, str], ...]
    from_on: date | None
    to_on: date | None
    starts: datetime | None
    ends: datetime | None
    document: str
    place: str
    note: str
    author: str
    recorded_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_note: str
    withdrawn_by: str
    withdrawn_at: datetime | None
    may_decide: bool = False
    may_withdraw: bool = False

    @property
    def part(self) -> str:
        """The session all of its days are of; empty where they differ, or it has none."""
        named = {part for _, part in self.parts}
        return named.pop() if len(named) == 1 else ""


@dataclass(frozen=True, slots=True)
class PapersPage:
    """`waiting`: papers the reader is asked about. `mine`: those about them, or handed in by them.

    `employee`: the reader's own code, for whom they may hand in; `for_others`: they may hand in what others brought.
    """

    waiting: tuple[PaperLine, ...]
    waiting_total: int
    mine: tuple[PaperLine, ...]
    is_approver: bool
    employee: str
    leave_codes: tuple[str, ...]
    today: date
    done: str = ""
    problem: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    for_others: bool = False


@dataclass(frozen=True, slots=True)
class RosterPage:
    """The roster of a week; `units` are those the reader may name."""

    unit: str
    name: str
    monday: date
    sunday: date
    days: tuple[tuple[date, tuple[Any, ...]], ...]
    units: tuple[UnitOption, ...]
    today: date

    @property
    def is_empty(self) -> bool:
        return not any(lines for _, lines in self.days)

    @property
    def week_before(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def week_after(self) -> date:
        return self.monday + timedelta(days=7)


def papers_page(
    session: Session,
    zone: str,
    now: datetime,
    *,
    decider: Decider,
    reasons: Within,
    own: Within,
    employee_id: int | None,
    employee: str,
    user_id: int,
    leave_codes: Sequence[str],
    is_approver: bool,
) -> PapersPage:
    """What waits for the reader, and what they handed in themselves. `own`: rows whose papers they may read."""
    waiting: tuple[PaperLine, ...] = ()
    total = 0
    if is_approver:
        asked = Asked(status="proposed")
        found = listing_papers.papers(session, decider.within, reasons, asked, limit=MOST_WAITING, offset=0)
        total = found.total
        lines = [line_of(as_told(row, reasons), zone) for row in reversed(found.rows)]
        theirs = deciding.decidable(session, [line.id for line in lines], decider, now)
        waiting = tuple(replace(line, may_decide=line.id in theirs) for line in lines)
    return PapersPage(
        waiting=waiting,
        waiting_total=total,
        mine=own_papers(session, zone, own, reasons, employee_id, user_id),
        is_approver=is_approver,
        employee=employee,
        leave_codes=tuple(leave_codes),
        today=clock.today(now, zone),
    )


def roster_page(session: Session, unit: UnitRow, on: date, today: date, named: Within) -> RosterPage:
    found = sheet.week(session, unit, on)
    return RosterPage(
        unit=found.code,
        name=found.name,
        monday=found.monday,
        sunday=found.sunday,
        days=found.days,
        units=tuple(
            UnitOption(row.code, row.name, row.depth) for row in StoredTree(session).shown(found.monday, named)
        ),
        today=today,
    )


def own_papers(
    session: Session,
    zone: str,
    own: Within,
    reasons: Within,
    employee_id: int | None,
    user_id: int,
    *,
    most: int = MOST_MINE,
    kinds: Sequence[str] = (),
) -> tuple[PaperLine, ...]:
    """Papers about the reader and those they handed in, each once, the newest first; of these `kinds`, or of all."""
    asked = [Asked(kinds=kinds, author_id=user_id)]
    if employee_id is not None:
        asked.append(Asked(kinds=kinds, employee_id=employee_id))
    rows = {}
    for each in asked:
        found = listing_papers.papers(session, own, reasons, each, limit=most, offset=0)
        rows |= {row["id"]: row for row in found.rows}
    newest = [rows[number] for number in sorted(rows, reverse=True)[:most]]
    return tuple(
        replace(
            line_of(as_told(row, reasons), zone),
            may_withdraw=row["author_id"] == user_id and row["status"] in ("proposed", "approved"),
        )
        for row in newest
    )


def line_of(row: dict[str, Any], zone: str) -> PaperLine:
    """A paper as told to a reader (`services.papers.telling`), with wall times of the office."""
    content = row["content"]
    parts = tuple((day["date"], day["session"]) for day in content.get("days", ()))

    def wall(name: str) -> datetime | None:
        return clock.to_wall(row[name], zone) if row[name] is not None else None

    recorded = wall("recorded_at")
    assert recorded is not None
    return PaperLine(
        id=row["id"],
        version=row["version"],
        kind=row["kind"],
        status=row["status"],
        whose=row["employee"] or row["terminal"] or row["unit"] or "",
        name=row["name"] or row["terminal"] or row["unit"] or "",
        unit=row["unit"] or "",
        code=row["code"],
        parts=parts,
        from_on=row["from"],
        to_on=row["to"],
        starts=content.get("starts"),
        ends=content.get("ends"),
        document=row["document"],
        place=row["place"],
        note=row["note"],
        author=row["author"],
        recorded_at=recorded,
        decided_by=row["decided_by"] or "",
        decided_at=wall("decided_at"),
        decision_note=row["decision_note"],
        withdrawn_by=row["withdrawn_by"] or "",
        withdrawn_at=wall("withdrawn_at"),
    )
