"""What programs are told of: each event once to each webhook that asked for it, as `{type, timestamp, data}`.

Whoever runs webhooks sees no attendance, so an event of it says what happened where and when, never of whom: no person,
no minutes, no name of a violation (which holds the person's number). A program asks the API for those, by a token of
somebody who may see them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from attendance import clock
from attendance.services.notifications.kinds import TEST, WEBHOOK
from attendance.services.notifications.watching import Told
from attendance.store import notices, webhooks
from attendance.store.bulk import is_sqlite
from attendance.store.checkpoints import made_since as made_checkpoints
from attendance.store.database import Session
from attendance.store.listing_keys import violation_id
from attendance.store.notices import NewNotice
from attendance.store.notification_tables import WebhookRow
from attendance.store.tree import StoredTree

MOST = 1000
OVERLAP = 5000  # on PostgreSQL numbers of transactions that ran at once become visible out of order
OLDEST_DAYS = 28
"""What an office files of longer ago is no event. Less than the outbox remembers: numbers that are looked at again
would be told again, as soon as it has forgotten that they were told."""
MONTHS_BACK = timedelta(days=2)
HOURS = 24.0 * 30


class Hearers:
    """The webhooks that are open, each with the units it is told of."""

    def __init__(self, session: Session, at: datetime, zone: str) -> None:
        self.hooks = webhooks.open_ones(session)
        tree = StoredTree(session) if self.hooks else None
        self.codes = tree.codes if tree is not None else {}
        today = clock.today(at, zone)
        self._units = {
            hook.id: None if hook.unit_id is None or tree is None else tree.below([hook.unit_id], today)
            for hook in self.hooks
        }

    def of(self, event: str) -> list[WebhookRow]:
        return [hook for hook in self.hooks if event in hook.events]

    def hears(self, hook: WebhookRow, unit_id: int | None) -> bool:
        units = self._units[hook.id]
        return units is None or unit_id in units


def violations(session: Session, zone: str, at: datetime, hearers: Hearers) -> None:
    """Violations that were concluded since each webhook was told last, and are not excused already."""
    since_on = clock.today(at, zone) - timedelta(days=OLDEST_DAYS)
    for hook in hearers.of("violation.opened"):
        after = hook.after_violation - (0 if is_sqlite(session) else OVERLAP)
        while True:
            rows = list(webhooks.new_violations(session, after, since_on, MOST))
            due = []
            for number, person, unit_id, on, part, kind, status in rows:
                after = number
                if status == "excused" or not hearers.hears(hook, unit_id):
                    continue
                data = {
                    "unit": hearers.codes.get(unit_id or 0), "date": on, "session": part, "violation_type": kind,
                    "status": status,
                }  # fmt: skip
                due.append(notice(hook, "violation.opened", violation_id(person, on, part, kind), data, at))
            notices.put(session, due, at)
            if len(rows) < MOST:
                break
        hook.after_violation = max(hook.after_violation, after)
        session.add(hook)


def terminals(session: Session, zone: str, at: datetime, hearers: Hearers, told: Sequence[Told]) -> None:
    """Terminals that went silent or are back, each an event of its own."""
    due = []
    for each in told:
        event = "terminal.silent" if each.silent else "terminal.back"
        facts = each.health.facts
        until = facts.data_until
        data = {
            "terminal": facts.code, "unit": hearers.codes.get(facts.unit_id), "since": each.since,
            "state": each.health.state, "data_until": clock.local_iso(until, zone) if until else None,
        }  # fmt: skip
        due += [
            notice(hook, event, each.name, data, at) for hook in hearers.of(event) if hearers.hears(hook, facts.unit_id)
        ]
    notices.put(session, due, at)


def months(session: Session, at: datetime, hearers: Hearers) -> None:
    """Months that were locked or reopened, without the reason."""
    if not (hearers.of("month.locked") or hearers.of("month.reopened")):
        return
    due = []
    for row in webhooks.month_events(session, at - MONTHS_BACK):
        event = "month.reopened" if row.reopened else "month.locked"
        data = {"unit": hearers.codes.get(row.unit_id), "month": f"{row.month:%Y-%m}", "at": row.at}
        due += [
            notice(hook, event, str(row.id), data, at)
            for hook in hearers.of(event)
            if hearers.hears(hook, row.unit_id) and row.recorded_at >= hook.created_at
        ]
    notices.put(session, due, at)


def checkpoints(session: Session, at: datetime, hearers: Hearers) -> None:
    """Checkpoints over the whole office, which webhooks for a single unit are not told of."""
    hooks = [hook for hook in hearers.of("checkpoint.published") if hook.unit_id is None]
    due = []
    for row in made_checkpoints(session, at - MONTHS_BACK) if hooks else ():
        data = {"number": row.number, "size": row.size, "root": row.root.hex(), "digest": row.digest, "text": row.text}
        due += [
            notice(hook, "checkpoint.published", str(row.number), data, row.at)
            for hook in hooks
            if row.at >= hook.created_at
        ]
    notices.put(session, due, at)


def test(session: Session, hook: WebhookRow, at: datetime) -> str:
    """Put a test event into the outbox; answers its key."""
    one = notice(hook, TEST, f"{at.timestamp():.6f}", {"webhook": hook.name}, at)
    notices.put(session, [one], at)
    return one.key


def content(event: str, data: Mapping[str, Any], at: datetime) -> str:
    """What a webhook is sent, byte for byte the same at every try."""
    return orjson.dumps({"type": event, "timestamp": at, "data": dict(data)}, option=orjson.OPT_UTC_Z).decode()


def notice(hook: WebhookRow, event: str, what: str, data: Mapping[str, Any], at: datetime) -> NewNotice:
    """An event for one webhook, known by what it is of."""
    return NewNotice(
        f"{event}:{hook.id}:{what}", event, WEBHOOK, webhook_id=hook.id, body=content(event, data, at), hours=HOURS
    )
