"""Values of a row that people split over several columns, put together as the kind wants them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from attendance.sheets import plain
from attendance.sheets.choices import ABSENCE_CODES
from attendance.sheets.kinds import Kind
from attendance.sheets.problems import Problem
from attendance.sheets.rows import Value

Refuse = Callable[[str, Problem], None]


@dataclass(slots=True)
class Draft:
    """One row on its way: `values` by target, parts too; `wrong`: targets with an error already; `texts`: as written.

    `present`: targets that have a column in the sheet.
    """

    values: dict[str, Value]
    wrong: set[str]
    texts: dict[str, str]
    present: frozenset[str]
    stored: frozenset[str]

    def get(self, name: str) -> Value:
        return self.values.get(name)

    def lacks(self, name: str) -> bool:
        return self.values.get(name) is None and name not in self.wrong


def complete(kind: Kind, draft: Draft, refuse: Refuse) -> None:
    """Parts become canonical values; what contradicts itself is refused at its cell."""
    if "family_name" in draft.present or "given_name" in draft.present:
        _name(draft, refuse)
    if kind.name == "schedules":
        _hours(draft, "start", "end", refuse)
    if kind.name in ("absences", "rosters"):
        _hours(draft, "start_time", "end_time", refuse)
        _days(kind, draft, refuse)
    if kind.name == "absences":
        _absence(draft, refuse)
    _order(kind, draft, refuse)


def _name(draft: Draft, refuse: Refuse) -> None:
    family, given = draft.get("family_name"), draft.get("given_name")
    if family and given:
        draft.values["name"] = f"{family} {given}"
    elif family or given:
        refuse("given_name" if family else "family_name", Problem("required"))
        draft.wrong.add("name")


def _hours(draft: Draft, start: str, end: str, refuse: Refuse) -> None:
    """`7h30-11h30` in one cell, in place of two columns; both are only taken where they agree."""
    written = draft.values.pop("hours", None)
    if not isinstance(written, tuple):
        return
    for name, said in zip((start, end), written, strict=True):
        if draft.get(name) not in (None, said):
            refuse("hours", Problem("disagrees", value=draft.texts["hours"], other=str(draft.get(name))))
            return
        draft.values[name] = said


def _days(kind: Kind, draft: Draft, refuse: Refuse) -> None:
    on = draft.get("date")
    if draft.lacks("from") and isinstance(on, date):
        draft.values["from"] = on
        if draft.lacks("to") and "to" not in draft.present and draft.lacks("days"):
            draft.values["to"] = on
        if draft.lacks("to") and draft.get("end_time") is not None:
            draft.values["to"] = on
    if "date" in draft.wrong and draft.lacks("from"):
        draft.wrong.update(("from", "to"))
    _count(kind, draft, refuse)
    starts, ends = draft.get("start_time"), draft.get("end_time")
    for mine, other in (("start_time", "end_time"), ("end_time", "start_time")):
        if draft.get(mine) is not None and draft.lacks(other):
            refuse(other, Problem("required"))
            return
    if isinstance(starts, str) and isinstance(ends, str):
        _with_times(draft, starts, ends, refuse)
    elif kind.name == "rosters":
        for name in ("from", "to"):
            if draft.get(name) is not None and not isinstance(draft.get(name), datetime):
                refuse(name, Problem("time_missing", value=draft.texts.get(name) or draft.texts.get("date", "")))
    elif isinstance(draft.get("from"), datetime) and "to" in draft.stored and not isinstance(draft.get("to"), datetime):
        refuse("to", Problem("time_missing", value=draft.texts["to"]))


def _with_times(draft: Draft, starts: str, ends: str, refuse: Refuse) -> None:
    """Dates and times from columns of their own; an end before the start on one date is on the next day."""
    first, last = draft.get("from"), draft.get("to")
    if last is None and isinstance(first, date) and "to" not in draft.present:
        last = first
    for name, value in (("from", first), ("to", last)):
        if isinstance(value, datetime):
            refuse(name, Problem("time_twice", value=draft.texts.get(name, "")))
            return
    if isinstance(first, date) and draft.lacks("to") and last is None:
        refuse("to", Problem("last_day_missing"))
    if not isinstance(first, date) or not isinstance(last, date):
        return
    begin, end = _moment(first, starts), _moment(last, ends)
    if end <= begin and first == last:
        end += timedelta(days=1)
    draft.values["from"], draft.values["to"] = begin, end


def _moment(on: date, clock: str) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return datetime.combine(on, time()) + timedelta(hours=hours, minutes=minutes)


def _count(kind: Kind, draft: Draft, refuse: Refuse) -> None:
    """How many days, in place of the last one. More than one is not counted on: nobody knows over which days off."""
    if kind.name != "absences" or not draft.lacks("to") or draft.get("from") is None:
        return
    written = draft.get("days")
    if written is None and draft.get("session") not in (None, "all") and not isinstance(draft.get("from"), datetime):
        draft.values["to"] = draft.get("from")  # half a day is of one day
        return
    if isinstance(draft.get("from"), datetime) or written is None:
        if draft.get("start_time") is None or draft.get("end_time") is None:
            refuse("to" if "to" in draft.present else "days", Problem("last_day_missing"))
        return
    said = str(written).replace(",", ".").casefold().replace("ngày", "").strip()
    half = said in ("0.5", "1/2", "½", ".5", "nửa")
    if said in ("1", "1.0", "01") or (half and draft.get("session") not in (None, "all")):
        draft.values["to"] = draft.get("from")
    elif half:
        refuse("session" if "session" in draft.present else "days", Problem("session_missing", value=str(written)))
    else:
        refuse("to" if "to" in draft.present else "days", Problem("last_day_missing", value=str(written)))


def _absence(draft: Draft, refuse: Refuse) -> None:
    """Kind and code tell each other: `Nghỉ phép` is leave P, `Công tác` a mission, `Ô` leave."""
    found, code = draft.get("kind"), draft.get("code")
    said = next((one for one in ABSENCE_CODES if one.value == found), None)
    if said is not None:  # the kind of leave stands where the kind of paper is asked for
        draft.values["kind"] = said.implies["kind"]
        if code is None and "code" not in draft.wrong:
            draft.values["code"] = said.value
        elif isinstance(code, str) and code != said.value and said.value != "CT":
            refuse("code", Problem("disagrees", value=draft.texts.get("code", ""), other=draft.texts.get("kind", "")))
            return
        found, code = draft.get("kind"), draft.get("code")
    meant = plain.meant(str(code), ABSENCE_CODES) if isinstance(code, str) else None
    implied = meant.implies["kind"] if meant is not None else None
    if found is None and "kind" not in draft.wrong and implied is not None:
        draft.values["kind"] = found = implied
    if found is not None and implied is not None and implied != found:
        refuse(
            "code", Problem("disagrees", value=draft.texts.get("code", str(code)), other=draft.texts.get("kind", ""))
        )
        return
    if found == "mission" and code == "CT":
        draft.values["code"] = None
    if found in ("leave", "exemption") and draft.lacks("code") and "kind" not in draft.wrong:
        refuse(
            "code" if "code" in draft.present else "kind",
            Problem("leave_code_missing", value=draft.texts.get("kind", "")),
        )


def _order(kind: Kind, draft: Draft, refuse: Refuse) -> None:
    if not {"from", "to"} <= {column.name for column in kind.columns}:
        return
    first, last = draft.get("from"), draft.get("to")
    if not isinstance(first, date) or not isinstance(last, date) or {"from", "to"} & draft.wrong:
        return
    begin = first if isinstance(first, datetime) else datetime.combine(first, time())
    end = last if isinstance(last, datetime) else datetime.combine(last, time(23, 59, 59))
    if end <= begin:
        refuse("to", Problem("end_before_start", value=plain.shown(last), other=plain.shown(first)))
