"""Commands about the month's sheet: as a file, and how its signs are printed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import open_database, operator, read_settings, say, see, take
from attendance.errors import Invalid


def report_timesheet(
    unit: Annotated[str, typer.Option(help="Code of the unit; units below it have sheets of their own.")],
    month: Annotated[str, typer.Option(help="As 2026-11.")],
    format_: Annotated[str, typer.Option("--format", help="xlsx, pdf, csv or json.")] = "xlsx",
    version: Annotated[int | None, typer.Option(help="A kept version; the month as it is if left out.")] = None,
    language: Annotated[str | None, typer.Option("--lang", help="vi or en.")] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if left out.")] = None,
) -> None:
    """The month's sheet of a unit, as its page shows it. A locked month is the kept sheet with its digest."""
    from api.month_exports import official_file
    from api.pages.i18n import LANGUAGES
    from api.pages.names import name_key
    from attendance import clock
    from attendance.services.timesheet.showing import read_month, shown_month
    from attendance.store import office
    from attendance.store.tables import UnitRow
    from reports.months import sheet_page

    settings = read_settings()
    spoken = language or settings.language
    if spoken not in LANGUAGES:
        raise Invalid(f"{spoken!r} is not a language of this program; write vi or en.")
    today = clock.today(clock.utc_now(), settings.timezone)
    asked = {"unit": unit, "month": month, "format": format_, "version": str(version or "")}
    with open_database(settings) as database:
        with database.reading() as session:
            place = office.get(session, UnitRow, unit)
            shown = shown_month(session, place, read_month(month), today, reasons=True, version=version)
            live = version is None
            page = sheet_page(session, settings.timezone, shown, today, live=live, masked=False, key=name_key)
            content = official_file(page, format_, spoken, settings)
            see(session, "month", (line.employee for line in shown.sheet.lines))
        take(database, content, paper="timesheet", asked=asked, rows=len(page.table.lines))
    if out is None:
        sys.stdout.buffer.write(content)
        return
    out.write_bytes(content)
    say(f"{len(page.table.lines)} people of {unit} in {month} → {out}")


def print_as(
    sign: Annotated[str, typer.Argument(help="One of our signs, such as KP.")],
    printed: Annotated[str, typer.Argument(help="What stands on paper in its place.")],
    document: Annotated[str, typer.Option(help="The document that says so.")] = "",
) -> None:
    """Print a sign of the sheet as another. Screens go on showing ours."""
    from attendance.clock import utc_now
    from attendance.services.timesheet import signs

    with open_database(read_settings()) as database, database.writing() as session:
        signs.print_as(session, sign, printed, document=document, actor=operator(), at=utc_now())
    say(f"{sign} is printed as {printed}.")


def use_form(
    unit: Annotated[str, typer.Argument(help="Code of the unit, or `all` for the whole tree.")],
    form: Annotated[str, typer.Argument(help="public or enterprise.")],
    number: Annotated[str, typer.Option(help="Number of the form, such as C01a-HD; empty if left out.")] = "",
    overtime_number: Annotated[str, typer.Option(help="Number of the form of overtime, such as C01b-HD.")] = "",
    issued_under: Annotated[str, typer.Option(help="What it is issued under, as it stands on the sheet.")] = "",
    budget_code: Annotated[str, typer.Option(help="Mã QHNS of the unit.")] = "",
    paper: Annotated[str, typer.Option(help="a3 or a4, lying.")] = "a3",
    document: Annotated[str, typer.Option(help="The document that says so.")] = "",
) -> None:
    """Print the month's sheet of a unit and those below it by a form."""
    from attendance.clock import utc_now
    from attendance.services.timesheet import forms

    with open_database(read_settings()) as database, database.writing() as session:
        forms.use_form(
            session, None if unit == "all" else unit, form, number=number, issued_under=issued_under,
            budget_code=budget_code, paper=paper, overtime_number=overtime_number, document=document, actor=operator(),
            at=utc_now(),
        )  # fmt: skip
    say(f"Sheets of {unit} are printed by the form {form}.")
