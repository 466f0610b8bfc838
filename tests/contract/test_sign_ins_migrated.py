"""An office that was in use before: whoever was signed in stays so, and nobody owes anything they did not owe."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from attendance.services.accounts import Accounts
from attendance.store import schema
from attendance.store.database import Database, sqlite_url

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
SECRET = "x" * 43


@pytest.fixture
def before(tmp_path: Path) -> Database:
    database = Database(sqlite_url(tmp_path / "before.db"))
    schema.upgrade(database, "0011")
    fill(database)
    return database


def fill(database: Database) -> None:
    """An account and its session, as the schema before had them."""
    zone, no = ("", "0") if database.is_sqlite else ("+00", "false")
    at, end = (f"{moment:%Y-%m-%d %H:%M:%S}{zone}" for moment in (NOON, NOON + timedelta(hours=8)))
    digest = hashlib.sha256(SECRET.encode()).hexdigest()
    with database.engine.execution_options(attendance_writing=True).begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO app_user (id, name, password_hash, disabled, recorded_at) "
            f"VALUES (1, 'lan', 'x', {no}, '{at}')"
        )
        connection.exec_driver_sql(
            "INSERT INTO sign_in (id, digest, user_id, kind, created_at, seen_at, expires_at) "
            f"VALUES (1, '{digest}', 1, 'session', '{at}', '{at}', '{end}')"
        )


def test_who_was_signed_in_stays_so(before: Database) -> None:
    schema.upgrade(before)
    found = Accounts(before, now=lambda: NOON).who(SECRET, "session")
    assert found is not None
    assert (found.name, found.held.must, found.held.scopes) == ("lan", None, None)
    before.close()


@pytest.mark.postgres
def test_so_does_an_office_on_postgresql(postgres: object) -> None:
    import psycopg

    address = postgres("postgres")  # type: ignore[operator]
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE sign_ins_before")
    database = Database(postgres("sign_ins_before"))  # type: ignore[operator]
    schema.upgrade(database, "0011")
    fill(database)
    schema.upgrade(database)
    found = Accounts(database, now=lambda: NOON).who(SECRET, "session")
    assert found is not None
    assert found.held.must is None
    database.close()
