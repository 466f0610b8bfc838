"""The register of requests: the clock of two working days by the office's calendar, states, and who sees what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from attendance.errors import Conflict, Invalid, NotFound
from attendance.services.personal import kinds, notice, requests
from attendance.store import office, registering, trail_checking
from attendance.store.database import Database
from attendance.store.tables import EmployeeRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING, Within
from tests.builders import RECORDED_AT, ZONE, build_office, rows

HR = Actor("hr.lan", via="page", role="hr")
FRIDAY = datetime(2026, 8, 21, 2, tzinfo=UTC)  # 09:00 there


@pytest.fixture
def database(any_database: Database) -> Database:
    build_office(any_database)
    return any_database


def number(database: Database, code: str = "E1") -> int:
    with database.reading() as session:
        return office.key(office.get(session, EmployeeRow, code))


def hand_in(database: Database, at: datetime = FRIDAY, kind: str = "access", code: str = "E1") -> requests.Request:
    with database.writing() as session:
        return requests.hand_in(
            session, number(database, code), kind, way="letter", text="Xin bản sao dữ liệu của tôi", received_at=at,
            zone=ZONE, actor=HR, at=at,
        )  # fmt: skip


def entry(database: Database, on: date, kind: str, pair: date | None = None) -> None:
    with database.writing() as session:
        registering.add_calendar_entry(session, on, kind, pair_on=pair, document="QĐ 1", at=RECORDED_AT)


def test_two_working_days_pass_over_the_weekend(database: Database) -> None:
    assert hand_in(database).answer_by == date(2026, 8, 25)


def test_a_worked_saturday_counts_and_the_day_off_it_stands_for_does_not(database: Database) -> None:
    entry(database, date(2026, 8, 22), "swapped_work", date(2026, 8, 24))
    entry(database, date(2026, 8, 24), "swapped_off", date(2026, 8, 22))
    assert hand_in(database).answer_by == date(2026, 8, 25)  # Saturday is the first, Tuesday the second
    entry(database, date(2026, 8, 25), "holiday")
    with database.reading() as session:
        found, _ = requests.listed(session, EVERYTHING, zone=ZONE, at=FRIDAY, limit=10, offset=0)
    assert found[0].answer_by == date(2026, 8, 26), "the calendar as it is in force now is asked"


def test_a_term_ends_with_its_day_and_overdue_ones_come_first(database: Database) -> None:
    hand_in(database, FRIDAY)
    hand_in(database, FRIDAY - timedelta(days=7), "deletion", "E2")
    hand_in(database, FRIDAY + timedelta(days=3), code="E3")

    def shown(at: datetime) -> list[tuple[str, str]]:
        with database.reading() as session:
            found, total = requests.listed(session, EVERYTHING, zone=ZONE, at=at, limit=10, offset=0)
        assert total == 3
        return [(one.employee, one.overdue) for one in found]

    last_evening = datetime(2026, 8, 25, 16, 59, tzinfo=UTC)  # 23:59 there
    assert shown(last_evening) == [("E2", "answer"), ("E1", ""), ("E3", "")]
    assert shown(last_evening + timedelta(minutes=2)) == [("E2", "answer"), ("E1", "answer"), ("E3", "")]


def test_a_request_goes_its_way_once(database: Database) -> None:
    made = hand_in(database, kind="objection")
    assert made.complete_by == date(2026, 9, 5)
    more = {"zone": ZONE, "within": EVERYTHING, "actor": HR, "at": FRIDAY + timedelta(days=1)}
    with database.writing() as session:
        with pytest.raises(Invalid, match="only while it is answered"):
            requests.complete(session, made.id, **more)
        assert requests.answer(session, made.id, "Sẽ dừng xử lý ảnh chụp", **more).row.state == "answered"
        with pytest.raises(Invalid, match="is answered"):
            requests.answer(session, made.id, "Lại", **more)
        assert requests.extend(session, made.id, "Chờ bên cung cấp", **more).complete_by == date(2026, 9, 20)
        with pytest.raises(Invalid, match="once"):
            requests.extend(session, made.id, "Chờ nữa", **more)
        assert requests.complete(session, made.id, **more).row.state == "completed"
        with pytest.raises(Invalid):
            requests.take_back(session, made.id, **more)
    acts = [act for (act,) in rows(database, "SELECT act FROM trail WHERE kind = 'personal_request' ORDER BY seq")]
    assert acts == [f"personal_request.{act}" for act in ("received", "answered", "extended", "completed")]
    assert not rows(database, "SELECT 1 FROM trail_detail WHERE content LIKE '%Xin bản sao%'")
    with database.reading() as session:
        assert trail_checking.check_trail(session).holds


def test_what_is_outside_is_not_there(database: Database) -> None:
    made = hand_in(database)
    elsewhere = Within(frozenset({99}))
    with database.writing() as session, pytest.raises(NotFound):
        requests.answer(session, made.id, "…", zone=ZONE, within=elsewhere, actor=HR, at=FRIDAY)
    with database.reading() as session:
        assert requests.listed(session, elsewhere, zone=ZONE, at=FRIDAY, limit=10, offset=0) == ([], 0)
        own = Within(frozenset(), number(database))
        assert requests.listed(session, own, zone=ZONE, at=FRIDAY, limit=10, offset=0)[1] == 1


@pytest.mark.parametrize("kind", ["", "erase-all", "ACCESS"])
def test_unknown_kinds_are_refused(database: Database, kind: str) -> None:
    with pytest.raises(NotFound, match="kind of request"):
        hand_in(database, kind=kind)
    assert not rows(database, "SELECT 1 FROM subject_request")


def test_an_office_sets_its_own_terms_from_a_date_by_a_document(database: Database) -> None:
    def set_days(value: object, from_on: date) -> None:
        with database.writing() as session:
            kinds.set_term(
                session, "request.access", "answer_workdays", value, from_on=from_on, document="QĐ 12", actor=HR,
                at=FRIDAY,
            )  # fmt: skip

    set_days(1, date(2026, 8, 22))
    assert hand_in(database).answer_by == date(2026, 8, 25), "received before the new term began"
    assert hand_in(database, FRIDAY + timedelta(days=3)).answer_by == date(2026, 8, 25)
    for wrong in (0, 91, "2", True, None):
        with pytest.raises(Invalid, match="whole number"):
            set_days(wrong, date(2026, 8, 22))
    with database.writing() as session:
        kinds.withdraw_term(session, 1, actor=HR, at=FRIDAY)
    with database.reading() as session:
        assert kinds.terms(session, date(2026, 9, 1)).request("access").answer_workdays == 2


def test_the_notice_is_read_once_and_anew_when_it_says_something_else(database: Database) -> None:
    on, person = date(2026, 8, 21), number(database)
    with database.writing() as session:
        first = notice.notice(session, on)
        assert notice.confirm(session, person, first.digest, "vi", on=on, actor=HR, at=FRIDAY) == FRIDAY
        later = FRIDAY + timedelta(days=1)
        assert notice.confirm(session, person, first.digest, "en", on=on, actor=HR, at=later) == FRIDAY
    with database.reading() as session:
        unread, total = notice.readers(session, EVERYTHING, on, unread=True, limit=10, offset=0)
        assert ([row["code"] for row in unread], total) == (["E2", "E3"], 2)
    with database.writing() as session:
        kinds.set_term(
            session, "data.punches", "purpose.vi", "Chấm công", from_on=on, document="TB 3", actor=HR, at=FRIDAY
        )
        assert notice.notice(session, on).digest != first.digest
        assert notice.read_at(session, person, on) is None
        with pytest.raises(Conflict):
            notice.confirm(session, person, first.digest, "vi", on=on, actor=HR, at=FRIDAY)


def test_what_is_not_certain_is_not_printed_as_law(database: Database) -> None:
    """Only the two texts that the sources found name; every retention term is a proposal without one."""
    with database.reading() as session:
        found = kinds.terms(session, date(2026, 8, 21))
    assert {kind.issued_under for kind in found.kinds} == {""}
    assert {one.issued_under for one in found.requests if one.code in ("access", "correction", "deletion")} == {""}
    assert {code: found.kind(code).months for code in ("verdicts", "punches", "trail", "diagnostics", "photos")} == {
        "verdicts": 120, "punches": 60, "trail": 60, "diagnostics": 12, "photos": 1,
    }  # fmt: skip
    for kind in found.kinds:
        assert bool(kind.destroyed_by) != bool(kind.kept_because["vi"]), kind.code
        assert all(text[lang] for text in (kind.holds, kind.purpose, kind.seen_by) for lang in ("vi", "en"))
