"""Commands that set an office up: init, people."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from api.cli import people_serving as serving
from api.cli.place import open_database, operator, read_password, read_settings, say, see
from attendance.errors import Invalid

DEFAULT_HOURS = "07:30-11:30,13:00-17:00"


def register(app: typer.Typer) -> None:
    app.command("init")(init)
    people = typer.Typer(help="People whose attendance is kept.", no_args_is_help=True)
    people.command("name")(name_person)
    people.command("list")(list_people)
    serving.register(people)
    app.add_typer(people, name="people")


def init(
    unit: Annotated[str, typer.Option(help="Code of the first unit.")] = "A",
    name: Annotated[str, typer.Option(help="Name of the first unit.")] = "",
    hours: Annotated[
        str, typer.Option(help="Official hours of the sessions, Monday to Friday, as HH:MM-HH:MM,HH:MM-HH:MM.")
    ] = DEFAULT_HOURS,
    document: Annotated[str, typer.Option(help="The document the hours are issued under; empty if none.")] = "",
    calendar: Annotated[bool, typer.Option(help="Load the public holidays and swaps that are shipped.")] = True,
    admin: Annotated[str | None, typer.Option(help="Name of the first administrator.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="File with the administrator's password.")] = None,
    later: Annotated[
        bool, typer.Option("--later", help="Make the administrator in a browser, with the code that is printed.")
    ] = False,
) -> None:
    """Make the data folder, the database, the first unit with its hours, and the first administrator."""
    from attendance.clock import utc_now
    from attendance.rules.shipped import shipped
    from attendance.services.accounts import Accounts
    from attendance.services.first_administrator import new_setup_code
    from attendance.services.onboarding import begin_office

    settings = read_settings()
    if later and (admin is not None or password_file is not None):
        raise Invalid("Either the administrator is made now, with --admin, or --later; say one of them.")
    if admin is None and not later:
        admin = str(typer.prompt("Administrator", default="admin"))
    password = read_password(admin, password_file) if admin is not None else ""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)  # what lies in it is about people
    key = settings.data_dir / "secret.key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(48) + "\n", encoding="ascii")
    with open_database(settings, create=True) as database:
        entries = begin_office(
            database,
            unit=unit,
            name=name,
            hours=hours,
            document=document,
            calendar=calendar,
            administrator=(admin, Accounts(database).hash_new(password, admin)) if admin is not None else None,
            actor=operator(),
            at=utc_now(),
        )
        code = new_setup_code(database) if admin is None else None
    say(f"Unit {unit} works {hours.replace(',', ' and ')}, Monday to Friday; {entries} calendar entries are loaded.")
    for written in shipped("calendar").entries if calendar else ():
        if written.status == "announced":
            entry = written.entry
            say(
                f"Announced so far, and decides nothing: {entry.on} ({entry.kind}, {entry.citation.document}). When it "
                f"is law: attendance rules confirm {entry.on} --document TEXT"
            )
    if code is not None:
        say(f"Within 15 minutes, on the page /setup of the service, this code makes the first administrator: {code}")
    may = f"{admin} may sign in" if admin is not None else "`attendance serve` shows a new code when it begins"
    say(f"{may}. To start: ATTENDANCE_SECRET_KEY_FILE={key} attendance serve")


def name_person(
    code: Annotated[str, typer.Argument(help="Code of the person.")],
    name: Annotated[str, typer.Argument(help="Full name, as in the personnel file.")],
) -> None:
    """Give a person made from a terminal's number their name."""
    from attendance.clock import utc_now
    from attendance.store import office, registering
    from attendance.store.tables import EmployeeRow
    from attendance.store.trail import record

    with open_database(read_settings()) as database, database.writing() as session:
        before = {"name": office.get(session, EmployeeRow, code).name}
        row = registering.rename_employee(session, code, name)
        record(session, operator(), "employee.renamed", kind="employee", key=code, employees=[office.key(row)],
               before=before, after={"name": row.name}, at=utc_now())  # fmt: skip
    say(f"{code} is {name}.")


def list_people() -> None:
    """List people with their codes."""
    from attendance.store import people

    with open_database(read_settings()) as database, database.reading() as session:
        everybody = people.everybody(session)
        see(session, "employees", (code for code, _ in everybody))
        for code, name in everybody:
            say(f"{code}\t{name}")
