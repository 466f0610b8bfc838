"""Commands that enter papers and decide on them: the usual ones by one line each, all kinds from a file.

A paper entered here was signed on paper and counts at once, unless it is only proposed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import deciding_papers
from api.cli.place import check_meant, open_database, operator, print_json, read_date, read_settings, say
from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.services.papers.handing_in import Handed
    from attendance.store.database import Session
    from attendance.store.register_tables import PaperRow

SignedBy = Annotated[
    str, typer.Option("--approved-by", help="Who signed it, by code or name; nobody signs for themselves.")
]
Propose = Annotated[bool, typer.Option("--propose", help="Only hand it in: it counts once somebody approves it.")]
Document = Annotated[str, typer.Option(help="Number of the paper.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Papers that excuse, outages of terminals, and who decides.", no_args_is_help=True)
    for name, command in (("leave", leave), ("mission", mission), ("outage", outage), ("file", file)):
        group.command(name)(command)
    deciding_papers.register(group)
    app.add_typer(group, name="papers")


def leave(
    employee: Annotated[str, typer.Argument(help="Code of the person.")],
    on: Annotated[str, typer.Argument(metavar="DATE", help="Work date, as 2026-11-20.")],
    to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date, of several.")] = None,
    part: Annotated[str, typer.Option("--session", help="am, pm, all, or the schedule's own name.")] = "all",
    code: Annotated[str, typer.Option(help="Symbol of the sheet: P, Ô, Cô, Ts, T, H, Nb, No, N, LĐ.")] = "P",
    document: Document = "",
    approved_by: SignedBy = "",
    propose: Propose = False,
) -> None:
    """Leave of a date or of one session of it, or of every date up to another."""
    from attendance.services.papers import handing_in

    first = read_date(on)
    last = read_date(to) if to else first
    paper = hand_in(
        document, approved_by, propose,
        lambda session, handed: handing_in.leave(session, handed, employee, first, last, code=code, part=part),
    )  # fmt: skip
    dates = f"on {first}" if first == last else f"from {first} to {last}"
    say(f"{employee} is on leave {dates} ({part}), paper {paper}. {_next(propose, paper)}")


def mission(
    employee: Annotated[str, typer.Argument(help="Code of the person.")],
    starts: Annotated[str, typer.Argument(metavar="FROM", help="As 2026-11-20T07:30.")],
    ends: Annotated[str, typer.Argument(metavar="TO", help="As 2026-11-20T11:30.")],
    meeting: Annotated[bool, typer.Option("--meeting", help="It is a meeting.")] = False,
    place: Annotated[str, typer.Option(help="Where it leads.")] = "",
    document: Document = "",
    approved_by: SignedBy = "",
    propose: Propose = False,
) -> None:
    """A mission or meeting: the window counts as worked, no punch is asked for inside it."""
    from attendance.services.papers import handing_in

    window, kind = (read_wall(starts), read_wall(ends)), "meeting" if meeting else "mission"
    paper = hand_in(
        document, approved_by, propose,
        lambda session, handed: handing_in.mission(session, handed, employee, *window, kind=kind), place=place,
    )  # fmt: skip
    say(f"{employee} is on a {kind} from {starts} to {ends}, paper {paper}. {_next(propose, paper)}")


def outage(
    terminal: Annotated[str, typer.Argument(help="Code of the terminal.")],
    starts: Annotated[str, typer.Argument(metavar="FROM", help="As 2026-11-20T06:30.")],
    ends: Annotated[str, typer.Argument(metavar="TO", help="As 2026-11-20T09:30.")],
    network: Annotated[bool, typer.Option("--network", help="Only the line was down: punches came late.")] = False,
    document: Document = "",
    approved_by: SignedBy = "",
    propose: Propose = False,
) -> None:
    """A terminal was out of order: nothing is concluded from punches that could not be made."""
    from attendance.services.papers import handing_in

    window, mode = (read_wall(starts), read_wall(ends)), "network" if network else "dead"
    paper = hand_in(
        document, approved_by, propose,
        lambda session, handed: handing_in.outage(session, handed, terminal, *window, mode=mode),
    )  # fmt: skip
    say(f"{terminal} was out of order from {starts} to {ends}, paper {paper}. {_next(propose, paper)}")


def hand_in(
    document: str,
    approved_by: str,
    propose: bool,
    enter: Callable[[Session, Handed], PaperRow],
    **more: Any,
) -> int:
    """Enter a paper as whoever works at the console, and unless it is only proposed that it was signed."""
    from attendance.clock import utc_now
    from attendance.services.papers import deciding
    from attendance.services.papers.handing_in import Handed
    from attendance.store.paper_register import number_of

    if propose and approved_by:
        raise Invalid("A paper that is only proposed was signed by nobody; leave out --propose or --approved-by.")
    settings, now = read_settings(), utc_now()
    with open_database(settings) as database, database.writing() as session:
        paper = enter(session, Handed(operator(), now, document, **more))
        if not propose:
            deciding.was_signed(session, settings.timezone, paper, approved_by, at=now)
        return number_of(paper)


def _next(propose: bool, paper: int) -> str:
    if propose:
        return f"It counts once somebody else approves it: attendance papers approve {paper} --by NAME"
    return "Judge it again: attendance evaluate"


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


def read_wall(text: str) -> datetime:
    """A wall time of the office. Raises Invalid for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is not a moment; write it as 2026-11-20T07:30.") from None
    if moment.tzinfo is not None or "T" not in text:
        raise Invalid(f"{text!r} must be the time on the wall of the office; write it as 2026-11-20T07:30.")
    check_meant(moment.date(), text)
    return moment
