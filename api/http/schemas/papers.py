"""Papers: leave, missions, exemptions, protections, overtime, places of work, outages, decisions of the calendar."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.http.params import IsoDate
from api.http.schemas.parts import Code, Given, Line, ListFrame, readable

PaperStatus = Literal["proposed", "approved", "refused", "withdrawn"]
Moment = Annotated[str, StringConstraints(min_length=16, max_length=40)]
Text = Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True), AfterValidator(readable)]

_PAPER = {
    "id": 57,
    "kind": "leave",
    "status": "approved",
    "version": 2,
    "employee": "CC-0057",
    "name": "Nguyễn Thị Thu Hà",
    "unit": "X-TAN-MAI",
    "terminal": None,
    "code": "P",
    "from": "2026-11-25",
    "to": "2026-11-26",
    "document": "ĐP 57",
    "place": "",
    "note": "Việc gia đình",
    "content": {"days": [{"date": "2026-11-25", "session": "all"}, {"date": "2026-11-26", "session": "am"}]},
    "author": "ha.nguyen",
    "recorded_at": "2026-11-20T02:00:00+00:00",
    "decision": "approved",
    "decided_by": "nam.truongphong",
    "decided_at": "2026-11-20T03:10:00+00:00",
    "decision_note": "",
    "withdrawn_by": None,
    "withdrawn_at": None,
    "withdrawal_note": "",
}


class Paper(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_PAPER]})
    id: int = Field(description="Number of the paper.")
    kind: str = Field(
        description="leave, mission, meeting, exemption, protection, overtime, site, duty, outage or calendar."
    )
    status: PaperStatus = Field(description="Where it stands: it counts while it is approved.")
    version: int = Field(description="Grows by one with each thing that happens to the paper; part of its ETag.")
    employee: str | None = Field(description="Code of the person it is about; null: of no person.")
    name: str | None = Field(description="Name of that person.")
    unit: str | None = Field(description="The unit whose paper it is; null: of the whole tree.")
    terminal: str | None = Field(description="The terminal it is about; null: about none.")
    code: str = Field(
        description="Symbol of leave, kind of exemption, protection, duty, outage or day. Empty also where it is not "
        "for the reader."
    )
    from_: dt.date | None = Field(alias="from", description="First date it speaks of; null: open.")
    to: dt.date | None = Field(description="Last date it speaks of; null: open.")
    document: str = Field(description="Number of the document. Empty also where it is not for the reader.")
    place: str = Field(description="Where a mission leads. Empty also where it is not for the reader.")
    note: str = Field(description="What its author said. Empty also where it is not for the reader.")
    content: dict[str, Any] = Field(description="What it says, by its kind.")
    author: str = Field(description="Who handed it in; empty: before this was recorded.")
    recorded_at: dt.datetime = Field(description="When it was handed in.")
    decision: str | None = Field(description="`approved` or `refused`; null: not decided.")
    decided_by: str | None = Field(description="Who decided.")
    decided_at: dt.datetime | None = Field(description="When; an approved paper counts from then on.")
    decision_note: str = Field(
        description="What was said with the decision. Empty also where it is not for the reader."
    )
    withdrawn_by: str | None = Field(description="Who took it back.")
    withdrawn_at: dt.datetime | None = Field(description="When; it counts no longer, that it did stays known.")
    withdrawal_note: str = Field(description="What was said with that. Empty also where it is not for the reader.")


class PaperList(ListFrame):
    items: list[Paper] = Field(description="Papers, the newest first.")


class Deciding(Given):
    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "Đồng ý"}]})
    note: Text = Field(default="", description="What to say with it; a refusal must say why.")


class _NewPaper(Given):
    document: Line = Field(default="", description="Number of the document, as `12/QĐ-UBND`.")
    note: Text = Field(default="", description="What its author says, for whoever decides.")


class NewAbsence(_NewPaper):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "employee": "CC-0057",
                    "code": "P",
                    "from": "2026-11-25",
                    "to": "2026-11-26",
                    "last_session": "am",
                    "note": "Việc gia đình",
                }
            ]
        }
    )
    employee: Code = Field(description="Code of the person.")
    code: Code = Field(default="P", description="Symbol of the sheet: P, Ô, Cô, Ts, T, H, Nb, No, N, LĐ, or adopted.")
    from_: IsoDate = Field(alias="from", description="First date.")
    to: IsoDate | None = Field(default=None, description="Last date; left out: one day.")
    session: Code = Field(default="all", description="`all`, `am`, `pm` or a session's name, of every date.")
    first_session: Code | None = Field(default=None, description="Of the first date, where it differs.")
    last_session: Code | None = Field(default=None, description="Of the last date, where it differs.")


class NewMission(_NewPaper):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "employee": "CC-0057",
                    "kind": "mission",
                    "starts": "2026-11-25T07:30:00+07:00",
                    "ends": "2026-11-25T11:30:00+07:00",
                    "place": "Sở Nội vụ",
                    "document": "GM 118/SNV",
                }
            ]
        }
    )
    employee: Code = Field(description="Code of the person.")
    kind: Literal["mission", "meeting"] = Field(default="mission", description="What it is.")
    starts: Moment = Field(description="When it begins, ISO 8601; without an offset the time of the office.")
    ends: Moment = Field(description="When it ends.")
    place: Line = Field(default="", description="Where it leads.")


class NewExemption(_NewPaper):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "employee": "CC-0057",
                    "code": "nursing",
                    "minutes_per_day": 60,
                    "placement": "day_end",
                    "from": "2026-11-01",
                    "to": "2027-06-30",
                    "document": "QĐ 77/QĐ-UBND",
                }
            ]
        }
    )
    employee: Code = Field(description="Code of the person.")
    code: Code = Field(description="Kind of the exemption, as `nursing`.")
    minutes_per_day: int | None = Field(default=None, ge=1, le=1440, description="Minutes of each day.")
    placement: Literal["day_start", "day_end"] = Field(default="day_end", description="At which end of the day.")
    from_: IsoDate | None = Field(default=None, alias="from", description="First date, with minutes of the day.")
    to: IsoDate | None = Field(default=None, description="Last date; left out: open.")
    dates: list[IsoDate] = Field(default_factory=list, max_length=366, description="Single dates in place of a span.")
    starts: Moment | None = Field(default=None, description="Begin of a window, in place of minutes of the day.")
    ends: Moment | None = Field(default=None, description="End of the window.")


class NewProtection(_NewPaper):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"employee": "CC-0057", "code": "pregnancy_m7", "from": "2026-11-01"}]}
    )
    employee: Code = Field(description="Code of the person.")
    code: Code = Field(description="The protection, as `pregnancy_m7`: no night work.")
    from_: IsoDate = Field(alias="from", description="First date.")
    to: IsoDate | None = Field(default=None, description="Last date; left out: open.")


class NewOvertime(_NewPaper):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "employee": "CC-0057",
                    "starts": "2026-11-25T17:00:00+07:00",
                    "ends": "2026-11-25T20:00:00+07:00",
                    "document": "QĐ 90/QĐ-UBND",
                }
            ]
        }
    )
    employee: Code = Field(description="Code of the person.")
    starts: Moment = Field(description="When it begins, ISO 8601; without an offset the time of the office.")
    ends: Moment = Field(description="When it ends.")


class NewSiteFact(_NewPaper):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"employee": "CC-0057", "date": "2026-11-25", "terminals": ["MCC-02"]}]}
    )
    employee: Code = Field(description="Code of the person.")
    date: IsoDate = Field(description="On which date.")
    session: Code | None = Field(default=None, description="In which session; left out: all day.")
    terminals: list[Code] = Field(min_length=1, max_length=50, description="Terminals the person depends on then.")


class NewOutage(_NewPaper):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "terminal": "MCC-01",
                    "starts": "2026-11-25T06:30:00+07:00",
                    "ends": "2026-11-25T09:30:00+07:00",
                    "document": "BB 3/2026",
                }
            ]
        }
    )
    terminal: Code = Field(description="Code of the terminal.")
    starts: Moment = Field(description="Since when, ISO 8601; without an offset the time of the office.")
    ends: Moment = Field(description="Until when.")
    mode: Literal["dead", "network"] = Field(
        default="dead", description="`dead`: punches were impossible. `network`: they only came late."
    )


class NewCalendarDecision(_NewPaper):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"date": "2026-12-31", "kind": "swapped_off", "for": "2027-01-09", "document": "TB 5/TB-BNV"},
            ]
        }
    )
    date: IsoDate = Field(description="The date it is about.")
    kind: Literal["workday", "weekend", "holiday", "compensation", "swapped_off", "swapped_work", "stoppage"] = Field(
        description="What the date becomes; `workday` takes an entry back. A swap files both its halves."
    )
    for_: IsoDate | None = Field(default=None, alias="for", description="The date a swap swaps with.")
    unit: Code | None = Field(default=None, description="Unit it holds for, with those below; left out: all.")
    session: Code | None = Field(default=None, description="Session it holds for; left out: the whole day.")
