"""Tables of imports from spreadsheets: what was filed by each, so that it can be taken back, and remembered mappings.

The sheet itself is kept nowhere: a batch knows its digest, and which rows of which tables it filed, ended or changed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from attendance.store.tables import BigKey, instant
from attendance.store.types import AnyJson


class ImportBatchRow(SQLModel, table=True):
    """One sheet that was filed, or (`reverses_id`) the undoing of one. `counts`: rows new, changed, unchanged,
    left out.
    `mapping`: header of a column → the canonical column it was read as.
    """

    __tablename__: ClassVar[str] = "import_batch"
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=16)
    file_name: str = Field(default="", max_length=200)
    sha256: str = Field(default="", max_length=64)
    rows: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    mapping: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    author: str = Field(default="", max_length=64)
    author_id: int | None = Field(default=None, index=True)
    recorded_at: datetime = instant()
    reverses_id: int | None = Field(default=None, foreign_key="import_batch.id", unique=True)
    undone_at: datetime | None = instant(nullable=True)
    undone_by: str = Field(default="", max_length=64)


class ImportEffectRow(SQLModel, table=True):
    """What a batch did to one row of a table: `added` it, `ended` it (withdrew it), or `set` a field of it.

    `sheet_row`: the row of the sheet that said so. `before` and `after` are of `set` alone, but for a row that an
    undoing added in place of one that was ended: its `before` is the number of that one.
    """

    __tablename__: ClassVar[str] = "import_effect"
    id: int | None = Field(default=None, sa_type=BigKey, primary_key=True)
    batch_id: int = Field(foreign_key="import_batch.id", index=True)
    act: str = Field(max_length=8)
    table_name: str = Field(max_length=32)
    row_id: int
    field: str = Field(default="", max_length=32)
    before: Any = Field(default=None, sa_column=Column(AnyJson, nullable=False))
    after: Any = Field(default=None, sa_column=Column(AnyJson, nullable=False))
    sheet_row: int = 0


class ImportMappingRow(SQLModel, table=True):
    """How the columns of sheets with these headers were read last. `headers`: a digest of the folded header row."""

    __tablename__: ClassVar[str] = "import_mapping"
    kind: str = Field(primary_key=True, max_length=16)
    headers: str = Field(primary_key=True, max_length=64)
    mapping: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    author: str = Field(default="", max_length=64)
    recorded_at: datetime = instant()
