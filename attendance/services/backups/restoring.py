"""Putting a backup back: everything is made ready and checked beside what stands, then it takes its place at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from attendance.clock import Now, utc_now
from attendance.errors import Invalid, StoreUnavailable
from attendance.services.backups import archive
from attendance.services.backups.archive import Archive, BackupRefused, in_words
from attendance.services.backups.making import make_backup
from attendance.store import backups, restorations, schema, snapshot_postgres, snapshot_sqlite, trail_checking
from attendance.store.database import Database, Session, sqlite_url
from attendance.store.evidence_checking import check_evidence
from attendance.store.restorations import Later, Lost
from attendance.store.trail import CONSOLE, Actor, record
from attendance.store.trail_chain import Sealer
from attendance.store.trail_writing import SEALER

SAFETY = "before-restore-{at:%Y%m%d-%H%M%S}.backup"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: `backup` into the database at `url`.

    `replace`: what stands there gives way, after a copy of it was made in `safety`. `secret`: the secret key of this
    place, None: unknown; `another_key`: the backup's trail may bear seals of another one.
    """

    url: str
    backup: Path
    safety: Path
    replace: bool = False
    secret: bytes | None = None
    another_key: bool = False
    actor: Actor = CONSOLE
    now: Now = utc_now


@dataclass(frozen=True, slots=True)
class Restored:
    """`made_at`: the moment it shows. `safety`: where what stood there is now. `wrong`: what does not verify in it.
    `lost`: what was entered after that moment, as far as what stood there told it; `terminals`: how many owe their log.
    """

    made_at: str
    revision: str
    tables: int
    rows: int
    safety: Path | None = None
    wrong: tuple[str, ...] = ()
    lost: Lost = field(default_factory=Lost)
    terminals: int = 0


def restore(wish: Wish) -> Restored:
    """Put a backup in the place of nothing, or of what stands there. Killed on the way it leaves that as it was.

    Raises Invalid, BackupRefused, StoreUnavailable; nothing was changed then.
    """
    with archive.reading(wish.backup) as opened:
        _fits(wish, opened)
        opened.check()
        done = _sqlite(wish, opened) if _is_sqlite(wish) else _postgres(wish, opened)
        tables = opened.manifest["tables"]
        rows = sum(int(said["rows"]) for said in tables.values())
        said = str(opened.manifest["made_at"]), str(opened.manifest["revision"])
        return replace(done, made_at=said[0], revision=said[1], tables=len(tables), rows=rows)


def _is_sqlite(wish: Wish) -> bool:
    return wish.url.startswith("sqlite")


def _fits(wish: Wish, opened: Archive) -> None:
    kind, revision = opened.manifest.get("database"), str(opened.manifest.get("revision"))
    here = "sqlite" if _is_sqlite(wish) else "postgresql"
    if kind not in ("sqlite", "postgresql") or not isinstance(opened.manifest.get("tables"), dict):
        raise BackupRefused(f"{wish.backup.name} does not say what it holds: nothing was changed. Take another backup.")
    if kind != here:
        raise BackupRefused(
            f"{wish.backup.name} is of a {kind} database and ATTENDANCE_DATABASE_URL names one of {here}: nothing was "
            "changed. Set it to a database of the same kind."
        )
    if not schema.known(revision):
        raise BackupRefused(
            f"{wish.backup.name} has schema {revision}, which this version does not know: it was made by a newer "
            "version. Nothing was changed; install that version and restore with it."
        )


def _refuse_running(database: Database, at: datetime) -> None:
    with database.reading() as session:
        until = backups.leader_until(session, at)
    if until is not None:
        left = int((until - at).total_seconds()) + 1
        raise Invalid(
            f"The service still works on this database: nothing was changed. Stop it, and if it was killed, wait "
            f"{left} seconds; then try again."
        )


# -- SQLite: a file is made ready beside the database -----------------------------------------------------------------


def _sqlite(wish: Wish, opened: Archive) -> Restored:
    target = Path(wish.url.removeprefix("sqlite:///"))
    there = target.exists()
    if there and not wish.replace:
        raise Invalid(
            f"There is a database at {target} already: nothing was changed. Restore into an empty data folder, or say "
            "--replace; then a copy of what stands there is made first."
        )
    for beside in (f"{target}-wal", f"{target}-journal"):
        if not there and Path(beside).exists():
            raise Invalid(f"{beside} is left of a database that is gone: move it away, it would spoil the new one.")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f".{target.name}.restoring")
    with _draft(draft) as file:
        with in_words(draft):
            file.truncate(0)
            for piece in opened.member(snapshot_sqlite.MEMBER):
                file.write(piece)
            file.flush()
        wrong = snapshot_sqlite.damage(draft)
        if wrong:
            raise BackupRefused(f"{wish.backup.name} holds a damaged database ({wrong}): nothing was changed.")
        later = _later_in(wish, opened) if there else None
        made_ready = Database(sqlite_url(draft))
        try:
            schema.upgrade(made_ready)
            done = _finish(wish, made_ready, opened, later)
        finally:
            made_ready.close()
        with in_words(draft):
            snapshot_sqlite.fold(draft)
            os.fsync(file.fileno())
            safety = _make_room(wish, target) if there else None
            if target.exists():
                snapshot_sqlite.put_in_place(draft, target)
            else:
                archive.put(draft, target)
    return replace(done, safety=safety)


