"""The command that shows which terminals there are: list."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.place import open_database, print_json, read_settings


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
