"""What people type about a rule, read from an address or a form: a threshold or hours, with dates; or what is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from starlette.datastructures import ImmutableMultiDict

from api.pages.i18n import read_day
from attendance.rules.policy import MEASURES
from attendance.rules.schedule import WEEKDAYS, ScheduleVersion, times_of
from attendance.services.rule_drafts import Draft, Hours, Threshold
from reports.rule_trial import HOURS, LONGEST_SPAN

ROWS = 6
EVERY_DAY = "all"
SPOKEN = {"sáng": "am", "chiều": "pm", "morning": "am", "afternoon": "pm"}
FIELDS = (
    "rule", "unit", "among", "value", "first", "last", "from", "to", "document", "article", "code", "name", "regime",
)  # fmt: skip
_LONGEST = 200
_GRADE = re.compile(r"([^\s:=,;]{1,12})\s*[:=]?\s*(\d{1,6})\s*(?:[-–]\s*(\d{1,6})|(-|–|\+|trở lên)?)$")


class Unread(Exception):
    """Something that is typed cannot be meant; `problem` names its sentence."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they were typed; `rows`: name, start, end and day of each session."""

    fields: dict[str, str]
    rows: tuple[tuple[str, str, str, str], ...]
    weekdays: frozenset[str]

    @property
    def is_hours(self) -> bool:
        return self.fields["rule"] == HOURS

    @property
    def is_empty(self) -> bool:
        """Whether nothing is proposed yet: the form is only opened."""
        if self.is_hours:
            return not any(start for _, start, _, _ in self.rows)
        return "value" not in self.fields

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Everything as the parts of an address."""
        found = [(name, text) for name, text in self.fields.items() if text]
        if "value" in self.fields and not self.fields["value"]:
            found.append(("value", ""))
        if self.is_hours:
            found += [("weekday", day) for day in WEEKDAYS if day in self.weekdays]
            for row in self.rows:
                if any(row[:3]):
                    found += zip(("s_name", "s_from", "s_to", "s_day"), row, strict=True)
        return tuple(found)


def typed(given: ImmutableMultiDict[str, Any]) -> Typed:
    """What an address or a form says, cut to what fits on a line."""
    fields = {name: _line(given.get(name, "")) for name in FIELDS if name in given}
    fields.setdefault("rule", "")
    columns = [[_line(text) for text in given.getlist(name)[:ROWS]] for name in ("s_name", "s_from", "s_to", "s_day")]
    longest = max((len(column) for column in columns), default=0)
    padded = [column + [""] * (longest - len(column)) for column in columns]
    rows = tuple((name, start, end, day or EVERY_DAY) for name, start, end, day in zip(*padded, strict=True))
    days = frozenset(day for day in given.getlist("weekday") if day in WEEKDAYS)
    return Typed(fields, rows, days)


def _line(text: Any) -> str:
    return str(text)[:_LONGEST].strip() if str(text).isprintable() else ""


def draft_of(given: Typed) -> Draft:
    """The draft. Raises Unread."""
    fields = given.fields
    papers = {"document": fields.get("document", ""), "article": fields.get("article", "")}
    if given.is_hours:
        return _hours(given, papers)
    if fields["rule"] not in MEASURES:
        raise Unread("no_rule")
    return Threshold(
        fields["rule"], value_of(fields["rule"], fields.get("value", "")), fields.get("unit", ""), **papers
    )


def value_of(rule: str, text: str) -> Any:
    """A value as the rule holds it; empty is none where the rule may not hold at all. Raises Unread."""
    measure = MEASURES[rule]
    if measure.choices:
        if text not in measure.choices:
            raise Unread("value")
        return text
    if measure.unit == "yes or no":
        if text not in ("yes", "no"):
            raise Unread("value")
        return text == "yes"
    if measure.unit == "occurrences":
        return _grades(text)
    if not text and measure.optional:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 6 or int(text) > measure.high:
        raise Unread("value")
    return int(text)


def _grades(text: str) -> dict[str, list[int]]:
    """`A: 0-2, B: 3-4, C: 5-6, D: 7`; the last one is open."""
    found: dict[str, list[int]] = {}
    for part in (each.strip() for each in re.split(r"[,;]", text) if each.strip()):
        match = _GRADE.match(part)
        if match is None or match[1] in found:
            raise Unread("value")
        found[match[1]] = [int(match[2]), *([int(match[3])] if match[3] else [])]
    if not found:
        raise Unread("value")
    return found


def value_text(value: Any) -> str:
    """A value as its form field shows it, so that `value_of` reads the same again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(f"{name}: {low}{'' if high is None else f'-{high}'}" for name, low, high in value)
    return str(value)


def _hours(given: Typed, papers: dict[str, str]) -> Hours:
    sessions: dict[str, dict[str, list[str]]] = {}
    for name, start, end, day in given.rows:
        if not any((name, start, end)):
            continue
        if not (name and start and end) or day not in (EVERY_DAY, *WEEKDAYS):
            raise Unread("hours")
        listed = sessions.setdefault(day, {})
        label = SPOKEN.get(name.casefold(), name)
        if label in listed:
            raise Unread("hours")
        listed[label] = [start.replace("h", ":"), end.replace("h", ":")]
    ordinary = sessions.pop(EVERY_DAY, {})
    if not ordinary or not given.weekdays or not set(sessions) <= given.weekdays:
        raise Unread("hours")
    if not given.fields.get("code"):
        raise Unread("no_code")
    return Hours(
        code=given.fields["code"],
        sessions=ordinary,
        weekdays=[day for day in WEEKDAYS if day in given.weekdays],
        regime=given.fields.get("regime", "per_session"),
        name=given.fields.get("name", ""),
        by_weekday=sessions,
        **papers,
    )


def rows_of(version: ScheduleVersion) -> tuple[tuple[str, str, str, str], ...]:
    """Hours in force as the rows of the form."""
    found = [(hours.name, *times_of(hours), EVERY_DAY) for hours in version.sessions]
    for weekday, listed in version.by_weekday:
        found += [(hours.name, *times_of(hours), WEEKDAYS[weekday]) for hours in listed]
    return tuple(found)


def padded(rows: Sequence[tuple[str, str, str, str]]) -> tuple[tuple[str, str, str, str], ...]:
    """With empty rows for further sessions."""
    return (*rows, *[("", "", "", EVERY_DAY)] * (max(ROWS, len(rows)) - len(rows)))


def span_of(given: Typed, today: date) -> tuple[date, date]:
    """The past span a draft is tried on; last month where none is typed. Raises Unread."""
    if not given.fields.get("first") and not given.fields.get("last"):
        return last_month(today)
    first, last = day_of(given, "first", today), day_of(given, "last", today)
    if first is None or last is None:
        raise Unread("no_date")
    if last < first:
        raise Unread("backwards")
    if last > today:
        raise Unread("future")
    if (last - first).days >= LONGEST_SPAN:
        raise Unread("too_long")
    return first, last


def last_month(today: date) -> tuple[date, date]:
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def day_of(given: Typed, name: str, today: date) -> date | None:
    """A date of the form; None where nothing is typed. Raises Unread."""
    text = given.fields.get(name, "")
    if not text:
        return None
    found = read_day(text, today)
    if found is None:
        raise Unread("no_date")
    return found


def validity_of(given: Typed, today: date) -> tuple[date, date | None]:
    """From when to when a draft is to hold. Raises Unread."""
    from_on, to_on = day_of(given, "from", today), day_of(given, "to", today)
    if from_on is None:
        raise Unread("no_first")
    if to_on is not None and to_on < from_on:
        raise Unread("backwards")
    return from_on, to_on
