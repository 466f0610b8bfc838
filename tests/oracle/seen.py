"""What rules.md §2 and §4 make of the punches of one person: whose, which count, repeats, windows, flags of a date."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from .expected import Plan, Session, site_terminals
from .words import (
    MINUTE,
    Doc,
    Undecided,
    date_of,
    day,
    during,
    facts,
    known,
    minutes_between,
    policy,
    terminal_called,
    valid,
)


@dataclass(frozen=True)
class Punch:
    """One punch that is not quarantined: the time it truly was, and whether its clock was corrected."""

    terminal: str
    true: datetime
    corrected: bool
    way: str = ""  # "in", "out", or not known
    annulled: bool = False
    timeless: bool = False  # made under an invalid clock


@dataclass
class Evidence:
    """The punches that count, by the session in whose window they lie, and the flags that stand on one date."""

    by_session: dict[int, list[Punch]] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)  # sessions with a punch under an invalid clock in their window
    kept: list[Punch] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)

    def of(self, session: Session) -> list[Punch]:
        return self.by_session.get(id(session), [])


def sent_time(document: Doc, punch: Doc) -> datetime | None:
    """§2 the time as the terminal sent it; None when it is quarantined as implausible."""
    sent: datetime | None = punch["at"]
    if sent is None:
        return None  # no calendar date
    terminal = terminal_called(document, punch["terminal"])
    if date_of(document, sent) < day(terminal.get("first_sane_date") or "2010-01-01"):
        return None
    if punch.get("received_at") and sent - punch["received_at"] > timedelta(hours=24):
        return None
    return sent


def outages_of(document: Doc, terminal: str, mode: str) -> list[Doc]:
    return [f for f in facts(document, "outage") if f["terminal"] == terminal and f["mode"] == mode]


def received(document: Doc, punch: Doc, sent: datetime) -> datetime:
    """scenario.md: received_at, default `at`; inside a network outage of its terminal, that outage's `to`."""
    if punch.get("received_at"):
        return punch["received_at"]  # type: ignore[no-any-return]
    arrival = sent
    for outage in outages_of(document, punch["terminal"], "network"):
        if during(outage, sent):
            arrival = max(arrival, outage["to"])
    return arrival


def true_time(document: Doc, punch: Doc, sent: datetime) -> datetime:
    """§2 true time = terminal time - offset, corrected only when |offset| is over the tolerance."""
    tolerance = policy(document, "clock_tolerance_seconds", 60)
    for fact in facts(document, "clock_offset"):
        measured = fact["terminal"] == punch["terminal"] and during(fact, sent)
        if measured and abs(fact["offset_seconds"]) > tolerance:
            return sent - timedelta(seconds=fact["offset_seconds"])
    return sent


def owner(document: Doc, punch: Doc, true: datetime) -> str | None:
    """§4 whose punch: the enrolment of (terminal, number) valid at the punch's true time, never the number alone."""
    if punch.get("employee") is not None:
        return str(punch["employee"])
    for person in document["employees"]:
        if not person.get("pins"):
            if person["code"] == punch["pin"]:
                return str(person["code"])
            continue
        for pin in person["pins"]:
            if (
                pin["terminal"] == punch["terminal"]
                and pin["pin"] == punch["pin"]
                and valid(pin, date_of(document, true))
            ):
                return str(person["code"])
    return None


def direction(declared: str, state: int) -> str:
    """§4 a terminal's own in/out state is ignored unless it is declared."""
    if declared in ("in", "out"):
        return declared
    if declared == "state":
        return "in" if state in (0, 3, 4) else "out" if state in (1, 2, 5) else ""
    return ""


