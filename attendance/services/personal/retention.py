"""How long data are kept, and their destruction: proposed by a job, approved by people, carried out, recorded for good.

A proposal counts and dates what is due and names nobody. Nothing is destroyed that was not approved by as many people
as the kind needs, none of whom proposed it; a run that was killed goes on where its last transaction ended.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from attendance import clock
from attendance.errors import Invalid
from attendance.services.personal.kinds import Kind, terms
from attendance.store import destruction, erasing, people, report_jobs
from attendance.store.database import Database, Session
from attendance.store.personal_tables import DestructionApprovalRow, DestructionRow, ErasureRow
from attendance.store.trail import Actor, erase_details, record

JOB = Actor("retention", via="job")
"""The job that proposes, and never approves."""
MAX_TEXT = 400
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Destruction:
    """A proposal, or the record of what became of it, with who agreed."""

    row: DestructionRow
    approvals: tuple[DestructionApprovalRow, ...]

    def as_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "id": row.id, "kind": row.kind, "before": row.before_on, "term_months": row.term_months,
            "issued_under": row.issued_under, "due": row.due, "proposed_at": row.proposed_at,
            "proposed_by": row.proposed_by, "state": row.state, "needed": row.needed, "document": row.document,
            "approvals": [{"name": one.name, "at": one.at, "document": one.document} for one in self.approvals],
            "destroyed": row.destroyed, "decided_at": row.decided_at, "refused_why": row.refused_why,
            "done_at": row.done_at,
        }  # fmt: skip


def cut_off(kind: Kind, today: date) -> date | None:
    """What lies before this date is due; None: the kind is kept."""
    if not kind.months or not kind.destroyed_by:
        return None
    months = today.year * 12 + today.month - 1 - kind.months
    first = date(months // 12, months % 12 + 1, 1)
    return first.replace(day=min(today.day, clock.month_end(first).day))


def propose(database: Database, zone: str, *, actor: Actor = JOB, at: datetime) -> list[Destruction]:
    """Propose what is due of each kind, unless a proposal of that kind is open. The log tells counts and no names."""
    today = clock.today(at, zone)
    made: list[Destruction] = []
    with database.writing() as session:
        for kind in terms(session, today).kinds:
            before = cut_off(kind, today)
            if before is None or destruction.open_of(session, kind.code) is not None:
                continue
            due = destruction.WAYS[kind.destroyed_by][0](session, before)
            if not next(iter(due.values())):
                continue
            row = destruction.add(
                session,
                DestructionRow(
                    kind=kind.code, before_on=before, term_months=kind.months, issued_under=kind.issued_under, due=due,
                    proposed_at=at, proposed_by=actor.name, proposed_by_id=actor.user_id, needed=kind.approvals,
                ),
            )  # fmt: skip
            _record(session, actor, "proposed", row, at, {"due": due, "before": before.isoformat()})
            made.append(Destruction(row, ()))
    for one in made:
        _log.info("destruction %s of %s before %s: %s", one.row.id, one.row.kind, one.row.before_on, one.row.due)
    return made


def approve(session: Session, number: int, *, document: str, actor: Actor, at: datetime) -> Destruction:
    """Agree to a destruction, by a document. Raises NotFound, Invalid for the proposer, and for who agreed before."""
    row = destruction.get(session, number)
    _is_open(row)
    if actor.via == "job":
        raise Invalid("A job proposes; people approve.")
    if not document.strip() or len(document) > MAX_TEXT:
        raise Invalid(f"Name the document of the decision, in at most {MAX_TEXT} letters.")
    given = destruction.approvals(session, [number]).get(number, [])
    if actor.name == row.proposed_by:
        raise Invalid("Whoever proposed a destruction does not approve it; somebody else must.")
    others = [row.proposed_by_id, *(one.user_id for one in given)]
    if any(one.name == actor.name for one in given) or destruction.is_same_person(session, actor.user_id, others):
        raise Invalid("You approved this before, or proposed it; somebody else must be the second.")
    mine = DestructionApprovalRow(
        destruction_id=number, name=actor.name, user_id=actor.user_id, document=document.strip(), at=at
    )
    session.add(mine)
    given = [*given, mine]
    row.document = row.document or document.strip()
    if len(given) >= row.needed:
        row.state, row.decided_at = "approved", at
    session.add(row)
    session.flush()
    _record(session, actor, "approved", row, at, {"state": row.state, "approvals": len(given), "needed": row.needed})
    return Destruction(row, tuple(given))


def refuse(session: Session, number: int, *, why: str, actor: Actor, at: datetime) -> Destruction:
    """Nothing is destroyed, for this reason; the next term proposes anew. Raises NotFound, Invalid."""
    row = destruction.get(session, number)
    _is_open(row)
    if not why.strip() or len(why) > MAX_TEXT:
        raise Invalid(f"Say why, in at most {MAX_TEXT} letters.")
    row.state, row.decided_at, row.refused_why = "refused", at, why.strip()
    session.add(row)
    session.flush()
    _record(session, actor, "refused", row, at, {"state": row.state})
    return Destruction(row, tuple(destruction.approvals(session, [number]).get(number, [])))


def carry_out(database: Database, number: int, *, actor: Actor, at: datetime) -> Destruction:
    """Destroy what was approved, a bounded piece per transaction, and close the record.

    What is killed on the way goes on at the next call. Raises NotFound, Invalid for what is not approved.
    """
    while True:
        with database.destroying() as session:
            row = destruction.get(session, number)
            if row.state != "approved":
                raise Invalid(f"Destruction {number} is {row.state}; it is carried out once it is approved.")
            piece = _piece(session, row, actor, at)
            added = {name: row.destroyed.get(name, 0) + count for name, count in piece.items()}
            row.destroyed = {**row.destroyed, **added}
            finished = not any(piece.values())
            if finished:
                row.state, row.done_at = "done", at
                report_jobs.let_go(session)  # papers made before may tell of what is destroyed
                _record(session, actor, "carried_out", row, at, {"destroyed": row.destroyed})
            session.add(row)
            session.flush()
            found = Destruction(row, tuple(destruction.approvals(session, [number]).get(number, [])))
        if finished:
            database.settle()
            _log.info("destruction %s of %s is carried out: %s", number, row.kind, row.destroyed)
            return found


def listed(session: Session, limit: int, offset: int) -> tuple[list[Destruction], int]:
    """Proposals and records: those that wait first, then the newest."""
    rows, total = destruction.listed(session, limit, offset)
    given = destruction.approvals(session, [row.id for row in rows if row.id is not None])
    return [Destruction(row, tuple(given.get(row.id or 0, ()))) for row in rows], total


def archived_name(session: Session, employee_id: int) -> str | None:
    """The name for a locked sheet, kept as an archived record of a person whose names were erased; None: it was not."""
    row = erasing.erased(session, employee_id)
    return row.archived_name or None if row is not None else None


def _piece(session: Session, row: DestructionRow, actor: Actor, at: datetime) -> dict[str, int]:
    way = terms(session, at.date()).kind(row.kind).destroyed_by
    destroy = destruction.WAYS[way][1]
    if destroy is not None:
        return destroy(session, row.before_on)
    return _erase_some(session, destruction.leavers(session, row.before_on, 1), row, actor, at)


def _erase_some(
    session: Session, numbers: Sequence[int], row: DestructionRow, actor: Actor, at: datetime
) -> dict[str, int]:
    """One person per transaction: looking through what was brought of their terminals may take its time."""
    keeps = terms(session, at.date()).office.names_in_locked_sheets
    counts = {"people": 0}
    for number in numbers:
        code, name = people.names(session, [number])[number]
        erasure = ErasureRow(
            employee_id=number, pseudonym=f"P-{secrets.token_hex(4).upper()}", archived_name=name if keeps else "",
            destruction_id=row.id, why=f"destruction {row.id}", erased_by=actor.name, erased_at=at,
        )  # fmt: skip
        done = erasing.erase(session, erasure, at=at)
        done["trail_details"] = erase_details(session, actor, number, why=f"destruction {row.id}", at=at)
        record(
            session, actor, "person.names_erased", kind="employee", key=code, employees=[number],
            after={"destruction": row.id, "pseudonym": erasure.pseudonym}, at=at,
        )  # fmt: skip
        counts = {name: counts.get(name, 0) + done.get(name, 0) for name in {*counts, *done}} | {
            "people": counts["people"] + 1
        }
    return counts


def _is_open(row: DestructionRow) -> None:
    if row.state != "proposed":
        raise Invalid(f"Destruction {row.id} is {row.state} and waits for nobody.")


def _record(session: Session, actor: Actor, act: str, row: DestructionRow, at: datetime, after: dict[str, Any]) -> None:
    record(
        session, actor, f"destruction.{act}", kind="destruction", key=str(row.id), after=after | {"kind": row.kind},
        at=at,
    )  # fmt: skip
