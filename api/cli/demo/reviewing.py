"""Commitments of a few weeks that are over: the leader has reviewed one, and another waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from attendance import clock
from attendance.services.commitments import asking, reviewing, signing
from attendance.services.commitments.asking import Term
from attendance.services.commitments.frozen import shown
from attendance.services.commitments.signing import Signer
from attendance.services.impartial import Decider
from attendance.store import office
from attendance.store.commitment_tables import CommitmentTemplateRow
from attendance.store.database import Session
from attendance.store.tables import EmployeeRow
from attendance.store.trail import Actor

REMARK = "Số liệu đã đối chiếu với người cam kết. Tiếp tục thực hiện trong thời gian tới."


def file_reviews(
    session: Session,
    zone: str,
    clerk: Actor,
    by: Decider,
    template: CommitmentTemplateRow,
    people: Sequence[EmployeeRow],
    begun: datetime,
    at: datetime,
) -> set[str]:
    """Each of these promised until yesterday, and of the first it was reviewed. Answers their codes; none where the
    year is too young."""
    began, over = clock.to_wall(begun, zone).date(), clock.to_wall(at, zone).date() - timedelta(days=1)
    if began.year != over.year or began >= over:
        return set()
    term = Term(date(over.year, 1, 1), over)
    asked = asking.ask(session, clerk, template, term, people=people, zone=zone, at=begun)
    for row, person in zip(asked.rows, people, strict=True):
        signer = Signer(None, office.key(person), Actor(person.code))
        signing.sign(session, row.id or 0, signer, digest=shown(session, row, began).digest, zone=zone, at=begun)
    for row in asked.rows[:1]:
        seen = reviewing.sheet(session, zone, row, at)
        outcome = {"broken": "partly", "kept": "kept"}.get(seen.facts["state"], "not_enough_known")
        reviewing.review(session, zone, row.id or 0, by, outcome=outcome, remark=REMARK, seen=seen.digest, at=at)
    return {person.code for person in people}
