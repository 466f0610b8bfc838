"""Commands for those who lost hold of their account, and for accounts of a province's own sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.place import open_database, operator, read_settings, say
from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.services.accounts import Accounts
    from attendance.store.database import Database

Name = Annotated[str, typer.Argument(help="Name to sign in with.")]


def first_password(name: Name) -> None:
    """Give an account a first password, to be changed at the first sign-in; its sessions and tokens end."""
    from attendance.services.own_account import reset_password

    with open_database(read_settings()) as database:
        password = reset_password(_accounts(database), name, operator())
    say(f"{name} signs in with this within three days, and has to change it then:")
    say(password)


def remove_second_factor(
    name: Name, why: Annotated[str, typer.Option(help="Why, for the trail; for example: phone lost.")] = ""
) -> None:
    """Take the second factor of an account away, for somebody who lost phone and recovery codes."""
    from attendance.services import own_account

    with open_database(read_settings()) as database:
        own_account.remove_second_factor(_accounts(database), name, operator(), why=why)
    say(f"{name} signs in with the password alone until a new second factor is set up.")


def end_sessions(name: Name) -> None:
    """End everything an account is signed in to."""
    from attendance.services.own_account import end_all_sign_ins

    with open_database(read_settings()) as database:
        ended = end_all_sign_ins(_accounts(database), name, operator())
    say(f"{name} is signed in nowhere any more; sessions ended: {ended}.")


def link(
    name: Name,
    subject: Annotated[str, typer.Argument(help="The number of the person at the provider (claim `sub`).")],
) -> None:
    """Say which person of the OpenID provider an account belongs to."""
    from attendance.services import openid_sign_in

    settings = read_settings()
    provider = settings.openid()
    if provider is None:
        raise Invalid("No OpenID provider is set; set ATTENDANCE_OIDC_ISSUER first.")
    with open_database(settings) as database:
        openid_sign_in.link(_accounts(database), name, provider.issuer, subject, operator())
    say(f"{name} belongs to {subject} of {provider.issuer}.")


def unlink(name: Name) -> None:
    """Undo a link; the next sign-in by the account's name at the provider links it again."""
    from attendance.services import openid_sign_in

    with open_database(read_settings()) as database:
        openid_sign_in.unlink(_accounts(database), name, operator())
    say(f"{name} is linked to nobody of a provider.")


def _accounts(database: Database) -> Accounts:
    from attendance.services.accounts import Accounts

    return Accounts(database)
