"""Tables of sites without a road: what the centre received from each, and what a site has yet to send.

Segments are evidence and never edited or deleted: see the triggers in the migration. The rest is bookkeeping. A
centre uses the first four tables, a site the last two.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import BigKey, instant


class SiteRow(SQLModel, table=True):
    """A place whose terminals the centre cannot reach, and how far its chain of segments has come here.

    `token_digest`: SHA-256 of its token; None once it is revoked. `chain` counts the chains it has begun, `chain_id`
    is the name the site gave the present one ("" until its first segment). `claimed_*` is what the site last said of
    its own newest segment, `clock_ahead_seconds` its clock minus the centre's at that contact. `fork_*` tell that its
    chain and the one kept here part at a number.
    """

    __tablename__: ClassVar[str] = "site"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = ""
    unit_id: int = Field(foreign_key="unit.id", index=True)
    token_digest: str | None = Field(default=None, unique=True, max_length=64)
    recorded_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)
    chain: int = 1
    chain_id: str = ""
    last_number: int = Field(default=0, sa_type=BigInteger)
    last_digest: str = ""
    received_at: datetime | None = instant(nullable=True)
    contacted_at: datetime | None = instant(nullable=True)
    claimed_number: int = Field(default=0, sa_type=BigInteger)
    claimed_digest: str = ""
    claimed_read_at: datetime | None = instant(nullable=True)
    clock_ahead_seconds: int | None = None
    version: str = ""
    fork_number: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    fork_at: datetime | None = instant(nullable=True)


class SiteTerminalRow(SQLModel, table=True):
    """A serial number a site has reported, and which terminal an administrator said it is; None: nobody did yet.

    Segments of the serial up to `filed_segment_id` are filed under that terminal.
    """

    __tablename__: ClassVar[str] = "site_terminal"
    __table_args__ = (UniqueConstraint("site_id", "serial"),)
    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id")
    serial: str = Field(max_length=64)
    name: str = ""
    terminal_id: int | None = Field(default=None, foreign_key="terminal.id", index=True)
    first_seen_at: datetime = instant()
    accepted_at: datetime | None = instant(nullable=True)
    filed_segment_id: int = Field(default=0, sa_type=BigInteger)


class SiteSegmentRow(SQLModel, table=True):
    """One segment as it came: a reading of a terminal, or a part of one. `serial` None: the terminal never answered."""

    __tablename__: ClassVar[str] = "site_segment"
    __table_args__ = (
        UniqueConstraint("site_id", "chain", "number"),
        Index("ix_site_segment_site_id_serial", "site_id", "serial", "id"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    site_id: int = Field(foreign_key="site.id")
    chain: int
    number: int = Field(sa_type=BigInteger)
    previous: str = Field(max_length=64)
    digest: str = Field(max_length=64)
    seal: str = Field(max_length=64)
    serial: str | None = Field(default=None, max_length=64)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = instant()


class SiteFilingRow(SQLModel, table=True):
    """Which pull a segment became; of a reading in parts, its last one."""

    __tablename__: ClassVar[str] = "site_filing"
    segment_id: int = Field(
        sa_type=BigInteger, primary_key=True, foreign_key="site_segment.id", sa_column_kwargs={"autoincrement": False}
    )
    pull_id: int = Field(sa_type=BigInteger, foreign_key="pull.id")


class OutboxRow(SQLModel, table=True):
    """At the site: a segment, made from a pull. `content` is None once it was delivered and its time has run out."""

    __tablename__: ClassVar[str] = "site_outbox"
    __table_args__ = (UniqueConstraint("pull_id", "part"),)
    number: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    pull_id: int = Field(sa_type=BigInteger, foreign_key="pull.id")
    part: int = 1
    previous: str = Field(max_length=64)
    digest: str = Field(max_length=64)
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    sealed_at: datetime = instant()


class ForwardingRow(SQLModel, table=True):
    """At the site: the one row that says how far the centre has come, as it last answered."""

    __tablename__: ClassVar[str] = "site_forwarding"
    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    chain_id: str
    site: str = ""
    delivered_number: int = Field(default=0, sa_type=BigInteger)
    contacted_at: datetime | None = instant(nullable=True)
    clock_ahead_seconds: int | None = None
    trouble: str = ""
    trouble_sentence: str = ""
    trouble_since: datetime | None = instant(nullable=True)
