"""Whom a kind of notice may go to, and for which rows: by the grants that hold at that moment, and by their wishes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from attendance.services import access
from attendance.services.access import Permission
from attendance.services.notifications.kinds import ABOUT, INBOX
from attendance.store import grants, notice_wishes
from attendance.store.database import Session
from attendance.store.notice_wishes import Recipient
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class Listener:
    """An account that wants a kind of notice. `ways` are those by which it can be reached; `minute` None: at once."""

    who: Recipient
    kind: str
    ways: tuple[str, ...]
    minute: int | None


def listeners(session: Session, kind: str) -> list[Listener]:
    """Open accounts that want a kind, or have chosen nothing where it goes to everybody it concerns."""
    about = ABOUT[kind]
    chosen = {wish.user_id: wish for wish in notice_wishes.wishes(session) if wish.kind == kind}
    reached: dict[str, dict[int, str]] = {}
    found = []
    everybody = bool(about.ways)  # else nobody is told who did not choose it
    for who in notice_wishes.recipients(session, None if everybody else list(chosen)):
        wish = chosen.get(who.user_id)
        ways = wish.ways if wish is not None else about.ways
        if not ways or (about.own and who.employee_id is None):
            continue
        for way in ways:
            if way != INBOX and way not in reached:
                reached[way] = notice_wishes.confirmed(session, way)
        ways = tuple(way for way in ways if way == INBOX or who.user_id in reached[way])
        minute = None if about.minute is None else wish.minute if wish is not None else about.minute
        if ways:
            found.append(Listener(who, kind, ways, minute))
    return found


def scope(session: Session, who: Recipient, permission: Permission, at: datetime, today: date) -> Within | None:
    """The rows for which an account has a permission at this moment; None: nowhere."""
    return access.within(session, permission, grants.holding(session, who.user_id, at), who.employee_id, today)


class Scopes:
    """The same for many accounts, whose grants are read at once."""

    def __init__(self, session: Session, accounts: Iterable[Recipient], at: datetime, today: date) -> None:
        self._session, self._today = session, today
        held = grants.of_users(session, [who.user_id for who in accounts])
        self._held = {number: [one for one in rows if one.holds(at)] for number, rows in held.items()}
        self._known: dict[tuple[Permission, tuple[tuple[str, int | None], ...], int | None], Within | None] = {}

    def of(self, who: Recipient, permission: Permission) -> Within | None:
        held = self._held.get(who.user_id, [])
        named = tuple(sorted(((one.role, one.unit_id) for one in held), key=str))
        own = who.employee_id if any(role == "official" for role, _ in named) else None
        key = (permission, named, own)
        if key not in self._known:
            self._known[key] = access.within(self._session, permission, held, who.employee_id, self._today)
        return self._known[key]
