"""Passwords and codes as they are tried: every failure is counted, and written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from attendance import clock
from attendance.errors import AttendanceError
from attendance.services.guessing import FailedSignIns, TooManyAttempts, place
from attendance.services.known_devices import device_number
from attendance.services.second_factor import SecondFactorWrong
from attendance.store import accounts, sign_ins
from attendance.store.database import Database
from attendance.store.trail import Actor, record

Found = TypeVar("Found")


class SignInRefused(AttendanceError):
    """Name or password is wrong, or the account is closed: one answer, so that it tells nothing about which."""

    code = "sign_in_refused"

    def __init__(self) -> None:
        super().__init__("The user name or the password is not right.")


@dataclass(frozen=True, slots=True)
class Came:
    """Where a sign-in comes from: address, what the browser says of itself, what the device was given to keep."""

    address: str = ""
    user_agent: str = ""
    kept: str = ""
    via: Literal["api", "page", "console"] = "api"


class Proofs:
    """Tries over one database. Safe to share between threads."""

    def __init__(self, database: Database, secret_key: bytes, now: clock.Now) -> None:
        self.database, self.secret_key, self.now = database, secret_key, now

    def tried(self, failed: FailedSignIns, name: str, came: Came, check: Callable[[], Found]) -> Found:
        """What `check` answers. Raises TooManyAttempts without calling it where too many failed before, and the
        SignInRefused or SecondFactorWrong that it raises."""
        at = self.now()
        device = device_number(self.secret_key, name, came.kept, at)
        known = device is None and self._is_known(name, came.address)
        try:
            failed.reserve(name, came.address, at, device=device, known=known)
            found = check()
        except (SignInRefused, SecondFactorWrong, TooManyAttempts) as error:
            self._tell_refused(name, came, error, at)
            raise
        failed.forgive(name, came.address, at, device=device, known=known)
        return found

    def _is_known(self, name: str, address: str) -> bool:
        if not address or not can_be_name(name):
            return False
        with self.database.reading() as session:
            return sign_ins.is_known_place(session, name, place(address))

    def _tell_refused(self, name: str, came: Came, error: AttendanceError, at: datetime) -> None:
        """By the name of the account alone: people type passwords where names belong."""
        if isinstance(error, TooManyAttempts) and not error.first:
            return  # ten thousand guesses are one line, and no load
        act = {SignInRefused: "sign_in_failed", SecondFactorWrong: "code_wrong"}.get(type(error), "locked")
        with self.database.writing() as session:
            user = accounts.find_user(session, name) if can_be_name(name) else None
            actor = Actor("", None, came.via, came.address)
            record(session, actor, f"account.{act}", kind="account", key=user.name if user else "", at=at)


def can_be_name(name: str) -> bool:
    """Whether an account can have this name: databases refuse some signs."""
    return name.isprintable() and len(name) <= 64
