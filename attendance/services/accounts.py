"""Who may sign in, and who is signed in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from pwdlib.hashers.argon2 import Argon2Hasher

from attendance import clock
from attendance.errors import StoreUnavailable
from attendance.services.access import leading
from attendance.services.api_tokens import PREFIX, ApiTokens
from attendance.services.browsers import browser_of
from attendance.services.granting import Wanted, give
from attendance.services.guessing import FailedSignIns, place
from attendance.services.passwords import Passwords
from attendance.services.proofs import Came, Proofs, SignInRefused, can_be_name
from attendance.services.second_factor import SecondFactorNeeded, SecondFactors
from attendance.store import accounts, api_tokens, grants, office, sign_ins
from attendance.store.database import Database, Session
from attendance.store.grants import Grant
from attendance.store.registering import check_code
from attendance.store.tables import EmployeeRow
from attendance.store.trail import CONSOLE, Actor, record

Kind = Literal["bearer", "session", "half"]
Duty = Literal["password", "second_factor"]

BEARER_LASTS = timedelta(hours=8)
SESSION_LASTS = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=30)
VISIT_LASTS = timedelta(hours=8)  # on a visit the phone lies in a pocket for hours
HALF_LASTS = timedelta(minutes=5)
SEEN_STEP = timedelta(minutes=1)  # a write per request would make every reader a writer
NEEDING_SECOND_FACTOR = frozenset({"hr", "leader", "administrator"})
_SECRET_LENGTH = 43  # 256 bits as URL-safe base64


@dataclass(frozen=True, slots=True)
class Held:
    """By what somebody is signed in, and what that does not open.

    `scopes`: the permissions a token is held to; None: whatever is granted. `must`: what has to be done before anything
    else. `remind`: their role should have a second factor and has none.
    """

    sign_in_id: int | None = None
    scopes: frozenset[str] | None = None
    read_only: bool = False
    must: Duty | None = None
    remind: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in: the person behind the account, if one is named, the grants that hold now,
    and by what they are signed in."""

    user_id: int
    name: str
    employee_id: int | None
    grants: tuple[Grant, ...]
    held: Held = Held()

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
    """A new sign-in. `secret` is shown once, to whom it belongs. Of kind `half` it waits for the second factor."""

    secret: str
    user: SignedIn
    expires_at: datetime
    kind: Kind


