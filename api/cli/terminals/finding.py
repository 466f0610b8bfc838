"""The command `terminals discover`: who answers in a network, and which of them the office has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.place import open_database, print_json, read_settings, say
from attendance.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.settings import Settings
    from device_sync.discovery import FoundTerminal, Registered


def discover(
    network: Annotated[
        str | None, typer.Argument(help="Network to look in, for example 192.168.1.0/24; this host's if left out.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port; terminals use 4370.", min=1, max=65535)] = 4370,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before looking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Look for terminals: who answers, its serial, and whether it is registered. Nothing is changed on any machine.

    On a terminal it asks before it looks. In a pipe a named network is looked through at once; without a name it needs
    --yes. Exit 1 when nobody answers.
    """
    from device_sync.discovery import discover_terminals

    settings = read_settings()
    wanted = _agreed(network, settings.allowed_networks, yes)
    registered = _registered(settings)
    found: list[FoundTerminal] = []
    for name in wanted:
        with _bar(name) as progress:
            found += discover_terminals(
                name, settings.allowed_networks, port=port, registered=registered, progress=progress
            )
    if as_json:
        print_json({"networks": wanted, "port": port, "terminals": [asdict(terminal) for terminal in found]})
    else:
        for terminal in found:
            say(f"{terminal.address}  {_said(terminal)}")
            for hint in _hints(terminal, port):
                say(f"  {hint}")
        if not found:
            say(f"Nobody answers on port {port} in {', '.join(wanted)}. Are the terminals on, and in this network?")
    if not found:
        raise typer.Exit(1)


def _agreed(network: str | None, allowed: Any, yes: bool) -> list[str]:
    """The networks to look in. Raises Invalid where there is none, or nobody said that it may be done."""
    from device_sync.networks import MOST_ADDRESSES, host_networks, read_network

    asks = sys.stdin.isatty() and sys.stdout.isatty() and not yes
    if network is not None:
        count = read_network(network, allowed).num_addresses
        if asks and not typer.confirm(f"Knock at {count} addresses of {network}?", err=True):
            raise typer.Exit(1)
        return [network]
    here = host_networks(allowed)
    if not here:
        raise Invalid("No network of this host is known in which terminals may be; name one, such as 192.168.1.0/24.")
    small = [str(net.network) for net in here if net.is_small]
    told = "; ".join(
        f"{net.network}{f' on {net.interface}' if net.interface else ''}"
        f"{' (assumed: only the address of this host is known)' if net.assumed else ''}"
        f"{'' if net.is_small else f' (too wide: over {MOST_ADDRESSES} addresses)'}"
        for net in here
    )
    if not small:
        raise Invalid(f"This host stands in {told}. Name a smaller part of it, such as one floor's /24.")
    if yes:
        return small
    if not asks:
        raise Invalid(f"This host stands in {told}. Name the network to look in, or say --yes for all that are small.")
    say(f"This host stands in {told}.")
    chosen: str = typer.prompt("Network to look in", default=small[0], err=True)
    read_network(chosen, allowed)
    return [chosen]


def _registered(settings: Settings) -> list[Registered]:
    """The terminals of the office; none where there is no office yet, for terminals may be looked for before."""
    from api.terminal_finding import registered

    try:
        with open_database(settings) as database, database.reading() as session:
            return registered(session, settings)
    except Invalid:
        return []


@contextmanager
def _bar(network: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal and none in a pipe."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(network)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _said(terminal: FoundTerminal) -> str:
    if terminal.outcome != "ok":
        return f"{terminal.outcome}: {terminal.message}"
    drift = terminal.clock_offset_seconds
    parts = [
        f"serial {terminal.serial}",
        " ".join(part for part in (terminal.model, terminal.firmware) if part),
        "" if terminal.users is None else f"{terminal.users} users",
        "" if terminal.records is None else f"{terminal.records} of {terminal.record_capacity} records",
        "clock not told" if drift is None else f"clock {drift:+d} s",
        f"registered as {terminal.code}" if terminal.code else "not registered",
    ]
    return ", ".join(part for part in parts if part)


def _hints(terminal: FoundTerminal, port: int) -> list[str]:
    """What to do next with it."""
    udp = " --transport udp" if terminal.transport == "udp" else ""
    other = f" --port {port}" if port != 4370 else ""
    hints = []
    if terminal.moved_from is not None:
        was = f"at {terminal.moved_from}" if terminal.moved_from else "without an address"
        hints.append(
            f"{terminal.code} is registered {was}: attendance terminals set {terminal.code} --host {terminal.address}"
            f"{udp}{other}"
        )
    if terminal.instead_of and terminal.outcome == "ok":
        hints.append(
            f"{terminal.instead_of} is looked for here, but another serial answers: see which one hangs there."
        )
    if terminal.outcome == "ok" and terminal.code is None:
        hints.append(f"Add it: attendance terminals add CODE --host {terminal.address}{udp}{other}")
    elif terminal.outcome == "wrong_key" and terminal.instead_of is None:
        hints.append(
            f"Try it with its key: attendance terminals test --host {terminal.address}{udp}{other} --comm-key-file FILE"
        )
    return hints
