"""Tables of the trail. Entries are never edited or deleted: see the triggers in the migration.

What can hold a person's name lies beside the entry, under a salt: it can be erased, and the chain, which holds only its
digest, still verifies. The head lies apart, so that a tail that was cut off is missed.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from attendance.store.tables import BigKey


class TrailRow(SQLModel, table=True):
    """An act, or a look at people's records. `at` in microseconds since 1970, UTC, as it goes into the digest.

    `subjects` and `detail` are digests of the rows beside it (null: it has none), `link` is the digest of the link
    before and all of this, `seal` what only the holder of the secret key can make of the link.
    """

    __tablename__: ClassVar[str] = "trail"
    __table_args__ = (
        Index("ix_trail_kind_key", "kind", "key"),
        Index("ix_trail_actor", "actor"),
        Index("ix_trail_act", "act"),
    )
    seq: int = Field(sa_column=Column(BigKey, primary_key=True, autoincrement=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    actor: str
    user_id: int | None = None
    role: str
    via: str
    address: str
    act: str
    kind: str
    key: str
    subjects: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    detail: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    link: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    seal: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class TrailSubjectRow(SQLModel, table=True):
    """A person an entry is about. Without a foreign key: an entry outlives whatever is destroyed by law."""

    __tablename__: ClassVar[str] = "trail_subject"
    __table_args__ = (
        Index("ix_trail_subject_employee_id_seq", "employee_id", "seq"),
        {"sqlite_with_rowid": False},
    )
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    employee_id: int = Field(primary_key=True)


class TrailDetailRow(SQLModel, table=True):
    """Why, before and after, as JSON under a salt of its own. Gone once it was erased."""

    __tablename__: ClassVar[str] = "trail_detail"
    seq: int = Field(sa_column=Column(BigKey, primary_key=True, autoincrement=False))
    salt: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    content: str


class TrailErasureRow(SQLModel, table=True):
    """The detail of `seq` was erased, which entry `by_seq` says."""

    __tablename__: ClassVar[str] = "trail_erasure"
    seq: int = Field(sa_column=Column(BigKey, primary_key=True, autoincrement=False))
    by_seq: int = Field(sa_column=Column(BigInteger, nullable=False))


class TrailHeadRow(SQLModel, table=True):
    """How many entries there are and the newest link. `seal` is that of the newest sealed head, at `sealed` entries."""

    __tablename__: ClassVar[str] = "trail_head"
    id: int | None = Field(default=None, primary_key=True)
    count: int = Field(sa_column=Column(BigInteger, nullable=False))
    link: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed: int = Field(sa_column=Column(BigInteger, nullable=False))
    seal: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
