"""A town of 42 with a terminal at its door, and a team that comes at 07:45 of a winter Wednesday: for tests of a visit.

36 punched before 07:45 (one of them at 07:44, after the last reading), three are on leave, one on a mission, two are
nowhere. The clock of the office is that Wednesday's and goes on from it, whatever a phone's clock says.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from api.pulling import make_puller
from api.serving import make_app
from api.settings import Settings
from attendance import clock
from attendance.services.accounts import Accounts
from attendance.services.onboarding import begin_office
from attendance.services.visiting import teams
from attendance.services.visiting.teams import NewMember, NewTeam
from attendance.store import papers, registering, visits
from attendance.store.database import Database, sqlite_url
from attendance.store.trail import CONSOLE, Actor
from attendance.store.visit_tables import TeamRow, VisitRow
from device_sync import wire
from device_sync.layouts import ZK40, pack_punch
from device_sync.poller import Poller
from device_sync.simulator.server import SimulatedTerminal
from tests.e2e.site import CHEAP, PASSWORD
from tests.e2e.terminal_site import QUICK

ZONE = "Asia/Ho_Chi_Minh"
TODAY = date(2026, 11, 25)
ARRIVAL = datetime(2026, 11, 25, 7, 45, 5)
READ_BEFORE = datetime(2026, 11, 25, 7, 43, 30)
BEGUN = datetime(2025, 12, 31, 17, tzinfo=UTC)
PEOPLE = tuple(f"CB-{number:02d}" for number in range(1, 43))
PUNCHED, LAST_MINUTE = PEOPLE[:36], PEOPLE[35]
ON_LEAVE, ON_MISSION, NOWHERE = PEOPLE[36:39], PEOPLE[39], PEOPLE[40:]
_GIVEN = ("An", "Bình", "Cường", "Dung", "Giang", "Hà", "Hòa", "Khánh", "Lan", "Minh", "Nam", "Oanh", "Phúc", "Quyên")
_FAMILY = ("Nguyễn Thị", "Trần Văn", "Lê Hoàng")
MEMBERS = ("thanhtra", "thanhtra2")
USERS = ((MEMBERS[0], "official", None), (MEMBERS[1], "official", None), ("ngoai", "inspector", None),
         ("truong", "head", "A"), ("lan", "hr", None))  # fmt: skip
OWNER = Actor("lan")


@dataclass
class VisitOffice:
    """The service as the team meets it; `visit` is planned. `now` answers the office's time."""

    app: Any
    database: Database
    accounts: Accounts
    poller: Poller
    terminal: SimulatedTerminal
    now: clock.Now
    visit: str
    team: int

    def row(self) -> VisitRow:
        with self.database.reading() as session:
            found = visits.find(session, self.visit)
            assert found is not None
            session.expunge(found)
            return found

    def punch(self, employee: str, at: datetime) -> None:
        self.terminal.punch(_pin(employee), at)


def _pin(employee: str) -> str:
    return str(100 + PEOPLE.index(employee))


def _punches() -> bytes:
    """In the mornings of Monday to Wednesday; at 07:44 of Wednesday nobody yet."""
    rows = []
    for shift in (2, 1, 0):
        for place, code in enumerate(PUNCHED):
            wall = datetime.combine(TODAY - timedelta(days=shift), datetime.min.time()).replace(hour=7, minute=5)
            if shift or code != LAST_MINUTE:
                rows.append((wall + timedelta(minutes=place), 1 + place, _pin(code)))
    return b"".join(pack_punch(ZK40, uid, pin, 1, wire.encode_time(at), 0) for at, uid, pin in sorted(rows))


