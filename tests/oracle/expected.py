"""What rules.md §2 and §3 expect of one person on one date: a plan with every scheduled minute listed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from .words import (
    Doc,
    Undecided,
    clock_time,
    date_of,
    day,
    during,
    facts,
    is_night,
    known,
    minutes_between,
    unit_chain,
    valid,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING = ("workday", "swapped_work")
SIGN = {"weekend": "", "holiday": "L", "compensation": "NB", "swapped_off": "NX", "stoppage": "N"}  # §7


class NoVersionError(LookupError):
    """§3.3 a date in no version is an error that names schedule and date."""


@dataclass
class Session:
    """One scheduled session of one date and what papers took of it."""

    name: str
    start: datetime
    end: datetime
    terminals: list[str]
    date: date
    duty: bool = False  # the part of a duty outside sessions: it has a window and nothing is asked of it
    counted: bool = False  # a duty that counts: what it touches is one stretch with it, also across midnight (§3.4)
    leave: str | None = None
    mission: set[datetime] = field(default_factory=set)
    exempt: set[datetime] = field(default_factory=set)

    @cached_property
    def minutes(self) -> set[datetime]:
        """Every scheduled minute, named by its first moment."""
        return minutes_between(self.start, self.end)

    @property
    def required(self) -> set[datetime]:
        """The minutes in which the person has to be there: nothing took them away (§3.5-7)."""
        return set() if self.leave is not None else self.minutes - self.mission - self.exempt


@dataclass
class Plan:
    """One date of one employed person."""

    date: date
    unit: str
    kind: str
    regime: str
    terminals: list[str]
    sessions: list[Session]
    symbols: dict[str, str]
    flags: set[str] = field(default_factory=set)


def assignment_on(document: Doc, employee: str, on: date, as_of: datetime | None) -> Doc | None:
    """§3.1 the assignment valid on the date, as recorded by as_of."""
    for person in document["employees"]:
        if person["code"] == employee:
            for assignment in person["assignments"]:
                if valid(assignment, on) and known(assignment, "recorded_at", as_of):
                    return assignment
    return None


def version_on(document: Doc, assignment: Doc, chain: list[Doc], on: date, as_of: datetime | None) -> Doc:
    """§3.3 the person's own schedule, else that of the nearest unit, in the version in force on the date."""
    name = assignment.get("schedule")
    for unit in chain:
        name = name or unit.get("schedule")
    if name is None:
        (name,) = document["schedules"]
    schedule = document["schedules"][name]
    for version in schedule.get("versions") or [schedule]:
        if valid(version, on) and known(version, "recorded_at", as_of):
            return version
    raise NoVersionError(f"schedule {name} has no version on {on}")


def entry_for(document: Doc, chain: list[Doc], on: date, session: str | None, as_of: datetime | None) -> Doc | None:
    """§3.2 the calendar entry that holds for the date and session (None: the whole day): nearest, recorded last."""
    for place in [*[u["code"] for u in chain], None]:
        here = []
        for order, entry in enumerate(document.get("calendar") or []):
            about = None if entry.get("session") in (None, "all") else entry["session"]
            fits = day(entry["date"]) == on and entry.get("unit") == place and about == session
            if fits and known(entry, "recorded_at", as_of):
                recorded = entry.get("recorded_at") or datetime.min
                here.append((recorded, order, entry))
        if here:
            return max(here, key=lambda found: found[:2])[2]
    return None


def hours_of_weekday(version: Doc, weekday: str) -> Doc:
    """The sessions of a weekday; by_weekday replaces them on a weekday that is in weekdays."""
    special = version.get("by_weekday") or {}
    return special[weekday] if weekday in version["weekdays"] and weekday in special else version["sessions"]


