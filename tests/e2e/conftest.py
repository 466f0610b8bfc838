"""A small invented office over a real database, for tests that ask the service as a client does.

`office` is a fresh copy per test; `shared_office` is one for a whole module, for tests that only read.
"""

from __future__ import annotations

import http.client
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib.hashers.argon2 import Argon2Hasher

from api.http import create_app
from api.settings import Settings
from attendance import clock
from attendance.services.accounts import Accounts
from attendance.services.evaluate import evaluate_span
from attendance.store import intake_log, papers, punch_log, registering, schema
from attendance.store import office as store_office
from attendance.store.database import Database, Session, sqlite_url
from attendance.store.evidence_tables import PullRow
from attendance.store.tables import TerminalRow

ZONE = "Asia/Ho_Chi_Minh"
FIRST, LAST = date(2026, 11, 2), date(2026, 11, 20)
JUDGED_AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
REVISED_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PASSWORD = "mưa rơi trên mái ngói"
USERS = {  # name → (role, unit); an official's unit is the person whose account it is
    "e1": ("official", "E1"),
    "e2": ("official", "E2"),
    "head.a1": ("head", "A1"),
    "auditor": ("auditor", None),
    "hr": ("hr", None),
    "hr2": ("hr", None),
    "hr.a": ("hr", "A"),
    "inspector": ("inspector", None),
    "leader.b": ("leader", "B"),
    "leader.h": ("leader", "H"),
    "root": ("administrator", None),
    "root.a": ("administrator", "A"),
}
ODD_SESSION = "ca-sáng ~1%"


class Ticking:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Office:
    """The service and ways to ask it. Clients come from `address`, not from this machine, unless told otherwise."""

    app: FastAPI
    database: Database
    settings: Settings
    accounts: Accounts
    clock: Ticking
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, user: str | None = None, *, address: str = "10.20.30.40", base: str = "http://test") -> TestClient:
        client = TestClient(self.app, base, client=(address, 50000), follow_redirects=False)
        if user is not None:
            if user not in self.tokens:
                self.tokens[user] = self.accounts.sign_in(user, PASSWORD, address, "bearer").secret
            client.headers["Authorization"] = f"Bearer {self.tokens[user]}"
        return client

    def get(self, user: str, path: str, **params: Any) -> Any:
        """The JSON of a good answer."""
        answer = self.client(user).get(f"/api/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


def add_user(accounts: Accounts, name: str, role: str, unit: str | None) -> None:
    """An account with one grant as an office would give it: an inspector's is for a visit and ends."""
    if role == "official":
        accounts.create_user(name, PASSWORD, role, employee=unit)
    elif role == "inspector":
        ends = accounts.now() + timedelta(days=30)
        accounts.create_user(name, PASSWORD, role, unit, ends_at=ends, visit="Kiểm tra đợt 4")
    else:
        accounts.create_user(name, PASSWORD, role, unit)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, cheap_hasher: Argon2Hasher) -> Path:
    path = tmp_path_factory.mktemp("office") / "template.db"
    database = Database(sqlite_url(path))
    schema.upgrade(database)
    _build(database)
    accounts = Accounts(database, now=Ticking(), hasher=cheap_hasher)
    for name, (role, unit) in USERS.items():
        add_user(accounts, name, role, unit)
    database.close()
    return path


@pytest.fixture(scope="session")
def cheap_hasher() -> Argon2Hasher:
    """Argon2id that takes microseconds: its strength is not what these tests are about."""
    return Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def make_office(template: Path, cheap_hasher: Argon2Hasher, tmp_path: Path) -> Iterator[Callable[..., Office]]:
    opened: list[Database] = []

    def make(**parts: Any) -> Office:
        made = _open(template, cheap_hasher, tmp_path / f"data{len(opened)}", **parts)
        opened.append(made.database)
        return made

    yield make
    for database in opened:
        database.close()


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    return make_office()


