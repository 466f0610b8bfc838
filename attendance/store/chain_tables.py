"""Tables of the chains that the evidence hangs on, and of what a transaction has touched and not entered yet."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel


class ChainEntryRow(SQLModel, table=True):
    """What one transaction added to a chain: `content` (zstd) names rows and their digests, `digest` is its SHA-256.

    Chains are `terminal:NUMBER` (pulls, punches, quarantine), `rulings`, and `papers` (papers and dated rules). Entries
    are counted from 1 in each; nothing is ever changed or deleted.
    """

    __tablename__: ClassVar[str] = "chain_entry"
    chain: str = Field(primary_key=True, max_length=32)
    number: int = Field(primary_key=True)
    kind: str = Field(max_length=16)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    link: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ChainHeadRow(SQLModel, table=True):
    """The newest link of a chain; whoever appends holds it."""

    __tablename__: ClassVar[str] = "chain_head"
    chain: str = Field(primary_key=True, max_length=32)
    number: int
    link: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ChainTouchedRow(SQLModel, table=True):
    """A row of a paper or dated rule that a transaction wrote, as the database itself notes it.

    Whoever writes through this program enters it into the chain and takes it away before the transaction ends: a row
    that is met here by another transaction was written past the program.
    """

    __tablename__: ClassVar[str] = "chain_touched"
    table_name: str = Field(primary_key=True, max_length=32)
    row_key: str = Field(primary_key=True, max_length=64)
