"""Commands about who stands on a terminal: the work list, and enrolling people from it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_date, read_settings, say, see
from attendance.errors import Invalid

GROUNDS = {
    "number": "the number is their code",
    "name": "same name",
    "order": "same name in another order",
    "cut": "same name as far as the terminal keeps it",
}


def users(
    code: Annotated[str, typer.Argument(help="Code of the terminal.")],
    pull: Annotated[
        bool, typer.Option("--pull", help="Read the terminal first, whole, as `pull --full` does.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Compare the users on a terminal with the people enrolled: what is open, and who it may be.

    Takes the user table of the last whole reading, and whom the terminal pushed since; one of which nothing is known is
    read now. Exit 1 when something is open.
    """
    from api.pulling import make_puller
    from api.work_lists import people_of, work_list_json
    from attendance import clock
    from attendance.services.terminal_people import work_list
    from device_sync.push.said_users import said_users

    settings = read_settings()
    with open_database(settings) as database:
        today = clock.today(clock.utc_now(), settings.timezone)
        found = work_list(database, code, on=today, told=said_users)
        if pull or found.seen is None:
            filed = make_puller(settings, database).pull(code, full=True)
            if filed.outcome not in ("ok", "changed"):
                raise Invalid(f"The users of terminal {code} could not be read. {filed.message}")
            found = work_list(database, code, on=today, told=said_users)
        if found.seen is None:
            raise Invalid(
                f"Terminal {code} does not hand out its user table; enrol its people from the personnel file."
            )
        with database.reading() as session:
            see(session, "terminal users", people_of(found))
    result = work_list_json(found)
    if as_json:
        print_json(result)
    else:
        _show(result)
    if any(result[name] for name in ("unmatched", "renamed", "without_number", "not_on_terminal")):
        raise typer.Exit(1)


def enrol(
    code: Annotated[str, typer.Argument(help="Code of the terminal.")],
    number: Annotated[str | None, typer.Argument(help="User number on the terminal.")] = None,
    employee: Annotated[str | None, typer.Argument(help="Code of the person whose number it is.")] = None,
    from_on: Annotated[
        str | None,
        typer.Option("--from", help="First date; else since the terminal shows the number so, or from the beginning."),
    ] = None,
    instead: Annotated[bool, typer.Option("--instead", help="Whoever has the number has it until then.")] = False,
    accept_exact: Annotated[
        bool, typer.Option("--accept-exact", help="Enrol everybody whose code is a number without an owner.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say whose number it is. Nothing is sent to the terminal, and no name of it becomes a person's."""
    from attendance import clock
    from attendance.services.terminal_people import enrol, enrol_exact
    from device_sync.push.said_users import said_users

    if accept_exact == (number is not None) or (number is None) != (employee is None) or (accept_exact and instead):
        raise Invalid("Name a number and the person whose it is, or say --accept-exact alone.")
    settings = read_settings()
    begins = read_date(from_on) if from_on else None
    with open_database(settings) as database:
        at = clock.utc_now()
        if number is not None and employee is not None:
            done = [enrol(database, code, number, employee, from_on=begins, instead=instead, at=at, actor=operator())]
        else:
            today = clock.today(at, settings.timezone)
            done = list(enrol_exact(database, code, on=today, from_on=begins, told=said_users, at=at, actor=operator()))
    if as_json:
        shown = [{"number": each.pin, "employee": each.employee, "from": each.from_on} for each in done]
        print_json({"terminal": code, "enrolled": shown})
        return
    for each in done:
        say(f"{code} {each.pin} is {each.employee} {f'from {each.from_on}' if each.from_on else 'from the beginning'}")
    say(f"{len(done)} enrolled. Judge the days again: attendance evaluate" if done else "No number is anybody's code.")


def _show(found: dict[str, Any]) -> None:
    code = found["terminal"]
    say(f"{code} of unit {found['unit']}: {found['users']} users on the terminal")
    titles = {
        "unmatched": "numbers that are nobody's",
        "renamed": "numbers whose name on the terminal is not their owner's",
        "without_number": "people without a number on it",
        "not_on_terminal": "people whose number the terminal does not know",
        "administrators": "users who may change the terminal",
    }
    for name, title in titles.items():
        if found[name]:
            say(f"{len(found[name])} {title}:")
            for row in found[name]:
                say(f"  {_line(name, row)}")
    if found["exact"]:
        say(f"{found['exact']} can be enrolled at once: attendance terminals enrol {code} --accept-exact")


def _line(name: str, row: dict[str, Any]) -> str:
    if name in ("without_number", "not_on_terminal"):
        number = f"  number {row['number']}" if row["number"] else ""
        return f"{row['employee']}  {row['name']}{number}"
    said = "name not readable" if not row["readable"] else f"{row['name']!r}" if row["name"] else "no name"
    parts = [row["number"], said]
    if row["employee"]:
        parts.append(f"is {row['employee']} {row['employee_name']}")
    if name == "administrators":
        return "  ".join([*parts, row["privilege"]])
    if row["proposal"]:
        person = row["proposal"]
        parts.append(f"→ {person['employee']} {person['name']} ({GROUNDS[person['ground']]})")
    elif row["candidates"]:
        names = ", ".join(f"{person['employee']} {person['name']}" for person in row["candidates"][:4])
        parts.append(f"→ not clear: {names}{', …' if len(row['candidates']) > 4 else ''}")
    return "  ".join(parts)
