"""The book of imports: who filed which sheet when, what each did, which were undone; and remembered mappings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from attendance.errors import NotFound
from attendance.store.import_pen import TABLES, Effect, rows_by_number
from attendance.store.import_reading import read_values
from attendance.store.import_tables import ImportBatchRow, ImportEffectRow, ImportMappingRow
from attendance.store.listing import Listed, choose, page, rows_of
from attendance.store.trail import Actor

_LOCK = 4371
_TOLD = choose(
    col(ImportBatchRow.id).label("id"),
    col(ImportBatchRow.kind).label("kind"),
    col(ImportBatchRow.file_name).label("file"),
    col(ImportBatchRow.sha256).label("sha256"),
    col(ImportBatchRow.rows).label("rows"),
    col(ImportBatchRow.counts).label("counts"),
    col(ImportBatchRow.mapping).label("mapping"),
    col(ImportBatchRow.author).label("author"),
    col(ImportBatchRow.recorded_at).label("at"),
    col(ImportBatchRow.undone_at).label("undone_at"),
    col(ImportBatchRow.undone_by).label("undone_by"),
).where(col(ImportBatchRow.reverses_id).is_(None))


def one_at_a_time(session: Session) -> None:
    """Nobody else imports until this transaction ends; SQLite has one writer anyway."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def add(
    session: Session,
    kind: str,
    actor: Actor,
    *,
    file_name: str = "",
    sha256: str = "",
    rows: int,
    counts: Mapping[str, int],
    mapping: Mapping[str, str] | None = None,
    reverses: ImportBatchRow | None = None,
    at: datetime,
) -> int:
    """Enter a batch that is about to be written; answers its number. One that reverses another closes that one."""
    row = ImportBatchRow(
        kind=kind,
        file_name=file_name[:200],
        sha256=sha256,
        rows=rows,
        counts=dict(counts),
        mapping=dict(mapping or {}),
        author=actor.name[:64],
        author_id=actor.user_id,
        reverses_id=reverses.id if reverses is not None else None,
        recorded_at=at,
    )
    if reverses is not None:
        reverses.undone_at, reverses.undone_by = at, actor.name[:64]
        session.add(reverses)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def get(session: Session, number: int, author_id: int | None = None) -> ImportBatchRow:
    """A batch that is no undoing. `author_id`: only of this account. Raises NotFound."""
    row = session.get(ImportBatchRow, number)
    if row is None or row.reverses_id is not None or (author_id is not None and row.author_id != author_id):
        raise NotFound("import", str(number))
    return row


def effects_of(session: Session, number: int) -> list[Effect]:
    """What a batch did, in its order; rows that were added or ended with the values they have.

    A row that was ended by a later import, and restored when that was undone, is the one that was restored.
    """
    query = select(ImportEffectRow).where(ImportEffectRow.batch_id == number).order_by(col(ImportEffectRow.id))
    stored = list(session.exec(query))
    again = _restored(session)
    found: list[Effect] = []
    for name, table in TABLES.items():
        here = [effect for effect in stored if effect.table_name == name]
        numbers = {effect.row_id: _latest(again, name, effect) for effect in here}
        values = {row.id: read_values(row) for row in rows_by_number(session, table, numbers.values()).values()}
        for effect in here:
            latest = numbers[effect.row_id]
            both = [_read(effect.field, effect.before), _read(effect.field, effect.after)]
            before, after = both if effect.act == "set" else [values[latest]] * 2
            found.append(Effect(effect.act, table, latest, effect.sheet_row, effect.field, before, after))
    return found


def _restored(session: Session) -> dict[tuple[str, int], int]:
    """The row that stands in place of one that was ended, for those that undoings restored."""
    undoings = select(ImportBatchRow.id).where(col(ImportBatchRow.reverses_id).is_not(None))
    query = select(ImportEffectRow).where(ImportEffectRow.act == "added", col(ImportEffectRow.batch_id).in_(undoings))
    return {(row.table_name, row.before): row.row_id for row in session.exec(query)}


def _latest(again: Mapping[tuple[str, int], int], name: str, effect: ImportEffectRow) -> int:
    number = effect.row_id
    while effect.act == "added" and (name, number) in again:
        number = again[name, number]
    return number


def told(session: Session, number: int) -> dict[str, Any]:
    """One batch as `listed` tells it. Raises NotFound."""
    get(session, number)
    found = rows_of(session, _TOLD.where(col(ImportBatchRow.id) == number))
    return found[0]


def listed(
    session: Session, *, author_id: int | None = None, kinds: Collection[str] | None = None, limit: int, offset: int
) -> Listed:
    """Batches of these kinds with the newest first, without those that only undo others. `author_id`: only of this
    account.
    """
    query, table = _TOLD, ImportBatchRow
    if author_id is not None:
        query = query.where(col(table.author_id) == author_id)
    if kinds is not None:
        query = query.where(col(table.kind).in_(kinds))
    rows, total = page(session, query.order_by(col(table.id).desc()), limit, offset)
    return Listed(rows, total)


def remembered(session: Session, kind: str, headers: str) -> dict[str, str] | None:
    """How a sheet of this kind with these headers was read last; None: never, or it was forgotten."""
    row = session.get(ImportMappingRow, (kind, headers))
    return dict(row.mapping) if row is not None else None


def remember(session: Session, kind: str, headers: str, mapping: Mapping[str, str], author: str, at: datetime) -> None:
    row = session.get(ImportMappingRow, (kind, headers)) or ImportMappingRow(kind=kind, headers=headers, mapping={})
    row.mapping, row.author, row.recorded_at = dict(mapping), author[:64], at
    session.add(row)


def forget(session: Session, kind: str, headers: str) -> bool:
    """Whether there was something to forget."""
    row = session.get(ImportMappingRow, (kind, headers))
    if row is not None:
        session.delete(row)
    return row is not None


def _read(field: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if field.endswith("_at") and isinstance(value, str) else value
