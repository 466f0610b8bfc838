"""The parts of a case that are rules: policy, schedules, calendar, units."""

from __future__ import annotations

from collections.abc import Collection

from attendance.facts import Unit
from attendance.reading import Node, local
from attendance.rules.calendar import CalendarEntry
from attendance.rules.calendar_section import read_entry, refuse_lone_swaps
from attendance.rules.policy import Policy
from attendance.rules.schedule import Schedule, ScheduleVersion
from attendance.rules.schedule_section import read_version
from attendance.rules.tree import fault_of
from attendance.rules.validity import refuse_overlaps
from attendance.scenario.moments import validity


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


_UNIT_KEYS = {"code", "name", "parent", "schedule", "from", "to", "into"}
_FAULTS = {
    "overlap": "this version of the unit holds on dates of an earlier one; end that one before",
    "gap": "a unit has a place on all dates of its life; let this version begin where the one before ends",
    "outside_parent": "the unit above is not there on all dates of this one; move or end this one before",
    "cycle": "the units above this one lead back to it; name another parent",
    "successor": "a unit merges at the end of its last version into one that goes on after that date",
}


def read_units(node: Node, schedules: Collection[str]) -> tuple[Unit, ...]:
    """The units, several of one code where it changes in time. What makes no tree on some date is refused."""
    nodes = [entry for entry in node.each() if entry.keys(_UNIT_KEYS, {"code"})]
    units = [
        Unit(
            code=entry.child("code").text(),
            name=entry.child("name").text(),
            parent=entry.child("parent").optional_text(),
            schedule=entry.child("schedule").optional_text(),
            from_on=span[0],
            to_on=span[1],
            into=entry.child("into").optional_text(),
        )
        for entry in nodes
        for span in [validity(entry)]
    ]
    codes = {unit.code for unit in units}
    whole = True
    for entry, unit in zip(nodes, units, strict=True):
        named = ("parent", "unit", unit.parent, codes), ("into", "unit", unit.into, codes)
        for key, kind, code, known in (*named, ("schedule", "schedule", unit.schedule, schedules)):
            if code is not None and code not in known:
                entry.child(key).refuse("unknown_reference", f"there is no {kind} {code!r} in this case")
                whole = False
    fault = fault_of(units) if whole else None
    if fault is not None:
        nodes[fault.place].refuse(fault.kind, _FAULTS[fault.kind])
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
