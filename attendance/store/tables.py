"""Tables of the office: units, people, terminals, rules of their own, papers. Dated rows are ended, never overwritten.

`from_on` and `to_on` include both ends. `recorded_at` says when a row became known, `withdrawn_at` when it was taken
back; a row is never edited in place, so that "what was known then" can be asked of all of them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import NaiveDatetime
from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, Index, Integer, MetaData, String, event, false
from sqlmodel import Field, SQLModel

from attendance.letters import searched
from attendance.store.types import AnyJson, Instant

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER keys up by itself


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_type=Instant, nullable=nullable, index=index)


def wall(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=False), nullable=nullable)


def _searched(context: Any) -> str:
    """For rows that are written past the session, many at a time."""
    given = context.get_current_parameters()
    return searched(given["code"], given["name"])


class UnitRow(SQLModel, table=True):
    """An office or a part of it: its code, for ever. All else is dated (`UnitVersionRow`).

    `version` counts its changes, for whoever changes it from a page that may be old. `withdrawn_at`: the import that
    alone knew of it was undone.
    """

    __tablename__: ClassVar[str] = "unit"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=64)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class EmployeeRow(SQLModel, table=True):
    """Somebody whose attendance is kept. `withdrawn_at`: the import that alone knew of them was undone.

    `searched` is what they are found by. It is written with the row here; whoever changes a name past the session calls
    `searching.keep`.
    """

    __tablename__: ClassVar[str] = "employee"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = ""
    searched: str = Field(default="", sa_column=Column(String, default=_searched, nullable=False, server_default=""))
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


@event.listens_for(EmployeeRow, "before_insert")
@event.listens_for(EmployeeRow, "before_update")
def _keep_searched(_mapper: Any, _connection: Any, row: EmployeeRow) -> None:
    row.searched = searched(row.code, row.name)


class AssignmentRow(SQLModel, table=True):
    """A person serves in a unit. `terminals`: codes they depend on; empty means those of the unit."""

    __tablename__: ClassVar[str] = "assignment"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    schedule_id: int | None = Field(default=None, foreign_key="schedule.id")
    terminals: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    from_on: date
    to_on: date | None = None
    document: str = ""
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class EnrolmentRow(SQLModel, table=True):
    """On this terminal this number is this person, during these dates."""

    __tablename__: ClassVar[str] = "enrolment"
    __table_args__ = (Index("ix_enrolment_terminal_id_pin", "terminal_id", "pin"),)
    id: int | None = Field(default=None, primary_key=True)
    terminal_id: int = Field(foreign_key="terminal.id")
    pin: str = Field(max_length=32)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    from_on: date | None = None
    to_on: date | None = None
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class TerminalRow(SQLModel, table=True):
    """A terminal and how to reach it. Its comm key is never stored here, only whether a key file was given.

    `serial` is learned at the first pull; from then on another serial at this address is refused. `layout`: the record
    layout an administrator named; null: as recognised. `live`: its punches are listened to as they happen, as hints
    between two pulls. `place_id`: the house of its unit it hangs in, where the unit has several. `counts_from`: its
    readings prove nothing of the days before, though they keep their punches; null: of all that its log holds.
    `retired_at`: when it was put out of use; null where it is in use, or was retired before that was written down.
    """

    __tablename__: ClassVar[str] = "terminal"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = ""
    unit_id: int = Field(foreign_key="unit.id", index=True)
    place_id: int | None = Field(default=None, foreign_key="place.id")
    host: str | None = None
    port: int = 4370
    transport: str = "tcp"
    has_comm_key: bool = False
    serial: str | None = None
    layout: str | None = Field(default=None, max_length=16)
    direction: str = "none"
    first_sane_on: date = date(2010, 1, 1)
    counts_from: date | None = None
    in_use: bool = True
    retired_at: datetime | None = instant(nullable=True)
    poll_seconds: int = 300
    live: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    recorded_at: datetime = instant()


class ScheduleRow(SQLModel, table=True):
    """Hours by name. `withdrawn_at`: the import that alone knew of them was undone."""

    __tablename__: ClassVar[str] = "schedule"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = ""
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class ScheduleVersionRow(SQLModel, table=True):
    """Hours in force. `sessions`: {name: [start, end]} as HH:MM; `by_weekday`: {weekday: sessions}."""

    __tablename__: ClassVar[str] = "schedule_version"
    id: int | None = Field(default=None, primary_key=True)
    schedule_id: int = Field(foreign_key="schedule.id", index=True)
    from_on: date | None = None
    to_on: date | None = None
    regime: str
    sessions: dict[str, list[str]] = Field(sa_column=Column(JSON, nullable=False))
    weekdays: list[str] = Field(sa_column=Column(JSON, nullable=False))
    by_weekday: dict[str, dict[str, list[str]]] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    document: str = ""
    article: str = ""
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class CalendarEntryRow(SQLModel, table=True):
    """One decision about one date. No unit: the whole tree. No session: the whole day."""

    __tablename__: ClassVar[str] = "calendar_entry"
    id: int | None = Field(default=None, primary_key=True)
    on: date = Field(sa_column_kwargs={"name": "on_date"}, index=True)
    kind: str
    pair_on: date | None = None
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    session: str | None = None
    status: str = "confirmed"
    document: str = ""
    paper_id: int | None = Field(default=None, foreign_key="paper.id", index=True)
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class RuleVersionRow(SQLModel, table=True):
    """What a rule says for a scope: a threshold (a field of Policy), or a kind of leave or exemption.

    `unit_id` is set for the scopes province and unit, `employee_id` for person, neither for nation.
    """

    __tablename__: ClassVar[str] = "rule_version"
    id: int | None = Field(default=None, primary_key=True)
    rule: str = Field(max_length=64, index=True)
    scope: str = Field(default="nation", max_length=16)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    employee_id: int | None = Field(default=None, foreign_key="employee.id")
    from_on: date | None = None
    to_on: date | None = None
    value: Any = Field(default=None, sa_column=Column(AnyJson, nullable=False))
    allows: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    document: str = ""
    article: str = ""
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class AbsenceRow(SQLModel, table=True):
    """A paper that excuses: leave of sessions (`on_date`, `session`) or a mission (`starts`, `ends`, wall time)."""

    __tablename__: ClassVar[str] = "absence"
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    employee_id: int = Field(foreign_key="employee.id", index=True)
    code: str = ""
    on: date | None = Field(default=None, sa_column_kwargs={"name": "on_date"}, index=True)
    session: str = "all"
    starts: NaiveDatetime | None = wall(nullable=True)
    ends: NaiveDatetime | None = wall(nullable=True)
    document: str = ""
    approved_at: datetime | None = instant(nullable=True)
    paper_id: int | None = Field(default=None, foreign_key="paper.id", index=True)
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class OutageRow(SQLModel, table=True):
    """A terminal was out of order (`dead`) or not reachable (`network`), in wall time."""

    __tablename__: ClassVar[str] = "outage"
    id: int | None = Field(default=None, primary_key=True)
    terminal_id: int = Field(foreign_key="terminal.id", index=True)
    mode: str = "dead"
    starts: NaiveDatetime = wall()
    ends: NaiveDatetime = wall()
    document: str = ""
    approved_at: datetime | None = instant(nullable=True)
    paper_id: int | None = Field(default=None, foreign_key="paper.id", index=True)
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class UserRow(SQLModel, table=True):
    """Somebody who may sign in. `employee_id`: the person behind the account, whose own days it may be granted."""

    __tablename__: ClassVar[str] = "app_user"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=64)
    password_hash: str
    employee_id: int | None = Field(default=None, foreign_key="employee.id")
    disabled: bool = False
    recorded_at: datetime = instant()


class SignInRow(SQLModel, table=True):
    """A bearer token or a page session, known only by the SHA-256 of its secret.

    `address` and `browser`: where it was opened, for whoever looks for one that is not theirs. `second_factor`: a
    second proof was given.
    """

    __tablename__: ClassVar[str] = "sign_in"
    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    kind: str
    created_at: datetime = instant()
    seen_at: datetime = instant()
    expires_at: datetime = instant()
    address: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    browser: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    second_factor: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))


class LeaseRow(SQLModel, table=True):
    """Who leads: one holder per name until `expires_at`."""

    __tablename__: ClassVar[str] = "lease"
    name: str = Field(primary_key=True, max_length=64)
    holder: str
    expires_at: datetime = instant()
