"""Commands about terminals: register them, ask them, pull them, bring their exports, simulate one."""

from __future__ import annotations

import typer

from api.cli import sheets
from api.cli.terminals.asking import show
from api.cli.terminals.clock import set_clock
from api.cli.terminals.finding import discover
from api.cli.terminals.health import acknowledge, health
from api.cli.terminals.importing import import_punches
from api.cli.terminals.people import enrol, users
from api.cli.terminals.pulling import pull
from api.cli.terminals.pushing import approve, pushing, query, reconcile, refuse
from api.cli.terminals.registering import add, change, retire
from api.cli.terminals.simulating import simulate
from api.cli.terminals.trying import try_out


def register(app: typer.Typer) -> None:
    app.command("pull")(pull)
    app.command("simulate")(simulate)
    group = typer.Typer(help="Terminals the office has.", no_args_is_help=True)
    for name, command in (
        ("add", add),
        ("set", change),
        ("retire", retire),
        ("list", show),
        ("test", try_out),
        ("health", health),
        ("acknowledge", acknowledge),
        ("set-clock", set_clock),
        ("discover", discover),
        ("users", users),
        ("enrol", enrol),
        ("pushing", pushing),
        ("approve", approve),
        ("refuse", refuse),
        ("query", query),
        ("reconcile", reconcile),
    ):
        group.command(name)(command)
    app.add_typer(group, name="terminals")
    imports = typer.Typer(help="Bring in files.", no_args_is_help=True)
    imports.command("punches")(import_punches)
    sheets.register(imports)
    app.add_typer(imports, name="import")
