"""Commands that enter papers: the most usual ones by one line each, all kinds from a file. They count as approved."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import open_database, operator, print_json, read_date, read_settings, say
from attendance.errors import Invalid


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Papers that excuse, and outages of terminals.", no_args_is_help=True)
    for name, command in (("leave", leave), ("mission", mission), ("outage", outage), ("file", file)):
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
    from attendance.store.trail import record

    date_on, now = read_date(on), utc_now()
    with open_database(read_settings()) as database, database.writing() as session:
        row = papers.add_leave(
            session, employee, date_on, code=code, part=part, document=document, approved_at=now, at=now
        )
        after = {
            "kind": "leave",
            "employee": employee,
            "date": date_on,
            "session": part,
            "code": code,
            "document": document,
        }
        record(session, operator(), "papers.filed", kind="papers", key=str(row.id), employees=[row.employee_id],
               after=after, at=now)  # fmt: skip
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
    from attendance.store.trail import record

    window, now = (_wall(starts), _wall(ends)), utc_now()
    with open_database(read_settings()) as database, database.writing() as session:
        row = papers.add_mission(session, employee, *window, document=document, approved_at=now, at=now)
        after = {"kind": "mission", "employee": employee, "from": starts, "to": ends, "document": document}
        record(session, operator(), "papers.filed", kind="papers", key=str(row.id), employees=[row.employee_id],
               after=after, at=now)  # fmt: skip
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
    from attendance.store.trail import record

    window, now = (_wall(starts), _wall(ends)), utc_now()
    with open_database(read_settings()) as database, database.writing() as session:
        papers.add_outage(session, terminal, *window, document=document, at=now)
        after = {"kind": "outage", "from": starts, "to": ends, "document": document}
        record(session, operator(), "outage.filed", kind="terminal", key=terminal, after=after, at=now)
    say(f"{terminal} was out of order from {starts} to {ends}. Judge it again: attendance evaluate")


def file(
    facts: Annotated[Path, typer.Argument(help="YAML or JSON: `facts:` of a case file, or the list alone.")],
    by: Annotated[str, typer.Option(help="Who decided what is decided in it; nobody decides on their own.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check: nothing is stored.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Papers of every kind from a file, all or none. Exit 2 names every mistake with its place in the file."""
    from attendance.clock import utc_now
    from attendance.scenario.reading import Refused, content_of
    from attendance.services.filing import file_facts

    settings = read_settings()
    try:
        text = facts.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{facts} cannot be read ({type(error).__name__}); name a YAML or JSON file.") from error
    try:
        content = content_of(text, str(facts))
        with open_database(settings) as database:
            done = file_facts(database, settings.timezone, content, now=utc_now(), by=by, dry_run=dry_run,
                              actor=operator())  # fmt: skip
    except Refused as error:
        for refusal in error.refusals:
            sys.stderr.write(f"{facts}: {refusal.path}: {refusal.code}: {refusal.sentence}\n")
        raise typer.Exit(2) from None
    refused = [{"employee": e.employee, "date": e.on.isoformat(), "code": e.code} for e in done.roster_errors]
    if as_json:
        counts = {"filed": dict(sorted(done.filed.items())), "days_marked": done.days_marked}
        print_json(counts | {"roster_errors": refused, "dry_run": dry_run})
        return
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(done.filed.items()))
    if dry_run:
        say(f"Nothing was stored. The file would be taken: {kinds}; {done.days_marked} days would be judged again.")
    else:
        say(f"Filed: {kinds}; {done.days_marked} days to judge again: attendance evaluate")
    for error in refused:
        say(f"This duty does not hold: {error['employee']} on {error['date']} ({error['code']})")


def _wall(text: str) -> datetime:
    """A wall time of the office. Raises Invalid for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is not a moment; write it as 2026-11-20T07:30.") from None
    if moment.tzinfo is not None or "T" not in text:
        raise Invalid(f"{text!r} must be the time on the wall of the office; write it as 2026-11-20T07:30.")
    return moment
