"""The command `import punches`: a USB export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import open_database, print_json, read_settings, say
from attendance.errors import Invalid


def import_punches(
    file: Annotated[Path, typer.Argument(help="USB export: *_attlog.dat, AGL_001.TXT or CSV.")],
    terminal: Annotated[
        str | None, typer.Option(help="Code of the terminal it comes from; the first if left out.")
    ] = None,
    create: Annotated[bool, typer.Option(help="Make the terminal when its code is unknown.")] = False,
    people: Annotated[bool, typer.Option(help="Make a person for every number nobody is enrolled under.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Bring in a USB export. Exit 1 when rows were quarantined, 2 when nothing could be taken."""
    from api.importing import import_export
    from attendance.clock import utc_now

    settings = read_settings()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read ({error.strerror}); name the file of the export.") from error
    with open_database(settings) as database:
        result = import_export(
            database, terminal, file.name, data, zone=settings.timezone, at=utc_now(), create=create, people=people
        )
    if as_json:
        print_json(result)
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
