"""Commands for spreadsheets: bring one in, undo what it brought, list what came, hand out templates."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_settings, say
from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.services.imports.filing import Result
    from attendance.services.imports.reading import Read

WHAT = {
    "employees": "People, where they serve, and their numbers on terminals.",
    "units": "Units and where they stand in the tree.",
    "schedules": "Official hours.",
    "calendar": "Decisions about dates: holidays, swaps, stoppages.",
    "absences": "Leave, missions and exemptions; without a moment of approval they are only asked for.",
    "rosters": "Duties.",
    "enrolments": "Numbers on terminals of people who are known.",
}
_OPTIONS = {
    "date_order": " (--dates day-first or --dates month-first)",
    "swapped_dates": " (--stored as_stored or --stored swapped)",
    "year": " (--year 2026)",
    "legacy": " (--legacy tcvn3, vni or none)",
    "column": ' (--map "Header=column")',
    "two_columns": ' (--map "Header=column")',
}
Kind = Annotated[str, typer.Argument(help=f"One of {', '.join(WHAT)}.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Language = Annotated[str, typer.Option("--lang", "--language", help="en or vi.")]


def register(group: typer.Typer) -> None:
    """Add the commands beside `import punches`."""
    for kind, what in WHAT.items():
        group.command(kind, help=f"{what} All rows or none. Exit 1 when rows are wrong, 2 when nothing can be taken.")(
            _importing(kind)
        )
    group.command("undo")(undo)
    group.command("list")(list_imports)
    group.command("template")(template)


def _importing(kind: str) -> Callable[..., None]:
    def run(
        file: Annotated[Path, typer.Argument(help="XLSX, XLS, ODS or CSV, with a row of headers.")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check: nothing is stored.")] = False,
        partial: Annotated[bool, typer.Option("--partial", help="Leave wrong rows out and store the others.")] = False,
        map_: Annotated[
            list[str] | None, typer.Option("--map", help='What a column is, as "Header=column"; may be given again.')
        ] = None,
        mend: Annotated[
            list[str] | None, typer.Option("--mend", help='Text in place of a cell, as "D17=24/11/2026".')
        ] = None,
        dates: Annotated[
            str | None, typer.Option(help="day-first or month-first, if the file does not show it.")
        ] = None,
        year: Annotated[str | None, typer.Option(help="The year of dates written without one.")] = None,
        stored: Annotated[
            str | None, typer.Option(help="as_stored or swapped, if Excel may have turned dates.")
        ] = None,
        legacy: Annotated[
            str | None, typer.Option(help="Old letters to convert: tcvn3 or vni; none keeps them.")
        ] = None,
        sheet: Annotated[str | None, typer.Option(help="Name of the sheet; recognised if left out.")] = None,
        header_row: Annotated[int | None, typer.Option(help="Row the headers stand in; found if left out.")] = None,
        as_json: Json = False,
        language: Language = "en",
    ) -> None:
        from api.cli.speech import speak
        from api.sheets_in import choices_of, open_sheet, result_json
        from attendance.clock import utc_now
        from attendance.services.imports.filing import import_rows
        from attendance.services.imports.reading import read_sheet, remember

        speech, settings = speak(language, "en"), read_settings()
        choices = choices_of(
            mapping=_pairs(map_, "--map"), mends=_pairs(mend, "--mend"), dates=dates, year=year, stored=stored,
            legacy=legacy, sheet=sheet, header_row=header_row,
        )  # fmt: skip
        book, digest = open_sheet(_bytes(file), file.name)
        with open_database(settings) as database:
            actor, now = operator(), utc_now()
            read = read_sheet(database, book, digest, kind, choices)
            _refuse_without_columns(kind, read)
            result = import_rows(
                database, settings.timezone, kind, read.rows, read.source, actor=actor, now=now, partial=partial,
                dry_run=dry_run,
            )  # fmt: skip
            if map_ and result.is_taken:
                remember(database, kind, read, actor=actor, now=now)
        if as_json:
            print_json(result_json(speech, result, read))
        else:
            _tell(speech, result, read)
        if result.errors:
            raise typer.Exit(1)

    return run


def undo(
    batch: Annotated[int, typer.Argument(help="Number of the import, as `import list` shows it.")],
    as_json: Json = False,
) -> None:
    """Take an import back: what it filed is withdrawn, what it ended is restored. Exit 2 when later facts need it."""
    from attendance.clock import utc_now
    from attendance.services.imports.undoing import undo as undo_import

    with open_database(read_settings()) as database:
        done = undo_import(database, batch, actor=operator(), now=utc_now())
    if as_json:
        counts = {"withdrawn": done.withdrawn, "restored": done.restored, "days_marked": done.days_marked}
        print_json({"batch": batch, "undone_by": done.batch, **counts})
        return
    say(
        f"Import {batch} is undone: {done.withdrawn} rows withdrawn, {done.restored} restored; "
        f"{done.days_marked} days to judge again: attendance evaluate"
    )


def list_imports(
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=500)] = 50, as_json: Json = False
) -> None:
    """List imports with the newest first."""
    from attendance import clock
    from attendance.store import import_batches

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found = import_batches.listed(session, limit=limit, offset=0)
    if as_json:
        print_json({"items": found.rows, "total": found.total})
        return
    for row in found.rows:
        at = clock.to_wall(row["at"], settings.timezone)
        counts = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in row["counts"].items() if count)
        undone = f", undone by {row['undone_by']}" if row["undone_at"] else ""
        say(f"{row['id']}\t{at:%Y-%m-%d %H:%M}\t{row['kind']}\t{row['file']}\t{row['author']}\t{counts}{undone}")


def template(
    kind: Kind,
    out: Annotated[Path, typer.Option(help="Where to write it (.xlsx).")],
    language: Annotated[str, typer.Option("--lang", "--language", help="vi or en.")] = "vi",
) -> None:
    """Write a sheet to fill in, with headers, choices and an example."""
    from api.cli.speech import speak
    from api.sheet_speech import template as sheet_template

    _check_kind(kind)
    try:
        speech = speak(language, "vi")
        out.write_bytes(sheet_template(kind, speech.lang))
    except OSError as error:
        raise Invalid(f"{out} cannot be written ({error.strerror}); name another file.") from error
    say(f"{out} is written. Fill it in and bring it back: attendance import {kind} {out}")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read ({error.strerror}); name the file of the sheet.") from error


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    found = {}
    for each in given or ():
        name, equals, value = each.rpartition("=") if option == "--map" else each.partition("=")
        if not equals or not name.strip():
            raise Invalid(f'{each[:80]!r} is not what {option} takes; write it as "Header=column" or "D17=text".')
        found[name.strip()] = value.strip()
    return found


def _check_kind(kind: str) -> None:
    if kind not in WHAT:
        raise Invalid(f"{kind!r} is no kind of sheet; write one of {', '.join(WHAT)}.")


def _refuse_without_columns(kind: str, read: Read) -> None:
    """A sheet in which what is needed was not found is no sheet of this kind: naming every row would help nobody."""
    missing = [name for name in read.recognised.missing if name not in read.mapping.values()]
    if missing:
        headers = ", ".join(header for header in read.recognised.headers.values() if header)[:300]
        raise Invalid(
            f"No column of {read.source.file_name or 'the sheet'} was recognised as {', '.join(missing)}; its headers "
            f'are: {headers or "none"}. Say what is what with --map "Header=column", or start from a template: '
            f"attendance import template {kind} --out FILE"
        )
    if not read.rows.read:
        raise Invalid(f"{read.source.file_name or 'The sheet'} has no rows below its headers; nothing was stored.")


def _tell(speech: Any, result: Result, read: Read) -> None:
    from api.sheets_in import tell, where

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # an old code page must not end the command half-way
    for error in result.errors:
        say(f"{where(error)}: {tell(speech, error.sentence)}")
    for question in read.recognised.questions:
        say(f"? {tell(speech, question.sentence)}{_OPTIONS.get(question.code, '')}")
    for note in read.rows.notes:
        say(f"· {tell(speech, note.sentence)}")
    counts = f"new {result.new}, changed {result.changed}, unchanged {result.unchanged}, wrong {result.wrong}"
    if result.dry_run:
        say(f"Nothing was stored. {result.read} rows of {result.source.file_name}: {counts}.")
    elif result.batch is not None:
        say(
            f"{result.source.file_name}: {counts}, left out {result.left_out}; {result.days_marked} days to judge "
            f"again. To take it back: attendance import undo {result.batch}"
        )
    else:
        why = "mend them, or leave them out with --partial" if result.errors else "all of it is stored already"
        say(f"{result.source.file_name}: {counts}. Nothing was stored: {why}.")
