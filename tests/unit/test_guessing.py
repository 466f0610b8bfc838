"""Ten thousand guesses: stopped, and nobody else locked out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from attendance.services.guessing import FailedSignIns, TooManyAttempts
from attendance.services.known_devices import device_number, known_device

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
KEY = b"a secret of the tests, long enough"


def let_through(guess: Callable[[int], None], count: int) -> int:
    """How many of so many guesses are looked at."""
    passed = 0
    for number in range(count):
        try:
            guess(number)
            passed += 1
        except TooManyAttempts:
            continue
    return passed


def address(number: int) -> str:
    return f"203.0.{number // 250}.{number % 250 + 1}"


def test_a_right_password_gives_its_attempt_back() -> None:
    failed = FailedSignIns()
    for step in range(100):
        failed.reserve("lan", "10.0.0.1", NOON + timedelta(seconds=step))
        failed.forgive("lan", "10.0.0.1", NOON + timedelta(seconds=step))


def test_thirty_failures_of_many_names_close_an_address() -> None:
    failed = FailedSignIns()
    for number in range(30):
        failed.reserve(f"user{number}", "10.0.0.1", NOON)
    with pytest.raises(TooManyAttempts):
        failed.reserve("another", "10.0.0.1", NOON)
    failed.reserve("another", "10.0.0.2", NOON)


def test_a_network_of_ipv6_guesses_as_one() -> None:
    failed = FailedSignIns(per_address=2)
    failed.reserve("a", "2001:db8::1", NOON)
    failed.reserve("b", "2001:db8::2", NOON)
    with pytest.raises(TooManyAttempts):
        failed.reserve("c", "2001:db8::3", NOON)


@pytest.mark.parametrize("addresses", [1, 300, 10_000])
def test_ten_thousand_guesses_at_one_account_are_twenty(addresses: int) -> None:
    failed = FailedSignIns()
    passed = let_through(lambda number: failed.reserve("lan", address(number % addresses), NOON), 10_000)
    assert passed == (5 if addresses == 1 else 20)


def test_ten_thousand_guesses_a_day_long_are_a_hundred() -> None:
    failed = FailedSignIns()
    passed = let_through(lambda n: failed.reserve("lan", address(n % 300), NOON + timedelta(seconds=8.6 * n)), 10_000)
    assert passed == 100


def test_meanwhile_the_owner_gets_in_from_a_known_place_and_a_known_device() -> None:
    failed = FailedSignIns()
    let_through(lambda number: failed.reserve("lan", address(number % 300), NOON), 10_000)
    with pytest.raises(TooManyAttempts):
        failed.reserve("lan", "10.9.9.9", NOON)
    failed.reserve("lan", "10.0.0.1", NOON, known=True)
    failed.reserve("lan", address(0), NOON, device="her-phone")
    failed.reserve("nam", "10.9.9.9", NOON)


def test_a_colleague_who_guesses_at_the_same_address_locks_nobody_who_is_known_there() -> None:
    failed = FailedSignIns()
    let_through(lambda number: failed.reserve(f"guessed{number}", "10.0.0.1", NOON), 10_000)
    with pytest.raises(TooManyAttempts):
        failed.reserve("lan", "10.0.0.1", NOON)
    failed.reserve("lan", "10.0.0.1", NOON, known=True)


def test_a_stolen_device_has_guesses_of_its_own_and_no_more() -> None:
    failed = FailedSignIns()
    assert let_through(lambda _: failed.reserve("lan", "10.0.0.1", NOON, device="her-phone"), 10_000) == 5
    failed.reserve("lan", "10.0.0.1", NOON, device="her-desk")
    failed.reserve("nam", "10.0.0.1", NOON, device="her-phone")


def test_a_right_password_at_home_gives_guessers_elsewhere_nothing_back() -> None:
    failed = FailedSignIns()
    let_through(lambda number: failed.reserve("lan", address(number), NOON), 300)
    failed.reserve("lan", "10.0.0.1", NOON, known=True)
    failed.forgive("lan", "10.0.0.1", NOON, known=True)
    with pytest.raises(TooManyAttempts):
        failed.reserve("lan", address(299), NOON)


def test_waiting_is_told_to_the_second_and_is_enough() -> None:
    failed = FailedSignIns()
    let_through(lambda number: failed.reserve("lan", address(number), NOON + timedelta(seconds=number)), 300)
    at = NOON + timedelta(minutes=5)
    with pytest.raises(TooManyAttempts) as closed:
        failed.reserve("lan", "10.9.9.9", at)
    assert 0 < closed.value.retry_after <= 901
    failed.reserve("lan", "10.9.9.9", at + timedelta(seconds=closed.value.retry_after))


def test_only_the_first_refusal_of_a_kind_is_news() -> None:
    failed = FailedSignIns()
    news = []
    for number in range(1_000):
        try:
            failed.reserve("lan", address(number), NOON)
        except TooManyAttempts as error:
            news.append(error.first)
    assert news.count(True) == 1


def test_memory_is_bounded_and_a_flood_of_addresses_forgets_no_account() -> None:
    failed = FailedSignIns(most_keys=100)
    let_through(lambda number: failed.reserve("lan", address(number), NOON), 30)
    for number in range(5_000):
        failed.reserve(f"name{number % 40}", address(number), NOON, known=True)
    assert failed.held() <= 500
    with pytest.raises(TooManyAttempts):
        failed.reserve("lan", "10.9.9.9", NOON)


def test_a_device_is_known_for_the_account_it_signed_in_to_alone() -> None:
    kept = known_device(KEY, "lan", NOON)
    number = device_number(KEY, "lan", kept, NOON)
    assert number
    assert number == device_number(KEY, "lan", kept, NOON + timedelta(days=179))
    assert device_number(KEY, "lan", kept, NOON + timedelta(days=180)) is None
    assert device_number(KEY, "nam", kept, NOON) is None
    assert device_number(b"another secret key", "lan", kept, NOON) is None
    longer = ".".join([kept.split(".")[0], "9999999999", kept.split(".")[2]])
    for forged in ("", "x", "a.b.c", kept[:-1], longer, "ă" + kept, kept * 5):
        assert device_number(KEY, "lan", forged, NOON) is None