def scheduled_hours(
    document: Doc, chain: list[Doc], version: Doc, on: date, as_of: datetime | None
) -> tuple[str, Doc, dict[str, str]]:
    """§3.2 the day kind, the hours of the sessions that are scheduled, and the signs of sessions taken away alone."""
    weekday = WEEKDAYS[on.weekday()]
    named = weekday in version["weekdays"]
    ordinary = hours_of_weekday(version, weekday)

    def swapped(entry: Doc) -> Doc:
        return hours_of_weekday(version, WEEKDAYS[day(entry["for"]).weekday()])

    whole = entry_for(document, chain, on, None, as_of)
    if whole is not None:  # the entry decides, not the weekday, and it wins over session entries
        if whole["kind"] == "workday":
            return "workday", ordinary, {}
        if whole["kind"] == "swapped_work":
            return "swapped_work", swapped(whole), {}
        return whole["kind"], {}, {}

    kind, hours, signs = ("workday", dict(ordinary), {}) if named else ("weekend", {}, {})
    for name in session_names(version):
        entry = entry_for(document, chain, on, name, as_of)
        if entry is None:
            continue
        if entry["kind"] == "swapped_work" or (entry["kind"] == "workday" and not named):
            source = swapped(entry) if entry["kind"] == "swapped_work" else ordinary
            if name in source:
                hours[name] = source[name]
                kind = kind if named else entry["kind"]
        elif entry["kind"] != "workday" and name in hours:
            del hours[name]  # one session taken away; the day stays a workday
            signs[name] = SIGN[entry["kind"]]
    return kind, hours, signs


def session_names(version: Doc) -> list[str]:
    """All session names of a schedule version, in the order written."""
    names = list(version["sessions"])
    for special in (version.get("by_weekday") or {}).values():
        names += [n for n in special if n not in names]
    return names


def site_terminals(
    document: Doc, employee: str, on: date, session: str | None, usual: list[str], as_of: datetime | None
) -> list[str]:
    """§5 the terminals a person depends on: those of the assignment, or of the site fact for that date and session."""
    for fact in facts(document, "site", employee):
        about = day(fact["date"]) == on and fact.get("session") in (None, "all", session)
        if about and known(fact, "approved_at", as_of):
            return list(fact["terminals"])
    return usual


def hours_span(document: Doc, on: date, hours: list[str]) -> tuple[datetime, datetime]:
    """Start and end of hours on a date; an end at or before the start lies on the next day (§3.3)."""
    begins, ends = (int(text.split(":")[0]) * 60 + int(text.split(":")[1]) for text in hours)
    following = on if ends > begins else on + timedelta(days=1)
    return clock_time(document, on, hours[0]), clock_time(document, following, hours[1])


def plan_day(document: Doc, employee: str, on: date, as_of: datetime | None) -> Plan | None:
    """§3 in its order; None when the person is not employed on the date."""
    plan = plan_before_papers(document, employee, on, as_of)
    if plan is not None:
        take_papers(document, employee, plan, as_of)
    return plan


def plan_before_papers(document: Doc, employee: str, on: date, as_of: datetime | None) -> Plan | None:
    """§3.1 to §3.4: the sessions of the date and the signs of those the calendar took away."""
    assignment = assignment_on(document, employee, on, as_of)
    if assignment is None:
        return None  # §3.1
    unit = assignment["unit"]
    chain = unit_chain(document, unit, on)
    usual = assignment["terminals"]
    version = version_on(document, assignment, chain, on, as_of)
    kind, hours, signs = scheduled_hours(document, chain, version, on, as_of)  # §3.2, §3.3

    sessions = []
    for name, written in hours.items():
        start, end = hours_span(document, on, written)
        terminals = site_terminals(document, employee, on, name, usual, as_of)
        sessions.append(Session(name, start, end, terminals, on))
    sessions.sort(key=lambda s: s.start)
    counted = [] if sessions else duties_that_count(document, employee, on, version, usual, as_of)
    sessions += counted

    names = session_names(version)  # §7
    if "am" in names or "pm" in names:
        names += [n for n in ("am", "pm") if n not in names]
    names += [s.name for s in counted if s.name not in names]
    blank = "-" if kind in WORKING or counted else SIGN[kind]
    symbols = {n: signs.get(n, blank) for n in names}
    return Plan(on, unit, kind, version["regime"], usual, sessions, symbols)


