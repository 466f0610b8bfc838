"""Units, people, where they serve, their numbers on terminals, hours and calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.http.params import IsoDate
from api.http.schemas.parts import Code, Given, Line, ListFrame


class Employee(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "CC-0057",
                    "name": "Nguyễn Thị Thu Hà",
                    "unit": "X-TAN-MAI",
                    "schedule": None,
                    "from": "2026-01-01",
                    "to": None,
                }
            ]
        }
    )
    code: str = Field(description="Code of the person.")
    name: str = Field(description="Name of the person.")
    unit: str | None = Field(description="Unit in which they serve today; null: in none that one sees.")
    schedule: str | None = Field(description="Hours of their own; null: those of the unit.")
    from_: dt.date | None = Field(alias="from", description="First date of the assignment in force today.")
    to: dt.date | None = Field(description="Last date of it; null: open.")


class EmployeeList(ListFrame):
    items: list[Employee] = Field(description="People by code.")


class NewEmployee(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"code": "CC-0057", "name": "Nguyễn Thị Thu Hà", "unit": "X-TAN-MAI", "from": "2026-01-01"}]
        }
    )
    code: Code = Field(description="1 to 64 letters, digits or signs, without '/'.")
    name: Line = Field(default="", description="Name; default: the code.")
    unit: Code | None = Field(
        default=None, description="Unit in which they serve from `from` on; needed where one does not see everything."
    )
    from_: IsoDate | None = Field(default=None, alias="from", description="First date there; default: today.")
    schedule: Code | None = Field(default=None, description="Hours of their own, with `unit`.")


class Assignment(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 57,
                    "employee": "CC-0057",
                    "unit": "X-TAN-MAI",
                    "schedule": None,
                    "terminals": [],
                    "from": "2026-01-01",
                    "to": None,
                    "document": "QĐ 12/QĐ-UBND",
                    "recorded_at": "2025-12-28T02:00:00+00:00",
                }
            ]
        }
    )
    id: int = Field(description="Number of the assignment; one that is ended is filed anew under another.")
    employee: str = Field(description="Code of the person.")
    unit: str = Field(description="Code of the unit.")
    schedule: str | None = Field(description="Hours of their own; null: those of the unit.")
    terminals: list[str] = Field(description="Terminals they depend on; empty: those of the unit.")
    from_: dt.date = Field(alias="from", description="First date.")
    to: dt.date | None = Field(description="Last date; null: open.")
    document: str = Field(description="The decision it rests on.")
    recorded_at: dt.datetime = Field(description="When it became known here.")


class AssignmentList(ListFrame):
    items: list[Assignment] = Field(description="Assignments by person and date.")


class NewAssignment(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"employee": "CC-0057", "unit": "X-TAN-MAI", "from": "2026-01-01", "document": "QĐ 12/QĐ-UBND"}
            ]
        }
    )
    employee: Code = Field(description="Code of the person.")
    unit: Code = Field(description="Code of the unit.")
    from_: IsoDate = Field(alias="from", description="First date.")
    to: IsoDate | None = Field(default=None, description="Last date; left out: open.")
    schedule: Code | None = Field(default=None, description="Hours of their own; left out: those of the unit.")
    terminals: list[Code] = Field(
        default_factory=list, max_length=50, description="Terminals they depend on; empty: those of the unit."
    )
    document: Line = Field(default="", description="The decision it rests on.")


class Enrolment(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "terminal": "MCC-01",
                    "pin": "57",
                    "employee": "CC-0057",
                    "from": "2026-01-01",
                    "to": None,
                    "recorded_at": "2025-12-28T02:00:00+00:00",
                }
            ]
        }
    )
    terminal: str = Field(description="Code of the terminal.")
    pin: str = Field(description="User number on it.")
    employee: str = Field(description="Whose number it is.")
    from_: dt.date | None = Field(alias="from", description="First date; null: always.")
    to: dt.date | None = Field(description="Last date; null: open.")
    recorded_at: dt.datetime = Field(description="When it became known here.")


class EnrolmentList(ListFrame):
    items: list[Enrolment] = Field(description="Enrolments by terminal, number and date.")


class NewEnrolment(Given):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"terminal": "MCC-01", "pin": "57", "employee": "CC-0057"}]}
    )
    terminal: Code = Field(description="Code of the terminal.")
    pin: Code = Field(description="User number as the terminal shows it, a text: '0015' is not '15'.")
    employee: Code = Field(description="Whose number it is.")
    from_: IsoDate | None = Field(default=None, alias="from", description="First date; left out: always.")
    to: IsoDate | None = Field(default=None, description="Last date; left out: open.")


class ScheduleVersion(BaseModel):
    from_: dt.date | None = Field(alias="from", description="First date; null: always.")
    to: dt.date | None = Field(description="Last date; null: open.")
    regime: str = Field(description="`per_session` or `first_last`.")
    sessions: dict[str, list[str]] = Field(description="Start and end of each session, as HH:MM.")
    weekdays: list[str] = Field(description="Days on which it holds, mon to sun.")
    by_weekday: dict[str, dict[str, list[str]]] = Field(description="Other sessions on some of these days.")
    document: str = Field(description="Document that orders it.")
    article: str = Field(description="Place in the document.")
    recorded_at: dt.datetime = Field(description="When it became known here.")


class Schedule(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "HANH-CHINH",
                    "name": "Giờ hành chính mùa đông",
                    "versions": [
                        {
                            "from": "2026-10-16",
                            "to": "2027-04-15",
                            "regime": "per_session",
                            "sessions": {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]},
                            "weekdays": ["mon", "tue", "wed", "thu", "fri"],
                            "by_weekday": {},
                            "document": "QĐ 41/QĐ-UBND",
                            "article": "Điều 2",
                            "recorded_at": "2026-09-30T03:00:00+00:00",
                        }
                    ],
                }
            ]
        }
    )
    code: str = Field(description="Code of the schedule.")
    name: str = Field(description="Name of the schedule.")
    versions: list[ScheduleVersion] = Field(description="Its hours, by date.")


class ScheduleList(ListFrame):
    items: list[Schedule] = Field(description="Schedules by code.")


class NewScheduleVersion(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "HANH-CHINH",
                    "name": "Giờ hành chính",
                    "from": "2027-04-16",
                    "to": "2027-10-15",
                    "sessions": {"am": ["07:00", "11:30"], "pm": ["13:30", "17:00"]},
                    "weekdays": ["mon", "tue", "wed", "thu", "fri"],
                    "document": "QĐ 41/QĐ-UBND",
                    "article": "Điều 1",
                }
            ]
        }
    )
    code: Code = Field(description="Code of the schedule; a new one makes it.")
    name: Line = Field(default="", description="Its name, where it is new.")
    from_: IsoDate | None = Field(default=None, alias="from", description="First date; left out: always.")
    to: IsoDate | None = Field(default=None, description="Last date; left out: open.")
    regime: Code = Field(default="per_session", description="per_session, first_last, check_in_only or exempt.")
    sessions: dict[Code, list[Code]] = Field(max_length=10, description="Start and end of each session, as HH:MM.")
    weekdays: list[Code] = Field(max_length=7, description="Days on which it holds, mon to sun.")
    by_weekday: dict[Code, dict[Code, list[Code]]] = Field(
        default_factory=dict, max_length=7, description="Other sessions on some of these days."
    )
    document: Line = Field(min_length=1, description="Document that orders it.")
    article: Line = Field(default="", description="Place in the document.")


class CalendarEntry(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "date": "2026-11-24",
                    "kind": "holiday",
                    "for": None,
                    "unit": None,
                    "session": None,
                    "status": "confirmed",
                    "document": "Nghị quyết 80-NQ/TW",
                    "recorded_at": "2026-09-30T03:00:00+00:00",
                }
            ]
        }
    )
    date: dt.date = Field(description="The date it is about.")
    kind: str = Field(description="What the date becomes: holiday, compensation, swapped_off, swapped_work, stoppage.")
    for_: dt.date | None = Field(alias="for", description="The date it is swapped with or makes up for.")
    unit: str | None = Field(description="Unit it holds for, with those below; null: all.")
    session: str | None = Field(description="Session it holds for; null: the whole day.")
    status: str = Field(description="Whether it is confirmed.")
    document: str = Field(description="Document that orders it.")
    recorded_at: dt.datetime = Field(description="When it became known here.")


class CalendarList(ListFrame):
    items: list[CalendarEntry] = Field(description="Decisions by date; the one recorded last holds.")


Filed = dict[str, Any]


class Transferred(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ended": {
                        "id": 90,
                        "employee": "CC-0057",
                        "unit": "X-DONG-MAN",
                        "schedule": None,
                        "terminals": [],
                        "from": "2024-01-01",
                        "to": "2025-07-15",
                        "document": "QĐ 3/QĐ-UBND",
                        "recorded_at": "2025-07-10T02:00:00+00:00",
                    },
                    "begun": {
                        "id": 91,
                        "employee": "CC-0057",
                        "unit": "X-TAN-MAI",
                        "schedule": None,
                        "terminals": [],
                        "from": "2025-07-16",
                        "to": None,
                        "document": "QĐ 40/QĐ-UBND",
                        "recorded_at": "2025-07-10T02:00:00+00:00",
                    },
                }
            ]
        }
    )
    ended: Assignment | None = Field(description="The one that ended the day before; null: it would have begun then.")
    begun: Assignment = Field(description="The one that begins.")
