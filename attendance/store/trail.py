"""The trail: who did what, who looked at whose record. Written in the transaction of the act itself.

`record` and `look` only take note: the entries are appended when the session commits, as its last statements, so that
the trail is locked for a moment alone and nobody waits in a circle. What cannot be appended takes the act with it.
A look that was noted in a session that only reads is written when that session ends, see `looks.py`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import event
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session, col, select

from attendance.errors import Invalid
from attendance.store.nesting import is_within
from attendance.store.trail_chain import ERASED, micros
from attendance.store.trail_tables import TrailDetailRow, TrailRow, TrailSubjectRow
from attendance.store.trail_writing import LOOKED, Entry, append

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""An escaped NUL, which PostgreSQL does not take; not a backslash that somebody typed before `u0000`."""
Via = Literal["console", "api", "page", "job", "terminal"]
_NOTED = "trail"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `user_id` None: nobody who is signed in (the console, a job); `address`: where a request came from.

    `role`: that in which they act.
    """

    name: str
    user_id: int | None = None
    via: Via = "console"
    address: str = ""
    role: str = ""


CONSOLE = Actor("console")
TIMETABLE = Actor("timetable", via="job")


@dataclass(slots=True)
class Noted:
    """What a session will append when it commits, each with the savepoint it was noted under."""

    entries: list[tuple[Entry, SessionTransaction | None]] = field(default_factory=list)


def record(
    session: Session,
    actor: Actor,
    act: str,
    *,
    kind: str,
    key: str,
    employees: Iterable[int] = (),
    why: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    at: datetime,
) -> None:
    """Write down an act such as `paper.approved` on an object (kind and key), in the caller's transaction.

    `employees`: numbers of the people it is about; `before` and `after`: what changed, as JSON values.
    """
    detail = {"why": why, "before": before, "after": after} if why or before or after else None
    _note(session, _entry(actor, act, kind, key, employees, detail, at))


def look(
    session: Session,
    actor: Actor,
    what: str,
    employees: Iterable[int],
    *,
    at: datetime,
    polled: bool = False,
    key: str = "",
) -> None:
    """Write down that somebody was shown records of these people (numbers); nobody: nothing is written.

    `key`: which of their records, such as the date of a day; empty: several. `polled`: a page asked again by itself;
    the same people in the same view are written down once an hour.
    """
    entry = _entry(actor, LOOKED, what, key, employees, None, at)
    if entry.employees:
        entry.polled = polled
        _note(session, entry)


def erase_details(session: Session, actor: Actor, employee_id: int, *, why: str, at: datetime) -> int:
    """Erase why, before and after of every entry about a person, in which their name may stand; answers how many.

    Who did it, what, when and to whom stays, and the chain still verifies. The erasure is an entry, whose `why` must
    name nobody, for it stays. Raises Invalid without a reason.
    """
    if not why.strip():
        raise Invalid("Say why the details are erased: name the decision or the request, and no person.")
    mine = select(TrailSubjectRow.seq).where(col(TrailSubjectRow.employee_id) == employee_id)
    query = (
        select(TrailDetailRow.seq)
        .join(TrailRow, col(TrailRow.seq) == col(TrailDetailRow.seq))
        .where(col(TrailDetailRow.seq).in_(mine), col(TrailRow.act) != ERASED)
        .order_by(col(TrailDetailRow.seq))
    )
    erased = tuple(session.exec(query))
    if erased:
        detail = {"why": why, "before": None, "after": {"entries": list(erased)}}
        entry = _entry(actor, ERASED, "employee", str(employee_id), (employee_id,), detail, at)
        entry.erases = erased
        _note(session, entry)
    return len(erased)


def noted(session: Session) -> list[Entry]:
    """What was noted in a session and is not appended yet; it is forgotten there."""
    found: Noted | None = session.info.pop(_NOTED, None)
    return [entry for entry, _ in found.entries] if found is not None else []


def _entry(
    actor: Actor,
    act: str,
    kind: str,
    key: str,
    employees: Iterable[int],
    detail: Mapping[str, Any] | None,
    at: datetime,
) -> Entry:
    fields = (actor.name, actor.user_id, actor.role, actor.via, actor.address, act, kind, key)
    content = None
    if detail is not None:
        content = _NUL.sub(r"\1", orjson.dumps(detail, default=str, option=orjson.OPT_NON_STR_KEYS).decode())
    return Entry(
        (micros(at), *(_plain(part) if isinstance(part, str) else part for part in fields)),
        tuple(sorted(set(employees))),
        content,
        secrets.token_bytes(16) if content is not None else None,
    )


def _plain(text: str) -> str:
    """Text that every database takes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _note(session: Session, entry: Entry) -> None:
    held: Noted = session.info.setdefault(_NOTED, Noted())
    held.entries.append((entry, session.get_nested_transaction()))


@event.listens_for(Session, "before_commit")
def _append_noted(session: Session) -> None:
    if session.in_nested_transaction() or _NOTED not in session.info:
        return
    session.flush()  # whatever else the transaction writes comes first, so that the trail is locked last
    append(session, noted(session))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    held: Noted | None = session.info.get(_NOTED)
    if held is None:
        return
    if not ended.nested:
        del session.info[_NOTED]
    else:
        held.entries = [(entry, under) for entry, under in held.entries if not is_within(under, ended)]
