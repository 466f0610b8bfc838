"""The bucket: a burst at once, so much in the long run, and no memory without bound."""

from __future__ import annotations

from device_sync.push.limits import Rates


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def taken(rates: Rates, key: str, tries: int) -> int:
    return sum(rates.allow(key) for _ in range(tries))


def test_a_burst_is_let_through_and_then_the_rate() -> None:
    clock = Clock()
    rates = Rates(2, 5, clock)
    assert taken(rates, "a", 10) == 5
    clock.at += 1
    assert taken(rates, "a", 10) == 2
    clock.at += 1000
    assert taken(rates, "a", 10) == 5


def test_keys_do_not_take_from_each_other() -> None:
    rates = Rates(1, 3, Clock())
    assert (taken(rates, "a", 9), taken(rates, "b", 9)) == (3, 3)


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    clock = Clock()
    rates = Rates(1, 3, clock)
    assert taken(rates, "a", 9) == 3
    clock.at -= 50
    assert taken(rates, "a", 9) == 0
    clock.at += 1
    assert taken(rates, "a", 9) == 1


def test_the_key_that_was_quiet_longest_is_forgotten_first() -> None:
    rates = Rates(1, 1, Clock(), most=3)
    assert [rates.allow(key) for key in "abc"] == [True] * 3
    assert rates.allow("a") is False
    assert rates.allow("d") is True  # "b" makes room
    assert len(rates) == 3
    assert [rates.allow(key) for key in "ab"] == [False, True]
