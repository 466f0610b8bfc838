"""*Sổ theo dõi thiếu lượt chấm*: sessions of which the punch in or out is missing, and what was said of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attendance.services.explanations.deadlines import Deadlines
from attendance.store import explained, register_missing
from attendance.store.database import Session
from attendance.store.listing_keys import ViolationKey
from attendance.store.register_missing import MissingRow
from attendance.store.register_scope import Chosen
from attendance.store.tree import StoredTree
from reports.register_table import Column, Figure, Register, Value
from reports.registers.asking import Asked, NameKey, by_given_name, chosen

COLUMNS = (
    Column("employee", "text", 11),
    Column("name", "text", 24),
    Column("unit", "text", 12, printed=False),
    Column("unit_name", "text", 24),
    Column("date", "date", 11),
    Column("session", "code", 10, "session"),
    Column("type", "code", 21, "violation"),
    Column("status", "code", 14, "status"),
    Column("question", "code", 20, "question"),
    Column("due_on", "date", 11),
    Column("ground", "code", 20, "explanation_ground"),
)


def missing_punches(session: Session, asked: Asked, key: NameKey) -> Register:
    """Missing punches that stand, by given name and date. `question`: none, asked, confirm, decide, approved, refused;
    `due_on`: until when an explanation is in time; `ground`: what it rests on, for whom reasons are."""
    of_these = chosen(session, asked)
    counts = register_missing.counts(session, of_these)
    seen: set[int] = set()
    reasons = asked.elsewhere("reasons.read")
    return Register(
        key="missing-punches",
        columns=COLUMNS,
        rows=_rows(session, of_these, asked, key, seen),
        people=seen,
        figures=(
            Figure("missing_punches", counts.punches),
            Figure("missing_days", counts.days, counts.due_days),
            Figure("missing_people", counts.people, counts.due_people),
            Figure("missing_explained", counts.explained, counts.punches),
            Figure("missing_excused", counts.excused, counts.punches),
        ),
        bars={
            "missing_by_side": tuple(
                (f"session.{name} · violation.{side}", count)
                for (name, side), count in sorted(counts.by_side.items(), key=lambda each: -each[1])
            )
        }
        if counts.by_side
        else {},
        notes=() if reasons == asked.within else ("reasons_hidden",),
        span=(of_these.from_on, of_these.to_on),
    )


def _rows(
    session: Session, of_these: Chosen, asked: Asked, key: NameKey, seen: set[int]
) -> Iterator[tuple[Value, ...]]:
    tree, deadlines, reasons = StoredTree(session), Deadlines(session), asked.elsewhere("reasons.read")

    def read(piece: Sequence[int]) -> Iterable[tuple[int, tuple[Value, ...]]]:
        found = register_missing.rows(session, of_these, piece)
        keys = {_key(row): row for row in found}
        standings = explained.standings(session, keys)
        grounds = register_missing.grounds(session, [each.number for each in standings.values() if each.number])
        deadlines.prepare((row.employee_id, row.work_date) for row in found)
        for violation, row in keys.items():
            standing = standings.get(violation, explained.NOTHING)
            told = reasons.sees(row.unit_id, row.employee_id)
            unit = tree.codes.get(row.unit_id or 0, "")
            yield (
                row.employee_id,
                (
                    unit,
                    tree.name(unit, row.work_date) if unit else "",
                    row.work_date,
                    row.session,
                    row.type,
                    row.status,
                    standing.state or "none",
                    standing.due_on or deadlines.of(row.employee_id, row.work_date),
                    (grounds.get(standing.number) or None) if told else None,
                ),
            )

    for number, code, name, lines in by_given_name(session, register_missing.people(session, of_these), key, read):
        seen.add(number)
        for line in lines:
            yield code, name, *line


def _key(row: MissingRow) -> ViolationKey:
    return ViolationKey(row.employee_id, row.work_date, row.session, row.type)
