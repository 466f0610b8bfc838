"""When a terminal is pulled next: ticks, breaker, hints, what is taken over from before. Times are given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from attendance.store.polling import Remembered, ToPoll
from device_sync.agenda import HINT_DELAY_SECONDS, HINT_PAUSE_SECONDS, JITTER, OCCUPIED_SECONDS, Agenda
from device_sync.breaker import CLOSED, HALF_OPEN, LONG_PAUSES, OPEN, PAUSES, SPREAD, Breaker
from device_sync.terminal import Changed, Garbled, Refused, TerminalError, Unreachable

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
GONE = Unreachable("Nobody answers.")


def terminal(
    code: str = "T-A",
    *,
    interval: int = 300,
    port: int = 4370,
    remembered: Remembered | None = None,
    ok_at: datetime | None = None,
) -> ToPoll:
    return ToPoll(1, code, interval, False, ("127.0.0.1", port, "tcp", False), ok_at, remembered)


def meet(*listed: ToPoll, moment: float = 1000.0) -> Agenda:
    agenda = Agenda()
    agenda.look_at(listed or (terminal(),), NOW, moment)
    return agenda


def due(agenda: Agenda) -> float:
    return agenda.known["T-A"].due


# breaker -------------------------------------------------------------------------------------------------------------


def test_three_failures_open_it_each_further_one_doubles_the_pause_and_one_answer_closes_it() -> None:
    breaker = Breaker()
    assert [breaker.fail(GONE), breaker.fail(GONE), breaker.state] == [None, None, CLOSED]
    pauses = []
    for _ in range(10):
        pauses.append(breaker.fail(GONE) or 0.0)
        assert breaker.state == OPEN
        breaker.probe()
        assert breaker.state == HALF_OPEN
    for number, pause in enumerate(pauses):
        expected = min(PAUSES[0] * 2**number, PAUSES[1])
        assert expected * (1 - SPREAD) <= pause <= expected * (1 + SPREAD)
    assert len({round(pause, 3) for pause in pauses[-4:]}) > 1, "those lost together must not come back together"
    breaker.succeed()
    assert (breaker.state, breaker.failures) == (CLOSED, 0)


@pytest.mark.parametrize("error", [Refused("No."), Changed("Another one.")])
def test_one_that_says_no_is_asked_less_often_still(error: TerminalError) -> None:
    breaker = Breaker(failures=2)
    first = breaker.fail(error) or 0.0
    assert first >= LONG_PAUSES[0] * (1 - SPREAD) > PAUSES[0] * (1 + SPREAD)
    for _ in range(40):
        last = breaker.fail(error) or 0.0
    assert LONG_PAUSES[1] * (1 - SPREAD) <= last <= LONG_PAUSES[1] * (1 + SPREAD)


def test_what_came_garbled_is_asked_again_like_what_did_not_come() -> None:
    assert (Breaker(failures=2).fail(Garbled("Rubbish.")) or 0.0) <= PAUSES[0] * (1 + SPREAD)


# ticks ---------------------------------------------------------------------------------------------------------------


def test_a_new_terminal_is_due_at_once_and_then_on_a_grid_of_its_own() -> None:
    agenda = meet()
    assert due(agenda) == 1000.0
    phase = agenda.known["T-A"].phase
    moment = 1000.0
    for _ in range(50):
        agenda.begin("T-A", NOW, moment)
        agenda.end("T-A", NOW, moment + 180, full=False)
        place = (due(agenda) - phase) % 300
        assert 0 <= round(place, 6) <= 300 * JITTER
        assert due(agenda) >= moment + 150
        moment = due(agenda)
    assert moment == pytest.approx(1000 + 50 * 300, abs=300 * (1 + JITTER))
    assert agenda.passed_over == 0


def test_ticks_that_pass_during_a_reading_are_counted_not_made_up_for() -> None:
    agenda = meet()
    agenda.end("T-A", NOW, 1000.0 + 950, full=False)
    assert agenda.passed_over == 3
    assert len(agenda.due(due(agenda))) == 1


def test_a_changed_address_is_tried_at_once_whatever_the_breaker_says() -> None:
    agenda = meet()
    for _ in range(6):
        agenda.fail("T-A", NOW, 1000.0, GONE)
    assert agenda.is_left_alone("T-A")
    agenda.look_at((terminal(port=4371),), NOW, 1001.0)
    assert not agenda.is_doubtful("T-A")
    assert due(agenda) == 1001.0


def test_a_terminal_that_another_process_got_through_to_is_trusted_again() -> None:
    agenda = meet()
    for _ in range(4):
        agenda.fail("T-A", NOW, 1000.0, GONE)
    agenda.look_at((terminal(ok_at=NOW),), NOW, 1002.0)
    assert not agenda.is_doubtful("T-A")
    assert due(agenda) == 1002.0


def test_a_retired_terminal_is_forgotten_and_what_ends_late_of_it_harms_nothing() -> None:
    agenda = meet()
    agenda.look_at((), NOW, 1001.0)
    agenda.end("T-A", NOW, 1002.0, full=False)
    agenda.hint("T-A", 1002.0)
    assert not agenda.fail("T-A", NOW, 1002.0, GONE)
    assert agenda.due(1e9) == []


def test_one_that_is_occupied_is_tried_soon_and_nothing_is_held_against_it() -> None:
    agenda = meet()
    agenda.put_off("T-A", 1000.0)
    assert (due(agenda), agenda.is_doubtful("T-A")) == (1000.0 + OCCUPIED_SECONDS, False)


def test_at_night_everybody_owes_a_whole_reading_and_who_fails_owes_it_until_it_answers() -> None:
    agenda = meet()
    agenda.end("T-A", NOW, 1000.0, full=False)
    for _ in range(3):
        agenda.fail("T-A", NOW, 1000.0, GONE)
    agenda.make_due(1010.0, full=True)
    assert due(agenda) > 1010.0, "it is left alone"
    agenda.end("T-A", NOW, 1100.0, full=False)
    assert (due(agenda), agenda.known["T-A"].owes_full) == (1100.0, True)
    agenda.end("T-A", NOW, 1101.0, full=True)
    assert not agenda.known["T-A"].owes_full
    assert due(agenda) >= 1101.0 + 150


# hints ---------------------------------------------------------------------------------------------------------------


def test_a_burst_of_live_punches_brings_one_pull_soon_and_at_most_one_a_minute() -> None:
    agenda = meet(terminal(interval=3600))
    agenda.begin("T-A", NOW, 1000.0)
    agenda.end("T-A", NOW, 1001.0, full=False)
    later = 1000.0 + 200
    for second in range(4):
        agenda.hint("T-A", later + second)
    assert due(agenda) == later + HINT_DELAY_SECONDS
    agenda.begin("T-A", NOW, due(agenda))
    began = due(agenda)
    agenda.end("T-A", NOW, began + 1, full=False)
    agenda.hint("T-A", began + 2)
    assert due(agenda) == began + HINT_PAUSE_SECONDS


def test_a_hint_neither_delays_a_tick_nor_wakes_a_terminal_that_is_left_alone() -> None:
    agenda = meet()
    agenda.hint("T-A", 1000.0)
    assert due(agenda) == 1000.0
    for _ in range(3):
        agenda.fail("T-A", NOW, 1000.0, GONE)
    before = due(agenda)
    agenda.hint("T-A", 1000.0)
    assert due(agenda) == before


# memory --------------------------------------------------------------------------------------------------------------


def remembered_after(agenda: Agenda, moment: float) -> Remembered:
    rows = agenda.take_changes(NOW, moment)
    assert [number for number, _ in rows] == [1]
    assert agenda.take_changes(NOW, moment) == [], "only what changed"
    return rows[0][1]


def test_an_open_breaker_goes_on_after_a_restart_where_it_was() -> None:
    agenda = meet()
    for _ in range(7):
        agenda.fail("T-A", NOW, 1000.0, GONE)
    pause = due(agenda) - 1000.0
    kept = remembered_after(agenda, 1000.0)
    assert (kept.state, kept.failures, kept.next_at) == (OPEN, 7, NOW + timedelta(seconds=pause))
    again = Agenda()
    again.look_at((terminal(remembered=kept),), NOW + timedelta(seconds=100), 50.0)
    assert again.is_left_alone("T-A")
    assert due(again) == pytest.approx(50.0 + pause - 100)
    assert again.take_changes(NOW, 50.0) == []
    again.begin("T-A", NOW, due(again))
    assert again.known["T-A"].breaker.state == HALF_OPEN
    again.fail("T-A", NOW, 500.0, GONE)
    assert again.known["T-A"].breaker.failures == 8


def test_a_probe_that_a_restart_interrupted_is_made_again() -> None:
    kept = Remembered(HALF_OPEN, 5, NOW - timedelta(seconds=1), NOW)
    agenda = meet(terminal(remembered=kept))
    assert (due(agenda), agenda.known["T-A"].breaker.state) == (1000.0, OPEN)


@pytest.mark.parametrize(("state", "longest"), [(CLOSED, 300 * (1.5 + JITTER)), (OPEN, LONG_PAUSES[1] * (1 + SPREAD))])
def test_a_clock_that_was_set_back_years_delays_nobody_for_long(state: str, longest: float) -> None:
    kept = Remembered(state, 0 if state == CLOSED else 9, NOW + timedelta(days=3000), NOW)
    agenda = meet(terminal(remembered=kept))
    assert due(agenda) == pytest.approx(1000.0 + longest)
