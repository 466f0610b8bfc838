"""At the centre: sites without a road, the segments each has sent, and which of its serials is which terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from attendance.errors import AlreadyExists, Invalid, NotFound
from attendance.store import office
from attendance.store.registering import add_terminal, check_code
from attendance.store.site_tables import SiteFilingRow, SiteRow, SiteSegmentRow, SiteTerminalRow
from attendance.store.tables import TerminalRow, UnitRow
from attendance.store.tree import StoredTree


def find(session: Session, code: str) -> SiteRow | None:
    return session.scalars(select(SiteRow).where(col(SiteRow.code) == code)).one_or_none()


def get(session: Session, code: str) -> SiteRow:
    """Raises NotFound."""
    row = find(session, code)
    if row is None:
        raise NotFound("site", code, "List them: attendance sites list")
    return row


def key(site: SiteRow) -> int:
    assert site.id is not None
    return site.id


def add(session: Session, code: str, *, unit: str, name: str, token_digest: str, at: datetime) -> SiteRow:
    """Raises AlreadyExists, NotFound, Invalid."""
    if find(session, check_code("site", code)) is not None:
        raise AlreadyExists("site", code)
    where = office.key(office.get(session, UnitRow, unit))
    row = SiteRow(code=code, name=name or code, unit_id=where, token_digest=token_digest, recorded_at=at)
    session.add(row)
    session.flush()
    return row


def revoke(session: Session, code: str, *, at: datetime) -> SiteRow:
    """Its token opens nothing any more; what it sent stays."""
    row = get(session, code)
    row.token_digest, row.revoked_at = None, row.revoked_at or at
    session.add(row)
    return row


def renew(session: Session, code: str, token_digest: str, *, new_chain: bool = False) -> SiteRow:
    """Another token in place of the one before. With `new_chain` its next segment is number 1 of another chain."""
    row = get(session, code)
    row.token_digest, row.revoked_at = token_digest, None
    if new_chain:
        row.chain, row.chain_id, row.last_number, row.last_digest = row.chain + 1, "", 0, ""
        row.claimed_number, row.claimed_digest, row.claimed_read_at = 0, "", None
        row.fork_number = row.fork_at = None
    session.add(row)
    return row


def of_token(session: Session, token_digest: str) -> SiteRow | None:
    """Whose token this is; None: nobody's (any more)."""
    return session.scalars(select(SiteRow).where(col(SiteRow.token_digest) == token_digest)).one_or_none()


def get_by_key(session: Session, site_id: int) -> SiteRow:
    return session.get_one(SiteRow, site_id)


def locked(session: Session, site_id: int) -> SiteRow:
    """The site, held until the transaction ends, as it is now."""
    return session.get_one(SiteRow, site_id, with_for_update=True, populate_existing=True)


def segment_at(session: Session, site: SiteRow, number: int) -> SiteSegmentRow | None:
    """A segment of the site's present chain."""
    query = select(SiteSegmentRow).where(
        col(SiteSegmentRow.site_id) == site.id,
        col(SiteSegmentRow.chain) == site.chain,
        col(SiteSegmentRow.number) == number,
    )
    return session.scalars(query).one_or_none()


def contents_before(session: Session, segment: SiteSegmentRow, count: int) -> list[bytes]:
    """The contents of so many segments before this one in its chain, in order."""
    query = (
        select(col(SiteSegmentRow.content))
        .where(
            col(SiteSegmentRow.site_id) == segment.site_id,
            col(SiteSegmentRow.chain) == segment.chain,
            col(SiteSegmentRow.number).between(segment.number - count, segment.number - 1),
        )
        .order_by(col(SiteSegmentRow.number))
    )
    return list(session.scalars(query))


def see(session: Session, site: SiteRow, serial: str, name: str, at: datetime) -> SiteTerminalRow:
    """What is known of a serial this site reports; noted when it is seen first."""
    found = terminal_of(session, site, serial)
    if found is None:
        found = SiteTerminalRow(site_id=key(site), serial=serial, name=name, first_seen_at=at)
        session.add(found)
        session.flush()
    return found


def terminal_of(session: Session, site: SiteRow, serial: str) -> SiteTerminalRow | None:
    query = select(SiteTerminalRow).where(
        col(SiteTerminalRow.site_id) == site.id, col(SiteTerminalRow.serial) == serial
    )
    return session.scalars(query).one_or_none()


def unfiled(session: Session, known: SiteTerminalRow, limit: int) -> list[SiteSegmentRow]:
    """Segments of a serial that were not filed yet, in the order in which they came."""
    query = select(SiteSegmentRow).where(
        col(SiteSegmentRow.site_id) == known.site_id,
        col(SiteSegmentRow.serial) == known.serial,
        col(SiteSegmentRow.id) > known.filed_segment_id,
    )
    return list(session.scalars(query.order_by(col(SiteSegmentRow.id)).limit(limit)))


def note_filed(session: Session, known: SiteTerminalRow, segment: SiteSegmentRow, pull_id: int | None) -> None:
    """A segment became a pull; one that was a part of a reading becomes none of its own."""
    assert segment.id is not None
    if pull_id is not None:
        session.add(SiteFilingRow(segment_id=segment.id, pull_id=pull_id))
    known.filed_segment_id = segment.id
    session.add(known)


