"""Tokens that people make for their programs: held to some permissions, to reading if so wished, and to a year at most.

A token never opens more than its owner may at the moment it is used, never signs anybody in to pages, and cannot make
another token or change a password.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import get_args

from attendance import clock
from attendance.errors import Invalid, NotFound, StoreUnavailable
from attendance.services.access import Permission
from attendance.store import accounts as stored_accounts
from attendance.store import api_tokens, trail
from attendance.store.api_tokens import StoredToken
from attendance.store.database import Database
from attendance.store.trail import Actor

PREFIX = "att_"
LONGEST = timedelta(days=366)
MOST = 50
SCOPES: tuple[str, ...] = get_args(Permission)
SEEN_STEP = timedelta(minutes=10)  # a write per request would make every reader a writer
LENGTH = len(PREFIX) + 43


@dataclass(frozen=True, slots=True, repr=False)
class MadeToken:
    """A new token. `secret` is shown once, to whom it belongs."""

    secret: str
    token: StoredToken


class ApiTokens:
    """Tokens of the accounts of one database. Safe to share between threads."""

    def __init__(self, database: Database, now: clock.Now) -> None:
        self.database, self.now = database, now

    def make(
        self, user: str, name: str, scopes: Sequence[str], *, read_only: bool, expires_at: datetime, actor: Actor
    ) -> MadeToken:
        """Make a token of an account. Raises NotFound, and Invalid saying which scope, name or end cannot be."""
        at = self.now()
        if not name.strip() or not name.isprintable() or len(name) > 64:
            raise Invalid("A token needs a name of 1 to 64 letters that says what it is for.")
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown:
            raise Invalid(f"{unknown[0]!r} is not a scope; the scopes are {', '.join(SCOPES)}.")
        if not scopes:
            raise Invalid("A token needs at least one scope; name what its program has to do, and no more.")
        if not at < expires_at <= at + LONGEST:
            raise Invalid("A token ends after today and within a year; choose another last day.")
        secret = PREFIX + secrets.token_urlsafe(32)
        with self.database.writing() as session:
            owner = stored_accounts.get_user(session, user)
            if api_tokens.count_good(session, owner.id, at) >= MOST:
                raise Invalid(f"This account has {MOST} tokens already; revoke those that nobody uses.")
            token = api_tokens.add(
                session,
                digest=_digest(secret),
                user_id=owner.id,
                name=name.strip(),
                scopes=sorted(set(scopes), key=SCOPES.index),
                read_only=read_only,
                created_at=at,
                expires_at=expires_at,
            )
            trail.record(
                session,
                actor,
                "account.token_made",
                kind="account",
                key=user,
                after={
                    "token": token.id,
                    "name": token.name,
                    "scopes": list(token.scopes),
                    "read_only": read_only,
                    "expires_at": expires_at.isoformat(),
                },
                at=at,
            )
        return MadeToken(secret, token)

    def of(self, user_id: int | None) -> list[StoredToken]:
        """Tokens that are good at present, of one account or (None) of all; the newest first."""
        with self.database.reading() as session:
            return api_tokens.good(session, user_id, self.now())

    def revoke(self, token_id: int, user_id: int | None, actor: Actor) -> None:
        """End a token, of that account if one is named. Raises NotFound."""
        at = self.now()
        with self.database.writing() as session:
            if not api_tokens.revoke(session, user_id, token_id, at):
                raise NotFound("token", str(token_id), "List them: attendance tokens list")
            token = api_tokens.get(session, token_id)
            trail.record(
                session,
                actor,
                "account.token_revoked",
                kind="account",
                key=token.user,
                before={"token": token_id, "name": token.name},
                at=at,
            )

    def find(self, secret: str) -> StoredToken | None:
        """The token with this secret, if it is good at present."""
        if len(secret) != LENGTH or not secret.isascii():
            return None
        at = self.now()
        with self.database.reading() as session:
            token = api_tokens.find(session, _digest(secret))
        if token is None or token.revoked_at is not None or at >= token.expires_at:
            return None
        if token.seen_at is None or at - token.seen_at >= SEEN_STEP:
            self._touch(token.id, at)
        return token

    def _touch(self, token_id: int, at: datetime) -> None:
        try:
            with self.database.writing() as session:
                api_tokens.touch(session, token_id, at)
        except StoreUnavailable:
            return  # reading goes on while the disk is full


def end_of(on: date, zone: str) -> datetime:
    """The instant at which a day of the office is over."""
    return clock.to_instant(datetime.combine(on + timedelta(days=1), time.min), zone)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
