"""Commands that enter papers: leave, missions, outages of terminals. What is entered counts as approved."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from api.cli.place import open_database, read_date, read_settings, say
from attendance.errors import Invalid


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Papers that excuse, and outages of terminals.", no_args_is_help=True)
    for name, command in (("leave", leave), ("mission", mission), ("outage", outage)):
        group.command(name)(command)
    app.add_typer(group, name="papers")


def leave(
    employee: Annotated[str, typer.Argument(help="Code of the person.")],
    on: Annotated[str, typer.Argument(metavar="DATE", help="Work date, as 2026-11-20.")],
    part: Annotated[str, typer.Option("--session", help="am, pm, all, or the schedule's own name.")] = "all",
    code: Annotated[str, typer.Option(help="Symbol of the sheet: P, Ô, Cô, Ts, T, H, Nb, No.")] = "P",
    document: Annotated[str, typer.Option(help="Number of the paper.")] = "",
) -> None:
    """Approved leave of a date or of one session of it."""
    from attendance.clock import utc_now
    from attendance.store import papers

    date_on, now = read_date(on), utc_now()
    with open_database(read_settings()) as database, database.writing() as session:
        papers.add_leave(session, employee, date_on, code=code, part=part, document=document, approved_at=now, at=now)
    say(f"{employee} is on leave on {date_on} ({part}). Judge it again: attendance evaluate")


def mission(
    employee: Annotated[str, typer.Argument(help="Code of the person.")],
    starts: Annotated[str, typer.Argument(metavar="FROM", help="As 2026-11-20T07:30.")],
    ends: Annotated[str, typer.Argument(metavar="TO", help="As 2026-11-20T11:30.")],
    document: Annotated[str, typer.Option(help="Number of the paper.")] = "",
) -> None:
    """A mission or meeting: the window counts as worked, no punch is asked for inside it."""
    from attendance.clock import utc_now
    from attendance.store import papers

    window, now = (_wall(starts), _wall(ends)), utc_now()
    with open_database(read_settings()) as database, database.writing() as session:
        papers.add_mission(session, employee, *window, document=document, approved_at=now, at=now)
    say(f"{employee} is on a mission from {starts} to {ends}. Judge it again: attendance evaluate")


def outage(
    terminal: Annotated[str, typer.Argument(help="Code of the terminal.")],
    starts: Annotated[str, typer.Argument(metavar="FROM", help="As 2026-11-20T06:30.")],
    ends: Annotated[str, typer.Argument(metavar="TO", help="As 2026-11-20T09:30.")],
    document: Annotated[str, typer.Option(help="Number of the paper.")] = "",
) -> None:
    """A terminal was out of order: nothing is concluded from punches that could not be made."""
    from attendance.clock import utc_now
    from attendance.store import papers

    window = (_wall(starts), _wall(ends))
    with open_database(read_settings()) as database, database.writing() as session:
        papers.add_outage(session, terminal, *window, document=document, at=utc_now())
    say(f"{terminal} was out of order from {starts} to {ends}. Judge it again: attendance evaluate")


def _wall(text: str) -> datetime:
    """A wall time of the office. Raises Invalid for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is not a moment; write it as 2026-11-20T07:30.") from None
    if moment.tzinfo is not None or "T" not in text:
        raise Invalid(f"{text!r} must be the time on the wall of the office; write it as 2026-11-20T07:30.")
    return moment
