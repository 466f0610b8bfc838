"""Commands about terminals: add, list, test, discover, pull, import a USB export, simulate one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.place import open_database, print_json, read_settings, say
from attendance.errors import Invalid


def register(app: typer.Typer) -> None:
    app.command("pull")(pull)
    app.command("simulate")(simulate)
    group = typer.Typer(help="Terminals the office has.", no_args_is_help=True)
    for name, command in (
        ("add", add),
        ("set", change),
        ("retire", retire),
        ("list", show),
        ("test", test),
        ("discover", discover),
    ):
        group.command(name)(command)
    app.add_typer(group, name="terminals")
    imports = typer.Typer(help="Bring in files.", no_args_is_help=True)
    imports.command("punches")(import_punches)
    app.add_typer(imports, name="import")


def add(
    code: Annotated[str, typer.Argument(help="Code of the terminal, for example GATE.")],
    host: Annotated[str, typer.Option(help="IP address in the office's network.")],
    unit: Annotated[str | None, typer.Option(help="Unit it stands in; the first if left out.")] = None,
    port: Annotated[int, typer.Option(help="Port; terminals use 4370.")] = 4370,
    transport: Annotated[str, typer.Option(help="tcp or udp.")] = "tcp",
    comm_key_file: Annotated[Path | None, typer.Option(help="File with its communication key.")] = None,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    every: Annotated[int, typer.Option(help="Seconds between two readings.", min=5, max=86400)] = 300,
) -> None:
    """Add a terminal. Nothing is sent to it."""
    from api.keys import write_comm_key
    from attendance.clock import utc_now
    from attendance.store import office, registering

    settings = read_settings()
    _check_address(host, settings)
    key = _read_key(comm_key_file) if comm_key_file else None
    with open_database(settings) as database, database.writing() as session:
        where = unit or office.first_unit(session)
        registering.add_terminal(
            session,
            code,
            unit=where,
            name=name,
            host=host,
            port=port,
            transport=transport,
            has_comm_key=key is not None,
            poll_seconds=every,
            at=utc_now(),
        )
        if key is not None:
            write_comm_key(settings.keys_dir, code, key)
    say(f"Terminal {code} is added to unit {where}. Test it: attendance terminals test {code}")


def change(
    code: Annotated[str, typer.Argument(help="Code of the terminal.")],
    host: Annotated[str | None, typer.Option(help="IP address in the office's network.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; terminals use 4370.", min=1, max=65535)] = None,
    transport: Annotated[str | None, typer.Option(help="tcp or udp.")] = None,
    comm_key_file: Annotated[Path | None, typer.Option(help="File with its communication key.")] = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    every: Annotated[int | None, typer.Option(help="Seconds between two readings.", min=5, max=86400)] = None,
) -> None:
    """Change how a terminal is reached or called; what is left out stays."""
    from api.keys import write_comm_key
    from attendance.clock import utc_now
    from attendance.store import registering

    settings = read_settings()
    if host is not None:
        _check_address(host, settings)
    key = _read_key(comm_key_file) if comm_key_file else None
    with open_database(settings) as database, database.writing() as session:
        registering.change_terminal(
            session,
            code,
            host=host,
            port=port,
            transport=transport,
            name=name,
            has_comm_key=None if key is None else True,
            poll_seconds=every,
            at=utc_now(),
        )
        if key is not None:
            write_comm_key(settings.keys_dir, code, key)
    say(f"Terminal {code} is changed. Test it: attendance terminals test {code}")


def retire(code: Annotated[str, typer.Argument(help="Code of the terminal.")]) -> None:
    """Pull a terminal no more, and let nobody depend on it by default. What it brought stays."""
    from attendance.clock import utc_now
    from attendance.store import registering

    with open_database(read_settings()) as database, database.writing() as session:
        registering.retire_terminal(session, code, at=utc_now())
    say(f"Terminal {code} is out of use; its punches stay. Judge what depended on it again: attendance evaluate")


def _check_address(host: str, settings: Any) -> None:
    from device_sync.zk.address import AddressRefused, parse_address

    try:
        parse_address(host, settings.allowed_networks)
    except AddressRefused as error:
        raise Invalid(str(error)) from error


def _read_key(file: Path) -> int:
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The key file {file} cannot be read ({type(error).__name__}); name another.") from error
    if not text.isdecimal() or len(text) > 6:
        raise Invalid(f"{file} holds no communication key; it is a number of one to six digits, as in the menu.")
    return int(text)


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
            found = _puller(settings, database).identify(code)
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


def pull(
    codes: Annotated[list[str] | None, typer.Argument(help="Codes of terminals.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every terminal that has an address.")] = False,
    full: Annotated[bool, typer.Option(help="Compare every record, not only what is new.")] = False,
    people: Annotated[bool, typer.Option(help="Make a person for every number nobody is enrolled under.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Pull now. Exit 1 when a terminal could not be read or something was quarantined."""
    from attendance.clock import utc_now
    from attendance.services import onboarding
    from attendance.store import office
    from device_sync.intake import Filed

    settings = read_settings()
    with open_database(settings) as database:
        with database.reading() as session:
            known = [row.code for row in office.terminals(session) if row.host and row.in_use]
        wanted = known if everyone or not codes else codes
        if not wanted:
            raise Invalid("There is no terminal to pull; add one with `attendance terminals add`.")
        puller = _puller(settings, database)
        done: list[Filed] = []
        for code in _progress(wanted):
            done.append(puller.pull(code, full=full))
            if not as_json:
                say(_line(done[-1]))
        if people:
            made = sum(onboarding.enrol_strangers(database, filed.terminal, at=utc_now()) for filed in done)
            if not as_json:
                say(f"{made} people were made from their numbers; name them: attendance people name CODE NAME")
    if as_json:
        print_json({"pulls": [pull_json(filed, settings.timezone) for filed in done]})
    if any(filed.outcome != "ok" or filed.quarantined for filed in done):
        raise typer.Exit(1)


