"""Photographs of a visit: optional, without the place they were taken at, each sent once, for the team alone."""

from __future__ import annotations

import hashlib
from datetime import datetime

from attendance.errors import Invalid, NotFound
from attendance.services.visiting.beginning import NotBegun, frozen_list
from attendance.services.visiting.marking import (
    LATE,
    MOST_LETTERS,
    REPEATED,
    TAKEN,
    Outcome,
    id_problem,
    put_right,
    reached,
)
from attendance.services.visiting.stripping import PhotoRefused, strip
from attendance.store import trail, visit_marks
from attendance.store.database import Session
from attendance.store.trail import Actor
from attendance.store.visit_mark_tables import VisitPhotoRow
from attendance.store.visit_marks import number_of
from attendance.store.visit_tables import BEGUN, ENDED, SEALED, VisitRow

MOST_PHOTOS = 30
"""Of one visit."""


def take(
    session: Session,
    visit: VisitRow,
    by: Actor,
    client_id: str,
    content: bytes,
    *,
    noted_at: datetime,
    sent_at: datetime | None = None,
    employee: str = "",
    note: str = "",
    at: datetime,
) -> Outcome:
    """Keep a photograph of the visit, or of a person on its list, stripped. Sent again, it is kept once.

    Moments as in `marking.note`. Raises NotBegun, PhotoRefused, Invalid.
    """
    row = visit_marks.locked(session, number_of(visit))
    if row.state not in (BEGUN, ENDED, SEALED) or row.begun_at is None:
        raise NotBegun
    if why := id_problem(client_id):
        raise Invalid(why)
    if len(note) > MOST_LETTERS or "\0" in note:
        raise Invalid(f"A note has at most {MOST_LETTERS} letters; shorten this one.")
    if visit_marks.sent_before(session, number_of(row), [client_id]):
        return Outcome(client_id, REPEATED)
    listed = {person.code: person.number for person in frozen_list(row).people}
    if employee and employee not in listed:
        raise Invalid(f"{employee[:64]!r} is not on the list of this visit.")
    picture = strip(content)
    digest = hashlib.sha256(picture.content).hexdigest()
    if visit_marks.photo(session, number_of(row), digest) is not None:
        return Outcome(client_id, REPEATED)
    if visit_marks.photo_count(session, number_of(row)) >= MOST_PHOTOS:
        raise PhotoRefused("too_many", f"A visit has at most {MOST_PHOTOS} photographs; this one is one too many.")
    taken = VisitPhotoRow(
        visit_id=number_of(row), client_id=client_id, employee_id=listed.get(employee), media_type=picture.media_type,
        digest=digest, size=len(picture.content), content=picture.content, note=note.strip(),
        noted_at=put_right(row, noted_at, sent_at, at), received_at=reached(row, at), noted_by_id=by.user_id,
        noted_by=by.name,
    )  # fmt: skip
    visit_marks.add(session, [taken])
    about = [taken.employee_id] if taken.employee_id is not None else []
    after = {"digest": digest, "size": taken.size}
    trail.record(session, by, "visit.photographed", kind="visit", key=row.key, employees=about, after=after, at=at)
    return Outcome(client_id, LATE if row.state == SEALED else TAKEN)


def picture(session: Session, visit: VisitRow, digest: str) -> VisitPhotoRow:
    """A photograph with its bytes. Raises NotFound, also once they were destroyed."""
    found = visit_marks.photo(session, number_of(visit), digest)
    if found is None or not found.content:
        raise NotFound("photograph", digest)
    return found
