"""Codes of an authenticator app: good once, near their time, for one account; the secret readable to us alone."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from attendance.errors import Invalid
from attendance.services.second_factor import SecondFactors, SecondFactorUnreadable, SecondFactorWrong
from attendance.store import accounts as store
from attendance.store.database import Database
from attendance.store.trail import Actor
from tests.e2e.site import Clock

KEY = b"a secret of the tests, long enough"
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
LAN = Actor("lan", 1, "page", "10.0.0.1")


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


def factors_of(database: Database, clock: Clock) -> SecondFactors:
    with database.writing() as session:
        for name in ("lan", "nam"):
            store.add_user(session, name, password_hash="x", at=NOON)
    return SecondFactors(database, KEY, clock)


@pytest.fixture
def factors(sqlite_database: Database, clock: Clock) -> SecondFactors:
    return factors_of(sqlite_database, clock)


def set_up(factors: SecondFactors, clock: Clock, user_id: int = 1) -> tuple[pyotp.TOTP, list[str]]:
    begun = factors.begin(user_id, "lan")
    phone = pyotp.parse_uri(begun.address)
    assert isinstance(phone, pyotp.TOTP)
    assert phone.secret == begun.text.replace(" ", "")
    codes = factors.confirm(user_id, phone.at(clock()), LAN)
    clock.pass_by(minutes=5)
    return phone, codes


def test_a_code_is_good_near_its_time_and_once(factors: SecondFactors, clock: Clock) -> None:
    phone, _ = set_up(factors, clock)
    for early in (-90, -60, 60, 90):
        with pytest.raises(SecondFactorWrong):
            factors.check(1, phone.at(clock() + timedelta(seconds=early)))
    factors.check(1, phone.at(clock() - timedelta(seconds=30)))
    factors.check(1, phone.at(clock()))
    for used in (0, -30):
        with pytest.raises(SecondFactorWrong):
            factors.check(1, phone.at(clock() + timedelta(seconds=used)))
    clock.pass_by(seconds=30)
    factors.check(1, " ".join(phone.at(clock())))


def test_of_a_code_sent_twenty_times_at_once_one_is_taken(any_database: Database, clock: Clock) -> None:
    factors = factors_of(any_database, clock)
    phone, _ = set_up(factors, clock)
    taken: list[bool] = []

    def send() -> None:
        try:
            factors.check(1, phone.at(clock()))
            taken.append(True)
        except SecondFactorWrong:
            taken.append(False)

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 1
    assert len(taken) == 20


def test_recovery_codes_are_good_once_and_for_their_account(any_database: Database, clock: Clock) -> None:
    factors = factors_of(any_database, clock)
    _, codes = set_up(factors, clock)
    set_up(factors, clock, 2)
    with pytest.raises(SecondFactorWrong):
        factors.check(2, codes[0])
    factors.check(1, codes[0].replace("-", " ").upper())
    with pytest.raises(SecondFactorWrong):
        factors.check(1, codes[0])
    assert factors.recovery_codes_left(1) == 9
    renewed = factors.renew_recovery_codes(1, LAN)
    with pytest.raises(SecondFactorWrong):
        factors.check(1, codes[1])
    factors.check(1, renewed[1])


@pytest.mark.parametrize("code", ["", "1", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "x" * 5000, "\ud800"])
def test_what_is_no_code_is_refused(factors: SecondFactors, clock: Clock, code: str) -> None:
    set_up(factors, clock)
    with pytest.raises(SecondFactorWrong):
        factors.check(1, code)


def test_what_was_not_confirmed_asks_for_nothing(factors: SecondFactors) -> None:
    begun = factors.begin(1, "lan")
    assert not factors.is_set(1)
    again = factors.begun(1, "lan")
    assert again is not None
    assert again.text == begun.text
    assert factors.begun(2, "nam") is None


def test_one_that_is_on_is_not_replaced(factors: SecondFactors, clock: Clock) -> None:
    set_up(factors, clock)
    with pytest.raises(Invalid):
        factors.begin(1, "lan")
    with pytest.raises(Invalid):
        factors.confirm(1, "123456", LAN)


def test_another_secret_key_or_another_account_reads_nothing(factors: SecondFactors, clock: Clock) -> None:
    phone, _ = set_up(factors, clock)
    other = SecondFactors(factors.database, b"another secret key entirely", clock)
    with pytest.raises(SecondFactorUnreadable):
        other.check(1, phone.at(clock()))
    with factors.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE second_factor SET user_id = 2")
    with pytest.raises(SecondFactorUnreadable):
        factors.check(2, phone.at(clock()))


def test_neither_secret_nor_code_lies_in_the_database(sqlite_database: Database, tmp_path: Path) -> None:
    clock = Clock(NOON)
    with sqlite_database.writing() as session:
        store.add_user(session, "lan", password_hash="x", at=NOON)
    phone, codes = set_up(SecondFactors(sqlite_database, KEY, clock), clock)
    sqlite_database.close()
    with sqlite3.connect(tmp_path / "attendance.db") as connection:
        dumped = "\n".join(connection.iterdump())
    stored = (tmp_path / "attendance.db").read_bytes()
    for secret in (phone.secret, *codes, *(code.replace("-", "") for code in codes)):
        assert secret not in dumped
        assert secret.encode() not in stored
