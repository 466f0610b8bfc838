"""Commands about where people serve: transfer, end, withdraw."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.place import open_database, operator, read_date, read_settings, say

Document = Annotated[str, typer.Option(help="The decision it rests on, with number and date.")]
Number = Annotated[int, typer.Argument(help="Number of the assignment: attendance people serving CODE")]


def register(people: typer.Typer) -> None:
    people.command("serving")(serving)
    people.command("transfer")(transfer)
    people.command("end")(end)
    people.command("withdraw")(withdraw)


def serving(code: Annotated[str, typer.Argument(help="Code of the person.")]) -> None:
    """Where a person served, serves and will serve, with the number of each assignment."""
    from attendance.services import transfers
    from attendance.store import office
    from attendance.store import serving as verbs
    from attendance.store.tables import EmployeeRow

    with open_database(read_settings()) as database, database.reading() as session:
        rows = verbs.of_employee(session, office.key(office.get(session, EmployeeRow, code)))
        found = [transfers.told(session, row) for row in rows]
    for row in found:
        say(f"{row['id']}\t{row['unit']}\t{row['from']} to {row['to'] or 'open'}\t{row['document']}".rstrip())
    if not found:
        say(f"{code} serves nowhere.")


def transfer(
    code: Annotated[str, typer.Argument(help="Code of the person.")],
    unit: Annotated[str, typer.Argument(help="The unit in which they serve from then on.")],
    on: Annotated[str, typer.Option("--on", help="First date there, as 2025-07-16.")],
    schedule: Annotated[str | None, typer.Option(help="Hours of their own; left out: those of the unit.")] = None,
    terminal: Annotated[list[str] | None, typer.Option(help="A terminal they depend on; may be repeated.")] = None,
    document: Document = "",
) -> None:
    """A person serves in another unit from a date on; the assignment of that date ends the day before."""
    from attendance.clock import utc_now
    from attendance.services import transfers

    with open_database(read_settings()) as database, database.writing() as session:
        done = transfers.transfer(
            session, code, unit, on=read_date(on), schedule=schedule, terminals=terminal or (), document=document,
            actor=operator(), at=utc_now(),
        )  # fmt: skip
    before = f", until {done.ended.to_on} where they were" if done.ended else ""
    say(f"{code} serves in {unit} from {on} on{before}.")


def end(
    number: Number,
    to_on: Annotated[str, typer.Option("--to", help="Last date.")],
    document: Document = "",
) -> None:
    """A person serves in a unit until a date."""
    from attendance.clock import utc_now
    from attendance.services import transfers

    with open_database(read_settings()) as database, database.writing() as session:
        row = transfers.end_assignment(
            session, number, read_date(to_on), document=document, actor=operator(), at=utc_now()
        )
        told = transfers.told(session, row)
    say(f"{told['employee']} serves in {told['unit']} until {to_on}; the assignment has the number {told['id']} now.")


def withdraw(number: Number, why: Annotated[str, typer.Option(help="Why it was a mistake.")]) -> None:
    """Take back an assignment that was recorded by mistake. It stays stored."""
    from attendance.clock import utc_now
    from attendance.services import transfers

    with open_database(read_settings()) as database, database.writing() as session:
        row = transfers.withdraw_assignment(session, number, why=why, actor=operator(), at=utc_now())
        told = transfers.told(session, row)
    say(f"The assignment of {told['employee']} to {told['unit']} from {told['from']} on is taken back.")
