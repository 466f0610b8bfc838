"""One unit of very many people with a whole month judged: what the month's sheet is measured on."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from pathlib import Path
from random import Random

import numpy as np
from sqlalchemy import text

from attendance import clock
from attendance.services.evaluate import evaluate_span
from attendance.store.database import Database, sqlite_url
from bench.office import PEOPLE_PER_TERMINAL, ZONE, Punches, workdays
from bench.storing import EARLIER, NOW, prepare

MONTH, LAST = date(2026, 5, 1), date(2026, 5, 31)
UNIT = "U0"
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý")
_MIDDLE = ("Văn", "Thị", "Hữu", "Đức", "Thanh", "Minh", "Quang", "Ngọc", "Thu", "Hồng", "Xuân", "Công")
_GIVEN = (
    "An", "Ánh", "Bình", "Chi", "Cường", "Dũng", "Dung", "Đạt", "Giang", "Hà", "Hạnh", "Hải", "Hiếu", "Hoa", "Hùng",
    "Hương", "Khánh", "Lan", "Linh", "Loan", "Long", "Mai", "Nam", "Nga", "Nghĩa", "Phúc", "Phương", "Quân", "Sơn",
    "Tâm", "Thảo", "Thắng", "Trang", "Tuấn", "Uyên", "Vân", "Vinh", "Yến",
)  # fmt: skip
_SIGNS = ("P", "P", "P", "P", "Ô", "Cô", "H", "No")


def build(path: Path, people: int) -> None:
    """A database in which `people` serve in one unit, with four punches a day, the usual slips and some leave."""
    prepare(path, people, punches(people))
    database, rng = Database(sqlite_url(path)), Random(7)
    with database.writing() as session:
        unit = session.execute(text("SELECT id FROM unit WHERE code = :code"), {"code": UNIT}).scalar_one()
        session.execute(text("UPDATE assignment SET unit_id = :unit"), {"unit": unit})
        numbers = list(session.execute(text("SELECT id FROM employee ORDER BY id")).scalars())
        for number in numbers:
            name = " ".join(rng.choice(part) for part in (_FAMILY, _MIDDLE, _GIVEN))
            session.execute(text("UPDATE employee SET name = :name WHERE id = :id"), {"name": name, "id": number})
        for number in rng.sample(numbers, people // 3):
            begin, code = rng.randrange(26), rng.choice(_SIGNS)
            for shift in range(rng.choice((1, 1, 2, 3))):
                session.execute(
                    text(
                        "INSERT INTO absence (employee_id, kind, code, on_date, session, document, recorded_at, "
                        "approved_at) VALUES (:who, 'leave', :code, :on, :part, '', :at, :at)"
                    ),
                    {
                        "who": number, "code": code, "on": (MONTH + timedelta(days=begin + shift)).isoformat(),
                        "part": rng.choice(("all", "all", "am", "pm")),
                        "at": EARLIER.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
                    },
                )  # fmt: skip
    evaluate_span(database, ZONE, NOW, MONTH, LAST)
    database.close()


def punches(people: int) -> Punches:
    """Four punches a day: 3 % late, 2 % early, 1 % forgotten, 2 % of the days missed whole."""
    rng, days = np.random.default_rng(7), workdays(MONTH, LAST)
    hours = np.array([7 * 60 + 30, 11 * 60 + 30, 13 * 60, 17 * 60], np.int64) * 60
    shape = (people, days.size, 4)
    away = rng.integers(60, 1500, shape)
    slipped = rng.random(shape) < np.array([0.03, 0.02, 0.03, 0.02])
    away = np.where(slipped, -np.minimum(rng.exponential(600, shape).astype(np.int64) + 60, 4200), away)
    wall = days[None, :, None] * clock.DAY_SECONDS + hours + away * np.array([-1, 1, -1, 1])
    there = (rng.random(shape) >= 0.01) & (rng.random(shape[:2]) >= 0.02)[:, :, None]
    walls, whose = wall[there], np.broadcast_to(np.arange(people)[:, None, None], shape)[there]
    order = np.argsort(walls, kind="stable")
    who = whose[order]
    site, pin = who // PEOPLE_PER_TERMINAL, who % PEOPLE_PER_TERMINAL
    return Punches(site.astype(np.int32), pin.astype(np.int32), walls[order])


def main() -> None:
    import sys

    build(Path(sys.argv[1]), int(sys.argv[2]))


if __name__ == "__main__":
    main()
