"""Whose account it is that somebody signs in to with a province's own sign-in.

The provider proves who somebody is; it makes no account and grants nothing. The first time, the account is found by
the name the provider gives; from then on by the number that never changes there, so that a name given to somebody else
later opens nothing.
"""

from __future__ import annotations

from attendance.errors import AttendanceError, Invalid
from attendance.services.accounts import Accounts, Opened, SignedIn
from attendance.services.proofs import Came
from attendance.store import accounts as stored
from attendance.store import openid_links
from attendance.store.trail import Actor, record


class NoAccountHere(AttendanceError):
    """The provider knows them, and nobody made or linked an account for them here."""

    code = "no_account_here"

    def __init__(self) -> None:
        super().__init__(
            "The provider knows who you are, but no account here belongs to you; ask an administrator for one."
        )


def sign_in_as(accounts: Accounts, *, issuer: str, subject: str, name: str, second_factor: bool, came: Came) -> Opened:
    """Open a session, or half of one where the account asks for a second factor that the provider has not asked for.

    Raises NoAccountHere.
    """
    user = _account_of(accounts, issuer, subject, name, came)
    if second_factor:
        return accounts.open(user, "session", came, second_factor=True)
    return accounts.begin(user, came)


def _account_of(accounts: Accounts, issuer: str, subject: str, name: str, came: Came) -> SignedIn:
    at = accounts.now()
    with accounts.database.writing() as session:
        linked = openid_links.user_of(session, issuer, subject)
        fitting = name if name.isprintable() and len(name) <= 64 else ""
        user = stored.find_user(session, linked or fitting)
        if user is not None and linked is None and openid_links.subject_of(session, issuer, user.id) is not None:
            user = None  # the name once belonged to somebody else there
        if user is None or user.disabled:
            actor = Actor("", None, came.via, came.address)
            record(session, actor, "account.sign_in_failed", kind="account", key=user.name if user else "", at=at)
        elif linked is None:
            openid_links.link(session, issuer, subject, user.id, at)
            actor = Actor(user.name, user.id, came.via, came.address)
            told = {"issuer": issuer, "subject": subject}
            record(session, actor, "account.linked", kind="account", key=user.name, after=told, at=at)
    if user is None or user.disabled:
        raise NoAccountHere
    return accounts.signed_in_of(user.name)


def link(accounts: Accounts, name: str, issuer: str, subject: str, by: Actor) -> None:
    """Say which person of the provider an account belongs to. Raises NotFound, Invalid, Conflict."""
    if not subject.strip() or len(subject) > 255 or not subject.isprintable():
        raise Invalid("The person's number at the provider (sub) is one line of 1 to 255 characters.")
    at = accounts.now()
    with accounts.database.writing() as session:
        user = stored.get_user(session, name)
        openid_links.link(session, issuer, subject, user.id, at)
        told = {"issuer": issuer, "subject": subject}
        record(session, by, "account.linked", kind="account", key=name, after=told, at=at)


def unlink(accounts: Accounts, name: str, by: Actor) -> None:
    """The account belongs to nobody of a provider any more; the next sign-in by its name links it again.

    Raises NotFound, Invalid where it was not linked.
    """
    with accounts.database.writing() as session:
        if not openid_links.unlink(session, stored.get_user(session, name).id):
            raise Invalid(f"{name} is linked to nobody of a provider; there is nothing to undo.")
        record(session, by, "account.unlinked", kind="account", key=name, at=accounts.now())
