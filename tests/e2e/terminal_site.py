"""The service with its pages and a real poller over a small office, for tests that add and read simulated terminals."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.pulling import make_puller
from api.serving import make_app
from api.settings import Settings
from attendance import clock
from attendance.services.accounts import Accounts
from attendance.services.onboarding import begin_office
from attendance.store import office, registering
from attendance.store.database import Database, sqlite_url
from attendance.store.tables import TerminalRow
from device_sync import wire
from device_sync.layouts import ZK40, pack_punch
from device_sync.poller import Poller
from device_sync.zk.transport import Limits
from tests.e2e.site import CHEAP, PASSWORD, Person

ZONE = "Asia/Ho_Chi_Minh"
QUICK = Limits(connect_seconds=0.5, idle_seconds=0.7, total_seconds=10.0, goodbye_seconds=0.3)
BEGUN = date(2026, 1, 1)
PEOPLE = {"1001": "Nguyễn Thị Thu Hà", "NV-2": "Trần Văn Nam", "NV-3": "Lê Hoàng Yến"}
ON_TERMINAL = [
    (1, "1001", "NGUYEN THI THU HA", 14),
    (2, "7", "Tran Van Nam"),
    (3, "8", "YEN LE HOANG"),
    (4, "9", "KHACH"),
]
USERS = (("root", "administrator", None), ("root2", "administrator", None), ("root.b", "administrator", "B"),
         ("lan", "hr", None), ("vinh", "leader", None))  # fmt: skip


@dataclass
class TerminalSite:
    app: Any
    database: Database
    accounts: Accounts
    settings: Settings
    poller: Poller
    filed: Path

    def begin_anew(self) -> None:
        """The office as it was filed: what a test before this one did is gone, from memory too."""
        self.database.close()
        for name in ("attendance.db", "attendance.db-wal", "attendance.db-shm"):
            (self.settings.data_dir / name).unlink(missing_ok=True)
        shutil.copyfile(self.filed, self.settings.data_dir / "attendance.db")
        shutil.rmtree(self.settings.keys_dir, ignore_errors=True)
        for name in ("asked_readings", "adding_drafts"):
            if hasattr(self.app.state, name):
                delattr(self.app.state, name)

    def person(self, name: str) -> Person:
        client = TestClient(self.app, "http://test", client=("10.20.30.40", 50000), follow_redirects=False)
        found = Person(client)
        assert found.sign_in(name).status_code == 303
        found.see("/terminals?lang=en")
        return found

    def terminals(self) -> list[TerminalRow]:
        with self.database.reading() as session:
            rows = office.terminals(session)
            session.expunge_all()
            return rows

    def add(self, code: str, port: int, **more: Any) -> None:
        at = clock.utc_now() - timedelta(days=1)
        with self.database.writing() as session:
            chosen = {"unit": "A", "name": f"Máy {code}", "host": "127.0.0.1", "port": port} | more
            registering.add_terminal(session, code, at=at, **chosen)

    def count(self, table: str, **where: Any) -> int:
        clause = " AND ".join(f"{name} = '{value}'" for name, value in where.items()) or "1 = 1"
        with self.database.engine.connect() as connection:
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {clause}").scalar_one())


@lru_cache(maxsize=1)
def _filed(migrated: Path) -> Path:
    """The office in a file, once for all tests of a run: filing it takes longer than most of them."""
    path = migrated.with_name("terminal_office.db")
    shutil.copyfile(migrated, path)
    database = Database(sqlite_url(path))
    at = clock.to_instant(datetime.combine(BEGUN, datetime.min.time()), ZONE)
    begin_office(database, unit="A", name="UBND xã Tân Mai", hours="07:30-11:30,13:00-17:00", document="QĐ 1",
                 calendar=False, administrator=None, at=at)  # fmt: skip
    with database.writing() as session:
        registering.add_unit(session, "B", name="UBND xã Yên Nghĩa", schedule="HC", at=at)
        for code, name in PEOPLE.items():
            registering.add_employee(session, code, name=name, at=at)
            registering.assign(session, code, "A", from_on=BEGUN, at=at)
    accounts = Accounts(database, hasher=CHEAP)
    for name, role, unit in USERS:
        accounts.create_user(name, PASSWORD, role, unit)
    database.close()
    return path


@contextmanager
def open_terminal_site(migrated: Path, folder: Path) -> Iterator[TerminalSite]:
    """An office of two units whose people work from Monday to Friday; `folder` becomes its data folder."""
    filed = _filed(migrated)
    settings = Settings(_env_file=None, data_dir=folder, secret_key="a secret of the tests, long enough")
    database = Database(settings.url)
    accounts = Accounts(database, hasher=CHEAP, secret_key=settings.secret())
    puller = make_puller(settings, database)
    puller.limits = QUICK
    poller = Poller(puller, grace_seconds=2.0)
    try:
        app = make_app(settings, database, poller, accounts=accounts)
        yield TerminalSite(app, database, accounts, settings, poller, filed)
    finally:
        poller.stop(0)
        database.close()


def until(look: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What `look` answers as soon as that is something."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to be in time")


def recent_records(days: int = 5) -> bytes:
    """Punches of the users of ON_TERMINAL in the mornings and evenings of the last days, yesterday included."""
    today = clock.today(clock.utc_now(), ZONE)
    rows = []
    for shift in range(days, 0, -1):
        on = datetime.combine(today - timedelta(days=shift), datetime.min.time())
        for uid, pin, *_ in ON_TERMINAL:
            rows += [(on.replace(hour=7, minute=20 + uid), uid, pin), (on.replace(hour=17, minute=5 + uid), uid, pin)]
    return b"".join(pack_punch(ZK40, uid, pin, 1, wire.encode_time(at), 0) for at, uid, pin in sorted(rows))


def words(page: str) -> str:
    """The text of a page without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
