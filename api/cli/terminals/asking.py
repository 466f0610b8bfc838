"""Commands that ask what is there and store nothing: list, test, discover."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.place import open_database, print_json, read_settings, say
from api.cli.terminals.pulling import make_puller


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
    table = Table("terminal", "name", "state", "next step", "data until", "clock", "full", "alarms")
    for health in found:
        facts = health.facts
        drift = "" if facts.clock_offset_seconds is None else f"{facts.clock_offset_seconds:+d} s"
        share = facts.fill.share if facts.fill else None
        said = f"{health_sentence(t, health.reason, health.params)} {next_step(t, health.next_step)}"
        table.add_row(
            facts.code,
            facts.name,
            t(f"health_state.{health.state}") if health.state else "out of use",
            "" if health.state in (None, "healthy") else said,
            f"{facts.data_until or ''}"[:16],
            drift,
            "" if share is None else f"{share:.0%}",
            str(len(facts.alarms) or ""),
        )
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
