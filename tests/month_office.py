"""An office whose March 2026 was read to its end: three people, one late, one with a forgotten check-out, one sick."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from api.serving import make_app
from api.settings import Settings
from attendance.services.accounts import Accounts
from attendance.services.evaluate import evaluate_dirty
from attendance.store import papers, papers_decided, registering
from attendance.store.database import Database
from device_sync.poller import Poller
from tests.builders import RECORDED_AT, ZONE, build_office, file_body, record
from tests.e2e.site import CHEAP, NOON, PASSWORD, Clock, Site

MARCH = date(2026, 3, 1)
LATE_ON, FORGOTTEN_ON, SICK_ON = date(2026, 3, 10), date(2026, 3, 12), date(2026, 3, 17)
AT = datetime(2026, 4, 3, 2, tzinfo=UTC)
NAMES = {"E1": "Trần Văn Bình", "E2": "Nguyễn Thị Ánh", "E3": "Lê Văn An"}
USERS = (("lan", "hr", None), ("hoa", "head", "A"), ("vinh", "leader", None), ("tra", "inspector", None))
PUNCHES = ("07:20:00", "12:03:00", "13:22:00", "17:04:00")


def fill(database: Database) -> None:
    """File it, and judge it."""
    build_office(database)
    with database.writing() as session:
        for code, name in NAMES.items():
            registering.rename_employee(session, code, name)
        registering.add_unit(session, "B", name="Đơn vị khác", schedule="HC", at=RECORDED_AT)
    file_body(database, b"", read_at=datetime(2026, 2, 27, 8), offset=None)
    file_body(database, _punches(), read_at=datetime(2026, 4, 2, 8), offset=None)
    with database.writing() as session:
        papers.add_leave(session, "E2", SICK_ON, code="Ô", document="Giấy ra viện 7", approved_at=AT, at=AT)
    evaluate_dirty(database, ZONE, AT)


def settle(database: Database, at: datetime = AT) -> None:
    """The forgotten check-out is accepted."""
    with database.writing() as session:
        about = {"part": "pm", "covers": "missing_out", "reason": "Quên chấm", "submitted_at": at}
        row = papers_decided.explain(session, "E3", FORGOTTEN_ON, at=at, **about)
        papers_decided.decide(session, row, "approved", decided_by="vinh", decided_at=at, at=at)
    evaluate_dirty(database, ZONE, at)


def _punches() -> bytes:
    body = []
    for day in range(31):
        on = MARCH + timedelta(days=day)
        for number, code in enumerate(NAMES, 1001):
            if on.weekday() >= 5 or (code, on) == ("E2", SICK_ON):
                continue
            for at, clock_time in enumerate(PUNCHES):
                if (code, on, at) == ("E3", FORGOTTEN_ON, 3):
                    continue
                text = "07:45:30" if (code, on, at) == ("E1", LATE_ON, 0) else clock_time
                body.append((datetime.fromisoformat(f"{on}T{text}"), str(number)))
    return b"".join(record(pin, at) for at, pin in sorted(body))


def open_months(database: Database, folder: Path, at: datetime = NOON) -> Site:
    """The whole service over it at a moment, with an account each for HR, head, leader and inspector."""
    clock = Clock(at)
    settings = Settings(_env_file=None, data_dir=folder, secret_key="a secret of the tests, long enough")
    accounts = Accounts(database, now=clock, hasher=CHEAP, secret_key=settings.secret())
    for name, role, unit in USERS:
        visit = {"ends_at": clock() + timedelta(days=9), "visit": "Đợt 4"} if role == "inspector" else {}
        accounts.create_user(name, PASSWORD, role, unit, **visit)
    app = make_app(settings, database, Poller(lambda *_: []), now=clock, accounts=accounts)
    return Site(app, accounts, database, clock)