def punches_of(document: Doc, employee: str, as_of: datetime | None) -> list[Punch]:
    """The person's punches known by as_of and not quarantined, in true time."""
    found = []
    for punch in document["punches"]:
        sent = sent_time(document, punch)
        if sent is None or (as_of is not None and received(document, punch, sent) > as_of):
            continue
        true = true_time(document, punch, sent)
        if owner(document, punch, true) == employee:
            terminal = terminal_called(document, punch["terminal"])
            annulled = any(
                f["terminal"] == punch["terminal"] and f["at"] == sent and f.get("decision") == "approved"
                for f in facts(document, "annulment", employee)
                if known(f, "decided_at", as_of)
            )
            invalid = [f for f in facts(document, "clock_invalid") if f["terminal"] == punch["terminal"]]
            timeless = any(during(f, sent) for f in invalid)
            way = direction(terminal.get("direction", "none"), punch.get("state", 255))
            found.append(Punch(punch["terminal"], true, true != sent, way, annulled, timeless))
    return sorted(found, key=lambda p: (p.true, p.terminal, p.way))  # never by the order in which they came


@dataclass
class Window:
    """The window of one session: both reaches are inside; a punch exactly on a border is the earlier session's."""

    plan: Plan
    session: Session
    reach_from: datetime
    reach_to: datetime
    after_border: datetime | None = None
    until_border: datetime | None = None

    @property
    def end(self) -> datetime:
        return self.reach_to if self.until_border is None else min(self.reach_to, self.until_border)

    def holds(self, at: datetime) -> bool:
        after = self.after_border is None or at > self.after_border
        return after and self.reach_from <= at <= self.end


def windows(document: Doc, plans: Iterable[Plan], duties: list[Doc]) -> list[Window]:
    """§4 the windows of all sessions that something is required of, and of the parts of duties outside sessions.

    Borders lie in the middle between neighbours.
    """
    plans = list(plans)
    reach = timedelta(minutes=policy(document, "session_window_minutes", 360))
    found = [Window(p, s, s.start - reach, s.end + reach) for p in plans for s in p.sessions if s.required]
    busy = {m for p in plans for s in p.sessions for m in s.minutes}
    for duty in duties:
        starts, ends = duty["from"], duty["to"]
        plan = next((p for p in plans if p.date == date_of(document, starts)), None)
        if plan is None:
            continue
        free = sorted(minutes_between(starts, ends) - busy)
        busy |= set(free)
        while free:
            run = 1
            while run < len(free) and free[run] - free[run - 1] == MINUTE:
                run += 1
            part = Session("", free[0], free[run - 1] + MINUTE, plan.terminals, plan.date, duty=True)
            found.append(Window(plan, part, part.start - reach, part.end + reach))
            free = free[run:]
    found.sort(key=lambda w: w.session.start)
    for earlier, later in pairwise(found):
        gap = later.session.start - earlier.session.end
        if gap < timedelta(0) and not (earlier.session.counted or later.session.counted):
            raise Undecided("sessions of one person that overlap")
        earlier.until_border = later.after_border = earlier.session.end + gap / 2
    return found


def gather(
    document: Doc,
    employee: str,
    work_date: date,
    as_of: datetime | None,
    plans: dict[date, Plan],
    all_windows: list[Window],
) -> Evidence:
    """§4 the punches that count for the date, and its flags about punches."""
    evidence = Evidence()
    ordered = order_windows(document, employee, as_of, plans, all_windows)

    def home(at: datetime) -> Window | None:
        return next((w for w in all_windows if w.holds(at)), None)

    def stands_on(at: datetime) -> date:
        window = home(at)
        return date_of(document, at) if window is None else window.plan.date

    counting, annulled = [], 0
    for punch in punches_of(document, employee, as_of):
        here = stands_on(punch.true) == work_date
        window = home(punch.true)
        if policy(document, "site_policy", "any") == "home_only":
            plan = plans.get(date_of(document, punch.true)) if window is None else window.plan
            if window is not None and not window.session.duty:
                allowed = window.session.terminals
            elif plan is not None:
                allowed = site_terminals(document, employee, plan.date, None, plan.terminals, as_of)
            else:
                allowed = []
            if punch.terminal not in allowed:  # evidence, and it carries only this flag
                if here:
                    evidence.flags.add("off_site_punch")
                continue
        if punch.annulled:
            annulled += here
            continue
        if punch.timeless:
            if here and punch.corrected:
                evidence.flags.add("clock_corrected")
            if window is not None:
                evidence.doubtful.add(id(window.session))
            elif here and not any(o.holds(punch.true) for o in ordered):
                evidence.flags.add("off_schedule_punch")
            continue
        counting.append(punch)

    repeats = 0
    last_kept: datetime | None = None
    limit = timedelta(seconds=policy(document, "duplicate_window_seconds", 60))
    for punch in counting:
        here = stands_on(punch.true) == work_date
        if here and punch.corrected:
            evidence.flags.add("clock_corrected")
        if last_kept is not None and punch.true - last_kept <= limit:  # Repeats: after the last kept one
            repeats += here
            continue
        last_kept = punch.true
        evidence.kept.append(punch)
        window = home(punch.true)
        if window is not None:
            evidence.by_session.setdefault(id(window.session), []).append(punch)
        elif here and not any(o.holds(punch.true) for o in ordered):
            evidence.flags.add("off_schedule_punch")
    if repeats:
        evidence.flags.add(f"duplicates_ignored:{repeats}")
    if annulled:
        evidence.flags.add(f"punch_annulled:{annulled}")
    return evidence