@pytest.fixture(scope="module")
def shared_office(
    template: Path, cheap_hasher: Argon2Hasher, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    made = _open(template, cheap_hasher, tmp_path_factory.mktemp("shared") / "data")
    yield made
    made.database.close()


@pytest.fixture
def paged_office(make_office: Callable[..., Office]) -> Office:
    """With every page, and of its own: for tests that change something or count who looked."""
    return _with_pages(make_office)


@pytest.fixture(scope="module")
def shared_pages(
    template: Path, cheap_hasher: Argon2Hasher, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("shared_pages") / "data"
    made = _with_pages(lambda **parts: _open(template, cheap_hasher, folder, **parts))
    yield made
    made.database.close()


def _with_pages(make: Callable[..., Office]) -> Office:
    from api.pages.routes import show_error, static_files
    from api.serving import PAGES

    made = make(extra_routers=PAGES, page_error=show_error)
    made.app.mount(*static_files())
    return made


@pytest.fixture
def open_office(make_office: Callable[..., Office]) -> Office:
    return make_office(settings={"push": "on"})


@dataclass
class Served:
    port: int

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body or None, {"User-Agent": "iClock Proxy/1.09"} | headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        connection.close()
        return answer


@pytest.fixture
def served(open_office: Office) -> Iterator[Served]:
    """The service on a real port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(open_office.app, log_level="error", access_log=False, proxy_headers=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Served(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


def _open(
    template: Path, hasher: Argon2Hasher, data_dir: Path, settings: dict[str, Any] | None = None, **parts: Any
) -> Office:
    data_dir.mkdir()
    shutil.copy(template, data_dir / "attendance.db")
    given = {"data_dir": data_dir, "secret_key": "a secret of the tests, long enough"} | (settings or {})
    chosen = Settings(_env_file=None, **given)
    database = Database(chosen.url)
    ticking = Ticking()
    accounts = Accounts(
        database,
        now=ticking,
        hasher=hasher,
        secret_key=chosen.secret(),
        second_factor=chosen.second_factor,
    )
    app = create_app(chosen, database, now=ticking, accounts=accounts, **parts)
    return Office(app, database, chosen, accounts, ticking)


def _build(database: Database) -> None:
    """H over A and B; A judged by the usual two sessions, B by one with an odd name; E4 serves nowhere."""
    at = datetime(2026, 10, 1, tzinfo=UTC)
    week = ["mon", "tue", "wed", "thu", "fri"]
    with database.writing() as session:
        registering.add_schedule(session, "HANH-CHINH", name="Giờ hành chính", at=at)
        registering.add_schedule_version(
            session,
            "HANH-CHINH",
            sessions={"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]},
            weekdays=week,
            from_on=date(2026, 1, 1),
            document="QĐ 41/QĐ-UBND",
            article="Điều 2",
            at=at,
        )
        registering.add_schedule(session, "CA", name="Ca sáng", at=at)
        registering.add_schedule_version(
            session, "CA", sessions={ODD_SESSION: ["06:00", "14:00"]}, weekdays=week, at=at
        )
        registering.add_unit(session, "H", name="UBND huyện Hà Đông", schedule="HANH-CHINH", at=at)
        registering.add_unit(session, "A", name="UBND xã Tân Mai", parent="H", schedule="HANH-CHINH", at=at)
        registering.add_unit(session, "A1", name="Bộ phận một cửa", parent="A", schedule="HANH-CHINH", at=at)
        registering.add_unit(session, "B", name="UBND xã Yên Nghĩa", parent="H", schedule="CA", at=at)
        registering.add_calendar_entry(session, date(2026, 11, 24), "holiday", document="NQ 80", at=at)
        registering.add_calendar_entry(session, date(2026, 11, 20), "stoppage", unit="B", document="CV 5", at=at)
        for code, unit in (("T-A", "A"), ("T-B", "B")):
            registering.add_terminal(session, code, unit=unit, host="127.0.0.1", at=at)
        people = {"E1": "Nguyễn Thị Thu Hà", "E2": "Trần Văn Nam", "E3": "Lê Hoàng Yến", "E4": "Phạm Minh"}
        for code, name in people.items():
            registering.add_employee(session, code, name=name, at=at)
        registering.assign(session, "E1", "A", from_on=date(2026, 1, 1), to_on=date(2026, 11, 13), at=at)
        registering.assign(session, "E1", "B", from_on=date(2026, 11, 14), terminals=["T-A", "T-B"], at=at)
        registering.assign(session, "E2", "A1", from_on=date(2026, 1, 1), terminals=["T-A"], at=at)
        registering.assign(session, "E3", "B", from_on=date(2026, 1, 1), at=at)
        for terminal in ("T-A", "T-B"):
            for pin, person in (("1", "E1"), ("2", "E2"), ("3", "E3")):
                registering.enrol(session, terminal, pin, person, at=at)
        for terminal in ("T-A", "T-B"):
            _file_punches(session, terminal)
    evaluate_span(database, ZONE, JUDGED_AT, FIRST, LAST)
    with database.writing() as session:
        papers.add_leave(
            session, "E2", date(2026, 11, 3), part="am", approved_at=REVISED_AT, document="ĐP 7", at=REVISED_AT
        )
    evaluate_span(database, ZONE, REVISED_AT, FIRST, LAST)


def _file_punches(session: Session, code: str) -> None:
    """Three weeks of one terminal in one pull: on Tuesdays everybody is 12 minutes late, 9 is nobody's number."""
    terminal = store_office.key(store_office.get(session, TerminalRow, code))
    starts, until = datetime.combine(FIRST, datetime.min.time()), datetime(2026, 11, 20, 23, 0)
    pull_id = intake_log.add_pull(
        session,
        PullRow(
            terminal_id=terminal,
            started_at=JUDGED_AT - timedelta(minutes=5),
            finished_at=JUDGED_AT - timedelta(minutes=4),
            read=100,
            new=100,
            log_digest="ab" * 32,
            complete_from=starts,
            complete_until=until,
            seconds={"transfer": 0.5, "decode": 0.0, "store": 0.0},
        ),
    )
    intake_log.extend_coverage(session, terminal, starts, until)
    pins = ["1", "2", "9"] if code == "T-A" else ["3", "9"]
    begins = (7, 18) if code == "T-A" else (5, 48)
    rows: list[tuple[int, int]] = []
    for day in range((LAST - FIRST).days + 1):
        on = FIRST + timedelta(days=day)
        if on.weekday() >= 5:
            continue
        late = timedelta(minutes=24) if on.weekday() == 1 else timedelta(0)
        for pin in range(len(pins)):
            moments = (
                datetime(on.year, on.month, on.day, *begins) + late,
                datetime(on.year, on.month, on.day, 12, 3),
                datetime(on.year, on.month, on.day, 13, 20),
                datetime(on.year, on.month, on.day, 17, 5),
            )
            rows += [(clock.wall_seconds(moment), pin) for moment in moments]
    rows.sort()
    count = len(rows)
    punch_log.append(
        session,
        terminal_id=terminal,
        pull_id=pull_id,
        first_sequence=1,
        received_at=JUDGED_AT - timedelta(minutes=4),
        wall=np.array([wall for wall, _ in rows], np.int64),
        pin=np.array([pin for _, pin in rows], np.int32),
        pins=pins,
        state=np.zeros(count, np.uint8),
        verify=np.ones(count, np.uint8),
        index=np.arange(count),
    )
