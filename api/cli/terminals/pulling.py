"""The command `pull`, and the shape of what a pull answers."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from api.cli.place import open_database, print_json, read_settings, say
from attendance.errors import Invalid


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
        puller = make_puller(settings, database)
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


def make_puller(settings: Any, database: Any) -> Any:
    from api.keys import read_comm_key
    from device_sync.pulling import Puller

    return Puller(
        database,
        settings.timezone,
        lambda code: read_comm_key(settings.keys_dir, code) or 0,
        allowed_networks=settings.allowed_networks,
    )
