"""Commands about papers that wait: which there are, approve, refuse, take back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_date, read_settings, say, see, today_of

Number = Annotated[int, typer.Argument(metavar="PAPER", min=1, help="Number of the paper.")]
By = Annotated[str, typer.Option("--by", help="Who decides, by code or name: not its author, nor whom it is about.")]
Note = Annotated[str, typer.Option("--note", help="What to say with it.")]


def register(group: typer.Typer) -> None:
    for name, command in (("list", show), ("approve", approve), ("refuse", refuse), ("withdraw", withdraw)):
        group.command(name)(command)


def show(
    status: Annotated[
        str | None, typer.Option(help="proposed, approved, refused or withdrawn; all if left out.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="leave, mission, meeting, exemption, overtime, duty, …")] = None,
    employee: Annotated[str | None, typer.Option(help="Code of a person: only theirs.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of a unit: only it and those below.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="What speaks of it or later.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="What speaks of it or earlier.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=5000, help="How many at most, the newest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Papers with their author, decision and withdrawal."""
    from attendance.errors import Invalid
    from attendance.services.papers.telling import as_told
    from attendance.store import listing_papers, office, tree
    from attendance.store.register_tables import PAPER_KINDS, STATUSES
    from attendance.store.tables import EmployeeRow
    from attendance.store.within import EVERYTHING

    for what, given, known in (("status", status, STATUSES), ("kind", kind, PAPER_KINDS)):
        if given is not None and given not in known:
            raise Invalid(f"{given!r} is no {what} of a paper; write one of {', '.join(known)}.")
    settings = read_settings()
    today = today_of(settings)
    with open_database(settings) as database, database.reading() as session:
        within = EVERYTHING if unit is None else EVERYTHING.narrowed(tree.units_below(session, unit, today))
        asked = listing_papers.Asked(
            (kind,) if kind else (),
            office.key(office.get(session, EmployeeRow, employee)) if employee else None,
            status,
            read_date(first) if first else None,
            read_date(last) if last else None,
        )
        found = listing_papers.papers(session, within, within, asked, limit=limit, offset=0)
        see(session, "papers", (row["employee"] for row in found.rows if row["employee"]))
    rows = [as_told(row, within) for row in found.rows]
    if as_json:
        print_json({"items": rows, "total": found.total})
        return
    for row in rows:
        say(_line(row))
    say(f"{found.total} papers.")


def approve(number: Number, by: By, note: Note = "") -> None:
    """Approve a paper that was handed in: it counts from now on, and did not before."""
    from attendance.clock import utc_now
    from attendance.services.papers import deciding
    from attendance.services.papers.deciding import Decider
    from attendance.store import paper_register
    from attendance.store.trail import Actor
    from attendance.store.within import EVERYTHING

    settings = read_settings()
    with open_database(settings) as database, database.writing() as session:
        paper = paper_register.get(session, number)
        decider = Decider(Actor(by), EVERYTHING)
        deciding.approve(session, settings.timezone, paper, decider, note=note, at=utc_now())
    say(f"Paper {number} is approved by {by}. Judge it again: attendance evaluate")


def refuse(
    number: Number, by: By, note: Annotated[str, typer.Option("--note", help="Why; its author will read it.")]
) -> None:
    """Refuse a paper that was handed in: it will never count."""
    from attendance.clock import utc_now
    from attendance.errors import Invalid
    from attendance.services.papers import deciding
    from attendance.services.papers.deciding import Decider
    from attendance.store import paper_register
    from attendance.store.trail import Actor
    from attendance.store.within import EVERYTHING

    if not note.strip():
        raise Invalid("Say with --note why the paper is refused, so that its author can do something about it.")
    with open_database(read_settings()) as database, database.writing() as session:
        paper = paper_register.get(session, number)
        deciding.refuse(session, paper, Decider(Actor(by), EVERYTHING), note=note, at=utc_now())
    say(f"Paper {number} is refused by {by}.")


def withdraw(number: Number, note: Note = "") -> None:
    """Take a paper back: it counts no longer; that it did stays known."""
    from attendance.clock import utc_now
    from attendance.services.papers import deciding
    from attendance.store import paper_register

    with open_database(read_settings()) as database, database.writing() as session:
        paper = paper_register.get(session, number)
        deciding.withdraw(session, paper, operator(), note=note, at=utc_now())
    say(f"Paper {number} is taken back. Judge it again: attendance evaluate")


def _line(row: dict[str, Any]) -> str:
    whose = row["employee"] or row["terminal"] or row["unit"] or "all"
    dates = f"{row['from'] or '…'} to {row['to'] or '…'}"
    said = f"{row['id']}: {row['status']}, {row['kind']} {row['code'] or ''}".rstrip()
    by = f", by {row['author']}" if row["author"] else ""
    decided = f", {row['decision']} by {row['decided_by'] or 'somebody'}" if row["decision"] else ""
    return f"{said}, {whose}, {dates}{by}{decided}"
