"""What people are told, by a real mail server: the morning list, the missing punch, a terminal that went silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest

from api.pages.i18n import Translator
from attendance import clock
from attendance.services import granting
from attendance.store import accounts as stored
from attendance.store import grants, notices
from attendance.store.trail import CONSOLE
from attendance.store.within import Within
from reports.today import today_page
from tests.e2e.conftest import ZONE, Office
from tests.noticed import file_day, mailing, notifier, states, wall, wants
from tests.receivers import Letterbox, mail_server

DAY = "2026-11-25"


@pytest.fixture
def box() -> Iterator[Letterbox]:
    with mail_server() as found:
        yield found


def text(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


def morning(office: Office, at: str = "07:50") -> None:
    """Wednesday: E1 came in time at T-A, E2 late; T-B was not read since last week."""
    office.clock.at = wall(f"{DAY} {at}")
    file_day(office.database, "T-A", f"{DAY} 07:49:00", [("1", f"{DAY} 05:55:00"), ("2", f"{DAY} 07:41:00")])


def test_the_morning_list_says_what_the_page_of_today_says(office: Office, box: Letterbox) -> None:
    address = wants(office.database, "leader.h", "morning")
    sender = notifier(office.database, office.clock, **mailing(box.port))
    morning(office, "07:44")
    sender.round()
    assert box.taken == []
    office.clock.at = wall(f"{DAY} 07:50")
    sender.round()
    [message] = box.to(address)
    with office.database.reading() as session:
        page = today_page(session, ZONE, office.clock(), within=Within(None))
    t, said = Translator("vi"), text(message)
    assert page.totals["late"] == 1
    assert page.totals["unknown"] >= 1
    for state in ("present", "late", "absent", "unknown", "excused"):
        assert f"- {t(f'letter_state.{state}')}: {page.totals[state]}\n" in said
    assert "Trần Văn Nam (E2), Bộ phận một cửa: giờ vào 07:41, sau giờ quy định 11 phút" in said
    assert "Lê Hoàng Yến (E3)" in said.split(t("letter_state.unknown") + ":\n")[1]
    assert t("letter.morning.unknown") in said
    assert "- T-B: Dữ liệu đến" in said
    assert "https://cc.example.vn/today" in said
    assert message["Subject"] == t(
        "letter.morning.title",
        date="25/11/2026",
        **{name: page.totals[name] for name in ("present", "late", "absent", "unknown")},
    )
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_head_is_told_of_their_own_part_alone(office: Office, box: Letterbox) -> None:
    address = wants(office.database, "head.a1", "morning", language="en")
    morning(office)
    notifier(office.database, office.clock, **mailing(box.port)).round()
    [message] = box.to(address)
    assert "E2" in text(message)
    for other in ("E1", "E3", "T-B", "Hoàng Yến", "Yên Nghĩa"):
        assert other not in text(message)
    assert "Present, in after the hour: 1" in text(message)
    assert looked_at(office) == ["E2"]


def looked_at(office: Office) -> list[str]:
    """Whom the trail says somebody was shown in a morning list."""
    with office.database.reading() as session:
        return list(session.connection().exec_driver_sql(
            "SELECT employee.code FROM trail JOIN trail_subject USING (seq) "
            "JOIN employee ON employee.id = employee_id WHERE act = 'looked' AND trail.kind = 'morning_list' "
            "ORDER BY employee.code"
        ).scalars())  # fmt: skip


def test_a_look_is_of_whoever_was_named_and_once(office: Office, box: Letterbox) -> None:
    """Not of who was there, not by ways that name nobody, not again because the server was down."""
    wants(office.database, "leader.h", "morning", "inbox")
    morning(office)
    notifier(office.database, office.clock, **mailing(box.port)).round()
    assert looked_at(office) == []
    wants(office.database, "leader.h", "morning")
    notifier(office.database, office.clock, **mailing(9)).round()
    office.clock.pass_by(minutes=1)
    notifier(office.database, office.clock, **mailing(box.port)).round()
    [(_, message)] = box.taken
    shown = [code for code in ("E1", "E2", "E3") if f"({code})" in text(message)]
    assert shown == ["E2", "E3"]
    assert looked_at(office) == shown


def test_once_whatever_restarts_and_clocks_do(office: Office, box: Letterbox) -> None:
    address = wants(office.database, "leader.h", "morning")
    morning(office)
    for shift in (0, 1, -10, 30, -2):
        office.clock.pass_by(minutes=shift)
        notifier(office.database, office.clock, **mailing(box.port)).round()
    wants(office.database, "leader.h", "morning", minute="07:40")
    notifier(office.database, office.clock, **mailing(box.port)).round()
    assert len(box.to(address)) == 1


@pytest.mark.parametrize("day", ["2026-11-24", "2026-11-28"])
def test_no_list_on_a_day_nobody_works(office: Office, box: Letterbox, day: str) -> None:
    wants(office.database, "leader.h", "morning", minute="09:30")
    office.clock.at = wall(f"{day} 09:31")
    notifier(office.database, office.clock, **mailing(box.port)).round()
    assert box.taken == []
    assert [row for row in states(office.database) if row[0] == "morning"] == [
        ("morning", "mail", "dropped", "no_workday")
    ]


def test_whoever_lost_the_role_gets_nothing(office: Office, box: Letterbox) -> None:
    wants(office.database, "head.a1", "morning")
    morning(office)
    sender = notifier(office.database, office.clock, **mailing(box.port))
    sender.plan()
    with office.database.writing() as session:
        held = grants.of_users(session, [stored.get_user(session, "head.a1").id])
        for grant in next(iter(held.values())):
            granting.take_back(session, grant.id, by=CONSOLE, at=office.clock())
    sender.round()
    assert box.taken == []
    assert ("morning", "mail", "dropped", "scope") in states(office.database)


def test_a_closed_account_gets_nothing(office: Office, box: Letterbox) -> None:
    wants(office.database, "leader.h", "morning")
    morning(office)
    sender = notifier(office.database, office.clock, **mailing(box.port))
    sender.plan()
    office.accounts.disable("leader.h")
    sender.round()
    assert box.taken == []


def evening(office: Office, until: str) -> None:
    """Wednesday: E2 came and went in the morning, came at 13:20 and has no time out."""
    punches = [("2", f"{DAY} {at}:00") for at in ("07:20", "12:03", "13:20")]
    punches += [("1", f"{DAY} {at}:00") for at in ("05:50", "14:03")]
    file_day(office.database, "T-A", until, punches)


def test_a_missing_punch_is_told_the_same_evening(office: Office, box: Letterbox) -> None:
    address = wants(office.database, "e2", "missing", minute="18:30")
    evening(office, f"{DAY} 18:20:00")
    sender = notifier(office.database, office.clock, **mailing(box.port))
    office.clock.at = wall(f"{DAY} 18:29")
    sender.round()
    assert box.taken == []
    office.clock.at = wall(f"{DAY} 18:35")
    sender.round()
    office.clock.pass_by(minutes=20)
    sender.round()
    [message] = box.to(address)
    assert "Chưa ghi nhận giờ ra buổi chiều (13:30–17:00)" in text(message)
    assert "buổi sáng" not in text(message)
    assert f"https://cc.example.vn/days/E2/{DAY}" in text(message)
    assert "vắng" not in text(message).lower()


def test_what_was_not_read_is_nobodys_omission(office: Office, box: Letterbox) -> None:
    address = wants(office.database, "e2", "missing", minute="18:30")
    wants(office.database, "e1", "missing", minute="18:30")  # depends on T-B too, which is not read at all
    evening(office, f"{DAY} 17:10:00")
    sender = notifier(office.database, office.clock, **mailing(box.port))
    office.clock.at = wall(f"{DAY} 18:35")
    sender.round()
    assert box.taken == []
    file_day(office.database, "T-A", f"{DAY} 20:00:00", first=200_000)
    office.clock.at = wall(f"{DAY} 20:05")
    sender.round()
    assert [addresses for addresses, _ in box.taken] == [[address]]


def test_nothing_is_said_once_the_punch_is_there(office: Office, box: Letterbox) -> None:
    wants(office.database, "e2", "missing", minute="18:30")
    evening(office, f"{DAY} 18:20:00")
    office.clock.at = wall(f"{DAY} 18:35")
    sender = notifier(office.database, office.clock, **mailing(box.port))
    sender.plan()
    file_day(office.database, "T-A", f"{DAY} 18:34:00", [("2", f"{DAY} 17:31:00")], first=200_000)
    sender.round()
    assert box.taken == []
    assert ("missing", "mail", "dropped", "settled") in states(office.database)


def test_an_official_who_chose_nothing_finds_it_in_their_inbox(office: Office) -> None:
    evening(office, f"{DAY} 18:20:00")
    office.clock.at = wall(f"{DAY} 19:01")
    notifier(office.database, office.clock).round()
    with office.database.reading() as session:
        user_id = stored.get_user(session, "e2").id
        [row] = notices.inbox(session, user_id, limit=10)
        assert (row.kind, row.link) == ("missing", f"/days/E2/{DAY}")
        assert "25/11/2026" in row.title


def test_a_silent_terminal_is_told_once_and_when_it_is_back(office: Office, box: Letterbox) -> None:
    address = wants(office.database, "root", "terminals")
    below = wants(office.database, "root.a", "terminals")
    office.clock.at = wall(f"{DAY} 09:00")
    _read(office, "T-A", "T-B")
    sender = notifier(office.database, office.clock, silent_minutes=10, **mailing(box.port))
    sender.round()
    for _ in range(8):  # both are silent after two intervals of five minutes
        office.clock.pass_by(minutes=3)
        sender.round()
    assert len(box.to(address)) == 1, "a dead switch is one message"
    first = text(box.to(address)[0])
    for code in ("T-A", "T-B"):
        assert code in first
    assert box.to(address)[0]["Subject"] == "2 máy chấm công chưa có dữ liệu mới"
    assert "T-B" not in text(box.to(below)[0])
    assert "T-A" in box.to(below)[0]["Subject"]
    _read(office, "T-A")
    sender.round()
    assert len(box.to(address)) == 1
    for _ in range(3):
        office.clock.pass_by(minutes=2)
        _read(office, "T-A")
        sender.round()
    assert box.to(address)[1]["Subject"] == "Máy chấm công T-A đã có dữ liệu trở lại"
    assert len(box.to(address)) == 2


def test_a_flapping_terminal_is_no_storm(office: Office, box: Letterbox) -> None:
    address = wants(office.database, "root", "terminals")
    office.clock.at = wall(f"{DAY} 06:00")
    sender = notifier(office.database, office.clock, silent_minutes=10, **mailing(box.port))
    for round_ in range(6 * 12):  # it answers for half an hour and is gone for half an hour, all day
        if round_ % 12 < 6:
            _read(office, "T-A")
        _read(office, "T-B")
        sender.round()
        office.clock.pass_by(minutes=5)
    assert 2 <= len(box.to(address)) <= 4


def _read(office: Office, *codes: str) -> None:
    """A good reading of now."""
    at = clock.to_wall(office.clock(), ZONE)
    with office.database.writing() as session:
        from attendance.store.evidence_tables import LogPositionRow
        from attendance.store.office import get, key
        from attendance.store.tables import TerminalRow

        for code in codes:
            terminal = key(get(session, TerminalRow, code))
            row = session.get(LogPositionRow, terminal) or LogPositionRow(terminal_id=terminal)
            row.last_ok_at = office.clock()
            session.add(row)
    for code in codes:
        file_day(office.database, code, (at - timedelta(seconds=5)).isoformat(sep=" ", timespec="seconds"))
