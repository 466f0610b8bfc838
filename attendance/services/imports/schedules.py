"""Official hours: the rows of one schedule and span are the sessions of one version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from attendance.rules.schedule import WEEKDAYS, session_hours
from attendance.services.imports.lookups import is_code
from attendance.services.imports.taking import Taking, Values, day, meets
from attendance.sheets import Row
from attendance.store import import_reading
from attendance.store.tables import ScheduleRow, ScheduleVersionRow

_DAY = timedelta(days=1)
_WORKDAYS = WEEKDAYS[:5]
Sessions = dict[str, list[str]]


def take(taking: Taking, rows: Sequence[Row]) -> None:
    versions: dict[int, list[Values]] = {}
    for stored in import_reading.standing(taking.session, ScheduleVersionRow):
        versions.setdefault(stored["schedule_id"], []).append(stored)
    groups: dict[tuple[str, date | None, date | None], list[Row]] = {}
    for row in rows:
        key = (str(row.values["schedule"]), _date(row, "from"), _date(row, "to"))
        groups.setdefault(key, []).append(row)
    for (code, from_on, to_on), group in sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] or date.min)):
        _take_version(taking, code, from_on, to_on, group, versions)


def _take_version(
    taking: Taking,
    code: str,
    from_on: date | None,
    to_on: date | None,
    group: Sequence[Row],
    versions: dict[int, list[Values]],
) -> None:
    first = group[0]
    is_code(taking, first, "schedule")
    if from_on and to_on and to_on < from_on:
        taking.refuse(first, "to", "ends_before", begins=day(from_on))
    hours = _hours(taking, group)
    found = taking.known.schedules.find(code)
    schedule = found[0] if len(found) == 1 else None
    stored = versions.get(schedule["id"], []) if schedule is not None else []
    begun = next((each for each in stored if each["from_on"] == from_on), None)
    others = [each for each in stored if each is not begun]
    until = to_on if to_on is not None or begun is None else begun["to_on"]
    if begun is not None and _says(begun) == _says(hours) and until == begun["to_on"]:
        if not _any_wrong(taking, group):
            _settle(taking, group, "unchanged")
        return
    ended = _open_before(others, from_on)
    met = next((each for each in others if each is not ended and meets(each, from_on, until)), None)
    if met is not None:
        begins, ends = day(met["from_on"]), day(met["to_on"])
        taking.refuse(first, "from", "hours_overlap", schedule=code, begins=begins, ends=ends)
    if _any_wrong(taking, group):
        for row in group:  # one version is one thing: without one of its rows it would be another
            if not taking.is_wrong(row):
                taking.refuse(row, "schedule", "beside_a_wrong_row", schedule=code)
        return
    if schedule is None:
        schedule = _new_schedule(taking, first, code)
    held = versions.setdefault(schedule["id"], [])
    if ended is not None:
        assert from_on is not None
        held.remove(ended)
        held.append(taking.replace(ScheduleVersionRow, first, ended, to_on=from_on - _DAY))
    if begun is not None:
        held.remove(begun)
        held.append(taking.replace(ScheduleVersionRow, first, begun, **hours, to_on=until))
        _settle(taking, group, "changed")
        return
    values: dict[str, Any] = {"document": "", "article": "", "from_on": from_on, "to_on": until, **hours}
    held.append(taking.add(ScheduleVersionRow, first, schedule_id=schedule["id"], **values))
    _settle(taking, group, "changed" if ended is not None else "new")


def _hours(taking: Taking, group: Sequence[Row]) -> dict[str, Any]:
    """Regime, sessions and weekdays of the rows of a version; wrong ones are refused."""
    regime = group[0].values["regime"]
    on: dict[str, Sessions] = {}
    for row in group:
        name, start, end = (str(row.values[part]) for part in ("session", "start", "end"))
        if row.values["regime"] != regime:
            taking.refuse(row, "regime", "other_regime", regime=str(regime), row=group[0].number)
        try:
            session_hours(name, start, end)
        except ValueError:
            taking.refuse(row, "end", "no_hours")
            continue
        weekdays = row.values["weekdays"] or _WORKDAYS
        assert isinstance(weekdays, tuple)
        for weekday in weekdays:
            sessions = on.setdefault(weekday, {})
            if name in sessions:
                taking.refuse(row, "session", "session_twice", session=name)
                break
            if any(_overlap((start, end), (held[0], held[1])) for held in sessions.values()):
                taking.refuse(row, "start", "sessions_overlap")
                break
            sessions[name] = [start, end]
    return {"regime": regime, **_week(on)}


def _week(on: dict[str, Sessions]) -> dict[str, Any]:
    """The hours most weekdays have, and beside them those of the others."""
    weekdays = [weekday for weekday in WEEKDAYS if weekday in on]
    alike = Counter(repr(sorted(on[weekday].items())) for weekday in weekdays)
    usual = alike.most_common(1)[0][0] if alike else ""
    sessions = next((on[weekday] for weekday in weekdays if repr(sorted(on[weekday].items())) == usual), {})
    others = {weekday: on[weekday] for weekday in weekdays if repr(sorted(on[weekday].items())) != usual}
    return {"sessions": sessions, "weekdays": weekdays, "by_weekday": others}


def _overlap(a: tuple[str, str], b: tuple[str, str]) -> bool:
    first, second = session_hours("", *a), session_hours("", *b)
    return first.starts < second.ends and second.starts < first.ends


def _says(version: dict[str, Any]) -> tuple[Any, ...]:
    def week(weekday: str) -> Sessions | None:
        if weekday not in version["weekdays"]:
            return None
        found: Sessions = version["by_weekday"].get(weekday, version["sessions"])
        return {name: list(times) for name, times in found.items()}

    return version["regime"], [week(weekday) for weekday in WEEKDAYS]


def _open_before(others: Sequence[Values], from_on: date | None) -> Values | None:
    """The version without an end that the new one follows: the season before."""
    if from_on is None:
        return None
    begun = [each for each in others if each["to_on"] is None and (each["from_on"] or date.min) < from_on]
    return begun[0] if begun else None


def _new_schedule(taking: Taking, row: Row, code: str) -> Values:
    again = taking.known.lost_schedules.pop(code, None)
    if again is not None:
        taking.pen.change(ScheduleRow, again["id"], row.number, "withdrawn_at", again["withdrawn_at"], None)
        schedule = again | {"withdrawn_at": None}
    else:
        schedule = taking.add(ScheduleRow, row, code=code, name=code)
    taking.known.schedules.learn(schedule)
    return schedule


def _settle(taking: Taking, group: Sequence[Row], state: Any) -> None:
    for row in group:
        taking.settle(row, state)


def _any_wrong(taking: Taking, group: Sequence[Row]) -> bool:
    return any(taking.is_wrong(row) for row in group)


def _date(row: Row, name: str) -> date | None:
    value = row.values[name]
    return value if isinstance(value, date) else None
