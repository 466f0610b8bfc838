"""Acting as an account of whom the password is given: for what only a named person may do, and a team alone may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.place import open_database, read_settings, today_of, trail_secret
from attendance.errors import AttendanceError, Invalid

if TYPE_CHECKING:
    from datetime import date

    from api.settings import Settings
    from attendance.services.access import Permission
    from attendance.services.accounts import SignedIn
    from attendance.store.database import Database, Session
    from attendance.store.trail import Actor
    from attendance.store.within import Within

As = Annotated[str, typer.Option("--as", metavar="ACCOUNT", help="Your account.")]
MayAs = Annotated[str | None, typer.Option("--as", metavar="ACCOUNT", help="Your account, for your team's visits too.")]
PasswordFile = Annotated[Path | None, typer.Option(help="File with its password; asked for if left out.")]


class NotAllowed(AttendanceError):
    """What an account may do nowhere."""

    code = "forbidden"


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who has just shown by their password who they are, with the database they act in."""

    database: Database
    settings: Settings
    user: SignedIn
    today: date

    @property
    def actor(self) -> Actor:
        from attendance.store.trail import Actor

        return Actor(self.user.name, self.user.user_id, role=self.user.role)

    @property
    def secret_key(self) -> bytes:
        return secret_of(self.settings)

    def within(self, session: Session, permission: Permission) -> Within:
        """The rows for which they are allowed something; none where they are nowhere."""
        from attendance.services import access
        from attendance.store.within import NOTHING

        user = self.user
        return access.within(session, permission, user.grants, user.employee_id, self.today) or NOTHING

    def allowed(self, session: Session, permission: Permission) -> Within:
        """The same. Raises NotAllowed for whoever is allowed it nowhere."""
        from attendance.store.within import NOTHING

        found = self.within(session, permission)
        if found == NOTHING:
            raise NotAllowed(f"{self.user.name} may not do this; it is for accounts with the permission {permission}.")
        return found

    def saw(self, session: Session, view: str, people: Iterable[int], key: str = "") -> None:
        """Write down that they were shown records of these people (numbers), themselves left out."""
        from attendance.clock import utc_now
        from attendance.store.trail import look

        look(session, self.actor, view, set(people) - {self.user.employee_id}, key=key, at=utc_now())


@contextmanager
def acting(account: str, password_file: Path | None) -> Iterator[Acting]:
    """The database of the settings, and somebody to act in it. Raises SignInRefused for a wrong password."""
    settings = read_settings()
    with open_database(settings) as database:
        yield Acting(database, settings, proven(database, settings, account, password_file), today_of(settings))


def proven(database: Database, settings: Settings, account: str, password_file: Path | None) -> SignedIn:
    """Whose password this is; whoever has a second factor is asked for a code too. Failures are written down.

    Raises SignInRefused, TooManyAttempts, SecondFactorWrong, Invalid for a first password.
    """
    from attendance import clock
    from attendance.services.accounts import Accounts
    from attendance.services.proofs import Came
    from attendance.store import sign_ins

    accounts = Accounts(database, now=clock.utc_now, secret_key=trail_secret(settings) or b"")
    came = Came(via="console")
    user = accounts.check_password(account, _password(account, password_file), came)
    with database.reading() as session:
        if sign_ins.standing(session, user.user_id).first_password_until is not None:
            raise Invalid("This is a first password; sign in on the pages, choose your own, and try again.")
    if accounts.second_factors.is_set(user.user_id):
        accounts.check_code(user, str(typer.prompt(f"Code of the second factor of {account}", hide_input=True)), came)
    return user


def secret_of(settings: Settings) -> bytes:
    """The secret key of the installation. Raises Invalid where a command was started without it."""
    found = trail_secret(settings)
    if found is None:
        raise Invalid("This needs the secret key of the installation; set ATTENDANCE_SECRET_KEY_FILE.")
    return found


def _password(account: str, file: Path | None) -> str:
    if file is None:
        return str(typer.prompt(f"Password of {account}", hide_input=True))
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The password file {file} cannot be read ({type(error).__name__}); name another.") from error
