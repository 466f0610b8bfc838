"""What people are told of explanations: asked, what waits for them, what was decided; never why, never twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.notifying.letters import Letters
from attendance.services import explanations
from attendance.services.notifications import events, explaining
from attendance.services.notifications.delivering import Deliverer, Letter
from attendance.store import accounts, explanation_register, listing_explanations, notice_wishes, notices
from attendance.store.database import Database, sqlite_url
from attendance.store.notice_wishes import Wish
from attendance.store.notification_tables import WebhookRow
from tests.builders import ZONE
from tests.explaining import LATE, NOW, build, decider, key

GIVEN: dict[str, Any] = {"ground": "finger_not_read", "text": "Máy không nhận vân tay của tôi"}
NOTE = "Đã xem lại băng hình"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    path = tmp_path_factory.mktemp("explained") / "office.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    build(database, *LATE)
    database.close()
    return path


@pytest.fixture
def office(tmp_path: Path, built: Path) -> Iterator[Database]:
    """E1 was late; E3 is head, the leader stands above. All read what they are told at 09:00."""
    shutil.copyfile(built, tmp_path / "office.db")
    database = Database(sqlite_url(tmp_path / "office.db"))
    choose(database)
    yield database
    database.close()


def choose(database: Database) -> None:
    with database.writing() as session:
        for name in ("an", "head", "leader"):
            wish = Wish(accounts.get_user(session, name).id, "waiting", ("inbox",), 9 * 60)
            notice_wishes.set_wish(session, wish, NOW)


@pytest.mark.postgres
def test_the_same_on_postgresql(postgres_database: Database) -> None:
    build(postgres_database, *LATE)
    choose(postgres_database)
    test_each_step_is_told_to_whom_it_waits_for(postgres_database)


def told(database: Database, at: datetime) -> list[tuple[str, str]]:
    """One round at a moment: who was told what, the subjects that are new."""
    before = {row for row, _ in _inbox(database)}
    with database.reading() as session:
        due = explaining.digest(session, ZONE, at) + explaining.news(session, at)
    with database.writing() as session:
        notices.put(session, due, at)
    Deliverer(database, lambda: at, b"", Letters(ZONE, "vi"), {}, lambda _: None).deliver()
    return [said for row, said in _inbox(database) if row not in before]


def _inbox(database: Database) -> list[tuple[int, tuple[str, str]]]:
    with database.reading() as session:
        return [
            (row.id or 0, (name, row.title))
            for name in ("an", "head", "leader")
            for row in notices.inbox(session, accounts.get_user(session, name).id, limit=100)
        ]


def ask(database: Database, **given: Any) -> None:
    with database.writing() as session:
        explanations.ask(session, decider(session, "head"), [key(session)], note=NOTE, zone=ZONE, at=NOW, **given)


def hand_in(database: Database, at: datetime) -> int:
    with database.writing() as session:
        row = explanations.hand_in(session, decider(session, "an"), key(session), **GIVEN, zone=ZONE, at=at)
        return row.id or 0


def test_each_step_is_told_to_whom_it_waits_for(office: Database) -> None:
    soon = NOW + timedelta(minutes=1)  # 09:01
    assert told(office, soon) == []
    ask(office, due_on=(NOW + timedelta(days=5)).date())
    asked = told(office, soon)
    assert ("an", "1 việc cần anh/chị giải trình") in asked
    assert {name for name, _ in asked} == {"an"}
    assert told(office, soon + timedelta(minutes=1)) == [], "once"
    number = hand_in(office, soon + timedelta(minutes=2))
    assert told(office, soon + timedelta(minutes=3)) == [("head", "1 giải trình đang chờ anh/chị")]
    assert told(office, soon + timedelta(minutes=4)) == [], "once a day"
    with office.writing() as session:
        row = explanation_register.get(session, number)
        explanations.confirm(session, row, decider(session, "head"), "confirmed", at=soon + timedelta(hours=1))
    tomorrow = soon + timedelta(days=1)
    assert told(office, tomorrow) == [("leader", "1 giải trình đang chờ anh/chị")]
    with office.writing() as session:
        row = explanation_register.get(session, number)
        explanations.decide(
            session, row, decider(session, "leader"), "approved", note=NOTE, zone=ZONE, at=tomorrow + timedelta(hours=1)
        )
    assert told(office, tomorrow + timedelta(hours=1)) == [("an", "1 giải trình của anh/chị đã có kết quả")]
    assert told(office, tomorrow + timedelta(days=1)) == []
    with office.reading() as session:
        kept = session.connection().exec_driver_sql("SELECT title, link, params FROM notice").all()
    assert not any(text in str(kept) for text in (GIVEN["text"], NOTE, "finger_not_read"))


def test_a_reminder_comes_before_the_date_and_once_a_day(office: Database) -> None:
    ask(office, due_on=(NOW + timedelta(days=5)).date())
    days = [
        [said for said in told(office, NOW + timedelta(days=day, minutes=1)) if said[0] == "an"] for day in range(6)
    ]
    assert [len(each) for each in days] == [2, 0, 0, 1, 1, 1], "asked and waiting, then from two days before it is due"
    assert told(office, NOW + timedelta(days=5, minutes=30)) == []


def test_nothing_is_said_of_what_was_settled_meanwhile(office: Database) -> None:
    ask(office)
    with office.reading() as session:
        due = explaining.news(session, NOW)
    with office.writing() as session:
        notices.put(session, due, NOW)
    hand_in(office, NOW)
    done = Deliverer(office, lambda: NOW, b"", Letters(ZONE, "vi"), {}, lambda _: None).deliver()
    assert (done.sent, done.dropped) == (0, 1)


def test_the_letter_says_what_and_until_when(office: Database) -> None:
    ask(office, due_on=(NOW + timedelta(days=5)).date())
    with office.reading() as session:
        [new] = [one for one in explaining.news(session, NOW) if one.params and one.params["what"] == "asked"]
        [who] = notice_wishes.recipients(session, [accounts.get_user(session, "an").id])
        from attendance.store.notification_tables import NoticeRow

        row = NoticeRow(key=new.key, kind=new.kind, way=new.way, params=new.params or {}, user_id=who.user_id)
        letter = Letters(ZONE, "en")(session, row, who, NOW)
    assert isinstance(letter, Letter)
    assert "04/03/2026" in letter.text
    assert "until 10/03/2026" in letter.text
    assert letter.link.endswith("-20260304-am-late/explain")
    assert NOTE not in letter.text


def test_programs_are_told_of_each_step_without_text_or_ground(office: Database) -> None:
    with office.writing() as session:
        session.add(
            WebhookRow(name="x", url="https://x.vn/", events=["explanation.waiting"], sealed=b"", created_at=NOW)
        )
    ask(office)
    number = hand_in(office, NOW + timedelta(minutes=1))
    at = NOW + timedelta(minutes=2)
    with office.reading() as session:
        assert len(listing_explanations.waiting(session, at)) == 1
        found = explaining.events(session, at, events.Hearers(session, at, ZONE))
    assert len(found) == 1
    assert f'"explanation":{number}' in found[0].body
    assert '"step":"confirm"' in found[0].body
    assert GIVEN["text"] not in found[0].body
    assert "-am-late" not in found[0].body, "the id of a violation holds the number of its person"
    assert GIVEN["ground"] not in found[0].body
    assert datetime.now(UTC) > NOW
