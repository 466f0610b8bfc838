"""A visit begins: who should be there is frozen as it was known at the minute of arrival, and never changes again."""

from __future__ import annotations

import hashlib
from datetime import datetime

import zstandard

from attendance import clock
from attendance.errors import AttendanceError
from attendance.services.visiting.presence import Presence, presence_at
from attendance.store import trail, visit_marks
from attendance.store.database import Session
from attendance.store.paper_register import NotAsItWas
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor
from attendance.store.visit_marks import number_of
from attendance.store.visit_tables import BEGUN, DROPPED, ENDED, PLANNED, SEALED, VisitRow


class NotBegun(NotAsItWas):
    """Something was asked of a visit that has no list yet."""

    code = "not_begun"

    def __init__(self) -> None:
        super().__init__("This visit has not begun; begin it on the spot first.")


class FrozenDiffers(AttendanceError):
    """The list of a visit is not what its digest was taken of: somebody changed it in the database."""

    code = "frozen_differs"


def begin(
    session: Session, zone: str, visit: VisitRow, *, by: Actor, at: datetime, known_at: datetime | None = None
) -> Presence:
    """Freeze the list of a visit as of its minute of arrival `at`, from what is known at `known_at` (None: then).

    Called after the terminals were read or gave up. A visit that has begun keeps its list, which is answered.
    Raises NotAsItWas for one that was dropped.
    """
    row = visit_marks.locked(session, number_of(visit))
    if row.state == DROPPED:
        raise NotAsItWas("This visit was dropped; plan another or begin one at once.")
    if row.state != PLANNED:
        return frozen_list(row)
    known = max(at, known_at or at)
    unit = session.get_one(UnitRow, row.unit_id)
    found = presence_at(session, zone, unit.code, at, known_at=known)
    canonical = found.canonical()
    row.state, row.begun_at, row.begun_by, row.begun_by_id = BEGUN, at, by.name, by.user_id
    row.wall_time, row.known_at = clock.to_wall(at, zone).replace(second=0, microsecond=0), known
    row.frozen = zstandard.ZstdCompressor(level=9).compress(canonical)
    row.frozen_digest = hashlib.sha256(canonical).hexdigest()
    row.version += 1
    session.add(row)
    told = {
        "state": row.state, "digest": row.frozen_digest, "unit": unit.code, "kind": row.kind, "source": row.source,
        "planned_at": row.created_at.isoformat(), "planned_by": row.created_by,
    }  # fmt: skip  # that it was planned, and by whom, stands in the trail from now on
    trail.record(session, by, "visit.begun", kind="visit", key=row.key, after=told, at=known)
    return found


def frozen_bytes(visit: VisitRow) -> bytes:
    """The canonical JSON of the list as it was frozen. Raises NotBegun, FrozenDiffers."""
    if visit.frozen is None:
        raise NotBegun
    content = zstandard.ZstdDecompressor().decompress(visit.frozen)
    if hashlib.sha256(content).hexdigest() != visit.frozen_digest:
        raise FrozenDiffers(f"The frozen list of visit {visit.key} is not what its digest was taken of; look into it.")
    return content


def frozen_list(visit: VisitRow) -> Presence:
    """Who was expected, seen, excused or not known at the minute of arrival. Raises NotBegun, FrozenDiffers."""
    return Presence.from_canonical(frozen_bytes(visit))


def end(session: Session, visit: VisitRow, *, by: Actor, at: datetime) -> VisitRow:
    """The team leaves the list; what was noted before and comes later is still taken, until the minutes are sealed.

    Ending twice is ending once. Raises NotBegun, NotAsItWas for a visit that was dropped.
    """
    row = visit_marks.locked(session, number_of(visit))
    if row.state == DROPPED:
        raise NotAsItWas("This visit was dropped; there is no list to end.")
    if row.state == PLANNED:
        raise NotBegun
    if row.state in (ENDED, SEALED):
        return row
    row.state, row.ended_at = ENDED, at
    row.version += 1
    session.add(row)
    trail.record(session, by, "visit.ended", kind="visit", key=row.key, after={"state": row.state}, at=at)
    return row
