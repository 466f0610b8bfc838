"""Commands about what is checked without this system: checkpoints, and the program that checks bundles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_settings, say

if TYPE_CHECKING:
    from api.publishing.publisher import Publisher
    from attendance.services.evidence.checkpoints import Checkpoint
    from attendance.store.database import Database

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Number = Annotated[int | None, typer.Argument(help="Its number; the newest if left out.", min=1)]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Checkpoints over what is kept, and bundles that anyone can check.", no_args_is_help=True)
    group.command("checkpoint")(checkpoint)
    group.command("list")(list_checkpoints)
    group.command("print")(print_checkpoint)
    group.command("check")(check)
    group.command("publish")(publish)
    group.command("verifier")(verifier)
    app.add_typer(group, name="evidence")


def checkpoint(as_json: AsJson = False) -> None:
    """Make a checkpoint now, and print its signed text: note it elsewhere."""
    with open_database(read_settings()) as database:
        made = _publisher(database).make("asked", operator())
    _tell(made, as_json=as_json)


def list_checkpoints(
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=100_000)] = 30, as_json: AsJson = False
) -> None:
    """List checkpoints, the newest first, and where each was made known."""
    from reports.checkpoints import checkpoints_view

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found = checkpoints_view(session, settings.timezone, limit=limit)
    if as_json:
        print_json({"total": found.total, "items": [_line(each) for each in found.lines]})
        return
    for each in found.lines:
        ways = ", ".join(f"{one.way} ({one.wrong})" if one.wrong else one.way for one in each.sent) or "nowhere yet"
        say(f"{each.number}\t{each.at:%Y-%m-%d %H:%M:%S}\t{each.occasion}\t{each.size}\t{each.code}\t{ways}")


def print_checkpoint(
    number: Number = None,
    out: Annotated[Path | None, typer.Option(help="A PDF of one page with its code and QR; else its text.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a checkpoint: its signed text, or one page for the file of the office."""
    from api.pages.i18n import Translator
    from api.printing.checkpoint import draw_checkpoint
    from attendance.errors import Invalid
    from reports.checkpoints import one

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        _, made, _ = one(session, number)
    if out is None:
        _tell(made, as_json=as_json)
        return
    try:
        out.write_bytes(draw_checkpoint(made, settings.timezone, Translator(settings.language)))
    except OSError as error:
        raise Invalid(f"{out} cannot be written ({type(error).__name__}); name another file.") from error
    say(f"Checkpoint {made.note.number} is in {out}; its code is {made.note.code}.")


def check(
    file: Annotated[str, typer.Argument(help="A text with checkpoints, - for standard input, or the code of one.")],
    as_json: AsJson = False,
) -> None:
    """Hold the database to checkpoints that somebody noted elsewhere. Exit 1 names the first place that differs."""
    from api.cli.reading_checkpoints import read_text
    from api.evidence_checking import check_brought
    from attendance.services.evidence.notes import digest_begins

    text = file if digest_begins(file) is not None else read_text(file)
    with open_database(read_settings(), migrate=False) as database, database.reading() as session:
        found = check_brought(session, text)
    broken, wrong = (found.checked.broken, found.checked.wrong) if found.checked is not None else (file, "is unknown")
    if as_json:
        said = {"checkpoints": found.numbers, "broken": broken, "wrong": wrong}
        print_json({"holds": found.holds, **said})
    elif found.holds:
        say(f"What is kept here is as under {'checkpoints' if len(found.numbers) > 1 else 'checkpoint'} "
            f"{', '.join(map(str, found.numbers))}.")  # fmt: skip
    else:
        say(f"The first that does not agree is {broken}: {wrong}.")
    if not found.holds:
        raise typer.Exit(1)


def publish(as_json: AsJson = False) -> None:
    """Bring checkpoints now to wherever they were not taken yet, as the settings say."""
    from attendance.errors import Invalid

    with open_database(read_settings()) as database:
        publisher = _publisher(database)
        if not publisher.ways:
            raise Invalid("No way is set up: set ATTENDANCE_CHECKPOINT_FILE, _MAIL or _URL, or ATTENDANCE_TSA_URL.")
        done = list(publisher.publish(now=True))
    if as_json:
        print_json({"sent": [{"checkpoint": number, "way": way, "wrong": wrong} for number, way, wrong in done]})
    for number, way, wrong in () if as_json else done:
        say(f"Checkpoint {number} by {way}: {wrong or 'taken'}")
    if any(wrong for _, _, wrong in done):
        raise typer.Exit(1)


def verifier() -> None:
    """Print the program that checks bundles on any machine: attendance evidence verifier > verify_bundle.py"""
    from attendance.services.evidence.bundling import program

    sys.stdout.write(program().decode())


def _publisher(database: Database) -> Publisher:
    from api.publishing.publisher import make_publisher
    from attendance.clock import utc_now

    settings = read_settings()
    return make_publisher(settings, database, utc_now, settings.secret())


def _tell(made: Checkpoint, *, as_json: bool) -> None:
    note = made.note
    if as_json:
        print_json(
            {
                "number": note.number, "at": note.at, "size": note.size, "root": note.root.hex(),
                "digest": note.digest, "code": note.code, "text": made.text, "heads": made.whole[len(made.text) :],
            }
        )  # fmt: skip
        return
    sys.stdout.write(made.whole)


def _line(each: Any) -> dict[str, Any]:
    return {
        "number": each.number, "at": each.at, "occasion": each.occasion, "size": each.size, "code": each.code,
        "sent": [{"way": one.way, "address": one.address, "at": one.at, "wrong": one.wrong} for one in each.sent],
    }  # fmt: skip
