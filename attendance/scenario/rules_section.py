"""The parts of a case that are rules: policy, schedules, calendar, units."""

from __future__ import annotations

from attendance.facts import Unit
from attendance.reading import Node, local
from attendance.rules.calendar import CalendarEntry
from attendance.rules.calendar_section import read_entry, refuse_lone_swaps
from attendance.rules.policy import Policy
from attendance.rules.schedule import Schedule, ScheduleVersion
from attendance.rules.schedule_section import read_version
from attendance.rules.validity import refuse_overlaps


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
            refuse_overlaps([(at, (version.from_on, version.to_on)) for at, version in versions])
        else:
            flat = _version(entry, code, zone)
            versions = [(entry, flat)] if flat else []
        schedules[code] = Schedule(code, tuple(version for _, version in versions))
    return schedules


def _version(node: Node, code: str, zone: str) -> ScheduleVersion | None:
    return read_version(node, code, zone, recorded="recorded_at")


def read_calendar(node: Node, units: set[str], zone: str) -> tuple[CalendarEntry, ...]:
    entries, at = [], []
    for entry in node.each():
        if not entry.keys({"date", "kind", "for", "unit", "session", "recorded_at", "document"}, {"date", "kind"}):
            continue
        on = entry.child("date").day()
        unit = entry.child("unit").optional_text()
        if unit is not None and unit not in units:
            entry.child("unit").refuse("unknown_reference", f"there is no unit {unit!r} in this case")
        if on is not None:
            at.append(entry)
            entries.append(read_entry(entry, on, unit=unit, recorded_at=local(entry.child("recorded_at"), zone)))
    refuse_lone_swaps(at, entries)
    return tuple(entries)
