"""Commands about months: what stands in the way of locking one, locking it, reopening it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_moment, read_settings, say, see
from api.cli.timesheets import print_as, use_form
from attendance.errors import MonthNotLockable

if TYPE_CHECKING:
    from attendance.services.months import Sheet

Unit = Annotated[str, typer.Argument(help="Code of the unit; units below it have months of their own.")]
Month = Annotated[str, typer.Argument(help="As 2026-11.")]
By = Annotated[str, typer.Option(help="Who decided it.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Months of a unit: show, lock, reopen.", no_args_is_help=True)
    for name, command in (("show", show), ("lock", lock), ("reopen", reopen)):
        group.command(name)(command)
    group.command("print-as")(print_as)
    group.command("form")(use_form)
    app.add_typer(group, name="months")


def show(
    unit: Unit,
    month: Month,
    as_of: Annotated[str | None, typer.Option(help="What was known then.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """A month of a unit: open or locked, its version, what is still open in it, a line per person."""
    from attendance import clock
    from attendance.services import months
    from attendance.services.timesheet.showing import read_month

    settings, first = read_settings(), read_month(month)
    moment = read_moment(as_of, settings.timezone) if as_of else None
    with open_database(settings) as database, database.reading() as session:
        found = months.sheet(session, settings.timezone, unit, first, as_of=moment)
        see(session, "month", (code for code, _ in found.lines))
    locked = clock.to_wall(found.state.locked_at, settings.timezone) if found.state.locked_at else None
    if as_json:
        at = clock.local_iso(locked, settings.timezone) if locked else None
        print_json(_as_data(found) | {"state": "locked" if locked else "open", "locked_at": at})
        return
    state = f"locked since {locked:%Y-%m-%d %H:%M}" if locked else "open"
    say(f"{unit} {month}: {state}, version {found.state.version}, {len(found.lines)} people")
    for employee, line in found.lines:
        say(
            f"{employee}\t{line.workdays} workdays, {line.late_count} late ({line.late_min} min), "
            f"{line.counted_occurrences} of {line.occurrences} occurrences counted ({line.counted_min} min), "
            f"{line.missing_count} missing, grade {line.proposed_grade or '-'} proposed"
        )
    for mark in found.blockers:
        say(f"not settled: {mark.employee} on {mark.on}, {mark.session}")


def lock(unit: Unit, month: Month, by: By = "") -> None:
    """Lock a month: later facts change nothing in it until it is reopened. Exit 1 while something in it is open."""
    from attendance.clock import utc_now
    from attendance.services import months
    from attendance.services.timesheet.obstacles import check_over
    from attendance.services.timesheet.showing import read_month

    settings, first = read_settings(), read_month(month)
    check_over(settings.timezone, first, utc_now())
    try:
        with open_database(settings) as database, database.writing() as session:
            months.lock(session, settings.timezone, unit, first, by=by, now=utc_now(), actor=operator())
    except MonthNotLockable as error:
        for employee, on, part in error.blockers:
            say(f"not settled: {employee} on {on}, {part}")
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    say(f"{month} of {unit} is locked.")


def reopen(
    unit: Unit,
    month: Month,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the next version.")],
    by: By = "",
) -> None:
    """Open a locked month again, as its next version: all facts count in it."""
    from attendance.clock import utc_now
    from attendance.services import months
    from attendance.services.timesheet.showing import read_month

    settings, first = read_settings(), read_month(month)
    with open_database(settings) as database, database.writing() as session:
        months.reopen(session, unit, first, reason=reason, by=by, now=utc_now(), actor=operator())
    say(f"{month} of {unit} is open again. Judge it again: attendance evaluate")


def _as_data(sheet: Sheet) -> dict[str, Any]:
    """With the fields of a month row of a case file."""
    return {
        "unit": sheet.unit,
        "month": sheet.month.strftime("%Y-%m"),
        "version": sheet.state.version,
        "lockable": sheet.lockable,
        "blockers": [{"employee": m.employee, "date": m.on.isoformat(), "session": m.session} for m in sheet.blockers],
        "people": [{"employee": employee} | asdict(line) for employee, line in sheet.lines],
    }
