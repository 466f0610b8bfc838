"""*Sổ giải trình*: what was handed in, confirmed and decided, of days in a span."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attendance import clock
from attendance.services.explanations.deadlines import Deadlines
from attendance.services.explanations.telling import as_told
from attendance.store import register_explanations
from attendance.store.database import Session
from attendance.store.register_scope import Chosen
from attendance.store.tree import StoredTree
from reports.register_table import Column, Figure, Register, Value
from reports.registers.asking import Asked, NameKey, by_given_name, chosen

STATES = ("approved", "refused", "confirm", "decide")
COLUMNS = (
    Column("employee", "text", 10),
    Column("name", "text", 22),
    Column("unit", "text", 12, printed=False),
    Column("unit_name", "text", 20),
    Column("date", "date", 11),
    Column("session", "code", 9, "session"),
    Column("about", "code", 16, "about"),
    Column("claimed_min", "integer", 8, printed=False),
    Column("ground", "code", 18, "explanation_ground"),
    Column("reason", "text", 26),
    Column("paper", "text", 14, printed=False),
    Column("attachments", "integer", 8, printed=False),
    Column("handed_in_at", "moment", 16),
    Column("due_on", "date", 11, printed=False),
    Column("in_time", "yes", 8),
    Column("by_head", "yes", 8, printed=False),
    Column("confirmed_by", "text", 16, printed=False),
    Column("confirmed_at", "moment", 16, printed=False),
    Column("explanation_state", "code", 15, "explanation_state"),
    Column("granted_min", "integer", 8, printed=False),
    Column("decided_by", "text", 14),
    Column("decided_at", "moment", 16),
    Column("decision_note", "text", 24, printed=False),
    Column("explanation", "integer", 9, printed=False),
)


def explanation_register(session: Session, asked: Asked, key: NameKey) -> Register:
    """Explanations and decisions about days of the span, by given name and date, also those taken back.

    `ground`, `reason`, `paper`, `attachments` and notes are told of rows of which the reader may know reasons.
    `in_time`: handed in by `due_on`; empty where there is no deadline, or nothing was handed in.
    """
    of_these = chosen(session, asked)
    counts = register_explanations.counts(session, of_these)
    decided = counts.states.get("approved", 0) + counts.states.get("refused", 0)
    seen: set[int] = set()
    return Register(
        key="explanations",
        columns=COLUMNS,
        rows=_rows(session, of_these, asked, key, seen),
        people=seen,
        figures=(
            Figure("explanations", counts.total),
            Figure("explanations_decided", decided, counts.total),
            Figure("explanations_approved", counts.states.get("approved", 0), decided),
            Figure("explanations_late", counts.late, decided),
            Figure("explanations_by_head", counts.by_head, counts.total),
        ),
        bars={
            "explanations_by_state": tuple(
                (f"explanation_state.{state}", counts.states[state]) for state in STATES if counts.states.get(state)
            ),
            "explanations_by_about": tuple((f"about.{covers}", count) for covers, count in counts.about.items()),
        }
        if counts.total
        else {},
        notes=() if asked.elsewhere("reasons.read") == asked.within else ("reasons_hidden",),
        span=(of_these.from_on, of_these.to_on),
    )


def _rows(
    session: Session, of_these: Chosen, asked: Asked, key: NameKey, seen: set[int]
) -> Iterator[tuple[Value, ...]]:
    tree, deadlines, reasons = StoredTree(session), Deadlines(session), asked.elsewhere("reasons.read")

    def read(piece: Sequence[int]) -> Iterable[tuple[int, tuple[Value, ...]]]:
        found = register_explanations.rows(session, of_these, piece)
        deadlines.prepare((row["employee_id"], row["date"]) for row in found)
        for row in found:
            due_on = None if row["by_head"] else deadlines.of(row["employee_id"], row["date"])
            told = as_told(row, reasons)
            unit = told["unit"] or ""
            name = tree.name(unit, told["date"]) if unit else ""
            yield row["employee_id"], (unit, name, *_told(told, due_on, asked.zone))

    for number, code, name, lines in by_given_name(session, register_explanations.people(session, of_these), key, read):
        seen.add(number)
        for line in lines:
            yield code, name, *line


def _told(told: Mapping[str, Any], due_on: Any, zone: str) -> tuple[Value, ...]:
    handed_in = told["submitted_at"]
    is_dated = handed_in is not None and due_on is not None
    return (
        told["date"],
        told["session"],
        told["covers"],
        told["minutes"],
        told["ground"] or None,
        told["reason"] or None,
        told["document"] or None,
        len(told["attachments"]) if told["ground"] or told["reason"] or told["attachments"] else None,
        handed_in,
        due_on,
        clock.to_wall(handed_in, zone).date() <= due_on if is_dated else None,
        told["by_head"],
        told["confirmed_by"],
        told["confirmed_at"],
        told["status"],
        told["decided_minutes"],
        told["decided_by"],
        told["decided_at"],
        told["decision_note"] or None,
        told["id"],
    )
