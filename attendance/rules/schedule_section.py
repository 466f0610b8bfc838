"""Hours as they are written, in case files and in rule files: versions of the sessions of a week."""

from __future__ import annotations

from datetime import time
from itertools import chain, pairwise

from attendance.reading import Node, local, validity
from attendance.rules.citation import Citation
from attendance.rules.schedule import REGIMES, WEEKDAYS, ScheduleVersion, SessionHours, parse_minutes

HOURS_KEYS = {"from", "to", "regime", "sessions", "weekdays", "by_weekday", "document", "article"}
WEEK_MINUTES = 7 * 24 * 60


def read_version(
    node: Node, code: str, zone: str, *, recorded: str, beside: frozenset[str] = frozenset()
) -> ScheduleVersion | None:
    """A version of a schedule. `recorded`: what the format calls the time it became known; `beside`: keys of others."""
    if not node.keys(HOURS_KEYS | {recorded} | beside, {"regime", "sessions", "weekdays"}):
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
        recorded_at=local(node.child(recorded), zone),
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
    """Minutes from 00:00 of a text, or of a time where the format has such a value (TOML)."""
    if isinstance(node.value, time):
        if node.value.second or node.value.microsecond:
            node.refuse("bad_time", f"{node.value} has seconds; sessions begin and end on whole minutes, as 07:30:00")
            return None
        return node.value.hour * 60 + node.value.minute
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
            later.refuse("overlap", "this session begins before the one ahead of it has ended; correct one of the two")
