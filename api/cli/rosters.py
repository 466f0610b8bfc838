"""Commands about rosters: duties and substitutes, posts that must be filled, gaps, who was not there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.papers import Document, Propose, SignedBy, hand_in, read_wall
from api.cli.place import open_database, operator, print_json, read_date, read_settings, say, today_of

if TYPE_CHECKING:
    from attendance.store.database import Session
    from attendance.store.within import Within

First = Annotated[str | None, typer.Option("--from", metavar="DATE", help="First date; today if left out.")]
Last = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date; six days later if left out.")]
Unit = Annotated[str | None, typer.Option(help="Code of a unit: only it and those below; all if left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Kind = Annotated[str, typer.Option(help="one_stop, saturday, night, holiday, reception or duty.")]
Desk = Annotated[str, typer.Option(help="Desk, as people call it.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Rosters: duties, posts to be filled, gaps, no-shows.", no_args_is_help=True)
    for name, command in (
        ("list", show),
        ("add", add),
        ("substitute", substitute),
        ("posts", posts),
        ("add-post", add_post),
        ("withdraw-post", withdraw_post),
        ("gaps", gaps),
        ("no-shows", no_shows),
        ("sheet", sheet),
    ):
        group.command(name)(command)
    app.add_typer(group, name="rosters")


def add(
    employee: Annotated[str, typer.Argument(help="Code of the person.")],
    starts: Annotated[str, typer.Argument(metavar="FROM", help="As 2026-11-20T07:30.")],
    ends: Annotated[str, typer.Argument(metavar="TO", help="As 2026-11-20T11:30.")],
    kind: Kind = "duty",
    desk: Desk = "",
    unit: Annotated[str | None, typer.Option(help="Whose roster; where the person serves if left out.")] = None,
    counts: Annotated[bool, typer.Option("--counts", help="On a day without hours it is one that is due.")] = False,
    document: Document = "",
    approved_by: SignedBy = "",
    propose: Propose = False,
) -> None:
    """Enter a duty. Refused: somebody who does not serve then, whom a protection shuts out, or who is on duty."""
    from attendance.services.roster import entering

    zone, window = read_settings().timezone, (read_wall(starts), read_wall(ends))
    number = hand_in(
        document, approved_by, propose,
        lambda session, handed: entering.enter(
            session, zone, handed, employee, *window, kind=kind, desk=desk, unit=unit, counts_as_schedule=counts,
            may_know_reasons=True,
        ),
    )  # fmt: skip
    say(f"{employee} is on duty from {starts} to {ends}, paper {number}{', proposed' if propose else ''}.")


def substitute(
    number: Annotated[int, typer.Argument(metavar="PAPER", min=1, help="Number of the paper of the duty.")],
    employee: Annotated[str, typer.Argument(help="Code of the person who takes it over.")],
    document: Document = "",
    approved_by: SignedBy = "",
    propose: Propose = False,
) -> None:
    """Have a duty taken over: an entry of the one who does; the holder's is taken back with the reason."""
    from attendance.services.roster import entering
    from attendance.store import paper_register

    zone = read_settings().timezone
    taken = hand_in(
        document, approved_by, propose,
        lambda session, handed: entering.substitute(
            session, zone, handed, paper_register.get(session, number), employee, may_know_reasons=True
        ),
    )  # fmt: skip
    say(f"{employee} takes over the duty of paper {number}, as paper {taken}{', proposed' if propose else ''}.")


def show(first: First = None, last: Last = None, unit: Unit = None, as_json: AsJson = False) -> None:
    """Duties and whether their holders were there, as far as that is known."""
    _tell_duties(first, last, unit, as_json, None)


def no_shows(first: First = None, last: Last = None, unit: Unit = None, as_json: AsJson = False) -> None:
    """Duties without anybody seen, of windows the terminals were read past. Exit 1 where there are any."""
    if _tell_duties(first, last, unit, as_json, "no_show"):
        raise typer.Exit(1)


def gaps(first: First = None, last: Last = None, unit: Unit = None, as_json: AsJson = False) -> None:
    """Stretches of time in which posts are not filled. Exit 1 where there are any."""
    from attendance.services.roster import filling

    settings = read_settings()
    span = _span(first, last, settings.timezone)
    with open_database(settings) as database, database.reading() as session:
        found = filling.gaps(session, _within(session, unit), *span)
    rows = [
        {
            "post": gap.slot.post,
            "unit": gap.slot.unit,
            "kind": gap.slot.kind,
            "desk": gap.slot.desk,
            "starts": gap.starts.isoformat(),
            "ends": gap.ends.isoformat(),
            "missing": gap.missing,
        }
        for gap in found
    ]
    if as_json:
        print_json({"items": rows, "total": len(rows)})
    else:
        for row in rows:
            where = f"{row['unit']}, {row['kind']} {row['desk']}".rstrip()
            say(f"{where}: {row['missing']} missing from {row['starts']} to {row['ends']}")
        say(f"{len(rows)} gaps from {span[0]} to {span[1]}.")
    if rows:
        raise typer.Exit(1)


def posts(unit: Unit = None, as_json: AsJson = False) -> None:
    """What must be filled."""
    from attendance.store import duties

    with open_database(read_settings()) as database, database.reading() as session:
        found = [(row.model_dump(), code) for row, code in duties.posts(session, _within(session, unit))]
    rows = [
        {"unit": code} | {name: row[name] for name in ("id", "kind", "desk", "weekdays", "dates", "starts", "ends")}
        | {"needed": row["needed"], "from": row["from_on"], "to": row["to_on"], "document": row["document"]}
        for row, code in found
    ]  # fmt: skip
    if as_json:
        print_json({"items": rows, "total": len(rows)})
        return
    for row in rows:
        days = ", ".join([*row["weekdays"], *row["dates"]])
        where = f"{row['id']}: {row['unit']}, {row['kind']} {row['desk']}".rstrip()
        say(f"{where}: {row['needed']} from {row['starts']} to {row['ends']} on {days}")


