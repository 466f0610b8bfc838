"""The words of a scenario document: dates, moments, what was known when, and the defaults of `scenario.md`.

Inside the oracle every moment is an instant: a naive datetime in UTC, so that differences are true ones (§2). `wall`
and `date_of` turn it back into the unit's own time wherever the rules speak of a date or a time of day.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

Doc = dict[str, Any]

MINUTE = timedelta(minutes=1)
DEFAULT_ZONE = "Asia/Ho_Chi_Minh"
MOMENTS = ("from", "to", "at", "received_at", "approved_at", "submitted_at", "decided_at", "recorded_at")


class Undecided(NotImplementedError):
    """rules.md does not say what this document means."""


def prepared(document: Doc) -> Doc:
    """The document with its defaults written out and its moments as instants; an impossible date becomes None."""
    zone = document.get("timezone") or DEFAULT_ZONE
    found = {key: turned(value, zone) for key, value in document.items() if key not in ("expect", "refuse")}
    found["timezone"] = zone
    units = found["units"] = found.get("units") or [{"code": "A"}]
    terminals = found["terminals"] = found.get("terminals") or [{"code": "T-A"}]
    people = found["employees"] = found.get("employees") or [{"code": "E1"}]
    for person in people:
        person["assignments"] = person.get("assignments") or [{}]
        for assignment in person["assignments"]:
            assignment.setdefault("unit", units[0]["code"])
            assignment["terminals"] = assignment.get("terminals") or [terminals[0]["code"]]
        for pin in person.get("pins") or []:
            pin.setdefault("terminal", terminals[0]["code"])
    found["facts"] = found.get("facts") or []
    for fact in found["facts"]:  # a code that is left out is the only one there is
        fact.setdefault("employee", people[0]["code"])
        fact.setdefault("terminal", terminals[0]["code"])
        fact.setdefault("unit", units[0]["code"])
    found["punches"] = found.get("punches") or []
    for punch in found["punches"]:
        punch.setdefault("terminal", terminals[0]["code"])
        if punch.get("pin") is None:
            punch.setdefault("employee", people[0]["code"])
    return found


def turned(value: Any, zone: str, key: str = "") -> Any:
    """A value with every moment in it as an instant. A date of validity stays as it is written."""
    if isinstance(value, dict):
        return {k: turned(v, zone, k) for k, v in value.items()}
    if isinstance(value, list):
        return [turned(v, zone) for v in value]
    if key in MOMENTS and (isinstance(value, datetime) or (isinstance(value, str) and len(value) > len("2026-03-04"))):
        try:
            written = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            return None
        return instant(written, zone)
    return value


@lru_cache(maxsize=100_000)
def instant(written: datetime, zone: str) -> datetime:
    """The instant of a wall time of the zone; one with Z or an offset says itself when it was."""
    if written.tzinfo is None:
        written = written.replace(tzinfo=ZoneInfo(zone))
    return written.astimezone(UTC).replace(tzinfo=None)


@lru_cache(maxsize=100_000)
def wall(at: datetime, zone: str) -> datetime:
    """What a clock on the wall shows at an instant."""
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def date_of(document: Doc, at: datetime) -> date:
    """The calendar date of an instant in the unit's zone."""
    return wall(at, document["timezone"]).date()


def is_night(document: Doc, minute: datetime) -> bool:
    """Night is 22:00-06:00 (§3.4)."""
    hour = wall(minute, document["timezone"]).hour
    return hour >= 22 or hour < 6


def text_of(document: Doc, at: datetime) -> str:
    """A moment as a scenario writes it: in the unit's zone, seconds only where there are any."""
    shown = wall(at, document["timezone"])
    return shown.isoformat(timespec="seconds" if shown.second else "minutes")


def clock_time(document: Doc, on: date, text: str) -> datetime:
    """HH:MM of a date; from 24:00 on it lies on the next day (§3.3)."""
    hours, minutes = (int(part) for part in text.split(":"))
    later = on + timedelta(days=hours // 24)
    return instant(datetime.combine(later, time(hours % 24, minutes)), document["timezone"])


def minutes_between(starts: datetime, ends: datetime) -> set[datetime]:
    """The whole minutes of a span, each named by its first moment."""
    return {starts + n * MINUTE for n in range(int((ends - starts) / MINUTE))}


def day(value: Any) -> date:
    """The date that is written, as text or as a YAML date."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value)


def known(entry: Doc, key: str, as_of: datetime | None) -> bool:
    """True when the entry was recorded, approved or decided by as_of; without a time it always was."""
    return as_of is None or entry.get(key) is None or entry[key] <= as_of


def valid(entry: Doc, on: date) -> bool:
    """Dates of validity include both ends (§2)."""
    begun = entry.get("from") is None or day(entry["from"]) <= on
    return begun and (entry.get("to") is None or on <= day(entry["to"]))


def during(fact: Doc, at: datetime) -> bool:
    """Times include `from` and exclude `to` (§2)."""
    return (fact.get("from") is None or fact["from"] <= at) and (fact.get("to") is None or at < fact["to"])


def facts(document: Doc, kind: str, employee: str | None = None) -> list[Doc]:
    """The facts of one kind, of one employee where one is named."""
    return [f for f in document["facts"] if f["kind"] == kind and (employee is None or f["employee"] == employee)]


def policy(document: Doc, key: str, default: Any) -> Any:
    """One setting of the policy, else its default."""
    return (document.get("policy") or {}).get(key, default)


def terminal_called(document: Doc, code: str) -> Doc:
    return next(t for t in document["terminals"] if t["code"] == code)


def unit_chain(document: Doc, unit: str, on: date) -> list[Doc]:
    """The unit and all above it on a date, nearest first; a unit that merged by then is the one it merged into."""
    chain: list[Doc] = []
    at: str | None = unit
    while at is not None:
        here = unit_on(document, at, on)
        merged = here.get("into") if here.get("to") is not None and day(here["to"]) < on else None
        if merged is None:
            chain.append(here)
        at = merged or here.get("parent")
    return chain


def unit_on(document: Doc, code: str, on: date) -> Doc:
    """The version of the unit on a date; before all of them the first, after all of them the last."""
    versions = [u for u in document["units"] if u["code"] == code]
    versions.sort(key=lambda u: day(u["from"]) if u.get("from") is not None else date.min)
    begun = [u for u in versions if u.get("from") is None or day(u["from"]) <= on]
    return begun[-1] if begun else versions[0]
