"""Explanations in each state, so that the pages for them have something to show and somebody to act."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from api.cli.demo.office import DemoOffice
from attendance.services import explanations
from attendance.services.explanations import Decider
from attendance.services.explanations.attaching import Sent
from attendance.store import explanation_register, office, people
from attendance.store.database import Database, Session
from attendance.store.listing_keys import ViolationKey, read_violation_id
from attendance.store.listing_violations import Wanted, violations
from attendance.store.paper_tables import ExplanationRow
from attendance.store.tables import EmployeeRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING, Within

OFFICIAL, HEAD, CLERK, LEADER = "canbo", "truongphong", "nhansu", "lanhdao"
LOOK_BACK = timedelta(days=31)
ENDS = ("confirm", "decide", "denied", "approved", "part", "refused", "confirm", "approved")
"""How far each goes; the first waits for the head, the second for the leader."""
SAID = (
    ("finger_not_read", "Máy không nhận vân tay, tôi phải rửa tay rồi chấm lại."),
    ("forgot_punch", "Tôi bận tiếp công dân đến hết giờ nên quên chấm công khi về."),
    ("force_majeure", "Đường qua ngầm tràn bị ngập, tôi đi vòng nên đến chậm."),
    ("meeting_elsewhere", "Tôi họp tại thôn từ đầu giờ theo phân công của lãnh đạo."),
    ("family_emergency", "Con nhỏ sốt, tôi đưa đi trạm y tế rồi đến cơ quan."),
    ("other", "Xe hỏng dọc đường, tôi đã gọi báo trước cho lãnh đạo."),
)


def file_explanations(database: Database, demo: DemoOffice, at: datetime) -> None:
    """Violations of the last month, in the unit of the official of the logins, become explained: each a step further.

    Of the official's own one is asked for and one waits to be confirmed; others they may write themselves.
    """
    zone = demo.zone
    official = next(login.employee for login in demo.logins if login.employee)
    with database.writing() as session:
        person = office.key(office.get(session, EmployeeRow, official))
        unit = office.unit_on(session, person, demo.today)
        own, others = _violations(session, unit, person, demo.today)
        head, clerk, leader = (_somebody(session, name) for name in (HEAD, CLERK, LEADER))
        if own:
            explanations.ask(session, head, own[:1], note="Mời đồng chí giải trình.", zone=zone, at=at)
        for key in own[2:3]:
            by = _somebody(session, OFFICIAL, person)
            _say(session, by, key, 0, zone, at, [Sent("may-cham-cong.png", picture())])
        for place, (key, end) in enumerate(zip(others, ENDS, strict=False)):
            row = _say(session, clerk, key, place, zone, at)
            if end == "denied":
                explanations.confirm(session, row, head, "denied", note="Hôm đó không có cuộc họp nào.", at=at)
            elif end != "confirm":
                explanations.confirm(session, row, head, note="Đúng như trình bày.", at=at)
            if end in ("approved", "part", "refused"):
                _decide(session, row.id or 0, leader, end, zone, at)


def _decide(session: Session, number: int, by: Decider, end: str, zone: str, at: datetime) -> None:
    row = explanation_register.get(session, number)
    question = explanation_register.question(session, explanation_register.key_of(row))
    whole = question.minutes if question is not None else None
    explanations.decide(
        session, row, by, "refused" if end == "refused" else "approved",
        minutes=max(1, whole // 2) if end == "part" and whole else None,
        note="Không có căn cứ" if end == "refused" else "Đã xem xét", zone=zone, at=at,
    )  # fmt: skip


def _say(
    session: Session,
    by: Decider,
    key: ViolationKey,
    place: int,
    zone: str,
    at: datetime,
    files: Sequence[Sent] = (),
) -> ExplanationRow:
    ground, text = SAID[1 if key.type.startswith("missing") else place % len(SAID)]
    return explanations.hand_in(session, by, key, ground=ground, text=text, files=files, zone=zone, at=at)


def _violations(
    session: Session, unit: int | None, person: int, today: date
) -> tuple[list[ViolationKey], list[ViolationKey]]:
    """Those of the person, and those of others who serve in the unit; newest first, each person once in turn."""
    within = Within(units=frozenset([unit] if unit is not None else []))
    wanted = Wanted(within, today - LOOK_BACK, today)
    found = violations(session, wanted, limit=500, newest_first=True)
    keys = [key for row in found.rows if (key := read_violation_id(row["id"])) is not None]
    own = [key for key in keys if key.employee_id == person]
    by_person: dict[int, list[ViolationKey]] = {}
    for key in keys:
        if key.employee_id != person:
            by_person.setdefault(key.employee_id, []).append(key)
    longest = max(map(len, by_person.values()), default=0)
    return own, [keys[turn] for turn in range(longest) for keys in by_person.values() if turn < len(keys)]


def _somebody(session: Session, name: str, person: int | None = None) -> Decider:
    """An account of the demo; an official acts for themselves alone."""
    return Decider(
        Actor(name, people.account(session, name), "page"), EVERYTHING if person is None else Within(employee=person)
    )


def picture() -> bytes:
    """A small picture, as a phone might have taken it of a terminal: a grey box with a dark window."""
    return b"".join(_parts(160, 120))


def _parts(wide: int, high: int) -> Iterator[bytes]:
    rows = bytearray()
    for y in range(high):
        rows.append(0)
        for x in range(wide):
            dark = 40 < x < 120 and 20 < y < 70
            rows += bytes((38, 50, 62) if dark else (205, 211, 217))
    yield b"\x89PNG\r\n\x1a\n"
    header = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b"")):
        yield struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
