"""What became of the questions of a person's days: who was asked, what was handed in, and who may still explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from attendance.services.explanations.deadlines import Deadlines
from attendance.store import listing_explanations
from attendance.store.database import Session
from attendance.store.listing_explanations import Asked
from attendance.store.listing_keys import ViolationKey, read_violation_id
from attendance.store.within import Within

_MOST = 400


@dataclass(frozen=True, slots=True)
class Explained:
    """How a violation stands as a question. `number`: the explanation of it, in `state` (`confirm`, `decide`,
    `approved`, `part`, `refused`); None: nobody explained it. `asked_by`: who asked for it.

    `due_on`: the last date in time. `may_explain`: the reader may hand one in now.
    """

    number: int | None = None
    state: str = ""
    note: str = ""
    asked_by: str = ""
    due_on: date | None = None
    is_over: bool = False
    may_explain: bool = False


@dataclass(frozen=True, slots=True)
class Rights:
    """The rows whose explanations a reader may see, whose reasons they may know, and for which they may hand one in."""

    read: Within
    reasons: Within
    file: Within


def explained(
    session: Session, rights: Rights, employee_id: int, unit_id: int | None, stands: Mapping[str, str], today: date
) -> dict[str, Explained]:
    """By the id of a violation, how each of these stands; all of one person, who served in `unit_id`.

    `stands`: status of each violation by its id, as the newest verdict has it; one excused whole is not asked about.
    """
    keys = {name: key for name in stands if (key := read_violation_id(name)) is not None}
    if not keys or not rights.read.sees(unit_id, employee_id):
        return {}
    days = [key.on for key in keys.values()]
    asked = Asked(employee_id=employee_id, from_on=min(days), to_on=max(days))
    told = listing_explanations.explanations(session, rights.read, rights.reasons, asked, limit=_MOST, offset=0).rows
    wanted = listing_explanations.requests(
        session, rights.read, employee_id=employee_id, unanswered=True, limit=_MOST
    ).rows
    deadlines, may_file = Deadlines(session), rights.file.sees(unit_id, employee_id)
    reasons = rights.reasons.sees(unit_id, employee_id)
    found = {}
    for name, key in keys.items():
        row = next((row for row in told if row["status"] != "withdrawn" and _is_about(row, key)), None)
        request = next((row for row in wanted if _is_about(row, key)), None)
        closed = stands[name] == "excused"
        due_on = None
        if not closed:
            due_on = (request["due_on"] if request else None) or deadlines.of(employee_id, key.on)
        found[name] = Explained(
            number=row["id"] if row else None,
            state=_state(row) if row else "",
            note=(row["decision_note"] or "") if row and reasons else "",
            asked_by=request["asked_by"] if request else "",
            due_on=due_on,
            is_over=due_on is not None and due_on < today,
            may_explain=may_file and row is None and not closed,
        )
    return found


def _is_about(row: dict[str, object], key: ViolationKey) -> bool:
    return row["date"] == key.on and row["covers"] == key.type and row["session"] in (key.session, "all")


def _state(row: dict[str, object]) -> str:
    partly = row["status"] == "approved" and row["decided_minutes"] is not None
    return "part" if partly else str(row["status"])
