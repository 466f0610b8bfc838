"""Commands that ask what is there and store nothing: list, test, discover."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.place import open_database, print_json, read_settings, say
from api.cli.terminals.pulling import make_puller


def show(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List terminals with their last reading."""
    from rich.console import Console
    from rich.table import Table

    from attendance.store import terminal_state

    with open_database(read_settings()) as database, database.reading() as session:
        states = terminal_state.states(session)
    if as_json:
        print_json(
            {
                "terminals": [
                    {"terminal": s.code, "outcome": s.outcome, "complete_until": s.data_until, "failures": s.failures}
                    for s in states
                ]
            }
        )
        return
    table = Table("terminal", "name", "last outcome", "data until", "clock")
    for s in states:
        drift = "" if s.clock_offset_seconds is None else f"{s.clock_offset_seconds:+d} s"
        table.add_row(s.code, s.name, s.outcome or "never read", f"{s.data_until or ''}"[:16], drift)
    Console().print(table)


def test(code: Annotated[str, typer.Argument(help="Code of the terminal.")]) -> None:
    """Connect, show serial, clock and counters; store nothing, change nothing on the terminal."""
    from device_sync.terminal import TerminalError

    settings = read_settings()
    with open_database(settings) as database:
        try:
            found = make_puller(settings, database).identify(code)
        except TerminalError as error:
            say(f"{error.outcome}: {error}")
            raise typer.Exit(1) from error
    offset = "unknown" if found.clock_offset_seconds is None else f"{found.clock_offset_seconds:+d} s"
    say(f"serial {found.serial}, firmware {found.firmware}, clock {offset}")
    sizes = found.sizes_after
    say(f"users {sizes.users}, records {sizes.records} of {sizes.record_capacity}")


def discover(
    network: Annotated[str, typer.Argument(help="Network to look in, for example 192.168.1.0/24.")],
    port: Annotated[int, typer.Option(help="Port; terminals use 4370.")] = 4370,
) -> None:
    """Look for terminals. Only a connection is opened; nothing is changed."""
    from device_sync.discovery import discover_terminals

    settings = read_settings()
    found = discover_terminals(network, settings.allowed_networks, port)
    for address, sentence in found:
        say(f"{address}  {sentence}")
    if not found:
        say(f"Nothing answers on port {port} in {network}.")
        raise typer.Exit(1)
