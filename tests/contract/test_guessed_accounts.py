"""Ten thousand guesses at real accounts: few are looked at, nobody else notices, and unknown names cost as much."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from attendance.services.accounts import Accounts
from attendance.services.guessing import TooManyAttempts
from attendance.services.known_devices import known_device
from attendance.services.proofs import Came, SignInRefused
from attendance.store.database import Database

PASSWORD = "mưa rơi trên mái ngói"
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
KEY = b"a secret of the tests, long enough"
DESK = "10.1.1.7"


class Counting(Argon2Hasher):
    """Cheap, and counts what it is asked."""

    asked = 0

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        self.asked += 1
        return super().verify(password, hash)


@pytest.fixture
def hasher() -> Counting:
    return Counting(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def accounts(sqlite_database: Database, hasher: Counting) -> Accounts:
    made = Accounts(sqlite_database, now=lambda: NOON, hasher=hasher, secret_key=KEY)
    for name in ("lan", "nam", "minh"):
        made.create_user(name, PASSWORD)
        made.sign_in(name, PASSWORD, DESK, "session")
    hasher.asked = 0
    return made


def guess(accounts: Accounts, name: str, count: int, addresses: int) -> None:
    for number in range(count):
        place = number % addresses
        try:
            accounts.sign_in(name, f"guess {number}", f"203.0.{place // 250}.{place % 250 + 1}", "bearer")
        except (SignInRefused, TooManyAttempts):
            continue


COUNTS = [500, pytest.param(10_000, marks=pytest.mark.long)]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize(("addresses", "looked_at"), [(1, 5), (300, 20)])
def test_guesses_are_stopped_and_nobody_else_is_locked_out(
    accounts: Accounts, hasher: Counting, count: int, addresses: int, looked_at: int
) -> None:
    guess(accounts, "lan", count, addresses)
    assert hasher.asked == looked_at
    for name in ("nam", "minh"):
        assert accounts.sign_in(name, PASSWORD, DESK, "bearer").user.name == name
        assert accounts.sign_in(name, PASSWORD, "10.2.2.2", "bearer").user.name == name
    assert accounts.sign_in("lan", PASSWORD, DESK, "bearer").user.name == "lan"
    phone = Came("198.51.100.4", "", known_device(KEY, "lan", NOON))
    assert accounts.sign_in("lan", PASSWORD, phone.address, "session", came=phone).user.name == "lan"
    if addresses > 1:
        with pytest.raises(TooManyAttempts):
            accounts.sign_in("lan", PASSWORD, "198.51.100.5", "bearer")


def test_a_device_known_for_another_account_helps_nobody(accounts: Accounts) -> None:
    guess(accounts, "lan", 300, 300)
    came = Came("198.51.100.4", "", known_device(KEY, "nam", NOON))
    with pytest.raises(TooManyAttempts):
        accounts.sign_in("lan", PASSWORD, came.address, "session", came=came)


def test_names_that_nobody_has_are_hashed_counted_and_refused_alike(accounts: Accounts, hasher: Counting) -> None:
    answers: dict[str, list[str]] = {}
    for name in ("lan", "nobody"):
        hasher.asked = 0
        answers[name] = []
        for number in range(60):
            try:
                accounts.sign_in(name, "wrong wrong", f"203.0.113.{number}", "bearer")
            except (SignInRefused, TooManyAttempts) as error:
                answers[name].append(f"{error} {hasher.asked}")
    assert answers["lan"] == answers["nobody"]


def test_an_account_remembers_the_places_it_was_seen_at_last(accounts: Accounts) -> None:
    at = NOON
    accounts.now = lambda: at
    for number in range(25):
        at = NOON + timedelta(minutes=number + 1)
        accounts.sign_in("lan", PASSWORD, f"10.3.3.{number}", "bearer")
    with accounts.database.reading() as session:
        query = "SELECT place FROM known_place WHERE user_id = (SELECT id FROM app_user WHERE name = 'lan')"
        places = {row[0] for row in session.connection().exec_driver_sql(query)}
    assert places == {f"10.3.3.{number}" for number in range(5, 25)}


def test_signing_in_five_times_at_once_from_a_new_place_works_five_times(any_database: Database) -> None:
    accounts = Accounts(any_database, now=lambda: NOON, hasher=Counting(1, 8, 1), secret_key=KEY)
    accounts.create_user("lan", PASSWORD)
    with ThreadPoolExecutor(5) as together:
        opened = list(together.map(lambda _: accounts.sign_in("lan", PASSWORD, DESK, "bearer"), range(5)))
    assert len({one.secret for one in opened}) == 5
    assert all(accounts.who(one.secret, "bearer") for one in opened)
