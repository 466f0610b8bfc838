"""Commands about terminals that push: pushing, approve, refuse, query, reconcile."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_settings, say
from attendance.errors import Invalid


def pushing(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List the serial numbers that push or want to, and what was decided about each."""
    from rich.console import Console
    from rich.table import Column, Table

    from attendance.clock import to_wall
    from attendance.store import listing_push

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found = listing_push.devices(session, settings.timezone)
    if as_json:
        print_json({"push": settings.push, "terminals": found})
        return
    if not settings.push:
        say("Pushing is off; turn it on with ATTENDANCE_PUSH=on.")
    serial = Column("serial", no_wrap=True)  # it is compared with a label and typed again
    table = Table(serial, "status", "terminal", "device", "address", "last seen", "complete until", "look at")
    for row in found:
        table.add_row(
            row["serial"], row["status"], row["terminal"] or "", row["device"] or row["firmware"], row["address"],
            f"{to_wall(row['last_seen_at'], settings.timezone):%Y-%m-%d %H:%M}", f"{row['complete_until'] or ''}"[:16],
            _look_at(row),
        )  # fmt: skip
    Console().print(table)


def _look_at(row: dict[str, Any]) -> str:
    """What a person should look at, in a few words."""
    found = []
    if row["refused_address"]:
        found.append(f"calls from {row['refused_address']}, is bound to {row['bound_to']}")
    if row["differences"]:
        found.append(f"{row['differences']} differences: attendance terminals reconcile {row['terminal']}")
    return "; ".join(found)


def approve(
    serial: Annotated[str, typer.Argument(help="Serial number, as `pushing` lists it.")],
    by: Annotated[str, typer.Option(help="Who decides.")],
    terminal: Annotated[str | None, typer.Option(help="Code of the terminal it is.")] = None,
    create: Annotated[str | None, typer.Option(help="Code of a terminal to be made for it.")] = None,
    unit: Annotated[str | None, typer.Option(help="Unit of a terminal to be made; the first if left out.")] = None,
    network: Annotated[
        str | None, typer.Option(help="Address or network it may call from; the address it called from if left out.")
    ] = None,
    photos: Annotated[bool | None, typer.Option(help="Keep the photographs it takes at punches, 30 days each.")] = None,
) -> None:
    """Take what a serial number pushes as claims of a terminal. Compare the number with the label on the machine."""
    from attendance.clock import utc_now
    from attendance.services import pushing as verbs
    from attendance.store import push_devices

    with open_database(read_settings()) as database, database.writing() as session:
        code = verbs.approve(
            session, serial, by=by, at=utc_now(), terminal=terminal, create=create, unit=unit, network=network,
            photos=photos, actor=operator(),
        )  # fmt: skip
        bound = push_devices.get(session, serial).bound_to
    say(f"{serial} is approved as terminal {code}, calling from {bound}. It sends its whole log when it starts again.")


def refuse(
    serial: Annotated[str, typer.Argument(help="Serial number, as `pushing` lists it.")],
    by: Annotated[str, typer.Option(help="Who decides.")],
) -> None:
    """Take nothing of a serial number any more. What it brought stays."""
    from attendance.clock import utc_now
    from attendance.services import pushing as verbs

    with open_database(read_settings()) as database, database.writing() as session:
        verbs.refuse(session, serial, by=by, at=utc_now(), actor=operator())
    say(f"{serial} is refused; nothing it pushes is taken.")


def query(
    code: Annotated[str, typer.Argument(help="Code of the terminal.")],
    first: Annotated[str, typer.Option("--from", help="Date or time, for example 2026-11-01.")],
    last: Annotated[str, typer.Option("--to", help="Date (to its end) or time.")],
) -> None:
    """Ask a pushing terminal for the punches of a window; what it answers makes the window complete."""
    from attendance.clock import utc_now
    from attendance.store.trail import record
    from device_sync.push.covering import ask

    settings = read_settings()
    with open_database(settings) as database:
        row = ask(database, code, _moment(first, "00:00:00"), _moment(last, "23:59:59"), by="command", at=utc_now())
        with database.writing() as session:
            record(session, operator(), "pushing.asked", kind="terminal", key=code, after={"from": first, "to": last},
                   at=utc_now())  # fmt: skip
    say(f"Question {row.id} waits for terminal {code}; it is given when the terminal calls next. See: attendance "
        "terminals pushing")  # fmt: skip


def reconcile(
    code: Annotated[str, typer.Argument(help="Code of the terminal.")],
    first: Annotated[str | None, typer.Option("--from", help="Date or time; seven days ago if left out.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Date (to its end) or time; now if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Compare what a terminal pushed with what was pulled from it. Exit 1 when only one side says a punch."""
    from attendance import clock
    from device_sync.push.reconciling import reconcile as compare

    settings = read_settings()
    with open_database(settings) as database:
        found = compare(
            database, code, zone=settings.timezone, at=clock.utc_now(),
            starts=_moment(first, "00:00:00") if first else None, ends=_moment(last, "23:59:59") if last else None,
        )  # fmt: skip
    sides = {"pushed_only": found.pushed_only, "pulled_only": found.pulled_only}
    rows = {
        side: [
            {"pin": pin, "at": clock.local_iso(clock.from_wall_seconds(wall), settings.timezone), "state": state,
             "verify": verify}
            for wall, pin, state, verify in punches
        ]
        for side, punches in sides.items()
    }  # fmt: skip
    if as_json:
        print_json(
            {"terminal": code, "from": found.starts, "to": found.ends, "both": found.both, "settled": found.settled,
             "sentence": found.sentence, **rows}
        )  # fmt: skip
    else:
        say(found.sentence)
        for side, listed in rows.items():
            for punch in listed:
                say(f"  {side.replace('_', ' ')}: number {punch['pin']} at {punch['at']}, state {punch['state']}")
    if found.pushed_only or found.pulled_only:
        raise typer.Exit(1)


def _moment(text: str, clock_time: str) -> Any:
    """A wall time; a date alone means its beginning or its end. Raises Invalid."""
    from datetime import datetime

    try:
        found = datetime.fromisoformat(f"{text}T{clock_time}" if len(text) == 10 else text)
    except ValueError:
        raise Invalid(f"{text!r} is no date and no time; write 2026-11-20 or 2026-11-20T08:00.") from None
    if found.tzinfo is not None:
        raise Invalid(f"{text!r} names a zone; terminals know the time of the office alone, so leave it out.")
    return found
