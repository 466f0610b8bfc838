"""What is told of explanations: to the person that they are asked and what was decided, to others what waits for them.

Asked and decided are told when they happen, all of one round together; what waits is told once a day at most.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from attendance import clock
from attendance.services.explanations.standing import above
from attendance.services.notifications.audience import Listener, Scopes, listeners
from attendance.services.notifications.events import Hearers, notice
from attendance.services.notifications.kinds import ABOUT
from attendance.store import explanation_news, listing_explanations, notices
from attendance.store.database import Session
from attendance.store.listing_explanations import Waiting
from attendance.store.notice_wishes import Recipient
from attendance.store.notices import NewNotice
from attendance.store.superiors import Superiors

NEWS = timedelta(days=2)
"""What is older is no news: the service stood still, and the pages tell it."""
DIGEST_LASTS = 120
SOON_DAYS = 2
REMIND_EVERY_DAYS = 3


class Tasks:
    """What waits at a moment, and for whom."""

    def __init__(self, session: Session, zone: str, at: datetime) -> None:
        self._session, self._zone, self._at = session, zone, at
        self.rows = listing_explanations.waiting(session, at)
        self._above: dict[tuple[int, int | None], Superiors] = {}

    def of(self, who: Recipient, scopes: Scopes) -> list[Waiting]:
        """What this account is to do; never about oneself but to explain."""
        return [row for row in self.rows if self._is_for(row, who, scopes)]

    def _is_for(self, row: Waiting, who: Recipient, scopes: Scopes) -> bool:
        if row.step == "explain":
            within = scopes.of(who, "explanations.file")
            return row.employee_id == who.employee_id and within is not None and within.employee == who.employee_id
        if row.employee_id == who.employee_id:
            return False
        within = scopes.of(who, "explanations.confirm" if row.step == "confirm" else "explanations.decide")
        if within is None or not within.sees(row.unit_id, row.employee_id):
            return False
        key = (row.employee_id, row.unit_id)
        if key not in self._above:
            self._above[key] = above(self._session, *key, zone=self._zone, at=self._at)
        found = self._above[key]
        return who.user_id in (found.nearest if row.step == "confirm" else found.further or found.nearest)


def digest(session: Session, zone: str, at: datetime) -> list[NewNotice]:
    """What waits for each listener whose minute has come: where something is new, due soon, or waits for days."""
    wall = clock.to_wall(at, zone)
    minute = wall.hour * 60 + wall.minute
    ready = [
        one
        for one in listeners(session, "waiting")
        if one.minute is not None and one.minute <= minute < one.minute + DIGEST_LASTS
    ]
    keys = {one.who.user_id: [_key(one, way, f"digest:{wall:%Y-%m-%d}") for way in one.ways] for one in ready}
    told = notices.known(session, [key for each in keys.values() for key in each])
    ready = [one for one in ready if told.isdisjoint(keys[one.who.user_id])]
    if not ready:
        return []
    tasks, scopes = Tasks(session, zone, at), Scopes(session, [one.who for one in ready], at, wall.date())
    due: list[NewNotice] = []
    for one in ready if tasks.rows else ():
        mine = tasks.of(one.who, scopes)
        last = explanation_news.last_digest(session, one.who.user_id) if mine else None
        if any(_presses(row, last, wall.date(), zone) for row in mine):
            due += _notices(one, f"digest:{wall:%Y-%m-%d}", {"what": "digest"})
    return due


def _presses(row: Waiting, last: datetime | None, today: date, zone: str) -> bool:
    """Whether it is worth a message today."""
    if last is None or row.since > last:
        return True
    if row.due_on is not None:
        return row.due_on - today <= timedelta(days=SOON_DAYS)
    days = (today - clock.today(row.since, zone)).days
    return days > 0 and days % REMIND_EVERY_DAYS == 0


def news(session: Session, at: datetime) -> list[NewNotice]:
    """To each person that they were asked, and what was decided on theirs."""
    asked: dict[int, list[str]] = defaultdict(list)
    decided: dict[int, list[str]] = defaultdict(list)
    for row in listing_explanations.waiting(session, at):
        if row.step == "explain" and at - row.since <= NEWS:
            asked[row.employee_id].append(f"{row.violation}@{row.since:%Y%m%d%H%M%S}")
    for found in explanation_news.decided_since(session, at - NEWS):
        decided[found.employee_id].append(f"{found.id}.{found.version}")
    if not asked and not decided:
        return []
    due: list[NewNotice] = []
    for one in listeners(session, "waiting"):
        for what, items in (("asked", asked), ("decided", decided)):
            mine = items.get(one.who.employee_id or 0, [])
            new = sorted(set(mine) - explanation_news.told_items(session, one.who.user_id)) if mine else []
            if new:
                name = hashlib.sha256(" ".join(new).encode()).hexdigest()[:20]
                due += _notices(one, f"{what}:{name}", {"what": what, "items": new})
    return due


def events(session: Session, at: datetime, hearers: Hearers) -> list[NewNotice]:
    """What waits since a webhook was made, an event for each step of it; neither text nor ground of an explanation."""
    hooks = hearers.of("explanation.waiting")
    due: list[NewNotice] = []
    for row in listing_explanations.waiting(session, at) if hooks else ():
        if at - row.since > NEWS:
            continue
        data = {
            "explanation": row.explanation_id, "unit": hearers.codes.get(row.unit_id or 0), "step": row.step,
            "since": row.since, "due_on": row.due_on,
        }  # fmt: skip
        what = f"{row.violation}:{row.step}:{row.since:%Y%m%d%H%M%S}"
        due += [
            notice(hook, "explanation.waiting", what, data, at)
            for hook in hooks
            if hearers.hears(hook, row.unit_id) and row.since >= hook.created_at
        ]
    return due


def _notices(one: Listener, what: str, params: dict[str, object]) -> Iterable[NewNotice]:
    return [
        NewNotice(
            _key(one, way, what), "waiting", way, one.who.user_id, params=params, hours=ABOUT["waiting"].hours
        )
        for way in one.ways
    ]  # fmt: skip


def _key(one: Listener, way: str, what: str) -> str:
    return f"waiting:{one.who.user_id}:{way}:{what}"
