"""Sending what waits in the outbox: taken by one, tried, and settled, each in a transaction of its own.

    waiting ──take──▶ sending ──▶ sent | dropped (nothing left to say) | waiting (again later) | failed

A sender that dies leaves a row held; it is taken again when the hold is over, so nothing is lost, and a webhook or mail
that had left already is sent a second time under the same id. Who may be told is asked at the moment of sending.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Literal, Protocol

import orjson

from attendance.clock import Now
from attendance.errors import AttendanceError, Invalid, StoreUnavailable
from attendance.services.notifications import planning
from attendance.services.notifications.kinds import INBOX, WEBHOOK
from attendance.services.notifications.sealing import SecretUnreadable, unseal
from attendance.store import notice_wishes, notices, webhooks
from attendance.store.database import Database, Session
from attendance.store.notice_wishes import Recipient
from attendance.store.notification_tables import NoticeRow, WebhookRow
from attendance.store.trail import TIMETABLE, record

log = logging.getLogger(__name__)

BACKOFF = (30, 120, 600, 1800, 7200, 18_000, 36_000)
"""Seconds until the next try after the first, second … failure; then always the last."""
HOLD = timedelta(minutes=5)
TAKEN = 50
GIVE_UP_AFTER = timedelta(days=5)
"""A webhook that takes nothing for so long is shut, and an administrator told."""


class Undelivered(AttendanceError):
    """It did not arrive. `scope` way: nothing else would arrive by this way now. `final`: it is not tried again.

    `reason` names a sentence that `params` fill; they hold no address of a person and no secret.
    """

    code = "undelivered"

    def __init__(
        self, reason: str, *, scope: Literal["one", "way"] = "one", final: bool = False, **params: str | int
    ) -> None:
        self.reason = reason
        self.params = {name: value[:80] if isinstance(value, str) else value for name, value in params.items()}
        super().__init__(f"Not delivered: {reason} {self.params}")
        self.scope, self.final = scope, final

    @property
    def stored(self) -> str:
        """What the outbox keeps of it, which pages put into words."""
        return orjson.dumps([self.reason, self.params]).decode()


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said to one account, in its language. `brief` names nobody, for services outside of the office.

    `link` is a path of the pages.
    """

    title: str
    text: str
    brief: str
    link: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter on its way. `id` is the same at every try."""

    id: str
    to: str
    letter: Letter


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """An event on its way to a webhook, to be signed with each of `secrets`, the newest first."""

    id: str
    url: str
    body: str
    secrets: tuple[str, ...]


class LetterWay(Protocol):
    """Carries letters; between `open` and `close` it may keep a line open. Raises Undelivered."""

    def carry(self, parcel: Parcel) -> None: ...

    def close(self) -> None: ...


Writer = Callable[[Session, NoticeRow, Recipient, datetime], Letter | str]
"""The letter of a notice as things stand now, or the code of why there is nothing to say."""


@dataclass(slots=True)
class Done:
    """What became of what was due."""

    sent: int = 0
    dropped: int = 0
    failed: int = 0
    later: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.dropped + self.failed + self.later


@dataclass
class Deliverer:
    """Sends what is due. `ways` by name; `post` brings an event to a webhook and raises Undelivered."""

    database: Database
    now: Now
    secret_key: bytes
    write: Writer
    ways: Mapping[str, LetterWay]
    post: Callable[[Event], None]
    hold: timedelta = HOLD
    _down: dict[str, str] = field(default_factory=dict)

    def deliver(self, *, seconds: float = 20.0) -> Done:
        """Send until nothing is due or the time is over; what remains is due the next time."""
        done, until = Done(), monotonic() + seconds
        self._down.clear()
        try:
            while monotonic() < until:
                with self.database.writing() as session:
                    rows = notices.take(session, self.now(), most=TAKEN, hold=self.hold)
                    for row in rows:
                        session.expunge(row)
                if not rows:
                    break
                for place, row in enumerate(rows):
                    if monotonic() >= until:  # whoever comes next takes the rest; a slow server holds up nobody
                        with self.database.writing() as session:
                            notices.give_back(session, [one.id for one in rows[place:] if one.id is not None])
                        return done
                    self._one(row, done)
        finally:
            for way in self.ways.values():
                way.close()
        return done

    def _one(self, row: NoticeRow, done: Done) -> None:
        try:
            if row.webhook_id is not None:
                self._event(row, done)
            else:
                self._letter(row, done)
        except StoreUnavailable:
            raise
        except Undelivered as error:
            self._put_off(row, error.stored, final=error.final, done=done)
        except SecretUnreadable as error:
            self._put_off(row, Undelivered("secret", name=error.name).stored, final=False, done=done)
        except Exception as error:  # one that cannot be written must not stop the others
            log.exception("notice %s could not be sent", row.id)
            self._put_off(row, Undelivered("internal", why=type(error).__name__).stored, final=False, done=done)

    def _letter(self, row: NoticeRow, done: Done) -> None:
        assert row.id is not None
        assert row.user_id is not None
        at = self.now()
        if at > row.not_after:
            self._drop(row.id, "late", done)
            return
        with self.database.reading() as session:
            found = notice_wishes.recipients(session, [row.user_id])
            kept = notice_wishes.address(session, row.user_id, row.way) if row.way != INBOX else None
            to = kept.address if kept is not None else ""
            if not found or (row.way != INBOX and not to):
                letter: Letter | str = "closed" if not found else "no_address"
            else:
                letter = self.write(session, row, found[0], at)
        if isinstance(letter, str):
            self._drop(row.id, letter, done)
            return
        if row.way != INBOX:
            carrier = self.ways.get(row.way)
            if carrier is None:
                raise Undelivered("no_way", scope="way", way=row.way)
            self._try(
                row, row.way, lambda: carrier.carry(Parcel(message_id(self.secret_key, row.key), to, letter)), done
            )
            if row.way in self._down:
                return
        with self.database.writing() as session:
            notices.sent(session, row.id, title=letter.title, link=letter.link, at=self.now())
        done.sent += 1

    def _event(self, row: NoticeRow, done: Done) -> None:
        assert row.id is not None
        assert row.webhook_id is not None
        with self.database.reading() as session:
            hook = webhooks.find(session, row.webhook_id)
            if hook is None or hook.disabled_at is not None:
                waits = True
            else:
                waits = False
                event = Event(message_id(self.secret_key, row.key), hook.url, row.body, self._secrets(hook))
        if waits:
            self._put_off(row, Undelivered("shut").stored, final=False, done=done, tried=False)
            return
        way = f"{WEBHOOK}:{row.webhook_id}"
        self._try(row, way, lambda: self.post(event), done)
        if way in self._down:
            return
        with self.database.writing() as session:
            notices.sent(session, row.id, title="", link="", at=self.now())
            webhooks.worked(session, row.webhook_id, self.now())
        done.sent += 1

    def _try(self, row: NoticeRow, way: str, carry: Callable[[], None], done: Done) -> None:
        """Carry it, unless the way was down a moment ago. Raises Undelivered where this one alone failed."""
        if way in self._down:
            self._put_off(row, self._down[way], final=False, done=done, tried=False)
            return
        try:
            carry()
        except Undelivered as error:
            if row.webhook_id is not None:
                self._webhook_failed(row, error)
            if error.scope == "one":
                raise
            self._down[way] = error.stored
            self._put_off(row, error.stored, final=error.final, done=done)

    def _put_off(self, row: NoticeRow, sentence: str, *, final: bool, done: Done, tried: bool = True) -> None:
        assert row.id is not None
        seconds = BACKOFF[min(max(row.attempts - 1, 0), len(BACKOFF) - 1)]
        next_at = self.now() + timedelta(seconds=seconds * random.uniform(0.9, 1.1))
        over = final or next_at > row.not_after
        with self.database.writing() as session:
            if over:
                notices.failed(session, row.id, sentence)
            else:
                notices.later(session, row.id, sentence, next_at, tried=tried)
        if over:
            done.failed += 1
        else:
            done.later += 1

    def _drop(self, number: int, why: str, done: Done) -> None:
        with self.database.writing() as session:
            notices.dropped(session, number, why)
        done.dropped += 1

    def _webhook_failed(self, row: NoticeRow, error: Undelivered) -> None:
        """Note it, and shut a webhook that is gone or has taken nothing for long."""
        assert row.webhook_id is not None
        at = self.now()
        with self.database.writing() as session:
            since = webhooks.failed(session, row.webhook_id, error.stored, at)
            if since is None or not (error.final or at - since >= GIVE_UP_AFTER):
                return
            hook = webhooks.find(session, row.webhook_id, lock=True)
            if hook is None or hook.disabled_at is not None:
                return
            shut(session, hook, "gone" if error.final else "failing", at)

    def _secrets(self, hook: WebhookRow) -> tuple[str, ...]:
        found = [unseal(self.secret_key, hook.sealed, bound(hook), hook.name)]
        if hook.sealed_before is not None and hook.before_until is not None and self.now() < hook.before_until:
            found.append(unseal(self.secret_key, hook.sealed_before, bound(hook), hook.name))
        return tuple(found)


def shut(session: Session, hook: WebhookRow, why: str, at: datetime) -> None:
    """Close a webhook by itself, with an entry in the trail, a line in the log and a notice to administrators."""
    hook.disabled_at, hook.disabled_why = at, why
    session.add(hook)
    record(session, TIMETABLE, "webhook.shut", kind="webhook", key=hook.name, after={"why": why}, at=at)
    log.warning("webhook %s is shut: %s", hook.name, why)
    planning.system(
        session, at, "webhook", f"{hook.id}:{at:%Y%m%d%H%M}", {"webhook": hook.name, "number": str(hook.id), "why": why}
    )


def message_id(secret_key: bytes, key: str) -> str:
    """The name under which a receiver knows a message again; it follows from the key, so it never changes.

    Without the secret nobody can try keys, which hold numbers of people, until one fits.
    """
    return f"msg_{hmac.new(secret_key, key.encode(), hashlib.sha256).hexdigest()[:32]}"


def bound(hook: WebhookRow) -> str:
    """What a secret is bound to, so that it opens in no other row."""
    if hook.id is None:
        raise Invalid("A webhook is stored before its secret is.")
    return f"webhook {hook.id}"
