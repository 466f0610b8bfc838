"""What people choose for themselves: which kinds, by which way, when; and the addresses, each proven by a code.

A code goes to the new address alone; until it is typed in, nothing else goes there, and the old address stays in use.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from attendance.errors import AttendanceError, Invalid
from attendance.services.notifications.kinds import ABOUT, INBOX, KINDS, MAIL
from attendance.services.second_factor import derive_key
from attendance.store import notice_wishes
from attendance.store.database import Database, Session
from attendance.store.notice_wishes import Wish
from attendance.store.notification_tables import NoticeAddressRow
from attendance.store.trail import Actor, record

CODE_LASTS = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=1)
MOST_GUESSES = 5
DAY = 24 * 60
_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*"
)
_TARGET = re.compile(r"[A-Za-z0-9_@+.-]{1,64}")
SendCode = Callable[[str, str, str], None]
"""Brings a code (way, address, code) to an address. Raises Undelivered."""


class AddressRefused(Invalid):
    """`why` names the reason for pages: address, soon, code, over, way."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


REASONS = ("address", "soon", "code", "over", "way")


def choose(
    session: Session, user_id: int, kind: str, ways: Collection[str], minute: int, *, known: Collection[str],
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Say by which ways one wants a kind of notice, and when; no way: not at all. Raises Invalid."""
    if kind not in KINDS or not 0 <= minute < DAY:
        raise Invalid(f"Choose one of {', '.join(KINDS)}, and a time from 00:00 to 23:59.")
    wrong = [way for way in ways if way not in known]
    if wrong:
        raise Invalid(f"There is no way {wrong[0]!r} here; choose among {', '.join(known)}.")
    before = {wish.kind: wish for wish in notice_wishes.wishes(session, user_id)}.get(kind)
    wish = Wish(user_id, kind, tuple(way for way in known if way in ways), minute)
    if before == wish:
        return
    notice_wishes.set_wish(session, wish, at)
    record(
        session, actor, "notices.chosen", kind="account", key=actor.name,
        after={"kind": kind, "way": ", ".join(wish.ways)}, at=at,
    )  # fmt: skip


def speak(session: Session, user_id: int, language: str, *, actor: Actor, at: datetime) -> None:
    """Be written to in this language from now on."""
    before = next((who.language for who in notice_wishes.recipients(session, [user_id])), "")
    if before != language:
        notice_wishes.set_language(session, user_id, language, at)
        record(session, actor, "notices.chosen", kind="account", key=actor.name, after={"language": language}, at=at)


def ask_address(
    database: Database, secret_key: bytes, user_id: int, way: str, address: str, send: SendCode, *, actor: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """Send a code to a new address. Raises AddressRefused; Undelivered where it could not be sent: nothing changes."""
    address = address.strip()
    if not is_address(way, address):
        raise AddressRefused("address", f"{address[:60]!r} is not an address to which a notice can be sent.")
    code = "".join(secrets.choice("0123456789") for _ in range(6))
    with database.writing() as session:
        row = notice_wishes.address(session, user_id, way, lock=True) or NoticeAddressRow(user_id=user_id, way=way)
        if _was_just_asked(row, at):
            raise AddressRefused("soon", "A code was sent less than a minute ago; look for it, or ask again then.")
        row.wanted, row.guesses = address, 0
        row.code_digest, row.code_expires_at = _digest(secret_key, user_id, way, address, code), at + CODE_LASTS
        session.add(row)
        record(session, actor, "notices.address_asked", kind="account", key=actor.name, after={"way": way}, at=at)
    try:
        send(way, address, code)
    except AttendanceError:
        with database.writing() as session:
            row = notice_wishes.address(session, user_id, way, lock=True) or row
            row.wanted, row.code_digest, row.code_expires_at = "", "", None
            session.add(row)
        raise


def confirm_address(
    database: Database, secret_key: bytes, user_id: int, way: str, code: str, *, actor: Actor, at: datetime
) -> str:
    """Take the code of an address into use; answers the address. Raises AddressRefused, also after too many guesses."""
    wrong: AddressRefused | None = None
    with database.writing() as session:
        row = notice_wishes.address(session, user_id, way, lock=True)
        if row is None or not row.wanted or row.code_expires_at is None or at >= row.code_expires_at:
            raise AddressRefused("over", "There is no code to confirm any more; ask for a new one.")
        row.guesses += 1
        given = _digest(secret_key, user_id, way, row.wanted, code.strip())
        if row.guesses > MOST_GUESSES:
            row.wanted, row.code_digest = "", ""
            wrong = AddressRefused("over", "The code was typed wrong too often; ask for a new one.")
        elif not hmac.compare_digest(given, row.code_digest):
            wrong = AddressRefused("code", "This is not the code that was sent; look again.")
        else:
            row.address, row.confirmed_at, row.wanted = row.wanted, at, ""
            row.code_digest, row.code_expires_at = "", None
            record(session, actor, "notices.address_set", kind="account", key=actor.name, after={"way": way}, at=at)
        session.add(row)
        address = row.address
    if wrong is not None:
        raise wrong
    return address


def forget_address(session: Session, user_id: int, way: str, *, actor: Actor, at: datetime) -> None:
    """Take an address away, also one that waits for its code."""
    row = notice_wishes.address(session, user_id, way, lock=True)
    if row is not None:
        if _was_just_asked(row, at):  # else whoever forgets and asks again has codes mailed without end
            row.address, row.confirmed_at, row.wanted, row.code_digest = "", None, "", ""
            session.add(row)
        else:
            notice_wishes.forget(session, user_id, way)
        record(session, actor, "notices.address_removed", kind="account", key=actor.name, after={"way": way}, at=at)


def _was_just_asked(row: NoticeAddressRow, at: datetime) -> bool:
    return row.code_expires_at is not None and row.code_expires_at - CODE_LASTS + AGAIN_AFTER > at


def is_address(way: str, address: str) -> bool:
    """Whether something can be sent there: for mail an address of mail, else a number or name without signs that would
    say something else in the address of a service."""
    if way == MAIL:
        return len(address) <= 254 and _MAIL.fullmatch(address) is not None and ".." not in address
    return way != INBOX and _TARGET.fullmatch(address) is not None


def minute_of(kind: str) -> int:
    """The usual minute of a kind; 0 for what is told at once."""
    return ABOUT[kind].minute or 0


def _digest(secret_key: bytes, user_id: int, way: str, address: str, code: str) -> str:
    key = derive_key(secret_key, b"notice code")
    return hmac.new(key, f"{user_id}:{way}:{address}:{code}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
