"""The parts of a case that are rules: policy, schedules, calendar, units."""

from __future__ import annotations

from datetime import date
from itertools import chain, pairwise

from attendance.facts import Unit
from attendance.rules.calendar import ENTRY_KINDS, CalendarEntry
from attendance.rules.citation import Citation
from attendance.rules.policy import Policy
from attendance.rules.schedule import REGIMES, WEEKDAYS, Schedule, ScheduleVersion, SessionHours, parse_minutes
from attendance.scenario.moments import local, validity
from attendance.scenario.reading import Node

VERSION_KEYS = {"from", "to", "regime", "sessions", "weekdays", "by_weekday", "recorded_at", "document", "article"}
WEEK_MINUTES = 7 * 24 * 60


def read_policy(node: Node) -> Policy:
    base = Policy()
    keys = {name for name in Policy.__slots__ if name != "citation"}
    if node.value is None or not node.keys(keys):
        return base
    number = {
        name: node.child(name).integer(getattr(base, name), 0, 100_000)
        for name in (
            "late_grace_minutes", "early_grace_minutes", "duplicate_window_seconds", "clock_tolerance_seconds",
            "session_window_minutes", "repeat_minutes", "explanation_deadline_workdays", "absent_over_minutes",
        )
    }  # fmt: skip
    grades = tuple(
        (grade, _bound(pair, 0) or 0, _bound(pair, 1)) for grade, pair in node.child("grade_thresholds").items()
    )
    return Policy(
        **number,  # type: ignore[arg-type]
        site_policy=node.child("site_policy").choice(("any", "home_only"), base.site_policy),
        track_mid_session=node.child("track_mid_session").boolean(base.track_mid_session),
        missing_punch_refused=node.child("missing_punch_refused").choice(("none", "session"), "none"),
        grade_thresholds=grades or base.grade_thresholds,
    )


def _bound(pair: Node, index: int) -> int | None:
    bounds = list(pair.each())
    return bounds[index].integer(None, 0) if len(bounds) == 2 else None


def read_units(node: Node) -> tuple[Unit, ...]:
    units = [
        Unit(
            code=entry.child("code").text(),
            name=entry.child("name").text(),
            parent=entry.child("parent").optional_text(),
            schedule=entry.child("schedule").optional_text(),
        )
        for entry in node.each()
        if entry.keys({"code", "name", "parent", "schedule"}, {"code"})
    ]
    return tuple(units) or (Unit("A"),)


def read_schedules(node: Node, zone: str) -> dict[str, Schedule]:
    schedules = {}
    for code, entry in node.items():
        if "versions" in entry:
            entry.keys({"versions"})
            written = [(version, _version(version, code, zone)) for version in entry.child("versions").each()]
            versions = [(at, version) for at, version in written if version is not None]
            _refuse_overlapping_versions(versions)
        else:
            flat = _version(entry, code, zone)
            versions = [(entry, flat)] if flat else []
        schedules[code] = Schedule(code, tuple(version for _, version in versions))
    return schedules


def _refuse_overlapping_versions(versions: list[tuple[Node, ScheduleVersion]]) -> None:
    for later, (node, version) in enumerate(versions):
        for _, earlier in versions[:later]:
            if _meet(version.from_on, version.to_on, earlier.from_on, earlier.to_on):
                node.refuse("overlap", "this version holds on dates of an earlier one; end that one before")
                break


def _meet(from_on: date | None, to_on: date | None, other_from: date | None, other_to: date | None) -> bool:
    """Whether two spans of dates, ends included, share one."""
    starts_after = to_on is not None and other_from is not None and other_from > to_on
    ends_before = other_to is not None and from_on is not None and other_to < from_on
    return not (starts_after or ends_before)


def _version(node: Node, code: str, zone: str) -> ScheduleVersion | None:
    if not node.keys(VERSION_KEYS, {"regime", "sessions", "weekdays"}):
        return None
    from_on, to_on = validity(node)
    weekdays = [
        WEEKDAYS.index(name)
        for day in node.child("weekdays").each()
        if (name := day.choice(WEEKDAYS, "mon")) in WEEKDAYS
    ]
    sessions = _sessions(node.child("sessions"))
    by_weekday = tuple(
        (WEEKDAYS.index(name), _sessions(replaced))
        for name, replaced in node.child("by_weekday").items()
        if _known_weekday(name, replaced)
    )
    version = ScheduleVersion(
        regime=node.child("regime").choice(REGIMES, "per_session"),
        sessions=_in_order(sessions),
        weekdays=frozenset(weekdays),
        by_weekday=tuple((day, _in_order(replaced)) for day, replaced in by_weekday),
        from_on=from_on,
        to_on=to_on,
        recorded_at=local(node.child("recorded_at"), zone),
        citation=Citation(
            f"schedule.{code}", from_on, to_on, node.child("document").text(), node.child("article").text()
        ),
    )
    _refuse_overlapping_sessions(version, sessions, dict(by_weekday))
    return version


