"""Tables of signing in beside `app_user` and `sign_in`: second factors, tokens, first passwords, known places.

Whatever could sign somebody in is kept as a digest; the secret of a second factor, which must be read, is encrypted.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant


class SecondFactorRow(SQLModel, table=True):
    """The secret that an authenticator app shares. `confirmed_at` is empty until a code of it was given once.

    `last_step`: the newest interval of 30 seconds whose code was taken; it and all before are refused from then on.
    """

    __tablename__: ClassVar[str] = "second_factor"
    user_id: int = Field(primary_key=True, foreign_key="app_user.id", sa_column_kwargs={"autoincrement": False})
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    last_step: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    created_at: datetime = instant()
    confirmed_at: datetime | None = instant(nullable=True)


class RecoveryCodeRow(SQLModel, table=True):
    """A code for the day the phone is lost; good once."""

    __tablename__: ClassVar[str] = "recovery_code"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    digest: str = Field(max_length=64)
    used_at: datetime | None = instant(nullable=True)


class FirstPasswordRow(SQLModel, table=True):
    """The password of this account was made by an administrator: it opens the change of it, and only until then."""

    __tablename__: ClassVar[str] = "first_password"
    user_id: int = Field(primary_key=True, foreign_key="app_user.id", sa_column_kwargs={"autoincrement": False})
    expires_at: datetime = instant()


class ApiTokenRow(SQLModel, table=True):
    """A token that somebody made for a program. `scopes`: the permissions it is held to."""

    __tablename__: ClassVar[str] = "api_token"
    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    name: str = Field(max_length=64)
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    read_only: bool
    created_at: datetime = instant()
    expires_at: datetime = instant()
    seen_at: datetime | None = instant(nullable=True)
    revoked_at: datetime | None = instant(nullable=True)


class KnownPlaceRow(SQLModel, table=True):
    """An address that somebody has signed in from; guesses made elsewhere do not close it to them."""

    __tablename__: ClassVar[str] = "known_place"
    __table_args__ = (UniqueConstraint("user_id", "place"),)
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id")
    place: str = Field(max_length=64)
    seen_at: datetime = instant()


class OpenIdLinkRow(SQLModel, table=True):
    """Which person of a province's own sign-in an account belongs to."""

    __tablename__: ClassVar[str] = "openid_link"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("issuer", "user_id"))
    id: int | None = Field(default=None, primary_key=True)
    issuer: str = Field(max_length=500)
    subject: str = Field(max_length=255)
    user_id: int = Field(foreign_key="app_user.id")
    linked_at: datetime = instant()


class SetupCodeRow(SQLModel, table=True):
    """The code shown on the console with which the first administrator is made; one at a time."""

    __tablename__: ClassVar[str] = "setup_code"
    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    digest: str = Field(max_length=64)
    expires_at: datetime = instant()
    guesses: int = 0
