"""The state of a terminal: which one is told where several hold, since when, and when a log will be full."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from attendance.services.terminal_health import REASONS, STATES, failure_of, health_of
from attendance.store.alarms import Alarm
from attendance.store.log_fill import Fill, forecast_full
from attendance.store.terminal_health import Calls, LastAttempt, TerminalFacts
from device_sync.terminal import Garbled, TerminalError
from device_sync.zk.failures import OUTCOMES, Place

ZONE = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
TODAY = date(2026, 3, 2)
SINCE = NOW - timedelta(hours=1)
GOOD = TerminalFacts(
    id=1,
    code="T-A",
    name="Cổng",
    unit_id=1,
    in_use=True,
    is_asked=True,
    poll_seconds=300,
    recorded_at=NOW - timedelta(days=30),
    serial="S1",
    data_until=datetime(2026, 3, 2, 11, 59),
    last=LastAttempt("ok", {}, "", "pull", NOW),
    last_ok_at=NOW - timedelta(minutes=1),
    failing_since=None,
    failures=0,
    clock_offset_seconds=0,
    fill=Fill(1000, 100_000, TODAY, None),
    alarms=(),
)
FULL = {"fill": Fill(90_000, 100_000, TODAY, None)}
LATE: dict[str, Any] = {"last_ok_at": SINCE}
NEVER: dict[str, Any] = {"data_until": None, "last_ok_at": None}


def failed(outcome: str, reason: str, **params: str) -> dict[str, Any]:
    attempt = LastAttempt(outcome, {"reason": reason, **params}, "…", "pull", NOW)
    return {"last": attempt, "failing_since": SINCE, "failures": 4}


def changed(kind: str = "past_changed") -> dict[str, Any]:
    return {"alarms": (Alarm(1, kind, "", {}, SINCE, 5, None, None, None),)}


DEAD, BROKEN = failed("unreachable", "no_answer"), failed("interrupted", "closed")
KEY, OTHER = failed("wrong_key", "comm_key"), failed("changed", "serial", expected="S1", found="S2")


@pytest.mark.parametrize(
    ("facts", "state", "reason", "since"),
    [
        ({}, "healthy", "ok", None),
        (FULL, "full_soon", "full_soon", None),
        ({"fill": Fill(10, 100_000, TODAY, TODAY + timedelta(days=30))}, "full_soon", "full_by", None),
        ({"fill": Fill(10, 100_000, TODAY, TODAY + timedelta(days=31))}, "healthy", "ok", None),
        ({"fill": None}, "healthy", "ok", None),
        ({"last_ok_at": NOW - timedelta(seconds=600)}, "healthy", "ok", None),
        ({"last_ok_at": NOW - timedelta(seconds=601)}, "late", "late", NOW - timedelta(seconds=601)),
        (FULL | LATE, "late", "late", SINCE),
        (FULL | LATE | DEAD, "unreachable", "unreachable", SINCE),
        (BROKEN, "unreachable", "interrupted", SINCE),
        (failed("refused", "port_closed"), "unreachable", "port_closed", SINCE),
        (DEAD | NEVER, "unverified", "never_read", GOOD.recorded_at),
        (DEAD | changed(), "unverified", "log_changed", SINCE),
        (changed("log_shrank"), "unverified", "log_changed", SINCE),
        (changed("turned_over"), "healthy", "ok", None),
        (failed("garbled", "short"), "unverified", "garbled", SINCE),
        (failed("garbled", "emptied"), "unverified", "emptied", SINCE),
        (failed("garbled", "layout"), "unverified", "layout", SINCE),
        (failed("something new", "x"), "unverified", "garbled", SINCE),
        (KEY, "refused", "wrong_key", SINCE),
        (KEY | NEVER, "refused", "wrong_key", SINCE),
        (OTHER | changed() | FULL, "refused", "other_serial", SINCE),
        (failed("refused", "silent"), "refused", "refused", SINCE),
        (failed("not_a_terminal", "protocol"), "refused", "not_a_terminal", SINCE),
        ({"last": LastAttempt("changed", {}, "…", "pull", NOW)}, "healthy", "ok", None),
    ],
)
def test_the_first_that_holds_is_told(facts: dict[str, Any], state: str, reason: str, since: datetime | None) -> None:
    found = health_of(replace(GOOD, **facts), ZONE, NOW)
    assert (found.state, found.reason, found.since) == (state, reason, since)
    assert found.state in STATES
    assert {found.reason, found.next_step} <= set(REASONS)


def test_a_terminal_out_of_use_has_no_state() -> None:
    assert health_of(replace(GOOD, in_use=False, **DEAD), ZONE, NOW).state is None


def test_what_to_do_about_a_terminal_never_read_is_what_its_failure_asks_for() -> None:
    assert health_of(replace(GOOD, **(NEVER | {"last": None})), ZONE, NOW).next_step == "never_read"
    assert health_of(replace(GOOD, **(NEVER | DEAD)), ZONE, NOW).next_step == "unreachable"


@pytest.mark.parametrize(
    ("until", "state"),
    [
        (datetime(2026, 3, 1, 8), "healthy"),
        (datetime(2026, 2, 28, 23, 59), "late"),
    ],
)
def test_a_terminal_read_by_usb_stick_is_late_when_nothing_of_yesterday_is_there(until: datetime, state: str) -> None:
    by_file = replace(
        GOOD, is_asked=False, last_ok_at=None, data_until=until, last=LastAttempt("ok", {}, "", "file", NOW)
    )
    found = health_of(by_file, ZONE, NOW)
    assert (found.state, found.reachable, found.key_ok) == (state, None, None)


@pytest.mark.parametrize(
    ("until", "called", "answers", "state", "reason"),
    [
        (datetime(2026, 3, 2, 11), 2, True, "healthy", "ok"),
        (datetime(2026, 3, 2, 9, 59), 2, True, "late", "late_answer"),
        (datetime(2026, 3, 2, 11), 61, True, "late", "late_push"),
        (None, 2, True, "unverified", "push_unproven"),
        (None, 61, True, "late", "late_push"),
        (None, 2, False, "unverified", "push_unproven"),
        (datetime(2026, 3, 1, 8), 2, False, "healthy", "ok"),
        (datetime(2026, 2, 28, 23, 59), 2, False, "late", "late_file"),
    ],
)
def test_a_terminal_that_only_pushes_is_late_by_its_calls_and_by_what_it_answered(
    until: datetime | None, called: int, answers: bool, state: str, reason: str
) -> None:
    """NOW is 12:00 at the office; one whose protocol cannot be asked is proved by its files alone."""
    calls = Calls(NOW - timedelta(minutes=called), answers)
    last = LastAttempt("ok", {}, "", "push", NOW)
    pushed = replace(GOOD, is_asked=False, last_ok_at=None, data_until=until, last=last, calls=calls)
    found = health_of(pushed, ZONE, NOW)
    assert (found.state, found.reason, found.next_step) == (state, reason, reason)
    assert (found.reachable, found.key_ok) == (None, None)
    since = {"late_push": calls.last_at, "push_unproven": GOOD.recorded_at}.get(reason, found.since)
    assert found.since == since


def test_one_that_is_pulled_as_well_stands_as_its_pulls_say() -> None:
    silent = Calls(NOW - timedelta(days=2), True)
    assert health_of(replace(GOOD, calls=silent), ZONE, NOW).state == "healthy"
    assert health_of(replace(GOOD, calls=silent, **(NEVER | {"last": None})), ZONE, NOW).reason == "never_read"


def test_a_terminal_without_an_address_is_not_to_be_tried() -> None:
    by_file = replace(GOOD, is_asked=False, **(NEVER | {"last": None}))
    assert health_of(by_file, ZONE, NOW).next_step == "late_file"


@pytest.mark.parametrize(
    ("facts", "showed"),
    [
        ({}, (True, True, True)),
        ({"last": None}, (None, None, None)),
        (DEAD, (False, None, None)),
        (BROKEN, (True, None, None)),
        (KEY, (True, False, None)),
        (OTHER, (True, True, False)),
        (failed("refused", "silent"), (True, None, None)),
        (failed("garbled", "short"), (True, True, None)),
    ],
)
def test_the_last_attempt_shows_reach_key_and_serial(
    facts: dict[str, Any], showed: tuple[bool | None, bool | None, bool | None]
) -> None:
    found = health_of(replace(GOOD, **facts), ZONE, NOW)
    assert (found.reachable, found.key_ok, found.serial_ok) == showed


def test_every_failure_of_the_adapter_has_a_state_of_its_own() -> None:
    place = Place("127.0.0.1", 4370, "tcp")
    raised: list[TerminalError] = [
        place.no_answer(5), place.no_route("x"), place.port_closed(), place.closed("read", 1), place.stalled("read", 1),
        place.too_slow("read", 1), place.silent(1), place.closed_at_once(), place.unknown_code(1),
        place.declined("read", 1), place.wrong_key(), place.not_a_terminal(), place.changed("A", "B"),
        place.garbled("short", "x"),
    ]  # fmt: skip
    states = {error.outcome: failure_of(error.outcome, error.params) for error in raised}
    assert set(states) == set(OUTCOMES)
    assert all(states.values())
    assert failure_of("ok", {}) is None
    assert isinstance(place.garbled("short", "x"), Garbled)


# when a log is full --------------------------------------------------------------------------------------------------


def grown(*counts: int, start: date = date(2026, 2, 1)) -> list[tuple[date, int]]:
    return [(start + timedelta(days=day), count) for day, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("samples", "capacity", "full_on"),
    [
        ([], 1000, None),
        (grown(10, 20, 30, 40), None, None),
        (grown(10, 20, 30), 1000, None),
        (grown(100, 200, 300, 400), 1000, date(2026, 2, 10)),
        (grown(100, 200, 300, 401), 1000, date(2026, 2, 10)),
        (grown(100, 100, 100, 100), 1000, None),
        (grown(100, 200, 300, 1000), 1000, date(2026, 2, 4)),
        (grown(900, 950, 980, 0, 10, 20, 30), 100, date(2026, 2, 14)),
        (grown(900, 950, 0, 10), 100, None),
        (grown(1, 1, 1, 2), 1_000_000, None),
    ],
)
def test_a_log_is_full_where_the_straight_line_through_its_growth_meets_its_capacity(
    samples: list[tuple[date, int]], capacity: int | None, full_on: date | None
) -> None:
    assert forecast_full(samples, capacity) == full_on


def test_weekends_without_growth_do_not_bend_the_forecast() -> None:
    """Four weeks of 100 records on each working day: full when the 20 working days' rate says so, to a few days."""
    counts, total = [], 0
    for day in range(28):
        total += 100 if (date(2026, 2, 2) + timedelta(days=day)).weekday() < 5 else 0
        counts.append(total)
    found = forecast_full(grown(*counts, start=date(2026, 2, 2)), 4000)
    assert found is not None
    assert abs((found - date(2026, 3, 29)).days) <= 3
