"""Who may sign in, for how long, and how often somebody may guess."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from attendance.errors import AlreadyExists, Invalid, NotFound
from attendance.services.accounts import Accounts, seal
from attendance.services.granting import Wanted, give
from attendance.services.guessing import TooManyAttempts
from attendance.services.passwords import HASHES_AT_ONCE
from attendance.services.proofs import SignInRefused
from attendance.store import accounts as store
from attendance.store import registering
from attendance.store.database import Database
from attendance.store.trail import CONSOLE

PASSWORD = "một câu rất dài"
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
CHEAP = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)


class Ticking:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def database(sqlite_database: Database) -> Iterator[Database]:
    made = sqlite_database
    with made.writing() as session:
        registering.add_unit(session, "A", at=NOON)
    yield made
    made.close()


@pytest.fixture
def now() -> Ticking:
    return Ticking()


@pytest.fixture
def accounts(database: Database, now: Ticking) -> Accounts:
    made = Accounts(database, now=now, hasher=CHEAP)
    made.create_user("lan", PASSWORD, "hr", "A")
    return made


def test_a_right_password_says_who_it_is(accounts: Accounts) -> None:
    found = accounts.verify_password("lan", PASSWORD)
    assert (found.name, found.role, found.unit) == ("lan", "hr", "A")


def test_letters_typed_in_parts_are_the_same_password(accounts: Accounts) -> None:
    decomposed = "mo\u0323\u0302t ca\u0302u ra\u0302\u0301t da\u0300i"
    assert decomposed != PASSWORD
    assert accounts.verify_password("lan", decomposed).name == "lan"


@pytest.mark.parametrize("password", ["wrong wrong", "", PASSWORD + " ", PASSWORD * 400])
def test_a_wrong_password_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(SignInRefused):
        accounts.verify_password("lan", password)


@pytest.mark.parametrize("name", ["nobody", "", "lan\0", "x" * 5000, "\ud800"])
def test_a_name_nobody_has_is_refused_with_the_same_words(accounts: Accounts, name: str) -> None:
    with pytest.raises(SignInRefused) as unknown:
        accounts.verify_password(name, PASSWORD)
    with pytest.raises(SignInRefused) as wrong:
        accounts.verify_password("lan", "wrong wrong")
    assert str(unknown.value) == str(wrong.value)


def test_an_unknown_name_costs_as_much_as_a_known_one(database: Database) -> None:
    made = Accounts(database, hasher=Argon2Hasher(time_cost=2, memory_cost=16_384, parallelism=1))
    made.create_user("nam", PASSWORD, "leader")

    def shortest(name: str) -> float:
        spans = []
        for _ in range(5):
            begun = time.perf_counter()
            with pytest.raises(SignInRefused):
                made.verify_password(name, "wrong wrong")
            spans.append(time.perf_counter() - begun)
        return min(spans)

    assert shortest("nobody") > shortest("nam") / 2


def test_passwords_are_stored_as_argon2id_only(accounts: Accounts) -> None:
    with accounts.database.reading() as session:
        stored = store.get_user(session, "lan").password_hash
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_a_hash_of_weaker_settings_is_renewed_at_sign_in(database: Database, accounts: Accounts) -> None:
    stronger = Accounts(database, hasher=Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1))
    stronger.verify_password("lan", PASSWORD)
    with database.reading() as session:
        assert "m=16,t=2" in store.get_user(session, "lan").password_hash
    assert stronger.verify_password("lan", PASSWORD).name == "lan"


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [
        ("x", "short", "hr"),
        ("x", "l" * 257, "hr"),
        ("x", PASSWORD, "king"),
        (" x", PASSWORD, "hr"),
        ("", PASSWORD, "hr"),
    ],
)
def test_a_user_that_cannot_be_is_refused(accounts: Accounts, name: str, password: str, role: str) -> None:
    with pytest.raises(Invalid):
        accounts.create_user(name, password, role)


def test_names_are_taken_once_and_units_must_be_there(accounts: Accounts) -> None:
    with pytest.raises(AlreadyExists):
        accounts.create_user("lan", PASSWORD, "leader")
    with pytest.raises(NotFound):
        accounts.create_user("nam", PASSWORD, "leader", "Z")


def test_a_secret_is_stored_only_as_its_digest(accounts: Accounts) -> None:
    opened = accounts.sign_in("lan", PASSWORD, "10.0.0.1", "bearer")
    assert len(opened.secret) == 43
    assert opened.secret not in repr(opened)
    with accounts.database.reading() as session:
        digest = hashlib.sha256(opened.secret.encode()).hexdigest()
        assert store.find_sign_in(session, digest, "bearer") is not None
        assert store.find_sign_in(session, opened.secret, "bearer") is None


def test_a_bearer_token_lasts_eight_hours_and_is_no_session(accounts: Accounts, now: Ticking) -> None:
    secret = accounts.sign_in("lan", PASSWORD, "", "bearer").secret
    assert accounts.who(secret, "session") is None
    now.at += timedelta(hours=8) - timedelta(seconds=1)
    assert accounts.who(secret, "bearer") is not None
    now.at += timedelta(seconds=1)
    assert accounts.who(secret, "bearer") is None


def test_a_session_ends_after_half_an_hour_without_use(accounts: Accounts, now: Ticking) -> None:
    secret = accounts.sign_in("lan", PASSWORD, "", "session").secret
    now.at += timedelta(minutes=29)
    assert accounts.who(secret, "session") is not None
    now.at += timedelta(minutes=29)
    assert accounts.who(secret, "session") is not None
    now.at += timedelta(minutes=30)
    assert accounts.who(secret, "session") is None


def test_a_session_ends_after_twelve_hours_of_use(accounts: Accounts, now: Ticking) -> None:
    secret = accounts.sign_in("lan", PASSWORD, "", "session").secret
    seen = 0
    while accounts.who(secret, "session") is not None:
        seen += 1
        now.at += timedelta(minutes=20)
    assert now.at - NOON == timedelta(hours=12)
    assert seen == 36


def test_being_seen_is_written_at_most_once_a_minute(accounts: Accounts, now: Ticking) -> None:
    secret = accounts.sign_in("lan", PASSWORD, "", "session").secret
    now.at += timedelta(seconds=59)
    accounts.who(secret, "session")
    with accounts.database.reading() as session:
        found = store.find_sign_in(session, hashlib.sha256(secret.encode()).hexdigest(), "session")
    assert found is not None
    assert found.seen_at == NOON


def test_signing_out_disabling_and_a_new_password_end_sign_ins_at_once(accounts: Accounts) -> None:
    secrets = [accounts.sign_in("lan", PASSWORD, "", kind).secret for kind in ("bearer", "bearer", "session")]
    accounts.sign_out(secrets[0])
    assert accounts.who(secrets[0], "bearer") is None
    assert accounts.who(secrets[1], "bearer") is not None
    accounts.set_password("lan", PASSWORD + "!")
    assert accounts.who(secrets[1], "bearer") is None
    again = accounts.sign_in("lan", PASSWORD + "!", "", "session").secret
    accounts.disable("lan")
    assert accounts.who(again, "session") is None
    with pytest.raises(SignInRefused):
        accounts.verify_password("lan", PASSWORD + "!")
    accounts.enable("lan")
    assert accounts.who(again, "session") is None
    assert accounts.verify_password("lan", PASSWORD + "!").name == "lan"


@pytest.mark.parametrize("secret", ["", "x" * 43, "ă" * 43, "x" * 100_000])
def test_what_is_no_secret_signs_nobody_in(accounts: Accounts, secret: str) -> None:
    assert accounts.who(secret, "bearer") is None


def test_expired_sign_ins_are_forgotten(accounts: Accounts, now: Ticking) -> None:
    old = accounts.sign_in("lan", PASSWORD, "", "bearer").secret
    now.at += timedelta(hours=9)
    accounts.sign_in("lan", PASSWORD, "", "bearer")
    with accounts.database.reading() as session:
        assert store.find_sign_in(session, hashlib.sha256(old.encode()).hexdigest(), "bearer") is None


def test_five_failures_close_an_account_for_one_address_alone(accounts: Accounts, now: Ticking) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            accounts.sign_in("lan", "wrong wrong", "10.0.0.1", "bearer")
    with pytest.raises(TooManyAttempts) as closed:
        accounts.sign_in("lan", PASSWORD, "10.0.0.1", "bearer")
    assert closed.value.retry_after == 901
    assert accounts.sign_in("lan", PASSWORD, "10.0.0.2", "bearer").user.name == "lan"
    now.at += timedelta(minutes=15)
    assert accounts.sign_in("lan", PASSWORD, "10.0.0.1", "bearer").user.name == "lan"


def test_guesses_sent_at_once_are_all_counted(accounts: Accounts) -> None:
    answers: list[str] = []

    def guess() -> None:
        try:
            accounts.sign_in("lan", "wrong wrong", "10.0.0.9", "bearer")
        except (SignInRefused, TooManyAttempts) as error:
            answers.append(error.code)

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("sign_in_refused") == 5
    assert answers.count("too_many_attempts") == 15


def test_at_most_four_hashes_are_computed_at_once(database: Database) -> None:
    running, most, guard = 0, 0, threading.Lock()

    class Counting(Argon2Hasher):
        def verify(self, password: str | bytes, hash: str | bytes) -> bool:
            nonlocal running, most
            with guard:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with guard:
                running -= 1
            return False

    made = Accounts(database, hasher=Counting(time_cost=1, memory_cost=8, parallelism=1))

    def guess() -> None:
        with pytest.raises(SignInRefused):
            made.verify_password("nobody", "wrong wrong")

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == HASHES_AT_ONCE


def test_a_seal_depends_on_key_purpose_and_secret() -> None:
    seals = {seal(key, purpose, secret) for key in (b"k", b"l") for purpose in ("form", "x") for secret in ("s", "t")}
    assert len(seals) == 8
    assert seal(b"k", "form", "s") == seal(b"k", "form", "s")


def visit(now: Ticking, **ends: float) -> dict[str, object]:
    return {"visit": "Kiểm tra công vụ đợt 4", "ends_at": now.at + timedelta(**ends)}


def test_a_session_on_a_visit_may_stand_idle_for_eight_hours_and_no_longer(accounts: Accounts, now: Ticking) -> None:
    accounts.create_user("binh", PASSWORD, "inspector", "A", **visit(now, days=3))
    opened = accounts.sign_in("binh", PASSWORD, "", "session")
    now.at += timedelta(hours=8) - timedelta(seconds=1)
    found = accounts.who(opened.secret, "session")
    assert found is not None
    assert found.roles == ("inspector",)
    now.at += timedelta(seconds=1)
    assert accounts.who(opened.secret, "session") is None


def test_a_session_on_a_visit_ends_with_the_grant(accounts: Accounts, now: Ticking) -> None:
    accounts.create_user("binh", PASSWORD, "inspector", "A", **visit(now, hours=2))
    secret = accounts.sign_in("binh", PASSWORD, "", "session").secret
    now.at += timedelta(hours=2) - timedelta(seconds=1)
    assert accounts.who(secret, "session") is not None
    now.at += timedelta(seconds=1)
    assert accounts.who(secret, "session") is None


def test_who_is_an_inspector_beside_another_role_has_no_longer_session(accounts: Accounts, now: Ticking) -> None:
    accounts.create_user("binh", PASSWORD, "inspector", "A", **visit(now, days=3))
    with accounts.database.writing() as session:
        give(session, "binh", Wanted("head", "A"), by=CONSOLE, at=now.at)
    secret = accounts.sign_in("binh", PASSWORD, "", "session").secret
    now.at += timedelta(minutes=30)
    assert accounts.who(secret, "session") is None
