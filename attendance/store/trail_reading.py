"""Reading the trail: who did and who read what, newest first; and for one person, who looked at them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, exists, func, not_, select
from sqlmodel import Session, col

from attendance.store import listing, people
from attendance.store.listing import Listed, choose, count, rows_of
from attendance.store.looks import LOST
from attendance.store.trail_chain import instant, micros
from attendance.store.trail_tables import TrailDetailRow, TrailErasureRow, TrailHeadRow, TrailRow, TrailSubjectRow
from attendance.store.trail_writing import LOOKED
from attendance.store.within import EVERYTHING, Within

MOST_SHOWN = 50
"""So many people of one entry are named; `people` counts all of them."""
VERIFIED = ("trail.verified", "trail.broken")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: of this actor, act, object, about this person (number), from a moment to another, excluded.

    `within`: of a part of the tree, only what is about people, and about nobody outside of it.
    """

    actor: str | None = None
    act: str | None = None
    kind: str | None = None
    key: str | None = None
    employee_id: int | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    within: Within = EVERYTHING


def entries(session: Session, asked: Asked, *, limit: int, offset: int = 0, before: int | None = None) -> Listed:
    """Entries as plain values, newest first: seq, at, actor, role, via, address, act, kind, key, employees (codes, at
    most MOST_SHOWN), people (how many), why, before, after, erased (entry that erased these three, or null).

    `before`: only those before this number, in place of `offset`.
    """
    conditions = _conditions(asked)
    query = choose(*(col(getattr(TrailRow, name)).label(name) for name in _FIELDS)).where(*conditions)
    total = count(session, query)
    if before is not None:
        query = query.where(col(TrailRow.seq) < before)
    query = query.order_by(col(TrailRow.seq).desc()).limit(limit + 1)
    rows = rows_of(session, query if before is not None else query.offset(offset))
    shown = rows[:limit]
    _complete(session, shown)
    return Listed(shown, total, str(shown[-1]["seq"]) if len(rows) > limit else None)


_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_FIELDS = ("seq", "at", "actor", "role", "via", "address", "act", "kind", "key")


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        col(getattr(TrailRow, name)) == value
        for name in ("actor", "act", "kind", "key")
        if (value := getattr(asked, name)) is not None
    ]
    if asked.from_at is not None:
        found.append(col(TrailRow.at) >= micros(asked.from_at))
    if asked.to_at is not None:
        found.append(col(TrailRow.at) < micros(asked.to_at))
    if asked.employee_id is not None:
        mine = (col(TrailSubjectRow.seq) == col(TrailRow.seq)) & (col(TrailSubjectRow.employee_id) == asked.employee_id)
        found.append(exists().where(mine))
    if not asked.within.is_all:
        people_of = select(col(TrailSubjectRow.seq)).where(col(TrailSubjectRow.seq) == col(TrailRow.seq))
        inside = listing.known_people(asked.within, col(TrailSubjectRow.employee_id))
        found += [exists(people_of), ~exists(people_of.where(not_(and_(*inside))))]
    return found


def _complete(session: Session, rows: list[dict[str, Any]]) -> None:
    numbers = [row["seq"] for row in rows]
    details = {
        seq: orjson.loads(content)
        for seq, content in session.execute(
            select(col(TrailDetailRow.seq), col(TrailDetailRow.content)).where(col(TrailDetailRow.seq).in_(numbers))
        )
    }
    erased = dict(
        session.execute(
            select(col(TrailErasureRow.seq), col(TrailErasureRow.by_seq)).where(col(TrailErasureRow.seq).in_(numbers))
        ).all()
    )
    about: dict[int, list[int]] = defaultdict(list)
    for seq, number in session.execute(
        select(col(TrailSubjectRow.seq), col(TrailSubjectRow.employee_id))
        .where(col(TrailSubjectRow.seq).in_(numbers))
        .order_by(col(TrailSubjectRow.seq), col(TrailSubjectRow.employee_id))
    ):
        about[seq].append(number)
    names = people.names(session, (number for listed in about.values() for number in listed[:MOST_SHOWN]))
    for row in rows:
        listed = about.get(row["seq"], [])
        detail = details.get(row["seq"], {})
        row["at"] = instant(row["at"])
        row["employees"] = [names[number][0] for number in listed[:MOST_SHOWN] if number in names]
        row["people"] = len(listed)
        row |= {"why": detail.get("why", ""), "before": detail.get("before"), "after": detail.get("after")}
        row["erased"] = erased.get(row["seq"])


