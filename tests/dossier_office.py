"""An office of one more person, whose punches came as bytes through the intake, with papers that have reasons."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from attendance.services.evaluate import evaluate_dirty
from attendance.store import office as offices
from attendance.store import papers, papers_decided, registering
from attendance.store.database import Database
from attendance.store.tables import EmployeeRow
from device_sync.intake import file_log
from device_sync.layouts import ZK40
from device_sync.terminal import Sizes, TerminalLog
from device_sync.wire import encode_time
from tests.e2e.conftest import ZONE

LETTERS = "".join(
    letter
    for row in (
        "àáảãạ", "ăằắẳẵặ", "âầấẩẫậ", "èéẻẽẹ", "êềếểễệ", "ìíỉĩị", "òóỏõọ", "ôồốổỗộ", "ơờớởỡợ", "ùúủũụ", "ưừứửữự",
        "ỳýỷỹỵ", "đ",
    )
    for letter in row + row.upper()
)  # fmt: skip
"""The 134 accented letters of Vietnamese."""
REASON = f"Đưa con đi khám thai {LETTERS}"
MEDICAL = "GXN-BV-K-0107"
LATE_ON, SICK_ON, NURSED_ON, PLAIN_ON = (date(2026, 11, day) for day in (17, 18, 19, 20))
READ_AT = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
REVISED_AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SECRETS = (REASON[:20], MEDICAL, "nursing", "thai sản", "Ô", "khám")
"""What would tell a reason. The sign of sick leave is a letter that stands in other words: look for it as a sign."""


def records() -> list[tuple[datetime, int]]:
    """Punches of E9 as the terminal dates them, with their states; on the 17th 15 minutes late."""
    found = []
    for on in (LATE_ON, NURSED_ON, PLAIN_ON):
        come = (7, 45, 10) if on == LATE_ON else (7, 20, 5)
        leave = (16, 2, 0) if on == NURSED_ON else (17, 6, 0)
        found += [(datetime(on.year, on.month, on.day, *at), 0) for at in (come, (12, 4, 0), (13, 21, 0), leave)]
    return found


def payload() -> bytes:
    """The log as a terminal sends it: a count of bytes, records of 40."""
    rows = np.zeros(len(records()), ZK40.dtype)
    for place, (at, state) in enumerate(records()):
        rows[place]["uid"], rows[place]["pin"], rows[place]["verify"] = 9, b"90909", 1
        rows[place]["time"], rows[place]["state"] = encode_time(at), state
    return len(rows.tobytes()).to_bytes(4, "little") + rows.tobytes()


def fill(database: Database) -> None:
    """E9 of A1 at terminal T-C: late on the 17th and explained, sick on the 18th, nursing on the 19th."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    with database.writing() as session:
        registering.add_terminal(session, "T-C", unit="A1", name="Sảnh một cửa", host="127.0.0.1", at=at)
        registering.add_employee(session, "E9", name=f"Đặng Thuỷ Nguyễn {LETTERS[:12]}", at=at)
        registering.assign(session, "E9", "A1", from_on=date(2026, 11, 16), terminals=["T-C"], at=at)
        registering.enrol(session, "T-C", "90909", "E9", at=at)
    log = TerminalLog(
        serial="SN-T-C", firmware="Ver 6.60", payload=payload(), read_at=READ_AT, clock_offset_seconds=0,
        sizes_before=Sizes(1, len(records()), 100_000), sizes_after=Sizes(1, len(records()), 100_000),
    )  # fmt: skip
    file_log(database, "T-C", log, zone=ZONE, started_at=READ_AT, finished_at=READ_AT)
    evaluate_dirty(database, ZONE, READ_AT)
    with database.writing() as session:
        papers.add_leave(session, "E9", SICK_ON, code="Ô", document=MEDICAL, approved_at=REVISED_AT, at=REVISED_AT)
        papers.add_exemption(
            session, "E9", code="nursing", minutes_per_day=60, from_on=NURSED_ON, to_on=NURSED_ON, document=MEDICAL,
            approved_at=REVISED_AT, at=REVISED_AT,
        )  # fmt: skip
        row = papers_decided.explain(
            session, "E9", LATE_ON, part="am", covers="late", minutes=10, reason=REASON, submitted_at=REVISED_AT,
            at=REVISED_AT,
        )  # fmt: skip
        papers_decided.decide(session, row, "approved", decided_by="leader.h", decided_at=REVISED_AT, at=REVISED_AT)
    evaluate_dirty(database, ZONE, REVISED_AT)


def violation(database: Database) -> str:
    """The id of the 15 minutes of the 17th."""
    with database.reading() as session:
        return f"{offices.key(offices.get(session, EmployeeRow, 'E9'))}-20261117-am-late"
