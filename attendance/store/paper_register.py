"""The register of papers: each is entered once, decided on once, taken back once; nothing in it is erased.

Deciding and taking back say since when something holds, so what was known at any earlier moment stays as it was. Who
may decide on what is asked in `attendance.services.papers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from attendance.errors import AttendanceError, NotFound
from attendance.store import calendar_filing, office, touched, trail
from attendance.store.paper_tables import DutyRow, ExemptionRow, OvertimeRow, ProtectionRow, SiteFactRow
from attendance.store.register_tables import PRIVATE, PaperRow
from attendance.store.tables import AbsenceRow, CalendarEntryRow, EmployeeRow, OutageRow, TerminalRow
from attendance.store.trail import Actor

Fact = AbsenceRow | ExemptionRow | DutyRow | OvertimeRow | SiteFactRow | ProtectionRow | OutageRow
TABLES: Mapping[str, type[Fact]] = {
    "leave": AbsenceRow,
    "mission": AbsenceRow,
    "meeting": AbsenceRow,
    "exemption": ExemptionRow,
    "protection": ProtectionRow,
    "overtime": OvertimeRow,
    "site": SiteFactRow,
    "duty": DutyRow,
    "outage": OutageRow,
}
"""Where the facts of each kind stand; those of the kind `calendar` are calendar entries."""
_KIND_OF = {table: kind for kind, table in TABLES.items() if kind not in ("mission", "meeting")}
Row = TypeVar("Row", bound=Fact)


class NotAsItWas(AttendanceError):
    """Somebody decided on a paper, or took it back, before this; the sentence says who and when."""

    code = "not_as_it_was"


def enter(
    session: Session,
    kind: str,
    actor: Actor,
    *,
    employee_id: int | None = None,
    terminal_id: int | None = None,
    unit_id: int | None = None,
    code: str = "",
    from_on: date | None,
    to_on: date | None,
    document: str = "",
    place: str = "",
    note: str = "",
    approved_at: datetime | None = None,
    approved_by: str = "",
    at: datetime,
) -> PaperRow:
    """Enter a paper. `approved_at`: it was signed then, on paper, by somebody whose name is `approved_by`."""
    row = PaperRow(
        kind=kind,
        employee_id=employee_id,
        terminal_id=terminal_id,
        unit_id=unit_id,
        code=code,
        from_on=from_on,
        to_on=to_on,
        document=document,
        place=place,
        note=note,
        author_id=actor.user_id,
        author=actor.name,
        recorded_at=at,
        decision="approved" if approved_at is not None else None,
        decided_at=approved_at,
        decided_by=approved_by,
    )
    session.add(row)
    session.flush()
    _record(session, actor, "paper.filed", row, None, at)
    return row


def file_fact(session: Session, row: Row, paper: int | None, actor: Actor, approved_by: str, at: datetime) -> Row:
    """File a fact that was checked, under a paper of the register; without one it is a paper of its own."""
    if paper is not None:
        row.paper_id = paper
    else:
        _enter_fact(session, row, actor, approved_by, at)
    return touched.file_paper(session, row, at)


def _enter_fact(session: Session, row: Fact, actor: Actor, approved_by: str, at: datetime) -> None:
    first, last = _dates_of(row)
    kind = row.kind if isinstance(row, AbsenceRow) else _KIND_OF[type(row)]
    code = row.mode if isinstance(row, OutageRow) else getattr(row, "code", "")
    whose: dict[str, Any]
    if isinstance(row, OutageRow):
        terminal = session.get_one(TerminalRow, row.terminal_id)
        whose = {"terminal_id": row.terminal_id, "unit_id": terminal.unit_id}
    else:
        serves_in = office.unit_on(session, row.employee_id, first or at.date())
        whose = {"employee_id": row.employee_id, "unit_id": serves_in}
    if isinstance(row, DutyRow):
        row.unit_id = row.unit_id or whose["unit_id"]
    paper = enter(
        session,
        kind,
        actor,
        **whose,
        code=code,
        from_on=first,
        to_on=last,
        document=row.document,
        approved_at=row.approved_at,
        approved_by=approved_by,
        at=at,
    )
    row.paper_id = paper.id


def find(session: Session, number: int) -> PaperRow | None:
    return session.get(PaperRow, number)


def find_all(session: Session, numbers: Sequence[int]) -> Sequence[PaperRow]:
    return session.exec(select(PaperRow).where(col(PaperRow.id).in_(numbers))).all()


def get(session: Session, number: int) -> PaperRow:
    """The paper with this number, locked against others who decide on it now. Raises NotFound."""
    row = session.get(PaperRow, number, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("paper", str(number))
    return row


def number_of(paper: PaperRow) -> int:
    assert paper.id is not None
    return paper.id


def facts_of(session: Session, paper: PaperRow) -> list[Fact]:
    """What a paper says, in the order in which it was written."""
    if paper.kind == "calendar":
        return []
    table: Any = TABLES[paper.kind]
    return list(session.exec(select(table).where(table.paper_id == paper.id).order_by(table.id)))


def facts_of_all(session: Session, papers: Iterable[PaperRow]) -> dict[int, list[Fact]]:
    """The same of many papers by their number, with one question for each kind among them."""
    by_kind: dict[str, list[int]] = {}
    for paper in papers:
        if paper.kind != "calendar" and paper.id is not None:
            by_kind.setdefault(paper.kind, []).append(paper.id)
    found: dict[int, list[Fact]] = {}
    for kind, numbers in by_kind.items():
        table: Any = TABLES[kind]
        for fact in session.exec(select(table).where(table.paper_id.in_(numbers)).order_by(table.id)):
            found.setdefault(fact.paper_id, []).append(fact)
    return found


def entries_of(session: Session, paper: PaperRow) -> list[CalendarEntryRow]:
    """The calendar entries of a paper that were not taken back."""
    table = CalendarEntryRow
    found = select(table).where(table.paper_id == paper.id, col(table.withdrawn_at).is_(None))
    return list(session.exec(found.order_by(col(table.id))))


def decide(session: Session, paper: PaperRow, decision: str, actor: Actor, *, note: str = "", at: datetime) -> None:
    """Enter a decision, `approved` or `refused`, once. Raises NotAsItWas where the paper is not waiting for one."""
    if paper.status != "proposed":
        raise NotAsItWas(f"{last_change(paper)} Nothing was changed.")
    before = _content(paper)
    paper.decision, paper.decided_at, paper.decision_note = decision, at, note
    paper.decided_by_id, paper.decided_by = actor.user_id, actor.name
    session.add(paper)
    if decision == "approved":
        for fact in facts_of(session, paper):
            fact.approved_at = at
            session.add(fact)
            touched.mark_paper(session, fact, at)
        for entry in entries_of(session, paper):
            calendar_filing.approve(session, entry, at)
    else:
        for refused in [*facts_of(session, paper), *entries_of(session, paper)]:
            refused.withdrawn_at = at  # it never counted, so no day changes
            session.add(refused)
    _record(session, actor, f"paper.{decision}", paper, before, at, why=note)


def withdraw(session: Session, paper: PaperRow, actor: Actor, *, note: str = "", at: datetime) -> None:
    """Take a paper back; what was known before stays known. Raises NotAsItWas for one refused or taken back."""
    if paper.status not in ("proposed", "approved"):
        raise NotAsItWas(f"{last_change(paper)} There is nothing to take back.")
    before = _content(paper)
    for fact in facts_of(session, paper):
        if fact.withdrawn_at is None:
            fact.withdrawn_at = at
            session.add(fact)
            touched.mark_paper(session, fact, at)
    for entry in entries_of(session, paper):
        entry.withdrawn_at = at
        session.add(entry)
        if entry.status != "proposed":  # what was only proposed decided nothing
            calendar_filing.mark(session, entry.on, at)
    close(session, paper, actor, note=note, at=at, before=before)


def close(
    session: Session,
    paper: PaperRow,
    actor: Actor,
    *,
    note: str = "",
    at: datetime,
    before: Mapping[str, Any] | None = None,
) -> None:
    """Enter that a paper was taken back, whose facts were."""
    before = before or _content(paper)
    paper.withdrawn_at, paper.withdrawal_note = at, note
    paper.withdrawn_by_id, paper.withdrawn_by = actor.user_id, actor.name
    session.add(paper)
    _record(session, actor, "paper.withdrawn", paper, before, at, why=note)


def last_change(paper: PaperRow) -> str:
    """One sentence: who did what to a paper last, and when."""
    if paper.withdrawn_at is not None:
        return f"Paper {paper.id} was taken back by {paper.withdrawn_by or 'somebody'} at {_said(paper.withdrawn_at)}."
    if paper.decided_at is not None:
        by = paper.decided_by or "somebody"
        return f"Paper {paper.id} was {paper.decision} by {by} at {_said(paper.decided_at)}."
    return f"Paper {paper.id} was handed in by {paper.author or 'somebody'} at {_said(paper.recorded_at)}."


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _dates_of(row: Fact) -> tuple[date | None, date | None]:
    """The first and the last date a fact speaks of; None: open."""
    if isinstance(row, AbsenceRow | SiteFactRow) and row.on is not None:
        return row.on, row.on
    if isinstance(row, SiteFactRow):
        return None, None
    if isinstance(row, ExemptionRow) and row.dates:
        return date.fromisoformat(min(row.dates)), date.fromisoformat(max(row.dates))
    if isinstance(row, ProtectionRow) or (isinstance(row, ExemptionRow) and not (row.starts or row.ends)):
        return row.from_on, row.to_on
    return row.starts.date() if row.starts else None, last_date(row.ends)


def last_date(ends: datetime | None) -> date | None:
    """The last date of a span of wall time that excludes its end."""
    return (ends - timedelta(microseconds=1)).date() if ends else None


def _record(
    session: Session,
    actor: Actor,
    act: str,
    paper: PaperRow,
    before: Mapping[str, Any] | None,
    at: datetime,
    *,
    why: str = "",
) -> None:
    about: Iterable[int] = () if paper.employee_id is None else (paper.employee_id,)
    why = "" if paper.kind in PRIVATE else why
    trail.record(
        session, actor, act, kind="paper", key=str(paper.id), employees=about, why=why, before=before,
        after=_content(paper), at=at,
    )  # fmt: skip


def _content(paper: PaperRow) -> dict[str, Any]:
    """What the trail is told of a paper: never a reason, for who reads the trail may not know it."""
    told: dict[str, Any] = {
        "from": paper.from_on and paper.from_on.isoformat(),
        "to": paper.to_on and paper.to_on.isoformat(),
        "status": paper.status,
    }
    if paper.kind in PRIVATE:
        return told if paper.kind == "protection" else {"kind": paper.kind} | told
    return {"kind": paper.kind, "code": paper.code, "document": paper.document} | told


def person_of(session: Session, paper: PaperRow) -> EmployeeRow | None:
    return session.get(EmployeeRow, paper.employee_id) if paper.employee_id is not None else None


def place_of(session: Session, paper: PaperRow) -> int | None:
    """The unit whose paper it is where it is of no person: that of the terminal, or of the calendar entry."""
    if paper.terminal_id is not None:
        return session.get_one(TerminalRow, paper.terminal_id).unit_id
    return paper.unit_id
