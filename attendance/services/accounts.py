"""Who may sign in, who is signed in, and how often somebody may guess."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Literal

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from attendance import clock
from attendance.errors import AttendanceError, Invalid, StoreUnavailable
from attendance.services.access import leading
from attendance.services.granting import Wanted, give
from attendance.store import accounts, grants, office
from attendance.store.database import Database, Session
from attendance.store.grants import Grant
from attendance.store.registering import check_code
from attendance.store.tables import EmployeeRow
from attendance.store.trail import CONSOLE, Actor, record

Kind = Literal["bearer", "session"]

MIN_PASSWORD, MAX_PASSWORD = 10, 256
BEARER_LASTS = timedelta(hours=8)
SESSION_LASTS = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=30)
SEEN_STEP = timedelta(minutes=1)  # a write per request would make every reader a writer
HASHES_AT_ONCE = 4  # each takes 64 MiB
_SECRET_LENGTH = 43  # 256 bits as URL-safe base64


class SignInRefused(AttendanceError):
    """Name or password is wrong, or the account is closed: one answer, so that it tells nothing about which."""

    code = "sign_in_refused"

    def __init__(self) -> None:
        super().__init__("The user name or the password is not right.")


class TooManyAttempts(AttendanceError):
    code = "too_many_attempts"

    def __init__(self, retry_after: int) -> None:
        minutes = -(-retry_after // 60)
        super().__init__(f"Too many failed sign-ins; wait {minutes} min and try again.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in: the person behind the account, if one is named, and the grants that hold now."""

    user_id: int
    name: str
    employee_id: int | None
    grants: tuple[Grant, ...]

    @property
    def role(self) -> str:
        """The leading role, to be shown; it decides nothing. Empty: nothing is granted at present."""
        found = leading(self.grants)
        return found.role if found is not None else ""

    @property
    def unit(self) -> str | None:
        """The unit of the leading role, to be shown; it decides nothing. None: the whole tree, or no unit."""
        found = leading(self.grants)
        return found.unit if found is not None else None

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role that holds now, each once."""
        return tuple(dict.fromkeys(grant.role for grant in self.grants))


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A new sign-in. `secret` is shown once, to whom it belongs."""

    secret: str
    user: SignedIn
    expires_at: datetime
    kind: Kind