@lru_cache(maxsize=1)
def _filed(migrated: Path) -> Path:
    """The office in a file, once for all tests of a run."""
    path = migrated.with_name("visit_office.db")
    shutil.copyfile(migrated, path)
    database = Database(sqlite_url(path))
    begin_office(
        database, unit="A", name="UBND xã Tân Mai", hours="07:30-12:00,13:30-17:00", document="TB 02/TB-MAU",
        calendar=False, administrator=None, at=BEGUN,
    )  # fmt: skip
    approved = clock.to_instant(datetime(2026, 11, 23, 9), ZONE)
    with database.writing() as session:
        registering.add_unit(session, "A-MC", name="Bộ phận Một cửa", parent="A", at=BEGUN)
        registering.add_unit(session, "B", name="UBND xã Yên Nghĩa", at=BEGUN)
        registering.add_terminal(session, "T-A", name="Cổng trụ sở", unit="A", host="127.0.0.1", port=1, at=BEGUN)
        for place, code in enumerate(PEOPLE):
            name = f"{_FAMILY[place // len(_GIVEN)]} {_GIVEN[place % len(_GIVEN)]}"
            registering.add_employee(session, code, name=name, at=BEGUN)
            unit = "A-MC" if place % 7 == 0 else "A"
            registering.assign(session, code, unit, from_on=date(2026, 1, 1), terminals=["T-A"], at=BEGUN)
            registering.enrol(session, "T-A", _pin(code), code, at=BEGUN)
        for code in ON_LEAVE:
            papers.add_leave(session, code, TODAY, code="Ô", document="Đơn 7", approved_at=approved, at=approved)
        starts, ends = (datetime.combine(TODAY, datetime.min.time()).replace(hour=hour) for hour in (7, 17))
        papers.add_mission(
            session, ON_MISSION, starts, ends, document="CV 118/UBND", approved_at=approved, at=approved
        )  # fmt: skip
    accounts = Accounts(database, now=lambda: approved, hasher=CHEAP)
    for name, role, unit in USERS:
        more: Any = {"ends_at": approved + timedelta(days=30), "visit": "Đợt 4"} if role == "inspector" else {}
        if role == "official":
            accounts.create_user(name, PASSWORD)
        else:
            accounts.create_user(name, PASSWORD, role, unit, **more)
    with database.writing() as session:
        members = [NewMember(MEMBERS[0], "head", "Đỗ Thị Thanh", "Trưởng đoàn"), NewMember(MEMBERS[1])]
        new = NewTeam("Tổ công tác 12", "QĐ 12/QĐ-UBND", None, TODAY - timedelta(days=2), TODAY, members)
        teams.form(session, ZONE, new, by=CONSOLE, at=approved)
    database.close()
    return path


@contextmanager
def open_visit_office(migrated: Path, folder: Path, *, terminal_is_dead: bool = False) -> Iterator[VisitOffice]:
    """The office at 07:45:05 with a planned visit; its terminal was read at 07:43 last, and somebody punched since."""
    really = clock.utc_now
    shift = clock.to_instant(ARRIVAL, ZONE) - really()

    def now() -> datetime:
        return really() + shift

    shutil.copyfile(_filed(migrated), folder / "attendance.db")
    settings = Settings(_env_file=None, data_dir=folder, secret_key="a secret of the tests, long enough")
    users = [(1 + place, _pin(code), f"NV {place}") for place, code in enumerate(PEOPLE)]
    before = clock.to_instant(READ_BEFORE, ZONE)
    wall: list[clock.Now] = [lambda: before]
    with ExitStack() as stack:
        database = Database(settings.url)
        stack.callback(database.close)
        running = stack.enter_context(
            SimulatedTerminal(users=users, records=_punches(), now=lambda: wall[-1]()).running()
        )
        _set_port(database, running.port)
        first = make_puller(settings, database)
        first.now, first.limits = wall[0], QUICK
        assert first.pull("T-A").outcome == "ok"
        wall.append(now)
        running.punch(_pin(LAST_MINUTE), ARRIVAL.replace(minute=44, second=10))
        if terminal_is_dead:
            _set_port(database, 1)
        puller = make_puller(settings, database)
        puller.now, puller.limits = now, QUICK
        poller = Poller(puller, grace_seconds=2.0)
        stack.callback(poller.stop, 0)
        accounts = Accounts(database, now=now, hasher=CHEAP, secret_key=settings.secret())
        key, team = _plan(database, now())
        app = make_app(settings, database, poller, now=now, accounts=accounts)
        yield VisitOffice(app, database, accounts, poller, running, now, key, team)


def _set_port(database: Database, port: int) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE terminal SET port = {port}")


def _plan(database: Database, at: datetime) -> tuple[str, int]:
    with database.writing() as session:
        team = session.get_one(TeamRow, 1)
        unit = session.connection().exec_driver_sql("SELECT id FROM unit WHERE code = 'A'").scalar_one()
        row = VisitRow(
            key=secrets.token_hex(16), team_id=1, unit_id=unit, created_by=MEMBERS[0], created_at=at
        )  # fmt: skip
        visits.add(session, row)
        return row.key, team.id or 0
