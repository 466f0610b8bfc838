"""Commands that say which terminals there are: add, set, retire."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.place import open_database, operator, read_settings, say
from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.store.tables import TerminalRow

LIVE_HELP = "Listen to its punches between readings: a hint on the pages at once."
LAYOUT_HELP = "How its records are laid out: zk8a, zk8b, zk16, zk40, zk49, or auto: told by their content."


def add(
    code: Annotated[str, typer.Argument(help="Code of the terminal, for example GATE.")],
    host: Annotated[str, typer.Option(help="IP address in the office's network.")],
    unit: Annotated[str | None, typer.Option(help="Unit it stands in; the first if left out.")] = None,
    port: Annotated[int, typer.Option(help="Port; terminals use 4370.")] = 4370,
    transport: Annotated[str, typer.Option(help="tcp or udp.")] = "tcp",
    comm_key_file: Annotated[Path | None, typer.Option(help="File with its communication key.")] = None,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    every: Annotated[int, typer.Option(help="Seconds between two readings.", min=5, max=86400)] = 300,
    live: Annotated[bool, typer.Option("--live/--no-live", help=LIVE_HELP)] = False,
    layout: Annotated[str, typer.Option(help=LAYOUT_HELP)] = "auto",
) -> None:
    """Add a terminal. Nothing is sent to it."""
    from api.keys import write_comm_key
    from attendance.clock import utc_now
    from attendance.store import office, registering
    from attendance.store.trail import record
    from device_sync.layouts import read_layout

    settings = read_settings()
    check_address(host, settings)
    key = read_key(comm_key_file) if comm_key_file else None
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
            live=live,
            layout=read_layout(layout),
            at=utc_now(),
        )
        after = {"unit": where, "name": name, "host": host, "port": port, "transport": transport, "every": every,
                 "live": live, "layout": layout, "comm_key": key is not None}  # fmt: skip
        record(session, operator(), "terminal.added", kind="terminal", key=code, after=after, at=utc_now())
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
    live: Annotated[bool | None, typer.Option("--live/--no-live", help=LIVE_HELP)] = None,
    layout: Annotated[str | None, typer.Option(help=LAYOUT_HELP)] = None,
) -> None:
    """Change how a terminal is reached or called; what is left out stays."""
    from api.keys import write_comm_key
    from attendance.clock import utc_now
    from attendance.store import office, registering, terminal_profiles
    from attendance.store.tables import TerminalRow
    from attendance.store.trail import record
    from device_sync.layouts import read_layout

    settings = read_settings()
    if host is not None:
        check_address(host, settings)
    key = read_key(comm_key_file) if comm_key_file else None
    with open_database(settings) as database, database.writing() as session:
        before = _as_it_stands(office.get(session, TerminalRow, code))
        row = registering.change_terminal(
            session,
            code,
            host=host,
            port=port,
            transport=transport,
            name=name,
            has_comm_key=None if key is None else True,
            poll_seconds=every,
            live=live,
            at=utc_now(),
        )
        if layout is not None:
            terminal_profiles.set_layout(session, code, read_layout(layout))
        after = _as_it_stands(row) | ({"comm_key": "another"} if key is not None else {})
        record(
            session, operator(), "terminal.changed", kind="terminal", key=code, before=before, after=after, at=utc_now()
        )
        if key is not None:
            write_comm_key(settings.keys_dir, code, key)
    say(f"Terminal {code} is changed. Test it: attendance terminals test {code}")


def retire(code: Annotated[str, typer.Argument(help="Code of the terminal.")]) -> None:
    """Pull a terminal no more, and let nobody depend on it by default. What it brought stays."""
    from attendance.clock import utc_now
    from attendance.store import registering
    from attendance.store.trail import record

    with open_database(read_settings()) as database, database.writing() as session:
        registering.retire_terminal(session, code, at=utc_now())
        record(session, operator(), "terminal.retired", kind="terminal", key=code, before={"in_use": True},
               after={"in_use": False}, at=utc_now())  # fmt: skip
    say(f"Terminal {code} is out of use; its punches stay. Judge what depended on it again: attendance evaluate")


def _as_it_stands(row: TerminalRow) -> dict[str, Any]:
    names = ("name", "host", "port", "transport", "has_comm_key", "poll_seconds", "live", "layout")
    return {name: getattr(row, name) for name in names}


def check_address(host: str, settings: Any) -> None:
    from device_sync.zk.address import AddressRefused, parse_address

    try:
        parse_address(host, settings.allowed_networks)
    except AddressRefused as error:
        raise Invalid(str(error)) from error


def read_key(file: Path) -> int:
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The key file {file} cannot be read ({type(error).__name__}); name another.") from error
    if not text.isdecimal() or len(text) > 6:
        raise Invalid(f"{file} holds no communication key; it is a number of one to six digits, as in the menu.")
    return int(text)