def add_post(
    unit: Annotated[str, typer.Argument(help="Code of the unit.")],
    starts: Annotated[str, typer.Argument(metavar="FROM", help="As 07:30.")],
    ends: Annotated[str, typer.Argument(metavar="TO", help="As 11:30; at or before the start: the next day.")],
    kind: Kind = "one_stop",
    desk: Desk = "",
    weekdays: Annotated[str, typer.Option(help="mon,tue,wed,thu,fri,sat,sun.")] = "",
    dates: Annotated[str, typer.Option(help="Single dates, with commas between them.")] = "",
    needed: Annotated[int, typer.Option(min=1, max=50, help="How many people at once.")] = 1,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First date; always if left out.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date; open if left out.")] = None,
    document: Document = "",
) -> None:
    """A desk or duty that must be filled, on weekdays or dates."""
    from attendance.clock import utc_now
    from attendance.services.roster import filling

    with open_database(read_settings()) as database, database.writing() as session:
        row = filling.add_post(
            session, operator(), unit, kind=kind, desk=desk, weekdays=[d for d in weekdays.split(",") if d],
            dates=[read_date(on) for on in dates.split(",") if on], starts=starts, ends=ends, needed=needed,
            from_on=read_date(first) if first else None, to_on=read_date(last) if last else None, document=document,
            at=utc_now(),
        )  # fmt: skip
        number = row.id
    say(f"Post {number} of {unit} must be filled from {starts} to {ends}.")


def withdraw_post(number: Annotated[int, typer.Argument(metavar="POST", min=1, help="Number of the post.")]) -> None:
    """A post need not be filled any more."""
    from attendance.clock import utc_now
    from attendance.services.roster import filling
    from attendance.store import duties

    with open_database(read_settings()) as database, database.writing() as session:
        filling.withdraw_post(session, operator(), duties.post(session, number), at=utc_now())
    say(f"Post {number} need not be filled any more.")


def sheet(
    unit: Annotated[str, typer.Argument(help="Code of the unit.")],
    week: Annotated[str | None, typer.Option("--week", metavar="DATE", help="Any date of it; this week.")] = None,
    as_json: AsJson = False,
) -> None:
    """The sheet of a week as it is posted at the door: who is where when."""
    from attendance import clock
    from attendance.services.roster import sheet as sheets
    from attendance.store import office
    from attendance.store.tables import UnitRow

    settings = read_settings()
    on = read_date(week) if week else clock.today(clock.utc_now(), settings.timezone)
    with open_database(settings) as database, database.reading() as session:
        found = sheets.week(session, office.get(session, UnitRow, unit), on)
    days = [
        {
            "date": day,
            "duties": [
                {"name": line.name, "kind": line.kind, "desk": line.desk, "starts": line.starts, "ends": line.ends}
                for line in lines
            ],
        }
        for day, lines in found.days
    ]
    if as_json:
        print_json({"unit": found.code, "name": found.name, "from": found.monday, "to": found.sunday, "days": days})
        return
    say(f"{found.name}, {found.monday} to {found.sunday}")
    for day, lines in found.days:
        for line in lines:
            say(f"{day} {line.starts:%H:%M} to {line.ends:%H:%M} {line.kind} {line.desk}: {line.name}")


def _tell_duties(first: str | None, last: str | None, unit: str | None, as_json: bool, state: str | None) -> int:
    from attendance import clock
    from attendance.services.roster import filling

    settings = read_settings()
    span = _span(first, last, settings.timezone)
    now = clock.to_wall(clock.utc_now(), settings.timezone)
    with open_database(settings) as database, database.reading() as session:
        found = filling.held(session, settings.timezone, _within(session, unit), *span, now=now)
    rows = [
        {
            "paper": held.line.paper,
            "employee": held.line.employee,
            "unit": held.line.unit,
            "kind": held.line.kind,
            "desk": held.line.desk,
            "starts": held.line.starts.isoformat(),
            "ends": held.line.ends.isoformat(),
            "in_place_of": held.line.in_place_of,
            "state": held.state,
        }
        for held in found
        if state in (None, held.state)
    ]
    if as_json:
        print_json({"items": rows, "total": len(rows)})
        return len(rows)
    for row in rows:
        where = f"{row['unit']}, {row['kind']} {row['desk']}".rstrip()
        say(f"{row['starts']} to {row['ends']}: {row['employee']}, {where}: {row['state']} (paper {row['paper']})")
    say(f"{len(rows)} duties from {span[0]} to {span[1]}.")
    return len(rows)


def _span(first: str | None, last: str | None, zone: str) -> tuple[date, date]:
    from attendance import clock
    from attendance.errors import Invalid

    begins = read_date(first) if first else clock.today(clock.utc_now(), zone)
    ends = read_date(last) if last else begins + timedelta(days=6)
    if ends < begins:
        raise Invalid(f"The span ends on {ends} before it begins on {begins}; swap --from and --to.")
    return begins, ends


def _within(session: Session, unit: str | None) -> Within:
    from attendance.store import tree
    from attendance.store.within import EVERYTHING

    if unit is None:
        return EVERYTHING
    return EVERYTHING.narrowed(tree.units_below(session, unit, today_of(read_settings())))
