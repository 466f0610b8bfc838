"""Checking the chains of segments that sites sent, as they are kept at the centre."""

from __future__ import annotations

from dataclasses import dataclass

from attendance.store import evidence_checking, sites
from attendance.store.database import Session
from device_sync.agent.segment import digest_of


@dataclass(frozen=True, slots=True)
class SegmentsChecked:
    """`segments` hang together; `broken`: site, chain and number of the first that does not."""

    segments: int
    broken: str | None = None
    wrong: str = ""

    @property
    def holds(self) -> bool:
        return self.broken is None


def check_segments(session: Session) -> SegmentsChecked:
    """Each hangs on the one before and has the digest of what it carries."""
    count = 0
    place: tuple[int, int] | None = None
    expected, before = 1, ""
    for site_id, chain, number, previous, digest, content in evidence_checking.segments(session):
        if (site_id, chain) != place:
            place, expected, before = (site_id, chain), 1, previous
        where = f"{sites.get_by_key(session, site_id).code}, chain {chain}, segment {expected}"
        if number != expected:
            return SegmentsChecked(count, where, f"it is missing; the next one kept is number {number}")
        if previous != before or digest_of(number, previous, content) != digest:
            return SegmentsChecked(count, where, "it does not hang on the one before, or its content was changed")
        expected, before = number + 1, digest
        count += 1
    return SegmentsChecked(count)
