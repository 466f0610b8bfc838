"""What follows from a visit: each conclusion, the unit's report on it, and whether it was done, decided by somebody who
is not the unit's own head."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from attendance.errors import NotFound
from attendance.services import impartial
from attendance.services.impartial import Decider, Matter, NotTheirs
from attendance.services.visiting.entering import teams_in_force
from attendance.services.visiting.wrong import MinutesInvalid
from attendance.store import followups, heads
from attendance.store import minutes as stored
from attendance.store.database import Session
from attendance.store.followups import Followed
from attendance.store.minutes_tables import ANSWERED, DONE, NOT_DONE, FollowupRow, FollowupStepRow, MinutesRow
from attendance.store.paper_register import NotAsItWas
from attendance.store.trail import Actor, record
from attendance.store.tree import StoredTree
from attendance.store.within import Within

LONGEST = 4000
OPEN = "open"
STATES = (OPEN, ANSWERED, DONE, NOT_DONE)


def answer(
    session: Session, minutes: MinutesRow, number: int, text: str, *, by: Actor, version: int | None, at: datetime
) -> FollowupRow:
    """The unit says what it did about a conclusion. Raises NotFound, NotAsItWas once it was found done, Invalid."""
    row = _held(session, minutes, number, version)
    if row.state == DONE:
        raise NotAsItWas("This conclusion was found done already; there is nothing left to report.")
    return _step(session, minutes, row, ANSWERED, _said(text, "what the unit did"), by, at)


def decide(
    session: Session,
    minutes: MinutesRow,
    number: int,
    act: str,
    note: str,
    *,
    by: Decider,
    today: date,
    version: int | None,
    at: datetime,
) -> FollowupRow:
    """The team or a leader finds a conclusion done or not. `by.within`: units for which they answer for visits.

    Raises NotTheirs for the unit's own head and for whoever reported on it, NotFound, NotAsItWas, Invalid.
    """
    if act not in (DONE, NOT_DONE):
        raise MinutesInvalid("finding", f"{act[:20]!r} is no finding; write {DONE} or {NOT_DONE}.")
    row = _held(session, minutes, number, version)
    if row.state == act:
        raise NotAsItWas(f"This conclusion stands as {act} already.")
    check_decider(session, minutes, row, by, today)
    if act == NOT_DONE or note.strip():
        note = _said(note, "what was found or is still missing")
    return _step(session, minutes, row, act, note.strip(), by.actor, at)


def check_decider(session: Session, minutes: MinutesRow, row: FollowupRow, by: Decider, today: date) -> None:
    """Raises NotTheirs for somebody who may not decide on this conclusion."""
    steps = followups.steps(session, row.id)
    last = next((one for one in reversed(steps) if one.act == ANSWERED), None)
    head = heads.head_on(session, minutes.unit_id, today)
    matter = Matter(
        name=f"Conclusion {row.number}",
        unit_id=minutes.unit_id,
        employee_id=head.employee_id if head is not None else None,
        author_id=last.done_by_id if last is not None else None,
        author=last.done_by if last is not None else "",
        on=today,
    )
    visit = stored.visit_of(session, minutes)
    if visit.team_id in {team.id for team in teams_in_force(session, by.actor.user_id, today)}:
        by = Decider(by.actor, Within(None))  # a team decides on what it found, wherever it was
    elif not _sees_above(session, minutes.unit_id, by.within, today):
        raise NotTheirs(f"{matter.name} is decided by the team, or by somebody responsible for the unit above.")
    impartial.check(session, matter, by)


def may_decide(session: Session, found: Followed, by: Decider, today: date) -> bool:
    try:
        check_decider(session, found.minutes, found.row, by, today)
    except NotTheirs:
        return False
    return True


def _sees_above(session: Session, unit_id: int, within: Within, today: date) -> bool:
    """Whether somebody answers for the unit and for more than it: a unit does not decide on itself."""
    above = set(StoredTree(session).path(unit_id, today)) - {unit_id}
    return within.is_all or (within.sees(unit_id) and any(within.sees(unit) for unit in above))


def overdue(found: Iterable[Followed], today: date) -> list[Followed]:
    """Those whose deadline has passed and that nobody found done."""
    return [one for one in found if is_overdue(one.row, today)]


def is_overdue(row: FollowupRow, today: date) -> bool:
    """Whether nothing was reported in time, or what was reported is not enough."""
    return row.due is not None and row.due < today and row.state in (OPEN, NOT_DONE)


def _held(session: Session, minutes: MinutesRow, number: int, version: int | None) -> FollowupRow:
    row = followups.hold(session, minutes.id, number)
    if row is None:
        raise NotFound("conclusion of these minutes", str(number))
    if version is not None and version != row.version:
        raise NotAsItWas("Somebody wrote about this conclusion meanwhile; look at it as it is now.")
    return row


def _said(text: str, what: str) -> str:
    found = text.replace("\r\n", "\n").strip()
    if not found or len(found) > LONGEST or "\0" in found:
        raise MinutesInvalid("said", f"Write {what}, in at most {LONGEST} signs.")
    return found


def _step(
    session: Session, minutes: MinutesRow, row: FollowupRow, act: str, text: str, by: Actor, at: datetime
) -> FollowupRow:
    assert row.id is not None
    done = FollowupStepRow(
        followup_id=row.id, act=act, text=text, done_by=by.name[:64], done_by_id=by.user_id, done_at=at
    )
    before = {"state": row.state}
    followups.step(session, row, done)
    key = f"{stored.visit_of(session, minutes).key} {row.number}"
    record(session, by, f"followup.{act}", kind="followup", key=key, before=before, after={"state": act}, at=at)
    return row
