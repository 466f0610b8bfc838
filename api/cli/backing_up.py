"""Commands about backups: backup, restore."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import open_database, operator, print_json, read_settings, say, trail_secret

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)


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
            }
        )  # fmt: skip
    else:
        say(f"Restored as of {done.made_at}: {done.tables} tables, {done.rows} rows. Nobody is signed in.")
        if done.safety is not None:
            say(f"What stood there before is in {done.safety}")
        for each in done.wrong:
            say(f"This does not verify: {each}. Run `attendance verify`.")
    if done.wrong:
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