def accepted(session: Session, site: SiteRow) -> list[SiteTerminalRow]:
    query = select(SiteTerminalRow).where(
        col(SiteTerminalRow.site_id) == site.id, col(SiteTerminalRow.terminal_id).is_not(None)
    )
    return list(session.scalars(query.order_by(col(SiteTerminalRow.id))))


def accept(
    session: Session,
    code: str,
    serial: str,
    *,
    terminal: str | None,
    create: str | None,
    unit: str | None,
    at: datetime,
) -> SiteTerminalRow:
    """Say which terminal a serial of a site is: one that is there, or a new one made in the site's unit or below it.

    Raises NotFound for a serial the site has not reported, Invalid for a terminal of another serial or another part of
    the tree, and for a serial that was accepted as another terminal already.
    """
    site = get(session, code)
    known = terminal_of(session, site, serial)
    if known is None:
        raise NotFound("serial", serial, f"Site {code} has reported no such terminal: attendance sites list")
    if (terminal is None) == (create is None):
        raise Invalid("Say either --terminal with the code of a terminal that is there, or --create with a new one.")
    within = StoredTree(session).below([site.unit_id], at.date())
    where = office.key(office.get(session, UnitRow, unit)) if unit is not None else site.unit_id
    if where not in within:
        raise Invalid(f"Unit {unit} is not the unit of site {code} nor below it; name one of these.")
    if create is not None:
        there = office.code_of(session, UnitRow, where)
        row = add_terminal(session, create, unit=there, name=known.name, at=at)
    else:
        assert terminal is not None
        row = office.get(session, TerminalRow, terminal)
    if row.unit_id not in within:
        raise Invalid(f"Terminal {row.code} does not stand in the unit of site {code} nor below it.")
    if row.serial is not None and row.serial != serial:
        raise Invalid(
            f"Terminal {row.code} is the one with the serial {row.serial}; accept {serial} as another, or as a new one."
        )
    if known.terminal_id is not None and known.terminal_id != row.id:
        raise Invalid(
            f"{serial} was accepted as terminal {office.code_of(session, TerminalRow, known.terminal_id)} already."
        )
    office.check_serial_is_free(session, serial, row)
    row.serial = serial
    known.terminal_id, known.accepted_at = office.key(row), known.accepted_at or at
    session.add_all([row, known])
    session.flush()
    return known


@dataclass(frozen=True, slots=True)
class SiteTerminal:
    """A serial of a site. `waiting`: segments kept and not filed."""

    serial: str
    name: str
    terminal: str | None
    first_seen_at: datetime
    waiting: int


@dataclass(frozen=True, slots=True)
class SiteState:
    """A site as the centre sees it; `terminals` in the order in which they were seen."""

    site: SiteRow
    unit: str
    terminals: tuple[SiteTerminal, ...]

    @property
    def undelivered(self) -> int:
        """Segments the site said it holds and the centre has not got."""
        return max(0, self.site.claimed_number - self.site.last_number)


def states(session: Session, within: Iterable[int] | None = None) -> list[SiteState]:
    """The sites of these units (None: all), by code; in three statements, however many there are."""
    query: Any = select(SiteRow, col(UnitRow.code)).join(UnitRow, col(UnitRow.id) == col(SiteRow.unit_id))
    if within is not None:
        query = query.where(col(SiteRow.unit_id).in_(list(within)))
    found = list(session.execute(query.order_by(col(SiteRow.code))))
    terminals = _terminals(session, [key(site) for site, _ in found])
    return [SiteState(site, unit, tuple(terminals[key(site)])) for site, unit in found]


def _terminals(session: Session, site_ids: list[int]) -> defaultdict[int, list[SiteTerminal]]:
    """The serials of sites by the number of the site, in the order in which they were seen."""
    kept = (
        select(col(SiteTerminalRow.id), func.count(col(SiteSegmentRow.id)))
        .join(
            SiteSegmentRow,
            and_(
                col(SiteSegmentRow.site_id) == col(SiteTerminalRow.site_id),
                col(SiteSegmentRow.serial) == col(SiteTerminalRow.serial),
                col(SiteSegmentRow.id) > col(SiteTerminalRow.filed_segment_id),
            ),
        )
        .where(col(SiteTerminalRow.site_id).in_(site_ids))
        .group_by(col(SiteTerminalRow.id))
    )
    counted: Any = session.execute(kept).all()
    waiting: dict[int, int] = dict(counted)
    query = (
        select(SiteTerminalRow, col(TerminalRow.code))
        .outerjoin(TerminalRow, col(TerminalRow.id) == col(SiteTerminalRow.terminal_id))
        .where(col(SiteTerminalRow.site_id).in_(site_ids))
        .order_by(col(SiteTerminalRow.id))
    )
    found: defaultdict[int, list[SiteTerminal]] = defaultdict(list)
    for row, code in session.execute(query):
        found[row.site_id].append(
            SiteTerminal(row.serial, row.name, code, row.first_seen_at, waiting.get(row.id or 0, 0))
        )
    return found
