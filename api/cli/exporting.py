"""attendance export: rows for analysts in a file of any length, which can be gone on with where it broke off."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from api.cli.place import open_database, operator, read_date, read_settings, say
from attendance.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from attendance.store.database import Database
    from attendance.store.export_rows import Asked, Piece

_ASKED = ("kind", "format", "unit", "from", "to")


def register(app: typer.Typer) -> None:
    app.command("export")(export)


def export(
    kind: Annotated[str, typer.Argument(help="punches, days or violations.")],
    out: Annotated[Path, typer.Option("--out", help="File to write: .ndjson, .csv or .parquet.")],
    unit: Annotated[str | None, typer.Option(help="Only this unit and those below it.")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First date; ever if left out.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date; today if left out.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a file that broke off.")] = False,
) -> None:
    """Write punches, verdicts of days or violations for analysts. Beside the file, FILE.export.json says what it is
    of."""
    from attendance.services import bulk_export
    from reports import bulk_files

    format_ = out.suffix[1:]
    if kind not in bulk_export.KINDS:
        raise Invalid(f"{kind!r} is nothing to export; write {', '.join(bulk_export.KINDS)}.")
    if format_ not in bulk_files.FORMATS:
        raise Invalid(f"{out.name} tells no format; let it end in .{', .'.join(bulk_files.FORMATS)}.")
    if format_ == "parquet":
        bulk_files.check_parquet()
        if resume:
            raise Invalid("A Parquet file is whole or nothing; write it anew, or ask for .ndjson, which goes on.")
    beside = out.with_name(out.name + ".export.json")
    given = {"kind": kind, "format": format_, "unit": unit or "", "from": from_ or "", "to": to or ""}
    settings = read_settings()
    with open_database(settings) as database:
        told = _resumed(beside, given) if resume else _begun(database, out, given)
        if not resume:
            beside.write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
        before, cursor = _cut_to_lines(out, told) if resume else (0, None)
        asked = _asked(database, settings, told, cursor)
        done = _write(database, asked, told, out, before=before, cursor=cursor)
    beside.write_text(json.dumps(told | done, ensure_ascii=False) + "\n", encoding="utf-8")
    say(f"{done['rows']} rows of {kind} → {out}")


def _begun(database: Database, out: Path, given: dict[str, str]) -> dict[str, Any]:
    from attendance.clock import utc_now
    from attendance.store import export_snapshot

    if out.exists():
        raise Invalid(f"{out} exists already; go on with it by --resume, or name another file.")
    return given | {"snapshot": str(export_snapshot.take(database, utc_now()))}


def _resumed(beside: Path, given: dict[str, str]) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
        known = {name: told[name] for name in (*_ASKED, "snapshot")}
    except (OSError, ValueError, KeyError, TypeError):
        raise Invalid(f"Nothing is known of an export that broke off: {beside} is missing. Begin anew.") from None
    if told.get("digest"):
        raise Invalid("This export is whole; there is nothing to go on with.")
    other = [name for name in _ASKED if given[name] and given[name] != known[name]]
    if other:
        raise Invalid(f"The file was begun with another {other[0]}: {known[other[0]] or 'none'}. Leave it out.")
    return known


def _cut_to_lines(out: Path, told: dict[str, Any]) -> tuple[int, str | None]:
    """Takes a line that is not whole off the file; answers how many rows it has then, and the cursor of the last."""
    from attendance.services import bulk_export

    if not out.exists():
        return 0, None
    lines, last, place = 0, b"", 0
    with out.open("r+b") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            lines, last, place = lines + 1, line, place + len(line)
        file.truncate(place)
        rows = lines - (told["format"] == "csv" and lines > 0)
        if not rows:
            file.truncate(0)
            return 0, None
    row = _row(last, told)
    return rows, json.dumps([row[name] for name in bulk_export.KEYS[told["kind"]]], ensure_ascii=False)


def _row(line: bytes, told: dict[str, Any]) -> dict[str, Any]:
    import csv

    from attendance.services import bulk_export
    from reports.safe_cells import plain

    if told["format"] == "ndjson":
        found: dict[str, Any] = json.loads(line)
        return found
    (cells,) = csv.reader([line.decode()])
    row: dict[str, Any] = dict(zip(bulk_export.COLUMNS[told["kind"]], map(plain, cells), strict=True))
    return row | {"sequence": int(row["sequence"])} if "sequence" in row else row


def _asked(database: Database, settings: Any, told: dict[str, Any], cursor: str | None) -> Asked:
    from attendance import clock
    from attendance.services import bulk_export
    from attendance.store import export_snapshot
    from attendance.store.export_rows import Asked
    from attendance.store.tree import spread_of
    from attendance.store.within import EVERYTHING

    now = clock.utc_now()
    first = read_date(told["from"]) if told["from"] else clock.FIRST_DATE
    last = read_date(told["to"]) if told["to"] else max(first, clock.today(now, settings.timezone))
    if last < first:
        raise Invalid(f"--to {last} lies before --from {first}; swap them.")
    with database.reading() as session:
        part = spread_of(session, told["unit"], first, last) if told["unit"] else None
        after = bulk_export.read_after(session, told["kind"], cursor, EVERYTHING) if cursor is not None else None
    snapshot = export_snapshot.read(told["snapshot"], now)
    return Asked(EVERYTHING, first, last, snapshot, settings.timezone, part, after)


def _write(
    database: Database, asked: Asked, told: dict[str, Any], out: Path, *, before: int, cursor: str | None
) -> dict[str, Any]:
    """Writes the rows behind what there is; answers rows and digest of the whole file, which are in the trail."""
    from attendance.services import bulk_export
    from attendance.store.within import EVERYTHING
    from reports import bulk_files

    rows = before

    def counted() -> Iterator[Piece]:
        nonlocal rows
        for piece in _seen(database, bulk_export.pieces(database, told["kind"], asked, EVERYTHING)):
            rows += len(piece.rows)
            yield piece

    whole = False
    try:
        if told["format"] == "parquet":
            bulk_files.write_parquet(counted(), told["kind"], out)
        else:
            with _opened(out) as file:
                head = cursor is None
                file.writelines(bulk_files.lines(counted(), told["kind"], told["format"], head=head))
        whole = True
    finally:
        done = _in_trail(database, asked, told, out, rows, whole)
    return done


def _opened(out: Path) -> BinaryIO:
    """The file at its end, for nobody else to read."""
    return os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _seen(database: Database, pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same; whom they are about is in the trail before they are written."""
    from attendance.clock import utc_now
    from attendance.store.trail import look

    known: frozenset[int] = frozenset()
    for piece in pieces:
        if not piece.people <= known:
            with database.reading() as session:
                look(session, operator(), "bulk_export", piece.people - known, at=utc_now())
            known |= piece.people
        yield piece


def _in_trail(
    database: Database, asked: Asked, told: dict[str, Any], out: Path, rows: int, whole: bool
) -> dict[str, Any]:
    from attendance.clock import utc_now
    from attendance.services import exporting

    digest = exporting.digest_of(out) if out.exists() else ""
    with database.writing() as session:
        exporting.made(
            session, operator(), paper=told["kind"], known_at=asked.snapshot.at, rows=rows, digest=digest,
            asked={name: told[name] for name in ("unit", "from", "to", "format", "snapshot")}, at=utc_now(),
            cut=not whole,
        )  # fmt: skip
    return {"rows": rows, "digest": digest}
