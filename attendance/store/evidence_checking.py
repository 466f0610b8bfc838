"""Checking the evidence against its own digests and numbers: the bytes of every pull, and the numbers of punches.

Pulls hold no chain yet: what is found here is a byte that was changed or a block that is gone, not a pull that was
removed with all its punches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import zstandard
from sqlalchemy import select, text
from sqlmodel import Session, col

from attendance.store import intake_log, punch_log
from attendance.store.evidence_tables import PullRow, PunchBlockRow
from attendance.store.tables import TerminalRow

READINGS = intake_log.READINGS
_SEGMENTS = "SELECT site_id, chain, number, previous, digest, content FROM site_segment ORDER BY site_id, chain, number"


@dataclass(frozen=True, slots=True)
class EvidenceChecked:
    """`pulls` and `punches` agree; `unchecked` pulls hold a digest of bytes that are not all kept here.

    `broken`: terminal and number of the pull, or of the punch, that does not agree first; `wrong` says what it is.
    """

    pulls: int
    punches: int
    unchecked: int
    broken: str | None = None
    wrong: str = ""

    @property
    def holds(self) -> bool:
        return self.broken is None


class _Broken(Exception):
    def __init__(self, where: str, wrong: str) -> None:
        super().__init__(wrong)
        self.where, self.wrong = where, wrong


@dataclass(slots=True)
class _Count:
    pulls: int = 0
    punches: int = 0
    unchecked: int = 0


def check_evidence(session: Session) -> EvidenceChecked:
    """Check every terminal, one pull and one block at a time, until something does not agree."""
    count = _Count()
    try:
        for number, code in session.execute(select(col(TerminalRow.id), col(TerminalRow.code)).order_by("code")).all():
            _pulls(session, number, code, count)
            _blocks(session, number, code, count)
    except _Broken as error:
        return EvidenceChecked(count.pulls, count.punches, count.unchecked, error.where, error.wrong)
    return EvidenceChecked(count.pulls, count.punches, count.unchecked)


class _Log:
    """A terminal's log as far as its bytes are kept: the digest of it goes on where the next pull brings more."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._length: int | None = 0

    def take(self, begins: int, payload: bytes) -> None:
        if begins == 0:
            self._digest, self._length = hashlib.sha256(payload), len(payload)
        elif begins == self._length:
            self._digest.update(payload)
            self._length += len(payload)
        else:  # what lies before is not what is known here
            self._length = None

    def digest(self, length: int | None) -> str | None:
        """The digest of a log of this length; None: not all its bytes are known."""
        return self._digest.hexdigest() if length is not None and length == self._length else None


def _pulls(session: Session, terminal: int, code: str, count: _Count) -> None:
    log = _Log()
    columns = (PullRow.id, PullRow.source, PullRow.log_bytes, PullRow.log_digest, PullRow.payload_from, PullRow.payload)
    query = select(*(col(column) for column in columns)).where(
        col(PullRow.terminal_id) == terminal, col(PullRow.log_digest).is_not(None)
    )
    for number, source, length, said, begins, stored in session.execute(
        query.order_by(col(PullRow.id)).execution_options(yield_per=20)
    ):
        payload = _bytes(code, number, stored)
        if source in READINGS:
            if payload is not None:
                log.take(begins, payload)
            found = log.digest(length)
        else:
            found = hashlib.sha256(payload).hexdigest() if payload is not None else None
        if found is None:
            count.unchecked += 1
        elif found != said:
            raise _Broken(f"{code}, pull {number}", "the bytes that are stored are not those that were read")
        else:
            count.pulls += 1


def _bytes(code: str, number: int, stored: bytes | None) -> bytes | None:
    if stored is None:
        return None
    try:
        return intake_log.decompress(stored)
    except (zstandard.ZstdError, ValueError, IndexError):
        raise _Broken(f"{code}, pull {number}", "the bytes that are stored cannot be unpacked") from None


def _blocks(session: Session, terminal: int, code: str, count: _Count) -> None:
    expected = 1
    query = select(PunchBlockRow).where(col(PunchBlockRow.terminal_id) == terminal)
    for block in session.scalars(query.order_by(col(PunchBlockRow.first_sequence)).execution_options(yield_per=20)):
        if block.first_sequence != expected:
            raise _Broken(f"{code}, punch {expected}", f"the next one stored has number {block.first_sequence}")
        where = f"{code}, punches {expected} to {expected + block.count - 1}"
        try:
            wall = punch_log.unpack(block.layout, block.columns, block.count)["wall"]
        except (ValueError, KeyError, TypeError):
            raise _Broken(where, "what is stored of them cannot be unpacked") from None
        if (int(wall.min()), int(wall.max()), wall.size) != (block.min_wall, block.max_wall, block.count):
            raise _Broken(where, "their times are not those under which they are listed")
        expected += block.count
        count.punches += block.count
        session.expunge(block)


def segments(session: Session) -> Iterator[tuple[int, int, int, str, str, bytes]]:
    """Every segment that sites sent, in order: site, chain, number, digest before, digest, content."""
    rows: Any = session.execute(text(_SEGMENTS).execution_options(yield_per=50))
    for row in rows:
        yield tuple(row)
