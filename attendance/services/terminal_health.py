"""The state of each terminal, why it is so, since when, and what to do next: one place for pages, API and commands.

The state is derived whenever it is asked, never stored. Where several hold, the first of this order is told, because
each hides those behind it:

| state | holds when |
|---|---|
| refused | the terminal, or what answers in its place, said no: key, serial, protocol, another program's session |
| unverified | what came cannot be relied on: never read whole, garbled, or its past changed and nobody has looked yet |
| unreachable | the last attempt found nobody, or the line broke |
| late | no good pull for two intervals; by file: not yesterday; by site or push: not for an hour, see `_late` |
| full_soon | its log is nearly full, or will be within a month |
| healthy | none of these |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from attendance import clock
from attendance.services.pushing import ASKED_EVERY_SECONDS
from attendance.store import terminal_health
from attendance.store.alarms import Alarm
from attendance.store.database import Session
from attendance.store.intake_log import READINGS
from attendance.store.terminal_health import TerminalFacts

State = Literal["healthy", "late", "unreachable", "refused", "unverified", "full_soon"]
STATES: tuple[State, ...] = ("healthy", "late", "unreachable", "refused", "unverified", "full_soon")
MISSED_INTERVALS = 2  # one reading may fail by chance; that two in a row did not come is worth a look
FILE_LATE_DAYS = 1  # a terminal read by USB stick has no interval: it is late when yesterday is not covered
SITE_LATE_AFTER = timedelta(hours=1)  # a site reads its terminals every few minutes, also at night
PUSH_SILENT_AFTER = timedelta(hours=1)  # one that pushes calls every minute or oftener, punches or not

REASON_OF_OUTCOME: dict[str, tuple[State, str]] = {
    "wrong_key": ("refused", "wrong_key"),
    "not_a_terminal": ("refused", "not_a_terminal"),
    "refused": ("refused", "refused"),
    "unreachable": ("unreachable", "unreachable"),
    "interrupted": ("unreachable", "interrupted"),
    "garbled": ("unverified", "garbled"),
}
REASON_OF_DETAIL: dict[tuple[str, str], tuple[State, str]] = {
    ("refused", "port_closed"): ("unreachable", "port_closed"),
    ("garbled", "emptied"): ("unverified", "emptied"),
    ("garbled", "layout"): ("unverified", "layout"),
    ("garbled", "users"): ("unverified", "layout"),
}
REASONS = (
    *("ok", "late", "late_file", "late_site", "late_push", "late_answer", "full_soon", "full_by", "never_read"),
    *("push_unproven", "log_changed", "garbled", "emptied", "layout"),
    *(
        "unreachable",
        "interrupted",
        "port_closed",
        "refused",
        "wrong_key",
        "not_a_terminal",
        "other_serial",
        "registered",
    ),
)
PAST_CHANGED = ("past_changed", "log_shrank")


@dataclass(frozen=True, slots=True)
class TerminalHealth:
    """`reason` names the sentence and the next step in the catalogues, `params` fill both.

    `state` is None for a terminal that is out of use. `reachable`, `key_ok` and `serial_ok` say what the last attempt
    showed, None where it did not come so far.
    """

    facts: TerminalFacts
    state: State | None
    reason: str
    next_step: str
    params: dict[str, Any]
    since: datetime | None
    reachable: bool | None
    key_ok: bool | None
    serial_ok: bool | None

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        return self.facts.alarms


def terminals_health(
    session: Session, zone: str, now: datetime, terminal_ids: Iterable[int] | None = None
) -> list[TerminalHealth]:
    """Terminals in the order they were registered; only these, if given. `now` is an instant."""
    facts = terminal_health.read_facts(session, clock.today(now, zone), terminal_ids)
    return [health_of(each, zone, now) for each in facts]


def health_of_terminal(session: Session, zone: str, now: datetime, terminal_id: int) -> TerminalHealth:
    """One terminal, which exists."""
    (found,) = terminals_health(session, zone, now, [terminal_id])
    return found


def health_of(facts: TerminalFacts, zone: str, now: datetime) -> TerminalHealth:
    """The state of one terminal as it is at this instant."""
    was_read = facts.last is not None and facts.last.source in READINGS
    failure = failure_of(facts.last.outcome, facts.last.params) if facts.last and was_read else None
    state, reason, since, params = _first_that_holds(facts, failure, zone, now)
    reachable, key_ok, serial_ok = _showed(facts, failure)
    return TerminalHealth(
        facts=facts,
        state=state if facts.in_use else None,
        reason=reason,
        next_step=_next_step(facts, reason, failure),
        params=params,
        since=since,
        reachable=reachable,
        key_ok=key_ok,
        serial_ok=serial_ok,
    )


def _next_step(facts: TerminalFacts, reason: str, failure: tuple[State, str] | None) -> str:
    """What to do: as the reason says, but for a terminal that was never read."""
    if reason != "never_read":
        return reason
    if failure:  # it cannot be read: what to do is what the failure asks for
        return failure[1]
    return reason if facts.is_asked else "late_file"  # without an address there is nothing to try


def failure_of(outcome: str, params: Mapping[str, Any]) -> tuple[State, str] | None:
    """State and reason behind the outcome of an attempt; None where it brought a whole log.

    An outcome that has no line here brought nothing that could be believed.
    """
    if outcome == "ok":
        return None
    if outcome == "changed":  # with a reason nothing was filed; without one a log was read whose past is another
        if params.get("reason") == "registered":
            return "refused", "registered"
        return ("refused", "other_serial") if params.get("reason") else None
    finer = REASON_OF_DETAIL.get((outcome, str(params.get("reason"))))
    return finer or REASON_OF_OUTCOME.get(outcome, ("unverified", "garbled"))


def _first_that_holds(
    facts: TerminalFacts, failure: tuple[State, str] | None, zone: str, now: datetime
) -> tuple[State, str, datetime | None, dict[str, Any]]:
    """State, reason, since when, and what fills the sentence."""
    about = dict(facts.last.params) if facts.last and failure else {}
    if failure and failure[0] == "refused":
        return failure[0], failure[1], facts.failing_since, about
    changed = [alarm.raised_at for alarm in facts.alarms if alarm.kind in PAST_CHANGED]
    if changed:
        return "unverified", "log_changed", min(changed), {}
    if facts.data_until is None:
        silent = _silent(facts, now)
        if silent:
            return "late", silent[0], silent[1], {}
        unread = "push_unproven" if facts.calls and not facts.is_asked else "never_read"
        return "unverified", unread, facts.recorded_at, about
    if failure:
        return failure[0], failure[1], facts.failing_since, about
    late = _late(facts, zone, now)
    if late:
        return "late", late[0], late[1], {}
    if facts.fill is not None and facts.fill.is_soon_full:
        since = next((alarm.raised_at for alarm in facts.alarms if alarm.kind == "full_soon"), None)
        return "full_soon", "full_by" if facts.fill.full_on else "full_soon", since, fill_params(facts)
    return "healthy", "ok", None, {}


def _late(facts: TerminalFacts, zone: str, now: datetime) -> tuple[str, datetime] | None:
    """Why a terminal is late, and since when; None: it is not."""
    if not facts.is_asked:
        assert facts.data_until is not None
        if facts.last is not None and facts.last.source == "agent":
            read_until = clock.to_instant(facts.data_until, zone)
            return ("late_site", read_until) if now - read_until > SITE_LATE_AFTER else None
        if facts.calls is not None and facts.calls.answers:
            read_until = clock.to_instant(facts.data_until, zone)
            unanswered = now - read_until > timedelta(seconds=ASKED_EVERY_SECONDS) * MISSED_INTERVALS
            return _silent(facts, now) or (("late_answer", read_until) if unanswered else None)
        missing = clock.today(now, zone) - timedelta(days=FILE_LATE_DAYS)
        if facts.data_until.date() < missing:
            return "late_file", clock.to_instant(facts.data_until, zone)
        return None
    since = facts.last_ok_at or facts.recorded_at
    if now - since > timedelta(seconds=facts.poll_seconds) * MISSED_INTERVALS:
        return "late", since
    return None


def _silent(facts: TerminalFacts, now: datetime) -> tuple[str, datetime] | None:
    """That a terminal which is only pushed calls no more, and since when."""
    if facts.calls is None or facts.is_asked or now - facts.calls.last_at <= PUSH_SILENT_AFTER:
        return None
    return "late_push", facts.calls.last_at


def fill_params(facts: TerminalFacts) -> dict[str, Any]:
    """What the sentences about a full log name: records, capacity, percent, and the day it is full if it is known."""
    fill = facts.fill
    if fill is None or fill.share is None:
        return {}
    named: dict[str, Any] = {"records": fill.records, "capacity": fill.capacity, "percent": int(fill.share * 100)}
    return named | ({"date": fill.full_on} if fill.full_on else {})


def _showed(facts: TerminalFacts, failure: tuple[State, str] | None) -> tuple[bool | None, bool | None, bool | None]:
    """Whether the last attempt showed that the terminal is there, takes the key, and is the one it should be."""
    if facts.last is None or facts.last.source not in READINGS:
        return None, None, None
    match failure:
        case None:
            return True, True, True
        case ("unreachable", reason):
            return reason == "interrupted", None, None
        case (_, "wrong_key"):
            return True, False, None
        case (_, "other_serial" | "registered"):
            return True, True, False
        case ("refused", _):
            return True, None, None
    return True, True, None