@contextmanager
def _draft(path: Path) -> Iterator[IO[bytes]]:
    """A file of this run alone, gone when the block ends, with whatever SQLite laid beside it."""
    with in_words(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        archive.alone(file, path)
        _sweep(path)
        try:
            yield file
        finally:
            path.unlink(missing_ok=True)
            _sweep(path)


def _sweep(path: Path) -> None:
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


def _make_room(wish: Wish, target: Path) -> Path:
    """A copy of what stands there; where that is too damaged for one, it is set aside as it is."""
    at = wish.now()
    if snapshot_sqlite.damage(target):
        _refuse_running_in(wish, at)
        aside = target.with_name(f"{target.name}.damaged-{at:%Y%m%d-%H%M%S}")
        for ending in ("-wal", "-shm", ""):
            beside = target.with_name(f"{target.name}{ending}")
            if beside.exists():
                beside.rename(aside.with_name(f"{aside.name}{ending}"))
        return aside
    return _safety_copy(wish, at)


def _refuse_running_in(wish: Wish, at: datetime) -> None:
    """The same of a database that is damaged, as far as it can be read: a service that still writes in it would lose
    what it writes."""
    standing = Database(wish.url)
    try:
        _refuse_running(standing, at)
    except StoreUnavailable:
        return
    finally:
        standing.close()


def _safety_copy(wish: Wish, at: datetime) -> Path:
    standing = Database(wish.url)
    try:
        if wish.secret is not None:
            standing.seal_with(wish.secret)
        _refuse_running(standing, at)
        path = wish.safety / SAFETY.format(at=at)
        return make_backup(standing, path, actor=wish.actor, source="restore", now=wish.now).path
    finally:
        standing.close()


def _later_in(wish: Wish, opened: Archive) -> Later | None:
    """What the database that gives way knows beyond the backup; None: it cannot be read, or is not of this kind."""
    standing = Database(wish.url)
    try:
        with standing.reading() as session:
            return restorations.later_than(session, _made_at(opened))
    except StoreUnavailable:
        return None
    finally:
        standing.close()


def _made_at(opened: Archive) -> datetime:
    return datetime.fromisoformat(str(opened.manifest["made_at"]))


def _finish(wish: Wish, database: Database, opened: Archive, later: Later | None) -> Restored:
    """Write the restoration down in what was restored, let nobody be signed in, and look whether it verifies."""
    if wish.secret is not None:
        database.seal_with(wish.secret)
    with database.writing() as session:
        lost, terminals = _conclude(wish, session, opened, later)
    with database.reading() as session:
        return replace(_verified(session), lost=lost, terminals=terminals)


def _conclude(wish: Wish, session: Session, opened: Archive, later: Later | None) -> tuple[Lost, int]:
    """Answers what is lost, and how many terminals are to be read from their beginning."""
    seal = trail_checking.newest_seal(session)
    if seal is not None and wish.secret is not None and not wish.another_key and not Sealer(wish.secret).made(seal):
        raise BackupRefused(
            f"The trail in {wish.backup.name} is sealed with another secret key than this place has: nothing was "
            "changed. Put the office's key in place (ATTENDANCE_SECRET_KEY_FILE); if it is lost, say --another-key."
        )
    backups.let_nobody_in(session)
    lost, at = restorations.lost_of(session, later), wish.now()
    row = restorations.begin(
        session, restored_at=at, data_at=_made_at(opened), file_name=wish.backup.name, restored_by=wish.actor.name,
        lost=lost,
    )  # fmt: skip
    after = {"file": wish.backup.name, "from": row.data_at.isoformat(), "to": at.isoformat()}
    key = wish.backup.name[:64]
    record(session, wish.actor, "backup.restored", kind="backup", key=key, after=after, at=at)
    return lost, restorations.owing(session)


def _verified(session: Session) -> Restored:
    trail, evidence = trail_checking.check_trail(session), check_evidence(session)
    wrong = [] if trail.holds else [f"the trail, from entry {trail.broken} on: {trail.wrong}"]
    wrong += [] if evidence.holds else [f"the evidence, at {evidence.broken}: {evidence.wrong}"]
    guards = trail_checking.missing_guards(session)
    wrong += [f"the guards of the trail; missing: {', '.join(guards)}"] if guards else []
    return Restored("", "", 0, 0, wrong=tuple(wrong))


# -- PostgreSQL: one transaction --------------------------------------------------------------------------------------


def _postgres(wish: Wish, opened: Archive) -> Restored:
    database = Database(wish.url)
    try:
        with database.reading() as session:
            there = snapshot_postgres.revision_of(session) is not None
        if there and not wish.replace:
            raise Invalid(
                "This database has tables of this program already: nothing was changed. Name an empty database, or say "
                "--replace; then a copy of what stands there is made first."
            )
        safety = _safety_copy(wish, wish.now()) if there else None
        later = _later_in(wish, opened) if there else None
        tables = opened.manifest["tables"]
        with database.engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4370)")
            snapshot_postgres.clear(connection)
            schema.upgrade_within(connection, str(opened.manifest["revision"]))
            try:
                snapshot_postgres.copy_in(connection, tables, opened.member)
            except snapshot_postgres.DoesNotFit as error:
                raise BackupRefused(f"{wish.backup.name} does not fit ({error}): nothing was changed.") from error
            with Session(connection) as session:
                found = snapshot_postgres.digests(session, tables)
            differing = [name for name, said in tables.items() if found.get(name) != said["sha256"]]
            if differing:
                raise BackupRefused(f"Table {differing[0]} did not arrive as it was written: nothing was changed.")
            schema.upgrade_within(connection)
            with Session(connection) as session:
                if wish.secret is not None:
                    session.info[SEALER] = Sealer(wish.secret)
                lost, terminals = _conclude(wish, session, opened, later)
                session.commit()  # the entry is appended here; what commits is the transaction around
            with Session(connection) as session:
                done = _verified(session)
        return replace(done, safety=safety, lost=lost, terminals=terminals)
    finally:
        database.close()
