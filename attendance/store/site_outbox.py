"""At a site: pulls that wait to be sealed, the chain of segments made of them, and how far the centre has come."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from attendance.store import operation_log, terminal_profiles, terminal_users
from attendance.store.bulk import insert_if_absent
from attendance.store.evidence_tables import PullRow
from attendance.store.site_tables import ForwardingRow, OutboxRow
from attendance.store.tables import TerminalRow
from attendance.store.terminal_tables import TerminalUserRow


@dataclass(frozen=True, slots=True)
class Link:
    """A segment of the outbox. `content` None: it was delivered long ago and let go."""

    number: int
    previous: str
    digest: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest segment: number 0 and digest "" where there is none. `read_at`: when its pull had ended."""

    number: int
    digest: str
    pull_id: int
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A pull that is in no segment yet, its terminal, and the log as the good pull before it left it.

    `users` is the user table where this pull found it new or changed, `operations` the operation log where it brought
    lines of it.
    """

    pull: PullRow
    terminal: str
    serial: str | None
    before_bytes: int
    before_digest: str
    users: Sequence[TerminalUserRow] | None
    user_layout: str
    operations: bytes | None


def state(session: Session) -> ForwardingRow | None:
    return session.get(ForwardingRow, 1)


def open_chain(session: Session) -> ForwardingRow:
    """How far the centre has come; the chain gets its name when it is asked for first. In a writing transaction."""
    row = {"id": 1, "chain_id": secrets.token_hex(16), "site": "", "delivered_number": 0}
    insert_if_absent(session, ForwardingRow, [row | {"trouble": "", "trouble_sentence": ""}])
    return session.get_one(ForwardingRow, 1, with_for_update=True)


def begin_anew(session: Session) -> ForwardingRow:
    """Leave the chain and begin another: every pull is sealed again, from the first. No pull is touched."""
    session.execute(delete(OutboxRow))
    session.execute(delete(ForwardingRow))
    session.expire_all()
    return open_chain(session)


def head(session: Session) -> Head:
    query = select(col(OutboxRow.number), col(OutboxRow.digest), col(OutboxRow.pull_id), col(PullRow.finished_at))
    query = query.join(PullRow, col(PullRow.id) == col(OutboxRow.pull_id)).order_by(col(OutboxRow.number).desc())
    found = session.execute(query.limit(1)).one_or_none()
    return Head(*found) if found is not None else Head(0, "", 0, None)


def unsealed(session: Session, after_pull: int, limit: int) -> list[Unsealed]:
    """Pulls of terminals behind this one, in the order in which they were filed. Files are not among them."""
    query = (
        select(PullRow, col(TerminalRow.code), col(TerminalRow.serial))
        .join(TerminalRow, col(TerminalRow.id) == col(PullRow.terminal_id))
        .where(col(PullRow.id) > after_pull, col(PullRow.source) == "pull")
        .order_by(col(PullRow.id))
    )
    found = []
    for pull, code, serial in session.execute(query.limit(limit)):
        assert pull.id is not None
        profile = terminal_profiles.profile_of(session, pull.serial)
        found.append(
            Unsealed(
                pull,
                code,
                pull.serial or serial,
                *_log_before(session, pull),
                users=terminal_users.seen_by(session, pull.terminal_id, pull.id),
                user_layout=(profile.user_layout or "") if profile is not None else "",
                operations=operation_log.lines_up_to(session, pull.terminal_id, pull.id),
            )
        )
    return found


def _log_before(session: Session, pull: PullRow) -> tuple[int, str]:
    query: Any = select(col(PullRow.log_bytes), col(PullRow.log_digest)).where(
        col(PullRow.terminal_id) == pull.terminal_id,
        col(PullRow.id) < pull.id,
        col(PullRow.source) == "pull",
        col(PullRow.log_digest).is_not(None),
    )
    found = session.execute(query.order_by(col(PullRow.id).desc()).limit(1)).one_or_none()
    return (found[0] or 0, found[1] or "") if found is not None else (0, "")


def add(session: Session, pull_id: int, part: int, link: Link, at: datetime) -> None:
    session.add(
        OutboxRow(
            number=link.number,
            pull_id=pull_id,
            part=part,
            previous=link.previous,
            digest=link.digest,
            content=link.content,
            sealed_at=at,
        )
    )


def links_after(session: Session, number: int, limit: int) -> Sequence[Link]:
    """The next segments behind a number, in order."""
    query = select(col(OutboxRow.number), col(OutboxRow.previous), col(OutboxRow.digest), col(OutboxRow.content)).where(
        col(OutboxRow.number) > number
    )
    return [Link(*row) for row in session.execute(query.order_by(col(OutboxRow.number)).limit(limit))]


def digest_at(session: Session, number: int) -> str | None:
    """The digest of the segment with this number; None: there is no such segment."""
    return session.scalar(select(col(OutboxRow.digest)).where(col(OutboxRow.number) == number))


def first_kept(session: Session) -> int | None:
    """The first segment whose bytes are still here; None: there is none."""
    return session.scalar(select(func.min(col(OutboxRow.number))).where(col(OutboxRow.content).is_not(None)))


def waiting(session: Session, delivered: int) -> tuple[int, datetime | None]:
    """How many segments the centre has not got, and when the pull of the first of them had ended."""
    query = select(func.count(), func.min(col(PullRow.finished_at)))
    query = query.select_from(OutboxRow).join(PullRow, col(PullRow.id) == col(OutboxRow.pull_id))
    number, since = session.execute(query.where(col(OutboxRow.number) > delivered)).one()
    return int(number), since


def let_go(session: Session, delivered: int, sealed_before: datetime) -> None:
    """Forget the bytes of segments delivered and sealed before this moment; their links stay, and so do the pulls."""
    session.execute(
        update(OutboxRow)
        .where(
            col(OutboxRow.number) <= delivered,
            col(OutboxRow.sealed_at) < sealed_before,
            col(OutboxRow.content).is_not(None),
        )
        .values(content=None)
    )
