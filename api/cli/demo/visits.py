"""A standing team, two visits with sealed minutes, a plan and a draw that only its inspector sees.

Some units were never visited.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from api.cli.demo.office import DemoOffice
from api.printing.minutes import drawing
from attendance import clock
from attendance.services.visiting import beginning, marking, planning, sealing, teams, weighing
from attendance.services.visiting.marking import NewMark
from attendance.services.visiting.minutes import keep_written
from attendance.services.visiting.planning import NewPlan
from attendance.services.visiting.presence_record import Presence
from attendance.services.visiting.sealing import Sealing
from attendance.services.visiting.signatures import Signature
from attendance.services.visiting.teams import NewMember, NewTeam
from attendance.services.visiting.written import Conclusion, Person, Written
from attendance.store import office
from attendance.store.accounts import get_user
from attendance.store.database import Database, Session
from attendance.store.tables import UnitRow
from attendance.store.teams import number_of
from attendance.store.trail import Actor
from attendance.store.visit_tables import TeamRow, VisitRow
from attendance.store.within import EVERYTHING

LEADER, INSPECTOR = Actor("lanhdao"), "thanhtra"
NAME, POST = "Phạm Thanh Bình", "Phó Chánh Thanh tra (dữ liệu mẫu)"
TOP, PLANNED = "H", "X2"
LEFT_OUT = ("X1", "H")
"""What is not drawn from: another visit of the play begins there."""
PAST = (("X1", "surprise", time(8, 5)), ("X3", "regular", time(14, 10)))
"""Unit, kind and arrival, on the last working days before today."""
_SAMPLE = "(dữ liệu mẫu)"
TEXTS = (
    Written(
        unit_side=(Person("Đặng Văn Lâm", f"Phó thủ trưởng đơn vị {_SAMPLE}"),),
        desk="Có người trực theo lịch; nội quy và giờ làm việc được niêm yết.",
        explanation="Đơn vị ghi nhận số liệu và sẽ bổ sung giấy tờ của người đi xác minh hồ sơ.",
        conclusions=(Conclusion("Báo cáo các trường hợp chưa rõ lý do, kèm giấy tờ nếu có."),),
    ),
    Written(
        unit_side=(
            Person("Lương Thị Hồng Vân", f"Thủ trưởng đơn vị {_SAMPLE}"),
            Person("Tô Minh Quân", f"Công chức văn phòng {_SAMPLE}"),
        ),
        desk="Quầy tiếp nhận số 2 có người trực; bảng giờ làm việc mùa đông chưa được thay.",
        papers="Đã xem sổ giao việc, lịch trực tháng này và quy chế làm việc của đơn vị.",
        other="Đoàn đã trao đổi với hai người dân đang chờ; không có ý kiến phản ánh.",
        explanation="Đơn vị thay bảng giờ làm việc ngay trong buổi chiều và nhắc lại việc ghi sổ giao việc.",
        conclusions=(
            Conclusion("Thay bảng giờ làm việc theo mùa tại trụ sở và báo cáo bằng ảnh chụp."),
            Conclusion("Ghi sổ giao việc trước khi cử người ra ngoài trụ sở."),
        ),
    ),
)
"""What the team wrote of each, in the order of `PAST`."""
TOLD = {
    "surprise": "Đơn vị báo đi xác minh hồ sơ tại thôn, giấy tờ bổ sung sau.",
    "regular": "Đơn vị báo đi họp liên ngành, giấy mời nộp sau.",
}
ANNEX = "Đơn vị nộp phiếu giao việc của người đi xác minh hồ sơ. Số liệu của biên bản được giữ nguyên."
_DAY = timedelta(days=1)


def file_visits(database: Database, demo: DemoOffice, secret: bytes, at: datetime) -> None:
    """File them, all or none; accounts, punches and verdicts are there. `at` is now."""
    today = clock.today(at, demo.zone)
    with database.writing() as session:
        inspector = Actor(INSPECTOR, get_user(session, INSPECTOR).id, role="inspector")
        team = _team(session, demo.zone, today, at)
        day = today
        for number, (unit, kind, arrived) in enumerate(PAST, 1):
            day = _before(day)
            visit = _planned(session, team, unit, kind, inspector, today, at)
            _held(session, demo.zone, visit, datetime.combine(day, arrived), number, inspector, secret, at)
        wanted = NewPlan(
            _unit(session, PLANNED), planned_for=_workday(today + 2 * _DAY), note="Đi sớm, vào Bộ phận Một cửa trước."
        )
        planning.plan(session, team, wanted, by=inspector, today=today, at=at)
        found = weighing.candidates(session, EVERYTHING, [number_of(team)], today)
        found = [each for each in found if each.code not in LEFT_OUT]
        planning.draw(
            session, team, found, "risk", 1, kind="surprise", planned_for=None, by=inspector, today=today, at=at
        )


def _team(session: Session, zone: str, today: date, at: datetime) -> TeamRow:
    new = NewTeam(
        "Tổ kiểm tra công vụ",
        "Quyết định 212/QĐ-MAU",
        TOP,
        today - 60 * _DAY,
        today + 120 * _DAY,
        [NewMember(INSPECTOR, "head", NAME, POST)],
        standing=True,
    )
    return teams.form(session, zone, new, by=LEADER, at=at)


def _planned(session: Session, team: TeamRow, unit: str, kind: str, by: Actor, today: date, at: datetime) -> VisitRow:
    new = NewPlan(_unit(session, unit), kind, "risk")
    return planning.plan(session, team, new, by=by, today=today, at=at)


def _held(
    session: Session, zone: str, visit: VisitRow, arrival: datetime, number: int, by: Actor, secret: bytes, at: datetime
) -> None:
    """A visit from its beginning to its sealed minutes. What is known of the minute of arrival is known by now."""
    arrived = clock.to_instant(arrival, zone)
    presence = beginning.begin(session, zone, visit, by=by, at=arrived, known_at=at)
    marking.note(session, visit, by, _marks(presence, visit, arrived), at=at)
    beginning.end(session, visit, by=by, at=at)
    text = TEXTS[number - 1]
    signer = text.unit_side[0]
    due = arrival.date() + 14 * _DAY
    written = replace(
        text,
        number=f"{number:02d}/BB-MAU",
        place="Trụ sở đơn vị",
        conclusions=tuple(
            Conclusion(one.text, due if place == 0 else None) for place, one in enumerate(text.conclusions)
        ),
    )
    keep_written(session, visit, written, by=by, at=at, version=None)
    signed = (
        Signature("team", NAME, POST, _line(40)),
        Signature("unit", signer.name, signer.post, _line(90 - 20 * number)),
    )
    address = "https://cham-cong.example.vn/verify"
    sealing.seal(session, zone, visit, signed, by=Sealing(by, secret), draw=drawing(address), at=at)
    if number == 1:
        sealing.add_annex(session, zone, visit, ANNEX, signed, by=Sealing(by, secret), at=at)


def _marks(presence: Presence, visit: VisitRow, arrived: datetime) -> list[NewMark]:
    """Whoever has not punched is looked for: the first has a reason that the unit tells, the others have none."""
    missing = [person for person in presence.people if person.state == "not_seen"][:4]
    return [
        NewMark(
            f"{visit.key[:12]}-{place}", person.code, "absent" if place else "reason_given", arrived,
            "" if place else TOLD[visit.kind],
        )
        for place, person in enumerate(missing)
    ]  # fmt: skip


def _line(rise: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    return (tuple((120 + 30 * step, 200 + (step * rise) % 110) for step in range(18)),)


def _unit(session: Session, code: str) -> int:
    return office.key(office.get(session, UnitRow, code))


def _before(on: date) -> date:
    return _workday(on - _DAY, -1)


def _workday(on: date, step: int = 1) -> date:
    while on.weekday() > 4:
        on += step * _DAY
    return on
