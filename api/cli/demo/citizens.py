"""Two counters with a code, five invented observations in different states, and a survey's score."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from api.cli.demo.office import DemoOffice
from api.cli.demo.waiting import DESKS
from attendance.services.citizens import intake, looking, opening, points, scores
from attendance.services.citizens.intake import Said
from attendance.services.citizens.scores import Score
from attendance.services.citizens.tickets import new_ticket
from attendance.store import accounts, office
from attendance.store.citizen_tables import ObservationRow
from attendance.store.database import Database, Session
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor

UNIT = "X1-MC"
CLERK, INSPECTOR = ("nhansu", "hr"), ("thanhtra", "inspector")
COUNTERS = (("Quầy 1, hộ tịch", DESKS[0]), ("Quầy 2, địa chính", DESKS[1]))
SAID = (
    ("empty", time(8, 20), "Tôi đến lúc 8 giờ 20, quầy chưa có ai, chờ 15 phút."),
    ("praise", None, "Chị ở quầy hướng dẫn rất tận tình, tôi chỉ phải đi một lần."),
    ("wait", time(9, 40), "Chờ gần một tiếng mới đến lượt dù ít người."),
)
HEARD = (
    ("hotline", "closed", time(10, 50), "Người gọi nói quầy đóng trước giờ nghỉ trưa."),
    ("box", "manner", None, "Thư góp ý: cán bộ trả lời điện thoại riêng khi đang tiếp dân."),
)


def file_citizens(database: Database, demo: DemoOffice, secret_key: bytes, at: datetime) -> None:
    """Three come by the form, two by hotline and box; of the five one waits for a visit, two are answered."""
    on = max(day for day in demo.working_days if day < demo.today)
    with database.writing() as session:
        clerk, inspector = (_actor(session, *each) for each in (CLERK, INSPECTOR))
        unit = office.get(session, UnitRow, UNIT)
        tokens = [points.add_point(session, clerk, unit, name, desk, at=at).token for name, desk in COUNTERS]
        asked = [_sent(session, secret_key, tokens[place % 2], demo, on, place, at) for place in range(len(SAID))]
        for channel, kind, minute, text in HEARD:
            said = Said(kind, text, on, minute, desk=DESKS[0], document="" if channel == "box" else "ĐDN 12")
            taken = intake.take_in(session, secret_key, clerk, office.key(unit), channel, said, zone=demo.zone, at=at)
            asked.append(taken.row)
        looking.take_up(session, asked[0], inspector, at=at)
        opening.ask_for_visit(session, asked[0], clerk, at=at)
        looking.decide(
            session, asked[1], clerk, "borne_out", reason="Đúng người, đúng quầy trong lịch trực.",
            answer="Cảm ơn ông/bà; lời khen đã được chuyển tới bộ phận.", at=at,
        )  # fmt: skip
        looking.decide(
            session, asked[3], inspector, "cannot_tell", reason="Máy tại sảnh chưa đọc hết buổi hôm đó.",
            answer="Chưa đủ dữ liệu để kết luận; cơ quan sẽ kiểm tra giờ đóng quầy trong tháng.", at=at,
        )  # fmt: skip
        quarter = (demo.today.month - 1) // 3
        year, quarter = (demo.today.year, quarter) if quarter else (demo.today.year - 1, 4)
        score = Score(year, quarter, 4.3, 5, 128, "Báo cáo khảo sát 07/BC-MAU")
        scores.add_score(session, clerk, unit, score, today=demo.today, at=at)


def _sent(
    session: Session, secret_key: bytes, token: str, demo: DemoOffice, on: date, place: int, at: datetime
) -> ObservationRow:
    kind, minute, text = SAID[place]
    opened = at - timedelta(minutes=5)
    return intake.take_form(
        session, secret_key, token, str(new_ticket(secret_key, token, opened)),
        Said(kind, text, on, minute, "0900 000 000 (số mẫu)" if place == 0 else ""),
        address=f"192.0.2.{place + 1}", zone=demo.zone, at=at,
    ).row  # fmt: skip


def _actor(session: Session, name: str, role: str) -> Actor:
    return Actor(name, accounts.get_user(session, name).id, "page", "", role)
