"""The command `pull`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.place import open_database, operator, print_json, read_settings, say, today_of
from api.cli.terminals.showing import bars
from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.store.database import Database
    from device_sync.intake import Filed
    from device_sync.poller import Watcher


def pull(
    codes: Annotated[list[str] | None, typer.Argument(help="Codes of terminals.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every terminal that has an address.")] = False,
    unit: Annotated[str | None, typer.Option(help="Every terminal of this unit and of the units below it.")] = None,
    full: Annotated[bool, typer.Option(help="Compare every record, not only what is new.")] = False,
    people: Annotated[bool, typer.Option(help="Make a person for every number nobody is enrolled under.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Pull now, many terminals side by side. Exit 1 when one could not be read or something was quarantined."""
    from api.pulling import make_puller, pull_json
    from attendance.clock import utc_now
    from attendance.services import onboarding
    from attendance.store.trail import record
    from device_sync.poller import Poller

    settings = read_settings()
    with open_database(settings) as database:
        wanted = _wanted(database, codes or [], unit, everyone)
        with database.writing() as session:
            for code in wanted:
                record(session, operator(), "pull.asked", kind="terminal", key=code, at=utc_now())
        poller = Poller(make_puller(settings, database))
        try:
            with _shown(wanted, tell=not as_json) as watch:
                done = poller.ask(wanted, full=full, on_progress=watch)
        finally:
            poller.stop(patience_seconds=0)
        if people:
            made = sum(
                onboarding.enrol_strangers(database, filed.terminal, at=utc_now(), actor=operator()) for filed in done
            )
            if not as_json:
                say(f"{made} people were made from their numbers; name them: attendance people name CODE NAME")
    if as_json:
        print_json({"pulls": [pull_json(filed, settings.timezone) for filed in done]})
    if any(filed.outcome != "ok" or filed.quarantined for filed in done):
        raise typer.Exit(1)


def _wanted(database: Database, codes: list[str], unit: str | None, everyone: bool) -> list[str]:
    """The terminals that are meant, each once. Raises NotFound, Invalid."""
    from attendance.store import office, polling, tree
    from attendance.store.tables import TerminalRow

    if sum((bool(codes), unit is not None, everyone)) > 1:
        raise Invalid("Name terminals, or a unit with --unit, or all of them with --all; not several of these.")
    with database.reading() as session:
        for code in codes:
            office.get(session, TerminalRow, code)
        below = None if unit is None else tree.units_below(session, unit, today_of(read_settings()))
        found = codes or polling.pullable(session, below)
    if not found:
        where = "" if unit is None else f" in unit {unit} or below it"
        raise Invalid(f"There is no terminal to pull{where}; add one with `attendance terminals add`.")
    return list(dict.fromkeys(found))


def _line(filed: Filed) -> str:
    if filed.outcome != "ok" or filed.complete_until is None:
        return f"{filed.terminal}: {filed.outcome}. {filed.message}"
    drift = "" if not filed.clock_offset_seconds else f", clock {filed.clock_offset_seconds:+d} s"
    return (
        f"{filed.terminal}: ok, read {filed.read}, new {filed.new}, repeated {filed.repeated}, "
        f"quarantined {filed.quarantined}{drift}, complete until {filed.complete_until:%Y-%m-%d %H:%M}"
    )


@contextmanager
def _shown(codes: list[str], *, tell: bool) -> Iterator[Watcher]:
    """Says each result as it comes if `tell`, and how far things are on a terminal; nothing of that in a pipe."""
    from threading import Lock

    from device_sync.pulling import DONE, Progress

    one_at_a_time = Lock()
    with bars(len(codes)) as show:

        def watch(progress: Progress) -> None:
            with one_at_a_time:
                show(progress)
                if tell and progress.state == DONE and progress.filed is not None:
                    say(_line(progress.filed))

        yield watch
