"""The command about presence: who is where at a minute, as known at a moment."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.place import open_database, operator, print_json, read_moment, read_settings, say, see

if TYPE_CHECKING:
    from datetime import datetime

    from api.settings import Settings
    from attendance.store.database import Database


def register(app: typer.Typer) -> None:
    app.command("presence")(presence)


def presence(
    unit: Annotated[str, typer.Argument(help="Code of the unit; those below it are in the list.")],
    at: Annotated[str | None, typer.Option(help="The minute, as 2026-11-20T08:20. Default: now.")] = None,
    known_at: Annotated[str | None, typer.Option(help="As it was known then. Default: now.")] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Read the terminals these people depend on first.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Who is expected, seen, excused, not known or not scheduled at a minute, now or in the past."""
    from attendance.clock import to_wall, utc_now
    from attendance.errors import Invalid
    from attendance.services.visiting.presence import presence_at
    from reports import presence as reports

    settings, now = read_settings(), utc_now()
    zone = settings.timezone
    minute, known = read_moment(at, zone) if at else now, read_moment(known_at, zone) if known_at else None
    if max(minute, known or minute) > now:
        raise Invalid(f"{at if minute > now else known_at} has not come yet; ask for a past minute.")
    with ExitStack() as stack:
        database = stack.enter_context(open_database(settings))
        if refresh:
            _read(database, settings, unit, minute)
            now = utc_now()
            minute = minute if at else now
        session = stack.enter_context(database.reading())
        found = presence_at(session, zone, unit, minute, known_at=known)
        see(session, "presence", (person.code for person in found.people))
        content = reports.as_json(session, found, now)
    if as_json:
        print_json(content)
        return
    counts, hours = found.counts(), found.hours
    known_text = f", as known at {to_wall(known, zone):%Y-%m-%d %H:%M}" if known else ""
    say(f"{found.unit_name} at {found.at:%Y-%m-%d %H:%M}{known_text}")
    say(f"{hours.session}, {hours.document or hours.rule}" if hours.working else f"outside working time ({hours.kind})")
    say(
        f"seen {counts['seen']}/{counts['expected']}, not seen {counts['not_seen']}, excused {counts['excused']}, "
        f"not known {counts['unknown']}, not scheduled {counts['not_scheduled']} of {counts['total']} on the list"
    )
    for terminal in found.terminals:
        say(
            f"{terminal.code}\tread until {terminal.read_to:%Y-%m-%d %H:%M}"
            if terminal.read_to
            else f"{terminal.code}\tnever read"
        )
    for person in found.people:
        told = [person.code, person.name, person.unit, person.state]
        if person.since:
            told.append(f"since {person.since:%H:%M} at {person.since_at}")
        if person.excuse:
            told.append(person.excuse.kind)
        if person.why:
            told.append(person.why)
        say("\t".join(told))


def _read(database: Database, settings: Settings, unit: str, minute: datetime) -> None:
    """Pull the terminals that people of the unit depend on; one that does not answer stays as it was read."""
    from api.cli.terminals.showing import bars
    from api.pulling import make_puller
    from attendance.clock import utc_now
    from attendance.services.visiting.presence import presence_at
    from attendance.store import polling
    from attendance.store.trail import record
    from device_sync.poller import Poller

    with database.writing() as session:
        needed = {each.code for each in presence_at(session, settings.timezone, unit, minute, known_at=None).terminals}
        codes = [code for code in polling.pullable(session) if code in needed]
        for code in codes:
            record(session, operator(), "pull.asked", kind="terminal", key=code, at=utc_now())
    poller = Poller(make_puller(settings, database))
    try:
        with bars(len(codes)) as watch:
            for job in poller.begin(codes, on_progress=watch):
                job.done.wait()
    finally:
        poller.stop(patience_seconds=0)
