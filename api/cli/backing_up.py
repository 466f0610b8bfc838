"""Commands about backups: backup, restore, drill, restored."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.backups_told import restoration_json
from api.cli.place import open_database, operator, print_json, read_settings, say, trail_secret

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("drill")(drill)
    app.command("restored")(restored)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, for example on another disk.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="A file of that name may give way.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the database as it is at one moment into one file, while the service runs, and read it back."""
    from attendance.services.backups.making import KEPT_APART, make_backup

    with open_database(read_settings(), any_version=True) as database, _busy("Writing and reading back"):
        written = make_backup(database, file, overwrite=overwrite, actor=operator())
    tables = written.manifest["tables"]
    rows = sum(int(said["rows"]) for said in tables.values())
    if as_json:
        print_json(
            {
                "file": str(file), "size": written.size, "sha256": written.digest, "tables": len(tables), "rows": rows,
                "revision": written.manifest["revision"], "made_at": written.manifest["made_at"],
            }
        )  # fmt: skip
        return
    say(f"{file}: {written.size} bytes, {len(tables)} tables, {rows} rows; read back and found whole.")
    say(f"SHA-256 {written.digest}")
    say(f"Not in it, keep apart: {'; '.join(KEPT_APART)}. It holds personal data: keep it where few can read.")


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="What stands there gives way, after a copy of it was made.")
    ] = False,
    another_key: Annotated[
        bool,
        typer.Option("--another-key", help="The secret key of that time is lost; its seals stay unchecked."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup into an empty data folder or database. Exit 1: it is there, and something in it does not verify."""
    from attendance.services.backups.restoring import Wish, restore

    settings = read_settings()
    wish = Wish(
        settings.url, file, settings.data_dir.absolute(), replace, trail_secret(settings), another_key, operator()
    )
    with _busy("Restoring and checking"):
        done = restore(wish)
    if as_json:
        print_json(
            {
                "made_at": done.made_at, "revision": done.revision, "tables": done.tables, "rows": done.rows,
                "safety_copy": str(done.safety) if done.safety else None, "wrong": list(done.wrong),
                "terminals_to_read": done.terminals, "lost_is_known": done.lost.is_known, "lost": done.lost.total,
            }
        )  # fmt: skip
    else:
        say(f"Restored as of {done.made_at}: {done.tables} tables, {done.rows} rows. Nobody is signed in.")
        if done.safety is not None:
            say(f"What stood there before is in {done.safety}")
        if done.terminals:
            say(f"{done.terminals} terminals are read from their beginning next; until then days since are not known.")
            say("A terminal without a line needs its USB export again.")
        if done.lost.is_known:
            say(f"{done.lost.total} things entered since then are not in it: attendance restored")
        else:
            say("What was entered since then is not in it, and nothing here can say what that was: ask who entered it.")
        for each in done.wrong:
            say(f"This does not verify: {each}. Run `attendance verify`.")
    if done.wrong:
        raise typer.Exit(1)


def drill(
    file: Annotated[Path | None, typer.Argument(help="A backup; the newest of the daily ones if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup back for trial in a place of its own, check it, judge a sample of days again, and take it away.

    Exit 1: it cannot be relied on.
    """
    from attendance.services.backups import drilling

    settings = read_settings()
    with open_database(settings) as database, _busy("Restoring for trial"):
        found = drilling.drill(
            database, file, settings.backups(), settings.data_dir.absolute(), settings.timezone, actor=operator()
        )
    hours = None if found.data_at is None else round((found.drilled_at - found.data_at).total_seconds() / 3600, 1)
    if as_json:
        print_json(
            {
                "file": found.file_name, "outcome": found.outcome, "message": found.said, "seconds": found.seconds,
                "data_at": found.data_at.isoformat() if found.data_at else None, "age_hours": hours,
                "size": found.size, "rows": found.rows, "days": found.days, "differing": found.differing,
            }
        )  # fmt: skip
    elif found.outcome == "ok":
        say(f"{found.file_name}: {found.rows} rows were back and verified in {found.seconds:.1f} s.")
        say(f"Its data is {hours} hours old. {found.days} days were judged again, all as they are stored.")
    else:
        say(f"{found.file_name} cannot be relied on ({found.outcome}): {found.said}")
    if found.outcome != "ok":
        raise typer.Exit(1)


def restored(
    settle: Annotated[
        str, typer.Option(help="Say that what was lost has been entered again, or that nothing was, and how you know.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say since when this database is what a backup had: terminals still to be read again, what was entered and lost.

    Exit 1 while something of it is open.
    """
    from attendance import clock
    from attendance.services.backups import settling
    from attendance.store import restorations

    settings = read_settings()
    zone = settings.timezone

    def wall(at: datetime) -> datetime:
        return clock.to_wall(at, zone)

    with open_database(settings) as database:
        if settle:
            with database.writing() as session:
                for each in restorations.restorations(session, wall):
                    if each.settled_at is None:
                        settling.settle(session, each.id, settle, actor=operator(), at=clock.utc_now())
        with database.reading() as session:
            found = restorations.restorations(session, wall)
    if as_json:
        print_json({"restorations": [restoration_json(each, zone) for each in found]})
    if not found and not as_json:
        say("No backup was put back here.")
    for each in [] if as_json else found:
        say(f"{each.file_name}: everything from {wall(each.data_at)} to {wall(each.restored_at)} comes from elsewhere.")
        for terminal in each.terminals:
            say(f"  {terminal.code}\t{terminal.state}\tread until {terminal.read_until or 'never'}")
        if not each.lost.is_known:
            say("  What was entered in between is not known here.")
        for act in each.lost.acts:
            say(f"  lost: {act['at']}\t{act['act']}\t{act['kind']} {act['key']}\t{act['by']}")
        if each.lost.total > len(each.lost.acts):
            say(f"  … and {each.lost.total - len(each.lost.acts)} more")
        if each.settled_at is not None:
            say(f"  settled by {each.settled_by}: {each.settled_note}")
    if any(each.settled_at is None or each.waiting for each in found):
        raise typer.Exit(1)


@contextmanager
def _busy(what: str) -> Iterator[None]:
    """A sign of life on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{what} …"):
        yield
