"""Answers kept under keys, on every database: found for a day, one at a time, joined to the write's transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from attendance.errors import Conflict, Invalid
from attendance.store import kept_answers, registering
from attendance.store.database import Database
from attendance.store.kept_answers import Asked
from attendance.store.register_tables import KeptAnswerRow
from attendance.store.tables import EmployeeRow, UserRow

AT = datetime(2026, 3, 1, tzinfo=UTC)


def asked(database: Database, key: str = "k", digest: str = "a") -> Asked:
    with database.writing() as session:
        user = session.exec(select(UserRow)).first() or UserRow(name="hr", password_hash="", recorded_at=AT)
        session.add(user)
        session.flush()
        assert user.id is not None
        return Asked(user.id, "POST /employees", key, digest, "g")


def keep(database: Database, under: Asked, at: datetime = AT) -> None:
    with database.writing() as session:
        kept_answers.keep(session, under, 201, {"content-type": "application/json"}, b'{"a": "\xc4\x91"}', at=at)


def test_an_answer_is_found_for_a_day_as_it_was(any_database: Database) -> None:
    under = asked(any_database)
    keep(any_database, under)
    with any_database.reading() as session:
        found = kept_answers.find(session, under, AT + timedelta(hours=23, minutes=59))
        assert found is not None
        assert (found.status, found.body, found.headers) == (
            201, b'{"a": "\xc4\x91"}', {"content-type": "application/json"},
        )  # fmt: skip
        assert kept_answers.find(session, under, AT + timedelta(hours=24)) is None
        assert kept_answers.find(session, asked_again(under, key="other"), AT) is None
    keep(any_database, asked_again(under, key="later"), AT + timedelta(hours=24))
    with any_database.reading() as session:
        assert [row.key for row in session.exec(select(KeptAnswerRow))] == ["later"]


def asked_again(under: Asked, key: str) -> Asked:
    return Asked(under.user_id, under.route, key, under.request_digest, under.grants_digest)


def test_one_key_is_kept_once(any_database: Database) -> None:
    under = asked(any_database)
    keep(any_database, under)
    with pytest.raises(Conflict):
        keep(any_database, under)


def test_nobody_else_works_under_a_key_meanwhile(any_database: Database) -> None:
    """On PostgreSQL a twin is told so at once; on SQLite it has no transaction before the first has ended."""
    under = asked(any_database)
    with any_database.writing() as first:
        assert kept_answers.take_turn(first, under)
        if not any_database.is_sqlite:
            with any_database.writing() as second:
                assert not kept_answers.take_turn(second, under)
                assert kept_answers.take_turn(second, asked_again(under, key="other"))
    with any_database.writing() as session:
        assert kept_answers.take_turn(session, under)


def test_what_joins_a_transaction_is_kept_or_lost_with_it(any_database: Database) -> None:
    def add(code: str) -> None:
        with any_database.writing() as session:
            registering.add_employee(session, code, at=AT)

    def codes(session: Session) -> list[str]:
        return sorted(row.code for row in session.exec(select(EmployeeRow)))

    with any_database.writing() as session, any_database.joining(session):
        add("E1")
        with pytest.raises(Invalid), any_database.writing() as part:  # noqa: PT012
            registering.add_employee(part, "E2", at=AT)
            raise Invalid("half of it was wrong, and is undone alone")
        with any_database.reading() as same:
            assert codes(same) == ["E1"]
        add("E3")
    with any_database.reading() as session:
        assert codes(session) == ["E1", "E3"]
    with pytest.raises(RuntimeError), any_database.writing() as session, any_database.joining(session):  # noqa: PT012
        add("E4")
        raise RuntimeError
    with any_database.reading() as session:
        assert codes(session) == ["E1", "E3"]
