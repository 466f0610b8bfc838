"""A made-up office with as many violations as years bring: written by the database itself, so that it takes seconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import lcm
from pathlib import Path

from sqlalchemy import text

from attendance.letters import searched
from attendance.store import registering, schema
from attendance.store.database import Database, Session, sqlite_url

OLD = "2026-01-01 00:00:00.000000"
AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FIRST = date(2026, 1, 5)
DAYS = 330
UNITS = 60
LAST = FIRST + timedelta(days=DAYS - 1)
FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
)
MIDDLE = ("Văn", "Thị", "Hữu", "Đức", "Ngọc", "Minh", "Thanh", "Xuân", "Quốc", "Thị Bích", "Thị Kim", "Công")
GIVEN = (
    *("Anh", "Bình", "Châu", "Dũng", "Đạt", "Giang", "Hà", "Hải", "Hạnh", "Hiếu", "Hoa", "Hòa", "Hùng", "Hương"),
    *("Khánh", "Lan", "Linh", "Long", "Mai", "Nam", "Nga", "Ngân", "Nhung", "Oanh", "Phong", "Phúc", "Quân", "Quỳnh"),
    *("Sơn", "Tâm", "Thảo", "Thắng", "Thu", "Trang", "Tuấn", "Tùng", "Uyên", "Vân", "Việt", "Yến"),
)
_EACH = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count) "
_WHO = "1 + i % :people"
_WHEN = "date(:first, '+' || (i % :days) || ' days')"
_ROUND = "i / :again"  # how often that person and date came before
_RULINGS = f"""{_EACH}
INSERT INTO ruling (id, employee_id, work_date, revision, unit_id, day_kind, scheduled_min, worked_min, credited_min,
  leave_min, unverified_min, flags, symbols, citations, duties, overtime, findings, rulebook, digest, cause,
  recorded_at)
SELECT i + 1, {_WHO}, {_WHEN}, 1 + {_ROUND}, 1 + i % :people % :units, 'workday', 480, 465, 465, 0, 0, '[]',
  '{{"am": "+", "pm": "+"}}', '[]', '[]', '[]', '[]', 'r', 'd', 'first', '2026-11-20 10:06:00.000000' FROM n
"""
_VIOLATIONS = f"""{_EACH}
INSERT INTO violation (id, ruling_id, employee_id, unit_id, work_date, session, type, minutes, excused_min,
  counted_min, status)
SELECT i + 1, i + 1, {_WHO}, 1 + i % :people % :units, {_WHEN}, CASE WHEN {_ROUND} % 2 THEN 'am' ELSE 'pm' END,
  CASE i % 7 WHEN 0 THEN 'early' WHEN 1 THEN 'missing_out' ELSE 'late' END,
  CASE WHEN i % 7 = 1 THEN NULL ELSE 1 + i % 50 END, 0, CASE WHEN i % 7 = 1 THEN 0 ELSE 1 + i % 50 END,
  CASE WHEN i % 7 = 1 THEN 'pending' ELSE 'counted' END FROM n
"""


def name_of(number: int) -> str:
    """An invented name; `number` from 0."""
    given, rest = number % len(GIVEN), number // len(GIVEN)
    return (
        f"{FAMILY[(rest + given) % len(FAMILY)]} {MIDDLE[(rest // len(FAMILY) + given) % len(MIDDLE)]} {GIVEN[given]}"
    )


def add_people(session: Session, people: int) -> None:
    """So many people, each in one of the units there are, one after the other."""
    rows = [(n + 1, f"CC-{n + 1:05}", name_of(n)) for n in range(people)]
    connection = session.connection()
    connection.exec_driver_sql(
        "INSERT INTO employee (id, code, name, searched, recorded_at) VALUES (?, ?, ?, ?, ?)",
        [(*row, searched(*row[1:]), OLD) for row in rows],
    )
    connection.exec_driver_sql(
        "INSERT INTO assignment (employee_id, unit_id, terminals, from_on, document, recorded_at) "
        "VALUES (?, ?, '[]', '2020-01-01', '', ?)",
        [(number, 1 + (number - 1) % UNITS, OLD) for number, *_ in rows],
    )


def prepare(path: Path, people: int, violations: int) -> Database:
    """An open database with units, people and violations spread over DAYS, and the account `hr` of the whole office."""
    database = Database(sqlite_url(path))
    schema.upgrade(database)
    with database.writing() as session:
        for number in range(1, UNITS + 1):
            parent = None if number == 1 else f"U{number // 2:02}"
            registering.add_unit(session, f"U{number:02}", name=f"Phòng số {number}", parent=parent, at=AT)
        add_people(session, people)
        rules = "INSERT INTO rulebook (fingerprint, content, recorded_at) VALUES ('r', '{}', ?)"
        session.connection().exec_driver_sql(rules, (OLD,))
        spread: dict[str, int | str] = {
            "people": people,
            "days": DAYS,
            "first": FIRST.isoformat(),
            "units": UNITS,
            "count": violations,
        }
        spread["again"] = lcm(people, DAYS)
        session.execute(text(_RULINGS), spread)
        session.execute(text(_VIOLATIONS), spread)
    return database