def looks_at(
    session: Session,
    employee_id: int,
    own_user: int,
    *,
    limit: int,
    offset: int = 0,
    before: int | None = None,
    record: str | None = None,
) -> Listed:
    """Who was shown records of a person, newest first: seq, at, actor, role, via, view, record; nothing of anybody
    else. `record`: only looks at that one of their records, the date of a day; of other looks the field is empty.

    Their own looks are left out. An entry without a view counts looks (`lost`) that could not be written one by one.
    """
    query = (
        choose(
            col(TrailRow.seq).label("seq"),
            col(TrailRow.at).label("at"),
            col(TrailRow.actor).label("actor"),
            col(TrailRow.role).label("role"),
            col(TrailRow.via).label("via"),
            col(TrailRow.kind).label("view"),
            col(TrailRow.key).label("record"),
            col(TrailRow.act).label("act"),
        )
        .join(TrailSubjectRow, col(TrailSubjectRow.seq) == col(TrailRow.seq))
        .where(
            col(TrailSubjectRow.employee_id) == employee_id,
            col(TrailRow.act).in_((LOOKED, LOST)),
            func.coalesce(col(TrailRow.user_id), -1) != own_user,
        )
        .order_by(col(TrailSubjectRow.seq).desc())
    )
    if record is not None:
        query = query.where(col(TrailRow.key) == record, col(TrailRow.act) == LOOKED)
    total = count(session, query)
    if before is not None:
        query = query.where(col(TrailSubjectRow.seq) < before)
    query = query.limit(limit + 1)
    rows = rows_of(session, query if before is not None else query.offset(offset))
    shown = rows[:limit]
    for row in shown:
        lost = row.pop("act") == LOST
        row |= {"at": instant(row["at"]), "lost": lost} | ({"actor": "", "view": ""} if lost else {})
        if not _DATE.fullmatch(row["record"]):
            row["record"] = ""
    return Listed(shown, total, str(shown[-1]["seq"]) if len(rows) > limit else None)


def acts(session: Session) -> list[str]:
    """Every act that stands in the trail, by name."""
    return list(session.execute(select(col(TrailRow.act)).distinct().order_by(col(TrailRow.act))).scalars())


def digests(session: Session, act: str) -> dict[str, list[str]]:
    """The digests that entries of an act hold, in order, by the key of their object."""
    query = (
        select(col(TrailRow.key), col(TrailDetailRow.content))
        .join(TrailDetailRow, col(TrailDetailRow.seq) == col(TrailRow.seq))
        .where(col(TrailRow.act) == act)
        .order_by(col(TrailRow.seq))
    )
    found: dict[str, list[str]] = defaultdict(list)
    for key, content in session.execute(query):
        if content:
            found[key].append(orjson.loads(content)["after"]["digest"])
    return found


def shown_people(session: Session, seqs: list[int]) -> list[str]:
    """Codes of the people that entries are about."""
    query = select(col(TrailSubjectRow.employee_id)).where(col(TrailSubjectRow.seq).in_(seqs)).distinct()
    return [code for code, _ in people.names(session, session.execute(query).scalars()).values()]


@dataclass(frozen=True, slots=True)
class ChainState:
    """How many entries there are, the newest link (hex), and what the last check found and when; None: none yet."""

    entries: int
    head: str
    checked_at: datetime | None
    holds: bool | None


def head(session: Session) -> tuple[int, str]:
    """How many entries there are, and the newest link (hex); nought and zeros before the first."""
    found = session.execute(select(col(TrailHeadRow.count), col(TrailHeadRow.link))).one_or_none()
    return (found[0], found[1].hex()) if found is not None and found[0] else (0, "0" * 64)


def links(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    """The links (hex) of these entries, as far as they are there."""
    found: dict[int, str] = {}
    for begin in range(0, len(numbers), 500):
        query = select(col(TrailRow.seq), col(TrailRow.link)).where(col(TrailRow.seq).in_(numbers[begin : begin + 500]))
        found |= {seq: bytes(link).hex() for seq, link in session.execute(query)}
    return found


def newest_key(session: Session, act: str) -> str | None:
    """What the newest entry of this act was about."""
    query = select(col(TrailRow.key)).where(col(TrailRow.act) == act).order_by(col(TrailRow.seq).desc()).limit(1)
    return session.execute(query).scalar()


def chain_state(session: Session) -> ChainState:
    head = session.execute(select(col(TrailHeadRow.count), col(TrailHeadRow.link))).one_or_none()
    query = select(col(TrailRow.at), col(TrailRow.act)).where(col(TrailRow.act).in_(VERIFIED))
    last = session.execute(query.order_by(col(TrailRow.seq).desc()).limit(1)).one_or_none()
    entries_, link = head if head is not None else (0, b"")
    if last is None:
        return ChainState(entries_, link.hex(), None, None)
    return ChainState(entries_, link.hex(), instant(last[0]), last[1] == VERIFIED[0])