class FailedSignIns:
    """How often a name at an address, and an address, may fail. In memory, so per process; nobody locks others out.

    An attempt counts before the password is checked and is given back when it was right, so that a thousand guesses
    sent at once are not a thousand guesses.
    """

    def __init__(
        self,
        *,
        per_account: int = 5,
        per_address: int = 30,
        window: timedelta = timedelta(minutes=15),
        most_keys: int = 20_000,
    ) -> None:
        self.per_account, self.per_address, self.window, self.most_keys = per_account, per_address, window, most_keys
        self._failed: OrderedDict[tuple[str, str], list[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def reserve(self, name: str, address: str, at: datetime) -> None:
        """Count an attempt. Raises TooManyAttempts, and then does not count it."""
        keys = self._keys(name, address)
        with self._lock:
            for key, allowed in zip(keys, (self.per_account, self.per_address), strict=True):
                recent = self._recent(key, at)
                if len(recent) >= allowed:
                    raise TooManyAttempts(max(1, int((recent[0] + self.window - at).total_seconds()) + 1))
            for key in keys:
                self._failed.setdefault(key, []).append(at)
                self._failed.move_to_end(key)
            while len(self._failed) > self.most_keys:
                self._failed.popitem(last=False)

    def forgive(self, name: str, address: str, at: datetime) -> None:
        """The attempt made at `at` was right: the account starts anew, the address gets this one back."""
        account, place = self._keys(name, address)
        with self._lock:
            self._failed.pop(account, None)
            if at in self._failed.get(place, ()):
                self._failed[place].remove(at)

    def _recent(self, key: tuple[str, str], at: datetime) -> list[datetime]:
        recent = [moment for moment in self._failed.get(key, ()) if at - moment < self.window]
        if recent:
            self._failed[key] = recent
        else:
            self._failed.pop(key, None)
        return recent

    @staticmethod
    def _keys(name: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
        place = _place(address)
        digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
        return (digest, place), ("", place)


class Accounts:
    """Users, passwords and sign-ins over one database. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        *,
        now: clock.Now = clock.utc_now,
        hasher: Argon2Hasher | None = None,
        failed: FailedSignIns | None = None,
    ) -> None:
        self.database, self.now = database, now
        self.failed = failed or FailedSignIns()
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._turns = threading.BoundedSemaphore(HASHES_AT_ONCE)
        # Names that nobody has are checked against this, so that they take as long as those somebody has.
        self._nobody = self._hash.hash(secrets.token_urlsafe(16))

    def create_user(
        self,
        name: str,
        password: str,
        role: str | None = None,
        unit: str | None = None,
        *,
        employee: str | None = None,
        by: Actor = CONSOLE,
        **more: Any,
    ) -> SignedIn:
        """File somebody who may sign in, with a first role for a unit and those below it, unless that comes later.

        `employee`: code of the person behind the account; `more` as in `granting.Wanted`. Raises Invalid, NotFound,
        AlreadyExists, GrantRefused.
        """
        check_code("user", name)
        hashed = self.hash_new(password)
        at = self.now()
        with self.database.writing() as session:
            person = office.key(office.get(session, EmployeeRow, employee)) if employee is not None else None
            stored = accounts.add_user(session, name, password_hash=hashed, employee_id=person, at=at)
            record(session, by, "user.added", kind="user", key=name, employees=_of(stored), at=at)
            if role is not None:
                give(session, name, Wanted(role, unit, **more), by=by, at=at)
            return _signed_in(session, stored, at)

    def set_password(self, name: str, password: str) -> None:
        """Give somebody a new password and end their sign-ins. Raises Invalid, NotFound."""
        hashed = self.hash_new(password)
        with self.database.writing() as session:
            user = accounts.get_user(session, name)
            accounts.set_password_hash(session, user.id, hashed)
            accounts.end_sign_ins_of(session, user.id)

    def disable(self, name: str, by: Actor = CONSOLE) -> None:
        """Close an account; whatever it was signed in to ends at once. Raises NotFound."""
        self._close(name, True, by)

    def enable(self, name: str, by: Actor = CONSOLE) -> None:
        """Raises NotFound."""
        self._close(name, False, by)

    def _close(self, name: str, closed: bool, by: Actor) -> None:
        act = "user.disabled" if closed else "user.enabled"
        with self.database.writing() as session:
            user = accounts.get_user(session, name)
            accounts.set_disabled(session, user.id, closed)
            if closed:
                accounts.end_sign_ins_of(session, user.id)
            record(session, by, act, kind="user", key=name, employees=_of(user), at=self.now())

    def verify_password(self, name: str, password: str) -> SignedIn:
        """Whose name and password these are. Raises SignInRefused, after the same time for every reason."""
        with self.database.reading() as session:
            user = accounts.find_user(session, name) if name.isprintable() and len(name) <= 64 else None
        given = unicodedata.normalize("NFC", password[:MAX_PASSWORD])
        with self._turns:
            right, renewed = self._hash.verify_and_update(given, user.password_hash if user else self._nobody)
        if user is None or user.disabled or not right or len(password) > MAX_PASSWORD:
            raise SignInRefused
        if renewed is not None:
            with self.database.writing() as session:
                accounts.set_password_hash(session, user.id, renewed)
        with self.database.reading() as session:
            return _signed_in(session, user, self.now())

    def sign_in(self, name: str, password: str, address: str, kind: Kind) -> Opened:
        """Open a sign-in for the right password. Raises SignInRefused, TooManyAttempts."""
        at = self.now()
        self.failed.reserve(name, address, at)
        user = self.verify_password(name, password)
        self.failed.forgive(name, address, at)
        return self.open(user, kind)

    def open(self, user: SignedIn, kind: Kind) -> Opened:
        """Open a sign-in for somebody whose password was right a moment ago."""
        at = self.now()
        secret = secrets.token_urlsafe(32)
        expires_at = at + (BEARER_LASTS if kind == "bearer" else SESSION_LASTS)
        with self.database.writing() as session:
            accounts.forget_expired(session, at)
            accounts.add_sign_in(
                session, digest=_digest(secret), user_id=user.user_id, kind=kind, created_at=at, expires_at=expires_at
            )
        return Opened(secret, user, expires_at, kind)

    def who(self, secret: str, kind: Kind) -> SignedIn | None:
        """Who this secret signs in; None: nobody (any more)."""
        if len(secret) != _SECRET_LENGTH or not secret.isascii():
            return None
        at = self.now()
        with self.database.reading() as session:
            found = accounts.find_sign_in(session, _digest(secret), kind)
            if found is None or found.user.disabled or at >= found.expires_at:
                return None
            user = _signed_in(session, found.user, at)
        if kind == "session":
            if at - found.seen_at >= SESSION_IDLE:
                return None
            if at - found.seen_at >= SEEN_STEP:
                self._touch(found.id, at)
        return user

    def sign_out(self, secret: str) -> None:
        with self.database.writing() as session:
            accounts.end_sign_in(session, _digest(secret))

    def _touch(self, sign_in_id: int, at: datetime) -> None:
        try:
            with self.database.writing() as session:
                accounts.touch(session, sign_in_id, at)
        except StoreUnavailable:
            return  # reading goes on while the disk is full

    def hash_new(self, password: str) -> str:
        """What is stored of a new password. Raises Invalid for one that is too short or too long."""
        length = len(unicodedata.normalize("NFC", password))
        if not MIN_PASSWORD <= length <= MAX_PASSWORD or len(password) > MAX_PASSWORD:
            raise Invalid(
                f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters; a short sentence is a good one."
            )
        with self._turns:
            return self._hash.hash(unicodedata.normalize("NFC", password))


def seal(secret_key: bytes, purpose: str, secret: str) -> str:
    """A token that only this installation can derive from a secret, for one purpose (64 hexadecimal digits)."""
    return hmac.new(secret_key, f"{purpose}:{secret}".encode(), hashlib.sha256).hexdigest()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _signed_in(session: Session, user: accounts.StoredUser, at: datetime) -> SignedIn:
    return SignedIn(user.id, user.name, user.employee_id, grants.holding(session, user.id, at))


def _of(user: accounts.StoredUser) -> tuple[int, ...]:
    return (user.employee_id,) if user.employee_id is not None else ()


def _place(address: str) -> str:
    """An address as one guesser: a household of IPv6 has a whole /64 to guess from."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
