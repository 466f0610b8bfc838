"""The command `import punches`: a USB export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_settings, say
from attendance.errors import Invalid


def import_punches(
    file: Annotated[Path, typer.Argument(help="USB export: *_attlog.dat, AGL_001.TXT, GLG_001.TXT or CSV.")],
    terminal: Annotated[
        str | None, typer.Option(help="Code of the terminal it comes from; the first if left out.")
    ] = None,
    create: Annotated[bool, typer.Option(help="Make the terminal when its code is unknown.")] = False,
    people: Annotated[bool, typer.Option(help="Make a person for every number nobody is enrolled under.")] = False,
    preview: Annotated[bool, typer.Option(help="Only show what would come of it; store nothing.")] = False,
    dates: Annotated[
        str | None, typer.Option(help="Where the day stands if the file does not show it: day-first or month-first.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Bring in a USB export. Exit 1 when rows were quarantined (or would be), 2 when nothing could be taken."""
    from api.importing import import_export, preview_import
    from attendance.clock import utc_now

    settings = read_settings()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read ({error.strerror}); name the file of the export.") from error
    if preview and people:
        raise Invalid("A preview makes no people; leave --people out, or --preview.")
    with open_database(settings) as database:
        zone, at = settings.timezone, utc_now()
        if preview:
            result = preview_import(database, terminal, file.name, data, zone=zone, at=at, create=create, dates=dates)
        else:
            result = import_export(
                database,
                terminal,
                file.name,
                data,
                zone=zone,
                at=at,
                create=create,
                people=people,
                dates=dates,
                actor=operator(),
            )
    if as_json:
        print_json(result)
    elif preview:
        _show_preview(result)
    else:
        say(
            f"{result['file']} → {result['terminal']} ({result['format']}): read {result['read']}, "
            f"new {result['new']}, repeated {result['repeated']}, quarantined {result['quarantined']}"
        )
        for reason, count in result["reasons"].items():
            say(f"  {count} × {reason}: {result['sentences'][reason]}")
        if result["people"]:
            say(
                f"  {result['people']} people were made from their numbers; name them: attendance people name CODE NAME"
            )
        elif result["strangers"]:
            say(f"  {result['strangers']} numbers belong to nobody yet; enrol them, or import with --people.")
    if result["quarantined"]:
        raise typer.Exit(1)


def _show_preview(found: dict[str, Any]) -> None:
    where = found["terminal"] or "a terminal that is not there yet"
    known = "" if found["terminal_known"] else " (would be made)"
    say(f"{found['file']} → {where}{known} ({found['format']}), nothing is stored:")
    say(f"  {found['read']} rows, {found['readable']} readable, {found['new']} would be new")
    say(f"  {found['repeated_in_file']} stand in the file more than once, {found['already_stored']} are stored already")
    if found["first"]:
        say(f"  from {found['first'].replace('T', ' ')} to {found['last'].replace('T', ' ')}")
    say(f"  {found['numbers']} numbers, {found['strangers']} of them nobody's{_listed(found['stranger_numbers'])}")
    for reason, count in found["reasons"].items():
        say(f"  {count} × {reason}{_listed(found['lines'][reason], 'line ')}: {found['sentences'][reason]}")
    for jump in found["jumps"]:
        say(f"  clock falls back at line {jump['line']}: {jump['from']} → {jump['to']}".replace("T", " "))
    if found["clock_jumps"] > len(found["jumps"]):
        say(f"  … {found['clock_jumps']} such falls in all")
    for note in found["notes"]:
        say(f"  {note}")


def _listed(values: list[Any], word: str = "") -> str:
    """The first few of them in brackets."""
    few = ", ".join(str(value) for value in values[:5])
    return f" ({word}{few}{', …' if len(values) > 5 else ''})" if values else ""
