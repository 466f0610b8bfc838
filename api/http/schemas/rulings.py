"""Verdicts and violations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import ListFrame

_OCCURRENCE: dict[str, Any] = {
    "id": "57-20261120-am-late",
    "type": "late",
    "session": "am",
    "minutes": 12,
    "excused_min": 0,
    "counted_min": 12,
    "status": "counted",
}
_VERDICT: dict[str, Any] = {
    "employee": "CC-0057",
    "name": "Nguyễn Thị Thu Hà",
    "unit": "X-TAN-MAI",
    "date": "2026-11-20",
    "day_kind": "workday",
    "scheduled_min": 480,
    "worked_min": 468,
    "credited_min": 468,
    "leave_min": 0,
    "unverified_min": 0,
    "violations": [_OCCURRENCE],
    "flags": [],
    "symbols": {"am": "+", "pm": "+"},
    "duty": [],
    "overtime": [{"from": "2026-11-20T17:30", "to": "2026-11-20T19:45", "minutes": 135, "night_min": 0, "kind": "NT"}],
    "findings": [],
    "revision": 1,
    "rulebook": "4f2a90c1d7e35b68",
    "citations": [
        {
            "rule": "schedule.HANH-CHINH",
            "from_on": "2026-10-16",
            "to_on": "2027-04-15",
            "document": "QĐ 41/QĐ-UBND",
            "article": "Điều 2",
            "version": "2026-10-16",
        }
    ],
    "cause": "first",
    "recorded_at": "2026-11-20T10:06:00+00:00",
    "superseded_at": None,
}
_VIOLATION: dict[str, Any] = {
    "id": "57-20261120-am-late",
    "employee": "CC-0057",
    "name": "Nguyễn Thị Thu Hà",
    "unit": "X-TAN-MAI",
    "date": "2026-11-20",
    "type": "late",
    "session": "am",
    "minutes": 12,
    "excused_min": 0,
    "counted_min": 12,
    "status": "counted",
    "revision": 1,
    "recorded_at": "2026-11-20T10:06:00+00:00",
}


class Occurrence(BaseModel):
    id: str = Field(description="Lasting id of the violation.")
    type: str = Field(description="late, early, absent, missing_in, missing_out or left_post.")
    session: str = Field(description="Session of the day: am, pm or as the schedule names it.")
    minutes: int | None = Field(description="How long; null: unknown until settled.")
    excused_min: int = Field(description="Of these excused.")
    counted_min: int = Field(description="Of these counted.")
    status: str = Field(description="counted, pending, excused or partly_excused.")


class Verdict(BaseModel):
    """scheduled = credited + leave + unverified + counted minutes of the violations."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VERDICT]})
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Name of the person.")
    unit: str | None = Field(description="Unit in which they served on that day.")
    date: dt.date = Field(description="The work date.")
    day_kind: str = Field(description="workday, weekend, holiday, …")
    scheduled_min: int = Field(description="Minutes due.")
    worked_min: int = Field(description="Minutes present inside the hours due.")
    credited_min: int = Field(description="Minutes that count as worked.")
    leave_min: int = Field(description="Minutes of leave.")
    unverified_min: int = Field(description="Minutes of which nothing can be said, because a terminal was not read.")
    violations: list[Occurrence] = Field(description="What was found.")
    flags: list[str] = Field(description="What a reader should know beside it.")
    symbols: dict[str, str] = Field(description="Sign of each session on the time sheet.")
    duty: list[dict[str, Any]] = Field(description="Duties of the roster: from, to, minutes, night_min, attributed_to.")
    overtime: list[dict[str, Any]] = Field(description="Presence under an order: from, to, minutes, night_min, kind.")
    findings: list[dict[str, Any]] = Field(description="What inspections found: at, result.")
    revision: int = Field(description="1, 2, …: a newer one never overwrites an older.")
    rulebook: str = Field(description="Fingerprint of the rules it was judged by.")
    citations: list[dict[str, Any]] = Field(description="The rules it rests on, with their documents.")
    cause: str = Field(description="Why this revision was made.")
    recorded_at: dt.datetime = Field(description="When it was made.")
    superseded_at: dt.datetime | None = Field(description="When a newer one took its place; null: it holds.")


class VerdictList(ListFrame):
    items: list[Verdict] = Field(description="Verdicts by date and person.")


class Violation(Occurrence):
    model_config = ConfigDict(json_schema_extra={"examples": [_VIOLATION]})
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Name of the person.")
    unit: str | None = Field(description="Unit in which they served on that day.")
    date: dt.date = Field(description="The work date.")
    revision: int = Field(description="Revision of the verdict it is part of.")
    recorded_at: dt.datetime = Field(description="When that verdict was made.")


class ViolationList(ListFrame):
    items: list[Violation] = Field(description="Violations that stand, by date, person, session and type.")


class ViolationWithEvidence(Violation):
    model_config = ConfigDict(
        json_schema_extra={"examples": [_VIOLATION | {"current": True, "verdict": _VERDICT, "evidence": {}}]}
    )
    current: bool = Field(description="False: a newer verdict of the day no longer has it; shown as it last stood.")
    verdict: Verdict = Field(description="The whole verdict it is part of.")
    evidence: dict[str, Any] = Field(
        description="Punches with the pulls that brought them, sessions, coverage of the terminals, papers, rules with "
        "their documents, all revisions, and the statements that tell how each conclusion came about: the key of a "
        "sentence and typed values, in no language."
    )
