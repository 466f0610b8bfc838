"""Months that are locked (rules.md §8): which, since when, what came after; rows of days and months as an office asks.

`Office` is the whole judge: it knows what is locked at a moment, and judges each day with what was known then.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from .expected import assignment_on, duties_of, refused_duty
from .seen import owner, received, sent_time, true_time
from .verdict import Knowledge
from .words import Doc, clock_time, date_of, day, instant, prepared, valid

AFTER = "fact_after_lock"


class Office:
    """One document and everything that can be asked of it; moments in questions are wall times of its zone."""

    def __init__(self, document: Doc) -> None:
        self.document = prepared(document)
        self._known: dict[datetime | None, Knowledge] = {}
        self._rows: dict[tuple[str, date, datetime | None], dict[str, Any]] = {}

    def moment(self, as_of: datetime | None) -> datetime | None:
        return None if as_of is None else instant(as_of, self.document["timezone"])

    def knowledge(self, at: datetime | None) -> Knowledge:
        return self._known.setdefault(at, Knowledge(self.document, at))

    # --- days -------------------------------------------------------------------------------------------------------

    def day(self, employee: str, on: date, as_of: datetime | None = None) -> dict[str, Any]:
        """The day row for the person and date, with what was known at as_of (None: everything)."""
        return self.judged(employee, on, self.moment(as_of))

    def judged(self, employee: str, on: date, at: datetime | None) -> dict[str, Any]:
        key = (employee, on, at)
        if key not in self._rows:
            self._rows[key] = self._judged(employee, on, at)
        return self._rows[key]

    def _judged(self, employee: str, on: date, at: datetime | None) -> dict[str, Any]:
        lock = self.lock_over(employee, on, at)
        if lock is None:
            return self.knowledge(at).row(employee, on)
        row = dict(self.knowledge(lock).row(employee, on))
        if any(lock < then and (at is None or then <= at) for then in self.fact_times(employee, on, at)):
            row["flags"] = sorted({*row["flags"], AFTER})
        return row

    def lock_over(self, employee: str, on: date, at: datetime | None) -> datetime | None:
        """When the day was locked: by the lock of the unit to which the day belonged when it was locked.

        The earlier lock wins: what is locked does not become a day of another unit.
        """
        found = []
        now = assignment_on(self.document, employee, on, at)
        for unit in self.document["units"]:
            lock, _ = self.state(unit["code"], on.strftime("%Y-%m"), at)
            if lock is None:
                continue
            then = assignment_on(self.document, employee, on, lock)
            newly = then is None and now is not None and now["unit"] == unit["code"]
            if newly or (then is not None and then["unit"] == unit["code"]):
                found.append(lock)
        return min(found, default=None)

    def state(self, unit: str, month: str, at: datetime | None) -> tuple[datetime | None, int]:
        """When the month of the unit was locked (None: it is open), and its version."""
        locked, version = None, 1
        events = [f for f in self.document["facts"] if f["kind"] in ("lock", "reopen")]
        events = [f for f in events if (f["unit"], f["month"]) == (unit, month)]
        for event in sorted(events, key=lambda f: f["at"]):
            if at is not None and event["at"] > at:
                continue
            if event["kind"] == "lock":
                locked = locked or event["at"]
            elif locked is not None:  # a reopening of an open month is none
                locked, version = None, version + 1
        return locked, version

    # --- what came after a lock -------------------------------------------------------------------------------------

    def fact_times(self, employee: str, on: date, at: datetime | None) -> Iterable[datetime]:
        """When each fact of this person and date became known, even one that would change nothing."""
        document = self.document
        for fact in document["facts"]:
            if fact["kind"] == "inspection":
                if employee in fact["found_absent"] and self.touches(employee, on, at, fact["at"], fact["at"]):
                    yield fact["at"]
            elif fact["employee"] == employee and self.is_about(fact, employee, on, at):
                yield from (fact[k] for k in ("approved_at", "submitted_at", "decided_at") if fact.get(k) is not None)
        for person in document["employees"]:
            for assignment in person["assignments"] if person["code"] == employee else []:
                if assignment.get("recorded_at") is not None and valid(assignment, on):
                    yield assignment["recorded_at"]
        for punch in document["punches"]:
            sent = sent_time(document, punch)
            if sent is None:
                continue  # quarantined: it is nobody's
            true = true_time(document, punch, sent)
            if owner(document, punch, true) == employee and self.stands_on(employee, true, at) == on:
                yield received(document, punch, sent)

    def is_about(self, fact: Doc, employee: str, on: date, at: datetime | None) -> bool:
        """True when a paper of the person is about the date."""
        if fact["kind"] == "annulment":
            sent = fact["at"]
            true = true_time(self.document, fact, sent)
            return self.stands_on(employee, true, at) == on
        if fact["kind"] == "exemption" and fact.get("minutes_per_day") is not None:
            return on in [day(d) for d in fact["dates"]] if fact.get("dates") else valid(fact, on)
        if fact["kind"] in ("mission", "exemption", "duty", "overtime"):
            return self.touches(employee, on, at, fact["from"], fact["to"])
        return fact.get("date") is not None and day(fact["date"]) == on

    def stands_on(self, employee: str, true: datetime, at: datetime | None) -> date:
        """The date of the session or duty in whose window a punch lies, else its calendar date (§4)."""
        calendar = date_of(self.document, true)
        around = self.knowledge(at).windows(employee, calendar)
        return next((w.plan.date for w in around if w.holds(true)), calendar)

    def touches(self, employee: str, on: date, at: datetime | None, begins: datetime, ends: datetime) -> bool:
        """True when a span lies on the date, or on a session of the date that runs past midnight."""
        zone = self.document["timezone"]
        spans = [(instant(datetime.combine(on, time.min), zone), clock_time(self.document, on, "24:00"))]
        plan = self.knowledge(at).plan(employee, on)
        spans += [(s.start, s.end) for s in plan.sessions] if plan else []
        return any(begins < to and (ends > from_ or begins == ends >= from_) for from_, to in spans)

    # --- roster -----------------------------------------------------------------------------------------------------

    def roster_errors(self, employee: str | None = None, as_of: datetime | None = None) -> list[dict[str, str]]:
        """§3.4 the refused entries of the roster, of one person or of all."""
        at = self.moment(as_of)
        found = []
        for who in [p["code"] for p in self.document["employees"] if employee in (None, p["code"])]:
            for duty in duties_of(self.document, who, at):
                code = refused_duty(self.document, who, duty, at)
                if code is not None:
                    found.append({"date": str(date_of(self.document, duty["from"])), "code": code})
        return found
