"""Checkpoints as they are kept, and the trees over the chains from which their roots are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime

import orjson
import zstandard
from sqlalchemy import and_, case, func, select
from sqlmodel import Session, col
from sqlmodel import select as rows

from attendance.errors import Invalid
from attendance.store.chain_adopting import COLUMNS
from attendance.store.chain_links import pack, unpack
from attendance.store.chain_tables import ChainEntryRow, ChainHeadRow
from attendance.store.checkpoint_tables import CheckpointRow, CheckpointSentRow
from attendance.store.merkle import BYTES, Peaks
from attendance.store.minutes_tables import MinutesRow

Heads = dict[str, Peaks]
"""The tree over the links of each chain, by the chain's name."""


UNREADABLE = (zstandard.ZstdError, ValueError, TypeError, Invalid)


def hold(session: Session) -> None:
    """Let nobody else make a checkpoint before this transaction ends, which SQLite does by itself."""
    session.execute(select(col(ChainHeadRow.chain)).where(col(ChainHeadRow.chain) == COLUMNS).with_for_update())


def newest(session: Session) -> CheckpointRow | None:
    return session.exec(rows(CheckpointRow).order_by(col(CheckpointRow.number).desc()).limit(1)).first()


def get(session: Session, number: int) -> CheckpointRow | None:
    return session.get(CheckpointRow, number)


def beginning(session: Session, digest: str) -> CheckpointRow | None:
    """The one whose digest begins so."""
    return session.exec(rows(CheckpointRow).where(col(CheckpointRow.digest).startswith(digest))).first()


def every(session: Session, *, since: int = 1) -> Iterator[CheckpointRow]:
    """From this number on, the oldest first."""
    query = rows(CheckpointRow).where(col(CheckpointRow.number) >= since).order_by(col(CheckpointRow.number))
    yield from session.exec(query.execution_options(yield_per=100))


def listed(session: Session, *, limit: int, before: int | None = None, skipped: int = 0) -> list[CheckpointRow]:
    """The newest first, from below a number on."""
    query = rows(CheckpointRow).order_by(col(CheckpointRow.number).desc()).limit(limit).offset(skipped)
    if before is not None:
        query = query.where(col(CheckpointRow.number) < before)
    return list(session.exec(query))


def made_since(session: Session, at: datetime) -> list[CheckpointRow]:
    """Those made from a moment on, the oldest first."""
    query = rows(CheckpointRow).where(col(CheckpointRow.at) >= at)
    return list(session.exec(query.order_by(col(CheckpointRow.number))))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(CheckpointRow)) or 0


def sent(session: Session, numbers: Sequence[int]) -> dict[int, list[CheckpointSentRow]]:
    """What was tried to make these known, in the order it was tried."""
    found: dict[int, list[CheckpointSentRow]] = {number: [] for number in numbers}
    query = rows(CheckpointSentRow).where(col(CheckpointSentRow.checkpoint).in_(numbers))
    for row in session.exec(query.order_by(col(CheckpointSentRow.id))):
        found[row.checkpoint].append(row)
    return found


def refused(session: Session) -> CheckpointSentRow | None:
    """The newest attempt that failed of a way that took nothing since; None: each took the last it was given."""
    sent = CheckpointSentRow
    last = select(func.max(col(sent.id))).group_by(col(sent.way), col(sent.address))
    query = rows(sent).where(col(sent.id).in_(last), col(sent.wrong) != "").order_by(col(sent.id).desc())
    return session.exec(query.limit(1)).first()


def ever_sent(session: Session) -> bool:
    return session.exec(rows(CheckpointSentRow).where(col(CheckpointSentRow.wrong) == "").limit(1)).first() is not None


def note_sent(session: Session, row: CheckpointSentRow) -> None:
    session.add(row)
    session.flush()


def last_of_occasion(session: Session, occasion: str) -> datetime | None:
    """When the newest one of this occasion was made."""
    query = select(func.max(col(CheckpointRow.at))).where(col(CheckpointRow.occasion) == occasion)
    return session.scalar(query)


def last_seal(session: Session) -> datetime | None:
    """When minutes of a visit were sealed last."""
    return session.scalar(select(func.max(col(MinutesRow.sealed_at))))


def tried(session: Session, way: str, address: str, since: datetime | None) -> list[tuple[int, int, datetime | None]]:
    """The checkpoints since a moment that this way did not take yet: number, tries, the last of them; oldest first."""
    sent = CheckpointSentRow
    here = and_(col(sent.checkpoint) == col(CheckpointRow.number), col(sent.way) == way, col(sent.address) == address)
    taken = func.sum(case((col(sent.wrong) == "", 1), else_=0))
    query = select(col(CheckpointRow.number), func.count(col(sent.id)), func.max(col(sent.at)))
    query = query.select_from(CheckpointRow).outerjoin(sent, here).group_by(col(CheckpointRow.number))
    query = query.having(taken == 0).order_by(col(CheckpointRow.number))
    if since is not None:
        query = query.where(col(CheckpointRow.at) >= since)
    return [(number, count, at) for number, count, at in session.execute(query)]


def add(session: Session, row: CheckpointRow) -> None:
    """Keep a checkpoint. Another with its number is refused by the database."""
    session.add(row)
    session.flush()


def heads(session: Session, before: Heads | None = None) -> Heads:
    """The trees over all chains as they stand now; `before`: those of an earlier checkpoint, which are grown on."""
    found: Heads = {}
    for chain, number in session.execute(select(col(ChainHeadRow.chain), col(ChainHeadRow.number)).order_by("chain")):
        peaks = (before or {}).get(chain, Peaks())
        found[chain] = Peaks(peaks.size, list(peaks.roots))
        for link in links(session, chain, peaks.size + 1, number):
            found[chain].add(link)
    return {chain: peaks for chain, peaks in found.items() if peaks.size}


def links(session: Session, chain: str, first: int, last: int) -> Iterator[bytes]:
    """The links of a chain from one number to another, both included."""
    entry = ChainEntryRow
    query = select(col(entry.link)).where(col(entry.chain) == chain, col(entry.number).between(first, last))
    with closing(session.execute(query.order_by(col(entry.number)).execution_options(yield_per=5_000))) as found:
        yield from (bytes(link) for link in found.scalars())


def pack_heads(found: Mapping[str, Peaks]) -> bytes:
    listed = [[chain, peaks.size, b"".join(peaks.roots).hex()] for chain, peaks in sorted(found.items())]
    return pack(orjson.dumps(listed))


def read_heads(stored: bytes) -> Heads:
    """What `pack_heads` wrote. Raises ZstdError, ValueError."""
    found: Heads = {}
    for chain, size, roots in orjson.loads(unpack(stored)):
        raw = bytes.fromhex(roots)
        peaks = Peaks(int(size), [raw[at : at + BYTES] for at in range(0, len(raw), BYTES)])
        if len(peaks.roots) != peaks.size.bit_count():
            raise ValueError(f"the tree of {chain} has another count of peaks than its size asks for")
        found[chain] = peaks
    return found
