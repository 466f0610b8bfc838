"""A visit on 17 March 2026 at 08:00 to the office of `month_office`, whose list was left: E1 and E3 had punched in, E2
had not, and their paper came weeks later."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from api.printing.minutes import drawing
from attendance import clock
from attendance.services.visiting import beginning, marking, sealing, seals
from attendance.services.visiting.marking import NewMark
from attendance.services.visiting.minutes import keep_written
from attendance.services.visiting.sealing import Sealing
from attendance.services.visiting.signatures import Signature
from attendance.services.visiting.written import Conclusion, Person, Written
from attendance.store import accounts, office, visits
from attendance.store.database import Database, Session
from attendance.store.minutes_tables import MinutesRow
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor
from attendance.store.visit_tables import TeamMemberRow, TeamRow, VisitRow
from tests.builders import ZONE

KEY = "k7mq2w9xtrbn4cps"
ARRIVAL = datetime(2026, 3, 17, 8, 0)
KNOWN_AT = datetime(2026, 4, 2, 9, tzinfo=UTC)
"""The terminal was read by then, and nobody had seen the paper of E2."""
SEALED_AT = datetime(2026, 4, 3, 5, tzinfo=UTC)
SECRET = b"a secret of the tests, long enough"
ADDRESS = "https://cham-cong.example.vn/verify"
STROKES = tuple(tuple((100 + 20 * step, 180 + (step * 37) % 90) for step in range(10)) for _ in range(2))
UNIT_SIDE = Signature("unit", "Ngô Quang Vinh", "Phó Chủ tịch", refused="Không đồng ý với số liệu")
TEAM_SIDE = Signature("team", "Phan Văn Lực", "Trưởng đoàn", STROKES)
WRITTEN = Written(
    number="12/BB-ĐKT",
    place="Tân Mai",
    unit_side=(Person("Ngô Quang Vinh", "Phó Chủ tịch"),),
    witnesses=(Person("Lý Thị Sẽn", "Văn phòng"),),
    desk="Bộ phận một cửa có người trực đúng lịch.",
    explanation="Ông Lê Văn An được giao việc đột xuất bằng lời; chữ ưỡ, ẵ, ỵ, Ệ, đ giữ nguyên.",
    conclusions=(
        Conclusion("Báo cáo về hai trường hợp chưa có giấy tờ.", date(2026, 3, 24)),
        Conclusion("Niêm yết giờ làm việc."),
    ),
)
MARKS = (("E2", "reason_given", "đơn vị nói đi khám"), ("E3", "absent", ""))


def hold_visit(database: Database, head: str = "tra", *, member: str = "", written: Written | None = WRITTEN) -> None:
    """A team with a head that is an account, its visit with marks and text, and its list left."""
    with database.writing() as session:
        user = accounts.find_user(session, head)
        number = user.id if user is not None else _account(session, head)
        team = TeamRow(
            name="Đoàn kiểm tra số 3", document="Quyết định 118/QĐ-UBND", from_on=date(2026, 1, 1),
            to_on=date(2026, 12, 31), created_at=KNOWN_AT,
        )  # fmt: skip
        session.add(team)
        session.flush()
        people = [(number, "head", "Phan Văn Lực")]
        if member:
            people.append((accounts.get_user(session, member).id, "member", "Đỗ Kim Oanh"))
        for who, part, name in people:
            session.add(
                TeamMemberRow(
                    team_id=team.id or 0, user_id=who, part=part, name=name, post="Thanh tra viên", joined_at=KNOWN_AT
                )
            )
        visit = VisitRow(
            key=KEY, team_id=team.id or 0, unit_id=office.key(office.get(session, UnitRow, "A")), created_at=KNOWN_AT
        )
        session.add(visit)
        session.flush()
        by = Actor(head, number, "api")
        beginning.begin(session, ZONE, visit, by=by, at=clock.to_instant(ARRIVAL, ZONE), known_at=KNOWN_AT)
        marks = [
            NewMark(f"mark-{code}-0001", code, mark, clock.to_instant(ARRIVAL, ZONE), note)
            for code, mark, note in MARKS
        ]
        told = marking.note(session, visit, by, marks, at=KNOWN_AT)
        assert {one.outcome for one in told} == {"taken"}
        beginning.end(session, visit, by=by, at=KNOWN_AT)
        if written is not None:
            keep_written(session, visit, written, by=by, at=KNOWN_AT, version=None)


def sealing_by(session: Session, head: str = "tra") -> Sealing:
    """The head of the team, with the secret key of the tests."""
    return Sealing(Actor(head, accounts.get_user(session, head).id, "api"), SECRET)


def seal_it(database: Database, *, secret: bytes = SECRET, **more: Any) -> MinutesRow:
    """Seal the visit's minutes; the row as it was stored."""
    with database.writing() as session:
        visit = visit_in(session)
        by = Sealing(sealing_by(session).actor, secret)
        return sealing.seal(
            session, ZONE, visit, (TEAM_SIDE, UNIT_SIDE), by=by, draw=drawing(ADDRESS), at=SEALED_AT, **more
        )


def visit_in(session: Session) -> VisitRow:
    found = visits.find(session, KEY)
    assert found is not None
    return found


def data_of(pdf: bytes) -> bytes:
    found = seals.attached(pdf)
    assert found is not None
    return found


def _account(session: Session, name: str) -> int:
    return accounts.add_user(session, name, password_hash="", at=KNOWN_AT).id