class Accounts:
    """Users, passwords and sign-ins over one database. Safe to share between threads.

    `phone_now` is the time that authenticator apps show, where `now` is shifted; `second_factor` as in the setting.
    """

    def __init__(
        self,
        database: Database,
        *,
        now: clock.Now = clock.utc_now,
        hasher: Argon2Hasher | None = None,
        failed: FailedSignIns | None = None,
        secret_key: bytes = b"",
        phone_now: clock.Now | None = None,
        second_factor: Literal["offered", "required"] = "offered",
    ) -> None:
        self.database, self.now = database, now
        self.secret_key = secret_key
        self.failed = failed or FailedSignIns()
        self.failed_codes = FailedSignIns(per_account_anywhere=10)
        self.proofs = Proofs(database, secret_key, now)
        self.passwords = Passwords(hasher)
        self.tokens = ApiTokens(database, now)
        self.second_factors = SecondFactors(database, secret_key, phone_now or now)
        self.second_factor = second_factor

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
        hashed = self.hash_new(password, name)
        with self.database.writing() as session:
            wanted = Wanted(role, unit, **more) if role is not None else None
            return self.file_user(session, name, hashed, wanted, employee=employee, by=by)

    def file_user(
        self,
        session: Session,
        name: str,
        password_hash: str,
        wanted: Wanted | None,
        *,
        employee: str | None = None,
        by: Actor = CONSOLE,
    ) -> SignedIn:
        """The same within a transaction of the caller, who made the hash with `hash_new`."""
        at = self.now()
        person = office.key(office.get(session, EmployeeRow, employee)) if employee is not None else None
        stored = accounts.add_user(session, name, password_hash=password_hash, employee_id=person, at=at)
        record(session, by, "user.added", kind="user", key=name, employees=_of(stored), at=at)
        if wanted is not None:
            give(session, name, wanted, by=by, at=at)
        return _signed_in(session, stored, at)

    def set_password(self, name: str, password: str, by: Actor = CONSOLE) -> None:
        """Give somebody a new password and end their sign-ins. Raises Invalid, NotFound."""
        hashed = self.hash_new(password, name)
        with self.database.writing() as session:
            user = accounts.get_user(session, name)
            accounts.set_password_hash(session, user.id, hashed)
            sign_ins.clear_first_password(session, user.id)
            accounts.end_sign_ins_of(session, user.id)
            record(session, by, "account.password_changed", kind="account", key=name, at=self.now())

    def disable(self, name: str, by: Actor = CONSOLE) -> None:
        """Close an account; whatever it was signed in to ends at once, its tokens for good. Raises NotFound."""
        self._close(name, True, by)

    def enable(self, name: str, by: Actor = CONSOLE) -> None:
        """Raises NotFound."""
        self._close(name, False, by)

    def _close(self, name: str, closed: bool, by: Actor) -> None:
        act, at = "user.disabled" if closed else "user.enabled", self.now()
        with self.database.writing() as session:
            user = accounts.get_user(session, name)
            accounts.set_disabled(session, user.id, closed)
            if closed:
                accounts.end_sign_ins_of(session, user.id)
                api_tokens.revoke_all(session, user.id, at)
            record(session, by, act, kind="user", key=name, employees=_of(user), at=at)

    def verify_password(self, name: str, password: str) -> SignedIn:
        """Whose name and password these are. Raises SignInRefused, after the same time for every reason."""
        with self.database.reading() as session:
            user = accounts.find_user(session, name) if can_be_name(name) else None
            until = sign_ins.standing(session, user.id if user else 0).first_password_until
        right, renewed = self.passwords.verify(password, user.password_hash if user else self.passwords.nobody)
        if user is None or user.disabled or not right or (until is not None and self.now() >= until):
            raise SignInRefused
        if renewed is not None:
            with self.database.writing() as session:
                accounts.set_password_hash(session, user.id, renewed)
        with self.database.reading() as session:
            return _signed_in(session, user, self.now())

    def signed_in_of(self, name: str) -> SignedIn:
        """Somebody as they stand now, for whoever knows by other means that it is them. Raises NotFound."""
        with self.database.reading() as session:
            return _signed_in(session, accounts.get_user(session, name), self.now())

    def check_password(self, name: str, password: str, came: Came) -> SignedIn:
        """The same, with every failure counted and written down. Raises SignInRefused, TooManyAttempts."""
        return self.proofs.tried(self.failed, name, came, lambda: self.verify_password(name, password))

    def check_code(self, user: SignedIn, code: str, came: Came) -> None:
        """Use up a code of the second factor. Raises SecondFactorWrong, TooManyAttempts."""
        self.proofs.tried(self.failed_codes, user.name, came, lambda: self.second_factors.check(user.user_id, code))

    def sign_in(
        self, name: str, password: str, address: str, kind: Kind, *, code: str = "", came: Came | None = None
    ) -> Opened:
        """Open a sign-in for the right password, and code where the account asks for one.

        Raises SignInRefused, TooManyAttempts, SecondFactorNeeded, SecondFactorWrong.
        """
        came = came or Came(address, via="page" if kind == "session" else "api")
        user = self.check_password(name, password, came)
        asked = self.second_factors.is_set(user.user_id)
        if asked and not code:
            raise SecondFactorNeeded
        if asked:
            self.check_code(user, code, came)
        return self.open(user, kind, came, second_factor=asked)

    def begin(self, user: SignedIn, came: Came) -> Opened:
        """The sign-in of somebody whose password was right a moment ago: a session, or half of one where the account
        asks for a second factor."""
        asked = self.second_factors.is_set(user.user_id)
        return self.open(user, "half" if asked else "session", came)

    def finish(self, half: str, code: str, came: Came) -> Opened | None:
        """Make a session of half of one; None where that is over. Raises SecondFactorWrong, TooManyAttempts."""
        user = self.who(half, "half")
        if user is None:
            return None
        self.check_code(user, code, came)
        self.sign_out(half)
        return self.open(user, "session", came, second_factor=True)

    def open(self, user: SignedIn, kind: Kind, came: Came | None = None, *, second_factor: bool = False) -> Opened:
        """Open a sign-in for somebody whose password was right a moment ago."""
        at, came = self.now(), came or Came()
        secret = secrets.token_urlsafe(32)
        expires_at = at + _lasts(user, kind, at)
        with self.database.writing() as session:
            accounts.forget_expired(session, at)
            accounts.add_sign_in(
                session,
                digest=_digest(secret),
                user_id=user.user_id,
                kind=kind,
                created_at=at,
                expires_at=expires_at,
                address=came.address,
                browser=browser_of(came.user_agent) if came.user_agent else "",
                second_factor=second_factor,
            )
            if kind != "half":
                if came.address:
                    sign_ins.remember_place(session, user.user_id, place(came.address), at)
                told = {"kind": kind, "second_factor": second_factor}
                actor = Actor(user.name, user.user_id, came.via, came.address, user.role)
                record(session, actor, "account.signed_in", kind="account", key=user.name, after=told, at=at)
        return Opened(secret, user, expires_at, kind)

    def who(self, secret: str, kind: Kind, *, used: bool = True) -> SignedIn | None:
        """Who this secret signs in; None: nobody (any more). `used`: a person asks, not a page by itself."""
        if kind == "bearer" and secret.startswith(PREFIX):
            return self._token_holder(secret)
        if len(secret) != _SECRET_LENGTH or not secret.isascii():
            return None
        at = self.now()
        with self.database.reading() as session:
            found = accounts.find_sign_in(session, _digest(secret), kind)
            if found is None or found.user.disabled or at >= found.expires_at:
                return None
            user = _signed_in(session, found.user, at)
            user = replace(user, held=self._held(session, user, found.id, second_factor=found.second_factor))
        if kind == "session":
            if at - found.seen_at >= (VISIT_LASTS if _is_on_visit(user) else SESSION_IDLE):
                return None
            if used and at - found.seen_at >= SEEN_STEP:
                self._touch(found.id, at)
        return user

    def _token_holder(self, secret: str) -> SignedIn | None:
        token = self.tokens.find(secret)
        if token is None:
            return None
        with self.database.reading() as session:
            stored = accounts.find_user(session, token.user)
            if stored is None or stored.disabled:
                return None
            user = _signed_in(session, stored, self.now())
            held = self._held(session, user, None, second_factor=False)
        return replace(user, held=replace(held, scopes=frozenset(token.scopes), read_only=token.read_only))

    def _held(self, session: Session, user: SignedIn, sign_in_id: int | None, *, second_factor: bool) -> Held:
        standing = sign_ins.standing(session, user.user_id)
        lacks = not (standing.has_second_factor or second_factor) and bool(NEEDING_SECOND_FACTOR & set(user.roles))
        must: Duty | None = None
        if standing.first_password_until is not None:
            must = "password"
        elif lacks and self.second_factor == "required":
            must = "second_factor"
        return Held(sign_in_id, must=must, remind=lacks)

    def sign_out(self, secret: str) -> None:
        with self.database.writing() as session:
            accounts.end_sign_in(session, _digest(secret))

    def _touch(self, sign_in_id: int, at: datetime) -> None:
        try:
            with self.database.writing() as session:
                accounts.touch(session, sign_in_id, at)
        except StoreUnavailable:
            return  # reading goes on while the disk is full

    def hash_new(self, password: str, name: str = "") -> str:
        """What is stored of a new password of an account. Raises PasswordRefused."""
        with self.database.reading() as session:
            names = sign_ins.names_of_office(session)
        return self.passwords.hash_new(password, names=[name, *names])


def seal(secret_key: bytes, purpose: str, secret: str) -> str:
    """A token that only this installation can derive from a secret, for one purpose (64 hexadecimal digits)."""
    return hmac.new(secret_key, f"{purpose}:{secret}".encode(), hashlib.sha256).hexdigest()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _is_on_visit(user: SignedIn) -> bool:
    """Whether all that is granted is an inspector's visit, beside one's own days."""
    return "inspector" in user.roles and set(user.roles) <= {"inspector", "official"}


def _lasts(user: SignedIn, kind: Kind, at: datetime) -> timedelta:
    if kind == "half":
        return HALF_LASTS
    if kind == "bearer":
        return BEARER_LASTS
    if not _is_on_visit(user):
        return SESSION_LASTS
    ends = [grant.ends_at - at for grant in user.grants if grant.role == "inspector" and grant.ends_at is not None]
    return min(VISIT_LASTS, max(ends, default=VISIT_LASTS))


def _signed_in(session: Session, user: accounts.StoredUser, at: datetime) -> SignedIn:
    return SignedIn(user.id, user.name, user.employee_id, grants.holding(session, user.id, at))


def _of(user: accounts.StoredUser) -> tuple[int, ...]:
    return (user.employee_id,) if user.employee_id is not None else ()
