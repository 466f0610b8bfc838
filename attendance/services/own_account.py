"""What people do with an account, their own or as administrators: passwords, sign-ins, second factor."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from attendance.errors import AttendanceError, NotFound
from attendance.services.accounts import Accounts, SignedIn
from attendance.services.passwords import PasswordRefused, one_time_password
from attendance.services.proofs import Came, SignInRefused
from attendance.services.second_factor import SecondFactorWrong
from attendance.store import accounts as stored
from attendance.store import api_tokens, sign_ins
from attendance.store.database import Session
from attendance.store.sign_ins import SignInOf
from attendance.store.trail import Actor, record


class ProofWrong(AttendanceError):
    """Somebody who is signed in gave a wrong password or code for something that asks for it again.

    `proof`: password, code. They stay signed in.
    """

    def __init__(self, proof: Literal["password", "code"]) -> None:
        super().__init__(
            "The present password is not right."
            if proof == "password"
            else "This code is not right, or it was used before; wait for the next one and try again."
        )
        self.proof = proof
        self.code = f"{proof}_wrong"


FIRST_PASSWORD_LASTS = timedelta(hours=72)
_SEEN_KINDS = ("session", "bearer")


def change_password(accounts: Accounts, user: SignedIn, old: str | None, new: str, actor: Actor, came: Came) -> None:
    """Change one's own password; everything else one is signed in to ends. Tokens for programs stay.

    `old` None: it was given a moment ago, by whoever has to change it. Raises ProofWrong, TooManyAttempts,
    PasswordRefused.
    """
    if old is not None:
        _check_password(accounts, user, old, came)
    hashed = accounts.hash_new(new, user.name)
    with accounts.database.reading() as session:
        before = stored.get_user(session, user.name).password_hash
    if accounts.passwords.verify(new, before)[0]:
        raise PasswordRefused("same")
    with accounts.database.writing() as session:
        stored.set_password_hash(session, user.user_id, hashed)
        sign_ins.clear_first_password(session, user.user_id)
        sign_ins.end_others(session, user.user_id, user.held.sign_in_id)
        record(session, actor, "account.password_changed", kind="account", key=user.name, at=accounts.now())


def prove(accounts: Accounts, user: SignedIn, password: str, came: Came) -> None:
    """Let somebody who is signed in show by their password that it is still they. Raises ProofWrong,
    TooManyAttempts."""
    _check_password(accounts, user, password, came)


def reset_password(accounts: Accounts, name: str, actor: Actor) -> str:
    """Give somebody a random first password, which opens the change of it and nothing else, within three days.

    What they are signed in to ends, and their tokens: whoever asks for this has lost hold of the account. Raises
    NotFound.
    """
    at, password = accounts.now(), one_time_password()
    hashed = accounts.passwords.hash_new(password)
    with accounts.database.writing() as session:
        user = stored.get_user(session, name)
        stored.set_password_hash(session, user.id, hashed)
        sign_ins.mark_first_password(session, user.id, at + FIRST_PASSWORD_LASTS)
        stored.end_sign_ins_of(session, user.id)
        api_tokens.revoke_all(session, user.id, at)
        record(session, actor, "account.password_reset", kind="account", key=name, at=at)
    return password


def confirm_second_factor(accounts: Accounts, user: SignedIn, code: str, actor: Actor, came: Came) -> list[str]:
    """Turn a second factor on with its first code; answers the recovery codes. Raises ProofWrong,
    TooManyAttempts, Invalid."""
    try:
        return accounts.proofs.tried(
            accounts.failed_codes, user.name, came, lambda: accounts.second_factors.confirm(user.user_id, code, actor)
        )
    except SecondFactorWrong:
        raise ProofWrong("code") from None


def renew_recovery_codes(accounts: Accounts, user: SignedIn, code: str, actor: Actor, came: Came) -> list[str]:
    """Ten new recovery codes, for whoever has a code. Raises ProofWrong, TooManyAttempts."""
    _check_code(accounts, user, code, came)
    return accounts.second_factors.renew_recovery_codes(user.user_id, actor)


def remove_second_factor(accounts: Accounts, name: str, actor: Actor, *, why: str = "") -> None:
    """Take the second factor of an account away, with its recovery codes. Raises NotFound where there is none."""
    with accounts.database.writing() as session:
        user = stored.get_user(session, name)
        if not accounts.second_factors.remove(session, user.id):
            raise NotFound("second factor", name, "This account signs in with its password alone.")
        record(session, actor, "account.second_factor_removed", kind="account", key=name, why=why, at=accounts.now())


def remove_own_second_factor(accounts: Accounts, user: SignedIn, password: str, code: str, came: Came) -> None:
    """The same for oneself, with password and code. Raises ProofWrong, TooManyAttempts."""
    _check_password(accounts, user, password, came)
    _check_code(accounts, user, code, came)
    remove_second_factor(accounts, user.name, Actor(user.name, user.user_id, came.via, came.address, user.role))


def sign_ins_of(accounts: Accounts, user_id: int) -> list[SignInOf]:
    """What somebody is signed in to: pages and eight-hour tokens, the ones seen last first."""
    with accounts.database.reading() as session:
        return sign_ins.of_user(session, user_id, _SEEN_KINDS, accounts.now())


def end_sign_in(accounts: Accounts, user_id: int, name: str, sign_in_id: int, actor: Actor) -> None:
    """End one sign-in of somebody. Raises NotFound."""
    with accounts.database.writing() as session:
        if not sign_ins.end_one(session, user_id, sign_in_id):
            raise NotFound("session", str(sign_in_id))
        _tell_ended(accounts, session, actor, name, 1)


def end_other_sign_ins(accounts: Accounts, user: SignedIn, actor: Actor) -> int:
    """End everything one is signed in to but this; answers how many ended."""
    with accounts.database.writing() as session:
        ended = sign_ins.end_others(session, user.user_id, user.held.sign_in_id)
        if ended:
            _tell_ended(accounts, session, actor, user.name, ended)
    return ended


def end_all_sign_ins(accounts: Accounts, name: str, actor: Actor) -> int:
    """End everything somebody is signed in to; answers how many ended. Raises NotFound."""
    with accounts.database.writing() as session:
        user = stored.get_user(session, name)
        ended = sign_ins.end_others(session, user.id, None)
        _tell_ended(accounts, session, actor, name, ended)
    return ended


def _check_password(accounts: Accounts, user: SignedIn, password: str, came: Came) -> None:
    try:
        accounts.check_password(user.name, password, came)
    except SignInRefused:
        raise ProofWrong("password") from None


def _check_code(accounts: Accounts, user: SignedIn, code: str, came: Came) -> None:
    try:
        accounts.check_code(user, code, came)
    except SecondFactorWrong:
        raise ProofWrong("code") from None


def _tell_ended(accounts: Accounts, session: Session, actor: Actor, name: str, count: int) -> None:
    record(
        session,
        actor,
        "account.session_ended",
        kind="account",
        key=name,
        after={"ended": count},
        at=accounts.now(),
    )
