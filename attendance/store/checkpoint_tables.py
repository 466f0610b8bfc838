"""Tables of the checkpoints over the chains, and of where each was made known."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant


class CheckpointRow(SQLModel, table=True):
    """One root over all chains at a moment, signed. Never changed.

    `text`: the signed note as it is made known. `digest`: SHA-256 of its signed part, which the next one names.
    `size`: entries of all chains. `heads` (zstd): chains with their sizes and peaks, of which the root is made.
    `occasion`: day, visit or asked.
    """

    __tablename__: ClassVar[str] = "checkpoint"
    number: int = Field(primary_key=True)
    at: datetime = instant()
    occasion: str = Field(max_length=8)
    size: int = Field(sa_type=BigInteger)
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: str = Field(max_length=64, unique=True)
    text: str
    heads: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CheckpointSentRow(SQLModel, table=True):
    """One attempt to make a checkpoint known in one way: `way` mail, post, file, webhook or stamp.

    `address`: where to, without what is secret in it. `wrong`: why it failed; empty: it was taken. `receipt`: what came
    back, such as a time stamp (RFC 3161).
    """

    __tablename__: ClassVar[str] = "checkpoint_sent"
    id: int | None = Field(default=None, primary_key=True)
    checkpoint: int = Field(foreign_key="checkpoint.number", index=True)
    way: str = Field(max_length=8)
    address: str = Field(default="", max_length=300)
    at: datetime = instant()
    wrong: str = Field(default="", max_length=300)
    receipt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
