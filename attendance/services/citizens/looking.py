"""Looking into what a citizen said: taken up, answered once, its words erased where they must go.

It changes nothing of attendance: neither a verdict nor a violation nor the days to judge know of observations.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from attendance.services.citizens.problems import NotSaid
from attendance.services.citizens.wording import MOST_ANSWER, clean
from attendance.services.impartial import NotTheirs
from attendance.store import duties, people
from attendance.store.citizen_tables import ANSWERED, LOOKING, OUTCOMES, RECEIVED, ObservationRow
from attendance.store.database import Session
from attendance.store.duties import RosterLine
from attendance.store.paper_register import NotAsItWas
from attendance.store.trail import Actor, record
from attendance.store.within import Within

PARTS = ("text", "contact", "answer")
"""What can be erased."""


def take_up(session: Session, row: ObservationRow, by: Actor, *, at: datetime) -> None:
    """Somebody looks into it from now on; the citizen is told so. Raises NotAsItWas, NotTheirs."""
    if row.state != RECEIVED:
        raise NotAsItWas(f"{last_change(row)} Nothing was changed.")
    _check_theirs(session, row, by)
    row.state, row.looked_at, row.looked_by, row.looked_by_id = LOOKING, at, by.name, by.user_id
    _changed(session, row, by, "taken_up", at)


def decide(
    session: Session, row: ObservationRow, by: Actor, outcome: str, *, reason: str, answer: str, at: datetime
) -> None:
    """What a person found beside the facts, why, and what the citizen is told; once.

    Raises NotSaid, NotAsItWas, and NotTheirs for whoever held that desk then.
    """
    if row.state == ANSWERED:
        raise NotAsItWas(f"{last_change(row)} Nothing was changed.")
    _check_theirs(session, row, by)
    if outcome not in OUTCOMES:
        raise NotSaid("outcome", f"{outcome[:20]!r} is no outcome; write one of {', '.join(OUTCOMES)}.")
    why, told = clean(reason, MOST_ANSWER), clean(answer, MOST_ANSWER)
    if not why:
        raise NotSaid("reason", "Write what this rests on; the facts alone decide nothing.")
    if not told:
        raise NotSaid("answer", "Write what the citizen is told.")
    row.outcome, row.reason, row.answer = outcome, why, told
    row.state, row.decided_at, row.decided_by, row.decided_by_id = ANSWERED, at, by.name, by.user_id
    if row.looked_at is None:
        row.looked_at, row.looked_by, row.looked_by_id = at, by.name, by.user_id
    _changed(session, row, by, "answered", at)


def erase(session: Session, row: ObservationRow, by: Actor, part: str, *, why: str, at: datetime) -> None:
    """Empty what the citizen wrote, how they can be reached, or what they were told. Raises NotSaid.

    Nothing of what is erased is kept anywhere; `why` is, and must name nobody.
    """
    if part not in PARTS:
        raise NotSaid("part", f"{part[:20]!r} cannot be erased; write one of {', '.join(PARTS)}.")
    said = clean(why, MOST_ANSWER)
    if not said:
        raise NotSaid("why", "Say why it is erased: name the request or the decision, and no person.")
    if part == "contact":
        row.contact = b""
    else:
        setattr(row, part, "")
    row.version += 1
    session.add(row)
    after = {"part": part}
    record(session, by, "observation.erased", kind="observation", key=str(row.id), why=said, after=after, at=at)
    session.flush()


def on_duty(session: Session, row: ObservationRow) -> list[RosterLine]:
    """Approved duties of the unit at that minute (where it is not known, on that date) at the desk (where none is
    meant, at any), by start."""
    unit = Within(frozenset({row.unit_id}))
    day = timedelta(days=1)
    wall = row.wall_time
    first = wall or datetime.combine(row.on, time())
    after = wall + timedelta(minutes=1) if wall is not None else first + day
    found = [
        line
        for line in duties.lines(session, unit, row.on - day, row.on)
        if line.status == "approved"
        and line.starts < after
        and line.ends > first
        and (not row.desk or line.desk == row.desk)
    ]
    return sorted(found, key=lambda line: (line.starts, line.desk, line.employee))


def last_change(row: ObservationRow) -> str:
    """One sentence: who did what to it last."""
    what = f"Observation {row.id} was"
    if row.decided_at is not None:
        return f"{what} answered by {row.decided_by or 'somebody'} at {row.decided_at:%Y-%m-%d %H:%M} UTC."
    if row.looked_at is not None:
        return f"{what} taken up by {row.looked_by or 'somebody'} at {row.looked_at:%Y-%m-%d %H:%M} UTC."
    return f"{what} received at {row.received_at:%Y-%m-%d %H:%M} UTC."


def _check_theirs(session: Session, row: ObservationRow, by: Actor) -> None:
    """Whoever held that desk then does not look into it; who heads the unit sees none of its observations at all."""
    persons = people.behind(session, by.user_id, by.name)
    if persons & {line.employee_id for line in on_duty(session, row)}:
        raise NotTheirs(f"You held this desk then: somebody else has to look into observation {row.id}.")


def _changed(session: Session, row: ObservationRow, by: Actor, act: str, at: datetime) -> None:
    row.version += 1
    session.add(row)
    session.flush()
    after = {"state": row.state, "outcome": row.outcome}
    record(session, by, f"observation.{act}", kind="observation", key=str(row.id), after=after, at=at)
