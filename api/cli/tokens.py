"""Commands for tokens made for programs: attendance tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from api.cli.place import open_database, operator, print_json, read_date, read_settings, say


def register(app: typer.Typer) -> None:
    tokens = typer.Typer(help="Tokens with which programs use the API.", no_args_is_help=True)
    tokens.command("add")(add)
    tokens.command("list")(list_tokens)
    tokens.command("revoke")(revoke)
    app.add_typer(tokens, name="tokens")


def add(
    user: Annotated[str, typer.Argument(help="The account it is of; it never opens more than that account may.")],
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help="A permission it is held to, such as attendance.read; repeat it.")],
    write: Annotated[bool, typer.Option("--write", help="It may change things; without this it only reads.")] = False,
    to: Annotated[str | None, typer.Option(help="Its last day, within a year; 90 days from now if left out.")] = None,
) -> None:
    """Make a token; it is printed this once, alone on the last line."""
    from attendance.clock import today, utc_now
    from attendance.services.api_tokens import ApiTokens, end_of

    settings = read_settings()
    last = read_date(to) if to else today(utc_now(), settings.timezone) + timedelta(days=90)
    with open_database(settings) as database:
        made = ApiTokens(database, utc_now).make(
            user,
            name,
            scope,
            read_only=not write,
            expires_at=end_of(last, settings.timezone),
            actor=operator(),
        )
    say(f"Token {made.token.id} of {user}, good until {last}; keep it now, it is not shown again:")
    say(made.secret)


def list_tokens(
    user: Annotated[str | None, typer.Option(help="Only those of this account.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the tokens that are good at present."""
    from attendance.clock import to_wall, utc_now
    from attendance.services.api_tokens import ApiTokens
    from attendance.store import accounts

    settings = read_settings()
    with open_database(settings) as database:
        with database.reading() as session:
            user_id = accounts.get_user(session, user).id if user is not None else None
        found = ApiTokens(database, utc_now).of(user_id)
    if json:
        shown = ("id", "user", "name", "scopes", "read_only", "created_at", "expires_at", "seen_at")
        print_json({"tokens": [{field: getattr(token, field) for field in shown} for token in found]})
        return
    for token in found:
        until = to_wall(token.expires_at, settings.timezone)
        seen = f"{to_wall(token.seen_at, settings.timezone):%Y-%m-%d}" if token.seen_at else "never"
        reads = "reads" if token.read_only else "reads and writes"
        span = f"until {until:%Y-%m-%d %H:%M}\tused {seen}"
        say(f"{token.id}\t{token.user}\t{token.name}\t{reads} {', '.join(token.scopes)}\t{span}")


def revoke(number: Annotated[int, typer.Argument(help="Number of the token, as `tokens list` shows it.")]) -> None:
    """End a token; it opens nothing from this moment on."""
    from attendance.clock import utc_now
    from attendance.services.api_tokens import ApiTokens

    with open_database(read_settings()) as database:
        ApiTokens(database, utc_now).revoke(number, None, operator())
    say(f"Token {number} opens nothing any more.")
