"""The first administrator of a database without accounts, made with a code that only the console shows."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from attendance import clock
from attendance.errors import AttendanceError, NotFound
from attendance.services.accounts import Accounts, SignedIn
from attendance.services.granting import Wanted
from attendance.store import office_setup, setup_codes, trail
from attendance.store.database import Database
from attendance.store.registering import check_code
from attendance.store.trail import CONSOLE, Actor

LASTS = timedelta(minutes=15)
MOST_GUESSES = 5
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class SetupCodeWrong(AttendanceError):
    code = "setup_code_wrong"

    def __init__(self) -> None:
        super().__init__(
            "This code is not right, was used, is older than 15 minutes or was guessed at too often; start "
            "`attendance serve` again for a new one."
        )


def is_open(database: Database) -> bool:
    """Whether nobody can sign in yet."""
    with database.reading() as session:
        return not setup_codes.has_accounts(session)


def new_setup_code(database: Database, now: clock.Now = clock.utc_now) -> str | None:
    """A code for the console, in place of any before it; None where somebody can sign in already."""
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    at = now()
    with database.writing() as session:
        if setup_codes.has_accounts(session):
            return None
        setup_codes.put(session, _digest(code), at + LASTS)
        trail.record(session, CONSOLE, "account.setup_code_shown", kind="account", key="", at=at)
    return code


def make_first_administrator(accounts: Accounts, code: str, name: str, password: str, address: str) -> SignedIn:
    """Make the administrator that the code stands for, and begin the first set-up; the code is good once.

    Raises NotFound where somebody can sign in already, SetupCodeWrong, and Invalid for a name or a password that
    cannot be, after which the code is still good.
    """
    at, given = accounts.now(), _digest(code)
    check_code("user", name)
    with accounts.database.writing() as session:
        if setup_codes.has_accounts(session):
            raise NotFound("page", "setup")
        expected = setup_codes.guess(session, MOST_GUESSES, at)
    if expected is None or not secrets.compare_digest(expected, given):
        raise SetupCodeWrong
    hashed = accounts.hash_new(password, name)
    with accounts.database.writing() as session:
        if setup_codes.has_accounts(session) or not setup_codes.use(session, given):
            raise SetupCodeWrong
        by = Actor(name, None, "page", address)
        office_setup.begin(session, at)  # whoever begins in a browser goes on there
        return accounts.file_user(session, name, hashed, Wanted("administrator"), by=by)


def _digest(code: str) -> str:
    plain = "".join(code.upper().split()).replace("-", "")
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
