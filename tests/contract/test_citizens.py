"""What citizens say: bounded and kept once, looked into beside the facts, answered by people, never a violation."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from attendance.errors import NotFound
from attendance.services.citizens import contact, facts, intake, looking, opening, points, seeing
from attendance.services.citizens.intake import Bounds, Said
from attendance.services.citizens.problems import NotSaid, TooManyForms
from attendance.services.citizens.tickets import TicketRefused, new_ticket
from attendance.services.evaluate import evaluate_dirty
from attendance.services.impartial import NotTheirs
from attendance.store import heads, observations, office
from attendance.store.citizen_tables import ObservationRow
from attendance.store.database import Database
from attendance.store.observations import Wanted
from attendance.store.paper_register import NotAsItWas
from attendance.store.tables import EmployeeRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING
from tests.builders import ZONE
from tests.citizens import (
    DESK,
    HELD_ON,
    KEY,
    LAN,
    counter,
    database,
    furnished,
    number_of,
    rows_of,
    send,
    taken,
    unit_of,
)
from tests.month_office import AT

__all__ = ["database", "furnished"]


# taking in -----------------------------------------------------------------------------------------------------------


def test_bounds_hold_per_sender_per_counter_and_over_all_and_are_counted_from_what_is_stored(
    database: Database,
) -> None:
    at = AT + timedelta(minutes=5)
    bounds = Bounds(sender_hour=2, sender_day=3, point_hour=4, point_day=5, all_day=6)
    with database.writing() as session:
        one, two = counter(session), counter(session, name="Quầy 4")
        token, other = one.token, two.token

    def sent(which: str, address: str, when: datetime) -> str:
        try:
            with database.writing() as session:
                ticket = str(new_ticket(KEY, which, when - timedelta(minutes=1)))
                intake.take_form(
                    session, KEY, which, ticket, Said("wait"), address=address, zone=ZONE, at=when, bounds=bounds
                )
        except TooManyForms as error:
            return "refused" if 0 < error.retry_after <= 86_401 else "for ever"
        return "taken"

    assert [sent(token, "10.0.0.1", at) for _ in range(3)] == ["taken", "taken", "refused"]
    assert sent(other, "10.0.0.1", at) == "refused", "a sender is one at every counter"
    database.engine.dispose()  # as after a restart: nothing was held in memory
    assert sent(token, "10.0.0.1", at) == "refused"
    later = at + timedelta(hours=1, seconds=1)
    assert [sent(token, "10.0.0.1", later), sent(token, "10.0.0.1", later)] == ["taken", "refused"]
    assert [sent(token, f"10.0.1.{n}", later) for n in range(3)] == ["taken", "taken", "refused"]
    assert [sent(other, f"10.0.2.{n}", later) for n in range(2)] == ["taken", "refused"], "all counters together"
    day = later + timedelta(hours=24, seconds=1)
    assert sent(token, "10.0.0.1", day) == "taken"
    with database.reading() as session:
        senders = session.scalars(select(ObservationRow.sender).order_by(col(ObservationRow.id))).all()
    assert [bool(sender) for sender in senders] == [False] * 6 + [True], "where a form came from is kept for a day"


def test_the_same_form_again_lands_once_whatever_it_says_then(database: Database) -> None:
    at = AT + timedelta(minutes=5)
    with database.writing() as session:
        token = counter(session).token
    ticket = str(new_ticket(KEY, token, AT))
    found = []
    for words in ("một", "hai", "một"):
        with database.writing() as session:
            said = Said("wait", words)
            found.append(intake.take_form(session, KEY, token, ticket, said, address="10.0.0.1", zone=ZONE, at=at))
    assert [each.again for each in found] == [False, True, True]
    assert len({each.code for each in found}) == 1
    with database.reading() as session:
        assert session.scalars(select(ObservationRow.text)).all() == ["một"]


def test_a_revoked_or_renewed_code_takes_nothing(database: Database) -> None:
    with database.writing() as session:
        row = counter(session)
        before = row.token
        points.renew(session, LAN, row, at=AT)
        renewed = row.token
        points.revoke(session, LAN, row, at=AT)
    for token in (before, renewed, "nothing"):
        with database.writing() as session, pytest.raises(NotFound):
            send(session, token, AT + timedelta(minutes=5))
    with database.writing() as session:
        with pytest.raises(NotAsItWas):
            points.revoke(session, LAN, observations.point(session, EVERYTHING, 1, change=True), at=AT)
        points.renew(session, LAN, observations.point(session, EVERYTHING, 1, change=True), at=AT)
        assert observations.point(session, EVERYTHING, 1).token not in (before, renewed)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"kind": "vi_pham"}, "kind"),
        ({"kind": "other", "text": " \x00\n "}, "say_it"),
        ({"on": date(2026, 4, 4)}, "future"),
        ({"on": date(2026, 4, 3), "at": time(23, 59)}, "future"),
        ({"on": date(2025, 12, 1)}, "old"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(database: Database, said: dict[str, Any], reason: str) -> None:
    with database.writing() as session:
        token = counter(session).token
    with pytest.raises(NotSaid) as raised, database.writing() as session:
        send(session, token, AT + timedelta(minutes=5), **said)
    assert raised.value.reason == reason
    with database.reading() as session:
        assert session.scalars(select(ObservationRow.id)).all() == []


def test_a_form_sent_faster_than_it_is_read_is_refused(database: Database) -> None:
    with database.writing() as session:
        token = counter(session).token
    ticket = str(new_ticket(KEY, token, AT))
    with database.writing() as session, pytest.raises(TicketRefused):
        intake.take_form(session, KEY, token, ticket, Said("wait"), address="10.0.0.1", zone=ZONE, at=AT)


def test_what_an_officer_enters_twice_by_one_form_is_taken_in_once(database: Database) -> None:
    codes = []
    for _ in range(2):
        with database.writing() as session:
            unit = office.key(unit_of(session))
            said = Said("manner", "Nói to tiếng", HELD_ON)
            found = intake.take_in(session, KEY, LAN, unit, "box", said, zone=ZONE, at=AT, number="a" * 32)
            codes.append((found.code, found.row.id))
    assert len(set(codes)) == 1


def test_how_to_reach_somebody_lies_encrypted_and_each_look_is_written_down(database: Database) -> None:
    with database.writing() as session:
        number = number_of(taken(session, contact="0912 345 678"))
    with database.reading() as session:
        row = observations.get(session, EVERYTHING, number)
        assert row.contact
        assert b"345" not in row.contact
    with database.writing() as session:
        row = observations.get(session, EVERYTHING, number)
        assert contact.reveal(session, row, LAN, secret_key=KEY, at=AT) == "0912 345 678"
        with pytest.raises(contact.ContactUnreadable):
            contact.reveal(session, row, LAN, secret_key=KEY[::-1], at=AT)
    with database.reading() as session:
        acts = session.execute(text("SELECT act, actor FROM trail WHERE act = 'observation.contact_seen'")).all()
        assert [tuple(each) for each in acts] == [("observation.contact_seen", "lan")]
        details = session.scalars(text("SELECT content FROM trail_detail")).all()
        assert not [each for each in details if "345" in each or "Không có ai" in each], "never in the trail"


# looking into it -----------------------------------------------------------------------------------------------------


def test_the_facts_stand_beside_it(database: Database) -> None:
    with database.writing() as session:
        row = taken(session)
        found = facts.facts_of(session, ZONE, row, known_at=AT)
        at_noon = facts.facts_of(session, ZONE, taken(session, at=time(12, 30)), known_at=AT)
        no_time = facts.facts_of(session, ZONE, taken(session, at=None), known_at=AT)
        elsewhere = facts.facts_of(session, ZONE, taken(session, desk="Địa chính"), known_at=AT)
    assert found.presence is not None
    assert (found.presence.hours.session, found.presence.hours.document) == ("am", "QD 1")
    assert found.presence.at == datetime(2026, 3, 10, 8, 20)
    assert found.presence.counts()["total"] == 3
    (held,) = found.on_duty
    assert (held.line.employee, held.line.desk) == ("E1", DESK)
    assert held.person is not None
    assert held.person.state == "seen"
    assert (found.needed, found.missing) == (2, 1)
    assert [each.code for each in found.presence.terminals] == ["T-A"]
    assert at_noon.presence is not None
    assert not at_noon.presence.hours.working
    assert (at_noon.on_duty, at_noon.needed) == ((), None)
    assert no_time.presence is None
    assert [each.line.employee for each in no_time.on_duty] == ["E1"]
    assert (elsewhere.on_duty, elsewhere.needed) == ((), None)


def test_no_verdict_violation_or_revision_changes_whatever_becomes_of_it(database: Database) -> None:
    before = rows_of(database)
    with database.writing() as session:
        token = counter(session).token
        numbers = [number_of(taken(session)) for _ in range(3)]
    with database.writing() as session:
        numbers.append(number_of(send(session, token, AT + timedelta(minutes=5), on=HELD_ON, at=time(8, 20)).row))
    for number, outcome in zip(numbers, ("borne_out", "not_borne_out", "cannot_tell", "borne_out"), strict=True):
        with database.writing() as session:
            row = observations.get(session, EVERYTHING, number, change=True)
            opening.ask_for_visit(session, row, LAN, at=AT)
            looking.take_up(session, row, LAN, at=AT)
            facts.facts_of(session, ZONE, row, known_at=AT)
            looking.decide(session, row, LAN, outcome, reason="Đối chiếu lịch trực", answer="Đã xem xét", at=AT)
    assert rows_of(database) == before
    judged = evaluate_dirty(database, ZONE, AT + timedelta(minutes=10))
    assert (judged.days_judged, judged.days_changed) == (0, 0), "no day was marked to be judged again"
    assert rows_of(database) == before
    with database.reading() as session:
        outcomes = session.scalars(select(ObservationRow.outcome).order_by(col(ObservationRow.id))).all()
    assert outcomes == ["borne_out", "not_borne_out", "cannot_tell", "borne_out"]


def test_a_person_decides_once_with_a_reason_and_not_who_held_the_desk(database: Database) -> None:
    binh = Actor("binh", 2, "page", role="leader")
    with database.writing() as session:
        row = taken(session)
        with pytest.raises(NotTheirs):
            looking.decide(session, row, binh, "not_borne_out", reason="Tôi có mặt", answer="Có mặt", at=AT)
        with pytest.raises(NotTheirs):
            looking.take_up(session, row, binh, at=AT)
        for reason, answer, hinders in ((" \u200b", "x", "reason"), ("x", "\n", "answer")):
            with pytest.raises(NotSaid) as raised:
                looking.decide(session, row, LAN, "borne_out", reason=reason, answer=answer, at=AT)
            assert raised.value.reason == hinders
        with pytest.raises(NotSaid):
            looking.decide(session, row, LAN, "violation", reason="x", answer="x", at=AT)
        assert row.state == "received"
        looking.decide(session, row, LAN, "borne_out", reason="Lịch trực thiếu 1 người", answer="Đã bố trí", at=AT)
        assert (row.state, row.looked_by, row.decided_by) == ("answered", "lan", "lan")
        with pytest.raises(NotAsItWas):
            looking.decide(session, row, LAN, "cannot_tell", reason="x", answer="x", at=AT)
        other = taken(session, desk="Địa chính")
        looking.take_up(session, other, binh, at=AT)  # another desk: theirs to look into


def test_nobody_sees_what_is_said_of_a_unit_they_head(database: Database) -> None:
    on = date(2026, 4, 3)
    with database.writing() as session:
        taken(session)
        person = office.key(office.get(session, EmployeeRow, "E1"))
        assert seeing.seen_by(session, EVERYTHING, person, (), on) == EVERYTHING
        heads.name_head(session, "A", "E1", kind="acting", from_on=date(2026, 1, 1), at=AT)
        seen = seeing.seen_by(session, EVERYTHING, person, (), on)
        assert observations.listed(session, seen, Wanted(), limit=10) == ([], 0)
        assert seen.sees(office.key(unit_of(session, "B")))
        with pytest.raises(NotFound):
            observations.get(session, seen, 1)
        assert observations.by_state(session, seen) == {}


def test_a_filter_is_no_pattern(database: Database) -> None:
    with database.writing() as session:
        taken(session, text="100% _đúng_")
        for odd in ("%", "_", "' OR '1'='1", "re%"):
            assert observations.listed(session, EVERYTHING, Wanted(state=odd), limit=10)[1] == 0
            assert observations.by_code(session, odd) is None
            assert observations.point_by_token(session, odd) is None


UTC_MIDNIGHT = datetime(2026, 4, 3, 0, 5, tzinfo=UTC)


def test_now_is_the_minute_on_the_wall_of_the_office(database: Database) -> None:
    with database.writing() as session:
        token = counter(session).token
    with database.writing() as session:
        row = send(session, token, UTC_MIDNIGHT).row
        assert (row.on, row.wall_time, row.desk) == (date(2026, 4, 3), datetime(2026, 4, 3, 7, 5), DESK)
