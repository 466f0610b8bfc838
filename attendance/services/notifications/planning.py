"""What is due to be told to people now, put into the outbox. Asked again and again; the keys make each thing be told
once, whatever restarts, clocks or second processes do.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from attendance import clock
from attendance.services.notifications.audience import Listener, Scopes, listeners
from attendance.services.notifications.kinds import ABOUT
from attendance.services.notifications.watching import Told
from attendance.store import notices
from attendance.store.database import Session
from attendance.store.notices import NewNotice

MORNING_LASTS = 120
"""Minutes after the chosen one in which a morning list is still worth sending."""
MISSING_EVERY = timedelta(minutes=5)
Missing = Callable[[Session, datetime, Collection[int]], Collection[int]]
"""People (numbers) of whom a punch of today is missing although every terminal they depend on was read since."""


def morning(session: Session, zone: str, at: datetime) -> list[NewNotice]:
    """The morning list of whoever chose a minute that has come. Whether they work that day is asked when it is sent."""
    on, minute = _wall(at, zone)
    due: list[NewNotice] = []
    for one in listeners(session, "morning"):
        if one.minute is not None and one.minute <= minute < one.minute + MORNING_LASTS:
            due += _notices(one, f"{on}", {"date": on.isoformat()})
    return due


def missing(session: Session, zone: str, at: datetime, find: Missing) -> list[NewNotice]:
    """The evening's note to whoever misses a punch; asked again until midnight, for terminals that are read late."""
    on, minute = _wall(at, zone)
    waiting: dict[int, list[Listener]] = defaultdict(list)
    ready = [one for one in listeners(session, "missing") if one.minute is not None and one.minute <= minute]
    keys = {one.who.user_id: [new.key for new in _notices(one, f"{on}", {})] for one in ready}
    told = notices.known(session, [key for each in keys.values() for key in each])
    for one in ready:
        if one.who.employee_id is not None and told.isdisjoint(keys[one.who.user_id]):
            waiting[one.who.employee_id].append(one)
    due: list[NewNotice] = []
    if waiting:
        scopes = Scopes(session, [one.who for each in waiting.values() for one in each], at, on)
        for employee_id in find(session, at, waiting.keys()):
            for one in waiting[employee_id]:
                own = scopes.of(one.who, "attendance.read")
                if own is not None and own.employee == employee_id:
                    due += _notices(one, f"{on}", {"date": on.isoformat()})
    return due


def terminals(session: Session, zone: str, at: datetime, told: Sequence[Told]) -> list[NewNotice]:
    """One message to each listener on all terminals of their part of the tree that went silent or are back."""
    if not told:
        return []
    heard = listeners(session, "terminals")
    scopes = Scopes(session, [one.who for one in heard], at, clock.today(at, zone))
    due: list[NewNotice] = []
    for one in heard:
        within = scopes.of(one.who, "terminals.read")
        mine = [each for each in told if within is not None and within.sees(each.health.facts.unit_id)]
        if not mine:
            continue
        digest = hashlib.sha256(" ".join(sorted(each.name for each in mine)).encode()).hexdigest()[:20]
        params = {
            word: [each.health.facts.code for each in mine if each.silent == silent]
            for word, silent in (("silent", True), ("back", False))
        }
        due += _notices(one, digest, params)
    return due


def system(session: Session, at: datetime, what: str, key: str, params: dict[str, str]) -> None:
    """A trouble of the installation itself, told to whoever runs it."""
    heard = listeners(session, "system")
    scopes = Scopes(session, [one.who for one in heard], at, at.date())
    due: list[NewNotice] = []
    for one in heard:
        if scopes.of(one.who, "system.manage") is not None:  # of which part is asked when it is sent
            due += _notices(one, f"{what}:{key}", {"what": what, **params})
    notices.put(session, due, at)


def _notices(one: Listener, what: str, params: Mapping[str, object]) -> Iterable[NewNotice]:
    """A notice for each way of a listener; its key says what, to whom and by which way."""
    return [
        NewNotice(
            f"{one.kind}:{one.who.user_id}:{way}:{what}", one.kind, way, one.who.user_id, params=dict(params),
            hours=ABOUT[one.kind].hours,
        )
        for way in one.ways
    ]  # fmt: skip


def _wall(at: datetime, zone: str) -> tuple[date, int]:
    """Date and minute of the day on the wall of the office."""
    wall = clock.to_wall(at, zone)
    return wall.date(), wall.hour * 60 + wall.minute
