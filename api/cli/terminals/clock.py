"""The command `terminals set-clock`: the only way in which this product changes a terminal."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from api.cli.place import open_database, operator, read_settings, say
from api.cli.terminals.showing import say_it_waits
from attendance.errors import Invalid


def set_clock(
    code: Annotated[str, typer.Argument(help="Code of the terminal.")],
    by: Annotated[str, typer.Option(help="Who asks for it.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the offsets before and after.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Set a terminal's clock to the true time, and record who, why and how far it was off. Exit 1 when it failed."""
    from api.pulling import make_puller
    from device_sync.clock_setting import OK
    from device_sync.clock_setting import set_clock as do_set

    settings = read_settings()
    if not yes:
        if not sys.stdin.isatty():
            raise Invalid(
                "Setting a clock changes the terminal: say --yes where nobody can be asked. The clock was not touched."
            )
        if not typer.confirm(f"Set the clock of terminal {code}? It is best done when nobody is punching."):
            say("The clock was not touched.")
            return
    with open_database(settings) as database:
        puller = make_puller(settings, database)
        done = do_set(puller, code, by=by, reason=reason, actor=operator(), on_wait=lambda: say_it_waits(code))
    before, after = (
        "not known" if offset is None else f"{offset:+d} s" for offset in (done.offset_before, done.offset_after)
    )
    if done.outcome == OK:
        say(f"The clock of terminal {code} is set: {before} before, {after} after. Recorded for {done.set_by}.")
        return
    say(f"{done.outcome}: {done.message} (clock {before} before, {after} after; the attempt is recorded)")
    raise typer.Exit(1)
