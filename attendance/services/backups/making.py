"""Making a backup of the database while others write in it."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Any

from attendance.clock import Now, utc_now
from attendance.errors import AttendanceError
from attendance.services.backups import archive
from attendance.services.backups.archive import Written, in_words
from attendance.store import backups, schema, snapshot_postgres, snapshot_sqlite
from attendance.store.database import Database
from attendance.store.system_tables import BackupRow
from attendance.store.trail import CONSOLE, Actor, record

KEPT_APART = (
    "the secret key (ATTENDANCE_SECRET_KEY or its file)",
    "the communication keys of terminals (folder keys)",
    "the settings of the service (.env)",
    "the password of the database",
)
"""What a backup never holds: whoever has the file alone can neither sign the trail nor read second factors."""

OUTCOMES = ("ok", "disk_full", "cannot_write", "database_damaged", "store_unavailable", "invalid", "backup_refused")
"""What may come of one, as it is written down."""
SOURCES = ("schedule", "console", "page", "api", "restore")


def make_backup(
    database: Database,
    path: Path,
    *,
    overwrite: bool = False,
    actor: Actor = CONSOLE,
    source: str = "console",
    now: Now = utc_now,
) -> Written:
    """Write the database as it is at one moment into a file, read it back, and write down that it was made.

    Nobody who writes meanwhile waits for it. Raises Invalid, StoreUnavailable; then there is no file, and what went
    wrong is written down where the database takes it.
    """
    at, begun = now(), perf_counter()
    row = BackupRow(made_at=at, file_name=path.name[:255], source=source, made_by=actor.name[:255], outcome="ok")
    try:
        with in_words(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with archive.writing(path, overwrite=overwrite) as writer:
            writer.manifest = _manifest(database, at)
            _fill(database, path, writer)
        with archive.reading(path) as finished:
            written = Written(path, path.stat().st_size, finished.digest(), finished.manifest)
    except AttendanceError as error:
        row.outcome, row.said = error.code, str(error)[:1000]
        with backups.where_it_can_be():  # a full disk takes no row either
            _note(database, row, actor, at, perf_counter() - begun)
        raise
    row.size, row.digest, row.revision = written.size, written.digest, str(written.manifest["revision"])
    with backups.where_it_can_be():  # the file is good, whether or not it can be written down
        _note(database, row, actor, at, perf_counter() - begun)
    return written


def _manifest(database: Database, at: datetime) -> dict[str, Any]:
    return {
        "made_at": at.isoformat(),
        "program": _program(),
        "database": "sqlite" if database.is_sqlite else "postgresql",
        "kept_apart": list(KEPT_APART),
    }


def _fill(database: Database, path: Path, writer: archive.Writer) -> None:
    if not database.is_sqlite:
        with database.reading() as session:
            writer.manifest["tables"] = snapshot_postgres.copy_out(session, writer.add)
            writer.manifest["revision"] = snapshot_postgres.revision_of(session)
        return
    copy = path.with_name(f".{path.name}.copy")
    copy.unlink(missing_ok=True)
    try:
        with in_words(path):
            copy.touch(mode=0o600)
            snapshot_sqlite.copy_to(database, copy)
        wrong = snapshot_sqlite.damage(copy)
        if wrong:
            raise snapshot_sqlite.Damaged(
                f"The database itself is damaged ({wrong}): no backup was made of it. Keep the earlier backups and "
                "restore the last good one."
            )
        with in_words(path):
            writer.manifest["revision"] = snapshot_sqlite.revision_of(copy)
            writer.manifest["tables"] = snapshot_sqlite.tables(copy)
        writer.add(snapshot_sqlite.MEMBER, snapshot_sqlite.pieces(copy))
    finally:
        copy.unlink(missing_ok=True)
        copy.with_name(f"{copy.name}-journal").unlink(missing_ok=True)


def _note(database: Database, row: BackupRow, actor: Actor, at: datetime, seconds: float) -> None:
    if not schema.is_current(database):
        return  # an older schema has no table for it, and stays as it is
    row.seconds = round(seconds, 3)
    act = "backup.made" if row.outcome == "ok" else "backup.failed"
    after = {"file": row.file_name, "size": row.size, "digest": row.digest}
    with database.writing() as session:
        backups.add(session, row)
        record(session, actor, act, kind="backup", key=row.file_name[:64], why=row.said, after=after, at=at)


def _program() -> str:
    try:
        return version("attendance-compliance")
    except PackageNotFoundError:
        return "source"
