"""Commands for accounts and what is granted to them: attendance users."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import lost_accounts
from api.cli.place import open_database, operator, print_json, read_date, read_moment, read_password, read_settings, say
from attendance.errors import Invalid

ROLES = "official, head, hr, inspector, leader, auditor or administrator."
Unit = Annotated[str | None, typer.Option(help="Unit it holds for, with those below; all if left out.")]
From = Annotated[str | None, typer.Option("--from", help="Date or moment it begins to hold; now if left out.")]
To = Annotated[str | None, typer.Option("--to", help="Last date, or the moment it ends; open if left out.")]
Document = Annotated[str, typer.Option(help="The document it rests on.")]
Visit = Annotated[str, typer.Option(help="An inspector's: the inspection, or the decision on the team, it is for.")]
Name = Annotated[str, typer.Argument(help="Name to sign in with.")]


def register(app: typer.Typer) -> None:
    users = typer.Typer(help="Who may sign in, and what is granted to them.", no_args_is_help=True)
    users.command("add")(add)
    users.command("list")(list_users)
    users.command("grant")(grant)
    users.command("revoke")(revoke)
    users.command("disable")(disable)
    users.command("enable")(enable)
    users.command("first-password")(lost_accounts.first_password)
    users.command("remove-second-factor")(lost_accounts.remove_second_factor)
    users.command("end-sessions")(lost_accounts.end_sessions)
    users.command("link")(lost_accounts.link)
    users.command("unlink")(lost_accounts.unlink)
    app.add_typer(users, name="users")


def add(
    name: Name,
    role: Annotated[str | None, typer.Option(help=f"A first role: {ROLES}")] = None,
    unit: Unit = None,
    employee: Annotated[str | None, typer.Option(help="Code of the person whose account it is.")] = None,
    from_: From = None,
    to: To = None,
    document: Document = "",
    visit: Visit = "",
    password_file: Annotated[Path | None, typer.Option(help="File with the password; asked for if left out.")] = None,
) -> None:
    """Let somebody sign in, with a first role unless it comes later."""
    from attendance.services.accounts import Accounts

    settings = read_settings()
    if role is None and any((unit, from_, to, document, visit)):
        raise Invalid("Unit, dates, document and visit belong to a role; name it with --role.")
    more = _times(from_, to, settings.timezone) | {"document": document, "visit": visit}
    password = read_password(name, password_file)
    with open_database(settings) as database:
        Accounts(database).create_user(name, password, role, unit, employee=employee, by=operator(), **more)
    say(f"{name} may sign in{f' as {role}' if role else '; nothing is granted to them yet'}{_place(unit)}.")


def grant(
    name: Name,
    role: Annotated[str, typer.Option(help=ROLES)],
    unit: Unit = None,
    employee: Annotated[
        str | None, typer.Option(help="Code of the person whose account it is, if not said before.")
    ] = None,
    from_: From = None,
    to: To = None,
    document: Document = "",
    visit: Visit = "",
) -> None:
    """Give somebody a role for a part of the tree and a time."""
    from attendance.clock import utc_now
    from attendance.services import granting

    settings = read_settings()
    wanted = granting.Wanted(role, unit, document=document, visit=visit, **_times(from_, to, settings.timezone))
    with open_database(settings) as database, database.writing() as session:
        at, by = utc_now(), operator()
        if employee is not None:
            granting.name_person(session, name, employee, by=by, at=at)
        given = granting.give(session, name, wanted, by=by, at=at)
    say(f"Grant {given.id}: {name} is {role}{_place(unit)} {_span(given.starts_at, given.ends_at, settings.timezone)}.")


def revoke(number: Annotated[int, typer.Argument(help="Number of the grant, as `users list` shows it.")]) -> None:
    """Take a grant back; it allows nothing from this moment on."""
    from attendance.clock import utc_now
    from attendance.services import granting

    with open_database(read_settings()) as database, database.writing() as session:
        taken = granting.take_back(session, number, by=operator(), at=utc_now())
    say(f"Grant {number} is revoked: {taken.user} is no more {taken.role}{_place(taken.unit)} by it.")


def list_users(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List accounts with every grant they ever had."""
    from attendance.clock import utc_now
    from attendance.services.granting import listed

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found = listed(session, utc_now())
    if json:
        print_json({"users": [account.as_json() for account in found]})
        return
    for account in found:
        closed = "\tdisabled" if account.disabled else ""
        say(f"{account.name}{f' ({account.employee})' if account.employee else ''}{closed}")
        for one in account.grants:
            span = _span(one.grant.starts_at, one.grant.ends_at, settings.timezone)
            by = " · ".join(text for text in (one.grant.visit, one.grant.document) if text)
            say(f"  {one.grant.id}\t{one.state}\t{one.grant.role}{_place(one.grant.unit)}\t{span}\t{by}")


def disable(name: Name) -> None:
    """Close an account; whatever it was signed in to ends at once."""
    from attendance.services.accounts import Accounts

    with open_database(read_settings()) as database:
        Accounts(database).disable(name, operator())
    say(f"{name} may sign in no more, and is signed in nowhere.")


def enable(name: Name) -> None:
    """Open a closed account again, with the grants that still hold."""
    from attendance.services.accounts import Accounts

    with open_database(read_settings()) as database:
        Accounts(database).enable(name, operator())
    say(f"{name} may sign in.")


def _times(from_: str | None, to: str | None, zone: str) -> dict[str, Any]:
    """Dates mean whole days: from the beginning of the first to the end of the last."""
    starts_at = read_moment(from_, zone) if from_ else None
    ends_at = None
    if to:
        ends_at = read_moment((read_date(to) + timedelta(days=1)).isoformat() if _is_date(to) else to, zone)
    return {"starts_at": starts_at, "ends_at": ends_at}


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _place(unit: str | None) -> str:
    return f" of unit {unit}" if unit else ""


def _span(starts_at: datetime, ends_at: datetime | None, zone: str) -> str:
    from attendance.clock import to_wall

    begins = f"from {to_wall(starts_at, zone):%Y-%m-%d %H:%M}"
    return f"{begins} until {to_wall(ends_at, zone):%Y-%m-%d %H:%M}" if ends_at else begins
