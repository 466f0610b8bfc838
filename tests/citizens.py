"""An office with a counter and a desk on the roster, for tests of what citizens say: the one of `month_office`."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

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
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor
from tests.builders import ZONE
from tests.month_office import AT, fill

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