def refused_duty(document: Doc, employee: str, duty: Doc, as_of: datetime | None) -> str | None:
    """§3.4 why an entry of the roster is refused; None where it holds."""
    if assignment_on(document, employee, date_of(document, duty["from"]), as_of) is None:
        return "duty_not_employed"
    nights = {date_of(document, m) for m in minutes_between(duty["from"], duty["to"]) if is_night(document, m)}
    protections = [p for p in facts(document, "protection", employee) if p["code"] == "pregnancy_m7"]
    if any(valid(p, on) for p in protections for on in nights):
        return "night_duty_forbidden_pregnancy_m7"
    return None


def duties_of(document: Doc, employee: str, as_of: datetime | None) -> list[Doc]:
    return [d for d in facts(document, "duty", employee) if known(d, "approved_at", as_of)]


def roster(document: Doc, employee: str, as_of: datetime | None) -> list[Doc]:
    """§3.4 the duties of a person that are not refused."""
    duties = duties_of(document, employee, as_of)
    return [d for d in duties if refused_duty(document, employee, d, as_of) is None]


def duties_that_count(
    document: Doc, employee: str, on: date, version: Doc, terminals: list[str], as_of: datetime | None
) -> list[Session]:
    """§3.4 sessions on a day that has none, named after the schedule's session that a duty overlaps most."""
    found: list[Session] = []
    for duty in sorted(roster(document, employee, as_of), key=lambda d: d["from"]):
        starts, ends = duty["from"], duty["to"]
        if date_of(document, starts) != on or not duty.get("counts_as_schedule"):
            continue
        shared: dict[str, int] = {}
        for name, hours in hours_of_weekday(version, WEEKDAYS[on.weekday()]).items():
            common = len(minutes_between(*hours_span(document, on, hours)) & minutes_between(starts, ends))
            if common and name not in [s.name for s in found]:
                shared[name] = common
        name = max(shared, key=lambda n: shared[n]) if shared else "duty"
        usual = site_terminals(document, employee, on, name, terminals, as_of)
        found.append(Session(name, starts, ends, usual, on, counted=True))
    return found


def take_papers(document: Doc, employee: str, plan: Plan, as_of: datetime | None) -> None:
    """§3.5 leave, then §3.6 missions and windows of exemption, then §3.7 exemptions in minutes."""
    for fact in facts(document, "leave", employee):
        if day(fact["date"]) == plan.date and known(fact, "approved_at", as_of):
            for session in plan.sessions:
                if fact["session"] in ("all", session.name) and session.leave is None:
                    session.leave = fact["code"]

    left = [s for s in plan.sessions if s.leave is None]
    for fact in facts(document, "mission", employee):
        if known(fact, "approved_at", as_of):
            for session in left:
                session.mission |= inside(session.minutes, fact)
    for fact in facts(document, "exemption", employee):
        if "minutes_per_day" not in fact and known(fact, "approved_at", as_of):
            for session in left:
                covered = inside(session.minutes, fact)
                session.exempt |= covered
                if covered:
                    plan.flags.add(fact["code"])

    for fact in facts(document, "exemption", employee):
        if "minutes_per_day" not in fact or not known(fact, "approved_at", as_of):
            continue
        dated = [day(d) for d in fact["dates"]] if fact.get("dates") else None
        if plan.date in dated if dated is not None else valid(fact, plan.date):
            ordered = sorted(m for s in left for m in s.required)
            count = fact["minutes_per_day"]
            moved = ordered[:count] if fact["placement"] == "day_start" else ordered[max(0, len(ordered) - count) :]
            for session in left:
                session.exempt |= session.minutes & set(moved)


def inside(minutes: Iterable[datetime], window: Doc) -> set[datetime]:
    """The minutes inside a window of times, `from` included and `to` excluded (§2), and nothing more."""
    if window["from"].second or window["to"].second:
        raise Undecided("a mission or exemption window with seconds")
    return {m for m in minutes if during(window, m)}
