"""Checking sealed minutes in the database: data, PDF, signature, list, annexes and the entries of the trail agree."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import zstandard

from attendance.services.signing_key import fingerprint
from attendance.services.visiting import seals
from attendance.services.visiting.beginning import FrozenDiffers, frozen_bytes
from attendance.services.visiting.sealing import annex_is_signed, content_of, seal_of
from attendance.store import minutes as stored
from attendance.store import signing_keys, trail_reading
from attendance.store.database import Session
from attendance.store.minutes_tables import AnnexRow, MinutesRow
from attendance.store.visit_tables import VisitRow

DATA, PDF, SIGNATURE, KEY, LIST, ANNEX, TRAIL, MISSING = PARTS = (
    "data", "pdf", "signature", "key", "list", "annex", "trail", "missing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MinutesChecked:
    """How many were looked at; `broken`: code of the first that does not hold, and `wrong`: one of PARTS there. Where
    minutes are missing that the trail knows as sealed, `broken` is the key of their visit."""

    minutes: int
    annexes: int
    broken: str | None = None
    wrong: str = ""

    @property
    def holds(self) -> bool:
        return self.broken is None


def check_minutes(session: Session) -> MinutesChecked:
    """Go through all sealed minutes, the oldest first, until one does not hold. Nothing is written."""
    known = signing_keys.known(session)
    entered, annexed = (trail_reading.digests(session, act) for act in ("minutes.sealed", "minutes.annexed"))
    count = annexes = 0
    for row, visit in stored.every(session):
        found = stored.annexes(session, row.id)
        wrong = what_is_wrong(row, visit, found, known, entered.pop(visit.key, []), annexed[visit.key])
        if wrong:
            return MinutesChecked(count, annexes, row.code, wrong)
        count, annexes = count + 1, annexes + len(found)
    if entered:
        return MinutesChecked(count, annexes, min(entered), MISSING)
    return MinutesChecked(count, annexes)


def what_is_wrong(
    row: MinutesRow,
    visit: VisitRow,
    annexes: list[AnnexRow],
    known: dict[str, bytes],
    entered: list[str],
    annexed: list[str],
) -> str:
    """The first of PARTS that does not hold in stored minutes; empty: all hold.

    `entered`, `annexed`: digests that the trail has of the minutes and of their annexes.
    """
    public = known.get(row.signing_key)
    if not _is_data(row):
        return DATA
    if public is None or fingerprint(public) != row.signing_key:
        return KEY
    seal = seal_of(row, public)
    if not seal.is_signed:
        return SIGNATURE
    if seals.MARK + seal.text().encode() not in row.pdf or seals.digest_of_pdf(row.pdf).hex() != row.pdf_digest:
        return PDF
    if not _is_list(row, visit):
        return LIST
    if entered != [row.digest]:
        return TRAIL
    return "" if _are_linked(row, annexes, known) and annexed == [each.digest for each in annexes] else ANNEX


def _is_data(row: MinutesRow) -> bool:
    try:
        content = stored.unpack(row.content)
    except zstandard.ZstdError:
        return False
    return hashlib.sha256(content).hexdigest() == row.digest


def _is_list(row: MinutesRow, visit: VisitRow) -> bool:
    """Whether the frozen list is the one the minutes were made of."""
    try:
        digest = hashlib.sha256(frozen_bytes(visit)).hexdigest()
    except (FrozenDiffers, zstandard.ZstdError):
        return False
    return bool(content_of(row)["list_digest"] == digest)


def _are_linked(row: MinutesRow, annexes: list[AnnexRow], known: dict[str, bytes]) -> bool:
    before = row.digest
    for number, annex in enumerate(annexes, 1):
        try:
            content = stored.unpack(annex.content)
        except zstandard.ZstdError:
            return False
        told = content_of(annex)
        if (
            hashlib.sha256(content).hexdigest() != annex.digest
            or (annex.number, annex.before) != (number, before)
            or (told["number"], told["before"], told["minutes"]) != (number, before, row.code)
            or not annex_is_signed(annex, known)
        ):
            return False
        before = annex.digest
    return True
