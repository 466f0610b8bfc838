"""The whole service with its pages over an empty office, as people with browsers meet it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib.hashers.argon2 import Argon2Hasher

from api.serving import make_app
from api.settings import Settings
from attendance.services.accounts import Accounts
from attendance.store import registering
from attendance.store.database import Database, sqlite_url
from device_sync.poller import Poller

PASSWORD = "mưa rơi trên mái ngói"
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
USERS = (("lan", "hr", None), ("vinh", "leader", None), ("minh", "administrator", None), ("hoa", "head", "A"))
CHEAP = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Clock:
    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Person:
    """Somebody at a browser, with its cookies."""

    client: TestClient
    last: Any = field(default=None)

    def see(self, path: str) -> str:
        self.last = self.client.get(path, follow_redirects=True)
        return str(self.last.text)

    def send(self, path: str, on: str | None = None, **form: Any) -> Any:
        """Send a form that stands on a page (that of the address, if no other is named)."""
        token = token_of(self.see(on or path))
        self.last = self.client.post(path, data={"csrf_token": token} | form)
        return self.last

    def sign_in(self, name: str, password: str = PASSWORD) -> Any:
        return self.send("/sign-in", username=name, password=password)

    @property
    def is_in(self) -> bool:
        return bool(self.client.get("/account").status_code == 200)


@dataclass
class Site:
    app: FastAPI
    accounts: Accounts
    database: Database
    clock: Clock

    def person(self, *, address: str = "10.20.30.40", base: str = "http://test") -> Person:
        client = TestClient(self.app, base, client=(address, 50000), follow_redirects=False)
        client.headers["User-Agent"] = FIREFOX
        return Person(client)

    def signed_in(self, name: str, **where: Any) -> Person:
        found = self.person(**where)
        assert found.sign_in(name).status_code == 303
        return found

    def give_second_factor(self, name: str) -> pyotp.TOTP:
        """Set a second factor up as the page does; answers the app on the phone."""
        person = self.signed_in(name)
        phone = begin_second_factor(person)
        person.send("/account/second-factor", code=phone.at(self.clock()))
        assert person.last.status_code == 200
        self.clock.pass_by(seconds=60)
        return phone


def open_site(
    database: Database, folder: Path, *, users: Any = USERS, make: Callable[..., FastAPI] = make_app, **settings: Any
) -> Site:
    clock = Clock()
    chosen = Settings(
        _env_file=None, **({"data_dir": folder, "secret_key": "a secret of the tests, long enough"} | settings)
    )
    with database.writing() as session:
        registering.add_unit(session, "A", name="UBND xã Tân Mai", at=NOON)
    accounts = Accounts(
        database,
        now=clock,
        hasher=CHEAP,
        secret_key=chosen.secret(),
        second_factor=chosen.second_factor,
    )
    for name, role, unit in users:
        accounts.create_user(name, PASSWORD, role, unit)
    app = make(chosen, database, Poller(lambda *_: []), now=clock, accounts=accounts)
    return Site(app, accounts, database, clock)


def copied(template: Path, folder: Path) -> Database:
    """A migrated database of its own, for a site that several tests share."""
    shutil.copyfile(template, folder / "attendance.db")
    return Database(sqlite_url(folder / "attendance.db"))


def token_of(page: str) -> str:
    """The token that the forms of a page carry."""
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page)
    assert found is not None, page[:2000]
    return found[1]


def begin_second_factor(person: Person) -> pyotp.TOTP:
    """Begin on the page, and read the key that stands there."""
    person.send("/account/second-factor/begin", on="/account/second-factor")
    key = re.search(r'class="secret">([A-Z2-7 ]+)<', person.see("/account/second-factor"))
    assert key is not None
    return pyotp.TOTP(key[1].replace(" ", ""))
