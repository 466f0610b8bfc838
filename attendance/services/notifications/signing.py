"""Who is asked to sign a commitment is told so, and once more when the last day for it is near."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from attendance import clock
from attendance.services.commitments.frozen import signer_of
from attendance.services.commitments.standing import SOON_DAYS
from attendance.services.notifications.audience import Scopes, listeners
from attendance.services.notifications.kinds import ABOUT
from attendance.store import commitments
from attendance.store.commitment_tables import CommitmentRow
from attendance.store.database import Session
from attendance.store.notices import NewNotice

TOLD_FOR = timedelta(days=7)
"""So long after asking somebody is still told of it. Less than the outbox remembers."""
FROM_HOUR = 8
"""Nobody is reminded at night."""


def due_signatures(session: Session, zone: str, at: datetime) -> list[NewNotice]:
    """What is to be told now of commitments that wait for a signature; of a collective's, its head in office."""
    wall = clock.to_wall(at, zone)
    today = wall.date()
    waiting = [(row, stage) for row in commitments.waiting(session) for stage in _stages(row, at, today, wall.hour)]
    if not waiting:
        return []
    by_person: dict[int, list[tuple[CommitmentRow, str]]] = defaultdict(list)
    for row, stage in waiting:
        signer = signer_of(session, row, today)
        if signer is not None:
            by_person[signer].append((row, stage))
    heard = [one for one in listeners(session, "signing") if one.who.employee_id in by_person]
    scopes = Scopes(session, [one.who for one in heard], at, today)
    found = []
    for one in heard:
        if scopes.of(one.who, "commitments.sign") is None or one.who.employee_id is None:
            continue
        for row, stage in by_person[one.who.employee_id]:
            what = f"{stage}.{row.id}.{row.due_on if stage == 'near' else int(row.asked_at.timestamp())}"
            found += [
                NewNotice(
                    f"signing:{one.who.user_id}:{way}:{what}", "signing", way, one.who.user_id,
                    params={"commitment": row.id, "stage": stage}, hours=ABOUT["signing"].hours,
                )
                for way in one.ways
            ]  # fmt: skip
    return found


def _stages(row: CommitmentRow, at: datetime, today: date, hour: int) -> list[str]:
    """Of what somebody is told about it today: that it is asked for, that its last day is near."""
    if row.to_on < today:
        return []
    found = ["asked"] if at - row.asked_at < TOLD_FOR else []
    near = row.due_on is not None and today <= row.due_on <= today + timedelta(days=SOON_DAYS)
    told_lately = at - row.asked_at < timedelta(days=1)
    return [*found, *(["near"] if near and not told_lately and hour >= FROM_HOUR else [])]
