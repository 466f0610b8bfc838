"""Tables of notifications: who wants what, by which way, what waits to be sent, and whom programs told us to tell.

Texts with names of people are kept in none of them: what is sent is written at the moment it is sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import BigKey, instant


class NoticeAccountRow(SQLModel, table=True):
    """In which language an account is written to."""

    __tablename__: ClassVar[str] = "notice_account"
    user_id: int = Field(primary_key=True, foreign_key="app_user.id", sa_column_kwargs={"autoincrement": False})
    language: str = Field(max_length=8)
    recorded_at: datetime = instant()


class NoticeAddressRow(SQLModel, table=True):
    """Where an account is reached by one way. `address` is empty until `wanted` was confirmed by its code."""

    __tablename__: ClassVar[str] = "notice_address"
    __table_args__ = (UniqueConstraint("user_id", "way"),)
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id")
    way: str = Field(max_length=32)
    address: str = Field(default="", max_length=254)
    confirmed_at: datetime | None = instant(nullable=True)
    wanted: str = Field(default="", max_length=254)
    code_digest: str = Field(default="", max_length=64)
    code_expires_at: datetime | None = instant(nullable=True)
    guesses: int = 0


class NoticeWishRow(SQLModel, table=True):
    """By which ways an account wants one kind of notice, and at which minute of the day, counted from midnight."""

    __tablename__: ClassVar[str] = "notice_wish"
    user_id: int = Field(primary_key=True, foreign_key="app_user.id", sa_column_kwargs={"autoincrement": False})
    kind: str = Field(primary_key=True, max_length=16)
    ways: list[str] = Field(sa_column=Column(JSON, nullable=False))
    minute: int = 0
    recorded_at: datetime = instant()


class WebhookRow(SQLModel, table=True):
    """An address of a program that is told of events in a unit and those below it (`unit_id` None: everywhere).

    `sealed` is its secret, encrypted; `sealed_before` the one before it, which signs beside it until `before_until`.
    `after_violation`: the newest violation it was told of.
    """

    __tablename__: ClassVar[str] = "webhook"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    name: str = Field(max_length=64)
    url: str = Field(max_length=500)
    events: list[str] = Field(sa_column=Column(JSON, nullable=False))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_before: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    before_until: datetime | None = instant(nullable=True)
    after_violation: int = Field(default=0, sa_type=BigInteger)
    created_by: str = Field(default="", max_length=64)
    created_at: datetime = instant()
    disabled_at: datetime | None = instant(nullable=True)
    disabled_why: str = Field(default="", max_length=16)
    failing_since: datetime | None = instant(nullable=True)
    last_ok_at: datetime | None = instant(nullable=True)
    last_error: str = Field(default="", max_length=300)


class NoticeRow(SQLModel, table=True):
    """One thing to tell to one account by one way, or to one webhook. `key` is unique: the same is never told twice.

    `params` are codes and dates, never names or reasons; `body` is what a webhook is sent, byte for byte at every try.
    `title` is the subject under which it was sent. `state`: waiting, sending, sent, failed, dropped (there was nothing
    left to say, or too late). While `held_until` lies ahead, somebody is sending it.
    """

    __tablename__: ClassVar[str] = "notice"
    __table_args__ = (
        Index("ix_notice_state_next_at", "state", "next_at"),
        Index("ix_notice_user_id_way", "user_id", "way"),
    )
    id: int | None = Field(default=None, sa_type=BigKey, primary_key=True)
    key: str = Field(unique=True, max_length=200)
    kind: str = Field(max_length=32)
    way: str = Field(max_length=32)
    user_id: int | None = Field(default=None, foreign_key="app_user.id")
    webhook_id: int | None = Field(default=None, foreign_key="webhook.id", index=True)
    params: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    body: str = Field(default="", sa_column=Column(Text, nullable=False))
    title: str = Field(default="", max_length=200)
    link: str = Field(default="", max_length=200)
    created_at: datetime = instant(index=True)
    not_after: datetime = instant()
    next_at: datetime = instant()
    state: str = Field(default="waiting", max_length=8)
    attempts: int = 0
    held_until: datetime | None = instant(nullable=True)
    error: str = Field(default="", max_length=300)
    sent_at: datetime | None = instant(nullable=True)
    seen_at: datetime | None = instant(nullable=True)


class TerminalWatchRow(SQLModel, table=True):
    """What was told of one terminal. `silent` is how it looked last, `since` from when on; `told` that people know.

    `incident` counts what was told; `flaps` how often it came back within a day, which makes us wait longer.
    """

    __tablename__: ClassVar[str] = "terminal_watch"
    terminal_id: int = Field(primary_key=True, foreign_key="terminal.id", sa_column_kwargs={"autoincrement": False})
    silent: bool = False
    since: datetime = instant()
    told: bool = False
    told_at: datetime | None = instant(nullable=True)
    incident: int = 0
    flaps: int = 0
