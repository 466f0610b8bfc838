"""What administrators do with webhooks. A secret is answered once, when it is made, and never again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from attendance.errors import Conflict, Invalid, NotFound
from attendance.services.notifications.delivering import bound
from attendance.services.notifications.events import test as test_event
from attendance.services.notifications.kinds import EVENTS
from attendance.services.notifications.sealing import new_secret, seal
from attendance.store import notices, webhooks
from attendance.store.database import Session
from attendance.store.notification_tables import WebhookRow
from attendance.store.trail import Actor, record
from attendance.store.within import EVERYTHING, Within

BOTH_SIGN = timedelta(hours=24)
"""How long the old secret signs beside a new one, so that a receiver misses nothing while it is changed."""
MAX_URL = 500
AGAIN_HOURS = 24.0


def check_url(url: str) -> str:
    """An address that can be one of a webhook; whether it may be reached is asked when something is sent. Raises
    Invalid."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if (
        parts.scheme not in ("https", "http")
        or not parts.hostname
        or len(url) > MAX_URL
        or not (url.isascii() and url.isprintable())
        or any(sign in url for sign in ' "<>\\^`{|}')
    ):
        raise Invalid(f"{url[:80]!r} is not the address of a receiver; write it as https://example.vn/hook.")
    if parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise Invalid("The address of a receiver has no user name, password or fragment; the signature is its proof.")
    return url


def shown_url(url: str) -> str:
    """An address as it may be shown and written down: what follows the host is a password with many receivers."""
    parts = urlsplit(url)
    start = f"{parts.scheme}://{parts.netloc}/"
    return url if start.startswith(url) or url == start else f"{start}…"


def add(
    session: Session,
    secret_key: bytes,
    *,
    name: str,
    url: str,
    events: Sequence[str],
    unit_id: int | None,
    actor: Actor,
    at: datetime,
) -> tuple[WebhookRow, str]:
    """A new webhook, told of what happens from now on, and its secret. Raises Invalid."""
    name = _name(name)
    row = WebhookRow(
        unit_id=unit_id, name=name, url=check_url(url), events=_events(events), sealed=b"",
        after_violation=webhooks.newest_violation(session), created_by=actor.name, created_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    secret = new_secret()
    row.sealed = seal(secret_key, secret, bound(row))
    session.add(row)
    after = {"url": shown_url(url), "events": list(row.events)}
    record(session, actor, "webhook.added", kind="webhook", key=name, after=after, at=at)
    return row, secret


def rotate(session: Session, secret_key: bytes, number: int, within: Within, *, actor: Actor, at: datetime) -> str:
    """A new secret; the one before signs beside it for a day. Raises NotFound."""
    row, secret = get(session, number, within), new_secret()
    row.sealed_before, row.before_until = row.sealed, at + BOTH_SIGN
    row.sealed = seal(secret_key, secret, bound(row))
    session.add(row)
    record(session, actor, "webhook.rotated", kind="webhook", key=row.name, at=at)
    return secret


def disable(session: Session, number: int, within: Within, *, actor: Actor, at: datetime) -> WebhookRow:
    """Shut a webhook; what waits for it stays. Raises NotFound."""
    row = get(session, number, within)
    if row.disabled_at is None:
        row.disabled_at, row.disabled_why = at, "by_hand"
        session.add(row)
        record(session, actor, "webhook.disabled", kind="webhook", key=row.name, at=at)
    return row


def enable(session: Session, number: int, within: Within, *, actor: Actor, at: datetime) -> WebhookRow:
    """Open it again; what waited is sent. Raises NotFound."""
    row = get(session, number, within)
    if row.disabled_at is not None:
        row.disabled_at, row.disabled_why, row.failing_since = None, "", None
        session.add(row)
        record(session, actor, "webhook.enabled", kind="webhook", key=row.name, at=at)
    return row


def send_test(session: Session, number: int, within: Within, *, actor: Actor, at: datetime) -> str:
    """Put a test event into the outbox; answers its key. Raises NotFound, Invalid where the webhook is shut."""
    row = get(session, number, within)
    if row.disabled_at is not None:
        raise Invalid(f"Webhook {row.name} is shut; open it before you test it.")
    record(session, actor, "webhook.tested", kind="webhook", key=row.name, at=at)
    return test_event(session, row, at)


def try_again(session: Session, number: int, within: Within, *, actor: Actor, at: datetime) -> None:
    """Have something that failed sent again now. Raises NotFound; Conflict where it was sent meanwhile."""
    row = notices.find(session, number)
    hook = webhooks.find(session, row.webhook_id, within) if row is not None and row.webhook_id is not None else None
    if row is None or not (within.is_all or hook is not None):
        raise NotFound("notice", str(number))
    if not notices.try_again(session, number, at, AGAIN_HOURS):
        raise Conflict
    record(session, actor, "notice.retried", kind="notice", key=str(number), at=at)


def get(session: Session, number: int, within: Within = EVERYTHING) -> WebhookRow:
    """Raises NotFound for one that is outside of the part one looks after, as for none."""
    row = webhooks.find(session, number, within, lock=True)
    if row is None:
        raise NotFound("webhook", str(number))
    return row


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 64 or not name.isprintable():
        raise Invalid("Give the webhook a name of 1 to 64 letters, such as the program that receives it.")
    return name


def _events(events: Sequence[str]) -> list[str]:
    unknown = [event for event in events if event not in EVENTS]
    if unknown or not events:
        raise Invalid(f"Choose what it is told of, among {', '.join(EVENTS)}.")
    return [event for event in EVENTS if event in events]