def _known_weekday(name: str, node: Node) -> bool:
    if name not in WEEKDAYS:
        node.refuse("unknown_key", f"{name!r} is not one of {', '.join(WEEKDAYS)}")
    return name in WEEKDAYS


def _sessions(node: Node) -> list[tuple[Node, SessionHours]]:
    """Sessions with the node each was written at, in the order written."""
    found = []
    for name, entry in node.items():
        times = list(entry.each())
        if len(times) != 2:
            entry.refuse("wrong_type", "a session is a start and an end, for example ['07:30', '12:00']")
            continue
        minutes = [_minutes(time) for time in times]
        if minutes[0] is not None and minutes[1] is not None:
            starts, ends = minutes[0], minutes[1]
            found.append((entry, SessionHours(name, starts, ends if ends > starts else ends + 24 * 60)))
    return found


def _in_order(sessions: list[tuple[Node, SessionHours]]) -> tuple[SessionHours, ...]:
    return tuple(sorted((hours for _, hours in sessions), key=lambda hours: hours.starts))


def _minutes(node: Node) -> int | None:
    text = node.text()
    if not text:
        return None
    try:
        return parse_minutes(text)
    except ValueError as error:
        node.refuse("bad_time", str(error))
        return None


def _refuse_overlapping_sessions(
    version: ScheduleVersion,
    sessions: list[tuple[Node, SessionHours]],
    by_weekday: dict[int, list[tuple[Node, SessionHours]]],
) -> None:
    """Sessions of a week overlap also across midnight, where both weekdays are worked; the later one is named."""
    placed = sorted(
        (
            (weekday * 24 * 60 + hours.starts, weekday * 24 * 60 + hours.ends, weekday in by_weekday, node)
            for weekday in sorted(version.weekdays)
            for node, hours in by_weekday.get(weekday, sessions)
        ),
        key=lambda placed: placed[:2],
    )
    if not placed:
        return
    around = [*placed, (placed[0][0] + WEEK_MINUTES, placed[0][1] + WEEK_MINUTES, placed[0][2], placed[0][3])]
    order = {id(node): position for position, (node, _) in enumerate(chain(sessions, *by_weekday.values()))}
    for (_, end, _, node), (start, _, _, following) in pairwise(around):
        if start < end:
            later = max(node, following, key=lambda at: order.get(id(at), 0))
            later.refuse("overlap", "this session begins before the one ahead of it has ended")


def read_calendar(node: Node, units: set[str], zone: str) -> tuple[CalendarEntry, ...]:
    entries, at = [], []
    for entry in node.each():
        if not entry.keys({"date", "kind", "for", "unit", "session", "recorded_at", "document"}, {"date", "kind"}):
            continue
        on = entry.child("date").day()
        unit, session = entry.child("unit").optional_text(), entry.child("session").optional_text()
        if unit is not None and unit not in units:
            entry.child("unit").refuse("unknown_reference", f"there is no unit {unit!r} in this case")
        if on is not None:
            at.append(entry)
            entries.append(
                CalendarEntry(
                    on=on,
                    kind=entry.child("kind").choice(tuple(sorted(ENTRY_KINDS)), "workday"),
                    unit=unit,
                    session=None if session == "all" else session,
                    pair_on=entry.child("for").day(),
                    recorded_at=local(entry.child("recorded_at"), zone),
                    citation=Citation("calendar", on, on, entry.child("document").text()),
                )
            )
    _refuse_lone_swaps(at, entries)
    return tuple(entries)


def _refuse_lone_swaps(nodes: list[Node], entries: list[CalendarEntry]) -> None:
    """A swap is two entries that name each other."""
    halves = {("swapped_off", e.on, e.pair_on) for e in entries if e.kind == "swapped_off"}
    halves |= {("swapped_work", e.on, e.pair_on) for e in entries if e.kind == "swapped_work"}
    opposite = {"swapped_off": "swapped_work", "swapped_work": "swapped_off"}
    for node, entry in zip(nodes, entries, strict=True):
        if entry.kind in opposite and (opposite[entry.kind], entry.pair_on, entry.on) not in halves:
            node.refuse("lone_swap", f"a {entry.kind} day needs its {opposite[entry.kind]} half that names it in `for`")
