"""Rules in force, and what an adoption did."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.http.params import IsoDate
from api.http.schemas.parts import Code, Given


class Rule(BaseModel):
    rule: str = Field(description="Name of the rule, as `late_grace_minutes`.")
    value: Any = Field(description="What it says.")
    scope: str = Field(description="Whose version holds: `nation`, `unit A`, … or `default`.")
    from_: dt.date | None = Field(alias="from", description="First date of the version; null: always.")
    to: dt.date | None = Field(description="Last date; null: open.")
    document: str = Field(description="The document it rests on.")
    article: str = Field(description="Place in the document.")
    path: list[dict[str, Any]] = Field(description="Every scope that was asked, widest first.")


class AnnouncedDay(BaseModel):
    date: dt.date = Field(description="The date.")
    kind: str = Field(description="What it would become.")
    unit: str | None = Field(description="For which unit; null: all.")
    document: str = Field(description="Where it was announced.")


class RulesInForce(BaseModel):
    unit: str = Field(description="For which unit.")
    date: dt.date = Field(description="On which date.")
    rulebook: str = Field(description="Fingerprint of all rules as they stand.")
    rules: list[Rule] = Field(description="The rules in force.")
    announced: list[AnnouncedDay] = Field(description="Days that decide nothing until they are confirmed.")


class NewRules(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "file": 'rules = 1\n[scope]\nunit = "X-TAN-MAI"\n[[rule]]\nid = "late_grace_minutes"\nvalue = 5\n'
                    'from = 2026-12-01\ndocument = "QĐ 20/QĐ-UBND"\n'
                }
            ]
        }
    )
    file: Annotated[str, StringConstraints(min_length=1, max_length=500_000)] = Field(
        description="The text of a rule file (TOML)."
    )
    unit: Code | None = Field(default=None, description="Unit at which rules of another office's unit hold.")
    schedule: Code | None = Field(default=None, description="Code of ours for the file's one schedule.")
    replace: bool = Field(default=False, description="Let the file hold on its dates in place of what is stored.")


class TriedRules(NewRules):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "file": 'rules = 1\n[scope]\nunit = "X-TAN-MAI"\n[[rule]]\nid = "late_grace_minutes"\nvalue = 5\n',
                    "unit": "X-TAN-MAI",
                    "from": "2026-10-01",
                    "to": "2026-10-31",
                }
            ]
        }
    )
    from_: IsoDate = Field(alias="from", description="First date to try it on.")
    to: IsoDate = Field(description="Last date, included; at most 92 days in all, none of them to come.")


class Conclusion(BaseModel):
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Their name.")
    unit: str = Field(description="The unit they serve in on that date.")
    date: dt.date = Field(description="The date.")
    session: str | None = Field(description="The session; null: the day, where no session of it changes.")
    before: dict[str, Any] = Field(description="What is concluded at present.")
    after: dict[str, Any] = Field(description="What would be.")


class Trial(BaseModel):
    days_judged: int = Field(description="How many days of people were judged under both.")
    days_locked: int = Field(description="Days of locked months, which no rule changes until they are reopened.")
    conclusions_changed: int = Field(description="How many conclusions would be another.")
    people: int = Field(description="Of how many people.")
    changes: list[Conclusion] = Field(description="Those one may see, by date; at most 300.")
    left_out: int = Field(description="How many one may see are not listed.")
    hidden: int = Field(description="How many are about people whose attendance one may not see.")
    too_few: bool = Field(description="Whether there may be more, about fewer than 5 such people: in none of the sums.")


class Adopted(BaseModel):
    scope: str = Field(description="For whom the file holds.")
    code: str = Field(description="Code of that unit or person; empty: everybody.")
    filed: int = Field(description="Versions and entries that are new.")
    standing: int = Field(description="Those that stood already.")
    announced: int = Field(description="Entries that wait to be confirmed.")
    replaced: list[str] = Field(description="What no longer holds on the dates of the file.")
    days_marked: int = Field(description="Days that will be judged again.")