def orders_of(document: Doc, employee: str, as_of: datetime | None) -> list[Doc]:
    return [o for o in facts(document, "overtime", employee) if known(o, "approved_at", as_of)]


@dataclass
class OrderWindow:
    """§8 an order, its minutes outside sessions, and its window."""

    order: Doc
    minutes: set[datetime]
    after: datetime | None  # a border: a punch exactly on it belongs to what is earlier
    reach_from: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        return (self.after is None or at > self.after) and self.reach_from <= at <= self.until


def order_windows(
    document: Doc, employee: str, as_of: datetime | None, plans: dict[date, Plan], all_windows: list[Window]
) -> list[OrderWindow]:
    """An order has a window as sessions have, also beside other orders; only what lies outside sessions counts."""
    busy = {m for p in plans.values() for s in p.sessions for m in s.minutes}
    parts = []
    for order in orders_of(document, employee, as_of):
        minutes = minutes_between(order["from"], order["to"]) - busy
        parts.append((order, minutes if date_of(document, order["from"]) in plans else set()))
    spans = [(w.session.start, w.session.end) for w in all_windows]
    spans += [(min(minutes), max(minutes) + MINUTE) for _, minutes in parts if minutes]
    reach = timedelta(minutes=policy(document, "session_window_minutes", 360))
    found = []
    for order, minutes in parts:
        if not minutes:
            found.append(OrderWindow(order, set(), datetime.max, datetime.max, datetime.min))
            continue
        first, last = min(minutes), max(minutes) + MINUTE
        before = [end for _, end in spans if end <= first]
        after = [start for start, _ in spans if start >= last]
        border = max(before) + (first - max(before)) / 2 if before else None
        until = min([last + reach] + [last + (start - last) / 2 for start in after])
        found.append(OrderWindow(order, minutes, border, first - reach, until))
    return found


def watermark(document: Doc, terminal: str, as_of: datetime) -> datetime:
    """scenario.md: read completely up to as_of, unless a network outage holds it at its `from`."""
    read = as_of
    for outage in outages_of(document, terminal, "network"):
        if during(outage, as_of):
            read = min(read, outage["from"])
    return read


def dead_moments(document: Doc, terminals: list[str], from_: datetime, to: datetime, closed: bool) -> bool:
    """True when at some moment from from_ to `to` (closed: `to` too) every one of the terminals is dead (§5).

    The moments at which all are dead begin where one of the outages begins; so from_ and those beginnings are enough.
    """

    def dead(terminal: str, at: datetime) -> bool:
        return any(during(outage, at) for outage in outages_of(document, terminal, "dead"))

    asked = [from_] + [o["from"] for t in terminals for o in outages_of(document, t, "dead")]
    asked = [at for at in asked if from_ <= at and (at <= to if closed else at < to)]
    return any(all(dead(t, at) for t in terminals) for at in asked)
