"""An office with a counter and a desk on the roster, for tests of what citizens say: the one of `month_office`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from attendance.services.citizens import intake, points
from attendance.services.citizens.intake import Said
from attendance.services.citizens.tickets import new_ticket
from attendance.services.evaluate import evaluate_dirty
from attendance.services.papers import deciding
from attendance.services.papers.handing_in import Handed
from attendance.services.roster import entering, filling
from attendance.store import office
from attendance.store.citizen_tables import FeedbackPointRow, ObservationRow
from attendance.store.database import Database, Session
from attendance.store.tables import EmployeeRow, UnitRow, UserRow
from attendance.store.trail import Actor
from tests.builders import ZONE
from tests.e2e.site import copied
from tests.month_office import AT, fill

LAN = Actor("lan", 1, "page", role="hr")
UNTOUCHED = ("ruling", "violation", "dirty_day", "explanation", "paper", "absence", "duty", "inspection")
KEY = b"a secret of the tests, long enough"
DESK = "Hộ tịch"
HELD_ON = date(2026, 3, 10)
"""When E1 holds the desk from 8 to 11."""
CLERK = Actor("vanthu")


def unit_of(session: Session, code: str = "A") -> UnitRow:
    return office.get(session, UnitRow, code)


def furnish(database: Database) -> None:
    """The office, its desk to be filled by two on Tuesdays, and one of them on the roster."""
    fill(database)
    starts, ends = datetime.combine(HELD_ON, time(8)), datetime.combine(HELD_ON, time(11))
    with database.writing() as session:
        filling.add_post(
            session, CLERK, "A", kind="one_stop", desk=DESK, weekdays=["tue"], starts="08:00", ends="11:00", needed=2,
            at=AT,
        )  # fmt: skip
        handed = Handed(CLERK, AT)
        duty = entering.enter(session, ZONE, handed, "E1", starts, ends, kind="one_stop", desk=DESK, unit="A")
        deciding.was_signed(session, ZONE, duty, "LT 3", at=AT)
    evaluate_dirty(database, ZONE, AT)


def counter(session: Session, unit: str = "A", name: str = "Quầy 3", desk: str = DESK) -> FeedbackPointRow:
    return points.add_point(session, CLERK, unit_of(session, unit), name, desk, at=AT)


def taken(session: Session, unit: str = "A", channel: str = "hotline", **said: Any) -> ObservationRow:
    """What a citizen said by telephone: nobody at the desk at 8:20."""
    content = Said(**{"kind": "empty", "on": HELD_ON, "at": time(8, 20), "desk": DESK, "text": "Không có ai"} | said)
    number = office.key(unit_of(session, unit))
    return intake.take_in(session, KEY, CLERK, number, channel, content, zone=ZONE, at=AT).row


def send(session: Session, token: str, sent_at: datetime, *, address: str = "10.0.0.1", **said: Any) -> intake.Taken:
    """A form, filled in over five minutes."""
    ticket = str(new_ticket(KEY, token, sent_at.replace(minute=0)))
    content = Said(**{"kind": "wait"} | said)
    return intake.take_form(session, KEY, token, ticket, content, address=address, zone=ZONE, at=sent_at)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A file with the office in it, to copy from."""
    folder = tmp_path_factory.mktemp("citizens")
    database = copied(migrated_sqlite, folder)
    furnish_with_accounts(database)
    database.close()
    return folder / "attendance.db"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        found = copied(request.getfixturevalue("furnished"), tmp_path)
        yield found
        found.close()
    else:
        found = request.getfixturevalue("postgres_database")
        furnish_with_accounts(found)
        yield found


def furnish_with_accounts(database: Database) -> None:
    """Two accounts, the second of E1, who holds the desk."""
    with database.writing() as session:
        session.add(UserRow(id=1, name="lan", password_hash="x", recorded_at=AT))
        session.add(UserRow(id=2, name="binh", password_hash="x", recorded_at=AT))
    furnish(database)
    with database.writing() as session:
        session.get_one(UserRow, 2).employee_id = office.key(office.get(session, EmployeeRow, "E1"))


def rows_of(database: Database, tables: tuple[str, ...] = UNTOUCHED) -> dict[str, list[Any]]:
    with database.reading() as session:
        return {
            name: [tuple(row) for row in session.execute(text(f"SELECT * FROM {name} ORDER BY 1"))] for name in tables
        }


def number_of(row: ObservationRow) -> int:
    assert row.id is not None
    return row.id
