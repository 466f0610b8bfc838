"""Commands that say which terminals there are: add, set, retire."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import open_database, operator, read_settings, say
from attendance.errors import Invalid

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
    from api.terminal_filing import Wanted, check_address, filing
    from api.terminal_filing import add as add_terminal
    from attendance.clock import utc_now
    from attendance.store import office

    settings = read_settings()
    address = check_address(host, settings)
    key = read_key(comm_key_file) if comm_key_file else None
    with open_database(settings) as database, filing(database, settings) as (session, files):
        where = unit or office.first_unit(session)
        wanted = Wanted(code, where, name, address, port, transport, every, live, layout, comm_key=key)
        add_terminal(session, files, wanted, actor=operator(), at=utc_now())
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
    from api.terminal_filing import Changes, check_address, filing
    from api.terminal_filing import change as change_terminal
    from attendance.clock import utc_now

    settings = read_settings()
    address = None if host is None else check_address(host, settings)
    key = read_key(comm_key_file) if comm_key_file else None
    with open_database(settings) as database, filing(database, settings) as (session, files):
        changes = Changes(address, port, transport, name, None, every, live, layout, comm_key=key)
        change_terminal(session, files, code, changes, actor=operator(), at=utc_now())
    say(f"Terminal {code} is changed. Test it: attendance terminals test {code}")


def retire(code: Annotated[str, typer.Argument(help="Code of the terminal.")]) -> None:
    """Pull a terminal no more, and let nobody depend on it by default. What it brought stays."""
    from api import terminal_filing
    from attendance.clock import utc_now

    with open_database(read_settings()) as database, database.writing() as session:
        terminal_filing.retire(session, code, actor=operator(), at=utc_now())
    say(f"Terminal {code} is out of use; its punches stay. Judge what depended on it again: attendance evaluate")


def read_key(file: Path) -> int:
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The key file {file} cannot be read ({type(error).__name__}); name another.") from error
    if not text.isdecimal() or len(text) > 6:
        raise Invalid(f"{file} holds no communication key; it is a number of one to six digits, as in the menu.")
    return int(text)