def pull_json(filed: Any, zone: str) -> dict[str, Any]:
    """One entry of `pulls`, as the contract names its fields; the watermark with the offset of the office."""
    from attendance import clock

    return {
        "terminal": filed.terminal,
        "outcome": filed.outcome,
        "read": filed.read,
        "new": filed.new,
        "repeated": filed.repeated,
        "quarantined": filed.quarantined,
        "reasons": filed.reasons,
        "clock_offset_seconds": filed.clock_offset_seconds,
        "complete_until": clock.local_iso(filed.complete_until, zone) if filed.complete_until else None,
        "message": filed.message,
        "pull": filed.pull_id,
        "seconds": {name: round(filed.seconds.get(name, 0.0), 4) for name in ("transfer", "decode", "store")},
    }


def _line(filed: Any) -> str:
    if filed.outcome != "ok":
        return f"{filed.terminal}: {filed.outcome}. {filed.message}"
    drift = "" if not filed.clock_offset_seconds else f", clock {filed.clock_offset_seconds:+d} s"
    return (
        f"{filed.terminal}: ok, read {filed.read}, new {filed.new}, repeated {filed.repeated}, "
        f"quarantined {filed.quarantined}{drift}, complete until {filed.complete_until:%Y-%m-%d %H:%M}"
    )


def _progress(codes: list[str]) -> Any:
    """The codes, with a bar on a terminal and none in a pipe."""
    if not sys.stderr.isatty() or len(codes) < 2:
        return codes
    from rich.console import Console
    from rich.progress import track

    return track(codes, description="Pulling", console=Console(stderr=True))


def import_punches(
    file: Annotated[Path, typer.Argument(help="USB export: *_attlog.dat, AGL_001.TXT or CSV.")],
    terminal: Annotated[
        str | None, typer.Option(help="Code of the terminal it comes from; the first if left out.")
    ] = None,
    create: Annotated[bool, typer.Option(help="Make the terminal when its code is unknown.")] = False,
    people: Annotated[bool, typer.Option(help="Make a person for every number nobody is enrolled under.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Bring in a USB export. Exit 1 when rows were quarantined, 2 when nothing could be taken."""
    from api.importing import import_export
    from attendance.clock import utc_now

    settings = read_settings()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read ({error.strerror}); name the file of the export.") from error
    with open_database(settings) as database:
        result = import_export(
            database, terminal, file.name, data, zone=settings.timezone, at=utc_now(), create=create, people=people
        )
    if as_json:
        print_json(result)
    else:
        say(
            f"{result['file']} → {result['terminal']} ({result['format']}): read {result['read']}, "
            f"new {result['new']}, repeated {result['repeated']}, quarantined {result['quarantined']}"
        )
        for reason, count in result["reasons"].items():
            say(f"  {count} × {reason}: {result['sentences'][reason]}")
        if result["people"]:
            say(
                f"  {result['people']} people were made from their numbers; name them: attendance people name CODE NAME"
            )
        elif result["strangers"]:
            say(f"  {result['strangers']} numbers belong to nobody yet; enrol them, or import with --people.")
    if result["quarantined"]:
        raise typer.Exit(1)


def simulate(
    port: Annotated[int, typer.Option(help="Port to listen on, TCP and UDP.")] = 4370,
    users: Annotated[int, typer.Option(min=0, max=100_000, help="How many users it has.")] = 50,
    records: Annotated[str, typer.Option(help="A number of invented punches, or a file of them.")] = "0",
    record_size: Annotated[int, typer.Option(help="Bytes of a record: 40 for now.")] = 40,
    comm_key: Annotated[int, typer.Option(min=0, max=999_999, help="Communication key it asks for.")] = 0,
    fault: Annotated[str | None, typer.Option(help="How it misbehaves, by name; `list` shows the names.")] = None,
    live: Annotated[float, typer.Option(min=0, help="Live punches a minute.")] = 0.0,
) -> None:
    """Be a terminal, for training and tests: the real protocol on loopback, until Ctrl-C."""
    from device_sync.simulator.faults import FAULTS
    from device_sync.simulator.run import run_simulator

    if fault == "list":
        for name, sentence in FAULTS.items():
            say(f"{name}: {sentence}")
        return
    try:
        run_simulator(
            port=port,
            users=users,
            records=records,
            record_size=record_size,
            comm_key=comm_key,
            fault=fault,
            live=live,
            on_ready=lambda simulated: print(
                f"A simulated terminal ({simulated.serial}) listens on 127.0.0.1:{simulated.port}; Ctrl-C ends it.",
                flush=True,
            ),
        )
    except ValueError as error:
        raise Invalid(str(error)) from error


def _puller(settings: Any, database: Any) -> Any:
    from api.keys import read_comm_key
    from device_sync.pulling import Puller

    return Puller(
        database,
        settings.timezone,
        lambda code: read_comm_key(settings.keys_dir, code) or 0,
        allowed_networks=settings.allowed_networks,
    )
