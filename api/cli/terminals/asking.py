"""The command that shows which terminals there are: list."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.place import open_database, print_json, read_settings, say


def show(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    language: Annotated[str, typer.Option(help="Language of the words: en or vi.")] = "en",
) -> None:
    """List terminals: the state of each and what to do next, how far it was read, its clock, how full it is."""
    from rich.console import Console
    from rich.table import Table

    from api.cli.speech import speak
    from api.pages.terminals import health_sentence, next_step
    from api.terminal_health import health_json
    from attendance.clock import utc_now
    from attendance.services.terminal_health import terminals_health

    settings, t = read_settings(), speak(language, language)
    with open_database(settings) as database, database.reading() as session:
        found = terminals_health(session, settings.timezone, utc_now())
    if as_json:
        print_json({"terminals": [health_json(health, t, settings.timezone) for health in found]})
        return
    table = Table("terminal", "name", "state", "data until", "clock", "full", "alarms")
    steps = []  # below the table: a sentence in a column of its own makes it unreadable on 80 columns
    for health in found:
        facts = health.facts
        drift = "" if facts.clock_offset_seconds is None else f"{facts.clock_offset_seconds:+d} s"
        share = facts.fill.share if facts.fill else None
        if health.state not in (None, "healthy"):
            said = health_sentence(t, health.reason, health.params)
            steps.append(f"{facts.code}: {said} {next_step(t, health.next_step)}")
        table.add_row(
            facts.code,
            facts.name,
            t(f"health_state.{health.state}") if health.state else "out of use",
            f"{facts.data_until or ''}"[:16],
            drift,
            "" if share is None else f"{share:.0%}",
            str(len(facts.alarms) or ""),
        )
    Console().print(table)
    for step in steps:
        say(step)
