"""Verdicts as stored revisions: written only where they differ, superseded and never overwritten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import insert, update
from sqlalchemy import select as select_core
from sqlmodel import Session, SQLModel, col, select

from attendance.engine.plain import duty_row, finding_row, overtime_row
from attendance.engine.verdict import DayVerdict
from attendance.rules.citation import Citation
from attendance.rules.rulebook import Rulebook
from attendance.store.evidence_tables import RulebookRow, RulingRow, ViolationRow
from attendance.store.tables import EmployeeRow, UnitRow

_BATCH = 400


def digest_of(verdict: DayVerdict) -> str:
    """SHA-256 over everything the verdict concludes and cites, so that a rule it does not rest on leaves it alone."""
    content: tuple[Any, ...] = (
        verdict.employee,
        verdict.on,
        verdict.unit,
        verdict.day_kind,
        verdict.scheduled_min,
        verdict.worked_min,
        verdict.credited_min,
        verdict.leave_min,
        verdict.unverified_min,
        [(v.type, v.session, v.minutes, v.excused_min, v.counted_min, v.status) for v in verdict.violations],
        verdict.flags,
        verdict.symbols,
        [_cited(citation) for citation in verdict.citations],
    )
    if verdict.duties or verdict.overtime or verdict.findings:  # else what was stored before these keeps its digest
        content = (*content, *_lines(verdict).values())
    return hashlib.sha256(orjson.dumps(content)).hexdigest()


def _lines(verdict: DayVerdict) -> dict[str, list[dict[str, Any]]]:
    """What a verdict says beside the ledger, by the columns it is stored in."""
    return {
        "duties": [duty_row(line) for line in verdict.duties],
        "overtime": [overtime_row(line) for line in verdict.overtime],
        "findings": [finding_row(line) for line in verdict.findings],
    }


@lru_cache(maxsize=4096)
def _cited(citation: Citation) -> dict[str, Any]:
    """A citation as it is stored; thousands of days share a few."""
    return {
        "rule": citation.rule,
        "version": citation.version,
        "from_on": citation.from_on.isoformat() if citation.from_on else None,
        "to_on": citation.to_on.isoformat() if citation.to_on else None,
        "document": citation.document,
        "article": citation.article,
    }


def keep_rulebook(session: Session, rulebook: Rulebook, recorded_at: datetime) -> str:
    """File the rules under their fingerprint if they are new; answers the fingerprint."""
    if session.get(RulebookRow, rulebook.fingerprint) is None:
        session.add(RulebookRow(fingerprint=rulebook.fingerprint, content=rulebook.content(), recorded_at=recorded_at))
        session.flush()
    return rulebook.fingerprint


class Newest(NamedTuple):
    """What is needed of the newest ruling of a day to tell whether another one differs."""

    id: int
    revision: int
    digest: str


def newest(session: Session, employee_ids: Iterable[int], from_on: date, to_on: date) -> dict[tuple[int, date], Newest]:
    """The newest rulings of some people in a span of dates, by (employee id, date)."""
    wanted = sorted(set(employee_ids))
    columns = (RulingRow.employee_id, RulingRow.work_date, RulingRow.id, RulingRow.revision, RulingRow.digest)
    found: dict[tuple[int, date], Newest] = {}
    for begin in range(0, len(wanted), _BATCH):
        query = select_core(*(col(column) for column in columns)).where(
            col(RulingRow.employee_id).in_(wanted[begin : begin + _BATCH]),
            col(RulingRow.work_date).between(from_on, to_on),
            col(RulingRow.superseded_at).is_(None),
        )
        found |= {(row[0], row[1]): Newest(row[2], row[3], row[4]) for row in session.execute(query)}
    return found


def store(
    session: Session,
    judged: Sequence[tuple[int, DayVerdict]],
    *,
    rulebook: str,
    unit_ids: Mapping[str, int],
    causes: Mapping[tuple[int, date], str],
    recorded_at: datetime,
) -> int:
    """Write the verdicts that differ from the newest ruling; answers how many did.

    `judged` are (employee id, verdict); `causes` why each day was judged again. A day that is judged for the first
    time is a first revision whatever its cause.
    """
    if not judged:
        return 0
    days = [verdict.on for _, verdict in judged]
    before = newest(session, (employee for employee, _ in judged), min(days), max(days))
    changed: list[tuple[int, DayVerdict, str]] = []
    for employee, verdict in judged:
        digest = digest_of(verdict)
        earlier = before.get((employee, verdict.on))
        if earlier is None or earlier.digest != digest:
            changed.append((employee, verdict, digest))
    if not changed:
        return 0
    outdated = [row.id for e, v, _ in changed if (row := before.get((e, v.on))) is not None]
    for begin in range(0, len(outdated), _BATCH):
        part = outdated[begin : begin + _BATCH]
        session.execute(update(RulingRow).where(col(RulingRow.id).in_(part)).values(superseded_at=recorded_at))
        stale = col(ViolationRow.ruling_id).in_(part)
        session.execute(update(ViolationRow).where(stale).values(superseded_at=recorded_at))
    rows = [
        _row(employee, verdict, digest, before.get((employee, verdict.on)), rulebook, unit_ids, causes, recorded_at)
        for employee, verdict, digest in changed
    ]
    ruling, violation = SQLModel.metadata.tables["ruling"], SQLModel.metadata.tables["violation"]
    numbers = list(session.scalars(insert(ruling).returning(ruling.c.id, sort_by_parameter_order=True), rows))
    violations = [
        {
            "ruling_id": number,
            "employee_id": employee,
            "unit_id": unit_ids.get(verdict.unit or ""),
            "work_date": verdict.on,
            "session": v.session,
            "type": v.type,
            "minutes": v.minutes,
            "excused_min": v.excused_min,
            "counted_min": v.counted_min,
            "status": v.status,
        }
        for number, (employee, verdict, _) in zip(numbers, changed, strict=True)
        for v in verdict.violations
    ]
    if violations:
        session.execute(insert(violation), violations)
    return len(changed)


def _row(
    employee: int,
    verdict: DayVerdict,
    digest: str,
    earlier: Newest | None,
    rulebook: str,
    unit_ids: Mapping[str, int],
    causes: Mapping[tuple[int, date], str],
    recorded_at: datetime,
) -> dict[str, Any]:
    return {
        "employee_id": employee,
        "work_date": verdict.on,
        "revision": earlier.revision + 1 if earlier else 1,
        "unit_id": unit_ids.get(verdict.unit or ""),
        "day_kind": verdict.day_kind,
        "scheduled_min": verdict.scheduled_min,
        "worked_min": verdict.worked_min,
        "credited_min": verdict.credited_min,
        "leave_min": verdict.leave_min,
        "unverified_min": verdict.unverified_min,
        "flags": list(verdict.flags),
        "symbols": dict(verdict.symbols),
        "citations": [_cited(citation) for citation in verdict.citations],
        **_lines(verdict),
        "rulebook": rulebook,
        "digest": digest,
        "cause": causes.get((employee, verdict.on), "evaluated") if earlier else "first",
        "recorded_at": recorded_at,
    }


def violations_of(session: Session, ruling_ids: Iterable[int]) -> dict[int, list[ViolationRow]]:
    """The violations of some rulings, in the order of their sessions."""
    found: dict[int, list[ViolationRow]] = {}
    ids = list(ruling_ids)
    for begin in range(0, len(ids), _BATCH):
        query = select(ViolationRow).where(col(ViolationRow.ruling_id).in_(ids[begin : begin + _BATCH]))
        for row in session.exec(query.order_by(col(ViolationRow.id))):
            found.setdefault(row.ruling_id, []).append(row)
    return found


def revisions(session: Session, employee_id: int, on: date) -> list[RulingRow]:
    query = select(RulingRow).where(RulingRow.employee_id == employee_id, RulingRow.work_date == on)
    return list(session.exec(query.order_by(col(RulingRow.revision))))


def register(session: Session, from_on: date, to_on: date, unit_ids: set[int] | None) -> list[dict[str, Any]]:
    """Violations of the newest rulings of a span, by date and person, with codes in place of numbers."""
    query: Any = (
        select_core(
            col(ViolationRow.work_date).label("date"),
            col(EmployeeRow.code).label("employee"),
            col(EmployeeRow.name).label("name"),
            col(UnitRow.code).label("unit"),
            col(ViolationRow.session),
            col(ViolationRow.type),
            col(ViolationRow.minutes),
            col(ViolationRow.excused_min),
            col(ViolationRow.counted_min),
            col(ViolationRow.status),
            col(RulingRow.citations),
        )
        .join(EmployeeRow, col(EmployeeRow.id) == col(ViolationRow.employee_id))
        .join(RulingRow, col(RulingRow.id) == col(ViolationRow.ruling_id))
        .outerjoin(UnitRow, col(UnitRow.id) == col(ViolationRow.unit_id))
        .where(
            col(ViolationRow.superseded_at).is_(None),
            col(ViolationRow.work_date) >= from_on,
            col(ViolationRow.work_date) <= to_on,
        )
        .order_by(col(ViolationRow.work_date), col(EmployeeRow.code), col(ViolationRow.id))
    )
    if unit_ids is not None:
        query = query.where(col(ViolationRow.unit_id).in_(unit_ids))
    rows = []
    for found in session.execute(query).mappings():
        row = dict(found)
        cited = row.pop("citations")
        row["date"] = row["date"].isoformat()
        row["document"] = next((c["document"] for c in cited if c["rule"].startswith("schedule.")), "")
        rows.append(row)
    return rows
