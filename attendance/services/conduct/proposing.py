"""Proposals follow the facts: made where a threshold is reached, changed while they wait, taken back with the reason
where it is reached no more. What somebody decided stays, with a word that the facts have changed since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from attendance.services.conduct.counting import Count, Key, by_grades, by_thresholds
from attendance.store import conduct, counted_sessions
from attendance.store.conduct_tables import ProposalRow
from attendance.store.database import Session
from attendance.store.listing_keys import read_violation_id
from attendance.store.trail import TIMETABLE, Actor, record

KEPT_IN_SIGHT = timedelta(days=400)
"""So long after its period a decided proposal is still compared with the facts."""
_EVERY_STATUS = ("counted", "partly_excused", "excused", "pending")


@dataclass(slots=True)
class Refreshed:
    """How many proposals were made, changed, taken back, and found decided on facts that have changed since."""

    proposed: int = 0
    changed: int = 0
    withdrawn: int = 0
    overtaken: int = 0


def refresh(
    session: Session, today: date, *, at: datetime, by: Actor = TIMETABLE, employees: Collection[int] | None = None
) -> Refreshed:
    """Bring every proposal in line with the facts of now; `employees`: those of these people alone."""
    standing = conduct.standing(session, today - KEPT_IN_SIGHT, employees)
    found = by_thresholds(session, today, standing, employees) | by_grades(session, today, standing, employees)
    stored: dict[Key, ProposalRow] = {(row.about, row.employee_id, row.unit_id, row.from_on): row for row in standing}
    done, acts = Refreshed(), defaultdict[tuple[str, str], set[int]](set)
    for key, row in stored.items():
        act = _bring(session, row, found.get(key), at)
        if act:
            acts[act, f"{row.about} {row.from_on}"].add(row.employee_id)
    for key, count in found.items():
        if count.meets and key not in stored:
            session.add(_new(key, count, at))
            acts["proposed", f"{key[0]} {key[3]}"].add(key[1])
    session.flush()
    for (act, key_of), people in acts.items():
        setattr(done, act, getattr(done, act) + len(people))
        record(session, by, f"conduct.{act}", kind="proposal", key=key_of, employees=people, at=at)
    return done


def count_anew(
    session: Session, today: date, *, at: datetime, by: Actor, employees: Collection[int] | None = None
) -> Refreshed:
    """The same because somebody asked for it, which the trail says."""
    done = refresh(session, today, at=at, by=by, employees=employees)
    record(session, by, "conduct.counted", kind="proposal", key=today.isoformat(), at=at)
    return done


def _bring(session: Session, row: ProposalRow, count: Count | None, at: datetime) -> str:
    """Let a standing proposal say what is so now; answers what was done with it, empty: nothing."""
    facts = count.facts if count is not None else []
    if row.decision is not None:
        differs = facts != row.facts or (count is not None and count.grade != row.grade)
        if not differs and row.facts_changed_at is not None:
            row.facts_changed_at, row.facts_now = None, []
        elif differs and (row.facts_changed_at is None or facts != row.facts_now):
            row.facts_changed_at, row.facts_now = at, facts
            session.add(row)
            return "overtaken"
        session.add(row)
        return ""
    if count is None or not count.meets:
        row.withdrawn_at, row.withdrawn_why = at, _why(session, row, count)
        row.version += 1
        session.add(row)
        return "withdrawn"
    said = {name: getattr(count, name) for name in ("facts", "figure", "grade", "to_on", "known", "due")}
    if all(getattr(row, name) == value for name, value in said.items()):
        return ""
    counts = facts != row.facts or count.grade != row.grade
    for name, value in said.items():
        setattr(row, name, value)
    if counts:
        row.changed_at = at
        row.version += 1
    session.add(row)
    return "changed" if counts else ""


def _new(key: Key, count: Count, at: datetime) -> ProposalRow:
    about, person, unit, first = key
    return ProposalRow(
        about=about, threshold_id=count.threshold_id, employee_id=person, unit_id=unit, proposes=count.proposes,
        grade=count.grade, label=count.label, document=count.document, from_on=first, to_on=count.to_on,
        figure=count.figure, at_least=count.at_least, known=count.known, due=count.due, facts=count.facts,
        recorded_at=at,
    )  # fmt: skip


def _why(session: Session, row: ProposalRow, count: Count | None) -> list[dict[str, Any]]:
    """What became of the facts that count no more: `excused`, `gone` (a newer verdict has none), `taken_back` (a
    reminder); `threshold`: they are as they were, and what counted them changed; `unknown`: too little is known now."""
    kept = {each.get("violation") or each.get("proposal") for each in (count.facts if count is not None else [])}
    lost = [each for each in row.facts if (each.get("violation") or each.get("proposal")) not in kept]
    now = {
        (each.on, each.session, each.type): each.status
        for each in counted_sessions.occurrences(
            session, row.from_on, row.to_on, employees=[row.employee_id], statuses=_EVERY_STATUS
        )
    }
    found = []
    for each in lost:
        key = read_violation_id(each.get("violation", ""))
        status = now.get((key.on, key.session, key.type)) if key is not None else None
        became = "taken_back" if key is None else "excused" if status == "excused" else "gone"
        if status not in ("counted", "partly_excused"):
            found.append({**each, "now": became})
    if found:
        return found
    return [
        {"now": "unknown" if count is not None and count.figure >= count.at_least and not count.meets else "threshold"}
    ]
